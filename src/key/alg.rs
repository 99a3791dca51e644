//! The algorithms as a table of facts: names, numbers, kinds of key.
//!
//! It may not know any key. A key has exactly one algorithm for life; what a token says about its algorithm is
//! compared with it and never obeyed (RFC 8725 section 3.1).

use crate::crypto::{Cipher, Curve, Hash};

/// What a key is for: one algorithm with all its parameters.
///
/// | variant | JWK `kty`, `alg`, `enc` | COSE | used by |
/// |---|---|---|---|
/// | `HkdfA256Gcm` | oct, `direct+HKDF-SHA-256`, `A256GCM` | -10 and 3 | `Sealer::encrypted`, the default |
/// | `HkdfChaCha20Poly1305` | oct, `direct+HKDF-SHA-256`, `ChaCha20/Poly1305` | -10 and 24 | `Sealer::encrypted` |
/// | `HkdfA128Gcm` | oct, `direct+HKDF-SHA-256`, `A128GCM` | -10 and 1 | `hazmat` |
/// | `Hs256` | oct, `HS256` | 5 | `Sealer::signed`, `Sealer::jws` |
/// | `Ed25519` | OKP Ed25519, `EdDSA` | -8 | `Sealer::publicly_signed`, `Sealer::jws` |
/// | `Es256` | EC P-256, `ES256` | -7 | `Sealer::publicly_signed`, `Sealer::jws` |
/// | `Hs384`, `Hs512` | oct, `HS384`, `HS512` | 6, 7 | `Sealer::jws` |
/// | `Es384` | EC P-384, `ES384` | -35 | `hazmat` |
/// | `A128Gcm`, `A256Gcm` | oct, `A128GCM`, `A256GCM` | 1, 3 | `Sealer::jwe` |
/// | `ChaCha20Poly1305` | oct, `ChaCha20/Poly1305` | 24 | `hazmat` |
///
/// The numbers are those of RFC 9053, the names those of RFC 7518 where it has one and else of the COSE registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Alg {
    /// HMAC with SHA-256, full length.
    Hs256,
    /// HMAC with SHA-384, full length.
    Hs384,
    /// HMAC with SHA-512, full length.
    Hs512,
    /// EdDSA over Ed25519.
    Ed25519,
    /// ECDSA over P-256 with SHA-256.
    Es256,
    /// ECDSA over P-384 with SHA-384.
    Es384,
    /// AES-128-GCM with this very key.
    A128Gcm,
    /// AES-256-GCM with this very key.
    A256Gcm,
    /// ChaCha20/Poly1305 with this very key.
    ChaCha20Poly1305,
    /// A secret from which AES-128-GCM keys are derived with HKDF-SHA-256.
    HkdfA128Gcm,
    /// A secret from which AES-256-GCM keys are derived with HKDF-SHA-256.
    HkdfA256Gcm,
    /// A secret from which ChaCha20/Poly1305 keys are derived with HKDF-SHA-256.
    HkdfChaCha20Poly1305,
}

/// The four things a key can do, with what differs among its algorithms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    Mac(Hash),
    Sign(Curve),
    Aead(Cipher),
    Root(Cipher),
}

/// The JWK `alg` of a secret from which content keys are derived: the name in the COSE registry, as JOSE has none.
const DIRECT_HKDF: &str = "direct+HKDF-SHA-256";

impl Alg {
    pub(crate) const ALL: [Self; 12] = [
        Self::Hs256,
        Self::Hs384,
        Self::Hs512,
        Self::Ed25519,
        Self::Es256,
        Self::Es384,
        Self::A128Gcm,
        Self::A256Gcm,
        Self::ChaCha20Poly1305,
        Self::HkdfA128Gcm,
        Self::HkdfA256Gcm,
        Self::HkdfChaCha20Poly1305,
    ];

