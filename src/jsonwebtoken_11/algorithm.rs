//! The algorithms that both libraries have, as a table.
//!
//! It may not know any key. `Algorithm` may grow: what is not in the table is not supported.

use crate::key::Alg;
use jsonwebtoken::{
    Algorithm,
    jwk::{EllipticCurve, KeyAlgorithm},
};

const BOTH: [(Alg, Algorithm); 6] = [
    (Alg::Hs256, Algorithm::HS256),
    (Alg::Hs384, Algorithm::HS384),
    (Alg::Hs512, Algorithm::HS512),
    (Alg::Es256, Algorithm::ES256),
    (Alg::Es384, Algorithm::ES384),
    (Alg::Ed25519, Algorithm::EdDSA),
];

pub(super) fn ours(theirs: Algorithm) -> Option<Alg> {
    BOTH.into_iter().find(|(_, known)| *known == theirs).map(|(alg, _)| alg)
}

pub(super) fn theirs(ours: Alg) -> Option<Algorithm> {
    BOTH.into_iter().find(|(known, _)| *known == ours).map(|(_, algorithm)| algorithm)
}

/// As a JWK writes it. Names that we do not have need not be spelled right: they are refused or passed over.
pub(super) fn name(algorithm: KeyAlgorithm) -> String {
    algorithm.to_string()
}

/// The name of a curve, and of the one algorithm that we have for it.
pub(super) fn curve(curve: &EllipticCurve) -> (&'static str, Option<Alg>) {
    match curve {
        EllipticCurve::P256 => ("P-256", Some(Alg::Es256)),
        EllipticCurve::P384 => ("P-384", Some(Alg::Es384)),
        EllipticCurve::Ed25519 => ("Ed25519", Some(Alg::Ed25519)),
        EllipticCurve::P521 => ("P-521", None),
        _ => ("a curve that is not supported", None),
    }
}
