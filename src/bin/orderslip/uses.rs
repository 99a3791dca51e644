//! What a key is for, as the command names it.
//!
//! It may not know rings or files.

use clap::ValueEnum;
use orderslip::{Alg, JweEnc, JwsAlg, PublicAlg, hazmat::Format};

/// What a key is for, by the constructor of `Sealer` that takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Use {
    /// `Sealer::encrypted`, AES-256-GCM
    Encrypted,
    /// `Sealer::encrypted`, ChaCha20/Poly1305
    EncryptedChacha20,
    /// `Sealer::signed` and `Sealer::jws`, HMAC with SHA-256
    Signed,
    /// `Sealer::publicly_signed` and `Sealer::jws` with Ed25519
    Ed25519,
    /// `Sealer::publicly_signed` and `Sealer::jws` with P-256
    Es256,
    /// `Sealer::jws`, HMAC with SHA-384
    Hs384,
    /// `Sealer::jws`, HMAC with SHA-512
    Hs512,
    /// `Sealer::jwe`, AES-128-GCM
    A128gcm,
    /// `Sealer::jwe`, AES-256-GCM
    A256gcm,
}

impl Use {
    /// One of each constructor that needs no other service to speak with.
    pub(crate) const USUAL: [Self; 4] = [Self::Encrypted, Self::Signed, Self::Ed25519, Self::Es256];

    pub(crate) fn alg(self) -> Alg {
        match self {
            Self::Encrypted => Alg::HkdfA256Gcm,
            Self::EncryptedChacha20 => Alg::HkdfChaCha20Poly1305,
            Self::Signed => Alg::Hs256,
            Self::Ed25519 => Alg::Ed25519,
            Self::Es256 => Alg::Es256,
            Self::Hs384 => Alg::Hs384,
            Self::Hs512 => Alg::Hs512,
            Self::A128gcm => Alg::A128Gcm,
            Self::A256gcm => Alg::A256Gcm,
        }
    }

    /// Whether one sealer takes either, so that one can follow on the other.
    pub(crate) fn follows(self, other: Self) -> bool {
        let encrypts = |found| matches!(found, Self::Encrypted | Self::EncryptedChacha20);
        self == other || (encrypts(self) && encrypts(other))
    }

    pub(crate) fn of(alg: Alg) -> Option<Self> {
        Self::value_variants().iter().copied().find(|found| found.alg() == alg)
    }

    /// The format of its tokens, in COSE where there is one and JOSE is not asked for; none if JOSE has none.
    pub(crate) fn format(self, jose: bool) -> Option<Format> {
        Some(match (self, jose) {
            (Self::Encrypted | Self::EncryptedChacha20, true) => return None,
            (Self::Encrypted | Self::EncryptedChacha20, false) => Format::Encrypted,
            (Self::Signed, false) => Format::Signed,
            (Self::Ed25519, false) => Format::PubliclySigned(PublicAlg::Ed25519),
            (Self::Es256, false) => Format::PubliclySigned(PublicAlg::Es256),
            (Self::Signed, true) => Format::Jws(JwsAlg::Hs256),
            (Self::Ed25519, true) => Format::Jws(JwsAlg::Ed25519),
            (Self::Es256, true) => Format::Jws(JwsAlg::Es256),
            (Self::Hs384, _) => Format::Jws(JwsAlg::Hs384),
            (Self::Hs512, _) => Format::Jws(JwsAlg::Hs512),
            (Self::A128gcm, _) => Format::Jwe(JweEnc::A128Gcm),
            (Self::A256gcm, _) => Format::Jwe(JweEnc::A256Gcm),
        })
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Encrypted => "encrypted",
            Self::EncryptedChacha20 => "encrypted-chacha20",
            Self::Signed => "signed",
            Self::Ed25519 => "ed25519",
            Self::Es256 => "es256",
            Self::Hs384 => "hs384",
            Self::Hs512 => "hs512",
            Self::A128gcm => "a128gcm",
            Self::A256gcm => "a256gcm",
        }
    }
}
