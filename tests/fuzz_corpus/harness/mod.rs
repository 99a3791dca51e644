//! What the fuzz targets do with their bytes, and what must hold whatever these are. `fuzz/` runs it under libFuzzer, and
//! `tests/fuzz_corpus` over the committed corpus on stable Rust.
//!
//! It uses the public interface only. Bytes at random meet nothing but the code in front of the proof; so most targets have a mode in which
//! the bytes are put behind a proof that holds (`forge`), as an authentic payload, header, key or cookie, and one in which they are a
//! script of changes to a good token. There the first byte of an input is the mode.
#![allow(unreachable_pub, unused_imports, reason = "one program uses the table, another the targets by their names")]

mod allocation;
mod cookies;
mod differential;
mod keys;
mod messages;
mod roundtrip;
mod siblings;
mod states;
mod tokens;

pub use self::{
    cookies::{cookie_header, jar_plan},
    differential::{differential, jose_message},
    keys::{jwk, keyring},
    messages::{cose, jwe, jws},
    roundtrip::roundtrip,
    siblings::siblings,
    tokens::{cbor_state, claims, open_any},
};

pub type Target = fn(&[u8]);

pub const TARGETS: [(&str, Target); 13] = [
    ("jws", jws),
    ("jwe", jwe),
    ("cose", cose),
    ("cbor_state", cbor_state),
    ("claims", claims),
    ("jwk", jwk),
    ("keyring", keyring),
    ("cookie_header", cookie_header),
    ("jar_plan", jar_plan),
    ("siblings", siblings),
    ("open_any", open_any),
    ("differential", differential),
    ("roundtrip", roundtrip),
];

/// The mode of an input, of so many, and the rest of it.
fn mode(data: &[u8], modes: u8) -> Option<(u8, &[u8])> {
    data.split_first().map(|(mode, rest)| (mode % modes, rest))
}

/// The next piece: its length in one byte, and as much of it as there is.
fn piece<'d>(data: &mut &'d [u8]) -> &'d [u8] {
    let Some((len, rest)) = data.split_first() else { return &[] };
    let (piece, rest) = rest.split_at(usize::from(*len).min(rest.len()));
    *data = rest;
    piece
}

fn byte(data: &mut &[u8]) -> u8 {
    let Some((byte, rest)) = data.split_first() else { return 0 };
    *data = rest;
    *byte
}

/// A message with changes: each is four bytes, what, where (two) and with which byte.
fn changed(message: &[u8], script: &[u8]) -> Vec<u8> {
    let mut message = message.to_vec();
    for change in script.as_chunks::<4>().0.iter().take(16) {
        let [what, high, low, with] = *change;
        let at = usize::from(u16::from_be_bytes([high, low]));
        let (at, len) = (at % (message.len() + 1), message.len());
        match what % 6 {
            0 => message.insert(at, with),
            1 if at < len => message[at] = with,
            2 if at < len => message[at] ^= 1 << (with % 8),
            3 if at < len => drop(message.remove(at)),
            4 => message.truncate(at.max(1)),
            // A stretch again, where another begins.
            _ => {
                let stretch: Vec<u8> = message[at..].iter().take(usize::from(with)).copied().collect();
                message.splice(at..at, stretch);
            }
        }
    }
    message
}
