//! Whole seconds since 1970, and the clock that tells them.
//!
//! It may not know what a time is for. Nothing else in the library asks what time it is: every function that needs the time has a form
//! that takes it (`…_at`), so that tests own the clock. (`revoke/redis/recent.rs` measures by a monotonic clock how old an answer of its
//! store is, which is no time of day.) All arithmetic is checked.

use crate::error::Error;
use std::{
    fmt,
    time::{Duration, SystemTime},
};

/// A moment in whole seconds since 1970-01-01T00:00:00Z (NumericDate of RFC 8392 section 2, integers only).
///
/// ```
/// # use orderslip::UnixTime;
/// let noon = UnixTime::from_secs(1_700_000_000);
/// assert_eq!(noon.as_secs(), 1_700_000_000);
/// assert!(noon < UnixTime::MAX);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixTime(u64);

impl UnixTime {
    /// 9999-12-31T23:59:59Z: the last second that RFC 3339 can write. A later time in a token is refused.
    pub const MAX: Self = Self(253_402_300_799);

    /// The moment so many seconds after 1970 began. Later ones than [`MAX`](Self::MAX) become `MAX`.
    #[must_use]
    pub const fn from_secs(secs: u64) -> Self {
        if secs > Self::MAX.0 { Self::MAX } else { Self(secs) }
    }

    /// Seconds since 1970 began.
    #[must_use]
    pub const fn as_secs(self) -> u64 {
        self.0
    }

    /// The system's clock, now.
    ///
    /// # Errors
    /// [`Error::is_unavailable`] if the clock stands before 1970 or after 9999.
    pub fn now() -> Result<Self, Error> {
        Self::try_from(SystemTime::now())
    }

    /// A number from a token: refused, not clamped, when no calendar knows it.
    pub(crate) fn from_wire(secs: u64) -> Option<Self> {
        (secs <= Self::MAX.0).then_some(Self(secs))
    }

    /// Whole seconds later; `None` after [`MAX`](Self::MAX). A part of a second does not count.
    #[must_use]
    pub fn checked_add(self, duration: Duration) -> Option<Self> {
        self.0.checked_add(duration.as_secs()).and_then(Self::from_wire)
    }

    /// Whole seconds later, at most [`MAX`](Self::MAX).
    #[must_use]
    pub fn saturating_add(self, duration: Duration) -> Self {
        self.checked_add(duration).unwrap_or(Self::MAX)
    }

    /// The whole seconds since an earlier moment; none since a later one.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_secs(self.0.saturating_sub(earlier.0))
    }
}

impl TryFrom<SystemTime> for UnixTime {
    type Error = Error;

    fn try_from(time: SystemTime) -> Result<Self, Error> {
        time.duration_since(SystemTime::UNIX_EPOCH)
            .ok()
            .and_then(|since| Self::from_wire(since.as_secs()))
            .ok_or_else(Error::clock_out_of_range)
    }
}

impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error {
    /// If the token is authentic but unreadable here, the moment until which it should be held.
    ///
    /// `None` for every other error, for a key id that is unknown (nothing about such a token is proven), and for authentic
    /// claims that are not ours (they do not tell).
    ///
    /// See [`Error::is_unreadable`].
    #[must_use]
    pub fn held_until(&self) -> Option<UnixTime> {
        self.held_until_seconds().map(UnixTime::from_secs)
    }
}

