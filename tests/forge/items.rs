//! Siblings: the cookies of mergeable state, and the anchor that they are tied to (docs/design.md section 8).

use super::{
    NOW, base64url, cbor,
    claims::{self, ID},
    cose,
    keys::{Alg, sha256},
};
use ring::hmac;

/// The secret in the anchor: any 32 bytes.
pub fn anchor_secret() -> Vec<u8> {
    sha256("orderslip test anchor")
}

/// The claim that ties siblings to a slip.
pub fn anchor_claim() -> [Vec<u8>; 2] {
    [claims::ANCHOR.to_vec(), cbor::array(&[cbor::bytes(anchor_secret())])]
}

/// The slip that this one has come from, by a login.
pub const ID_BEFORE: [u8; 16] = *b"the id before it";

pub fn secret_before() -> Vec<u8> {
    sha256("orderslip test anchor before")
}

/// The claim with a predecessor, whose login was at this Unix time in milliseconds.
pub fn anchor_claim_after(login: u64) -> [Vec<u8>; 2] {
    let parts = [cbor::bytes(anchor_secret()), cbor::bytes(ID_BEFORE), cbor::bytes(secret_before()), cbor::uint(login)];
    [claims::ANCHOR.to_vec(), cbor::array(&parts)]
}

/// A session slip for a cookie of this name, with a secret in it.
pub fn anchor(purpose: &str, cookie: &str, claim: &[Vec<u8>], state: &[u8]) -> String {
    let payload = [&claims::cwt_head(1, claim)[..], state].concat();
    base64url(cose::encrypted(Alg::Root, &claims::external_aad(purpose, cookie, &[], &[]), &payload))
}

/// The keys of a session's siblings of one purpose.
pub struct Session {
    purpose: &'static str,
    /// What all names begin with.
    prefix: &'static str,
    id: [u8; 16],
    enc: [u8; 32],
    name: hmac::Key,
}

impl Session {
    pub fn new(purpose: &'static str, prefix: &'static str) -> Self {
        Self::of(purpose, prefix, ID, &anchor_secret())
    }

    pub fn of(purpose: &'static str, prefix: &'static str, id: [u8; 16], secret: &[u8]) -> Self {
        let key = |of: &str| {
            let info =
                cbor::array(&[cbor::text("orderslip/siblings"), cbor::uint(1), cbor::text(purpose), cbor::text(of)]);
            cose::hkdf_sha256(secret, &id, &info)
        };
        Self { purpose, prefix, id, enc: key("enc"), name: hmac::Key::new(hmac::HMAC_SHA256, &key("name")) }
    }

    fn mac(&self, bytes: &[u8], characters: usize) -> String {
        base64url(hmac::sign(&self.name, bytes))[..characters].to_owned()
    }

    /// `class` is `o` or `b`.
    pub fn name(&self, class: char, id: &str) -> String {
        format!("{}{class}{}{id}", self.prefix, self.mac(b"tag", 3))
    }

    pub fn base_name(&self, plaintext: &[u8]) -> String {
        self.name('b', &self.mac(plaintext, 11))
    }

    /// The value of the cookie of this name.
    pub fn value(&self, name: &str, plaintext: &[u8]) -> String {
        let context = claims::external_aad(self.purpose, name, &[&self.id], &[]);
        let aad = cose::structure("Encrypt0", &[&cose::protected(Alg::A256Gcm), &context]);
        base64url([&cose::IV[..], &cose::encrypt(Alg::A256Gcm, &self.enc, cose::IV, &aad, plaintext)].concat())
    }

    pub fn operation(&self, dot: [u8; 8], plaintext: &[u8]) -> (String, String) {
        let name = self.name('o', &base64url(dot));
        let value = self.value(&name, plaintext);
        (name, value)
    }

    pub fn base(&self, plaintext: &[u8]) -> (String, String) {
        let name = self.base_name(plaintext);
        let value = self.value(&name, plaintext);
        (name, value)
    }
}

/// Milliseconds since 2025 began, `after` so many since all that is made here was made.
pub fn millis(after: i64) -> u64 {
    (NOW * 1_000 - 1_735_689_600_000).checked_add_signed(after).expect("within 2025 to 2059")
}

/// 40 bits of time, 24 of noise.
pub fn dot(millis: u64, noise: [u8; 3]) -> [u8; 8] {
    let [.., a, b, c, d, e] = millis.to_be_bytes();
    [a, b, c, d, e, noise[0], noise[1], noise[2]]
}

/// Five bytes.
pub fn floor(millis: u64) -> Vec<u8> {
    millis.to_be_bytes()[3..].to_vec()
}

/// LEB128.
pub fn varint(mut value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    loop {
        let low = u8::try_from(value & 0x7f).expect("seven bits");
        value >>= 7;
        out.push(if value > 0 { low | 0x80 } else { low });
        if value == 0 {
            return out;
        }
    }
}

/// The plaintext of an operation that is no barrier, of version 1.
pub fn operation(op: &[u8]) -> Vec<u8> {
    [&varint(2)[..], op].concat()
}

/// A base without records, of version 1.
pub fn base(floor_at: u64, state: &[u8]) -> Vec<u8> {
    [&varint(4)[..], &floor(floor_at), &varint(0), state].concat()
}
