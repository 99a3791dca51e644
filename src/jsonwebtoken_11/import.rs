//! Keys of `jsonwebtoken` as keys of ours.
//!
//! It may not know what a good key is: every conversion writes down a JWK and has it read by `key` and `keyring`, so that what
//! they refuse is refused here with the same words.

use super::{
    NO_PUBLIC_PART, algorithm,
    der::{self, Unfit},
};
use crate::{
    bytes::{self, Secret},
    crypto::Curve,
    error::Error,
    json::{Json, Members},
    key::{Alg, Family, Key},
    keyring::Keyring,
};
use jsonwebtoken::{
    AlgorithmFamily, DecodingKey, EncodingKey,
    jwk::{AlgorithmParameters, CommonParameters, EllipticCurve, Jwk, JwkSet, KeyOperations, PublicKeyUse},
};

/// A key that seals: what an [`EncodingKey`] signs, the [`Key`] signs, too, and verifies.
///
/// HMAC secrets for HS256, HS384 and HS512; private keys in PKCS#8, of version 1 or 2, for ES256, ES384 and Ed25519. The key's id
/// is its thumbprint (RFC 7638).
///
/// ```
/// use jsonwebtoken::EncodingKey;
/// use orderslip::{Alg, jsonwebtoken_11::signing_key};
/// # fn main() -> Result<(), orderslip::Error> {
/// let theirs = EncodingKey::from_secret(b"an HMAC secret of thirty-two bytes");
/// let key = signing_key(&theirs, Alg::Hs256)?;
/// assert!(key.can_seal());
/// // RFC 7518 section 3.2: not shorter than the hash.
/// assert!(signing_key(&EncodingKey::from_secret(b"secret"), Alg::Hs256).is_err_and(|error| error.is_misuse()));
/// # Ok(()) }
/// ```
///
/// # Errors
/// [`Error::is_misuse`] if the key is not of the algorithm's family or curve, if the algorithm is none of the six, if a secret is
/// shorter than the hash or longer than 512 bytes, if the DER is malformed, if an EC key comes without its public key (then
/// [`signing_key_with_public`] takes it from elsewhere), or if the two do not belong together. Secrets that are long
/// enough and plainly guessable are refused by [`Keyring::new`]. What to do about a secret that is refused stands at [the
/// module](super).
pub fn signing_key(key: &EncodingKey, alg: Alg) -> Result<Key, Error> {
    from_encoding_key(key, None, alg)
}

/// As [`signing_key`], with the public half from a [`DecodingKey`]: for EC keys in PKCS#8 without one, as some tools of Java
/// write them. `ring` does not compute it from the private half.
///
/// ```
/// use jsonwebtoken::{DecodingKey, EncodingKey};
/// use orderslip::{Alg, jsonwebtoken_11::signing_key_with_public};
/// # fn main() -> Result<(), orderslip::Error> {
/// // RFC 8410 section 10.3, and another's public key.
/// let private = EncodingKey::from_ed_der(b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20\
///     \xd4\xee\x72\xdb\xf9\x13\x58\x4a\xd5\xb6\xd8\xf1\xf7\x69\xf8\xad\
///     \x3a\xfe\x7c\x28\xcb\xf1\xd4\xfb\xe0\x97\xa8\x8f\x44\x75\x58\x42");
/// let public = DecodingKey::from_ed_components("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").expect("base64url");
/// assert!(signing_key_with_public(&private, &public, Alg::Ed25519).is_err_and(|error| error.is_misuse()));
/// # Ok(()) }
/// ```
///
/// # Errors
/// [`Error::is_misuse`] as [`signing_key`], if the two are not of one pair, and if the algorithm is symmetric: a secret has no
/// public half.
pub fn signing_key_with_public(key: &EncodingKey, public: &DecodingKey, alg: Alg) -> Result<Key, Error> {
    match alg.family() {
        Family::Sign(curve) => {
            check_family(public.family(), alg)?;
            from_encoding_key(key, Some(public_bytes(curve, public)?), alg)
        }
        _ => Err(Error::misuse("a public half for a symmetric algorithm")),
    }
}

/// A key that opens: what a [`DecodingKey`] verifies, the [`Key`] verifies, too.
///
/// HMAC secrets for HS256, HS384 and HS512; points of P-256 and P-384, uncompressed or in a SubjectPublicKeyInfo, for ES256 and
/// ES384; the 32 bytes or a SubjectPublicKeyInfo for Ed25519. The key's id is its thumbprint (RFC 7638). It does not seal:
/// although an HMAC secret could, that is what an [`EncodingKey`] is for.
///
/// ```
/// use jsonwebtoken::DecodingKey;
/// use orderslip::{Alg, jsonwebtoken_11::verifying_key};
/// # fn main() -> Result<(), orderslip::Error> {
/// let theirs = DecodingKey::from_ed_components("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").expect("base64url");
/// let key = verifying_key(&theirs, Alg::Ed25519)?;
/// assert!(!key.can_seal());
/// # Ok(()) }
/// ```
///
/// # Errors
/// [`Error::is_misuse`] as [`signing_key`], and if a point is not on the curve.
pub fn verifying_key(key: &DecodingKey, alg: Alg) -> Result<Key, Error> {
    check_family(key.family(), alg)?;
    let mut members = match alg.family() {
        Family::Sign(curve) => key_pair(alg, public_bytes(curve, key)?),
        _ => secret(raw(key)?),
    };
    let [_, opens] = alg.key_ops();
    members.push(("key_ops".to_owned(), Json::List(opens.iter().copied().map(Json::text).collect())));
    read(members, alg)
}

