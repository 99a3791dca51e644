//! The keys: one for each algorithm, made of the words that stand here, and what they are called.

use super::{base64url, from_base64url};
use ring::{
    digest,
    signature::{Ed25519KeyPair, KeyPair as _},
};

/// What a key is for, in the words of its JWK.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alg {
    Root,
    RootChaCha,
    Hs256,
    Hs384,
    Hs512,
    EdDsa,
    Es256,
    A128Gcm,
    A256Gcm,
}

pub const ALL: [Alg; 9] = [
    Alg::Root,
    Alg::RootChaCha,
    Alg::Hs256,
    Alg::Hs384,
    Alg::Hs512,
    Alg::EdDsa,
    Alg::Es256,
    Alg::A128Gcm,
    Alg::A256Gcm,
];

/// Of P-256: the private half is SHA-256 of "orderslip test key: ES256", and the point is its public half.
const ES256_D: &str = "F6VVsR58sWqTecwSgk9yF9-i5r0imt_2VxeQcDRUuL4";
const ES256_X: &str = "L7wcjBNI0rFc5S-Xvjh4o3Icg-XJnqsEHj7t9i87-PA";
const ES256_Y: &str = "rQJOaPcdbWv5fI7CzjocBjCBYtYHTEPNfRoUDEmgJ88";

pub fn sha256(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    digest::digest(&digest::SHA256, bytes.as_ref()).as_ref().to_vec()
}

/// `alg` and, behind it, `enc`.
fn names(alg: Alg) -> (&'static str, Option<&'static str>) {
    match alg {
        Alg::Root => ("direct+HKDF-SHA-256", Some("A256GCM")),
        Alg::RootChaCha => ("direct+HKDF-SHA-256", Some("ChaCha20/Poly1305")),
        Alg::Hs256 => ("HS256", None),
        Alg::Hs384 => ("HS384", None),
        Alg::Hs512 => ("HS512", None),
        Alg::EdDsa => ("EdDSA", None),
        Alg::Es256 => ("ES256", None),
        Alg::A128Gcm => ("A128GCM", None),
        Alg::A256Gcm => ("A256GCM", None),
    }
}

pub fn name(alg: Alg) -> &'static str {
    names(alg).0
}

/// The bytes of a symmetric key, or the seed of Ed25519: the first bytes of SHA-512 of "orderslip test key: " and the names.
pub fn secret(alg: Alg) -> Vec<u8> {
    let len = match alg {
        Alg::A128Gcm => 16,
        Alg::Hs384 => 48,
        Alg::Hs512 => 64,
        _ => 32,
    };
    let (alg, enc) = names(alg);
    let words = format!("orderslip test key: {alg} {}", enc.unwrap_or_default());
    digest::digest(&digest::SHA512, words.as_bytes()).as_ref()[..len].to_vec()
}

pub fn ed25519() -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&secret(Alg::EdDsa)).expect("a seed of 32 bytes")
}

/// The members that RFC 7638 hashes, in its order, without braces.
fn required(alg: Alg) -> String {
    match alg {
        Alg::EdDsa => format!(r#""crv":"Ed25519","kty":"OKP","x":"{}""#, base64url(ed25519().public_key())),
        Alg::Es256 => format!(r#""crv":"P-256","kty":"EC","x":"{ES256_X}","y":"{ES256_Y}""#),
        _ => format!(r#""k":"{}","kty":"oct""#, base64url(secret(alg))),
    }
}

/// The public half, as a library may hand it on: 32 bytes of Ed25519, the uncompressed point of P-256 (SEC 1 section 2.3.3).
pub fn public(alg: Alg) -> Vec<u8> {
    match alg {
        Alg::Es256 => {
            let half = |text| from_base64url(text).expect("base64url");
            [vec![0x04], half(ES256_X), half(ES256_Y)].concat()
        }
        _ => ed25519().public_key().as_ref().to_vec(),
    }
}

fn private(alg: Alg) -> String {
    match alg {
        Alg::EdDsa => format!(r#","d":"{}""#, base64url(secret(alg))),
        Alg::Es256 => format!(r#","d":"{ES256_D}""#),
        _ => String::new(),
    }
}

/// RFC 7638: what a JWK without a `kid` is called.
pub fn thumbprint(alg: Alg) -> String {
    base64url(sha256(format!("{{{}}}", required(alg))))
}

/// What a COSE message calls it: the first eight bytes of the thumbprint.
pub fn wire_id(alg: Alg) -> [u8; 8] {
    let thumbprint = sha256(format!("{{{}}}", required(alg)));
    *thumbprint.first_chunk().expect("32 bytes")
}

/// The JWK with further members: `,"exp":1`.
pub fn jwk_with(alg: Alg, more: &str) -> String {
    let (name, enc) = names(alg);
    let enc = enc.map(|enc| format!(r#","enc":"{enc}""#)).unwrap_or_default();
    format!(r#"{{{}{},"alg":"{name}"{enc}{more}}}"#, required(alg), private(alg))
}

pub fn jwk(alg: Alg) -> String {
    jwk_with(alg, "")
}

pub fn jwks(algs: &[Alg]) -> String {
    format!(r#"{{"keys":[{}]}}"#, algs.iter().map(|alg| jwk(*alg)).collect::<Vec<_>>().join(","))
}
