//! Other people's messages: `hazmat`. Noise never opens; what opens is what was proven.

use super::{allocation::bounded, byte, changed, mode, piece};
use crate::forge::{
    base64url, cbor, cose as make, jose,
    keys::{self, ALL, Alg},
};
use orderslip::{Error, Key, hazmat};
use std::sync::LazyLock;

static KEYS: LazyLock<Vec<(Alg, Key)>> =
    LazyLock::new(|| ALL.into_iter().map(|alg| (alg, Key::from_jwk(&keys::jwk(alg)).expect("a good key"))).collect());

pub(super) fn key(alg: Alg) -> &'static Key {
    let found = KEYS.iter().find(|(of, _)| *of == alg);
    found.map(|(_, key)| key).expect("a key of every algorithm")
}

const MACS: [Alg; 5] = [Alg::Hs256, Alg::Hs384, Alg::Hs512, Alg::EdDsa, Alg::Es256];

/// The one payload of the good messages that inputs are made from.
const PAYLOAD: &[u8] = b"payload";

/// No key opens it, but the one that has sealed a message of the corpus.
fn never_opens(text: &str, open: fn(&str, &Key) -> Result<Vec<u8>, Error>) {
    for (alg, key) in KEYS.iter() {
        match bounded(text.len(), || open(text, key)) {
            Ok(payload) => assert_eq!(payload, PAYLOAD, "{alg:?}"),
            Err(error) => assert!(error.is_rejected(), "{alg:?}: {error:?}"),
        }
    }
}

/// What a header must be whose message was accepted, as another parser has it.
fn is_sane(header: &[u8], expected: &[(&str, &str)]) {
    let header: serde_json::Value = serde_json::from_slice(header).expect("JSON");
    for (name, value) in expected {
        assert_eq!(header[name], *value);
    }
    for name in ["crit", "b64", "zip", "jku", "jwk", "x5c", "x5u"] {
        assert!(header.get(name).is_none(), "{name}");
    }
}

fn parts(rest: &[u8]) -> (&[u8], &[u8]) {
    let at = rest.iter().position(|byte| *byte == 0).unwrap_or(rest.len());
    let (header, payload) = rest.split_at(at);
    (header, payload.get(1..).unwrap_or_default())
}

pub fn jws(data: &[u8]) {
    let Some((mode, rest)) = mode(data, 3) else { return };
    match mode {
        0 => never_opens(&String::from_utf8_lossy(rest), hazmat::jws::verify),
        // Any header and any payload, well signed.
        1 => {
            let (header, payload) = parts(rest);
            // Signatures take a hundred times as long as MACs, and a header without their name is refused for that anyway.
            let names = |alg: &Alg| String::from_utf8_lossy(header).contains(keys::name(*alg));
            for alg in MACS.into_iter().filter(|alg| keys::name(*alg).starts_with("HS") || names(alg)) {
                let token = jose::jws(alg, header, payload);
                match bounded(token.len(), || hazmat::jws::verify(&token, key(alg))) {
                    Ok(found) => {
                        assert_eq!(found, payload);
                        is_sane(header, &[("alg", keys::name(alg))]);
                    }
                    Err(error) => assert!(error.is_rejected(), "{error:?}"),
                }
            }
        }
        _ => {
            let good = jose::jws(Alg::Hs256, jose::header(Alg::Hs256).as_bytes(), PAYLOAD);
            let text = changed(good.as_bytes(), rest);
            let opened =
                std::str::from_utf8(&text).is_ok_and(|text| hazmat::jws::verify(text, key(Alg::Hs256)).is_ok());
            assert_eq!(opened, text == good.as_bytes());
        }
    }
}

pub fn jwe(data: &[u8]) {
    let Some((mode, rest)) = mode(data, 3) else { return };
    match mode {
        0 => never_opens(&String::from_utf8_lossy(rest), hazmat::jwe::open),
        1 => {
            let (header, plaintext) = parts(rest);
            for alg in [Alg::A128Gcm, Alg::A256Gcm] {
                let token = jose::jwe(alg, header, plaintext);
                match bounded(token.len(), || hazmat::jwe::open(&token, key(alg))) {
                    Ok(found) => {
                        assert_eq!(found, plaintext);
                        is_sane(header, &[("alg", "dir"), ("enc", keys::name(alg))]);
                    }
                    Err(error) => assert!(error.is_rejected(), "{error:?}"),
                }
            }
        }
        _ => {
            let good = jose::jwe(Alg::A256Gcm, jose::header(Alg::A256Gcm).as_bytes(), PAYLOAD);
            let text = changed(good.as_bytes(), rest);
            let opened =
                std::str::from_utf8(&text).is_ok_and(|text| hazmat::jwe::open(text, key(Alg::A256Gcm)).is_ok());
            assert_eq!(opened, text == good.as_bytes());
        }
    }
}

type Open = fn(&[u8], &Key, &[u8]) -> Result<Vec<u8>, Error>;

const READERS: [Open; 5] = [
    hazmat::cose::mac0_verify,
    hazmat::cose::mac_verify,
    hazmat::cose::sign1_verify,
    hazmat::cose::encrypt0_open,
    hazmat::cose::encrypt_open,
];

