//! The programme of an evening: who works, how many guests order at a time, and which waiters leave and come after how many orders.
//!
//! It may not know how any of it is done. What happens, happens after so many orders, and not after some time.

use crate::architecture::Architecture;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Programme {
    pub(crate) architecture: Architecture,
    /// How many begin the evening.
    pub(crate) waiters: u32,
    /// How many guests order at a time.
    pub(crate) seats: usize,
    pub(crate) changes: Changes,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Changes {
    /// A quiet evening.
    None,
    /// One is lost midway, and two begin when three quarters are done.
    Midway,
    /// One is lost after each so many orders, and one begins when half as many more are done.
    Every(usize),
}

/// What changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Lose,
    Hire(u32),
    /// All have ordered, and ask for the bill.
    Bills,
}

impl Changes {
    pub(crate) fn in_words(self, waiters: u32) -> String {
        match self {
            Self::None => format!("{waiters} waiters were there all evening."),
            Self::Midway => {
                format!("Midway one of the waiters ({waiters} at first) was killed, and later two new ones began.")
            }
            Self::Every(orders) => {
                format!(
                    "After every {orders} orders one of the waiters ({waiters} at first) was killed, and soon a new one began."
                )
            }
        }
    }

    /// What changes after this order, of so many.
    pub(crate) fn after(self, order: usize, of: usize) -> Option<Change> {
        match self {
            Self::None => None,
            Self::Midway if order == of / 2 => Some(Change::Lose),
            Self::Midway => (order == of * 3 / 4).then_some(Change::Hire(2)),
            Self::Every(orders) if order.is_multiple_of(orders) => Some(Change::Lose),
            Self::Every(orders) => (order > orders && order % orders == orders / 2).then_some(Change::Hire(1)),
        }
    }
}
