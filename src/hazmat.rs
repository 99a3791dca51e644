//! The byte-level layer: other people's messages, and known answers.
//!
//! **Not for sessions.** The functions authenticate and give back the payload. They look at no claim: not at the end of
//! a token's life, not at what it was made for. A [`Sealer`](crate::Sealer) does. They are here so that public test
//! vectors and other implementations can be checked against this one, and so that a key or a message from elsewhere can be
//! looked into.
//!
//! Its own files may not know how a `Sealer` decides; they speak of bytes.
//!
//! Besides, [`inspect()`] shows what stands in a token of ours, and [`mint()`] makes one for a purpose that is no type of the program:
//! what the command `orderslip` does.

mod inspect;
mod mint;

pub use self::{
    inspect::{Claims, Inspection, inspect, reveal},
    mint::{BoundTo, Format, Mint, external_aad, mint},
};

/// COSE messages (RFC 9052) of at most 64 KiB, in any encoding with definite lengths, with or without the CWT tag 61.
///
/// ```
/// use orderslip::{Alg, Key, hazmat};
/// # fn main() -> Result<(), orderslip::Error> {
/// let key = Key::generate(Alg::HkdfA256Gcm)?;
/// let message = hazmat::cose::encrypt_seal(b"payload", &key, b"context", &[1; 16], &[2; 12])?;
/// assert_eq!(hazmat::cose::encrypt_open(&message, &key, b"context")?, b"payload");
/// assert!(hazmat::cose::encrypt_open(&message, &key, b"another").is_err_and(|error| error.is_rejected()));
/// # Ok(()) }
/// ```
pub mod cose {
    use crate::{
        crypto::IV_LEN,
        envelope::cose::foreign,
        error::Error,
        key::{self, Alg, Key},
    };

    /// Verifies a COSE_Mac0 (tag 17) and gives its payload.
    ///
    /// # Errors
    /// [`Error::is_rejected`] for whatever is not an authentic message under this key and `external_aad`.
    pub fn mac0_verify(bytes: &[u8], key: &Key, external_aad: &[u8]) -> Result<Vec<u8>, Error> {
        foreign::mac0_verify(bytes, key, external_aad)
    }

    /// Verifies a COSE_Mac (tag 97) with one `direct` recipient and gives its payload.
    ///
    /// # Errors
    /// [`Error::is_rejected`] for whatever is not an authentic message under this key and `external_aad`.
    pub fn mac_verify(bytes: &[u8], key: &Key, external_aad: &[u8]) -> Result<Vec<u8>, Error> {
        foreign::mac_verify(bytes, key, external_aad)
    }

    /// Verifies a COSE_Sign1 (tag 18) and gives its payload.
    ///
    /// # Errors
    /// [`Error::is_rejected`] for whatever is not an authentic message under this key and `external_aad`.
    pub fn sign1_verify(bytes: &[u8], key: &Key, external_aad: &[u8]) -> Result<Vec<u8>, Error> {
        foreign::sign1_verify(bytes, key, external_aad)
    }

    /// Opens a COSE_Encrypt0 (tag 16) and gives its plaintext.
    ///
    /// # Errors
    /// [`Error::is_rejected`] for whatever is not an authentic message under this key and `external_aad`.
    pub fn encrypt0_open(bytes: &[u8], key: &Key, external_aad: &[u8]) -> Result<Vec<u8>, Error> {
        foreign::encrypt0_open(bytes, key, external_aad)
    }

    /// Opens a COSE_Encrypt (tag 96) with one recipient and gives its plaintext: `direct+HKDF-SHA-256` if the key is a
    /// secret to derive from, `direct` if it is a content key.
    ///
    /// # Errors
    /// [`Error::is_rejected`] for whatever is not an authentic message under this key and `external_aad`.
    pub fn encrypt_open(bytes: &[u8], key: &Key, external_aad: &[u8]) -> Result<Vec<u8>, Error> {
        foreign::encrypt_open(bytes, key, external_aad)
    }

