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
//! We write them in this order, without white space. Another program that makes tokens for us may use any order: then the state is
//! decoded in a second step, as its version must be known first. No member may stand there twice (RFC 7519 section 4), also not
//! within claims that are not understood and skipped; `iss`, `sub`, `nbf` and `cnf` are refused, as nobody evaluates them. The
//! digest `ctx` is a claim and not a header because a header is read before anything is proven.

use super::{Found, Head, SlipId};
use crate::{
    bytes,
    cbor::{MAX_STATE_DEPTH, write::Buffer},
    context::{Call, Context},
    error::Error,
    json,
    lifetime::Times,
    time::UnixTime,
};
use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeOwned, DeserializeSeed, IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;
use std::{borrow::Cow, fmt, io::Write as _, marker::PhantomData};
use zeroize::Zeroizing;

/// Levels of a claims set around its state.
const LEVELS: usize = 2;

pub(super) fn write(
    out: &mut Buffer,
    head: &Head,
    (context, call): (&Context, &Call),
    state: impl FnOnce(&mut Buffer) -> Result<(), Error>,
) -> Result<(), Error> {
    let Head { id, times: Times { sealed_at, began_at, expires_at, ends_at }, version } = head;
    let written = (|| {
        write!(out, r#"{{"exp":{expires_at},"iat":{sealed_at},"jti":"{id}","aud":"#)?;
        serde_json::to_writer(&mut *out, context.audience())?;
        if let Some(digest) = context.digest(call) {
            write!(out, r#","ctx":"{digest}""#)?;
        }
        write!(out, r#","slip":{{"v":{version},"began":{began_at},"ends":{ends_at},"st":"#)
    })();
    written.map_err(|_| Error::misuse("claims that cannot be written"))?;
    state(out)?;
    out.push(b"}}");
    Ok(())
}

/// The claims, with the state decoded if it is of the wanted version and everything stands in our order.
pub(super) fn read<T: DeserializeOwned>(
    payload: &[u8],
    (context, call): (&Context, &Call),
    version: Option<u16>,
) -> Result<(Head, Found<T>), Error> {
    let undecodable = || super::undecodable("claims that are not ours");
    let text = bounded(payload).ok_or_else(undecodable)?;
    let wanted = version.map(u64::from);
    // A state that is not of its type spoils the pass: a second one tells what can be told without it.
    let claims = parse::<T>(text, wanted).or_else(|| parse::<T>(text, None)).ok_or_else(undecodable)?;
    if claims.audience != context.audience() || claims.digest.as_deref() != context.digest(call).as_deref() {
        return Err(Error::not_authentic("for another audience or context"));
    }
    let found = match claims.state {
        State::Decoded(state) => Found::Decoded(Some(state)),
        State::Raw(raw) => Found::Text(Zeroizing::new(raw.get().to_owned())),
    };
    Ok((claims.head, found))
}

/// The claims and the text of the state, whatever they are for.
pub(super) fn read_for_anybody(payload: &[u8]) -> Option<(Head, String)> {
    let claims = parse::<IgnoredAny>(bounded(payload)?, None)?;
    match claims.state {
        State::Raw(raw) => Some((claims.head, raw.get().to_owned())),
        State::Decoded(_) => None,
    }
}

/// UTF-8 that nests no deeper than a state may: told before anything is parsed.
fn bounded(payload: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(payload).ok()?;
    json::state::nests_within(payload, MAX_STATE_DEPTH + LEVELS).then_some(text)
}

fn parse<'de, T: DeserializeOwned>(text: &'de str, wanted: Option<u64>) -> Option<Read<'de, T>> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let claims = deserializer.deserialize_map(ClaimsSet { wanted, of: PhantomData }).ok()?;
    deserializer.end().ok()?;
    claims.head.times.are_in_order().then_some(claims)
}

struct Read<'de, T> {
    head: Head,
    audience: Cow<'de, str>,
    digest: Option<Cow<'de, str>>,
    state: State<'de, T>,
}

enum State<'de, T> {
    Decoded(T),
    Raw(&'de RawValue),
}

/// The members of the outer object.
#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "lowercase")]
enum Claim {
    Exp,
    Iat,
    Jti,
    Aud,
    Ctx,
    Slip,
    // RFC 7519 sections 4.1.1, 4.1.2, 4.1.5, RFC 7800 section 3.1: each restricts who may accept the token.
    Iss,
    Sub,
    Nbf,
    Cnf,
    Other(String),
}

