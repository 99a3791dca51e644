//! JOSE's compact serialization (RFC 7515, 7516): dotted parts and the strict reading of a header.
//!
//! It may not know claims or states.

pub(crate) mod foreign;

use crate::{
    bytes,
    error::Error,
    json::{self, Json, Members},
};

/// The parts of a text between dots, if there are exactly so many. Nothing beyond one more is looked at.
pub(crate) fn parts<const N: usize>(text: &str) -> Option<[&str; N]> {
    let mut parts = text.splitn(N + 1, '.');
    let mut found = [""; N];
    for part in &mut found {
        *part = parts.next()?;
    }
    parts.next().is_none().then_some(found)
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
        let malformed = || Error::malformed("not a header");
        if part.len() > bytes::text_len(MAX_HEADER) {
            return Err(malformed());
        }
        let bytes = bytes::public_bytes(part).ok_or_else(malformed)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| malformed())?;
        // With these, `alg` could be spelled in ways that a filter in front of us does not see.
        if text.contains("\\u") {
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
