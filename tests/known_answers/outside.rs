//! What both formats share, written without our code: the state, the claims, the key id, the context.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use ciborium::{Value, cbor};
use orderslip::{Keyring, Lifetime, Slip, SlipState, UnixTime};
use ring::digest;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, time::Duration};

pub(crate) const SECRET: &[u8; 32] = b"a secret of thirty-two bytes: ok";
pub(crate) const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);
pub(crate) const ABSOLUTE: u64 = 8 * 3600;
pub(crate) const IDLE: u64 = 1800;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Order {
    guest: String,
    lines: Vec<Line>,
    by_course: BTreeMap<u8, String>,
    discount: Option<i64>,
    tip: f64,
    paid: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Line {
    sku: String,
    quantity: u32,
    size: Size,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Size {
    Small,
    Grams(u16),
}

impl SlipState for Order {
    const PURPOSE: &'static str = "restaurant.example/order";
    const VERSION: u16 = 3;
}

pub(crate) fn order() -> Order {
    Order {
        guest: "Zoë".to_owned(),
        lines: vec![
            Line { sku: "soup".to_owned(), quantity: 2, size: Size::Small },
            Line { sku: "steak".to_owned(), quantity: 70_000, size: Size::Grams(300) },
        ],
        by_course: [(1, "soup".to_owned()), (200, "steak".to_owned())].into(),
        discount: Some(-500),
        tip: 2.1,
        paid: false,
    }
}

pub(crate) fn base64url(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn from_base64url(text: &str) -> Vec<u8> {
    BASE64_URL_SAFE_NO_PAD.decode(text).unwrap()
}

pub(crate) fn encoded(value: &Value) -> Vec<u8> {
    let mut out = Vec::new();
    ciborium::into_writer(value, &mut out).unwrap();
    out
}

pub(crate) fn keyring(members: &str) -> Keyring {
    let jwks = format!(r#"{{"keys":[{{"kty":"oct",{members},"k":"{}"}}]}}"#, base64url(SECRET));
    Keyring::from_jwks(&jwks).unwrap()
}

pub(crate) fn lifetime() -> Lifetime {
    Lifetime::absolute(Duration::from_secs(ABSOLUTE)).idle(Duration::from_secs(IDLE))
}

/// The first eight bytes of the thumbprint (RFC 7638 section 3).
pub(crate) fn wire_id(required_members: &str) -> Vec<u8> {
    let thumbprint = digest::digest(&digest::SHA256, required_members.as_bytes());
    thumbprint.as_ref().split_at(8).0.to_vec()
}

pub(crate) fn secret_wire_id() -> Vec<u8> {
    wire_id(&format!(r#"{{"k":"{}","kty":"oct"}}"#, base64url(SECRET)))
}

/// `["orderslip", 1, purpose, carrier, [deployment…], [call…]]`
pub(crate) fn external_aad(purpose: &str, deployment: &[&[u8]], call: &[&[u8]]) -> Vec<u8> {
    let list = |items: &[&[u8]]| Value::Array(items.iter().map(|item| Value::Bytes(item.to_vec())).collect());
    encoded(&Value::Array(vec![
        "orderslip".into(),
        1.into(),
        purpose.into(),
        Value::Bytes(Vec::new()),
        list(deployment),
        list(call),
    ]))
}

pub(crate) const ID: [u8; 16] = *b"sixteen of an id";

/// The claims as any CBOR library reads them: in order, with nothing else beside them.
pub(crate) fn check_claims(payload: &[u8], slip: &Slip<Order>) {
    let claims: Value = ciborium::from_reader(payload).unwrap();
    assert_eq!(encoded(&claims), payload, "the deterministic encoding of each part");
    // The state, as serde and ciborium have it.
    let state = Value::serialized(&order()).unwrap();
    let now = NOW.as_secs();
    let expected = cbor!({
        4 => now + IDLE,
        6 => now,
        7 => Value::Bytes(slip.id().as_bytes().to_vec()),
        -65539 => [now, now + ABSOLUTE],
        -65537 => [3, state]
    });
    assert_eq!(claims, expected.unwrap());
    assert_eq!(slip.state(), &order());
}

/// Claims of another writer, and when and what they are for.
pub(crate) fn claims(id: [u8; 16], began: u64, sealed: u64) -> Vec<u8> {
    let state = Value::serialized(&order()).unwrap();
    let claims = cbor!({
        4 => sealed + IDLE,
        6 => sealed,
        7 => Value::Bytes(id.to_vec()),
        -65539 => [began, began + ABSOLUTE],
        -65537 => [3, state]
    });
    encoded(&claims.unwrap())
}

pub(crate) fn check_foreign_slip(slip: &Slip<Order>, id: [u8; 16], began: u64, sealed: u64) {
    assert_eq!(slip.state(), &order());
    assert_eq!(slip.id().as_bytes(), &id);
    assert_eq!(slip.began_at().as_secs(), began);
    assert_eq!(slip.sealed_at().as_secs(), sealed);
    assert_eq!(slip.expires_at().as_secs(), sealed + IDLE);
    assert_eq!(slip.ends_at().as_secs(), began + ABSOLUTE);
}
