//! Bases and the join: what a set of items means, and how operations that are old enough become part of a snapshot.
//!
//! It may not know cookies or keys. Pure: the same items give the same state, in whatever order they are read.

use super::{
    Mergeable,
    dot::{Dot, Millis},
    record::Record,
    wire::Ops,
};
use std::{cmp::Reverse, collections::BTreeMap, fmt, time::Duration};

/// Which cart it is, through all its sessions: half of the idempotency key of a checkout.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CartId([u8; 16]);

impl CartId {
    pub(crate) const LEN: usize = 16;

    pub(crate) const fn new(bytes: [u8; Self::LEN]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn as_bytes(&self) -> &[u8; Self::LEN] {
        &self.0
    }
}

impl fmt::Debug for CartId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CartId(..)")
    }
}

/// A snapshot with a window of operations.
///
/// There is no field for the latest time in it. The latest operation of a jar is never folded, because `W` is counted back from
/// it, so the time is that of the last record.
pub(crate) struct Base<T: Mergeable> {
    /// Every operation that is earlier is in the snapshot, or too late for good.
    pub(crate) floor: Millis,
    /// Only if it is not the one that follows from the session: of a cart that came along through a login.
    pub(crate) cart: Option<CartId>,
    /// The last barrier in the snapshot.
    pub(crate) last: Option<Dot>,
    pub(crate) snap: T,
    pub(crate) ops: Ops<T>,
}

impl<T: Mergeable> Base<T> {
    pub(crate) fn empty() -> Self {
        Self { floor: Millis::ZERO, cart: None, last: None, snap: T::default(), ops: BTreeMap::new() }
    }

    pub(crate) fn knows(&self, dot: Dot) -> bool {
        dot.time() < self.floor || self.ops.contains_key(&dot)
    }

    /// The latest time in it; a floor is never later than an operation that was read when it was set.
    pub(crate) fn latest(&self) -> Millis {
        self.ops.last_key_value().map_or(self.floor, |(dot, _)| dot.time().max(self.floor))
    }

    /// Whether nothing is lost if only this one of the two is left.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        other.floor <= self.floor
            && other.cart <= self.cart
            && other.last.is_none_or(|last| self.last >= Some(last) || self.ops.contains_key(&last))
            && other.ops.keys().all(|dot| self.knows(*dot))
    }

    /// Every operation in the order of replay.
    ///
    /// An operation stands before the first barrier that saw it, else behind the last; among those of one gap the dots decide.
    pub(crate) fn sequence(&self) -> Vec<&Record<T>> {
        let barriers: Vec<&Record<T>> = self.ops.values().filter(|record| record.is_barrier()).collect();
        let gap = |record: &Record<T>| {
            let sees = |barrier: &&Record<T>| barrier.seen.as_ref().is_some_and(|seen| seen.contains(record.dot));
            barriers.iter().position(sees).unwrap_or(barriers.len())
        };
        let mut sequence: Vec<(usize, bool, &Record<T>)> = Vec::with_capacity(self.ops.len());
        sequence
            .extend(self.ops.values().filter(|record| !record.is_barrier()).map(|record| (gap(record), false, record)));
        sequence.extend(barriers.iter().enumerate().map(|(at, barrier)| (at, true, *barrier)));
        sequence.sort_by_key(|(gap, is_barrier, record)| (*gap, *is_barrier, record.dot));
        sequence.into_iter().map(|(.., record)| record).collect()
    }

    /// The state: the snapshot, then every operation. One that is not understood is passed over; [`Self::is_understood`] tells.
    pub(crate) fn value(&self) -> T {
        replay(&self.snap, self.sequence().into_iter())
    }

    pub(crate) fn is_understood(&self) -> bool {
        self.ops.values().all(|record| record.body.op.is_some())
    }

    /// The last barrier of all.
    pub(crate) fn last_barrier(&self) -> Option<Dot> {
        let in_window = self.ops.values().rev().find(|record| record.is_barrier()).map(|record| record.dot);
        in_window.max(self.last)
    }

    /// Moves into the snapshot what no request can come in front of any more.
    ///
    /// The longest beginning of the replay whose times are all before `limit` and before every time of the rest. A barrier clears
    /// by its own `apply`, perhaps only a part; so snapshot and operations stay until the barrier itself is folded.
    pub(crate) fn fold(self, limit: Millis) -> Self {
        let sequence = self.sequence();
        // From behind: the earliest time from here on.
        let mut earliest: Vec<Millis> = Vec::with_capacity(sequence.len() + 1);
        earliest.push(Millis::MAX);
        for record in sequence.iter().rev() {
            let next = earliest.last().copied().unwrap_or(Millis::MAX);
            earliest.push(next.min(record.dot.time()));
        }
        earliest.reverse();
        let mut latest = None;
        let mut cut = 0;
        for (index, record) in sequence.iter().enumerate() {
            let time = record.dot.time();
            latest = latest.max(Some(time));
            if time >= limit || record.body.op.is_none() {
                break;
            }
            if latest < earliest.get(index + 1).copied() {
                cut = index + 1;
            }
        }
        let floor = self.floor.max(limit.min(earliest.get(cut).copied().unwrap_or(Millis::MAX)));
        let (folded, _) = sequence.split_at_checked(cut).unwrap_or((&sequence, &[]));
        let snap = replay(&self.snap, folded.iter().copied());
        let last = folded.iter().filter(|record| record.is_barrier()).map(|record| record.dot).max().max(self.last);
        let gone: Vec<Dot> = folded.iter().map(|record| record.dot).collect();
        let mut ops = self.ops;
        for dot in gone {
            ops.remove(&dot);
        }
        Self { floor, cart: self.cart, last, snap, ops }
    }
}

