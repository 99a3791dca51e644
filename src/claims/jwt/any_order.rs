//! The claims set of a JWT in whatever order, with whatever else stands in it: what other programs make for us.
//!
//! It may not know contexts: whether the claims are meant for us is asked by whoever reads them.

use crate::{
    bytes,
    claims::{Head, SlipId},
    json,
    lifetime::Times,
    time::UnixTime,
};
use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeSeed, MapAccess, Visitor},
};
use serde_json::value::RawValue;
use std::{borrow::Cow, fmt};

pub(super) fn parse(text: &str) -> Option<Read<'_>> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let claims = deserializer.deserialize_map(ClaimsSet).ok()?;
    deserializer.end().ok()?;
    claims.head.times.are_in_order().then_some(claims)
}

pub(super) struct Read<'de> {
    pub(super) head: Head,
    pub(super) audience: Cow<'de, str>,
    pub(super) digest: Option<Cow<'de, str>>,
    pub(super) state: &'de RawValue,
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

struct ClaimsSet;

impl<'de> Visitor<'de> for ClaimsSet {
    type Value = Read<'de>;

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
                Claim::Slip => once(&mut slip, map.next_value::<Inner<'de>>()?)?,
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
        let inner: Inner<'de> = required(slip)?;
        let jti = required(jti)?;
        let id = bytes::exactly(jti.as_bytes()).map(SlipId).ok_or_else(|| de::Error::custom("not the id of a slip"))?;
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

struct Inner<'de> {
    version: u64,
    began_at: UnixTime,
    ends_at: UnixTime,
    state: &'de RawValue,
}

impl<'de> Deserialize<'de> for Inner<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(SlipClaim)
    }
}

struct SlipClaim;

impl<'de> Visitor<'de> for SlipClaim {
    type Value = Inner<'de>;

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
                Member::St => once(&mut state, map.next_value()?)?,
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
