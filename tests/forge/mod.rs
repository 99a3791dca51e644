//! Messages made by hand: with the right keys, of whatever parts are asked for. A second implementation of every format, for the fuzz
//! targets that must get behind the proof, and for the vectors of which one thing is wrong.
//!
//! It may not know the library: `ring`'s primitives, base64, and what docs/design.md says of the bytes. Keys, salts and IVs are fixed,
//! and so is the nonce of ECDSA, so that everything comes out the same every time. **Everybody knows these keys.**
#![allow(dead_code, unreachable_pub, reason = "each program uses a part of it")]

pub mod cbor;
pub mod claims;
pub mod cose;
pub mod items;
pub mod jose;
pub mod keys;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};

/// When all that is made here was made.
pub const NOW: u64 = 1_800_000_000;

pub fn base64url(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

pub fn from_base64url(text: &str) -> Option<Vec<u8>> {
    BASE64_URL_SAFE_NO_PAD.decode(text).ok()
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
