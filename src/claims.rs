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
    crypto::{self, Iv},
    envelope::Authentic,
    error::{Error, Undecodable},
    lifetime::Times,
};
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
#[doc(alias("jti", "cti", "session id"))]
pub struct SlipId([u8; ID_LEN]);

impl SlipId {
    pub(crate) fn random() -> Result<Self, Error> {
        crypto::random().map(Self)
    }

    /// A fresh id, and a fresh IV for the first token that has it.
    pub(crate) fn with_iv() -> Result<(Self, Iv), Error> {
        let (id, iv) = Iv::fresh_beside()?;
        Ok((Self(id), iv))
    }

    /// That of a slip that was open once.
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

/// The claims of an authentic token, and where its state stands.
pub(crate) struct Claims {
    pub(crate) head: Head,
    pub(crate) anchor: Option<AnchorSecrets>,
    state: Range<usize>,
    authentic: Authentic,
}

/// Claims that anybody may have written, with their state.
pub(crate) struct Unproven {
    pub(crate) head: Head,
    pub(crate) state: Vec<u8>,
}

fn undecodable(why: &'static str) -> Error {
    Error::undecodable(Undecodable { why, field: None })
}

impl Claims {
    /// `wanted` is the version of whoever is going to decode the state, if anybody is.
    #[inline]
    pub(crate) fn read(authentic: Authentic, context: (&Context, &Call), wanted: Option<u16>) -> Result<Self, Error> {
        let (head, anchor, state) = match authentic.syntax() {
            Syntax::Cbor => {
                let _ = (context, wanted);
                let read = cwt::read(authentic.payload()).map_err(|Fault(why)| undecodable(why))?;
                (read.head, read.anchor, read.state)
            }
            #[cfg(feature = "jose")]
            Syntax::Json => {
                let (head, state) = jwt::read(authentic.payload(), context, wanted)?;
                (head, None, state)
            }
        };
        Ok(Self { head, anchor, state, authentic })
    }

    pub(crate) fn state(&self) -> Encoded<'_> {
        let state = self.authentic.payload().get(self.state.clone()).unwrap_or_default();
        match self.authentic.syntax() {
            Syntax::Cbor => Encoded::Cbor(state),
            // Found in a text, at the ends of characters.
            #[cfg(feature = "jose")]
            Syntax::Json => Encoded::Json(std::str::from_utf8(state).unwrap_or_default()),
        }
    }

    /// Whether the state stands elsewhere than was thought. Claims that are read along our own line may go on behind what is taken for the
    /// end of the state, with claims of somebody else's; whoever finds no state there looks again.
    pub(crate) fn find_state_again(&mut self, context: (&Context, &Call)) -> bool {
        let found = match self.authentic.syntax() {
            Syntax::Cbor => {
                let _ = context;
                None
            }
            #[cfg(feature = "jose")]
            Syntax::Json => jwt::read(self.authentic.payload(), context, None).ok().map(|(_, state)| state),
        };
        match found {
            Some(state) if state != self.state => {
                self.state = state;
                true
            }
            _ => false,
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