pub(super) const AAD: &[u8] = b"context";

/// What a message of any headers is opened by, and what is in it.
pub(super) struct Made {
    pub(super) message: Vec<u8>,
    pub(super) alg: Alg,
    pub(super) open: Open,
    pub(super) payload: Vec<u8>,
}

/// A message whose proof holds: both header buckets and the payload are whatever the input says.
pub(super) fn proven(mut rest: &[u8]) -> Made {
    let kind = byte(&mut rest) % 5;
    let (protected, unprotected) = (piece(&mut rest), piece(&mut rest));
    let recipient = if kind == 3 { piece(&mut rest) } else { &[] };
    let payload = rest.to_vec();
    let head = |tag: &[u8], count: u64| [tag, &cbor::head(4, count), &cbor::bytes(protected), unprotected].concat();
    let (message, alg, open): (Vec<u8>, Alg, Open) = match kind {
        0 | 1 => {
            let (alg, tag, name, open): (_, _, _, Open) = match kind {
                0 => (Alg::Hs256, 0xd1, "MAC0", hazmat::cose::mac0_verify),
                _ => (Alg::EdDsa, 0xd2, "Signature1", hazmat::cose::sign1_verify),
            };
            let proof = make::prove(alg, &make::structure(name, &[protected, AAD, &payload]));
            ([head(&[tag], 4), cbor::bytes(&payload), cbor::bytes(proof)].concat(), alg, open)
        }
        2 => {
            let aad = make::structure("Encrypt0", &[protected, AAD]);
            let sealed = make::encrypt(Alg::A256Gcm, &keys::secret(Alg::A256Gcm), make::IV, &aad, &payload);
            ([head(&[0xd0], 3), cbor::bytes(sealed)].concat(), Alg::A256Gcm, hazmat::cose::encrypt0_open)
        }
        3 => {
            let aad = make::structure("Encrypt", &[protected, AAD]);
            let key = make::content_key(Alg::Root, &make::SALT);
            let sealed = make::encrypt(Alg::Root, &key, make::IV, &aad, &payload);
            let recipients = [&[0x81][..], recipient].concat();
            ([head(&[0xd8, 0x60], 4), cbor::bytes(sealed), recipients].concat(), Alg::Root, hazmat::cose::encrypt_open)
        }
        _ => {
            let proof = make::prove(Alg::Hs256, &make::structure("MAC", &[protected, AAD, &payload]));
            let recipients = cbor::array(&[cbor::array(&[cbor::bytes([]), vec![0xa1, 0x01, 0x25], cbor::bytes([])])]);
            let parts = [head(&[0xd8, 0x61], 5), cbor::bytes(&payload), cbor::bytes(proof), recipients];
            (parts.concat(), Alg::Hs256, hazmat::cose::mac_verify)
        }
    };
    Made { message, alg, open, payload }
}

pub fn cose(data: &[u8]) {
    let Some((mode, rest)) = mode(data, 3) else { return };
    match mode {
        0 => {
            for open in READERS {
                for (alg, key) in KEYS.iter() {
                    match bounded(rest.len(), || open(rest, key, AAD)) {
                        Ok(payload) => assert_eq!(payload, PAYLOAD, "{alg:?}"),
                        Err(error) => assert!(error.is_rejected(), "{alg:?}: {error:?}"),
                    }
                }
            }
        }
        1 => {
            let Made { message, alg, open, payload } = proven(rest);
            match bounded(message.len(), || open(&message, key(alg), AAD)) {
                Ok(found) => {
                    assert_eq!(found, payload);
                    // The same is none for another context, of another kind, or with something behind it.
                    assert!(open(&message, key(alg), b"").is_err());
                    assert!(open(&[&message[..], &[0]].concat(), key(alg), AAD).is_err());
                    assert_eq!(READERS.iter().filter(|open| open(&message, key(alg), AAD).is_ok()).count(), 1);
                }
                Err(error) => assert!(error.is_rejected(), "{error:?}"),
            }
        }
        _ => {
            let which = rest.first().copied().unwrap_or_default() % 4;
            let (good, alg, open): (_, _, Open) = match which {
                0 => (make::proven(Alg::Hs256, AAD, PAYLOAD), Alg::Hs256, hazmat::cose::mac0_verify),
                1 => (make::proven(Alg::EdDsa, AAD, PAYLOAD), Alg::EdDsa, hazmat::cose::sign1_verify),
                2 => (make::proven(Alg::Es256, AAD, PAYLOAD), Alg::Es256, hazmat::cose::sign1_verify),
                _ => (make::encrypted(Alg::Root, AAD, PAYLOAD), Alg::Root, hazmat::cose::encrypt_open),
            };
            let message = changed(&good, rest.get(1..).unwrap_or_default());
            match open(&message, key(alg), AAD) {
                // Other lengths of heads, and another key id, mean the same: a message is no identity.
                Ok(payload) => assert_eq!(payload, PAYLOAD, "{}", base64url(message)),
                Err(error) => assert!(error.is_rejected(), "{error:?}"),
            }
        }
    }
}
