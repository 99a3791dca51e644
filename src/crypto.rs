//! Every cryptographic primitive, in the words of this library: the only file that names `ring`.
//!
//! It may not know what is sealed or signed, nor in which format. A tag, a MAC and a signature are compared here and
//! nowhere else: none of the types below has `PartialEq`, and the comparison is `ring`'s own (docs/threats.md T36).

use crate::{bytes::Wiped, error::Error};
use ring::{
    aead::{self, Aad, LessSafeKey, Nonce, UnboundKey},
    agreement, digest, hkdf, hmac,
    rand::{SecureRandom, SystemRandom},
    signature::{self, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey},
};
use zeroize::Zeroizing;

/// 96 bits: the one IV length of AES-GCM that is not hashed, and the only one of ChaCha20/Poly1305 (RFC 9053 section 4).
pub(crate) const IV_LEN: usize = aead::NONCE_LEN;
/// 128 bits (RFC 9053 sections 4.1 and 4.3); shorter tags are not offered.
pub(crate) const TAG_LEN: usize = 16;

/// The proof did not hold. It says no more, because there is no more to say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unauthentic;

/// `N` fresh bytes from the system's generator, never from a pool of our own: a pool would be copied by fork and by
/// snapshots of a machine, and a repeated IV is fatal.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    fill_random(&mut bytes)?;
    Ok(bytes)
}

/// An IV that nothing has been sealed with: made here, and used up by [`AeadKey::seal`].
pub(crate) struct Iv([u8; IV_LEN]);

impl Iv {
    pub(crate) fn fresh() -> Result<Self, Error> {
        random().map(Self)
    }

    /// With some more fresh bytes, in one call of the system, which costs as much as all else that sealing a small state takes.
    pub(crate) fn fresh_beside<const N: usize>() -> Result<([u8; N], Self), Error> {
        let mut bytes = [0; 64];
        let wanted = bytes.get_mut(..N + IV_LEN).ok_or_else(Error::no_randomness)?;
        fill_random(wanted)?;
        let (beside, rest) = wanted.split_first_chunk().ok_or_else(Error::no_randomness)?;
        let iv = rest.first_chunk().ok_or_else(Error::no_randomness)?;
        Ok((*beside, Self(*iv)))
    }

    /// For known answers: whoever gives it answers for its uniqueness.
    pub(crate) const fn given(bytes: [u8; IV_LEN]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn bytes(&self) -> [u8; IV_LEN] {
        self.0
    }
}

pub(crate) fn fill_random(bytes: &mut [u8]) -> Result<(), Error> {
    #[cfg(test)]
    if tests::RANDOM_IS_BROKEN.get() {
        return Err(Error::no_randomness());
    }
    SystemRandom::new().fill(bytes).map_err(|_| Error::no_randomness())
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    out
}

/// For other people's thumbprints; ours are SHA-256.
#[cfg(feature = "jsonwebtoken")]
pub(crate) fn hash(hash: Hash, bytes: &[u8]) -> impl AsRef<[u8]> + use<> {
    let algorithm = match hash {
        Hash::Sha256 => &digest::SHA256,
        Hash::Sha384 => &digest::SHA384,
        Hash::Sha512 => &digest::SHA512,
    };
    digest::digest(algorithm, bytes)
}

/// HKDF-SHA-256 (RFC 5869). `None` if more than 255 blocks of output are asked for.
pub(crate) fn hkdf_sha256(secret: &[u8], salt: &[u8], info: &[&[u8]], out: &mut [u8]) -> Option<()> {
    struct Len(usize);
    impl hkdf::KeyType for Len {
        fn len(&self) -> usize {
            self.0
        }
    }
    let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(secret);
    prk.expand(info, Len(out.len())).and_then(|okm| okm.fill(out)).ok()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    /// Of the output, in bytes.
    pub(crate) const fn len(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }
}

/// A MAC key that `ring` has made ready.
pub(crate) struct MacKey(hmac::Key);

impl MacKey {
    pub(crate) fn new(hash: Hash, secret: &[u8]) -> Self {
        let algorithm = match hash {
            Hash::Sha256 => hmac::HMAC_SHA256,
            Hash::Sha384 => hmac::HMAC_SHA384,
            Hash::Sha512 => hmac::HMAC_SHA512,
        };
        Self(hmac::Key::new(algorithm, secret))
    }

    pub(crate) fn sign(&self, message: &[u8]) -> impl AsRef<[u8]> + use<> {
        hmac::sign(&self.0, message)
    }

