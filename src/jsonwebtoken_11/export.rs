//! Keys of ours as keys of `jsonwebtoken`, for whoever verifies with it.
//!
//! It may not know what they are used for. Times cannot be told in `jsonwebtoken`'s types, so a key that is over is not handed out.

use super::algorithm;
use crate::{
    bytes,
    error::Error,
    key::{Alg, Key},
    keyring::Keyring,
    time::UnixTime,
};
use jsonwebtoken::{
    DecodingKey,
    jwk::{
        AlgorithmParameters, CommonParameters, EllipticCurve, EllipticCurveKeyParameters, EllipticCurveKeyType, Jwk,
        JwkSet, OctetKeyPairParameters, OctetKeyPairType, PublicKeyUse,
    },
};

/// What verifies the signatures of this key: its public half, or, of an HMAC key, the secret itself.
///
/// ```
/// use jsonwebtoken::DecodingKey;
/// use orderslip::{Alg, Key};
/// # fn main() -> Result<(), orderslip::Error> {
/// let theirs = DecodingKey::try_from(&Key::generate(Alg::Es256)?)?;
/// assert_eq!(theirs.family(), jsonwebtoken::AlgorithmFamily::Ec);
/// assert!(DecodingKey::try_from(&Key::generate(Alg::A256Gcm)?).is_err_and(|error| error.is_misuse()));
/// # Ok(()) }
/// ```
///
/// A [`DecodingKey`] has no end: that of the key ([`Key::expires_at`]) is yours to keep.
///
/// # Errors
/// [`Error::is_misuse`] if the key is not one for HS256, HS384, HS512, ES256, ES384 or Ed25519, or if it is revoked.
impl TryFrom<&Key> for DecodingKey {
    type Error = Error;

    fn try_from(key: &Key) -> Result<Self, Error> {
        let refuse = |why| Err(Error::bad_key(why).about_key(key.id().as_str()));
        if key.revoked_at().is_some() {
            return refuse("revoked");
        }
        match (key.alg(), key.public(), key.secret()) {
            (Alg::Ed25519, Some(public), _) => Ok(Self::from_ed_der(public)),
            (Alg::Es256 | Alg::Es384, Some(public), _) => Ok(Self::from_ec_der(public)),
            (Alg::Hs256 | Alg::Hs384 | Alg::Hs512, _, Some(secret)) => Ok(Self::from_secret(secret.expose())),
            _ => refuse("of an algorithm that `jsonwebtoken` does not have"),
        }
    }
}

/// The public halves of the keys that are accepted at this time, for services that verify with `jsonwebtoken` in this process.
///
/// To publish them, take [`Keyring::public_jwks`] and not this: a [`JwkSet`] cannot say until when a key holds, nor that it is
/// revoked. Hence `now`, and hence revoked and expired keys are not in it.
///
/// ```
/// use orderslip::{Keyring, UnixTime, jsonwebtoken_11::public_jwk_set};
/// # fn main() -> Result<(), orderslip::Error> {
/// let keys = Keyring::generate()?;
/// let set = public_jwk_set(&keys, UnixTime::from_secs(1_800_000_000));
/// assert_eq!(set.keys.len(), 2, "one Ed25519, one P-256, and no secrets");
/// # Ok(()) }
/// ```
#[must_use]
pub fn public_jwk_set(keys: &Keyring, now: UnixTime) -> JwkSet {
    JwkSet { keys: keys.keys().filter(|key| key.is_accepted(now)).filter_map(public_jwk).collect() }
}

fn public_jwk(key: &Key) -> Option<Jwk> {
    let curve = match key.alg() {
        Alg::Ed25519 => EllipticCurve::Ed25519,
        Alg::Es256 => EllipticCurve::P256,
        Alg::Es384 => EllipticCurve::P384,
        _ => return None,
    };
    let public = key.public()?;
    let algorithm = if curve == EllipticCurve::Ed25519 {
        let x = bytes::public_text(public);
        AlgorithmParameters::OctetKeyPair(OctetKeyPairParameters { key_type: OctetKeyPairType::OctetKeyPair, curve, x })
    } else {
        // SEC 1 section 2.3.3: 0x04 and two coordinates.
        let (_, point) = public.split_first()?;
        let (x, y) = point.split_at(point.len() / 2);
        let (x, y) = (bytes::public_text(x), bytes::public_text(y));
        AlgorithmParameters::EllipticCurve(EllipticCurveKeyParameters {
            key_type: EllipticCurveKeyType::EC,
            curve,
            x,
            y,
        })
    };
    let common = CommonParameters {
        public_key_use: Some(PublicKeyUse::Signature),
        key_algorithm: algorithm::theirs(key.alg()).map(Into::into),
        key_id: Some(key.id().as_str().to_owned()),
        ..CommonParameters::default()
    };
    Some(Jwk { common, algorithm })
}
