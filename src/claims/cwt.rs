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

/// A time on the wire as all have it from 1970-01-01T18:12:16 to 2106: a head, and four bytes behind it.
fn four(time: UnixTime) -> Option<[u8; 4]> {
    u32::try_from(time.as_secs()).ok().filter(|secs| *secs > 0xffff).map(u32::to_be_bytes)
}

/// Writes everything but the state, which the caller appends.
pub(super) fn write(out: &mut Buffer, head: &Head, anchor: Option<&AnchorSecrets>) {
    let Head { id, times, version } = head;
    if anchor.is_some() || !write_usual(out, head) {
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
        out.cbor().array(2);
    }
    out.cbor().uint(*version);
}

/// What stands in front of the version in nearly all tokens, in one piece. Whether it could be written so.
fn write_usual(out: &mut Buffer, Head { id, times, .. }: &Head) -> bool {
    let times = [times.expires_at, times.sealed_at, times.began_at, times.ends_at].map(four);
    let [Some([a, b, c, d]), Some([e, f, g, h]), Some([i, j, k, l]), Some([m, n, o, p])] = times else { return false };
    out.push(&[0xa5, 0x04, 0x1a, a, b, c, d, 0x06, 0x1a, e, f, g, h, 0x07, 0x50]);
    out.push(&id.0);
    out.push(&[0x3a, 0, 1, 0, 2, 0x82, 0x1a, i, j, k, l, 0x1a, m, n, o, p, 0x3a, 0, 1, 0, 0, 0x82]);
    true
}

/// The same read back, and the rest; `None` if it stands there in any other way.
fn read_usual(payload: &[u8]) -> Option<(SlipId, Times, &[u8])> {
    let (front, rest) = payload.split_first_chunk()?;
    let (id, rest) = rest.split_first_chunk()?;
    let (back, rest) = rest.split_first_chunk()?;
    let [0xa5, 0x04, 0x1a, a, b, c, d, 0x06, 0x1a, e, f, g, h, 0x07, 0x50] = *front else { return None };
    let [0x3a, 0, 1, 0, 2, 0x82, 0x1a, i, j, k, l, 0x1a, m, n, o, p, 0x3a, 0, 1, 0, 0, 0x82] = *back else {
        return None;
    };
    let time = |four| UnixTime::from_secs(u64::from(u32::from_be_bytes(four)));
    let times = [[a, b, c, d], [e, f, g, h], [i, j, k, l], [m, n, o, p]].map(time);
    // Shorter heads are for times before that.
    if times.iter().any(|time| four(*time).is_none()) {
        return None;
    }
    let [expires_at, sealed_at, began_at, ends_at] = times;
    Some((SlipId(*id), Times { sealed_at, began_at, expires_at, ends_at }, rest))
}

/// The claims.
pub(super) struct Read {
    pub(super) head: Head,
    pub(super) anchor: Option<AnchorSecrets>,
    /// Where the state stands.
    pub(super) state: Range<usize>,
}

pub(super) fn read(payload: &[u8]) -> Result<Read, Fault> {
    let Some((id, times, rest)) = read_usual(payload) else { return read_any(payload) };
    let mut reader = Reader::new(rest, Form::Shortest);
    let version = reader.uint()?;
    if !times.are_in_order() {
        return Err(CONTRADICTION);
    }
    let start = payload.len() - reader.rest().len();
    Ok(Read { head: Head { id, times, version }, anchor: None, state: start..payload.len() })
}

const CONTRADICTION: Fault = Fault("claims that contradict each other");

/// The claims in any form that they may have; what [`read_usual`] takes means the same here.
fn read_any(payload: &[u8]) -> Result<Read, Fault> {
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
        return Err(CONTRADICTION);
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
