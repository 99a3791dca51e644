//! The same bytes before two readers: `coset` for COSE, `ciborium` for CBOR, and for JOSE a reader of thirty lines over `serde_json` and
//! `ring`, as somebody would write it who has read the RFCs once. What we accept they accept, with the same meaning.
//!
//! `josekit`, which is whole and independent, takes the same messages in `fuzz/` with the feature `josekit`: it needs OpenSSL's headers, which
//! nobody should have to install to fuzz.

use super::{
    allocation::bounded,
    messages::{AAD, Made, key, proven},
    mode,
    states::{Anything, opens_or_is_unreadable, sealer, seals_again},
};
use crate::forge::{
    base64url, claims as made, cose, from_base64url, jose,
    keys::{self, Alg},
};
use coset::TaggedCborSerializable as _;
use orderslip::{SlipState as _, hazmat};
use ring::{aead, hmac};

fn canonical(value: &ciborium::Value) -> Vec<u8> {
    let mut out = Vec::new();
    ciborium::into_writer(value, &mut out).expect("memory takes every write");
    out
}

fn depth(value: &ciborium::Value) -> usize {
    match value {
        ciborium::Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        ciborium::Value::Map(entries) => {
            1 + entries.iter().map(|(key, value)| depth(key).max(depth(value))).max().unwrap_or(0)
        }
        ciborium::Value::Tag(_, inner) => 1 + depth(inner),
        _ => 0,
    }
}

/// Whether it holds what a state of ours never does.
fn is_foreign(value: &ciborium::Value) -> bool {
    match value {
        ciborium::Value::Array(items) => items.iter().any(is_foreign),
        ciborium::Value::Map(entries) => {
            let twice = entries
                .iter()
                .enumerate()
                .any(|(at, (key, _))| entries.iter().skip(at + 1).any(|(other, _)| key == other));
            twice || entries.iter().any(|(key, value)| is_foreign(key) || is_foreign(value))
        }
        ciborium::Value::Tag(..) => true,
        _ => false,
    }
}

/// An authentic state of any one item: ours and ciborium's reading of it.
pub(super) fn state(bytes: &[u8], token: &str) {
    let sealer = sealer::<Anything>(Alg::Hs256);
    let ours = bounded(token.len(), || opens_or_is_unreadable(&sealer, token));
    let mut rest = bytes;
    let theirs = ciborium::de::from_reader_with_recursion_limit::<ciborium::Value, _>(&mut rest, 64).ok();
    let theirs = theirs.filter(|_| rest.is_empty());
    match (ours, theirs) {
        (Some(slip), theirs) => {
            let theirs = theirs.expect("ciborium reads what we read");
            assert_eq!(canonical(&slip.state().0), canonical(&theirs));
            seals_again(&sealer, slip);
        }
        // What it writes just so, we read, too.
        (None, Some(value)) if canonical(&value) == bytes && depth(&value) <= 30 && !is_foreign(&value) => {
            panic!("refused, though ciborium writes it so: {value:?}")
        }
        (None, _) => {}
    }
}

/// Whether a header has what coset knows and we pass over: a countersignature (label 7, RFC 8152 section 4.5), which is unauthenticated and
/// somebody else's business.
fn is_countersigned(message: &[u8]) -> bool {
    let has = |value: &ciborium::Value| {
        value.as_map().is_some_and(|map| map.iter().any(|(label, _)| *label == ciborium::Value::from(7)))
    };
    fn any(value: &ciborium::Value, has: &impl Fn(&ciborium::Value) -> bool) -> bool {
        let inner = |bytes: &Vec<u8>| ciborium::from_reader::<ciborium::Value, _>(&bytes[..]).ok();
        match value {
            ciborium::Value::Tag(_, inner) => any(inner, has),
            ciborium::Value::Array(items) => items.iter().any(|item| any(item, has)),
            ciborium::Value::Bytes(bytes) => inner(bytes).is_some_and(|inner| has(&inner)),
            value => has(value),
        }
    }
    ciborium::from_reader::<ciborium::Value, _>(message).is_ok_and(|message| any(&message, &has))
}

/// What coset asks of a header beyond RFC 9052 section 3.1: a key id or an IV of at least one byte, which are `bstr` there, and a content type
/// that is registered or looks like one, which is for whoever has the payload.
fn is_of_taste(error: &coset::CoseError) -> bool {
    match error {
        coset::CoseError::UnregisteredIanaValue => true,
        coset::CoseError::UnexpectedItem(_, wanted) => {
            ["non-empty bstr", "non-empty tstr", "no leading/trailing whitespace", "text of form type/subtype"]
                .contains(wanted)
        }
        _ => false,
    }
}

