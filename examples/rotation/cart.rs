//! What guests and servers say to each other: an order, the token that holds a cart, and why a token was refused.
//!
//! It may not know how tokens are sealed. A real shop has the token in a cookie (see the example `restaurant`); here it goes
//! in the body, to keep the example short.

use orderslip::SlipState;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a guest has ordered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cart {
    lines: BTreeMap<String, u32>,
}

impl Cart {
    /// One more of this dish.
    pub(crate) fn add(&mut self, dish: &str) {
        *self.lines.entry(dish.to_owned()).or_default() += 1;
    }
}

impl SlipState for Cart {
    const PURPOSE: &'static str = "rehearsal.example/cart";
    const VERSION: u16 = 1;
}

/// A guest's request: one more of a dish.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Order {
    /// What time it truly is, in Unix seconds. The server knows only its own wrong clock.
    pub(crate) time: u64,
    pub(crate) token: Option<String>,
    pub(crate) dish: String,
}

/// The answer to an order.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Served {
    pub(crate) token: String,
    pub(crate) cart: Cart,
    /// Whether the token that was brought is of a key that does not seal any more.
    pub(crate) of_an_older_key: bool,
}

/// The answer to a token that is refused, in the library's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Refusal {
    Expired,
    Unreadable,
    Rejected,
}
