//! A barrier on its way: prepared, shown to the outside world, kept there, committed.
//!
//! It may not know which state it belongs to, nor what the outside world does with it.

use super::{Mergeable, dot::Dot, record::Record, wire};
use crate::error::Error;
use std::fmt;

/// A barrier that has its place in the order but was not added: while the outside world is told, and may say no.
///
/// Between [`Siblings::prepare`](super::Siblings::prepare) and [`Siblings::commit`](super::Siblings::commit) stands whatever must happen once: placing an order, moving money. What it
/// goes by is [`Siblings::idempotency_key`](super::Siblings::idempotency_key).
pub struct Prepared<T: Mergeable>(pub(super) Record<T>);

/// What became of a barrier: [`Siblings::commit`](super::Siblings::commit).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a barrier that is too old was not added: what it stood for is still in the state"]
pub enum Committed {
    /// It is in the state, or was already.
    Added,
    /// The answer with it was lost, and so long ago that what it had not seen may not be told from what it had. The effect outside has
    /// happened; a barrier that says what it was, for a cart [`CartOp::Ordered`](super::CartOp::Ordered), is to take the old one's
    /// place, there under the same key (by compare-and-swap, so that all who come find the same one) and then here.
    TooOld,
}

impl<T: Mergeable> Prepared<T> {
    /// For the outside world to keep with the effect, so that whoever comes second can [commit](super::Siblings::commit) the same.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        [&self.0.dot.to_bytes()[..], &wire::operation(&self.0)].concat()
    }

    /// What [`to_bytes`](Self::to_bytes) gave. They are not authenticated: they come from a store of yours.
    ///
    /// # Errors
    /// [`Error::is_unreadable`] if they are none, or of a newer version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let none = || wire::undecodable("not a barrier");
        let (dot, plaintext) = bytes.split_first_chunk().ok_or_else(none)?;
        let record = wire::read_operation(Dot::from_bytes(*dot), plaintext).map_err(|_| none())?;
        if record.is_barrier() && record.body.op.is_some() { Ok(Self(record)) } else { Err(none()) }
    }
}

impl<T: Mergeable> fmt::Debug for Prepared<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Prepared(..)")
    }
}