impl<T: Mergeable> Clone for Base<T> {
    fn clone(&self) -> Self {
        let Self { floor, cart, last, snap, ops } = self;
        Self { floor: *floor, cart: *cart, last: *last, snap: snap.clone(), ops: ops.clone() }
    }
}

fn replay<'a, T: Mergeable>(snap: &T, records: impl Iterator<Item = &'a Record<T>>) -> T {
    let mut state = snap.clone();
    for op in records.filter_map(|record| record.body.op.as_ref()) {
        state.apply(op);
    }
    state
}

/// What all items of a jar mean together: the base that has folded most, with every operation that it does not hold yet.
///
/// An operation that is earlier than its floor is in the snapshot or too late: dropped in both cases, so that an old cookie that
/// is put back beside newer ones does nothing.
///
/// A barrier that this base ought to know by now, had its answer come in time, is left out as well: what it had not seen may be in the
/// snapshot, where it would clear it. `overdue` is how much later the base must speak of.
pub(crate) fn join<'a, T: Mergeable>(
    bases: impl Iterator<Item = (&'a str, &'a Base<T>)> + Clone,
    ops: impl Iterator<Item = &'a Record<T>>,
    overdue: Duration,
) -> Base<T> {
    // The ids decide between two that are equal in all else, so that every reader takes the same one.
    let best = bases.clone().max_by_key(|(id, base)| (base.floor, base.latest(), Reverse(*id))).map(|(_, base)| base);
    let empty = Base::empty();
    let best = best.unwrap_or(&empty);
    let mut joined: Ops<T> = BTreeMap::new();
    for record in bases.clone().flat_map(|(_, base)| base.ops.values()).chain(ops) {
        let is_overdue = || {
            let late = best.latest() > record.dot.time().plus(overdue);
            record.is_barrier() && late && !best.ops.contains_key(&record.dot)
        };
        let outranked = || joined.get(&record.dot).is_none_or(|known| record.outranks(known));
        if record.dot.time() >= best.floor && outranked() && !is_overdue() {
            joined.insert(record.dot, record.clone());
        }
    }
    Base {
        floor: best.floor,
        cart: bases.clone().filter_map(|(_, base)| base.cart).max(),
        last: bases.filter_map(|(_, base)| base.last).max(),
        snap: best.snap.clone(),
        ops: joined,
    }
}

/// Shows the frame and nothing of the state.
impl<T: Mergeable> fmt::Debug for Base<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Base").field("floor", &self.floor).field("ops", &self.ops.keys()).finish_non_exhaustive()
    }
}
