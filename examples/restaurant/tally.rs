//! Counting: what guests met with, and when.
//!
//! It may not know what was asked.

use std::time::Duration;

#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) asked: Vec<Asked>,
    /// How often a request was made again.
    pub(crate) retried: usize,
    /// The most that a guest sent in cookies with one request.
    pub(crate) cookie_bytes_max: usize,
}

/// One request, with all its attempts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked {
    /// When the guest heard the answer, from the beginning of the evening.
    pub(crate) at: Duration,
    pub(crate) took: Duration,
    pub(crate) outcome: Outcome,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Answered as it should be.
    Good,
    /// The same, after the guest had asked more than once.
    GoodAtLast,
    /// Answered as if it were somebody else's, or as if what was ordered before had not been.
    Lost,
    /// Not answered, however often it was made.
    Failed,
}

impl Tally {
    pub(crate) fn carried(&mut self, cookie_bytes: usize) {
        self.cookie_bytes_max = self.cookie_bytes_max.max(cookie_bytes);
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.asked.extend(other.asked);
        self.retried += other.retried;
        self.carried(other.cookie_bytes_max);
    }

    pub(crate) fn count(&self, outcome: Outcome) -> usize {
        self.asked.iter().filter(|asked| asked.outcome == outcome).count()
    }

    /// The time, in microseconds, within which so many of a hundred requests were answered.
    pub(crate) fn percentile_us(&self, percent: usize) -> u128 {
        let mut times: Vec<Duration> = self.asked.iter().map(|asked| asked.took).collect();
        times.sort_unstable();
        let last = times.len().saturating_sub(1);
        times.get(last * percent / 100).map_or(0, Duration::as_micros)
    }

    /// The time that a request took, in microseconds, on average.
    pub(crate) fn mean_us(&self) -> f64 {
        let all: Duration = self.asked.iter().map(|asked| asked.took).sum();
        all.as_secs_f64() * 1e6 / self.asked.iter().map(|_| 1.0).sum::<f64>().max(1.0)
    }
}
