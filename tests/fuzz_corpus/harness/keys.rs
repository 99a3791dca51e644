//! Key files: what is taken up can be written and is the same again; nothing secret gets into the public set.

use super::{allocation::bounded, mode};
use crate::forge::NOW;
use orderslip::{Alg, Error, Key, Keyring, RotationPolicy, UnixTime};
use std::time::Duration;

const ALGS: [Alg; 12] = [
    Alg::Hs256,
    Alg::Hs384,
    Alg::Hs512,
    Alg::Ed25519,
    Alg::Es256,
    Alg::Es384,
    Alg::A128Gcm,
    Alg::A256Gcm,
    Alg::ChaCha20Poly1305,
    Alg::HkdfA128Gcm,
    Alg::HkdfA256Gcm,
    Alg::HkdfChaCha20Poly1305,
];

const TIME: UnixTime = UnixTime::from_secs(NOW);

/// A ring written, read and written again is one and the same, and its public half tells no secret.
fn is_stable(ring: &Keyring) {
    let written = ring.to_jwks();
    let again = Keyring::from_jwks(written.expose()).expect("what was written is read");
    assert_eq!(again.to_jwks().expose(), written.expose());
    assert!(ring.ids().eq(again.ids()));
    for alg in ALGS {
        assert_eq!(ring.sealing_id(alg, TIME), again.sealing_id(alg, TIME), "{alg:?}");
    }
    let public: serde_json::Value = serde_json::from_str(&ring.public_jwks()).expect("JSON");
    for key in public["keys"].as_array().expect("a list") {
        assert!(key.get("k").is_none() && key.get("d").is_none(), "a secret in the public set");
    }
}

/// No error repeats what it was given.
fn is_misuse(error: &Error, text: &str) {
    assert!(error.is_misuse(), "{error:?}");
    // A fuzzer finds the sentences of errors, too: what has blanks is no secret, which is base64url.
    let is_base64url = |piece: &str| piece.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    let secrets = text.split('"').filter(|piece| piece.len() >= 40 && is_base64url(piece));
    let secrets = secrets.filter(|piece| !text.contains(&format!(r#""kid":"{piece}""#)));
    let shown = format!("{error} {error:?}");
    for secret in secrets {
        // A thumbprint that stands in the file is the id of a key, and may be named.
        assert!(!shown.contains(secret) || text.contains("kid"), "{shown}");
    }
}

pub fn jwk(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let named = bounded(text.len(), || Key::from_jwk(text));
    for alg in ALGS {
        match bounded(text.len(), || Key::from_jwk_as(text, alg)) {
            Ok(key) => {
                assert_eq!(key.alg(), alg);
                assert!(named.as_ref().is_ok_and(|named| named.alg() == alg) || named.is_err());
                let can_seal = key.can_seal();
                // A ring refuses, besides, what anybody could guess.
                if let Ok(ring) = Keyring::new(vec![key]) {
                    is_stable(&ring);
                    assert_eq!(ring.keys().next().map(Key::can_seal), Some(can_seal));
                }
            }
            Err(error) => is_misuse(&error, text),
        }
    }
    match named {
        // Whoever names the algorithm that it names already gets the same key.
        Ok(key) => assert_eq!(Key::from_jwk_as(text, key.alg()).expect("the same").id(), key.id()),
        Err(error) => is_misuse(&error, text),
    }
}

pub fn keyring(data: &[u8]) {
    let Some((mode, rest)) = mode(data, 2) else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let read = if mode == 0 { Keyring::from_jwks } else { Keyring::from_public_jwks };
    let ring = match bounded(text.len(), || read(text)) {
        Ok(ring) => ring,
        Err(error) => return is_misuse(&error, text),
    };
    is_stable(&ring);
    if mode == 1 {
        assert!(ring.keys().all(|key| !key.can_seal()), "a secret in a public set");
    }
    let policy = RotationPolicy { propagation: Duration::from_secs(60), longest_life: Duration::from_secs(600) };
    let _ = ring.check(&policy, TIME);
    let next = Key::from_jwk(r#"{"kty":"oct","alg":"HS256","k":"a2V5IG9mIHRoZSBmdXp6IHRhcmdldCwgbm8gc2VjcmV0"}"#);
    let changes = [
        ring.stage(next.expect("a good key"), TIME.saturating_add(Duration::from_secs(90)), &policy, TIME),
        ring.prune(TIME),
        Ok(ring.with_policy(policy)),
    ];
    let ids: Vec<String> = ring.ids().take(3).map(|id| id.as_str().to_owned()).collect();
    let changes_of = ids.iter().flat_map(|id| {
        [
            ring.promote(id, TIME.saturating_add(Duration::from_secs(90)), &policy, TIME),
            ring.retire(id, &policy, TIME),
            ring.revoke(id, "fuzzed", TIME),
        ]
    });
    for change in changes.into_iter().chain(changes_of) {
        match change {
            Ok(ring) => is_stable(&ring),
            Err(error) => assert!(error.is_misuse(), "{error:?}"),
        }
    }
}