    /// Whether its keys are secrets that all parties share, or pairs with a public half.
    ///
    /// Those of a pair go into [`public_jwks`](crate::Keyring::public_jwks).
    #[must_use]
    pub const fn is_symmetric(self) -> bool {
        !matches!(self.family(), Family::Sign(_))
    }

    pub(crate) const fn family(self) -> Family {
        match self {
            Self::Hs256 => Family::Mac(Hash::Sha256),
            Self::Hs384 => Family::Mac(Hash::Sha384),
            Self::Hs512 => Family::Mac(Hash::Sha512),
            Self::Ed25519 => Family::Sign(Curve::Ed25519),
            Self::Es256 => Family::Sign(Curve::P256),
            Self::Es384 => Family::Sign(Curve::P384),
            Self::A128Gcm => Family::Aead(Cipher::Aes128Gcm),
            Self::A256Gcm => Family::Aead(Cipher::Aes256Gcm),
            Self::ChaCha20Poly1305 => Family::Aead(Cipher::ChaCha20Poly1305),
            Self::HkdfA128Gcm => Family::Root(Cipher::Aes128Gcm),
            Self::HkdfA256Gcm => Family::Root(Cipher::Aes256Gcm),
            Self::HkdfChaCha20Poly1305 => Family::Root(Cipher::ChaCha20Poly1305),
        }
    }

    /// The algorithm of a message's content layer (RFC 9053 tables 1 to 6).
    pub(crate) const fn cose_id(self) -> i64 {
        match self {
            Self::Hs256 => 5,
            Self::Hs384 => 6,
            Self::Hs512 => 7,
            Self::Ed25519 => -8,
            Self::Es256 => -7,
            Self::Es384 => -35,
            Self::A128Gcm | Self::HkdfA128Gcm => 1,
            Self::A256Gcm | Self::HkdfA256Gcm => 3,
            Self::ChaCha20Poly1305 | Self::HkdfChaCha20Poly1305 => 24,
        }
    }

    /// The fully specified number for the same algorithm (RFC 9864), where there is one.
    pub(crate) const fn cose_alias(self) -> Option<i64> {
        match self {
            Self::Ed25519 => Some(-19),
            Self::Es256 => Some(-9),
            Self::Es384 => Some(-51),
            _ => None,
        }
    }

    /// The length of the content layer's key, in bytes.
    pub(crate) const fn content_key_len(self) -> usize {
        match self.family() {
            Family::Mac(hash) => hash.len(),
            Family::Aead(cipher) | Family::Root(cipher) => cipher.key_len(),
            Family::Sign(curve) => curve.field_len(),
        }
    }

    /// Of a MAC or a signature, in bytes.
    #[cfg(feature = "jose")]
    pub(crate) const fn proof_len(self) -> usize {
        match self.family() {
            Family::Mac(hash) => hash.len(),
            Family::Sign(curve) => 2 * curve.field_len(),
            Family::Aead(_) | Family::Root(_) => 0,
        }
    }

    /// Of a new symmetric key: as long as its hash or cipher, or what is derived from it, can use.
    pub(super) const fn generated_len(self) -> usize {
        match self.family() {
            Family::Root(_) => super::MIN_SECRET,
            _ => self.content_key_len(),
        }
    }