    /// Full length only: `ring` compares the length, too.
    pub(crate) fn verify(&self, message: &[u8], tag: &[u8]) -> Result<(), Unauthentic> {
        hmac::verify(&self.0, message, tag).map_err(|_| Unauthentic)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cipher {
    Aes128Gcm,
    Aes256Gcm,
    ChaCha20Poly1305,
}

impl Cipher {
    pub(crate) const fn key_len(self) -> usize {
        match self {
            Self::Aes128Gcm => 16,
            Self::Aes256Gcm | Self::ChaCha20Poly1305 => 32,
        }
    }
}

/// A content key that `ring` has made ready.
pub(crate) struct AeadKey(LessSafeKey);

impl AeadKey {
    /// `None` if the key is not of the cipher's length.
    pub(crate) fn new(cipher: Cipher, key: &[u8]) -> Option<Self> {
        let algorithm = match cipher {
            Cipher::Aes128Gcm => &aead::AES_128_GCM,
            Cipher::Aes256Gcm => &aead::AES_256_GCM,
            Cipher::ChaCha20Poly1305 => &aead::CHACHA20_POLY1305,
        };
        UnboundKey::new(algorithm, key).ok().map(|key| Self(LessSafeKey::new(key)))
    }

    /// Encrypts in place and gives the tag.
    pub(crate) fn seal(&self, Iv(iv): Iv, aad: &[u8], in_out: &mut [u8]) -> Result<[u8; TAG_LEN], Error> {
        let tag = self
            .0
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key(iv), Aad::from(aad), in_out)
            .map_err(|_| Error::misuse("more plaintext than one message may hold"))?;
        let mut out = [0; TAG_LEN];
        out.copy_from_slice(tag.as_ref());
        Ok(out)
    }

    /// Decrypts in place and gives the plaintext's length; the tag is the last 16 bytes. After a failure the buffer holds
    /// no plaintext (CVE-2023-42811).
    pub(crate) fn open(&self, iv: [u8; IV_LEN], aad: &[u8], in_out: &mut [u8]) -> Result<usize, Unauthentic> {
        #[cfg(test)]
        tests::OPENED.set(tests::OPENED.get() + 1);
        match self.0.open_in_place(Nonce::assume_unique_for_key(iv), Aad::from(aad), in_out) {
            Ok(plaintext) => Ok(plaintext.len()),
            Err(_) => {
                // ring verifies before it decrypts or wipes what it has written; this does not rest on either.
                zeroize::Zeroize::zeroize(in_out);
                Err(Unauthentic)
            }
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Curve {
    Ed25519,
    P256,
    P384,
}

impl Curve {
    /// Of the private scalar or seed, and of one coordinate.
    pub(crate) const fn field_len(self) -> usize {
        match self {
            Self::Ed25519 | Self::P256 => 32,
            Self::P384 => 48,
        }
    }

    pub(crate) const fn public_len(self) -> usize {
        match self {
            Self::Ed25519 => 32,
            Self::P256 | Self::P384 => 1 + 2 * self.field_len(),
        }
    }
}

/// A signing key with its public half.
pub(crate) struct Signer {
    pair: Pair,
    public: Vec<u8>,
}

enum Pair {
    Ed25519(Ed25519KeyPair),
    Ecdsa(Box<EcdsaKeyPair>),
}

impl Signer {
    /// `None` unless the public half belongs to the private one, so that no signature under a foreign public key can be
    /// drawn from it (RUSTSEC-2022-0093).
    pub(crate) fn new(curve: Curve, private: &[u8], public: &[u8]) -> Option<Self> {
        let ecdsa = |algorithm| {
            EcdsaKeyPair::from_private_key_and_public_key(algorithm, private, public, &SystemRandom::new())
                .map(|pair| Pair::Ecdsa(Box::new(pair)))
        };
        let pair = match curve {
            Curve::Ed25519 => Ed25519KeyPair::from_seed_and_public_key(private, public).map(Pair::Ed25519),
            Curve::P256 => ecdsa(&signature::ECDSA_P256_SHA256_FIXED_SIGNING),
            Curve::P384 => ecdsa(&signature::ECDSA_P384_SHA384_FIXED_SIGNING),
        };
        pair.ok().map(|pair| Self { pair, public: public.to_vec() })
    }

    /// The private bytes and the pair for a new key.
    pub(crate) fn generate(curve: Curve) -> Result<(Wiped, Self), Error> {
        let algorithm = match curve {
            Curve::Ed25519 => {
                let seed = Zeroizing::new(random::<32>()?);
                return Self::from_seed(&seed).map(|signer| (Wiped::new(seed.to_vec()), signer));
            }
            Curve::P256 => &signature::ECDSA_P256_SHA256_FIXED_SIGNING,
            Curve::P384 => &signature::ECDSA_P384_SHA384_FIXED_SIGNING,
        };
        // ring hands out a new key as PKCS#8 only. Its DER has one layout: the public point ends it, behind the
        // private scalar and the five bytes of a [1] BIT STRING head (RFC 5915 section 3). `new` checks that the two agree.
        let document =
            EcdsaKeyPair::generate_pkcs8(algorithm, &SystemRandom::new()).map_err(|_| Error::no_randomness())?;
        let document = document.as_ref();
        let private_and_public = || {
            let (before, public) = document.split_at_checked(document.len().checked_sub(curve.public_len())?)?;
            let scalar_end = before.len().checked_sub(5)?;
            let private = before.get(scalar_end.checked_sub(curve.field_len())?..scalar_end)?;
            Self::new(curve, private, public).map(|signer| (Wiped::new(private.to_vec()), signer))
        };
        private_and_public().ok_or_else(Error::no_randomness)
    }

    pub(crate) fn from_seed(seed: &[u8; 32]) -> Result<Self, Error> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| Error::bad_key("not an Ed25519 seed"))?;
        let public = pair.public_key().as_ref().to_vec();
        Ok(Self { pair: Pair::Ed25519(pair), public })
    }

    pub(crate) fn public(&self) -> &[u8] {
        &self.public
    }

    /// Ed25519 is deterministic; ring's ECDSA nonce is drawn from key, message and fresh randomness (RFC 8725 section 3.2).
    pub(crate) fn sign(&self, message: &[u8]) -> Result<impl AsRef<[u8]> + use<>, Error> {
        match &self.pair {
            Pair::Ed25519(pair) => Ok(pair.sign(message)),
            Pair::Ecdsa(pair) => pair.sign(&SystemRandom::new(), message).map_err(|_| Error::no_randomness()),
        }
    }
}

/// A public key.
pub(crate) struct Verifier(UnparsedPublicKey<Vec<u8>>);

impl Verifier {
    /// `None` if the key has the wrong length, is no point of the curve, or is one of small order.
    pub(crate) fn new(curve: Curve, public: &[u8]) -> Option<Self> {
        let algorithm: &'static dyn signature::VerificationAlgorithm = match curve {
            Curve::Ed25519 => &signature::ED25519,
            Curve::P256 => &signature::ECDSA_P256_SHA256_FIXED,
            Curve::P384 => &signature::ECDSA_P384_SHA384_FIXED,
        };
        let well_formed = public.len() == curve.public_len() && is_on_curve(curve, public);
        well_formed.then(|| Self(UnparsedPublicKey::new(algorithm, public.to_vec())))
    }

    /// Fixed-length signatures only: r‖s with r and s in 1..n-1, or R‖S with S < L.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Unauthentic> {
        self.0.verify(message, signature).map_err(|_| Unauthentic)
    }
}

/// ring tells whether a point is valid only where it uses one; an agreement with a throwaway key does, at load time.
/// For Ed25519 there is no such check: a string that is no point verifies nothing. A point of small order would verify what anybody signs.
fn is_on_curve(curve: Curve, public: &[u8]) -> bool {
    let algorithm = match curve {
        Curve::Ed25519 => return !is_of_small_order(public),
        Curve::P256 => &agreement::ECDH_P256,
        Curve::P384 => &agreement::ECDH_P384,
    };
    agreement::EphemeralPrivateKey::generate(algorithm, &SystemRandom::new())
        .and_then(|throwaway| {
            agreement::agree_ephemeral(throwaway, &agreement::UnparsedPublicKey::new(algorithm, public), |_| ())
        })
        .is_ok()
}

/// The y, little-endian and without the sign bit, of the eight points of edwards25519 (RFC 8032 section 5.1) whose order divides the
/// cofactor 8, and the spellings of RFC 8032 section 5.1.3 that are not reduced and stand for one: 0, 1, the two of order 8, p-1, and p and
/// p+1. Under such a key A the equation of section 5.1.7 knows at most eight values of `[k]A`, whatever the message is, so that anybody finds a
/// signature. They were computed as the multiples of `[L]P` for a P of order 8L.
const SMALL_ORDER: [[u8; 32]; 7] = [
    flanked(0x00, 0x00, 0x00),
    flanked(0x01, 0x00, 0x00),
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf,
        0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20,
        0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
    ],
    flanked(0xec, 0xff, 0x7f),
    flanked(0xed, 0xff, 0x7f),
    flanked(0xee, 0xff, 0x7f),
];

const fn flanked(first: u8, middle: u8, last: u8) -> [u8; 32] {
    let mut bytes = [middle; 32];
    let [start, .., end] = &mut bytes;
    (*start, *end) = (first, last);
    bytes
}

/// Public keys are no secrets: nothing here need take the same time for each.
fn is_of_small_order(public: &[u8]) -> bool {
    let Some((sign_and_y, rest)) = public.split_last() else { return false };
    SMALL_ORDER.iter().any(|[y @ .., last]| y == rest && *last == sign_and_y & 0x7f)
}

#[cfg(test)]
pub(crate) mod tests;
#[cfg(test)]
mod vectors;
