//! The claims of a slip: who it is, how long it lives, of which version its state is.
//!
//! It may not know formats or keys: of an envelope it sees the proof that it opened. Nothing is read before that. How claims stand on
//! the wire is told in `cwt.rs` for COSE and in `jwt.rs` for JOSE.

mod anchor;
mod cwt;
#[cfg(feature = "jose")]
mod jwt;

pub(crate) use anchor::{ANCHOR_SECRET, AnchorSecrets};

use crate::{
    bytes,
    cbor::{Fault, write::Buffer},
    codec::{Encoded, Syntax},
    context::{Call, Context},
    crypto,
    envelope::Authentic,
    error::{Error, Undecodable},
    lifetime::Times,
};
use serde::de::DeserializeOwned;
use std::{fmt, ops::Range};

/// Bytes of a slip's id: 128 bits of the system's generator (OWASP ASVS 5.0 7.2.3).
const ID_LEN: usize = 16;

/// The id of a slip: the same through all its resealings, and never that of another.
///
/// It is not a secret to whoever holds the slip, and no proof of anything to who does not. It is what a denylist or a log
/// should go by: the text of a token is not, because a slip has many.
///
/// ```
/// # use orderslip::{Keyring, Lifetime, Sealer, SlipState, Error}; use std::time::Duration;
/// # #[derive(serde::Serialize, serde::Deserialize)] struct Cart {}
/// # impl SlipState for Cart { const PURPOSE: &'static str = "shop.example/cart"; const VERSION: u16 = 1; }
/// # fn main() -> Result<(), Error> {
/// # let sealer = Sealer::<Cart>::encrypted(&Keyring::generate()?).lifetime(Lifetime::absolute(Duration::from_secs(60))).build()?;
/// let slip = sealer.open(&sealer.seal(&Cart {})?)?;
/// let again = sealer.open(&sealer.reseal(&slip)?)?;
/// assert_eq!(slip.id(), again.id());
/// assert_eq!(slip.id().to_string().len(), 22);
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SlipId([u8; ID_LEN]);

impl SlipId {
    pub(crate) fn random() -> Result<Self, Error> {
        crypto::random().map(Self)
    }

    /// That of a slip that was open once: the predecessor's in a session that a login has begun.
    #[cfg(test)]
    pub(crate) const fn from_bytes(bytes: [u8; ID_LEN]) -> Self {
        Self(bytes)
    }

    /// The sixteen bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; ID_LEN] {
        &self.0
    }
}

/// As base64url, 22 characters.
impl fmt::Display for SlipId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&bytes::public_text(&self.0))
    }
}

/// Does not show the id, which in an encrypted slip is part of the plaintext: print it on purpose, or not at all.
impl fmt::Debug for SlipId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SlipId(..)")
    }
}

/// What both kinds of claims say besides the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) id: SlipId,
    pub(crate) times: Times,
    pub(crate) version: u64,
}

/// Writes the claims around the state that `state` appends.
pub(crate) fn write(
    syntax: Syntax,
    out: &mut Buffer,
    head: &Head,
    anchor: Option<&AnchorSecrets>,
    context: (&Context, &Call),
    state: impl FnOnce(&mut Buffer) -> Result<(), Error>,
) -> Result<(), Error> {
    match syntax {
        // The context is not in them: it is in the `external_aad`.
        Syntax::Cbor => {
            let _ = context;
            cwt::write(out, head, anchor);
            state(out)
        }
        #[cfg(feature = "jose")]
        Syntax::Json if anchor.is_some() => Err(Error::misuse("mergeable state is tied to no slip of JOSE")),
        #[cfg(feature = "jose")]
        Syntax::Json => jwt::write(out, head, context, state),
    }
}

/// Claims whose token was authentic and meant for this context.
pub(crate) struct Claims<T> {
    pub(crate) head: Head,
    /// What ties mergeable state to the slip, if any is.
    pub(crate) anchor: Option<AnchorSecrets>,
    state: Found<T>,
    authentic: Authentic,
}

/// A state in a payload.
enum Found<T> {
    At(Range<usize>),
    #[cfg(feature = "jose")]
    Text(zeroize::Zeroizing<String>),
    /// Read in the same pass as its claims.
    #[cfg_attr(not(feature = "jose"), expect(dead_code, reason = "CBOR is decoded in a second step"))]
    Decoded(Option<T>),
}

/// Claims that anybody may have written, with their state.
pub(crate) struct Unproven {
    pub(crate) head: Head,
    pub(crate) state: Vec<u8>,
}

fn undecodable(why: &'static str) -> Error {
    Error::undecodable(Undecodable { why, field: None })
}

impl<T: DeserializeOwned> Claims<T> {
    /// An authentic token whose claims are not ours comes from another program with our key, or from a newer one: it is
    /// undecodable, not forged. One that says that it is for another context is for another context.
    ///
    /// A state of this version may be decoded in passing.
    pub(crate) fn read(authentic: Authentic, context: (&Context, &Call), version: Option<u16>) -> Result<Self, Error> {
        let (head, anchor, state) = match authentic.syntax() {
            Syntax::Cbor => {
                let _ = (context, version);
                let read = cwt::read(authentic.payload()).map_err(|Fault(why)| undecodable(why))?;
                (read.head, read.anchor, Found::At(read.state))
            }
            #[cfg(feature = "jose")]
            Syntax::Json => {
                let (head, state) = jwt::read(authentic.payload(), context, version)?;
                (head, None, state)
            }
        };
        Ok(Self { head, anchor, state, authentic })
    }

    /// The state, if it was decoded with the claims.
    pub(crate) fn take_decoded(&mut self) -> Option<T> {
        match &mut self.state {
            Found::Decoded(state) => state.take(),
            _ => None,
        }
    }
}

impl<T> Claims<T> {
    /// The state as it stands in the token; nothing of it if it was decoded already.
    pub(crate) fn state(&self) -> Encoded<'_> {
        match &self.state {
            Found::At(range) => Encoded::Cbor(self.authentic.payload().get(range.clone()).unwrap_or_default()),
            #[cfg(feature = "jose")]
            Found::Text(text) => Encoded::Json(text),
            Found::Decoded(_) => Encoded::Cbor(&[]),
        }
    }

    pub(crate) fn key_is_current(&self) -> bool {
        self.authentic.key_is_current()
    }
}

/// Reads what nobody has authenticated: to be shown to a person, with those words, and for nothing else.
pub(crate) fn read_unproven(syntax: Syntax, payload: &[u8]) -> Option<Unproven> {
    match syntax {
        Syntax::Cbor => {
            let read = cwt::read(payload).ok()?;
            Some(Unproven { head: read.head, state: payload.get(read.state)?.to_vec() })
        }
        #[cfg(feature = "jose")]
        Syntax::Json => {
            let (head, state) = jwt::read_for_anybody(payload)?;
            Some(Unproven { head, state: state.into_bytes() })
        }
    }
}