/// Where the functions without `_at` take the time from.
///
/// Any closure that gives a [`UnixTime`] is a clock, too.
///
/// ```
/// # use orderslip::{Keyring, Lifetime, Sealer, SlipState, Error, UnixTime};
/// # use std::time::Duration;
/// # #[derive(serde::Serialize, serde::Deserialize)] struct Cart {}
/// # impl SlipState for Cart { const PURPOSE: &'static str = "shop.example/cart"; const VERSION: u16 = 1; }
/// # fn main() -> Result<(), Error> {
/// let sealer = Sealer::<Cart>::encrypted(&Keyring::generate()?)
///     .lifetime(Lifetime::absolute(Duration::from_secs(60)))
///     .clock(|| UnixTime::from_secs(1_000))
///     .build()?;
/// assert_eq!(sealer.open(&sealer.seal(&Cart {})?)?.expires_at(), UnixTime::from_secs(1_060));
/// # Ok(()) }
/// ```
pub trait Clock: Send + Sync + 'static {
    /// The moment it is now.
    ///
    /// # Errors
    /// [`Error::is_unavailable`] if the clock cannot tell.
    fn now(&self) -> Result<UnixTime, Error>;

    /// The same in milliseconds, which mergeable state goes by; to the second unless the clock knows better.
    ///
    /// # Errors
    /// As [`now`](Self::now).
    fn now_millis(&self) -> Result<u64, Error> {
        Ok(self.now()?.as_secs().saturating_mul(1_000))
    }
}

/// The system's clock: [`UnixTime::now`].
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Result<UnixTime, Error> {
        UnixTime::now()
    }

    fn now_millis(&self) -> Result<u64, Error> {
        let since =
            SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_err(|_| Error::clock_out_of_range())?;
        u64::try_from(since.as_millis()).map_err(|_| Error::clock_out_of_range())
    }
}

impl<F: Fn() -> UnixTime + Send + Sync + 'static> Clock for F {
    fn now(&self) -> Result<UnixTime, Error> {
        Ok(self())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn t22_clocks_before_1970_and_after_9999_are_an_error() {
        let before = SystemTime::UNIX_EPOCH - Duration::from_secs(1);
        assert!(UnixTime::try_from(before).unwrap_err().is_unavailable());
        assert_eq!(UnixTime::try_from(SystemTime::UNIX_EPOCH).unwrap(), UnixTime::from_secs(0));
        let last = SystemTime::UNIX_EPOCH + Duration::from_secs(UnixTime::MAX.as_secs());
        assert_eq!(UnixTime::try_from(last).unwrap(), UnixTime::MAX);
        assert!(UnixTime::try_from(last + Duration::from_secs(1)).is_err());
    }

    #[test]
    fn t22_arithmetic_never_overflows() {
        assert_eq!(UnixTime::from_secs(u64::MAX), UnixTime::MAX);
        assert_eq!(UnixTime::from_wire(u64::MAX), None);
        assert_eq!(UnixTime::from_wire(UnixTime::MAX.as_secs() + 1), None);
        assert_eq!(UnixTime::MAX.checked_add(Duration::from_secs(1)), None);
        assert_eq!(UnixTime::from_secs(1).checked_add(Duration::MAX), None);
        assert_eq!(UnixTime::from_secs(1).saturating_add(Duration::MAX), UnixTime::MAX);
        assert_eq!(UnixTime::from_secs(1).since(UnixTime::from_secs(2)), Duration::ZERO);
        assert_eq!(UnixTime::from_secs(1).checked_add(Duration::from_millis(999)), Some(UnixTime::from_secs(1)));
    }

    #[test]
    fn milliseconds_are_those_of_the_seconds_unless_the_clock_knows_better() {
        let fixed = || UnixTime::from_secs(1_800_000_000);
        assert_eq!(fixed.now_millis().unwrap(), 1_800_000_000_000);
        let before = UnixTime::now().unwrap().as_secs();
        let millis = SystemClock.now_millis().unwrap();
        assert!((before..=UnixTime::now().unwrap().as_secs()).contains(&(millis / 1_000)));
    }

    proptest! {
        #[test]
        fn adding_and_since_agree(start in 0..=UnixTime::MAX.as_secs(), more in 0..=UnixTime::MAX.as_secs()) {
            let start = UnixTime::from_secs(start);
            match start.checked_add(Duration::from_secs(more)) {
                Some(later) => prop_assert_eq!(later.since(start).as_secs(), more),
                None => prop_assert!(start.as_secs() + more > UnixTime::MAX.as_secs()),
            }
        }
    }
}
