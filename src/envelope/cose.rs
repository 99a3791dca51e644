//! COSE messages (RFC 9052), byte for byte as we write them, and as other people do.
//!
//! It may not know claims or states. Our own messages have one shape each, and the reader takes that shape only: no other
//! header, no other order, the shortest heads, nothing after the end. So no duplicate label, no `crit`, no algorithm in an
//! unprotected header, no second recipient ever has to be judged.

pub(crate) mod encrypt;
pub(crate) mod epoch;
pub(crate) mod foreign;
pub(crate) mod proven;

use crate::{cbor::write::Buffer, envelope::With};
use std::borrow::Cow;

/// RFC 9052 table 1.
pub(crate) const TAG_ENCRYPT0: u64 = 16;
pub(crate) const TAG_MAC0: u64 = 17;
pub(crate) const TAG_SIGN1: u64 = 18;
pub(crate) const TAG_ENCRYPT: u64 = 96;
pub(crate) const TAG_MAC: u64 = 97;

/// `d8 60 84`, `d1 84 43` and `d2 84 43`: the first three bytes of our messages, as text.
pub(crate) const FIRST_CHARACTERS: [&str; 3] = ["2GCE", "0YRD", "0oRD"];

/// Whether a text begins like one of our messages. White space and quotes in front make it no other format.
pub(crate) fn is_ours(text: &str) -> bool {
    let text = text.trim_start_matches(|first: char| !first.is_ascii_alphanumeric());
    FIRST_CHARACTERS.iter().any(|first| text.starts_with(first))
}

/// What is authenticated beside or in front of a payload: a structure's head, the protected header, the `external_aad` (RFC 9052 sections
/// 4.4, 5.3 and 6.3).
pub(crate) fn structure(head: &[u8], protected: &[u8], external_aad: &[u8]) -> Vec<u8> {
    let mut out = Buffer::with_room(0, head.len() + protected.len() + external_aad.len() + 12);
    out.push(head);
    out.cbor().bytes(protected).bytes(external_aad);
    out.publish().to_vec()
}

/// The same for a token of ours, made once for all that are bound to nothing but their context.
fn own_structure<'w>(with: &With<'w>, head: &[u8], protected: &[u8]) -> Cow<'w, [u8]> {
    with.context.aad(with.call, protected, |external_aad| structure(head, protected, external_aad))
}

pub(crate) const ENCRYPT: &[u8] = b"\x83\x67Encrypt";
pub(crate) const ENCRYPT0: &[u8] = b"\x83\x68Encrypt0";
pub(crate) const MAC: &[u8] = b"\x84\x63MAC";
pub(crate) const MAC0: &[u8] = b"\x84\x64MAC0";
pub(crate) const SIGNATURE1: &[u8] = b"\x84\x6aSignature1";
