//! In what syntax a token speaks: CBOR in COSE messages, JSON in JOSE's.
//!
//! It may not know claims. The two syntaxes have a codec for states each; this is the one place that knows both.

#[cfg(feature = "jose")]
use crate::json;
#[cfg(feature = "jose")]
use crate::{cbor::MAX_STATE_DEPTH, error::Undecodable};
use crate::{
    cbor::{Fault, Layout, de, ser, write::Buffer},
    error::Error,
};
use serde::{Deserialize, Serialize};

/// What a payload is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Syntax {
    Cbor,
    #[cfg(feature = "jose")]
    Json,
}

/// A state as it stands in a token.
#[derive(Clone, Copy)]
pub(crate) enum Encoded<'a> {
    Cbor(&'a [u8]),
    #[cfg(feature = "jose")]
    Json(&'a str),
}

impl Syntax {
    /// Appends a state. JSON has one layout, with names: it is for readers who know no Rust.
    pub(crate) fn write<T: Serialize>(self, state: &T, layout: Layout, out: &mut Buffer) -> Result<(), Error> {
        match self {
            Self::Cbor => ser::state(state, layout, out).map_err(|Fault(why)| Error::misuse(why)),
            #[cfg(feature = "jose")]
            Self::Json => json::state::write(state, MAX_STATE_DEPTH, out).map_err(Error::misuse),
        }
    }

    /// The top-level fields of a state with their encoded bytes.
    pub(crate) fn measure<T: Serialize>(self, state: &T, layout: Layout) -> Vec<(&'static str, usize)> {
        match self {
            Self::Cbor => ser::measure(state, layout),
            #[cfg(feature = "jose")]
            Self::Json => {
                let names = ser::measure(state, Layout::Named).into_iter().map(|(name, _)| name);
                let mut text = Buffer::default();
                let written = json::state::write(state, usize::MAX, &mut text).ok();
                written.and_then(|()| json::state::measure(text.bytes(), names)).unwrap_or_default()
            }
        }
    }
}

impl<'a> Encoded<'a> {
    /// Reads it, and puts it into whatever it is for: a state is moved no more often than it must be.
    #[inline]
    pub(crate) fn decode_into<T: Deserialize<'a>, R>(self, done: impl FnOnce(T) -> R) -> Result<R, Error> {
        match self {
            Self::Cbor(bytes) => de::state_into(bytes, done),
            #[cfg(feature = "jose")]
            Self::Json(text) => match json::state::read(text) {
                Some(state) => Ok(done(state)),
                None => Err(Error::undecodable(Undecodable { why: "the state is not of its type", field: None })),
            },
        }
    }
}
