//! Mergeable state: parallel tabs never lose an item, and no server keeps anything.
//!
//! A session in one cookie loses writes: two answers that are under way at once both set the whole cookie, and the later one wins. Here an
//! answer never overwrites another's cookie. A write adds a small cookie of its own with an *operation* ("one more soup", not "now four"),
//! any server reads all of them, applies them in one order, and gets the same state. Now and then an answer writes a *base*, which holds what many
//! operations amount to; the operations are expired once a request has brought that base along. `docs/siblings.md` tells it with a
//! drawing, `docs/siblings-proof.md` why nothing is lost, and what cannot be promised.
//!
//! [`Cart`] is ready for use; [`Preferences`] is for fields of which the last write counts; [`Mergeable`] is for operations of your own.

pub(crate) mod admission;
pub(crate) mod anchor;
mod base;
pub(crate) mod beside;
pub(crate) mod canonical;
mod cart;
pub(crate) mod dot;
mod idempotency;
pub(crate) mod item;
pub(crate) mod plan;
pub(crate) mod policy;
mod preferences;
mod prepared;
mod record;
pub(crate) mod siblings;
mod wire;
mod write_queue;

pub use cart::{Cart, CartOp, Line, Order};
pub use idempotency::IdempotencyKey;
pub use policy::{Policy, PolicyBuilder};
pub use preferences::{Fields, Preferences, Set};
pub use prepared::{Committed, Prepared};
pub use siblings::Siblings;
pub use write_queue::WRITE_QUEUE_JS;

use crate::{codec::Syntax, state::SlipState};
use serde::{Serialize, de::DeserializeOwned};

/// A state that is made of operations.
///
/// The library decides one order for all operations, the same on every server, and calls [`apply`](Self::apply) in that order. So operations need
/// not commute, but they must say what was *meant*: two tabs that each send "one more" make two more, two that send "now four" make four.
///
/// ```
/// use orderslip::{SlipState, merge::Mergeable};
/// use serde::{Deserialize, Serialize};
/// use std::collections::BTreeSet;
///
/// /// A watch list.
/// #[derive(Clone, Default, Serialize, Deserialize)]
/// struct Watched {
///     films: BTreeSet<u32>,
/// }
///
/// #[derive(Clone, Serialize, Deserialize)]
/// enum Op {
///     Watch(u32),
///     Forget(u32),
///     /// The list was sent to a friend, and starts afresh.
///     Sent,
/// }
///
/// impl SlipState for Watched {
///     const PURPOSE: &'static str = "cinema.example/watched";
///     const VERSION: u16 = 1;
/// }
///
/// impl Mergeable for Watched {
///     type Op = Op;
///
///     fn apply(&mut self, op: &Op) {
///         match op {
///             Op::Watch(film) => _ = self.films.insert(*film),
///             Op::Forget(film) => _ = self.films.remove(film),
///             Op::Sent => self.films.clear(),
///         }
///     }
///
///     // What is added while the list is being sent was not sent, and stays.
///     fn is_barrier(op: &Op) -> bool {
///         matches!(op, Op::Sent)
///     }
/// }
///
/// let mut watched = Watched::default();
/// for op in [Op::Watch(7), Op::Watch(9), Op::Forget(7)] {
///     watched.apply(&op);
/// }
/// assert_eq!(watched.films, BTreeSet::from([9]));
/// ```
///
/// # Versions
///
/// A change of what `apply` means is a new [`VERSION`](SlipState::VERSION), as a change of the state's shape is. Servers of the older one then
/// pass newer operations on without applying them, and refuse barriers. Operations of an older version are read as those of this one:
/// a variant that has a new name needs `#[serde(alias)]` for a window's time; one that does not decode is passed on for the rest of the session.
pub trait Mergeable: SlipState + Default + Clone {
    /// What can be done to the state: an intent.
    type Op: Serialize + DeserializeOwned + Clone + Send + Sync + 'static;

    /// Does it. Total, deterministic, whatever came before; no clock, no randomness, no I/O.
    fn apply(&mut self, op: &Self::Op);

    /// Whether an outside effect was computed from the state that the operation observed, as by a checkout. A barrier clears, by its `apply`,
    /// what it observed; operations that it had not seen stand behind it, whatever their time.
    fn is_barrier(_op: &Self::Op) -> bool {
        false
    }

    /// The parts of the state with their bytes, for the error that says what does not fit. The fields of a struct, unless said otherwise; names
    /// are constants of the program, never data.
    fn sizes(&self) -> Vec<(&'static str, usize)> {
        Syntax::Cbor.measure(self, Self::LAYOUT)
    }
}

#[cfg(test)]
mod tests;
