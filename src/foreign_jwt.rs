//! Other people's JWTs, for as long as a migration lasts: what is expected of them, and who decides it.
//!
//! It may not know slips. A profile has no defaults and no builder: whoever writes one down has named a decision for every claim that
//! restricts a token, because a validation that is left out is the oldest fault of JWT libraries (RFC 8725 sections 3.8 to 3.11).

use crate::{
    algs::JwsAlg,
    envelope::jose::foreign::ForeignJws,
    error::Error,
    json::{self, Json, Members},
    keyring::{Keys, Lookup},
    time::UnixTime,
};
use serde::de::DeserializeOwned;
use std::time::Duration;

/// What JWTs of another program are accepted, and until when: for [`Builder::accept_jwt`](crate::Builder::accept_jwt).
///
/// [`manual::migration`](crate::manual::migration) has the whole move. All fields must be given. The algorithm is the keys' business as ever: a key of another algorithm verifies nothing.
///
/// ```
/// # use orderslip::{Error, Expect, ExpectExp, ForeignJwt, JwsAlg, Key, Keyring, Lifetime, Reason, Sealer, SlipState, Standing, UnixTime};
/// # use std::time::Duration;
/// # #[derive(serde::Serialize, serde::Deserialize)] struct Session { user: u64 }
/// # impl SlipState for Session { const PURPOSE: &'static str = "shop.example/session"; const VERSION: u16 = 1; }
/// # fn main() -> Result<(), Error> {
/// # let keys = Keyring::generate()?;
/// // What the old program put into its tokens:
/// #[derive(serde::Deserialize)]
/// struct OldClaims {
///     sub: String,
/// }
///
/// let old_keys = Keyring::new(vec![Key::from_jwk(
///     r#"{"kty":"oct","alg":"HS256","k":"VGhpcyBpcyB0aGUgc2VjcmV0IG9mIHRoZSBvbGQgcHJvZ3JhbS4"}"#,
/// )?])?;
/// let sealer = Sealer::<Session>::encrypted(&keys)
///     .lifetime(Lifetime::absolute(Duration::from_secs(8 * 3600)))
///     .accept_jwt(
///         ForeignJwt {
///             keys: (&old_keys).into(),
///             alg: JwsAlg::Hs256,
///             typ: Expect::exactly("JWT"),
///             iss: Expect::Ignored,
///             aud: Expect::Absent,
///             exp: ExpectExp::Required,
///             accept_until: UnixTime::from_secs(1_800_000_000),
///         },
///         |old: OldClaims| Some(Session { user: old.sub.parse().ok()? }),
///     )
///     .build()?;
///
/// let old = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI3IiwiaWF0IjoxNzk5OTk5MDAwLCJleHAiOjE4MDAwMDAwMDB9.\
///     SNI3l8QkX-U_qv9ZUj8dkYjpXUHIr0Wy5zap8OQPM50";
/// let slip = sealer.open_at(old, UnixTime::from_secs(1_799_999_500))?;
/// assert_eq!(slip.state().user, 7);
/// assert_eq!(slip.standing(), Standing::Reseal(Reason::OldFormat));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[expect(
    clippy::exhaustive_structs,
    reason = "every field is a decision: a further one must break whoever has not made it"
)]
#[doc(alias("validation", "jsonwebtoken", "OIDC"))]
pub struct ForeignJwt {
    /// What verifies them. A token that has a `kid` is verified by the key of that id; one that has none only if exactly one key of the
    /// ring is for the algorithm. No key is tried after another.
    pub keys: Keys,
    /// The one algorithm.
    pub alg: JwsAlg,
    /// The header's `typ`, compared as it stands. `orderslip+jwt`, which our own tokens have, is never accepted.
    pub typ: Expect,
    /// The issuer, compared as it stands.
    pub iss: Expect,
    /// The audience: the token's one, or one of its several.
    pub aud: Expect,
    /// Whether the tokens end by themselves.
    pub exp: ExpectExp,
    /// The end of the migration, from which on none is accepted. Until then an old token that somebody has copied can be used again and
    /// again, as far as its own `exp` goes: there is no other way to end it than the key.
    pub accept_until: UnixTime,
}

/// What is expected of a text in a JWT. There is no default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expect {
    /// It is there and is this text, byte for byte. See [`exactly`](Self::exactly).
    Exactly(String),
    /// It is not there.
    Absent,
    /// It may be anything, or not there.
    Ignored,
}

