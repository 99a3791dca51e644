//! The claims set as a CWT (RFC 8392), byte for byte: what COSE messages carry.
//!
//! It may not know formats or keys. Nothing is read before its message was authenticated.
//!
//! ```text
//! a5                            map of 5, in this order and no other; a6 with an anchor
//!   04 <uint>                   exp   expires_at
//!   06 <uint>                   iat   sealed_at
//!   07 50 <16 bytes>            cti   the slip's id
//!   3a 00010002 82 <uint> <uint>      -65539: [began_at, ends_at]
//!   3a 00010004 …                     -65541: what mergeable state is tied to it by (anchor.rs), if any is
//!   3a 00010000 82 <uint> <state>     -65537: [version, state]
//! ```
//!
//! The order is the deterministic one (RFC 8949 section 4.2.1) but for the state, which comes last so that all else is known
//! before it is looked at. The private labels are below -65536 (RFC 8392 section 9.1.1).

use super::{
    Head, SlipId,
    anchor::{ANCHOR, AnchorSecrets},
};
use crate::{
    cbor::{
        Fault,
        read::{Form, Item, Reader},
        walk,
        write::Buffer,
    },
    lifetime::Times,
    time::UnixTime,
};
use std::ops::Range;

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

/// Writes everything but the state, which the caller appends.
pub(super) fn write(out: &mut Buffer, head: &Head, anchor: Option<&AnchorSecrets>) {
    let Head { id, times, version } = head;
    out.cbor().map(if anchor.is_some() { 6 } else { 5 });
    out.push(EXP);
    out.cbor().uint(times.expires_at.as_secs());
    out.push(IAT);
    out.cbor().uint(times.sealed_at.as_secs());
    out.push(CTI);
    out.push(&id.0);
    out.push(SPAN);
    out.cbor().array(2).uint(times.began_at.as_secs()).uint(times.ends_at.as_secs());
    if let Some(anchor) = anchor {
        anchor.write(out);
    }
    out.push(STATE);
    out.cbor().array(2).uint(*version);
}

/// The claims.
pub(super) struct Read {
    pub(super) head: Head,
    pub(super) anchor: Option<AnchorSecrets>,
    /// Where the state stands.
    pub(super) state: Range<usize>,
}

pub(super) fn read(payload: &[u8]) -> Result<Read, Fault> {
    let mut reader = Reader::new(payload, Form::Shortest);
    let claims = reader.map()?;
    // iss, sub, aud and nbf would stand before or between these; we evaluate none of them, so none may be there.
    reader.exactly(EXP)?;
    let expires_at = time(&mut reader)?;
    reader.exactly(IAT)?;
    let sealed_at = time(&mut reader)?;
    reader.exactly(CTI)?;
    let id = SlipId(reader.take()?);
    let (mut span, mut anchor) = (None, None);
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
            ANCHOR => anchor = Some(AnchorSecrets::read(&mut reader)?),
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
    Ok(Read { head: Head { id, times, version }, anchor, state: reader.position()..payload.len() })
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
