//! What went wrong, in the words of what a caller does about it.
//!
//! This file stands on the ground: it imports nothing of ours, so that every storey may return its error. It may not know what a token, a
//! key or a state looks like, nor hold any of their bytes: every text in here is a constant, a number, or the public id of a key.

use std::{borrow::Cow, fmt, io, ops::Deref, sync::Arc, time::Duration};

/// The longest `kid` that is read, in bytes.
pub(crate) const MAX_KID: usize = 256;

/// What went wrong.
///
/// The type is opaque and one word wide. Ask it what to *do* with the predicates, of which exactly one is true of every error:
///
/// | predicate | meaning | what a server does |
/// |---|---|---|
/// | [`is_rejected`](Self::is_rejected) | malformed, forged, or for another purpose or binding | start afresh |
/// | [`is_expired`](Self::is_expired) | over, or sealed with a key that has been retired | start afresh, tell the user |
/// | [`is_unreadable`](Self::is_unreadable) | may well be good, but not here and now | keep the token, do not overwrite it |
/// | [`is_revoked`](Self::is_revoked) | logged out from elsewhere | start afresh |
/// | [`is_too_large`](Self::is_too_large) | the sealed text would not fit | shrink the state |
/// | [`is_misuse`](Self::is_misuse) | the program or its configuration is wrong | fix it |
/// | [`is_unavailable`](Self::is_unavailable) | a file, a store or the system's randomness did not answer | retry |
///
/// [`kind`](Self::kind) is finer and may grow. Neither the text nor the `Debug` form ever holds a token, a key, a MAC or plaintext, so both
/// are safe to log; the text alone is safe to show. What a client and an operator see of each: [`manual::troubleshooting`](crate::manual::troubleshooting).
///
/// ```
/// # use orderslip::{Keyring, Lifetime, Sealer, SlipState, Error};
/// # use std::time::Duration;
/// # #[derive(serde::Serialize, serde::Deserialize)] struct Cart {}
/// # impl SlipState for Cart { const PURPOSE: &'static str = "shop.example/cart"; const VERSION: u16 = 1; }
/// # fn main() -> Result<(), Error> {
/// let keys = Keyring::generate()?;
/// let sealer = Sealer::<Cart>::encrypted(&keys).lifetime(Lifetime::absolute(Duration::from_secs(60))).build()?;
/// match sealer.open("eyJhbGciOiJub25lIn0.e30.") {
///     Ok(slip) => drop(slip),
///     Err(error) if error.is_unreadable() => { /* leave the client's token alone */ }
///     Err(error) if error.is_rejected() || error.is_expired() => { /* an empty cart */ }
///     Err(error) => return Err(error),
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, thiserror::Error)]
#[error(transparent)]
pub struct Error(Box<Repr>);

/// Which thing went wrong; see [`Error::kind`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Malformed, forged, or for another purpose, binding or algorithm.
    Rejected,
    /// The token's absolute or idle end has passed.
    Expired,
    /// The key that sealed the token has reached its `exp` or was revoked.
    KeyRetired,
    /// The token names a key id that the ring has never heard of. Nothing about such a token is proven.
    UnknownKey,
    /// Authentic, but the state's version is newer than this program's.
    NewerVersion,
    /// Authentic, but the claims or the state do not decode.
    Undecodable,
    /// Authentic, but [`SlipState::upgrade`](crate::SlipState::upgrade) refused it.
    Refused,
    /// Authentic, but sealed later than this server's clock and leeway say it is.
    NotYetValid,
    /// Authentic and in time, but revoked in a shared store.
    Revoked,
    /// The sealed text would be over a limit.
    TooLarge,
    /// The program calls the library wrongly.
    Misuse,
    /// A key or a key set was refused at load time.
    BadKey,
    /// A change of a key ring was refused because it would log somebody out.
    BadSchedule,
    /// A file, a store or the system's random generator did not answer.
    Unavailable,
}

/// At which gate a token was rejected: for logs and tests, never for an answer to a client.
///
/// Malformed is what anyone can tell from the token alone; not authentic is everything that takes a key.
///
/// [`Error::rejection`] gives it; which answer an error is: [`cookie::status`](crate::cookie::status).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rejection {
    /// Too long, not canonical base64url, or not the one accepted shape.
    Malformed,
    /// The shape is right and the proof is not: wrong key, algorithm, purpose, binding, or a changed bit.
    NotAuthentic,
}

