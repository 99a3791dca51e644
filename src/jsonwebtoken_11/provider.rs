//! Signers and verifiers for `jsonwebtoken` on our cryptography.
//!
//! It may not know tokens, nor the process's default provider: who installs one is the application's own affair. No function
//! in here panics, whatever key and algorithm it is given.

use super::{
    algorithm,
    der::{self, Unfit},
};
use crate::{
    crypto::{self, Curve, Hash, MacKey},
    key::Family,
};
use jsonwebtoken::{
    Algorithm, AlgorithmFamily, DecodingKey, EncodingKey,
    crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils},
    errors::{Error, ErrorKind, Result},
    jwk::{EllipticCurve, ThumbprintHash},
    signature,
};

/// A provider of cryptography for `jsonwebtoken` on `ring`: HS256, HS384, HS512, ES256, ES384 and EdDSA over Ed25519.
///
/// It takes what `jsonwebtoken`'s own providers take, but for this:
///
/// - RSA, signatures and key components alike, is [`ErrorKind::UnsupportedAlgorithm`].
/// - An HMAC secret shorter than the hash's output (32, 48, 64 bytes) is refused, as RFC 7518 section 3.2 demands. Shorter
///   ones can be searched for offline, by anybody who has one token. See [the module](super) for how to leave them.
/// - An EC private key must contain its public key, because `ring` does not compute one. Keys from OpenSSL and from RustCrypto
///   do, some from Java do not. `openssl ec -in key.pem | openssl pkcs8 -topk8 -nocrypt` puts it in.
///
/// An application may install it, in `main` and before anything else touches `jsonwebtoken`; a library never should:
///
/// ```
/// use jsonwebtoken::{DecodingKey, EncodingKey, Header, Validation, decode, encode};
/// use serde_json::{Value, json};
///
/// orderslip::jsonwebtoken_11::RING_PROVIDER.install_default().expect("first to choose");
///
/// # fn run() -> jsonwebtoken::errors::Result<()> {
/// let secret = b"thirty-two or more bytes by chance";
/// let token = encode(&Header::default(), &json!({"exp": 4_000_000_000_u64}), &EncodingKey::from_secret(secret))?;
/// let data = decode::<Value>(&token, &DecodingKey::from_secret(secret), &Validation::default())?;
/// assert_eq!(data.claims["exp"], 4_000_000_000_u64);
/// # Ok(()) }
/// # run().expect("signed and verified");
/// ```
///
/// Nothing need be installed to sign or verify with it directly:
///
/// ```
/// use jsonwebtoken::{Algorithm, EncodingKey, errors::ErrorKind};
/// use orderslip::jsonwebtoken_11::RING_PROVIDER;
///
/// # fn main() -> Result<(), jsonwebtoken::errors::Error> {
/// let signer = (RING_PROVIDER.signer_factory)(&Algorithm::HS256, &EncodingKey::from_secret(&[7; 32]))?;
/// assert_eq!(signer.try_sign(b"header.payload")?.len(), 32);
///
/// let refused = (RING_PROVIDER.signer_factory)(&Algorithm::RS256, &EncodingKey::from_rsa_der(b"a key"));
/// assert!(refused.is_err_and(|error| *error.kind() == ErrorKind::UnsupportedAlgorithm));
/// # Ok(()) }
/// ```
pub static RING_PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: signer,
    verifier_factory: verifier,
    key_utils: KeyUtils {
        rsa_pub_components_from_private_key: no_rsa,
        rsa_pub_components_from_public_key: no_rsa,
        ec_pub_components_from_private_key: ec_components,
        ed_pub_components_from_private_key: ed_component,
        compute_digest: digest,
    },
};

struct RingSigner {
    algorithm: Algorithm,
    key: Signs,
}

enum Signs {
    Mac(MacKey),
    Pair(crypto::Signer),
}

struct RingVerifier {
    algorithm: Algorithm,
    key: Verifies,
}

enum Verifies {
    Mac(MacKey),
    Public(crypto::Verifier),
}

