//! Between bytes and the text of a token: sealing, opening, and the proof that opening succeeded.
//!
//! It may not know claims or states: a payload is bytes. A new format is one more implementation of [`Envelope`].

pub(crate) mod cose;
#[cfg(feature = "jose")]
pub(crate) mod jose;

use crate::{
    bytes::{MAX_TOKEN_TEXT, Wiped, text_len, token_text},
    cbor::{Fault, write::Buffer},
    codec::Syntax,
    context::{Call, Context},
    crypto::Iv,
    error::Error,
    key::{Alg, Key, WireId},
    keyring::{Lookup, Ring},
    time::UnixTime,
};
use std::{ops::Range, sync::Arc};

/// A format of tokens.
pub(crate) trait Envelope: Send + Sync {
    /// The algorithms of the keys that seal in this format; none if it only opens.
    fn sealing_algs(&self) -> &[Alg];

    /// The algorithms of the keys that open it.
    fn opening_algs(&self) -> &[Alg];

    /// What its payloads are written in.
    fn syntax(&self) -> Syntax {
        Syntax::Cbor
    }

    /// Whether a text claims to be of this format or its kind. Such a text is never offered to anybody else's decoder
    /// (CVE-2026-39324).
    fn is_ours(&self, text: &str) -> bool {
        cose::is_ours(text)
    }

    /// Seals the payload that `write` appends.
    /// If it needs an IV and is given none, it draws one.
    fn seal(&self, with: &With<'_>, iv: Option<Iv>, write: Write<'_>) -> Result<String, Error>;

    /// Opens a token, or says no more than that it is not one.
    fn open(&self, with: &With<'_>, text: &str) -> Result<Authentic, Error>;

    /// What a token of this format shows without a key.
    fn dissect(&self, text: &str) -> Result<Anatomy, Error>;

    /// Forgets the content key in use: after a snapshot of the machine was restored.
    fn new_epoch(&self) {}
}

pub(crate) type Write<'a> = &'a mut dyn FnMut(&mut Buffer) -> Result<(), Error>;

/// What both directions work with.
pub(crate) struct With<'a> {
    pub(crate) ring: &'a Ring,
    pub(crate) context: &'a Context,
    pub(crate) call: &'a Call,
    pub(crate) now: UnixTime,
    /// How many bytes a payload may well take, for a buffer that need not grow.
    pub(crate) expected: usize,
}

/// The proof that a payload was authentic: only this module's formats can make one, and claims are read from nothing else.
pub(crate) struct Authentic {
    syntax: Syntax,
    bytes: Wiped,
    payload: Range<usize>,
    key_is_current: bool,
}

impl Authentic {
    pub(crate) fn syntax(&self) -> Syntax {
        self.syntax
    }

    pub(crate) fn payload(&self) -> &[u8] {
        self.bytes.get(self.payload.clone()).unwrap_or_default()
    }

    /// Whether the key of the token is the one that would seal now, or its successor.
    pub(crate) fn key_is_current(&self) -> bool {
        self.key_is_current
    }
}

/// The parts of a token. Nothing of it is proven.
pub(crate) struct Anatomy {
    pub(crate) format: &'static str,
    pub(crate) alg: Alg,
    pub(crate) key: Named,
    /// The names of the parts with their bytes, in their order.
    pub(crate) parts: Vec<(&'static str, usize)>,
    /// What is in clear in a token that is not encrypted.
    pub(crate) payload: Option<Vec<u8>>,
    pub(crate) syntax: Syntax,
}

/// How a token names its key.
#[derive(Clone, Debug)]
pub(crate) enum Named {
    Wire(WireId),
    #[cfg(feature = "jose")]
    Text(String),
}

#[cfg(test)]
impl<'a> With<'a> {
    /// For a call without bindings, a second after the beginning of all time.
    fn unbound(ring: &'a Ring, context: &'a Context) -> Self {
        Self { ring, context, call: &Call::UNBOUND, now: UnixTime::from_secs(1), expected: 0 }
    }
}

impl With<'_> {
    /// The key that seals now.
    fn sealing_key(&self, algs: &[Alg]) -> Result<&Arc<Key>, Error> {
        let none = || Error::misuse("the ring has no key for this sealer that is active, unexpired and not revoked");
        self.ring.sealing(algs, self.now).ok_or_else(none)
    }

    /// The one key that a token names.
    fn opening_key(&self, wire: &WireId) -> Result<&Arc<Key>, Error> {
        self.accepted(self.ring.lookup(wire, self.now))
    }

    /// The same for a token that names its key by the text of a JWK's `kid`.
    #[cfg(feature = "jose")]
    fn opening_key_named(&self, kid: &str) -> Result<&Arc<Key>, Error> {
        self.accepted(self.ring.lookup_by_name(kid, self.now))
    }

    fn accepted<'r>(&'r self, lookup: Lookup<'r>) -> Result<&'r Arc<Key>, Error> {
        match lookup {
            Lookup::Accepted(key) => Ok(key),
            Lookup::Retired => Err(Error::key_retired()),
            Lookup::Unknown => Err(self.ring.unknown_key()),
        }
    }

    /// Whether resealing would not bring a newer key. A server whose clock is behind opens tokens of the next key before it
    /// seals with it, and must not take them back to the last one; nor has a ring that seals nothing a better one to offer.
    fn is_current(&self, key: &Arc<Key>, algs: &[Alg]) -> bool {
        let Some(sealing) = self.ring.sealing(algs, self.now) else { return true };
        Arc::ptr_eq(sealing, key) || key.activates_at().is_some_and(|from| from != UnixTime::MAX && from > self.now)
    }
}

/// The text of a finished frame, which begins at `start`, if it is short enough.
fn finish(bytes: &[u8], start: usize) -> Result<String, Error> {
    let frame = bytes.get(start..).unwrap_or_default();
    if text_len(frame.len()) > MAX_TOKEN_TEXT {
        return Err(beyond_limits(frame.len()));
    }
    Ok(token_text(frame))
}

/// A frame of so many bytes. Who knows the state adds what is large in it.
#[cold]
fn beyond_limits(frame: usize) -> Error {
    Error::too_large(text_len(frame), MAX_TOKEN_TEXT, Vec::new())
}

fn malformed(Fault(why): Fault) -> Error {
    Error::malformed(why)
}
