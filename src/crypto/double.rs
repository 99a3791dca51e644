//! A stand-in for `crypto.rs` under Miri, which interprets Rust and cannot run the assembly of `ring`. **Nothing here keeps a secret.**
//!
//! It has the surface of `crypto.rs`, name by name (`tests/layers`), and of its properties those that tests rest on: what was sealed
//! opens, any change is noticed, other keys do not open, a failed open leaves no plaintext. It may not know who calls it, nor be reached by
//! any other build: `lib.rs` names it under `cfg(miri)` alone, and who sets that by hand is stopped by the lines below. They want debug
//! assertions, which no release has, and the sysroot that `cargo miri` interprets with.

#[cfg(any(not(miri), not(debug_assertions)))]
compile_error!("the test double of crypto.rs is for Miri alone");
const _MIRI: &str = env!("MIRI_SYSROOT", "the test double of crypto.rs is for Miri alone");

use crate::{bytes::Wiped, error::Error};
use std::{
    hash::{BuildHasher as _, RandomState},
    sync::atomic::{AtomicU64, Ordering},
};
use zeroize::Zeroizing;

pub(crate) const IV_LEN: usize = 12;
pub(crate) const TAG_LEN: usize = 16;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Unauthentic;

/// Four lanes that each take every eight bytes, and stir: changes show everywhere, and that is all.
#[derive(Clone)]
struct Stirred([u64; 4]);

impl Stirred {
    fn of(label: &str, parts: &[&[u8]]) -> Self {
        let mut stirred = Self([1, 2, 3, 4]).and(label.as_bytes());
        for part in parts {
            stirred = stirred.and(part);
        }
        stirred
    }

    fn and(mut self, part: &[u8]) -> Self {
        self.take(u64::try_from(part.len()).unwrap_or(u64::MAX));
        for chunk in part.chunks(8) {
            let mut word = [0; 8];
            word.iter_mut().zip(chunk).for_each(|(to, from)| *to = *from);
            self.take(u64::from_le_bytes(word));
        }
        self
    }

    fn take(&mut self, word: u64) {
        let mut carried = word;
        for lane in &mut self.0 {
            let mixed = (*lane ^ carried).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
            *lane = mixed ^ (mixed >> 32);
            carried = carried.rotate_left(17) ^ *lane;
        }
    }

    fn fill(mut self, out: &mut [u8]) {
        for chunk in out.chunks_mut(32) {
            self.take(0x6f75_7400);
            self.take(0x7075_7400);
            let bytes = self.0.iter().flat_map(|lane| lane.to_le_bytes());
            chunk.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
        }
    }

    fn bytes<const N: usize>(self) -> [u8; N] {
        let mut out = [0; N];
        self.fill(&mut out);
        out
    }
}

pub(crate) fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    fill_random(&mut bytes)?;
    Ok(bytes)
}

pub(crate) struct Iv([u8; IV_LEN]);

impl Iv {
    pub(crate) fn fresh() -> Result<Self, Error> {
        random().map(Self)
    }

    pub(crate) fn fresh_beside<const N: usize>() -> Result<([u8; N], Self), Error> {
        Ok((random()?, Self::fresh()?))
    }

    pub(crate) const fn given(bytes: [u8; IV_LEN]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn bytes(&self) -> [u8; IV_LEN] {
        self.0
    }
}

pub(crate) fn fill_random(bytes: &mut [u8]) -> Result<(), Error> {
    static DRAWN: AtomicU64 = AtomicU64::new(0);
    #[cfg(test)]
    if tests::RANDOM_IS_BROKEN.get() {
        return Err(Error::no_randomness());
    }
    if bytes.len() > 1 << 20 {
        return Err(Error::no_randomness());
    }
    let drawn = DRAWN.fetch_add(1, Ordering::Relaxed);
    let noise = RandomState::new().hash_one(drawn);
    Stirred::of("random", &[&drawn.to_le_bytes(), &noise.to_le_bytes()]).fill(bytes);
    Ok(())
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Stirred::of("sha256", &[bytes]).bytes()
}

#[cfg(feature = "jsonwebtoken")]
pub(crate) fn hash(hash: Hash, bytes: &[u8]) -> impl AsRef<[u8]> + use<> {
    let mut out = vec![0; hash.len()];
    Stirred::of("hash", &[bytes]).fill(&mut out);
    out
}

pub(crate) fn hkdf_sha256(secret: &[u8], salt: &[u8], info: &[&[u8]], out: &mut [u8]) -> Option<()> {
    if out.len() > 255 * 32 {
        return None;
    }
    Stirred::of("hkdf", &[secret, salt, &info.concat()]).fill(out);
    Some(())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    pub(crate) const fn len(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }
}

pub(crate) struct MacKey(Hash, Wiped);

impl MacKey {
    pub(crate) fn new(hash: Hash, secret: &[u8]) -> Self {
        Self(hash, Wiped::new(secret.to_vec()))
    }

