//! What became of a burst: which of the writes that were answered with a success had no effect, or too much.
//!
//! It may not know how carts are kept. Only what was answered with a success is counted: a write that was refused was not made.

use crate::{
    burst::Burst,
    op::{Lines, Op},
};
use std::{collections::BTreeMap, ops::AddAssign};

/// What was seen of a burst.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// Of each write that was sent at once: whether it was answered with a success in the end.
    pub(crate) done: Vec<bool>,
    /// How often one was refused before.
    pub(crate) refusals: u64,
    /// Afterwards.
    pub(crate) cart: Lines,
    pub(crate) orders: Vec<Lines>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// Writes that were answered with a success.
    pub(crate) done: u64,
    pub(crate) refusals: u64,
    /// Of those, without effect: added and neither in the cart nor ordered, or taken out and there.
    pub(crate) lost: u64,
    /// Ordered, and in the cart again.
    pub(crate) resurrected: u64,
    /// Ordered twice, or more in the cart than were added.
    pub(crate) doubled: u64,
}

/// Of one article.
#[derive(Default)]
struct Count {
    added: u32,
    /// Asked for without an answer: may be there.
    unknown: u32,
    is_removed: bool,
    /// Its removal was not answered: nothing can be said of it.
    is_unsure: bool,
}

pub(crate) fn judge(burst: &Burst, seen: &Seen) -> Verdict {
    let first = burst.first.iter().map(|op| (op, true));
    let mut counts: BTreeMap<&str, Count> = BTreeMap::new();
    for (op, is_done) in first.chain(burst.at_once.iter().zip(seen.done.iter().copied())) {
        match (op, is_done) {
            (Op::Add(article), true) => counts.entry(article).or_default().added += 1,
            (Op::Add(article), false) => counts.entry(article).or_default().unknown += 1,
            (Op::Remove(article), true) => counts.entry(article).or_default().is_removed = true,
            (Op::Remove(article), false) => counts.entry(article).or_default().is_unsure = true,
            (Op::Checkout, _) => {}
        }
    }
    let mut verdict = Verdict::default();
    for (article, count) in counts.into_iter().filter(|(_, count)| !count.is_unsure) {
        let in_cart = seen.cart.get(article).copied().unwrap_or_default();
        let ordered: u32 = seen.orders.iter().filter_map(|order| order.get(article)).sum();
        if count.is_removed {
            verdict.lost += u64::from(in_cart.min(1));
            continue;
        }
        verdict.lost += u64::from(count.added.saturating_sub(in_cart + ordered));
        let surplus = (in_cart + ordered).saturating_sub(count.added + count.unknown);
        let again = if ordered > 0 { surplus.min(in_cart) } else { 0 };
        verdict.resurrected += u64::from(again);
        verdict.doubled += u64::from(surplus - again);
    }
    verdict.done = seen.done.iter().map(|done| u64::from(*done)).sum();
    verdict.refusals = seen.refusals;
    verdict
}

impl AddAssign for Verdict {
    fn add_assign(&mut self, other: Self) {
        self.done += other.done;
        self.refusals += other.refusals;
        self.lost += other.lost;
        self.resurrected += other.resurrected;
        self.doubled += other.doubled;
    }
}
