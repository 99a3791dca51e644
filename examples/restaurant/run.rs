//! One evening in numbers.
//!
//! It may not know how they came about.

use crate::{architecture::Architecture, costs::Metered, programme::Change, tally::Asked};
use serde::Serialize;
use std::time::Duration;

#[derive(Debug, Serialize)]
pub(crate) struct Run {
    pub(crate) architecture: Architecture,
    pub(crate) guests: usize,
    pub(crate) carts_intact: usize,
    /// Lost, or wrong, or nobody's.
    pub(crate) carts_lost: usize,
    /// Those for the bill included.
    pub(crate) requests: usize,
    /// Answered as if something that was ordered before had not been.
    pub(crate) requests_lost: usize,
    /// Even after all attempts.
    pub(crate) requests_failed: usize,
    /// Attempts after the first.
    pub(crate) requests_retried: usize,
    pub(crate) requests_per_second: u64,
    pub(crate) p50_us: u128,
    pub(crate) p99_us: u128,
    pub(crate) cookie_bytes_max: usize,
    pub(crate) server_state_bytes: u64,
    #[serde(skip)]
    pub(crate) mean_us: f64,
    /// Until the last bill.
    #[serde(skip)]
    pub(crate) took: Duration,
    /// Every request.
    #[serde(skip)]
    pub(crate) asked: Vec<Asked>,
    #[serde(skip)]
    pub(crate) moments: Vec<Moment>,
    /// By those waiters who stayed until the end.
    #[serde(skip)]
    pub(crate) metered: Metered,
}

/// When waiters left or came, and when all had ordered, from the beginning of the evening.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    pub(crate) at: Duration,
    pub(crate) change: Change,
}
