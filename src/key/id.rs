//! The id of a key, as a JWK names it and as a token carries it.
//!
//! It may not know the key's material: the id is public. Before a token is authenticated its key id is an attacker's
//! text, so it is only ever compared with ids in memory (docs/threats.md T04).

use crate::{
    bytes, crypto,
    error::{Error, MAX_KID},
};
use std::fmt;

/// On the wire a key id takes eight bytes: the first of the SHA-256 of RFC 7638's canonical form. A ring refuses two
/// keys with the same eight.
pub(crate) const WIRE_LEN: usize = 8;

pub(crate) type WireId = [u8; WIRE_LEN];

/// The public id of a key: a JWK's `kid`, by default the key's thumbprint (RFC 7638, 43 characters).
///
/// ```
/// # use orderslip::{Alg, Key, Error};
/// # fn main() -> Result<(), Error> {
/// assert_eq!(Key::generate(Alg::Hs256)?.id().as_str().len(), 43);
/// # Ok(()) }
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
#[doc(alias("kid", "thumbprint"))]
pub struct KeyId {
    text: Box<str>,
    wire: WireId,
}

impl KeyId {
    /// The id of a key without a `kid`: the text of its thumbprint.
    pub(super) fn of_thumbprint(canonical: &[u8]) -> Self {
        let thumbprint = crypto::sha256(canonical);
        Self { text: bytes::public_text(&thumbprint).into(), wire: leading(&thumbprint) }
    }

    /// The wire id stays that of the key, whatever the set calls it: two services that name a key differently still
    /// understand each other's tokens.
    pub(super) fn named(self, kid: &str) -> Result<Self, Error> {
        match unfit_as_name(kid) {
            Some(why) => Err(Error::bad_key_member("kid", why)),
            None => Ok(Self { text: kid.into(), ..self }),
        }
    }

    /// The id of a key that is gone, from what a set kept of it. The error says why in a constant.
    pub(crate) fn of_retired(kid: &str, wire: Option<&str>) -> Result<Self, &'static str> {
        let told = || match wire {
            Some(wire) => bytes::public_bytes(wire)?.try_into().ok(),
            None => Some(leading(&<[u8; 32]>::try_from(bytes::public_bytes(kid)?).ok()?)),
        };
        let wire = told().ok_or("neither a thumbprint nor beside a `wire_id`")?;
        match unfit_as_name(kid) {
            Some(why) => Err(why),
            None => Ok(Self { text: kid.into(), wire }),
        }
    }

    /// The wire id, if the text does not tell it.
    pub(crate) fn wire_unless_told(&self) -> Option<String> {
        let told = Self::of_retired(&self.text, None).is_ok_and(|told| told.wire == self.wire);
        (!told).then(|| bytes::public_text(&self.wire))
    }

    pub(crate) fn wire(&self) -> &WireId {
        &self.wire
    }

    /// The JWK's `kid`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// What keeps a text from being the name of a key, in use or gone.
fn unfit_as_name(kid: &str) -> Option<&'static str> {
    if kid.is_empty() || kid.len() > MAX_KID {
        return Some("empty, or longer than 256 bytes");
    }
    // It goes into headers and logs (docs/threats.md T04).
    kid.chars().any(char::is_control).then_some("has control characters")
}

fn leading(thumbprint: &[u8; 32]) -> WireId {
    let [a, b, c, d, e, f, g, h, ..] = *thumbprint;
    [a, b, c, d, e, f, g, h]
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({:?})", self.text)
    }
}
