//! Counting: what guests met with.
//!
//! It may not know what was asked.

use std::time::Duration;

#[derive(Debug, Default)]
pub(crate) struct Tally {
    times: Vec<Duration>,
    /// Requests that failed, however often they were made again.
    pub(crate) failed: usize,
    /// How often a request was made again.
    pub(crate) retried: usize,
    /// The most that a guest sent in cookies with one request.
    pub(crate) cookie_bytes_max: usize,
}

impl Tally {
    pub(crate) fn carried(&mut self, cookie_bytes: usize) {
        self.cookie_bytes_max = self.cookie_bytes_max.max(cookie_bytes);
    }

    /// One request, with all its attempts.
    pub(crate) fn answered(&mut self, after: Duration, well: bool) {
        self.times.push(after);
        self.failed += usize::from(!well);
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.times.extend(other.times);
        self.failed += other.failed;
        self.retried += other.retried;
        self.carried(other.cookie_bytes_max);
    }

    /// The time, in microseconds, within which so many of a hundred requests were answered.
    pub(crate) fn percentile_us(&mut self, percent: usize) -> u128 {
        self.times.sort_unstable();
        let last = self.times.len().saturating_sub(1);
        self.times.get(last * percent / 100).map_or(0, Duration::as_micros)
    }
}
