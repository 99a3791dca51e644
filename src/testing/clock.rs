//! A clock that stands until it is set.

use crate::{
    error::Error,
    time::{Clock, UnixTime},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// A clock that stands until it is set, to the millisecond. Its clones are the same clock.
///
/// ```
/// # use orderslip::{Clock, UnixTime, testing::TestClock}; use std::time::Duration;
/// let clock = TestClock::new(UnixTime::from_secs(1_800_000_000));
/// let same = clock.clone();
/// clock.advance(Duration::from_secs(60));
/// assert_eq!(same.time().as_secs(), 1_800_000_060);
/// ```
#[derive(Clone, Debug)]
pub struct TestClock(Arc<AtomicU64>);

impl TestClock {
    /// A clock that stands at this time.
    #[must_use]
    pub fn new(now: UnixTime) -> Self {
        Self(Arc::new(AtomicU64::new(now.as_secs().saturating_mul(1_000))))
    }

    /// Sets it, forward or back.
    ///
    /// [`Builder::clock`](crate::Builder::clock) takes the clock.
    pub fn set(&self, now: UnixTime) {
        self.0.store(now.as_secs().saturating_mul(1_000), Ordering::SeqCst);
    }

    /// Sets it forward; not beyond [`UnixTime::MAX`].
    pub fn advance(&self, by: Duration) {
        let by = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        let last = UnixTime::MAX.as_secs().saturating_mul(1_000);
        self.0.store(self.0.load(Ordering::SeqCst).saturating_add(by).min(last), Ordering::SeqCst);
    }

    /// What it shows.
    #[must_use]
    pub fn time(&self) -> UnixTime {
        UnixTime::from_secs(self.0.load(Ordering::SeqCst) / 1_000)
    }
}

impl Clock for TestClock {
    fn now(&self) -> Result<UnixTime, Error> {
        Ok(self.time())
    }

    fn now_millis(&self) -> Result<u64, Error> {
        Ok(self.0.load(Ordering::SeqCst))
    }
}
