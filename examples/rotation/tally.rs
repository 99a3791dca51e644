//! Counting: what became of the guests' tokens.
//!
//! It may not know why.

use crate::cart::Refusal;
use serde::Serialize;
use std::{collections::BTreeSet, time::Duration};

#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) visits: usize,
    /// Tokens whose time was up when their guest came: nobody asked a server about them.
    pub(crate) tokens_over: usize,
    /// Tokens of a key that did not seal any more, and that were served.
    pub(crate) older_key_served: usize,
    /// The age of the oldest token that was served.
    pub(crate) oldest_served: Duration,
    pub(crate) refused: Refused,
    /// Who was refused, however often.
    guests: BTreeSet<usize>,
}

/// Tokens that were refused before their time, by the reason.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(crate) struct Refused {
    pub(crate) expired: usize,
    pub(crate) unreadable: usize,
    pub(crate) rejected: usize,
}

impl Tally {
    pub(crate) fn served(&mut self, age: Duration, of_an_older_key: bool) {
        self.oldest_served = self.oldest_served.max(age);
        self.older_key_served += usize::from(of_an_older_key);
    }

    pub(crate) fn refused(&mut self, guest: usize, refusal: Refusal) {
        self.guests.insert(guest);
        *match refusal {
            Refusal::Expired => &mut self.refused.expired,
            Refusal::Unreadable => &mut self.refused.unreadable,
            Refusal::Rejected => &mut self.refused.rejected,
        } += 1;
    }

    pub(crate) fn guests_refused(&self) -> usize {
        self.guests.len()
    }
}