struct ClaimsSet<T> {
    wanted: Option<u64>,
    of: PhantomData<T>,
}

impl<'de, T: DeserializeOwned> Visitor<'de> for ClaimsSet<T> {
    type Value = Read<'de, T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the claims of a slip")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut exp, mut iat, mut jti, mut aud, mut ctx, mut slip) = (None, None, None, None, None, None);
        let mut others = Vec::new();
        while let Some(claim) = map.next_key()? {
            match claim {
                Claim::Exp => once(&mut exp, map.next_value::<Seconds>()?)?,
                Claim::Iat => once(&mut iat, map.next_value::<Seconds>()?)?,
                Claim::Jti => once(&mut jti, map.next_value_seed(Text)?)?,
                Claim::Aud => once(&mut aud, map.next_value_seed(Text)?)?,
                Claim::Ctx => once(&mut ctx, map.next_value_seed(Text)?)?,
                Claim::Slip => {
                    once(&mut slip, map.next_value_seed(SlipClaim { wanted: self.wanted, of: PhantomData })?)?
                }
                Claim::Iss | Claim::Sub | Claim::Nbf | Claim::Cnf => {
                    return Err(de::Error::custom("a claim that must not be there"));
                }
                Claim::Other(name) if others.contains(&name) => return Err(de::Error::custom("a claim twice")),
                Claim::Other(name) => {
                    others.push(name);
                    map.next_value_seed(json::Skip)?;
                }
            }
        }
        let inner: Inner<'de, T> = required(slip)?;
        let jti = required(jti)?;
        let id = bytes::public_bytes(&jti).and_then(|id| id.try_into().ok());
        let id = SlipId(id.ok_or_else(|| de::Error::custom("not the id of a slip"))?);
        let times = Times {
            expires_at: required(exp)?.0,
            sealed_at: required(iat)?.0,
            began_at: inner.began_at,
            ends_at: inner.ends_at,
        };
        let head = Head { id, times, version: inner.version };
        Ok(Read { head, audience: required(aud)?, digest: ctx, state: inner.state })
    }
}

/// The members of `slip`.
#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "lowercase")]
enum Member {
    V,
    Began,
    Ends,
    St,
}

struct Inner<'de, T> {
    version: u64,
    began_at: UnixTime,
    ends_at: UnixTime,
    state: State<'de, T>,
}

struct SlipClaim<T> {
    wanted: Option<u64>,
    of: PhantomData<T>,
}

impl<'de, T: DeserializeOwned> DeserializeSeed<'de> for SlipClaim<T> {
    type Value = Inner<'de, T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, T: DeserializeOwned> Visitor<'de> for SlipClaim<T> {
    type Value = Inner<'de, T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a slip")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut version, mut began, mut ends, mut state) = (None, None, None, None);
        while let Some(member) = map.next_key()? {
            match member {
                Member::V => once(&mut version, map.next_value::<u64>()?)?,
                Member::Began => once(&mut began, map.next_value::<Seconds>()?)?,
                Member::Ends => once(&mut ends, map.next_value::<Seconds>()?)?,
                Member::St if version.is_some() && version == self.wanted => {
                    once(&mut state, State::Decoded(map.next_value()?))?;
                }
                Member::St => once(&mut state, State::Raw(map.next_value()?))?,
            }
        }
        Ok(Inner {
            version: required(version)?,
            began_at: required(began)?.0,
            ends_at: required(ends)?.0,
            state: required(state)?,
        })
    }
}

fn once<V, E: de::Error>(place: &mut Option<V>, value: V) -> Result<(), E> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(E::custom("a claim twice")),
    }
}

fn required<V, E: de::Error>(value: Option<V>) -> Result<V, E> {
    value.ok_or_else(|| E::custom("a missing claim"))
}

/// A NumericDate in whole seconds: of another type it is an error, never "absent" (CVE-2026-25537), and a fraction is no time of ours.
struct Seconds(UnixTime);

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let time = UnixTime::from_wire(u64::deserialize(deserializer)?);
        time.map(Self).ok_or_else(|| de::Error::custom("a time after the year 9999"))
    }
}

/// A text, borrowed where it holds no escapes.
struct Text;

impl<'de> DeserializeSeed<'de> for Text {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Cow<'de, str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Text {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}
