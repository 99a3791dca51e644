//! What the guests and the waiters talk about: a cart, the guest's session, the bill.
//!
//! It may not know where any of it is kept.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a guest has ordered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cart {
    lines: BTreeMap<String, u32>,
}

impl Cart {
    /// From now on, so many of this dish. Said twice, it is the same: what fails may be tried again.
    pub(crate) fn set(&mut self, dish: &str, quantity: u32) {
        match quantity {
            0 => self.lines.remove(dish),
            _ => self.lines.insert(dish.to_owned(), quantity),
        };
    }

    pub(crate) fn has(&self, dish: &str) -> bool {
        self.lines.contains_key(dish)
    }
}

/// Who sits at the table.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) guest: String,
}

/// What a waiter knows of a guest when asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Bill {
    /// `None` for somebody whom no waiter has welcomed, as far as this one knows.
    pub(crate) guest: Option<String>,
    pub(crate) cart: Cart,
}
