//! The process-wide provider of `jsonwebtoken`: nothing of ours touches it, and on ours everything of theirs runs.
//!
//! A file of its own with one test, because whoever touches that global first has settled it for the process.

#[path = "kit/bridge.rs"]
mod bridge;

use bridge::{PAYLOAD, Theirs, every_algorithm, holds, sign, walk_along_every_path};
use jsonwebtoken::{
    AlgorithmFamily, DecodingKey, Header, Validation, decode, encode,
    jwk::{Jwk, ThumbprintHash},
};
use orderslip::{
    Key, hazmat,
    jsonwebtoken_11::{RING_PROVIDER, signing_key},
};
use serde_json::Value;

#[test]
fn nothing_touches_the_global_and_an_application_may_install_ours() {
    walk_along_every_path();
    // Had anything asked for the global, it would hold a provider that panics, for good.
    RING_PROVIDER.install_default().expect("nobody has touched it");
    assert!(RING_PROVIDER.install_default().is_err(), "once");

    let claims: Value = serde_json::from_str(PAYLOAD).unwrap();
    for Theirs { algorithm, alg, encoding, decoding } in every_algorithm() {
        let key = signing_key(&encoding, alg).unwrap();
        let token = encode(&Header::new(algorithm), &claims, &encoding).unwrap();
        let payload: Value = serde_json::from_slice(&hazmat::jws::verify(&token, &key).unwrap()).unwrap();
        assert_eq!(payload, claims, "{algorithm:?}");
        assert!(holds(&RING_PROVIDER, algorithm, &decoding, &token).unwrap());

        let token = sign(&RING_PROVIDER, algorithm, &encoding).unwrap();
        for decoding in [&decoding, &DecodingKey::try_from(&key).unwrap()] {
            let data = decode::<Value>(&token, decoding, &Validation::new(algorithm)).unwrap();
            assert_eq!(data.claims, claims, "{algorithm:?}");
        }
        let (message, _) = token.rsplit_once('.').unwrap();
        let forged = format!("{message}.{}", "A".repeat(86));
        assert!(decode::<Value>(&forged, &decoding, &Validation::new(algorithm)).is_err());

        // Ed25519 of version 2 is longer than what `Jwk::from_encoding_key` takes for a key.
        if encoding.family() != AlgorithmFamily::Ed {
            let jwk = Jwk::from_encoding_key(&encoding, algorithm).unwrap();
            assert_eq!(jwk.thumbprint(ThumbprintHash::SHA256).unwrap(), key.id().as_str());
        }
        let jwk = Jwk::from_decoding_key(&decoding, Some(algorithm)).unwrap();
        assert_eq!(jwk.thumbprint(ThumbprintHash::SHA256).unwrap(), key.id().as_str());
        assert_eq!(Key::try_from(&jwk).is_ok(), !alg.is_symmetric());
    }
}
