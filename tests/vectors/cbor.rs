//! CBOR that is not well-formed (RFC 8949 appendix F), at every place of a message and in an authentic state.

use crate::files::{ALGS, base64url, bytes, folder, from_base64url, list, read, readings, say, secret_jwk, text};
use orderslip::{Alg, Key, Keyring, Lifetime, Sealer, SlipState, UnixTime, hazmat};
use ring::hmac;
use serde::{Deserialize, Serialize};
use std::time::Duration;

const SECRET: &[u8; 32] = b"thirty-two bytes of plain secret";
const NOW: u64 = 1_800_000_000;

/// A state that takes any one item.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct Anything(ciborium::Value);

impl SlipState for Anything {
    const PURPOSE: &'static str = "vectors.example/anything";
    const VERSION: u16 = 1;
}

/// `["orderslip", 1, purpose, h'', [], []]`
const AAD: &[u8] = b"\x86\x69orderslip\x01\x78\x18vectors.example/anything\x40\x80\x80";

/// `bstr` of less than 2^16 bytes.
fn string(bytes: &[u8]) -> Vec<u8> {
    let len = u16::try_from(bytes.len()).unwrap().to_be_bytes();
    [&[0x59], &len[..], bytes].concat()
}

/// A COSE_Mac0 whose MAC holds, of parts that are put in as they are.
fn mac0(protected: &[u8], unprotected: &[u8], payload: &[u8], external_aad: &[u8]) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET);
    let structure = [b"\x84\x64MAC0", &string(protected)[..], &string(external_aad), &string(payload)].concat();
    // The MAC structure has the shortest heads whatever the message has (RFC 9052 section 9).
    let tag = hmac::sign(&key, &shortest(&structure));
    [b"\xd1\x84", &string(protected)[..], unprotected, &string(payload), &string(tag.as_ref())].concat()
}

/// The structure again with the shortest heads.
fn shortest(structure: &[u8]) -> Vec<u8> {
    let item: ciborium::Value = ciborium::from_reader(structure).unwrap();
    let mut out = Vec::new();
    ciborium::into_writer(&item, &mut out).unwrap();
    out
}

fn items() -> Option<Vec<(String, Vec<u8>)>> {
    let file = read(&folder("cbor")?.join("rfc8949_appendix_f_not_wellformed.json"));
    let items: Vec<_> =
        list(&file["cases"]).iter().map(|case| (text(&case["hex"]).to_owned(), bytes(&case["hex"]))).collect();
    assert_eq!(items.len(), 94);
    Some(items)
}