    pub(crate) fn sign(&self, message: &[u8]) -> impl AsRef<[u8]> + use<> {
        let mut tag = vec![0; self.0.len()];
        Stirred::of("mac", &[&self.1, message]).fill(&mut tag);
        tag
    }

    pub(crate) fn verify(&self, message: &[u8], tag: &[u8]) -> Result<(), Unauthentic> {
        (self.sign(message).as_ref() == tag).then_some(()).ok_or(Unauthentic)
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

    const fn name(self) -> &'static str {
        match self {
            Self::Aes128Gcm => "A128GCM",
            Self::Aes256Gcm => "A256GCM",
            Self::ChaCha20Poly1305 => "C20P",
        }
    }
}

pub(crate) struct AeadKey(Cipher, Wiped);

impl AeadKey {
    pub(crate) fn new(cipher: Cipher, key: &[u8]) -> Option<Self> {
        (key.len() == cipher.key_len()).then(|| Self(cipher, Wiped::new(key.to_vec())))
    }

    pub(crate) fn seal(&self, Iv(iv): Iv, aad: &[u8], in_out: &mut [u8]) -> Result<[u8; TAG_LEN], Error> {
        self.apply_key_stream(iv, in_out);
        Ok(self.tag(iv, aad, in_out))
    }

    pub(crate) fn open(&self, iv: [u8; IV_LEN], aad: &[u8], in_out: &mut [u8]) -> Result<usize, Unauthentic> {
        #[cfg(test)]
        tests::OPENED.set(tests::OPENED.get() + 1);
        let opened = match in_out.split_last_chunk_mut::<TAG_LEN>() {
            Some((text, tag)) if *tag == self.tag(iv, aad, text) => {
                self.apply_key_stream(iv, text);
                Ok(text.len())
            }
            _ => Err(Unauthentic),
        };
        if opened.is_err() {
            zeroize::Zeroize::zeroize(in_out);
        }
        opened
    }

    fn tag(&self, iv: [u8; IV_LEN], aad: &[u8], text: &[u8]) -> [u8; TAG_LEN] {
        Stirred::of(self.0.name(), &[&self.1, &iv, aad, text]).bytes()
    }

    fn apply_key_stream(&self, iv: [u8; IV_LEN], text: &mut [u8]) {
        let mut stream = Zeroizing::new(vec![0; text.len()]);
        Stirred::of(self.0.name(), &[&self.1, &iv]).fill(&mut stream);
        text.iter_mut().zip(stream.iter()).for_each(|(byte, noise)| *byte ^= noise);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Curve {
    Ed25519,
    P256,
    P384,
}

impl Curve {
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

    const fn name(self) -> &'static str {
        match self {
            Self::Ed25519 => "Ed25519",
            Self::P256 => "P-256",
            Self::P384 => "P-384",
        }
    }

    fn public_of(self, private: &[u8]) -> Vec<u8> {
        let mut public = vec![4; self.public_len()];
        let from = if self == Self::Ed25519 { 0 } else { 1 };
        if let Some(point) = public.get_mut(from..) {
            Stirred::of(self.name(), &[private]).fill(point);
        }
        public
    }

    /// Anybody can make one who knows the public key.
    fn signature_of(self, public: &[u8], message: &[u8]) -> Vec<u8> {
        let mut signature = vec![0; 2 * self.field_len()];
        Stirred::of(self.name(), &[public, message]).fill(&mut signature);
        signature
    }
}

pub(crate) struct Signer {
    curve: Curve,
    public: Vec<u8>,
}

impl Signer {
    pub(crate) fn new(curve: Curve, private: &[u8], public: &[u8]) -> Option<Self> {
        let is_pair = private.len() == curve.field_len() && curve.public_of(private) == public;
        is_pair.then(|| Self { curve, public: public.to_vec() })
    }

    pub(crate) fn generate(curve: Curve) -> Result<(Wiped, Self), Error> {
        let mut private = vec![0; curve.field_len()];
        fill_random(&mut private)?;
        let public = curve.public_of(&private);
        Ok((Wiped::new(private), Self { curve, public }))
    }

    pub(crate) fn from_seed(seed: &[u8; 32]) -> Result<Self, Error> {
        Ok(Self { curve: Curve::Ed25519, public: Curve::Ed25519.public_of(seed) })
    }

    pub(crate) fn public(&self) -> &[u8] {
        &self.public
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Result<impl AsRef<[u8]> + use<>, Error> {
        Ok(self.curve.signature_of(&self.public, message))
    }
}

pub(crate) struct Verifier(Curve, Vec<u8>);

impl Verifier {
    pub(crate) fn new(curve: Curve, public: &[u8]) -> Option<Self> {
        let is_point = curve == Curve::Ed25519 || public.first() == Some(&4);
        (public.len() == curve.public_len() && is_point).then(|| Self(curve, public.to_vec()))
    }

    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Unauthentic> {
        (self.0.signature_of(&self.1, message) == signature).then_some(()).ok_or(Unauthentic)
    }
}

/// The tests of `ring` and of `crypto.rs` are not for this; what other tests need of them is the same.
#[cfg(test)]
pub(crate) mod tests;
