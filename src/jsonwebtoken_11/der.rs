//! The keys that `jsonwebtoken` carries, as raw bytes: out of PKCS#8 (RFC 5958) and SubjectPublicKeyInfo (RFC 5280).
//!
//! It may not know who asks, nor what the key is used for. What the bytes claim to be must be what was asked for; whether the
//! two halves of a pair belong together is for `crypto::Signer` to say. The `pkcs8` and `sec1` crates do the parsing.

use crate::crypto::{Curve, Signer};
use pkcs8::{
    ObjectIdentifier, PrivateKeyInfoRef, SubjectPublicKeyInfoRef, der::asn1::OctetStringRef,
    spki::AlgorithmIdentifierRef,
};
use sec1::EcPrivateKey;
use zeroize::Zeroizing;

/// id-Ed25519 (RFC 8410 section 3).
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
/// id-ecPublicKey (RFC 5480 section 2.1.1).
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
/// secp256r1 (RFC 5480 section 2.1.1.1).
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
/// secp384r1 (ibid.).
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");

/// Why bytes are no key of a curve.
#[derive(Clone, Copy, Debug)]
pub(super) enum Unfit {
    /// Not in the form, or of another curve.
    Malformed,
    /// `ring` computes no public point from a private scalar.
    NoPublicPart,
}

/// A private key with the public half that it names.
pub(super) struct Pair {
    pub(super) private: Zeroizing<Vec<u8>>,
    pub(super) public: Vec<u8>,
}

/// A private key in PKCS#8, version 1 or 2. A public half that is given from elsewhere takes the place of one that is missing;
/// if there are several, they must be the same.
pub(super) fn private_key(curve: Curve, der: &[u8], elsewhere: Option<&[u8]>) -> Result<Pair, Unfit> {
    if let (Curve::Ed25519, Some((seed, public))) = (curve, old_ring(der)) {
        return pair(seed, [Some(public), elsewhere]);
    }
    let info = PrivateKeyInfoRef::try_from(der).map_err(|_| Unfit::Malformed)?;
    check_algorithm(curve, &info.algorithm)?;
    let outer = match info.public_key {
        Some(bits) => Some(bits.as_bytes().ok_or(Unfit::Malformed)?),
        None => None,
    };
    if curve == Curve::Ed25519 {
        let seed: &OctetStringRef = info.private_key.decode_into().map_err(|_| Unfit::Malformed)?;
        let seed: &[u8; 32] = seed.as_bytes().try_into().map_err(|_| Unfit::Malformed)?;
        let own = Signer::from_seed(seed).map_err(|_| Unfit::Malformed)?;
        return pair(seed, [Some(own.public()), outer, elsewhere]);
    }
    let inner: EcPrivateKey<'_> = info.private_key.decode_into().map_err(|_| Unfit::Malformed)?;
    let names_another = inner.parameters.is_some_and(|named| named.named_curve() != curve_oid(curve));
    if names_another || inner.private_key.len() != curve.field_len() {
        return Err(Unfit::Malformed);
    }
    pair(inner.private_key, [inner.public_key, outer, elsewhere])
}

/// A public key: the point itself, as PEM files come out of `jsonwebtoken`, or a SubjectPublicKeyInfo.
pub(super) fn public_key(curve: Curve, bytes: &[u8]) -> Result<&[u8], Unfit> {
    if bytes.len() == curve.public_len() {
        return Ok(bytes);
    }
    let info = SubjectPublicKeyInfoRef::try_from(bytes).map_err(|_| Unfit::Malformed)?;
    check_algorithm(curve, &info.algorithm)?;
    let point = info.subject_public_key.as_bytes().ok_or(Unfit::Malformed)?;
    if point.len() == curve.public_len() { Ok(point) } else { Err(Unfit::Malformed) }
}

fn pair<const N: usize>(private: &[u8], publics: [Option<&[u8]>; N]) -> Result<Pair, Unfit> {
    let mut named = publics.into_iter().flatten();
    let public = named.next().ok_or(Unfit::NoPublicPart)?;
    if named.any(|other| other != public) {
        return Err(Unfit::Malformed);
    }
    Ok(Pair { private: Zeroizing::new(private.to_vec()), public: public.to_vec() })
}

fn curve_oid(curve: Curve) -> Option<ObjectIdentifier> {
    match curve {
        Curve::Ed25519 => None,
        Curve::P256 => Some(P256),
        Curve::P384 => Some(P384),
    }
}

/// RFC 8410 section 3: Ed25519 goes without parameters. RFC 5480 section 2.1.1: elliptic curves go with the name of one.
fn check_algorithm(curve: Curve, algorithm: &AlgorithmIdentifierRef<'_>) -> Result<(), Unfit> {
    let fits = match curve_oid(curve) {
        None => algorithm.oid == ED25519 && algorithm.parameters.is_none(),
        Some(named) => algorithm.oid == EC && algorithm.parameters_oid().is_ok_and(|found| found == named),
    };
    if fits { Ok(()) } else { Err(Unfit::Malformed) }
}

/// Seed and public key of a file from `ring` 0.16, which put one tag too many around the public key. It wrote every
/// file with the same heads, and users of older `jsonwebtoken`s have them.
fn old_ring(der: &[u8]) -> Option<(&[u8], &[u8])> {
    const HEAD: [u8; 16] = *b"\x30\x53\x02\x01\x01\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20";
    const MIDDLE: [u8; 5] = *b"\xa1\x23\x03\x21\x00";
    let (seed, rest) = der.strip_prefix(&HEAD)?.split_at_checked(Curve::Ed25519.field_len())?;
    let public = rest.strip_prefix(&MIDDLE)?;
    (public.len() == Curve::Ed25519.public_len()).then_some((seed, public))
}
