//! What a token says of itself, and what it is bound to.

use super::{NOW, base64url, cbor, keys};

pub const ID: [u8; 16] = *b"sixteen of an id";
pub const IDLE: u64 = 1_800;
pub const ABSOLUTE: u64 = 28_800;

/// -65537
pub const STATE: [u8; 5] = [0x3a, 0x00, 0x01, 0x00, 0x00];
/// -65539
pub const SPAN: [u8; 5] = [0x3a, 0x00, 0x01, 0x00, 0x02];
/// -65541
pub const ANCHOR: [u8; 5] = [0x3a, 0x00, 0x01, 0x00, 0x04];

/// `["orderslip", 1, purpose, carrier, [deployment…], [call…]]`
pub fn external_aad(purpose: &str, carrier: &str, deployment: &[&[u8]], call: &[&[u8]]) -> Vec<u8> {
    let list = |items: &[&[u8]]| cbor::array(&items.iter().map(cbor::bytes).collect::<Vec<_>>());
    cbor::array(&[
        cbor::text("orderslip"),
        cbor::uint(1),
        cbor::text(purpose),
        cbor::bytes(carrier),
        list(deployment),
        list(call),
    ])
}

/// A claims set for COSE, but for its state. `more` are claims in front of the state, labels and values in turn.
pub fn cwt_head(version: u64, more: &[Vec<u8>]) -> Vec<u8> {
    let claims = [
        vec![0x04],
        cbor::uint(NOW + IDLE),
        vec![0x06],
        cbor::uint(NOW),
        vec![0x07],
        cbor::bytes(ID),
        SPAN.to_vec(),
        cbor::array(&[cbor::uint(NOW), cbor::uint(NOW + ABSOLUTE)]),
    ];
    let count = 5 + u64::try_from(more.len() / 2).expect("few");
    let state = [&STATE[..], &[0x82], &cbor::uint(version)].concat();
    [cbor::head(5, count), claims.concat(), more.concat(), state].concat()
}

pub fn cwt(version: u64, state: &[u8]) -> Vec<u8> {
    [&cwt_head(version, &[])[..], state].concat()
}

/// The digest of a context, in a claims set for JOSE.
pub fn ctx(external_aad: &[u8]) -> String {
    base64url(&keys::sha256(external_aad)[..16])
}

/// A claims set for JOSE. `ctx` is the member with its comma, if there is one.
pub fn jwt(purpose: &str, ctx: &str, version: u64, state: &str) -> String {
    format!(
        r#"{{"exp":{},"iat":{NOW},"jti":"{}","aud":"{purpose}"{ctx},"slip":{{"v":{version},"began":{NOW},"ends":{},"st":{state}}}}}"#,
        NOW + IDLE,
        base64url(ID),
        NOW + ABSOLUTE,
    )
}
