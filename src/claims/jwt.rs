//! The claims set as a JWT (RFC 7519): what JOSE messages carry.
//!
//! It may not know formats or keys. Nothing is read before its message was authenticated.
//!
//! ```text
//! {"exp":<int>,"iat":<int>,              expires_at, sealed_at
//!  "jti":"<22 characters>",              the slip's id
//!  "aud":"<purpose>",
//!  "ctx":"<22 characters>",              only if anything is bound: see context.rs
//!  "slip":{"v":<int>,"began":<int>,"ends":<int>,"st":<state>}}
//! ```
//!
//! We write them in this order, without white space, and what stands so is read along that line. Another program that makes tokens for
//! us may use any order, and white space: that is `any_order.rs`, which takes all that is taken here and says the same of it. No member may stand there twice (RFC 7519 section 4), also not
//! within claims that are not understood and skipped; `iss`, `sub`, `nbf` and `cnf` are refused, as nobody evaluates them. The
//! digest `ctx` is a claim and not a header because a header is read before anything is proven.

mod any_order;

use super::{Head, SlipId};
use crate::{
    bytes,
    cbor::{MAX_STATE_DEPTH, write::Buffer},
    context::{Call, Context},
    error::Error,
    json,
    lifetime::Times,
    time::UnixTime,
};
use std::ops::Range;

/// Levels of a claims set around its state.
const LEVELS: usize = 2;

const EXP: &[u8] = br#"{"exp":"#;
const IAT: &[u8] = br#","iat":"#;
const JTI: &[u8] = br#","jti":""#;
/// Behind it stands what the context declares.
const DECLARED: &[u8] = br#"","#;
const SLIP: &[u8] = br#","slip":{"v":"#;
const BEGAN: &[u8] = br#","began":"#;
const ENDS: &[u8] = br#","ends":"#;
const STATE: &[u8] = br#","st":"#;
const END: &[u8] = b"}}";

/// Characters of a slip's id.
const ID_TEXT: usize = 22;

pub(super) fn write(
    out: &mut Buffer,
    head: &Head,
    (context, call): (&Context, &Call),
    state: impl FnOnce(&mut Buffer) -> Result<(), Error>,
) -> Result<(), Error> {
    let Head { id, times: Times { sealed_at, began_at, expires_at, ends_at }, version } = head;
    let mut digits = itoa::Buffer::new();
    let mut number = |out: &mut Buffer, label: &[u8], number: u64| {
        out.push(label);
        out.push(digits.format(number).as_bytes());
    };
    number(out, EXP, expires_at.as_secs());
    number(out, IAT, sealed_at.as_secs());
    out.push(JTI);
    out.push(&bytes::text_of::<ID_TEXT>(&id.0));
    out.push(DECLARED);
    out.push(context.declared(call).as_bytes());
    number(out, SLIP, *version);
    number(out, BEGAN, began_at.as_secs());
    number(out, ENDS, ends_at.as_secs());
    out.push(STATE);
    state(out)?;
    out.push(END);
    Ok(())
}

/// The claims, and where the state stands: of the wanted version in our own order, or checked to be one JSON value.
pub(super) fn read(
    payload: &[u8],
    (context, call): (&Context, &Call),
    wanted: Option<u16>,
) -> Result<(Head, Range<usize>), Error> {
    let undecodable = || super::undecodable("claims that are not ours");
    if !json::state::nests_within(payload, MAX_STATE_DEPTH + LEVELS) {
        return Err(undecodable());
    }
    // Whoever wants a version decodes the state, and finds whatever else may stand where it should end.
    if let Some(read) = wanted.and_then(|wanted| in_order(payload, &context.declared(call), wanted)) {
        return Ok(read);
    }
    let text = std::str::from_utf8(payload).map_err(|_| undecodable())?;
    let claims = any_order::parse(text).ok_or_else(undecodable)?;
    if claims.audience != context.audience() || claims.digest.as_deref() != context.digest(call).as_deref() {
        return Err(Error::not_authentic("for another audience or context"));
    }
    Ok((claims.head, place_of(claims.state.get(), text)))
}

/// The claims and the text of the state, whatever they are for.
pub(super) fn read_for_anybody(payload: &[u8]) -> Option<(Head, String)> {
    let text = std::str::from_utf8(payload).ok()?;
    let claims = json::state::nests_within(payload, MAX_STATE_DEPTH + LEVELS).then(|| any_order::parse(text))??;
    Some((claims.head, claims.state.get().to_owned()))
}

/// Where a part of a text stands in it.
fn place_of(part: &str, text: &str) -> Range<usize> {
    let start = part.as_ptr().addr().saturating_sub(text.as_ptr().addr());
    start..start + part.len()
}

/// What we write ourselves, if it is that to the last character in front of the state.
fn in_order(payload: &[u8], declared: &str, wanted: u16) -> Option<(Head, Range<usize>)> {
    let rest = &mut &*payload;
    let expires_at = time(EXP, rest)?;
    let sealed_at = time(IAT, rest)?;
    after(JTI, rest)?;
    let (id, behind) = rest.split_at_checked(ID_TEXT)?;
    *rest = behind;
    after(DECLARED, rest)?;
    after(declared.as_bytes(), rest)?;
    let version = number(SLIP, rest).filter(|version| *version == u64::from(wanted))?;
    let began_at = time(BEGAN, rest)?;
    let ends_at = time(ENDS, rest)?;
    after(STATE, rest)?;
    let start = payload.len() - rest.len();
    let state = rest.strip_suffix(END)?;
    let times = Times { sealed_at, began_at, expires_at, ends_at };
    let head = Head { id: SlipId(bytes::exactly(id)?), times, version };
    times.are_in_order().then_some((head, start..start + state.len()))
}

fn after(label: &[u8], rest: &mut &[u8]) -> Option<()> {
    *rest = rest.strip_prefix(label)?;
    Some(())
}

/// As JSON has numbers: no zeros in front.
fn number(label: &[u8], rest: &mut &[u8]) -> Option<u64> {
    /// More than any time or version has, and no overflow.
    const DIGITS: usize = 15;
    after(label, rest)?;
    let (mut value, mut digits) = (0_u64, 0_usize);
    while let Some((digit @ b'0'..=b'9', behind)) = rest.split_first() {
        value = value * 10 + u64::from(digit - b'0');
        digits += 1;
        *rest = behind;
        if digits > DIGITS || (value == 0 && digits > 1) {
            return None;
        }
    }
    (digits > 0).then_some(value)
}

fn time(label: &[u8], rest: &mut &[u8]) -> Option<UnixTime> {
    number(label, rest).and_then(UnixTime::from_wire)
}