impl JwtSigner for RingSigner {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

impl signature::Signer<Vec<u8>> for RingSigner {
    fn try_sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, signature::Error> {
        match &self.key {
            Signs::Mac(key) => Ok(key.sign(message).as_ref().to_vec()),
            Signs::Pair(pair) => {
                pair.sign(message).map(|signature| signature.as_ref().to_vec()).map_err(signature::Error::from_source)
            }
        }
    }
}

impl JwtVerifier for RingVerifier {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

impl signature::Verifier<Vec<u8>> for RingVerifier {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> std::result::Result<(), signature::Error> {
        let verified = match &self.key {
            Verifies::Mac(key) => key.verify(message, signature),
            Verifies::Public(key) => key.verify(message, signature),
        };
        verified.map_err(|_| signature::Error::new())
    }
}

fn signer(algorithm: &Algorithm, key: &EncodingKey) -> Result<Box<dyn JwtSigner>> {
    let key = match family(*algorithm, key.family())? {
        Family::Mac(hash) => Signs::Mac(mac_key(hash, key.as_bytes())?),
        Family::Sign(curve) => Signs::Pair(pair(curve, key.as_bytes())?),
        Family::Aead(_) | Family::Root(_) => return Err(ErrorKind::UnsupportedAlgorithm.into()),
    };
    Ok(Box::new(RingSigner { algorithm: *algorithm, key }))
}

fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>> {
    let key = match family(*algorithm, key.family())? {
        Family::Mac(hash) => Verifies::Mac(mac_key(hash, key.try_get_as_bytes()?)?),
        Family::Sign(curve) => {
            let public = der::public_key(curve, key.try_get_as_bytes()?).map_err(|unfit| refusal(curve, unfit))?;
            let key = crypto::Verifier::new(curve, public).ok_or_else(|| refusal(curve, Unfit::Malformed))?;
            Verifies::Public(key)
        }
        Family::Aead(_) | Family::Root(_) => return Err(ErrorKind::UnsupportedAlgorithm.into()),
    };
    Ok(Box::new(RingVerifier { algorithm: *algorithm, key }))
}

/// What the algorithm is, if it is one of ours and the key is of its family: the providers of `jsonwebtoken` are asked with
/// whatever key there is, and refuse a foreign one with this very error.
fn family(algorithm: Algorithm, of_key: AlgorithmFamily) -> Result<Family> {
    let alg = algorithm::ours(algorithm).ok_or(ErrorKind::UnsupportedAlgorithm)?;
    if algorithm.family() == of_key { Ok(alg.family()) } else { Err(ErrorKind::InvalidKeyFormat.into()) }
}

fn mac_key(hash: Hash, secret: &[u8]) -> Result<MacKey> {
    if secret.len() < hash.len() {
        let why = "an HMAC secret shorter than the hash (RFC 7518 section 3.2)";
        return Err(ErrorKind::Provider(why.to_owned()).into());
    }
    Ok(MacKey::new(hash, secret))
}

fn pair(curve: Curve, der: &[u8]) -> Result<crypto::Signer> {
    let pair = der::private_key(curve, der, None).map_err(|unfit| refusal(curve, unfit))?;
    crypto::Signer::new(curve, &pair.private, &pair.public).ok_or_else(|| refusal(curve, Unfit::Malformed))
}

fn refusal(curve: Curve, unfit: Unfit) -> Error {
    match (unfit, curve) {
        (Unfit::NoPublicPart, _) => ErrorKind::Provider(super::NO_PUBLIC_PART.to_owned()).into(),
        (Unfit::Malformed, Curve::Ed25519) => ErrorKind::InvalidEddsaKey.into(),
        (Unfit::Malformed, Curve::P256 | Curve::P384) => ErrorKind::InvalidEcdsaKey.into(),
    }
}

/// `ring` has RSA signatures, but they are no algorithm of ours.
fn no_rsa(_: &[u8]) -> Result<(Vec<u8>, Vec<u8>)> {
    Err(ErrorKind::UnsupportedAlgorithm.into())
}

fn ec_components(der: &[u8], algorithm: Algorithm) -> Result<(EllipticCurve, Vec<u8>, Vec<u8>)> {
    let (curve, named) = match algorithm {
        Algorithm::ES256 => (Curve::P256, EllipticCurve::P256),
        Algorithm::ES384 => (Curve::P384, EllipticCurve::P384),
        _ => return Err(ErrorKind::UnsupportedAlgorithm.into()),
    };
    let pair = pair(curve, der)?;
    // `crypto::Signer` has found an uncompressed point: 0x04 and two coordinates (SEC 1 section 2.3.3).
    let point = pair.public().split_first().and_then(|(_, point)| point.split_at_checked(curve.field_len()));
    let (x, y) = point.ok_or(ErrorKind::InvalidEcdsaKey)?;
    Ok((named, x.to_vec(), y.to_vec()))
}

fn ed_component(der: &[u8], curve: &EllipticCurve) -> Result<Vec<u8>> {
    match curve {
        EllipticCurve::Ed25519 => Ok(pair(Curve::Ed25519, der)?.public().to_vec()),
        _ => Err(ErrorKind::UnsupportedAlgorithm.into()),
    }
}

fn digest(data: &[u8], hash: ThumbprintHash) -> Result<Vec<u8>> {
    let hash = match hash {
        ThumbprintHash::SHA256 => Hash::Sha256,
        ThumbprintHash::SHA384 => Hash::Sha384,
        ThumbprintHash::SHA512 => Hash::Sha512,
        _ => return Err(ErrorKind::UnsupportedAlgorithm.into()),
    };
    Ok(crypto::hash(hash, data).as_ref().to_vec())
}