#[derive(Clone, Debug, thiserror::Error)]
enum Repr {
    #[error("the token was rejected")]
    Rejected { gate: Rejection, why: &'static str },
    #[error("the token has expired")]
    Expired { seconds_ago: u64 },
    #[error("the key of this token has been retired")]
    KeyRetired,
    #[error("the token names a key that is not in the key ring")]
    UnknownKey,
    #[error("the state is of a newer version than this program knows")]
    NewerVersion { held_until: u64 },
    #[error("the token is authentic, but does not decode: {what}")]
    Undecodable { what: Undecodable, held_until: Option<u64> },
    #[error("the token is authentic, but its state was refused: {why}")]
    Refused { why: &'static str, held_until: Option<u64> },
    #[error("the token was sealed later than this clock tells")]
    NotYetValid { held_until: u64 },
    #[error("the token has been revoked")]
    Revoked,
    #[error("the sealed text would take {size} bytes, the limit is {limit}{}", Largest(largest))]
    TooLarge { size: usize, limit: usize, largest: Vec<(&'static str, usize)> },
    #[error("misuse: {why}")]
    Misuse { why: Cow<'static, str> },
    #[error("{}{why}", Subject { kid, member: *member })]
    BadKey { kid: Option<String>, member: Option<&'static str>, why: &'static str },
    #[error("{}{why}", Subject { kid, member: *member })]
    BadSchedule { kid: Option<String>, member: Option<&'static str>, why: &'static str },
    #[error("{what}")]
    Unavailable { what: &'static str, source: Option<Cause> },
    #[error("{what}")]
    AskAgain { what: &'static str },
}

/// What lies behind an error, shared among its clones. It is not an error itself, so that `source()` gives what it holds.
#[derive(Clone, Debug)]
struct Cause(Arc<dyn std::error::Error + Send + Sync>);

impl Deref for Cause {
    type Target = dyn std::error::Error + Send + Sync;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

/// Why authentic bytes did not decode: constants of the program only, because serde's own messages quote the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Undecodable {
    pub(crate) why: &'static str,
    pub(crate) field: Option<&'static str>,
}

impl Error {
    /// Which thing went wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match *self.0 {
            Repr::Rejected { .. } => ErrorKind::Rejected,
            Repr::Expired { .. } => ErrorKind::Expired,
            Repr::KeyRetired => ErrorKind::KeyRetired,
            Repr::UnknownKey => ErrorKind::UnknownKey,
            Repr::NewerVersion { .. } => ErrorKind::NewerVersion,
            Repr::Undecodable { .. } => ErrorKind::Undecodable,
            Repr::Refused { .. } => ErrorKind::Refused,
            Repr::NotYetValid { .. } => ErrorKind::NotYetValid,
            Repr::Revoked => ErrorKind::Revoked,
            Repr::TooLarge { .. } => ErrorKind::TooLarge,
            Repr::Misuse { .. } => ErrorKind::Misuse,
            Repr::BadKey { .. } => ErrorKind::BadKey,
            Repr::BadSchedule { .. } => ErrorKind::BadSchedule,
            Repr::Unavailable { .. } | Repr::AskAgain { .. } => ErrorKind::Unavailable,
        }
    }

    /// Malformed, forged, or for another purpose or binding: start afresh.
    #[must_use]
    pub fn is_rejected(&self) -> bool {
        matches!(self.kind(), ErrorKind::Rejected)
    }

    /// Over: the token's end has passed, or its key was retired.
    #[must_use]
    pub fn is_expired(&self) -> bool {
        matches!(self.kind(), ErrorKind::Expired | ErrorKind::KeyRetired)
    }

    /// Perhaps good, but not readable here and now: an unknown key id, a newer version, a state that does not
    /// decode or that `upgrade` refused, or a token from the future of this clock. Do not destroy it.
    #[must_use]
    pub fn is_unreadable(&self) -> bool {
        matches!(
            self.kind(),
            ErrorKind::UnknownKey
                | ErrorKind::NewerVersion
                | ErrorKind::Undecodable
                | ErrorKind::Refused
                | ErrorKind::NotYetValid
        )
    }

    /// Logged out from elsewhere.
    #[must_use]
    pub fn is_revoked(&self) -> bool {
        matches!(self.kind(), ErrorKind::Revoked)
    }

    /// The sealed text would be over a limit: see [`size`](Self::size), [`limit`](Self::limit), [`largest`](Self::largest).
    #[must_use]
    pub fn is_too_large(&self) -> bool {
        matches!(self.kind(), ErrorKind::TooLarge)
    }

    /// The program, its configuration or its keys are wrong: fix them.
    #[must_use]
    pub fn is_misuse(&self) -> bool {
        matches!(self.kind(), ErrorKind::Misuse | ErrorKind::BadKey | ErrorKind::BadSchedule)
    }

    /// A file, a store or the system's random generator did not answer: retry.
    ///
    /// To a client it is 503: [`cookie::status`](crate::cookie::status).
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        matches!(self.kind(), ErrorKind::Unavailable)
    }

    /// If a token's time has passed, for how long it has been over.
    ///
    /// See [`is_expired`](Self::is_expired).
    #[must_use]
    pub fn expired_for(&self) -> Option<Duration> {
        match *self.0 {
            Repr::Expired { seconds_ago } => Some(Duration::from_secs(seconds_ago)),
            _ => None,
        }
    }

    /// If rejected, at which gate: for logs and tests, never for an answer to a client.
    ///
    /// See [`is_rejected`](Self::is_rejected).
    #[must_use]
    pub fn rejection(&self) -> Option<Rejection> {
        match *self.0 {
            Repr::Rejected { gate, .. } => Some(gate),
            _ => None,
        }
    }

    /// If too large, the bytes that the sealed text would take.
    ///
    /// See [`is_too_large`](Self::is_too_large).
    #[must_use]
    pub fn size(&self) -> Option<usize> {
        match *self.0 {
            Repr::TooLarge { size, .. } => Some(size),
            _ => None,
        }
    }

    /// If too large, the limit in bytes.
    #[must_use]
    pub fn limit(&self) -> Option<usize> {
        match *self.0 {
            Repr::TooLarge { limit, .. } => Some(limit),
            _ => None,
        }
    }

    /// If too large, the top-level fields of the state with their encoded bytes, largest first.
    ///
    /// Names of struct fields only, never keys of a map: those are data.
    ///
    /// See [`is_too_large`](Self::is_too_large).
    #[must_use]
    pub fn largest(&self) -> &[(&'static str, usize)] {
        match &*self.0 {
            Repr::TooLarge { largest, .. } => largest,
            _ => &[],
        }
    }

    /// For users' own stores: the store did not answer, and here is why.
    ///
    /// The cause is kept as the error's [`source`](std::error::Error::source) and is never part of its text.
    #[must_use]
    pub fn unavailable(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::from(Repr::Unavailable { what: "a store did not answer", source: Some(Cause(Arc::from(cause.into()))) })
    }

    /// For users' own checks of an opened slip against a list of theirs: it has been revoked.
    #[must_use]
    pub fn revoked() -> Self {
        Self::from(Repr::Revoked)
    }

    pub(crate) fn malformed(why: &'static str) -> Self {
        Self::from(Repr::Rejected { gate: Rejection::Malformed, why })
    }

    pub(crate) fn not_authentic(why: &'static str) -> Self {
        Self::from(Repr::Rejected { gate: Rejection::NotAuthentic, why })
    }

    pub(crate) fn expired(seconds_ago: u64) -> Self {
        Self::from(Repr::Expired { seconds_ago })
    }

    pub(crate) fn key_retired() -> Self {
        Self::from(Repr::KeyRetired)
    }

    pub(crate) fn unknown_key() -> Self {
        Self::from(Repr::UnknownKey)
    }

    pub(crate) fn newer_version(held_until: u64) -> Self {
        Self::from(Repr::NewerVersion { held_until })
    }

    pub(crate) fn undecodable(what: Undecodable) -> Self {
        Self::from(Repr::Undecodable { what, held_until: None })
    }

    pub(crate) fn refused(why: &'static str) -> Self {
        Self::from(Repr::Refused { why, held_until: None })
    }

    pub(crate) fn not_yet_valid(held_until: u64) -> Self {
        Self::from(Repr::NotYetValid { held_until })
    }

    pub(crate) fn too_large(size: usize, limit: usize, mut largest: Vec<(&'static str, usize)>) -> Self {
        largest.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        Self::from(Repr::TooLarge { size, limit, largest })
    }

    pub(crate) fn misuse(why: impl Into<Cow<'static, str>>) -> Self {
        Self::from(Repr::Misuse { why: why.into() })
    }

    pub(crate) fn bad_key(why: &'static str) -> Self {
        Self::from(Repr::BadKey { kid: None, member: None, why })
    }

    pub(crate) fn bad_key_member(member: &'static str, why: &'static str) -> Self {
        Self::from(Repr::BadKey { kid: None, member: Some(member), why })
    }

    pub(crate) fn bad_schedule(member: Option<&'static str>, why: &'static str) -> Self {
        Self::from(Repr::BadSchedule { kid: None, member, why })
    }

    pub(crate) fn unreadable_source(what: &'static str, cause: io::Error) -> Self {
        Self::from(Repr::Unavailable { what, source: Some(Cause(Arc::new(cause))) })
    }

    pub(crate) fn clock_out_of_range() -> Self {
        Self::from(Repr::Unavailable { what: "the system's clock stands before 1970 or after 9999", source: None })
    }

    /// Nothing is wrong that would not be right in a while.
    pub(crate) fn busy(what: &'static str) -> Self {
        Self::from(Repr::Unavailable { what, source: None })
    }

    /// Nothing is wrong at all: the same, asked a second later, may well be done.
    pub(crate) fn ask_again(what: &'static str) -> Self {
        Self::from(Repr::AskAgain { what })
    }

    pub(crate) fn is_to_be_asked_again(&self) -> bool {
        matches!(*self.0, Repr::AskAgain { .. })
    }

    pub(crate) fn no_randomness() -> Self {
        Self::from(Repr::Unavailable { what: "the system's random generator did not answer", source: None })
    }

    /// Names the key that a load error is about, unless the text is longer than an id may be. The id is public; it is escaped when shown.
    pub(crate) fn about_key(mut self, id: &str) -> Self {
        if let (true, Repr::BadKey { kid, .. } | Repr::BadSchedule { kid, .. }) = (id.len() <= MAX_KID, &mut *self.0) {
            kid.get_or_insert_with(|| id.to_owned());
        }
        self
    }

    /// Until when an authentic but unreadable token must be held, in Unix seconds.
    pub(crate) fn held_until_seconds(&self) -> Option<u64> {
        match *self.0 {
            Repr::NewerVersion { held_until } | Repr::NotYetValid { held_until } => Some(held_until),
            Repr::Undecodable { held_until, .. } | Repr::Refused { held_until, .. } => held_until,
            _ => None,
        }
    }

    /// Adds the end of the token to an error that arose where the end was not known.
    pub(crate) fn hold_until(&mut self, end: u64) {
        if let Repr::Undecodable { held_until, .. } | Repr::Refused { held_until, .. } = &mut *self.0 {
            *held_until = Some(end);
        }
    }
}

impl From<Repr> for Error {
    #[cold]
    fn from(repr: Repr) -> Self {
        Self(Box::new(repr))
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            // What a store says of its own failure may hold an address with a password: it is for who asks for the source.
            Repr::Unavailable { what, .. } | Repr::AskAgain { what } => {
                f.debug_struct("Unavailable").field("what", what).finish_non_exhaustive()
            }
            repr => repr.fmt(f),
        }
    }
}

impl fmt::Display for Undecodable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.why)?;
        self.field.map_or(Ok(()), |field| write!(f, " `{field}`"))
    }
}

struct Largest<'a>(&'a [(&'static str, usize)]);

impl fmt::Display for Largest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// As many as fit in a line of a log.
        const SHOWN: usize = 3;
        for (index, (name, size)) in self.0.iter().take(SHOWN).enumerate() {
            write!(f, "{}{name} ({size})", if index == 0 { "; largest fields: " } else { ", " })?;
        }
        Ok(())
    }
}

struct Subject<'a> {
    kid: &'a Option<String>,
    member: Option<&'static str>,
}

impl fmt::Display for Subject<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(kid) = self.kid {
            write!(f, "key {kid:?}: ")?;
        }
        self.member.map_or(Ok(()), |member| write!(f, "member `{member}`: "))
    }
}
