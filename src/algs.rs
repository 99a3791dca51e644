//! The algorithms that the constructors of sealers and openers let one choose among.
//!
//! It may not know formats. Each is a part of `Alg`: what fits the format, and nothing else.

#[cfg(feature = "jose")]
use crate::key::Alg;

/// The algorithms of [`Sealer::publicly_signed`](crate::Sealer::publicly_signed).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PublicAlg {
    /// EdDSA over Ed25519 (COSE algorithm -8).
    Ed25519,
    /// ECDSA over P-256 with SHA-256 (COSE algorithm -7). Slower, and known to more verifiers.
    Es256,
}

/// The algorithms of [`Sealer::jws`](crate::Sealer::jws).
///
/// With the first three, whoever can verify can seal. With the others, verifiers have a public key only.
#[cfg(feature = "jose")]
#[cfg_attr(docsrs, doc(cfg(feature = "jose")))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JwsAlg {
    /// HMAC with SHA-256: `HS256`.
    Hs256,
    /// HMAC with SHA-384: `HS384`.
    Hs384,
    /// HMAC with SHA-512: `HS512`.
    Hs512,
    /// EdDSA over Ed25519: `EdDSA` (RFC 8037).
    Ed25519,
    /// ECDSA over P-256 with SHA-256: `ES256`.
    Es256,
}

/// The content encryptions of [`Sealer::jwe`](crate::Sealer::jwe), each under the content key itself (`dir`).
#[cfg(feature = "jose")]
#[cfg_attr(docsrs, doc(cfg(feature = "jose")))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JweEnc {
    /// AES-128-GCM: `A128GCM`.
    A128Gcm,
    /// AES-256-GCM: `A256GCM`.
    A256Gcm,
}

#[cfg(feature = "jose")]
impl JwsAlg {
    pub(crate) const fn alg(self) -> Alg {
        match self {
            Self::Hs256 => Alg::Hs256,
            Self::Hs384 => Alg::Hs384,
            Self::Hs512 => Alg::Hs512,
            Self::Ed25519 => Alg::Ed25519,
            Self::Es256 => Alg::Es256,
        }
    }
}

#[cfg(feature = "jose")]
impl JweEnc {
    pub(crate) const fn alg(self) -> Alg {
        match self {
            Self::A128Gcm => Alg::A128Gcm,
            Self::A256Gcm => Alg::A256Gcm,
        }
    }
}
