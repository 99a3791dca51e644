//! How long a slip lives: an absolute end, an idle end, and the leeway between clocks.
//!
//! It may not know claims on the wire or keys. Every function is a pure one of times.

use crate::{error::Error, time::UnixTime};
use std::time::Duration;

/// The leeway if none is set: servers under NTP differ by far less, and nobody notices half a minute.
///
/// All defaults and limits with their reasons: [`manual::defaults`](crate::manual::defaults).
pub const DEFAULT_LEEWAY: Duration = Duration::from_secs(30);

/// The largest leeway: as Tink has it, and more than any two clocks that somebody looks after differ.
///
/// All defaults and limits with their reasons: [`manual::defaults`](crate::manual::defaults).
pub const MAX_LEEWAY: Duration = Duration::from_secs(10 * 60);

/// How long a slip may live since it began, and how long since it was last sealed. Whichever ends first is its end.
///
/// Both are whole seconds. There is no default ([`manual::lifetimes`](crate::manual::lifetimes) has what to take): NIST SP 800-63B-4 section 2.2.3 has at most 24 hours and 1 hour idle for
/// its AAL2, 12 hours and 15 minutes for AAL3; OWASP's session cheat sheet has 4 to 8 hours and 15 to 30 minutes idle for
/// ordinary risk, 2 to 5 minutes idle for high risk.
///
/// ```
/// # use orderslip::Lifetime; use std::time::Duration;
/// let day_at_the_office = Lifetime::absolute(Duration::from_secs(8 * 3600)).idle(Duration::from_secs(1800));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a lifetime does something only when a builder gets it"]
#[doc(alias("expire", "expiry", "exp", "ttl", "timeout"))]
pub struct Lifetime {
    absolute: Duration,
    idle: Option<Duration>,
}

impl Lifetime {
    /// Ends so long after the slip began, however often it is resealed.
    pub const fn absolute(absolute: Duration) -> Self {
        Self { absolute, idle: None }
    }

    /// Ends so long after the slip was last sealed, too.
    #[doc(alias("inactivity", "sliding"))]
    pub const fn idle(mut self, idle: Duration) -> Self {
        self.idle = Some(idle);
        self
    }

    /// The absolute end alone.
    pub(crate) const fn without_idle(self) -> Self {
        Self { idle: None, ..self }
    }

    /// How long after it was sealed a token of it may be accepted, by servers with this leeway: it may have begun by a clock
    /// that is the leeway ahead of the one that sealed it last, and is taken for the leeway longer than it says.
    pub(crate) fn longest(&self, leeway: Duration) -> Duration {
        self.absolute.saturating_add(leeway).saturating_add(leeway)
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.absolute.as_secs() == 0 || self.idle.is_some_and(|idle| idle.as_secs() == 0) {
            return Err(Error::misuse("a lifetime of less than a second"));
        }
        if self.idle.is_some_and(|idle| idle > self.absolute) {
            return Err(Error::misuse("an idle lifetime that is longer than the absolute one"));
        }
        Ok(())
    }

    /// The times of a slip that begins now.
    pub(crate) fn begin(&self, now: UnixTime) -> Result<Times, Error> {
        let ends_at = now.checked_add(self.absolute).ok_or_else(|| Error::misuse("a lifetime beyond the year 9999"))?;
        Ok(self.seal(now, now, ends_at))
    }

    /// The times of a slip that is sealed again. Neither its beginning nor its absolute end moves forward.
    pub(crate) fn renew(&self, old: &Times, now: UnixTime) -> Result<Times, Error> {
        let ends_at = self.end_since(old.began_at).min(old.ends_at);
        if now >= ends_at {
            return Err(Error::expired(now.since(ends_at).as_secs()));
        }
        // A clock behind the one that began the slip does not seal it before its beginning.
        Ok(self.seal(now.max(old.began_at), old.began_at, ends_at))
    }

    fn seal(&self, now: UnixTime, began_at: UnixTime, ends_at: UnixTime) -> Times {
        let expires_at = self.idle.map_or(ends_at, |idle| now.saturating_add(idle).min(ends_at));
        Times { sealed_at: now, began_at, expires_at, ends_at }
    }

    fn end_since(&self, began_at: UnixTime) -> UnixTime {
        began_at.saturating_add(self.absolute)
    }

    /// When a slip ends by what it says and by what is configured now: shortening a lifetime takes effect at once.
    pub(crate) fn effective(&self, on_the_wire: Times) -> Times {
        let ends_at = on_the_wire.ends_at.min(self.end_since(on_the_wire.began_at));
        let idle_end = self.idle.map_or(ends_at, |idle| on_the_wire.sealed_at.saturating_add(idle));
        Times { expires_at: on_the_wire.expires_at.min(ends_at).min(idle_end), ends_at, ..on_the_wire }
    }

    /// Whether half of the idle time has passed and sealing again would gain any.
    pub(crate) fn is_half_idle(&self, times: &Times, now: UnixTime) -> bool {
        let Some(idle) = self.idle else { return false };
        let gains = now.saturating_add(idle).min(times.ends_at) > times.expires_at;
        gains && now.since(times.sealed_at).saturating_mul(2) >= Duration::from_secs(idle.as_secs())
    }
}

/// The four times of a slip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Times {
    pub(crate) sealed_at: UnixTime,
    pub(crate) began_at: UnixTime,
    /// The effective end: nothing outlives it.
    pub(crate) expires_at: UnixTime,
    /// The absolute end: no resealing goes beyond it.
    pub(crate) ends_at: UnixTime,
}

impl Times {
    /// What every sealer keeps to.
    pub(crate) fn are_in_order(&self) -> bool {
        self.began_at <= self.sealed_at && self.sealed_at < self.expires_at && self.expires_at <= self.ends_at
    }

    /// The one place where leeway is applied. At the end itself a slip is over (RFC 7519 section 4.1.4: *before*).
    pub(crate) fn check(&self, now: UnixTime, leeway: Duration) -> Result<(), Error> {
        if now >= self.expires_at.saturating_add(leeway) {
            return Err(Error::expired(now.since(self.expires_at).as_secs()));
        }
        if self.sealed_at > now.saturating_add(leeway) {
            return Err(Error::not_yet_valid(self.expires_at.as_secs()));
        }
        Ok(())
    }
}
