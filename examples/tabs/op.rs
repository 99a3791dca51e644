//! What a tab can ask for, and which cart it asks.
//!
//! It may not know how it is done.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Articles and how many there are of each.
pub(crate) type Lines = BTreeMap<String, u32>;

/// In JSON `{"add":"soup"}`, `{"remove":"soup"}`, `"checkout"`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Op {
    /// One more.
    Add(String),
    /// None at all.
    Remove(String),
    /// All that is in the cart is ordered.
    Checkout,
}

/// How a cart is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    OneCookie,
    Siblings,
}

impl Kind {
    pub(crate) const ALL: [Self; 2] = [Self::OneCookie, Self::Siblings];

    /// In addresses.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::OneCookie => "one-cookie",
            Self::Siblings => "siblings",
        }
    }
}