#[test]
fn t50_vectors_cbor_in_messages() {
    let Some(items) = items() else { return };
    let key = Key::from_jwk_as(&secret_jwk(SECRET), Alg::Hs256).unwrap();
    let keys: Vec<Key> = ALGS.into_iter().map(|alg| Key::generate(alg).unwrap()).chain([key]).collect();
    let hs256: &[u8] = &[0xa1, 0x01, 0x05];
    let good = |unprotected: &[u8]| mac0(hs256, unprotected, b"payload", b"");
    // Where the item goes, and that the frame is right when a good item is there.
    type Place = (&'static str, fn(&[u8]) -> Vec<u8>);
    let places: [Place; 7] = [
        ("as the unprotected map", |item| mac0(&[0xa1, 0x01, 0x05], item, b"payload", b"")),
        ("as a header's value", |item| {
            mac0(&[0xa1, 0x01, 0x05], &[&[0xa1, 0x18, 0x63], item].concat(), b"payload", b"")
        }),
        ("as a header's label", |item| mac0(&[0xa1, 0x01, 0x05], &[&[0xa1], item, &[0x01]].concat(), b"payload", b"")),
        ("in a list in a header", |item| {
            mac0(&[0xa1, 0x01, 0x05], &[&[0xa1, 0x18, 0x63, 0x81], item].concat(), b"payload", b"")
        }),
        ("as a protected header's value", |item| {
            mac0(&[&[0xa2, 0x01, 0x05, 0x18, 0x63], item].concat(), &[0xa0], b"payload", b"")
        }),
        ("as the whole protected header", |item| mac0(item, &[0xa0], b"payload", b"")),
        ("as the payload", |item| {
            let whole = mac0(&[0xa1, 0x01, 0x05], &[0xa0], b"payload", b"");
            let payload = string(b"payload");
            let at = whole.windows(payload.len()).position(|window| window == payload).unwrap();
            let (front, back) = whole.split_at(at);
            [front, item, back.split_at(payload.len()).1].concat()
        }),
    ];
    let controls: [&[u8]; 7] = [&[0xa0], &[0x01], &[0x18, 0x63], &[0x01], &[0x01], hs256, b"\x47payload"];
    for ((place, wrap), control) in places.iter().zip(controls) {
        let taken = readings(&wrap(control), &keys, b"");
        assert_eq!(taken, [("mac0", Alg::Hs256, b"payload".to_vec())], "{place}: the frame is right");
    }
    let whole = good(&[0xa0]);
    let mut wrapped = 0;
    for (hex, item) in &items {
        for (place, message) in [
            ("alone", item.clone()),
            ("behind a tag", [&[0xd1], &item[..]].concat()),
            ("behind a message", [&whole[..], item].concat()),
            ("in front of a message", [&item[..], &whole].concat()),
        ] {
            assert_eq!(readings(&message, &keys, b""), [], "{hex} {place}");
        }
        for (place, wrap) in places {
            assert_eq!(readings(&wrap(item), &keys, b""), [], "{hex} {place}");
            wrapped += 1;
        }
    }
    assert_eq!(wrapped, 94 * 7);
    say(&format!("cbor: {} items, refused alone and at {} places of a message", items.len(), places.len() + 3));
}

/// Authentic tokens, as a program with our key and a bad encoder would write them.
#[test]
fn t50_vectors_cbor_in_states() {
    let Some(items) = items() else { return };
    let jwks = format!(r#"{{"keys":[{{"kty":"oct","alg":"HS256","k":"{}"}}]}}"#, base64url(SECRET));
    let keys = Keyring::from_jwks(&jwks).unwrap();
    let lifetime = Lifetime::absolute(Duration::from_secs(3600));
    let sealer = Sealer::<Anything>::signed(&keys).lifetime(lifetime).build().unwrap();
    let now = UnixTime::from_secs(NOW);
    // The claims, the key id and the context of a token of our own, and the item in the place of its state.
    let token = sealer.seal_at(&Anything(1.into()), now).unwrap();
    let own = from_base64url(&token);
    let payload = hazmat::cose::mac0_verify(&own, keys.get(keys.ids().next().unwrap().as_str()).unwrap(), AAD).unwrap();
    let claims = payload.strip_suffix(&[0x01]).unwrap();
    let frame = own.split_at(17).0;
    let seal = |item: &[u8]| {
        let payload = [claims, item].concat();
        let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET);
        let structure = [b"\x84\x64MAC0\x43\xa1\x01\x05", &string(AAD)[..], &string(&payload)].concat();
        let tag = hmac::sign(&key, &shortest(&structure));
        let bytes = ciborium::Value::Bytes(payload);
        let mut head_and_payload = Vec::new();
        ciborium::into_writer(&bytes, &mut head_and_payload).unwrap();
        base64url(&[frame, &head_and_payload, &[0x58, 0x20], tag.as_ref()].concat())
    };
    assert_eq!(seal(&[0x01]), token);
    assert!(sealer.open_at(&seal(b"\x63yes"), now).is_ok_and(|slip| slip.state().0 == "yes".into()));
    for (hex, item) in &items {
        let error = sealer.open_at(&seal(item), now).map(drop).expect_err(hex);
        assert!(error.is_unreadable(), "{hex}: {error}");
    }
    say(&format!("cbor: {} items, unreadable as the state of an authentic token", items.len()));
}