/// A COSE message whose proof holds.
fn message(rest: &[u8]) {
    let Made { message, alg, open, payload } = proven(rest);
    if open(&message, key(alg), AAD).is_err() {
        return;
    }
    // It does not take the CWT tag around a message (RFC 8392 section 6), which we do.
    let inner = message.strip_prefix(&[0xd8, 0x3d]).unwrap_or(&message);
    let found = match message.first() {
        Some(0xd1) => coset::CoseMac0::from_tagged_slice(inner).map(|message| message.payload),
        Some(0xd2) => coset::CoseSign1::from_tagged_slice(inner).map(|message| message.payload),
        Some(0xd0) => coset::CoseEncrypt0::from_tagged_slice(inner).map(|_| Some(payload.clone())),
        Some(_) if message.get(1) == Some(&0x61) => {
            coset::CoseMac::from_tagged_slice(inner).map(|message| message.payload)
        }
        _ => coset::CoseEncrypt::from_tagged_slice(inner).map(|_| Some(payload.clone())),
    };
    match found {
        Ok(found) => assert_eq!(found, Some(payload)),
        Err(_) if is_countersigned(&message) => {}
        Err(error) if is_of_taste(&error) => {}
        Err(error) => panic!("we accept what coset refuses: {error:?} in {}", crate::forge::hex(&message)),
    }
}

/// A JOSE message that whoever knows the key has made: its header and payload are whatever the input says.
pub fn jose_message(rest: &[u8]) -> (Alg, String) {
    let (alg, rest) = rest.split_first().map_or((0, rest), |(alg, rest)| (*alg, rest));
    let alg = [Alg::Hs256, Alg::Hs512, Alg::A128Gcm, Alg::A256Gcm][usize::from(alg) % 4];
    let at = rest.iter().position(|byte| *byte == 0).unwrap_or(rest.len());
    let (header, payload) = (&rest[..at], rest.get(at + 1..).unwrap_or_default());
    let token = match alg {
        Alg::A128Gcm | Alg::A256Gcm => jose::jwe(alg, header, payload),
        _ => jose::jws(alg, header, payload),
    };
    (alg, token)
}

/// RFC 7515 section 5.2, RFC 7516 section 5.2, and no more.
fn second_reader(alg: Alg, token: &str) -> Option<Vec<u8>> {
    let parts: Vec<&str> = token.split('.').collect();
    let decoded: Vec<Vec<u8>> = parts.iter().map(|part| from_base64url(part)).collect::<Option<_>>()?;
    let header: serde_json::Value = serde_json::from_slice(&decoded[0]).ok()?;
    match (alg, &decoded[..]) {
        (Alg::A128Gcm | Alg::A256Gcm, [_, _, iv, ciphertext, tag]) => {
            if header["alg"] != "dir" || header["enc"] != keys::name(alg) {
                return None;
            }
            let cipher = if alg == Alg::A128Gcm { &aead::AES_128_GCM } else { &aead::AES_256_GCM };
            let key = aead::LessSafeKey::new(aead::UnboundKey::new(cipher, &keys::secret(alg)).ok()?);
            let nonce = aead::Nonce::try_assume_unique_for_key(iv).ok()?;
            let mut sealed = [&ciphertext[..], tag].concat();
            let aad = aead::Aad::from(parts[0].as_bytes());
            key.open_in_place(nonce, aad, &mut sealed).map(|plaintext| plaintext.to_vec()).ok()
        }
        (_, [_, payload, proof]) => {
            let hash = match header["alg"].as_str()? {
                "HS256" if alg == Alg::Hs256 => hmac::HMAC_SHA256,
                "HS512" if alg == Alg::Hs512 => hmac::HMAC_SHA512,
                _ => return None,
            };
            let signed = token.rsplit_once('.')?.0;
            hmac::verify(&hmac::Key::new(hash, &keys::secret(alg)), signed.as_bytes(), proof).ok()?;
            Some(payload.clone())
        }
        _ => None,
    }
}

fn jose_readers(rest: &[u8]) {
    let (alg, token) = jose_message(rest);
    let ours = match alg {
        Alg::A128Gcm | Alg::A256Gcm => hazmat::jwe::open(&token, key(alg)),
        _ => hazmat::jws::verify(&token, key(alg)),
    };
    if let Ok(payload) = ours {
        assert_eq!(second_reader(alg, &token), Some(payload), "we accept what a second reader refuses");
    }
}

pub fn differential(data: &[u8]) {
    let Some((mode, rest)) = mode(data, 3) else { return };
    match mode {
        0 => message(rest),
        1 => {
            let aad = made::external_aad(Anything::PURPOSE, "", &[], &[]);
            state(rest, &base64url(cose::proven(Alg::Hs256, &aad, &made::cwt(1, rest))));
        }
        _ => jose_readers(rest),
    }
}