    /// The JWK's `alg` and `enc`.
    pub(crate) const fn jose_names(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Hs256 => ("HS256", None),
            Self::Hs384 => ("HS384", None),
            Self::Hs512 => ("HS512", None),
            Self::Ed25519 => ("EdDSA", None),
            Self::Es256 => ("ES256", None),
            Self::Es384 => ("ES384", None),
            Self::A128Gcm => ("A128GCM", None),
            Self::A256Gcm => ("A256GCM", None),
            Self::ChaCha20Poly1305 => ("ChaCha20/Poly1305", None),
            Self::HkdfA128Gcm => (DIRECT_HKDF, Some("A128GCM")),
            Self::HkdfA256Gcm => (DIRECT_HKDF, Some("A256GCM")),
            Self::HkdfChaCha20Poly1305 => (DIRECT_HKDF, Some("ChaCha20/Poly1305")),
        }
    }

    /// Exact names only. `Ed25519` is RFC 9864's spelling of the same algorithm, `dir` a JWE's of a content key; both are read and
    /// not written.
    pub(crate) fn from_jose(alg: &str, enc: Option<&str>) -> Option<Self> {
        let (alg, enc) = match (alg, enc) {
            ("Ed25519", enc) => ("EdDSA", enc),
            // RFC 7518 section 4.5: a key for `dir` is the content key itself.
            ("dir", Some(enc @ ("A128GCM" | "A256GCM"))) => (enc, None),
            other => other,
        };
        Self::ALL.into_iter().find(|known| known.jose_names() == (alg, enc))
    }

    pub(crate) const fn kty(self) -> &'static str {
        match self.family() {
            Family::Sign(Curve::Ed25519) => "OKP",
            Family::Sign(_) => "EC",
            _ => "oct",
        }
    }

    pub(crate) const fn crv(self) -> Option<&'static str> {
        match self.family() {
            Family::Sign(Curve::Ed25519) => Some("Ed25519"),
            Family::Sign(Curve::P256) => Some("P-256"),
            Family::Sign(Curve::P384) => Some("P-384"),
            _ => None,
        }
    }

    /// The JWK's `use`.
    pub(super) const fn public_use(self) -> &'static str {
        match self.family() {
            Family::Mac(_) | Family::Sign(_) => "sig",
            Family::Aead(_) | Family::Root(_) => "enc",
        }
    }

    /// The `key_ops` (RFC 7517 section 4.3) that seal and that open.
    pub(crate) const fn key_ops(self) -> [&'static [&'static str]; 2] {
        match self.family() {
            Family::Mac(_) | Family::Sign(_) => [&["sign"], &["verify"]],
            Family::Aead(_) => [&["encrypt"], &["decrypt"]],
            Family::Root(_) => [&["deriveKey", "deriveBits"], &["deriveKey", "deriveBits"]],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 9053 tables 1 to 6, RFC 9864, RFC 7518 sections 3.1 and 6.1, RFC 8037 section 2; and what a new key has.
    #[test]
    fn each_algorithm_is_what_the_registries_say() {
        let table = [
            (Alg::Hs256, (true, "oct", None), (5, None), 32),
            (Alg::Hs384, (true, "oct", None), (6, None), 48),
            (Alg::Hs512, (true, "oct", None), (7, None), 64),
            (Alg::Ed25519, (false, "OKP", Some("Ed25519")), (-8, Some(-19)), 32),
            (Alg::Es256, (false, "EC", Some("P-256")), (-7, Some(-9)), 32),
            (Alg::Es384, (false, "EC", Some("P-384")), (-35, Some(-51)), 48),
            (Alg::A128Gcm, (true, "oct", None), (1, None), 16),
            (Alg::A256Gcm, (true, "oct", None), (3, None), 32),
            (Alg::ChaCha20Poly1305, (true, "oct", None), (24, None), 32),
            // Whatever is derived from it, a secret has the length of the hash at least.
            (Alg::HkdfA128Gcm, (true, "oct", None), (1, None), 32),
            (Alg::HkdfA256Gcm, (true, "oct", None), (3, None), 32),
            (Alg::HkdfChaCha20Poly1305, (true, "oct", None), (24, None), 32),
        ];
        assert_eq!(table.map(|row| row.0), Alg::ALL);
        for (alg, jwk, cose, len) in table {
            assert_eq!((alg.is_symmetric(), alg.kty(), alg.crv()), jwk, "{alg:?}");
            assert_eq!((alg.cose_id(), alg.cose_alias()), cose, "{alg:?}");
            assert_eq!(alg.generated_len(), len, "{alg:?}");
        }
    }
}