/// What is expected of a JWT's `exp`. There is no default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExpectExp {
    /// It is there and has not passed.
    Required,
    /// It may have passed or be missing: for programs that never set one.
    Ignored,
}

impl Expect {
    /// It is there and is this text.
    pub fn exactly(text: impl Into<String>) -> Self {
        Self::Exactly(text.into())
    }

    fn is_met(&self, found: &[&str]) -> bool {
        match self {
            Self::Exactly(text) => found.contains(&text.as_str()),
            Self::Absent => found.is_empty(),
            Self::Ignored => true,
        }
    }
}

/// What an accepted JWT says.
pub(crate) struct Accepted<C> {
    pub(crate) claims: C,
    pub(crate) issued_at: Option<UnixTime>,
}

impl ForeignJwt {
    /// Verifies a text. `None` if it is none of these JWTs; an error only for one that is, and is over.
    pub(crate) fn read<C: DeserializeOwned>(
        &self,
        text: &str,
        now: UnixTime,
        leeway: Duration,
    ) -> Option<Result<Accepted<C>, Error>> {
        // A slip is no JWT of another program, whatever the profile leaves open: it would lose its purpose, its bindings and its ends.
        let jws = ForeignJws::read(text).ok().filter(|jws| !jws.is_of_a_slip())?;
        let payload = self.verify(&jws, now)?;
        let typ = jws.header("typ");
        let claims = std::str::from_utf8(&payload).ok()?;
        // Members are unique there at every depth, and nest no deeper than sixteen levels.
        let Some(Json::Object(members)) = json::parse(claims) else { return None };
        let issuer = text_claim(&members, "iss")?;
        let met = self.typ.is_met(typ.as_slice())
            && self.iss.is_met(issuer.as_slice())
            && self.aud.is_met(&audiences(&members)?);
        let [exp, nbf, issued_at] = ["exp", "nbf", "iat"].map(|name| time_claim(&members, name));
        let (exp, nbf, issued_at) = (exp?, nbf?, issued_at?);
        let is_early = [nbf, issued_at].into_iter().flatten().any(|from| from > now.saturating_add(leeway));
        if !met || is_early || (exp.is_none() && self.exp == ExpectExp::Required) {
            return None;
        }
        if self.exp == ExpectExp::Required && exp.is_some_and(|exp| now >= exp.saturating_add(leeway)) {
            return Some(Err(Error::expired(exp.map_or(0, |exp| now.since(exp).as_secs()))));
        }
        let claims = json::state::read(claims)?;
        Some(Ok(Accepted { claims, issued_at }))
    }

    /// The payload, if the one key that it can be of says that it is authentic.
    fn verify(&self, jws: &ForeignJws<'_>, now: UnixTime) -> Option<Vec<u8>> {
        let (ring, alg) = (self.keys.ring(), self.alg.alg());
        let key = match jws.header("kid") {
            Some(kid) => match ring.lookup_by_name(kid, now) {
                Lookup::Accepted(key) => key,
                Lookup::Retired | Lookup::Unknown => return None,
            },
            None => ring.only_one(alg, now)?,
        };
        if key.alg() != alg {
            return None;
        }
        jws.verify(key).ok()
    }
}

/// A text or nothing; `None` if it is of another type, which is never taken for "absent" (CVE-2026-25537).
fn text_claim<'m>(members: &'m Members, name: &str) -> Option<Option<&'m str>> {
    match json::member(members, name) {
        None => Some(None),
        Some(found) => found.as_text().map(Some),
    }
}

/// RFC 7519 section 4.1.3: one text, or a list of texts. A list of none, or with anything else in it, is no audience (CVE-2020-26160).
fn audiences(members: &Members) -> Option<Vec<&str>> {
    match json::member(members, "aud") {
        None => Some(Vec::new()),
        Some(Json::Text(text)) => Some(vec![text.as_str()]),
        Some(Json::List(list)) if !list.is_empty() => list.iter().map(Json::as_text).collect(),
        Some(_) => None,
    }
}

/// Whole seconds, or nothing. RFC 7519 allows fractions; hardly anybody writes them, and rounding is a decision that nobody made.
fn time_claim(members: &Members, name: &str) -> Option<Option<UnixTime>> {
    match json::member(members, name) {
        None => Some(None),
        Some(found) => found.as_u64().and_then(UnixTime::from_wire).map(Some),
    }
}
