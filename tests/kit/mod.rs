//! What the tests share: engines to store things in, a cart, rings of fixed and of random keys, a sealer of every kind, the states that are measured.
//!
//! It uses the public interface only.
#![allow(dead_code, unreachable_pub, unused_imports, reason = "each test file uses a part of it")]

#[cfg(unix)]
pub mod engines;
pub mod events;
pub mod example;
pub mod jose;
pub mod peers;
pub mod states;

use orderslip::{Alg, Error, Key, Keyring, Lifetime, PublicAlg, Sealer, SlipState, UnixTime};
#[cfg(feature = "jose")]
use orderslip::{JweEnc, JwsAlg};
use serde::{Deserialize, Serialize};
use std::time::Duration;

pub const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);
pub const HOUR: Duration = Duration::from_secs(3_600);

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cart {
    pub lines: Vec<(String, u32)>,
    pub note: Option<String>,
}

impl SlipState for Cart {
    const PURPOSE: &'static str = "shop.example/cart";
    const VERSION: u16 = 1;
}

/// The same shape for another purpose.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Wishlist(pub Cart);

impl SlipState for Wishlist {
    const PURPOSE: &'static str = "shop.example/wishlist";
    const VERSION: u16 = 1;
}

pub fn cart() -> Cart {
    Cart { lines: vec![("JKT-8990-WHT-S".into(), 2), ("SOUP".into(), 1)], note: Some("no onions — danke".into()) }
}

pub fn later(secs: u64) -> UnixTime {
    NOW.checked_add(Duration::from_secs(secs)).expect("far from the year 9999")
}

pub fn earlier(secs: u64) -> UnixTime {
    UnixTime::from_secs(NOW.as_secs() - secs)
}

/// A ring with a key for every kind of sealer, that other processes could have, too.
pub fn shared_ring() -> Keyring {
    let algs = [Alg::HkdfA256Gcm, Alg::Hs256, Alg::Ed25519, Alg::Es256];
    Keyring::new(algs.into_iter().map(|alg| Key::generate(alg).expect("randomness")).collect()).expect("a good ring")
}

pub fn ring_of(alg: Alg) -> Keyring {
    Keyring::new(vec![Key::generate(alg).expect("randomness")]).expect("a good ring")
}

/// One way to make tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Encrypted,
    EncryptedChaCha,
    Signed,
    Ed25519,
    Es256,
    #[cfg(feature = "jose")]
    Jws(JwsAlg),
    #[cfg(feature = "jose")]
    Jwe(JweEnc),
}

#[cfg(feature = "jose")]
pub const JOSE: &[Kind] = &[
    Kind::Jws(JwsAlg::Hs256),
    Kind::Jws(JwsAlg::Hs384),
    Kind::Jws(JwsAlg::Hs512),
    Kind::Jws(JwsAlg::Ed25519),
    Kind::Jws(JwsAlg::Es256),
    Kind::Jwe(JweEnc::A128Gcm),
    Kind::Jwe(JweEnc::A256Gcm),
];
#[cfg(not(feature = "jose"))]
pub const JOSE: &[Kind] = &[];

impl Kind {
    pub const COSE: [Self; 5] = [Self::Encrypted, Self::EncryptedChaCha, Self::Signed, Self::Ed25519, Self::Es256];

    pub fn all() -> impl Iterator<Item = Self> {
        Self::COSE.into_iter().chain(JOSE.iter().copied())
    }

    pub fn alg(self) -> Alg {
        match self {
            Self::Encrypted => Alg::HkdfA256Gcm,
            Self::EncryptedChaCha => Alg::HkdfChaCha20Poly1305,
            Self::Signed => Alg::Hs256,
            Self::Ed25519 => Alg::Ed25519,
            Self::Es256 => Alg::Es256,
            #[cfg(feature = "jose")]
            Self::Jws(alg) => match alg {
                JwsAlg::Hs256 => Alg::Hs256,
                JwsAlg::Hs384 => Alg::Hs384,
                JwsAlg::Hs512 => Alg::Hs512,
                JwsAlg::Ed25519 => Alg::Ed25519,
                _ => Alg::Es256,
            },
            #[cfg(feature = "jose")]
            Self::Jwe(JweEnc::A128Gcm) => Alg::A128Gcm,
            #[cfg(feature = "jose")]
            Self::Jwe(_) => Alg::A256Gcm,
        }
    }

    pub fn is_encrypted(self) -> bool {
        matches!(self, Self::Encrypted | Self::EncryptedChaCha)
    }

    #[cfg(feature = "jose")]
    pub fn is_signed(self) -> bool {
        !self.is_encrypted() && !matches!(self, Self::Jwe(_))
    }

    #[cfg(not(feature = "jose"))]
    pub fn is_signed(self) -> bool {
        !self.is_encrypted()
    }

    pub fn ring(self) -> Keyring {
        ring_of(self.alg())
    }

    pub fn sealer<T: SlipState>(self, ring: &Keyring) -> Sealer<T> {
        self.sealer_for(ring, Lifetime::absolute(8 * HOUR).idle(HOUR)).expect("a good setting")
    }

    pub fn sealer_for<T: SlipState>(self, ring: &Keyring, lifetime: Lifetime) -> Result<Sealer<T>, Error> {
        let builder = match self {
            Self::Encrypted | Self::EncryptedChaCha => Sealer::encrypted(ring),
            Self::Signed => Sealer::signed(ring),
            Self::Ed25519 => Sealer::publicly_signed(ring, PublicAlg::Ed25519),
            Self::Es256 => Sealer::publicly_signed(ring, PublicAlg::Es256),
            #[cfg(feature = "jose")]
            Self::Jws(alg) => Sealer::jws(ring, alg),
            #[cfg(feature = "jose")]
            Self::Jwe(enc) => Sealer::jwe(ring, enc),
        };
        builder.lifetime(lifetime).build()
    }
}
