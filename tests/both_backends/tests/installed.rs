//! With both backends on and our provider installed first, everything of `jsonwebtoken` works, and on `ring`.
//!
//! One test in a process of its own: it installs a provider.

#[path = "../../kit/bridge.rs"]
mod bridge;

use bridge::{PAYLOAD, RSA, SECRET, Theirs, every_algorithm, walk_along_every_path};
use jsonwebtoken::{
    DecodingKey, EncodingKey, Header, Validation, decode, encode,
    errors::ErrorKind,
    jwk::{Jwk, ThumbprintHash},
};
use orderslip::{
    hazmat,
    jsonwebtoken_11::{RING_PROVIDER, signing_key},
};
use serde_json::Value;

#[test]
fn whoever_installs_ours_first_has_peace() {
    RING_PROVIDER.install_default().expect("first");
    let claims: Value = serde_json::from_str(PAYLOAD).unwrap();
    for Theirs { algorithm, alg, encoding, decoding } in every_algorithm() {
        let token = encode(&Header::new(algorithm), &claims, &encoding).unwrap();
        assert_eq!(decode::<Value>(&token, &decoding, &Validation::new(algorithm)).unwrap().claims, claims);
        let key = signing_key(&encoding, alg).unwrap();
        assert!(hazmat::jws::verify(&token, &key).is_ok(), "{algorithm:?}");
        let jwk = Jwk::from_decoding_key(&decoding, Some(algorithm)).unwrap();
        assert_eq!(jwk.thumbprint(ThumbprintHash::SHA256).unwrap(), key.id().as_str());
    }
    // It is ours that answers, and neither of the two that are built in: they know RSA, and short secrets.
    for rsa in RSA {
        let outcome = encode(&Header::new(rsa), &claims, &EncodingKey::from_rsa_der(b"a key"));
        assert_eq!(*outcome.unwrap_err().kind(), ErrorKind::UnsupportedAlgorithm);
    }
    let short = EncodingKey::from_secret(&SECRET[..31]);
    assert!(encode(&Header::default(), &claims, &short).is_err());
    assert!(Jwk::from_encoding_key(&EncodingKey::from_rsa_der(b"a key"), RSA[0]).is_err());
    let components = DecodingKey::from_rsa_raw_components(b"n", b"e");
    let token = "eyJhbGciOiJSUzI1NiJ9.e30.AA";
    assert!(decode::<Value>(token, &components, &Validation::new(RSA[0])).is_err());
    walk_along_every_path();
}
