//! jsonwebtoken: HS256 with an expiry that it checks, on both of its backends in one process.
//!
//! The backend is a choice for the whole process, and with both built in there is none, so what is installed here forwards to either: a load
//! of a flag and a jump more than with one of them alone.

use crate::stage::{Class, Scene, State};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation,
    crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils, rust_crypto},
    decode, encode,
    errors::Error,
};
use serde::{Deserialize, Serialize};
use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

pub const RUST_CRYPTO: &str = "jsonwebtoken HS256 (rust_crypto)";
#[cfg(feature = "all")]
pub const AWS_LC_RS: &str = "jsonwebtoken HS256 (aws_lc_rs)";

/// The claims set of the peers that take any serde type for one.
#[derive(Serialize, Deserialize)]
pub struct Claims<T> {
    pub exp: u64,
    pub state: T,
}

pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970").as_secs()
}

impl<T> Claims<T> {
    pub fn of(state: T) -> Self {
        Self { exp: now() + 1_800, state }
    }

    /// For peers that hand out bytes and check no time.
    #[cfg(feature = "all")]
    pub fn in_time(self) -> Option<T> {
        (self.exp > now()).then_some(self.state)
    }
}

static AWS: AtomicBool = AtomicBool::new(false);

static EITHER: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key| signer(algorithm, key),
    verifier_factory: |algorithm, key| verifier(algorithm, key),
    key_utils: KeyUtils::new_unimplemented(),
};

fn provider() -> &'static CryptoProvider {
    #[cfg(feature = "all")]
    if AWS.load(Ordering::Relaxed) {
        return &jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
    }
    &rust_crypto::DEFAULT_PROVIDER
}

fn signer(algorithm: &Algorithm, key: &EncodingKey) -> Result<Box<dyn JwtSigner>, Error> {
    (provider().signer_factory)(algorithm, key)
}

fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>, Error> {
    (provider().verifier_factory)(algorithm, key)
}

/// Once, before any contender enters.
pub fn install() {
    EITHER.install_default().expect("nobody has touched the global");
}

pub fn enter<T: State>(scene: &mut Scene<'_, T>) {
    backend(scene, RUST_CRYPTO, false);
    #[cfg(feature = "all")]
    backend(scene, AWS_LC_RS, true);
}

fn backend<T: State>(scene: &mut Scene<'_, T>, name: &'static str, aws: bool) {
    let secret = [7; 32];
    let (encoding, decoding) = (EncodingKey::from_secret(&secret), DecodingKey::from_secret(&secret));
    let (header, validation) = (Header::new(Algorithm::HS256), Validation::new(Algorithm::HS256));
    let seal = move |state: &T| {
        AWS.store(aws, Ordering::Relaxed);
        encode(&header, &Claims::of(state), &encoding).expect("JSON")
    };
    let open = move |token: &str| {
        AWS.store(aws, Ordering::Relaxed);
        Some(decode::<Claims<T>>(token, &decoding, &validation).ok()?.claims.state)
    };
    scene.enter(name, Class::Jws, seal, open);
}
