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
    let (digits, behind) = rest.split_at_checked(rest.iter().take_while(|byte| byte.is_ascii_digit()).count())?;
    *rest = behind;
    match digits {
        [] | [b'0', _, ..] => None,
        _ if digits.len() > DIGITS => None,
        _ => Some(digits.iter().fold(0, |value, digit| value * 10 + u64::from(digit - b'0'))),
    }
}

fn time(label: &[u8], rest: &mut &[u8]) -> Option<UnixTime> {
    number(label, rest).and_then(UnixTime::from_wire)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        claims::{self, AnchorSecrets},
        codec::Syntax,
    };
    use proptest::prelude::*;

    fn written(head: &Head, context: &Context, state: &str) -> Vec<u8> {
        let mut out = Buffer::default();
        write(&mut out, head, (context, &Call::UNBOUND), |out| {
            out.push(state.as_bytes());
            Ok(())
        })
        .unwrap();
        out.bytes().to_vec()
    }

    /// A secret for siblings in a token that anybody can read would be none.
    #[test]
    fn no_anchor_is_written_into_a_jwt() {
        let at = UnixTime::from_secs;
        let times = Times { sealed_at: at(2), began_at: at(1), expires_at: at(3), ends_at: at(4) };
        let head = Head { id: SlipId([7; 16]), times, version: 1 };
        let anchor = AnchorSecrets::fresh(None).unwrap();
        let context = Context::new("shop/cart", b"", &[]).unwrap();
        let written = |anchor| {
            let mut out = Buffer::default();
            claims::write(Syntax::Json, &mut out, &head, anchor, (&context, &Call::UNBOUND), |_| Ok(()))
        };
        assert!(written(Some(&anchor)).unwrap_err().is_misuse());
        assert!(written(None).is_ok());
    }

    proptest! {
        /// Whatever is read along our own line is read so in any order, too, and means the same, if the state is one JSON value: which
        /// whoever wants it finds out.
        #[test]
        fn t20_the_short_way_takes_nothing_that_the_long_one_does_not(
            id: [u8; 16], version: u16, times in prop::array::uniform4(0..253_402_300_799_u64), bound: bool,
            state in prop_oneof![Just("{}"), Just(r#"{"a":[1,"}}"]}"#), Just("7"), Just(r#"{},"iss":"x""#), Just(r#"{}},"iss":"x","b":{"c":1"#)],
            change in proptest::option::of((any::<prop::sample::Index>(), prop_oneof![any::<u8>(), Just(b'0'), Just(b'"'), Just(b' '), Just(b'}')])),
        ) {
            let mut times = times.map(UnixTime::from_secs);
            times.sort_unstable();
            let [began_at, sealed_at, expires_at, ends_at] = times;
            let head = Head { id: SlipId(id), times: Times { sealed_at, began_at, expires_at, ends_at }, version: version.into() };
            let deployment = if bound { vec![b"tenant".to_vec()] } else { Vec::new() };
            let context = Context::new("shop/\"cart\"", b"", &deployment).unwrap();
            let mut bytes = written(&head, &context, state);
            if let Some((at, with)) = change {
                let at = at.index(bytes.len());
                bytes[at] = with;
            }
            let short = in_order(&bytes, &context.declared(&Call::UNBOUND), version);
            // As `Claims::state` and the codec have it: a text, and one value.
            let is_one_value = |range: &Range<usize>| {
                let text = std::str::from_utf8(&bytes[range.clone()]).ok();
                text.is_some_and(|text| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok())
            };
            if let Some((head, state)) = short.filter(|(_, state)| is_one_value(state)) {
                let long = read(&bytes, (&context, &Call::UNBOUND), None).unwrap();
                prop_assert_eq!(long.0, head);
                prop_assert_eq!(bytes[long.1].trim_ascii(), bytes[state].trim_ascii());
            }
        }
    }

    #[test]
    fn what_we_write_is_read_along_the_line() {
        let at = UnixTime::from_secs;
        let times = Times { sealed_at: at(1_000), began_at: at(900), expires_at: at(2_000), ends_at: at(3_000) };
        let head = Head { id: SlipId([7; 16]), times, version: 3 };
        let context = Context::new("shop.example/cart", b"", &[]).unwrap();
        let bytes = written(&head, &context, "{}");
        let expected = concat!(
            r#"{"exp":2000,"iat":1000,"jti":"BwcHBwcHBwcHBwcHBwcHBw","aud":"shop.example/cart","#,
            r#""slip":{"v":3,"began":900,"ends":3000,"st":{}}}"#
        );
        assert_eq!(String::from_utf8_lossy(&bytes), expected);
        let (read, state) = in_order(&bytes, &context.declared(&Call::UNBOUND), 3).unwrap();
        assert_eq!((read, &bytes[state]), (head, &b"{}"[..]));
        assert!(in_order(&bytes, &context.declared(&Call::UNBOUND), 4).is_none());
        for wrong in [expected.replace("2000", "02000"), expected.replace("2000", "2000 "), expected.replace("900", "")]
        {
            assert!(in_order(wrong.as_bytes(), &context.declared(&Call::UNBOUND), 3).is_none(), "{wrong}");
        }
    }
}