    /// Seals a COSE_Encrypt in our own shape with the salt and IV given: for known answers, and for nothing else. Whoever
    /// uses one pair of salt and IV twice gives away both plaintexts and the means to forge.
    ///
    /// The message goes with the first eight bytes of the key's thumbprint as its key id.
    ///
    /// # Errors
    /// [`Error::is_misuse`] if the key is not one to derive from, the salt is empty, or the IV has not 12 bytes;
    /// [`Error::is_too_large`] above 64 KiB.
    pub fn encrypt_seal(
        payload: &[u8],
        key: &Key,
        external_aad: &[u8],
        salt: &[u8],
        iv: &[u8],
    ) -> Result<Vec<u8>, Error> {
        let iv = <[u8; IV_LEN]>::try_from(iv).map_err(|_| Error::misuse("an IV has 12 bytes"))?;
        foreign::encrypt_seal(payload, key, external_aad, salt, iv)
    }

    /// The COSE_KDF_Context for a key of the content layer's algorithm (RFC 9053 section 5.2): the `info` of HKDF.
    ///
    /// `recipient_protected` is the recipient's protected header as it stands in the message, without its head; `other` is
    /// SuppPubInfo's last element. Nothing is known of the parties.
    ///
    /// ```
    /// # use orderslip::{Alg, hazmat};
    /// let context = hazmat::cose::kdf_context(Alg::A256Gcm, &[0xa1, 0x01, 0x29], None);
    /// assert_eq!(context, b"\x84\x03\x83\xf6\xf6\xf6\x83\xf6\xf6\xf6\x82\x19\x01\x00\x43\xa1\x01\x29");
    /// ```
    #[must_use]
    pub fn kdf_context(alg: Alg, recipient_protected: &[u8], other: Option<&[u8]>) -> Vec<u8> {
        key::kdf_context(alg, recipient_protected, other)
    }
}

/// JSON Web Signature in the compact serialization (RFC 7515), of at most 64 KiB.
///
/// ```
/// use orderslip::{Alg, Key, hazmat};
/// # fn main() -> Result<(), orderslip::Error> {
/// // RFC 8037 appendix A.4
/// let key = Key::from_jwk_as(r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#, Alg::Ed25519)?;
/// let token = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.\
///     hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
/// assert_eq!(hazmat::jws::verify(token, &key)?, b"Example of Ed25519 signing");
/// # Ok(()) }
/// ```
#[cfg(feature = "jose")]
#[cfg_attr(docsrs, doc(cfg(feature = "jose")))]
#[doc(alias("jwt"))]
pub mod jws {
    use crate::{envelope::jose::foreign, error::Error, key::Key};

    /// Verifies a JWS and gives its payload. The key's algorithm is the only one that is taken: HS256, HS384, HS512, EdDSA,
    /// ES256 or ES384.
    ///
    /// # Errors
    /// [`Error::is_rejected`] if it is not exactly three parts of canonical base64url, if its header is not one JSON object with
    /// unique members, names another algorithm or none, has a `crit`, `b64`, `zip`, `enc` or a key of its own, or if the
    /// signature does not hold.
    pub fn verify(token: &str, key: &Key) -> Result<Vec<u8>, Error> {
        foreign::jws_verify(token, key)
    }
}

/// JSON Web Encryption in the compact serialization (RFC 7516), of at most 64 KiB, under the content key itself (`dir`).
///
/// ```
/// use orderslip::{Key, hazmat};
/// # fn main() -> Result<(), orderslip::Error> {
/// // RFC 7516 with RFC 7518 section 4.5; the key is that of RFC 7520 section 5.6.1.
/// let key = Key::from_jwk(r#"{"kty":"oct","use":"enc","alg":"A128GCM","k":"XctOhJAkA-pD9Lh7ZgW_2A"}"#)?;
/// assert!(hazmat::jwe::open("eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0..refa467QzzKx6QAB.AA.AA", &key).is_err());
/// # Ok(()) }
/// ```
#[cfg(feature = "jose")]
#[cfg_attr(docsrs, doc(cfg(feature = "jose")))]
#[doc(alias("jwt"))]
pub mod jwe {
    use crate::{envelope::jose::foreign, error::Error, key::Key};

    /// Opens a JWE and gives its plaintext. The key is one for `A128GCM` or `A256GCM`.
    ///
    /// # Errors
    /// [`Error::is_rejected`] if it is not exactly five parts of canonical base64url of which the second is empty, if its header
    /// is not one JSON object with unique members, names another algorithm than `dir` and the key's, has a `crit`, `zip` or a
    /// key of its own, or if the tag does not hold.
    pub fn open(token: &str, key: &Key) -> Result<Vec<u8>, Error> {
        foreign::jwe_open(token, key)
    }
}
