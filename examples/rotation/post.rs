//! A server's post: how wrong its clock is, and how late it looks at the ring's file after a change.
//!
//! It may not know processes.

use crate::{
    dice::Dice,
    times::{CLOCK_ERROR, SLOWEST_RELOAD},
};
use std::time::Duration;

/// How many servers there are.
pub(crate) const SERVERS: usize = 4;

/// In parts of `CLOCK_ERROR`: both extremes are there.
const CLOCK_ERRORS: [i64; SERVERS] = [-3, -1, 1, 3];

/// In parts of `SLOWEST_RELOAD`: both extremes are there.
const DELAYS: [u32; SERVERS] = [0, 1, 2, 3];

#[derive(Clone, Copy, Debug)]
pub(crate) struct Post {
    /// Seconds by which the clock is ahead.
    pub(crate) clock_error: i64,
    /// How long after a change of the ring's file the server looks at it.
    pub(crate) delay: Duration,
}

impl Post {
    /// All posts. Which clock goes with which delay is drawn.
    pub(crate) fn all(dice: &mut Dice) -> Vec<Self> {
        let mut delays = DELAYS.to_vec();
        let whole = i64::try_from(CLOCK_ERROR.as_secs()).expect("half a minute");
        let post = |part| Self {
            clock_error: whole * part / 3,
            delay: SLOWEST_RELOAD * delays.swap_remove(dice.below(delays.len())) / 3,
        };
        CLOCK_ERRORS.into_iter().map(post).collect()
    }

    /// Whether no other server looks later.
    pub(crate) fn is_slowest(&self) -> bool {
        self.delay == SLOWEST_RELOAD
    }
}
