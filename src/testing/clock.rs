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

/// A clock that stands until it is set. Its clones are the same clock.
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
        Self(Arc::new(AtomicU64::new(now.as_secs())))
    }

    /// Sets it, forward or back.
    pub fn set(&self, now: UnixTime) {
        self.0.store(now.as_secs(), Ordering::SeqCst);
    }

    /// Sets it forward; not beyond [`UnixTime::MAX`].
    pub fn advance(&self, by: Duration) {
        self.set(self.time().saturating_add(by));
    }

    /// What it shows.
    #[must_use]
    pub fn time(&self) -> UnixTime {
        UnixTime::from_secs(self.0.load(Ordering::SeqCst))
    }
}

impl Clock for TestClock {
    fn now(&self) -> Result<UnixTime, Error> {
        Ok(self.time())
    }
}
