//! An operation with its place in the order, and what a barrier observed.
//!
//! It may not know cookies or keys.

use super::{
    Mergeable, canonical,
    dot::{Dot, Millis},
};

use crate::{bytes::Wiped, cbor::de, error::Error};
use std::{cmp::Ordering, collections::BTreeSet, sync::Arc};

/// One operation of a jar.
pub(crate) struct Record<T: Mergeable> {
    pub(crate) dot: Dot,
    pub(crate) body: Arc<Body<T>>,
    /// Of a barrier: what it has observed.
    pub(crate) seen: Option<Arc<Seen>>,
}

/// What the operation is.
pub(crate) struct Body<T: Mergeable> {
    /// [`VERSION`](crate::SlipState::VERSION) of the program that wrote it.
    pub(crate) version: u16,
    /// Its canonical bytes. They are kept because an operation that is not understood must still be passed on as it is.
    pub(crate) bytes: Wiped,
    /// `None` if it is of a newer version or does not decode here.
    pub(crate) op: Option<T::Op>,
}

/// The operations that stand before a barrier, whatever their dots say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    /// All that are earlier than this.
    pub(crate) floor: Millis,
    /// And these.
    pub(crate) dots: BTreeSet<Dot>,
}

impl Seen {
    pub(crate) fn contains(&self, dot: Dot) -> bool {
        dot.time() < self.floor || self.dots.contains(&dot)
    }
}

impl<T: Mergeable> Record<T> {
    pub(crate) fn new(dot: Dot, op: &T::Op, seen: Option<Seen>) -> Result<Self, Error> {
        let bytes = canonical::encode(op, T::LAYOUT)?;
        let body = Body { version: T::VERSION, bytes, op: Some(op.clone()) };
        Ok(Self { dot, body: Arc::new(body), seen: seen.map(Arc::new) })
    }

    pub(crate) fn is_barrier(&self) -> bool {
        self.seen.is_some()
    }

    /// Two operations have one dot once in sixteen million parallel pairs of one millisecond. Every reader must then keep the same
    /// one of them, whichever it read first: the greater in bytes.
    pub(crate) fn outranks(&self, other: &Self) -> bool {
        let rank = |record: &Self| record.seen.as_ref().map(|seen| (seen.floor, seen.dots.clone()));
        let by_body = || (self.body.version, &self.body.bytes[..]).cmp(&(other.body.version, &other.body.bytes[..]));
        rank(self).cmp(&rank(other)).then_with(by_body) == Ordering::Greater
    }
}

impl<T: Mergeable> Body<T> {
    /// An operation of an older version is read as one of this; one that does not decode is kept as it is.
    pub(crate) fn read(version: u16, bytes: &[u8]) -> Self {
        let op = (version <= T::VERSION).then(|| de::state(bytes).ok()).flatten();
        Self { version, bytes: Wiped::new(bytes.to_vec()), op }
    }

    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.version == other.version && *self.bytes == *other.bytes
    }
}

impl<T: Mergeable> Clone for Record<T> {
    fn clone(&self) -> Self {
        Self { dot: self.dot, body: Arc::clone(&self.body), seen: self.seen.clone() }
    }
}