/// A public key of OKP Ed25519, EC P-256 or EC P-384 with its `kid`. A JWK without `alg` gets the one algorithm of its curve;
/// one with another `alg`, `use` or `key_ops` than fit is refused.
///
/// ```
/// use jsonwebtoken::jwk::Jwk;
/// use orderslip::{Alg, Key};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let theirs: Jwk = serde_json::from_str(
///     r#"{"kty": "OKP", "kid": "2", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
/// )?;
/// let key = Key::try_from(&theirs)?;
/// assert_eq!((key.alg(), key.id().as_str()), (Alg::Ed25519, "2"));
/// # Ok(()) }
/// ```
///
/// A [`Jwk`] has lost what its text said about times (`nbf`, `exp`, `revoked`), a private half, and the name of an `alg` that
/// `jsonwebtoken` does not know, such as `Ed25519` of RFC 9864. [`Key::from_jwk`] reads them all.
///
/// # Errors
/// [`Error::is_misuse`] as [`Key::from_jwk`], for an `alg` that `jsonwebtoken` does not know, and for every `oct` key: a [`Jwk`]
/// shows its secret in `Debug` and wipes nothing. Read its text with [`Key::from_jwk`], or make it an [`EncodingKey`] and take
/// [`signing_key`].
impl TryFrom<&Jwk> for Key {
    type Error = Error;

    fn try_from(jwk: &Jwk) -> Result<Self, Error> {
        let refuse = |why| {
            let error = Error::bad_key_member("kty", why);
            jwk.common.key_id.iter().fold(error, |error, kid| error.about_key(kid))
        };
        match &jwk.algorithm {
            AlgorithmParameters::EllipticCurve(_) | AlgorithmParameters::OctetKeyPair(_) => {
                Self::from_json(Json::Object(members(jwk)))
            }
            AlgorithmParameters::OctetKey(_) => Err(refuse(
                "`oct`, a secret that a `Jwk` does not keep: read its text with `Key::from_jwk`, or take an `EncodingKey`",
            )),
            _ => Err(refuse("a kind of key that is not supported")),
        }
    }
}

