//! Token text and secret bytes: strict base64url, the size limits with their origin, buffers that wipe themselves.
//!
//! It may not know what the bytes mean. The `base64` crate does the coding; its strictness is pinned by the tests
//! below, because a second spelling of one token is a second identity (RFC 4648 section 3.5).

mod wiped;

pub(crate) use wiped::Wiped;

use crate::error::Error;
use base64::{
    Engine as _,
    engine::general_purpose::{GeneralPurposeConfig, NO_PAD},
};
use std::{fmt, sync::LazyLock};
use zeroize::Zeroizing;

/// The longest token text that is sealed or looked at, in bytes: 8 KiB.
///
/// It is the usual limit of servers and proxies for one header line (Apache `LimitRequestFieldSize` 8190, nginx
/// `large_client_header_buffers` 8k), twice what browsers keep of one cookie (RFC 6265 section 6.1). It bounds all
/// work that is done before a token is authenticated.
///
/// All defaults and limits with their reasons: [`manual::defaults`](crate::manual::defaults).
pub const MAX_TOKEN_TEXT: usize = 8 * 1024;

const _: () = assert!(MAX_TOKEN_TEXT.is_multiple_of(4), "four characters carry three bytes");

/// RFC 4648 section 5, no padding, trailing bits must be zero: the crate's default for decoding.
const STRICT: GeneralPurposeConfig = NO_PAD;

#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
type TextEngine = base64::engine::Simd;
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
type TextEngine = base64::engine::GeneralPurpose;

/// Built once: the SIMD engine asks the processor what it can do.
static ENGINE: LazyLock<TextEngine> = LazyLock::new(|| {
    #[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
    return base64::engine::Simd::url_safe(STRICT);
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    return base64::engine::GeneralPurpose::new(&base64::alphabet::URL_SAFE, STRICT);
});

/// The text of a token. The caller has checked the size against its limit.
#[expect(
    clippy::slow_vector_initialization,
    reason = "`calloc` of glibc passes by what the thread has lately given back: for a small token that takes as long as encoding it"
)]
pub(crate) fn token_text(bytes: &[u8]) -> String {
    let len = text_len(bytes.len());
    let mut text = Vec::with_capacity(len);
    text.resize(len, 0);
    ENGINE.encode_slice(bytes, &mut text).expect("there is the room that `text_len` says");
    #[expect(clippy::ok_expect, reason = "the error holds the text")]
    String::from_utf8(text).ok().expect("base64url is ASCII")
}

/// How many characters [`token_text`] makes of so many bytes.
pub(crate) fn text_len(bytes: usize) -> usize {
    bytes.div_ceil(3).saturating_mul(4).saturating_sub((3 - bytes % 3) % 3)
}

/// The bytes of a token's text, behind `room` bytes left free for the caller.
///
/// The length is checked before anything is decoded or allocated (CVE-2025-30204 and its kin).
pub(crate) fn token_bytes(text: &str, room: usize) -> Result<Wiped, Error> {
    check_len(text)?;
    let mut bytes = Wiped::for_now(room + text.len());
    token_bytes_into(text, room, &mut bytes)?;
    Ok(bytes)
}

pub(crate) fn check_len(text: &str) -> Result<(), Error> {
    if text.len() > MAX_TOKEN_TEXT { Err(Error::malformed("longer than any token")) } else { Ok(()) }
}

/// The same in the place of what was in a buffer.
pub(crate) fn token_bytes_into(text: &str, room: usize, bytes: &mut Vec<u8>) -> Result<(), Error> {
    check_len(text)?;
    // The engine wants whole blocks of three bytes, and cuts nothing off by itself.
    bytes.clear();
    bytes.resize(room + text.len().div_ceil(4) * 3, 0);
    let free = bytes.get_mut(room..).unwrap_or_default();
    let decoded = ENGINE.decode_slice(text, free).map_err(|_| Error::malformed("not canonical base64url"))?;
    bytes.truncate(room + decoded);
    Ok(())
}

/// Puts the text of some bytes behind what is there. The caller has checked the size against its limit.
#[cfg(feature = "jose")]
pub(crate) fn append_text(bytes: &[u8], text: &mut String) {
    ENGINE.encode_string(bytes, text);
}

/// Public base64url text of a few bytes, as in a JWK member or a slip id.
pub(crate) fn public_text(bytes: &[u8]) -> String {
    ENGINE.encode(bytes)
}

/// Exactly so many bytes, from their canonical text.
#[cfg(feature = "jose")]
pub(crate) fn exactly<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    decode_few(text, &mut [0; FEW])?.try_into().ok()
}

/// Room for the longest proof there is, in whole blocks of three bytes, as the engine wants them.
#[cfg(feature = "jose")]
pub(crate) const FEW: usize = 66;

