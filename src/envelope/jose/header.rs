//! Headers of JOSE messages: our own to the byte, and the strict reading of any.
//!
//! It may not know claims or states.
//!
//! ```text
//! {"alg":"HS256","kid":"<kid of the JWK>","typ":"orderslip+jwt"}                     JWS
//! {"alg":"dir","enc":"A256GCM","kid":"<kid of the JWK>","typ":"orderslip+jwt"}       JWE
//! ```
//!
//! The `kid` is that of the JWK as it stands (RFC 7515 section 4.1.4), so that whoever has our public set finds the key by it. The
//! `typ` is one for all our tokens (RFC 8725 section 3.11): no other JWT of an application's keys is taken for a slip, nor a slip for
//! another JWT by a reader who looks. What a slip is for stands in `aud`.

use crate::{
    bytes,
    error::Error,
    json::{self, Json, Members},
    key::Key,
};

/// The media type `application/orderslip+jwt`, as RFC 7515 section 4.1.9 shortens it.
const TYP: &str = "orderslip+jwt";

/// What follows the key id in a header of ours.
const TAIL: &str = r#"","typ":"orderslip+jwt"}"#;

/// The header of a key's messages, in base64url: the key's one algorithm says all that is in it.
pub(super) fn of(key: &Key) -> &str {
    key.header(|| match key.alg().jose_names() {
        (enc, None) if key.aead().is_some() => text("dir", Some(enc), key),
        (alg, _) => text(alg, None, key),
    })
}

fn text(alg: &str, enc: Option<&str>, key: &Key) -> Box<str> {
    let kid = json::quoted(key.id().as_str());
    let kid = kid.strip_suffix('"').unwrap_or_default();
    let mut json = front(alg, enc);
    json.push_str(kid.strip_prefix('"').unwrap_or_default());
    json.push_str(TAIL);
    bytes::public_text(json.as_bytes()).into()
}

fn front(alg: &str, enc: Option<&str>) -> String {
    let mut front = String::with_capacity(128);
    front.push_str(r#"{"alg":""#);
    front.push_str(alg);
    if let Some(enc) = enc {
        front.push_str(r#"","enc":""#);
        front.push_str(enc);
    }
    front.push_str(r#"","kid":""#);
    front
}

/// The key id in the header of a token for us. All else must be as expected: the header is compared, never obeyed (RFC 8725 section
/// 3.1).
pub(super) fn key_id(part: &str, alg: &str, enc: Option<&str>) -> Result<String, Error> {
    let malformed = || Error::malformed("not a header");
    let bytes = decoded(part)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| malformed())?;
    let ours = text.strip_prefix(front(alg, enc).as_str()).and_then(|rest| rest.strip_suffix(TAIL));
    if let Some(kid) = ours.filter(|kid| !kid.contains(['"', '\\'])) {
        return Ok(kid.to_owned());
    }
    let header = Header::parse(text)?;
    header.demand("alg", alg)?;
    match enc {
        Some(enc) => header.demand("enc", enc)?,
        None => header.refuse("enc")?,
    }
    if !header.is_of_a_slip() {
        return Err(Error::not_authentic("another type of message"));
    }
    header.has_only(&["alg", "enc", "kid", "typ"])?;
    header.text("kid").map(str::to_owned).ok_or_else(|| Error::malformed("no key id"))
}

/// Whether a header says that the message is a token of this library, or cannot be read and says so somewhere: whatever is wrong with such a
/// text, it is no other program's. The work is linear in the text, which whoever asks has bounded.
pub(super) fn claims_a_slip(part: &str) -> bool {
    if let Ok(header) = Header::read(part) {
        return header.is_of_a_slip();
    }
    // In whole groups of four, as far as it is base64url: what ends amiss began as ours all the same.
    let is_of_the_alphabet = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let len = part.bytes().take_while(is_of_the_alphabet).count() / 4 * 4;
    let Some(bytes) = part.get(..len).and_then(bytes::public_bytes) else { return false };
    without_escapes(&bytes).windows(TYP.len()).any(|found| found == TYP.as_bytes())
}

/// ASCII as it is, where a `\\u00` has it by number (RFC 8259 section 7).
fn without_escapes(mut text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    while let [first, rest @ ..] = text {
        let by_number = rest.strip_prefix(b"u00").filter(|_| *first == b'\\').and_then(|rest| rest.split_at_checked(2));
        let number = by_number.and_then(|(digits, behind)| {
            let digits = std::str::from_utf8(digits).ok()?;
            Some((u8::from_str_radix(digits, 16).ok()?, behind))
        });
        let (byte, behind) = number.unwrap_or((*first, rest));
        out.push(byte);
        text = behind;
    }
    out
}

fn decoded(part: &str) -> Result<Vec<u8>, Error> {
    if part.len() > bytes::text_len(MAX_HEADER) {
        return Err(Error::malformed("not a header"));
    }
    bytes::public_bytes(part).ok_or_else(|| Error::malformed("not a header"))
}

/// Whether a `\u` stands somewhere, and not a `\\` before a `u`, as in the name of a key that has a backslash.
fn has_escapes_by_number(text: &str) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'\\' && bytes.next() == Some(b'u') {
            return true;
        }
    }
    false
}