/// The public keys of a set that somebody else publishes, by the rules of [`Keyring::from_public_jwks`]: keys of other kinds are passed
/// over, faulty ones of our kinds are not, a secret refuses the whole set, and so do two keys of one id. Only in this do they differ: a
/// key without `alg` is not passed over, but gets the one algorithm of its curve.
///
/// ```
/// use jsonwebtoken::jwk::JwkSet;
/// use orderslip::Keyring;
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let theirs: JwkSet = serde_json::from_str(r#"{"keys": [
///     {"kty": "RSA", "alg": "RS256", "kid": "1", "n": "AQAB", "e": "AQAB"},
///     {"kty": "OKP", "alg": "EdDSA", "kid": "2", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
/// ]}"#)?;
/// let keys = Keyring::try_from(&theirs)?;
/// assert!(keys.get("1").is_none() && keys.get("2").is_some());
/// # Ok(()) }
/// ```
///
/// Where you have the text, give it to that function: `jsonwebtoken` has dropped `nbf`, `exp` and `revoked`, so that **a
/// revoked key is taken for a good one here**; and it has dropped private halves of key pairs, about which somebody should be told.
///
/// # Errors
/// [`Error::is_misuse`] as [`Keyring::from_public_jwks`].
impl TryFrom<&JwkSet> for Keyring {
    type Error = Error;

    fn try_from(set: &JwkSet) -> Result<Self, Error> {
        Self::from_public_entries(set.keys.iter().map(members).collect())
    }
}

fn from_encoding_key(key: &EncodingKey, public: Option<&[u8]>, alg: Alg) -> Result<Key, Error> {
    check_family(key.family(), alg)?;
    let members = match alg.family() {
        Family::Sign(curve) => {
            let pair = der::private_key(curve, key.as_bytes(), public).map_err(refusal)?;
            let mut members = key_pair(alg, &pair.public);
            members.push(("d".to_owned(), Json::Text(bytes::secret_text(&Secret::new(pair.private.to_vec())))));
            members
        }
        _ => secret(key.as_bytes()),
    };
    read(members, alg)
}

/// That the algorithm is one of both libraries', and the key of its family.
fn check_family(of_key: AlgorithmFamily, alg: Alg) -> Result<(), Error> {
    match algorithm::theirs(alg) {
        None => Err(Error::misuse("an algorithm that `jsonwebtoken` does not have")),
        Some(algorithm) if algorithm.family() != of_key => Err(Error::bad_key("not of the algorithm's family")),
        Some(_) => Ok(()),
    }
}

fn raw(key: &DecodingKey) -> Result<&[u8], Error> {
    key.try_get_as_bytes().map_err(|_| refusal(Unfit::Malformed))
}

fn public_bytes(curve: Curve, key: &DecodingKey) -> Result<&[u8], Error> {
    der::public_key(curve, raw(key)?).map_err(refusal)
}

fn refusal(unfit: Unfit) -> Error {
    Error::bad_key(match unfit {
        Unfit::Malformed => "not a key of this algorithm's curve",
        Unfit::NoPublicPart => NO_PUBLIC_PART,
    })
}

fn read(mut members: Members, alg: Alg) -> Result<Key, Error> {
    members.push(("kty".to_owned(), Json::text(alg.kty())));
    members.push(("alg".to_owned(), Json::text(alg.jose_names().0)));
    Key::from_json(Json::Object(members))
}

fn secret(bytes: &[u8]) -> Members {
    vec![("k".to_owned(), Json::Text(bytes::secret_text(&Secret::new(bytes.to_vec()))))]
}

/// The public members.
fn key_pair(alg: Alg, public: &[u8]) -> Members {
    let mut members: Members = Vec::new();
    let mut add = |name: &str, text: String| members.push((name.to_owned(), Json::text(text)));
    add("crv", alg.crv().unwrap_or_default().to_owned());
    match public {
        // SEC 1 section 2.3.3: an uncompressed point.
        [0x04, point @ ..] if alg != Alg::Ed25519 => {
            let (x, y) = point.split_at(point.len() / 2);
            add("x", bytes::public_text(x));
            add("y", bytes::public_text(y));
        }
        public => add("x", bytes::public_text(public)),
    }
    members
}

/// What the text of a JWK may have been, as far as it matters. `Other` is what `jsonwebtoken` could not read: other kinds of key,
/// and faulty ones of ours.
fn members(jwk: &Jwk) -> Members {
    let mut members = Members::new();
    match &jwk.algorithm {
        AlgorithmParameters::EllipticCurve(key) => {
            add_curve(&mut members, "EC", &key.curve, &jwk.common);
            members.push(("x".to_owned(), Json::text(key.x.as_str())));
            members.push(("y".to_owned(), Json::text(key.y.as_str())));
        }
        AlgorithmParameters::OctetKeyPair(key) => {
            add_curve(&mut members, "OKP", &key.curve, &jwk.common);
            members.push(("x".to_owned(), Json::text(key.x.as_str())));
        }
        AlgorithmParameters::OctetKey(_) => members.push(("k".to_owned(), Json::Null)),
        AlgorithmParameters::Other(key) => {
            let told = |value: &serde_json::Value| value.as_str().map_or(Json::Null, Json::text);
            members.extend(key.fields.iter().map(|(name, value)| (name.clone(), told(value))));
            members
                .extend(jwk.common.key_algorithm.map(|named| ("alg".to_owned(), Json::text(algorithm::name(named)))));
        }
        _ => {}
    }
    let CommonParameters { public_key_use, key_operations, key_id, .. } = &jwk.common;
    members.extend(key_id.as_deref().map(|kid| ("kid".to_owned(), Json::text(kid))));
    members.extend(public_key_use.as_ref().map(|public_use| ("use".to_owned(), Json::text(use_name(public_use)))));
    members.extend(key_operations.as_ref().map(|operations| {
        let operations = operations.iter().map(|operation| Json::text(operation_name(operation)));
        ("key_ops".to_owned(), Json::List(operations.collect()))
    }));
    members
}

/// The curve, and the algorithm: the one that is named, or the curve's.
fn add_curve(members: &mut Members, kty: &str, curve: &EllipticCurve, common: &CommonParameters) {
    let (crv, alg) = algorithm::curve(curve);
    members.push(("kty".to_owned(), Json::text(kty)));
    members.push(("crv".to_owned(), Json::text(crv)));
    let alg = match common.key_algorithm {
        Some(named) => Some(algorithm::name(named)),
        None => alg.map(|alg| alg.jose_names().0.to_owned()),
    };
    members.extend(alg.map(|alg| ("alg".to_owned(), Json::text(alg))));
}

fn use_name(public_use: &PublicKeyUse) -> &str {
    match public_use {
        PublicKeyUse::Signature => "sig",
        PublicKeyUse::Encryption => "enc",
        PublicKeyUse::Other(other) => other,
    }
}

fn operation_name(operation: &KeyOperations) -> &str {
    match operation {
        KeyOperations::Sign => "sign",
        KeyOperations::Verify => "verify",
        KeyOperations::Encrypt => "encrypt",
        KeyOperations::Decrypt => "decrypt",
        KeyOperations::WrapKey => "wrapKey",
        KeyOperations::UnwrapKey => "unwrapKey",
        KeyOperations::DeriveKey => "deriveKey",
        KeyOperations::DeriveBits => "deriveBits",
        KeyOperations::Other(other) => other,
    }
}