/// A few bytes, from their canonical text, without an allocation.
#[cfg(feature = "jose")]
pub(crate) fn decode_few<'b>(text: &[u8], room: &'b mut [u8; FEW]) -> Option<&'b [u8]> {
    let room = room.get_mut(..text.len().div_ceil(4) * 3)?;
    let len = ENGINE.decode_slice(text, room).ok()?;
    room.get(..len)
}

/// The text of some bytes that takes exactly so many characters.
#[cfg(feature = "jose")]
pub(crate) fn text_of<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut text = [0; N];
    let written = ENGINE.encode_slice(bytes, &mut text);
    debug_assert!(written.is_ok_and(|len| len == N), "another length than that of the text");
    text
}

/// The bytes of a text that is no secret, or that is bounded by whoever asks.
pub(crate) fn public_bytes(text: &str) -> Option<Vec<u8>> {
    ENGINE.decode(text).ok()
}

/// The secret bytes of a JWK member. Of a text that is refused near its end the rest has been decoded by then, and is wiped as well.
pub(crate) fn secret_bytes(text: &str) -> Option<Secret> {
    let mut bytes = Wiped::new(vec![0; text.len().div_ceil(4) * 3]);
    let len = ENGINE.decode_slice(text, &mut bytes).ok()?;
    bytes.truncate(len);
    Some(Secret(bytes))
}

/// Secret base64url text, for a JWK Set on its way to a file.
pub(crate) fn secret_text(bytes: &Secret) -> Zeroizing<String> {
    Zeroizing::new(ENGINE.encode(bytes.expose()))
}

/// Bytes that nobody may see: wiped when dropped, silent in `Debug`, without `Clone`, `Deref` or `PartialEq`.
///
/// Copies that `ring` makes of a key for its own use are not wiped: it has no such function (ring 0.17).
pub(crate) struct Secret(Wiped);

impl Secret {
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        Self(Wiped::new(bytes))
    }

    pub(crate) fn expose(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The bytes of hexadecimal digits, which may be grouped by white space.
    pub(crate) fn hex(text: &str) -> Vec<u8> {
        let digits: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
        digits.chunks(2).map(byte).collect()
    }

    fn decode(text: &str) -> Result<Vec<u8>, Error> {
        token_bytes(text, 0).map(|bytes| bytes.to_vec())
    }

    #[test]
    fn t09_base64url_is_canonical() {
        assert_eq!(decode("AA").unwrap(), [0]);
        assert_eq!(decode("-_8").unwrap(), [0xfb, 0xff]);
        for bad in [
            "A",
            "AAAAA",
            "AA==",
            "AA=",
            "=",
            "AB",
            "AAB",
            " AA",
            "AA ",
            "A A",
            "AA\n",
            "\r\nAA",
            "+/8",
            "%41A",
            "A\0",
            "AA.AA",
            "Ä",
            "AAAA====",
            "\u{feff}AA",
        ] {
            let error = decode(bad).expect_err(bad);
            assert_eq!(error.rejection(), Some(crate::error::Rejection::Malformed), "{bad:?}");
        }
    }

    /// The long texts go through the SIMD kernel, the short ones do not: every last character, every length.
    #[test]
    fn t09_trailing_bits_must_be_zero_at_every_length() {
        for len in (1_usize..200).step_by(if cfg!(miri) { 130 } else { 1 }) {
            let text = token_text(&vec![0xff; len]);
            assert_eq!(text.len(), text_len(len));
            assert_eq!(decode(&text).unwrap(), vec![0xff; len]);
            let spare_bits = [0, 4, 2][len % 3];
            let head = text.split_at(text.len() - 1).0;
            let accepted = (b'!'..=b'~').filter(|c| decode(&format!("{head}{}", char::from(*c))).is_ok()).count();
            assert_eq!(accepted, 64 >> spare_bits, "length {len}");
        }
    }

    #[test]
    fn t11_the_length_is_checked_before_decoding() {
        assert!(decode(&"A".repeat(MAX_TOKEN_TEXT)).is_ok());
        assert!(decode(&"A".repeat(MAX_TOKEN_TEXT + 4)).is_err());
        assert_eq!(text_len(MAX_TOKEN_TEXT / 4 * 3), MAX_TOKEN_TEXT);
    }

    #[test]
    fn t34_secrets_do_not_show() {
        assert_eq!(format!("{:?}", Secret::new(vec![1, 2, 3])), "Secret(..)");
    }

    proptest! {
        #[test]
        fn text_and_bytes_round_trip(bytes in proptest::collection::vec(any::<u8>(), 0..600), room in 0_usize..80) {
            let text = token_text(&bytes);
            prop_assert_eq!(text.len(), text_len(bytes.len()));
            let back = token_bytes(&text, room).unwrap();
            prop_assert_eq!(&back[room..], &bytes[..]);
        }

        #[test]
        fn what_decodes_encodes_to_the_same_text(text in "[A-Za-z0-9_=+/ -]{0,90}") {
            if let Ok(bytes) = decode(&text) {
                prop_assert_eq!(token_text(&bytes), text);
            }
        }
    }
}