/// The longest header, in bytes: what is in one besides certificates, which are refused, takes a tenth of that.
const MAX_HEADER: usize = 4 * 1024;

/// Members that would change what the message means, or bring a key of their own. None of them is ever obeyed, and a
/// message that has one was not meant for us.
const REFUSED: [&str; 7] = [
    // RFC 7515 section 4.1.11: whoever does not understand an extension must refuse it; we understand none.
    "crit", // RFC 7797 section 6: without `crit` it is not to be heeded, and with it is refused already.
    "b64",
    // RFC 7516 section 4.1.3: a small ciphertext could become any amount of plaintext, and its length tells of the plaintext.
    "zip", // RFC 7515 sections 4.1.2 to 4.1.6: a key, or where to get one (CVE-2018-0114).
    "jku", "jwk", "x5c", "x5u",
];

/// A header that has been read and not yet been compared with anything.
pub(crate) struct Header(Members);

impl Header {
    pub(crate) fn read(part: &str) -> Result<Self, Error> {
        let bytes = decoded(part)?;
        Self::parse(std::str::from_utf8(&bytes).map_err(|_| Error::malformed("not a header"))?)
    }

    fn parse(text: &str) -> Result<Self, Error> {
        let malformed = || Error::malformed("not a header");
        // With these, `alg` could be spelled in ways that a filter in front of us does not see.
        if has_escapes_by_number(text) {
            return Err(malformed());
        }
        // Duplicate members are refused there, at every depth (RFC 7515 section 4).
        let Some(Json::Object(members)) = json::parse(text) else { return Err(malformed()) };
        if REFUSED.iter().any(|name| json::member(&members, name).is_some()) {
            return Err(Error::malformed("a header that must not be there"));
        }
        if ["typ", "cty", "kid"]
            .iter()
            .any(|name| json::member(&members, name).is_some_and(|found| found.as_text().is_none()))
        {
            return Err(Error::malformed("a header of another type"));
        }
        Ok(Self(members))
    }

    /// Whether it says that the message is a token of this library.
    pub(super) fn is_of_a_slip(&self) -> bool {
        self.text("typ") == Some(TYP)
    }

    /// A member that is a text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        json::member(&self.0, name).and_then(Json::as_text)
    }

    fn has_only(&self, names: &[&str]) -> Result<(), Error> {
        if self.0.iter().all(|(name, _)| names.contains(&name.as_str())) {
            Ok(())
        } else {
            Err(Error::malformed("a header that must not be there"))
        }
    }

    /// A member that must be this text. The key says which; the message is only compared with it (RFC 8725 section 3.1).
    pub(crate) fn demand(&self, name: &str, expected: &str) -> Result<(), Error> {
        match json::member(&self.0, name) {
            Some(found) if found.as_text() == Some(expected) => Ok(()),
            Some(Json::Text(_)) => Err(Error::not_authentic("another algorithm than the key's")),
            _ => Err(Error::malformed("no algorithm")),
        }
    }

    /// A member that must not be there at all.
    pub(crate) fn refuse(&self, name: &str) -> Result<(), Error> {
        match json::member(&self.0, name) {
            None => Ok(()),
            Some(_) => Err(Error::malformed("a header of another kind of message")),
        }
    }
}
