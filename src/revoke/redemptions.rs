//! A list of what was done once: what it is told, what it answers.
//!
//! It may not know engines, nor what is done.

use crate::{
    error::Error,
    merge::IdempotencyKey,
    revoke::{Digest, guard::on_all_clocks},
    slip::Slip,
    state::SlipState,
    time::UnixTime,
};
use std::{fmt, future::Future};

/// The most bytes of a record, and so what one redemption takes of a store at most.
///
/// Room for an order of a full cart with its barrier (cookies hold no more than a few kilobytes).
///
/// All defaults and limits with their reasons: [`manual::defaults`](crate::manual::defaults).
pub const MAX_RECORD: usize = 16 * 1024;

/// A list of redemptions that all servers share: each key at most once.
///
/// [`MemoryStore`](crate::revoke::MemoryStore) is one for a single process. One of your own needs this one function, atomic: a unique key in a table is enough (`INSERT … ON
/// CONFLICT DO NOTHING`, then read). It must answer in bounded time.
pub trait Redemptions: Send + Sync + 'static {
    /// Keeps the record under the key, unless there is one: then it gives that back and keeps it.
    ///
    /// Of any number of calls with one key, at the same time or one after the other, exactly one is told [`Redeemed::Now`], and all others get *its* record. When it has answered, the record is as durable as
    /// the store is.
    ///
    /// # Errors
    /// [`Error::is_unavailable`] if it does not answer (make it with [`Error::unavailable`]): the record may have been kept or not, and
    /// the same call again tells. [`Error::is_revoked`] if the list was lost since [`Redemption::began_at`].
    fn redeem(&self, redemption: &Redemption<'_>) -> impl Future<Output = Result<Redeemed, Error>> + Send;
}

/// What is to be done once.
#[derive(Clone)]
pub struct Redemption<'a> {
    key: Digest,
    record: &'a [u8],
    began_at: Option<UnixTime>,
    until: UnixTime,
}

impl<'a> Redemption<'a> {
    /// The use of a slip: a login link, a coupon, a ticket. Any copy of it is the same one.
    ///
    /// But a text of another format that was [adopted](crate::Builder::adopt) is another slip each time: go by what it says of itself, with [`of`](Self::of).
    #[must_use]
    pub fn of_slip<T: SlipState>(slip: &Slip<T>) -> Self {
        let until = on_all_clocks(slip.ends_at());
        let key = Digest::of("slip", slip.id().as_bytes());
        Self { key, record: &[], began_at: Some(slip.began_at()), until }
    }

    /// The checkout of a mergeable cart, remembered until a time: for as long as the cart's slip may live. Its record holds the order and
    /// its [barrier](crate::merge::Order::barrier), so that who comes second takes the same out of the cart.
    ///
    /// [`Merged::check_out`](crate::cookie::Merged::check_out) does the whole of it.
    #[must_use]
    pub fn of_checkout(key: &IdempotencyKey, until: UnixTime) -> Self {
        Self { key: Digest::of("checkout", key.as_bytes()), record: &[], began_at: None, until }
    }

    /// Anything else that has a name of its own: what kind of thing it is, and which one. The time must be to come: what may be forgotten at once is redeemed again.
    #[must_use]
    pub fn of(kind: &'static str, name: &[u8], until: UnixTime) -> Self {
        let kind = [kind.as_bytes(), b"\0", name].concat();
        Self { key: Digest::of("thing", &kind), record: &[], began_at: None, until }
    }

    /// What is kept with it: whatever who comes second needs to give the same answer. At most [`MAX_RECORD`] bytes.
    #[must_use]
    pub fn with_record(self, record: &'a [u8]) -> Self {
        Self { record, ..self }
    }

    /// What the store goes by.
    #[must_use]
    pub const fn key(&self) -> &Digest {
        &self.key
    }

    /// What is kept with it.
    ///
    /// [`with_record`](Self::with_record) sets it.
    #[must_use]
    pub const fn record(&self) -> &'a [u8] {
        self.record
    }

    /// Since when it could have been done: a list that was lost after that cannot say that it was not. `None` if nobody can tell.
    ///
    /// See [`Redemption`].
    #[must_use]
    pub const fn began_at(&self) -> Option<UnixTime> {
        self.began_at
    }

    /// When it may be forgotten.
    #[must_use]
    pub const fn until(&self) -> UnixTime {
        self.until
    }
}

/// Shows nothing of the record.
impl fmt::Debug for Redemption<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redemption").field("until", &self.until).finish_non_exhaustive()
    }
}

/// Whether this was the one time.
#[derive(Clone, PartialEq, Eq)]
#[must_use = "who does not look redeems twice"]
pub enum Redeemed {
    /// It was: the record is kept.
    Now,
    /// It was done before, and this is what was kept then. If it is what was to be kept now, it may well have been this very call, sent
    /// twice.
    Before(Vec<u8>),
}

/// Shows nothing of the record.
impl fmt::Debug for Redeemed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Now => "Now",
            Self::Before(_) => "Before(..)",
        })
    }
}
