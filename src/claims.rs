//! The claims set on the wire (RFC 8392), with the state as one private claim in it.
//!
//! It may not know formats or keys: of an envelope it sees the proof that it opened. Nothing is read before that.
//!
//! ```text
//! a5                            map of 5, in this order and no other
//!   04 <uint>                   exp   expires_at
//!   06 <uint>                   iat   sealed_at
//!   07 50 <16 bytes>            cti   the slip's id
//!   3a 00010002 82 <uint> <uint>      -65539: [began_at, ends_at]
//!   3a 00010000 82 <uint> <state>     -65537: [version, state]
//! ```
//!
//! The order is the deterministic one (RFC 8949 section 4.2.1) but for the state, which comes last so that all else is known
//! before it is looked at. The private labels are below -65536 (RFC 8392 section 9.1.1).

use crate::{
    bytes,
    cbor::{
        Fault,
        read::{Form, Item, Reader},
        walk,
        write::Buffer,
    },
    crypto,
    envelope::Authentic,
    error::{Error, Undecodable},
    lifetime::Times,
    time::UnixTime,
};
use std::{fmt, ops::Range};

const EXP: &[u8] = &[0x04];
const IAT: &[u8] = &[0x06];
const CTI: &[u8] = &[0x07, 0x50];
/// -65539
const SPAN: &[u8] = &[0x3a, 0x00, 0x01, 0x00, 0x02];
/// -65537
const STATE: &[u8] = &[0x3a, 0x00, 0x01, 0x00, 0x00];
/// -65538: reserved
const PADDING: &[u8] = &[0x3a, 0x00, 0x01, 0x00, 0x01];
/// RFC 8747: whoever may use the token must prove a key. We cannot tell, so we do not guess.
const CNF: &[u8] = &[0x08];

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

/// Writes everything but the state, which the caller appends.
pub(crate) fn write(out: &mut Buffer, id: &SlipId, times: &Times, version: u16) {
    out.cbor().map(5);
    out.push(EXP);
    out.cbor().uint(times.expires_at.as_secs());
    out.push(IAT);
    out.cbor().uint(times.sealed_at.as_secs());
    out.push(CTI);
    out.push(&id.0);
    out.push(SPAN);
    out.cbor().array(2).uint(times.began_at.as_secs()).uint(times.ends_at.as_secs());
    out.push(STATE);
    out.cbor().array(2).uint(version.into());
}

/// Claims whose token was authentic.
pub(crate) struct Claims {
    pub(crate) id: SlipId,
    pub(crate) times: Times,
    pub(crate) version: u64,
    state: Range<usize>,
    authentic: Authentic,
}

/// Claims that anybody may have written.
pub(crate) struct Unproven {
    pub(crate) id: SlipId,
    pub(crate) times: Times,
    pub(crate) version: u64,
    pub(crate) state: Vec<u8>,
}

impl Claims {
    /// An authentic token whose claims are not ours comes from another program with our key, or from a newer one: it is
    /// undecodable, not forged.
    pub(crate) fn read(authentic: Authentic) -> Result<Self, Error> {
        let undecodable = |Fault(why)| Error::undecodable(Undecodable { why, field: None });
        let (id, times, version, state) = read(authentic.payload()).map_err(undecodable)?;
        Ok(Self { id, times, version, state, authentic })
    }

    /// Reads what nobody has authenticated: to be shown to a person, with those words, and for nothing else.
    pub(crate) fn read_unproven(payload: &[u8]) -> Option<Unproven> {
        let (id, times, version, state) = read(payload).ok()?;
        Some(Unproven { id, times, version, state: payload.get(state)?.to_vec() })
    }

    pub(crate) fn state(&self) -> &[u8] {
        self.authentic.payload().get(self.state.clone()).unwrap_or_default()
    }

    pub(crate) fn key_is_current(&self) -> bool {
        self.authentic.key_is_current()
    }
}

fn read(payload: &[u8]) -> Result<(SlipId, Times, u64, Range<usize>), Fault> {
    let mut reader = Reader::new(payload, Form::Shortest);
    let claims = reader.map()?;
    // iss, sub, aud and nbf would stand before or between these; we evaluate none of them, so none may be there.
    reader.exactly(EXP)?;
    let expires_at = time(&mut reader)?;
    reader.exactly(IAT)?;
    let sealed_at = time(&mut reader)?;
    reader.exactly(CTI)?;
    let id = SlipId(reader.take()?);
    let mut span = None;
    let mut previous: &[u8] = &[0x07];
    for _ in 4..claims {
        let label = label(&mut reader)?;
        if label <= previous {
            return Err(Fault("claims out of order, or a claim twice"));
        }
        previous = label;
        match label {
            SPAN => {
                reader.array_of(2)?;
                span = Some((time(&mut reader)?, time(&mut reader)?));
            }
            STATE | PADDING | CNF => return Err(Fault("a claim that must not be there")),
            // RFC 8392 section 3: claims that are not understood are ignored.
            _ => walk::skip(&mut reader)?,
        }
    }
    if label(&mut reader)? != STATE {
        return Err(Fault("a state that is not the last claim"));
    }
    reader.array_of(2)?;
    let version = reader.uint()?;
    let (began_at, ends_at) = span.ok_or(Fault("a missing claim"))?;
    let times = Times { sealed_at, began_at, expires_at, ends_at };
    if !times.are_in_order() {
        return Err(Fault("claims that contradict each other"));
    }
    Ok((id, times, version, reader.position()..payload.len()))
}

/// The label of the next claim, as it is encoded: a number or a text.
fn label<'b>(reader: &mut Reader<'b>) -> Result<&'b [u8], Fault> {
    let start = reader.position();
    match reader.item()? {
        Item::Uint(_) | Item::Negative(_) | Item::Text(_) => Ok(reader.since(start)),
        _ => Err(Fault("a claim without a label")),
    }
}

fn time(reader: &mut Reader<'_>) -> Result<UnixTime, Fault> {
    UnixTime::from_wire(reader.uint()?).ok_or(Fault("a time after the year 9999"))
}

#[cfg(test)]
mod tests;
