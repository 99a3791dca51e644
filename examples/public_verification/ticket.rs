//! What is signed: a ticket. Both services know its shape, and that is all that they share besides a URL.
//!
//! It may not know keys.

use orderslip::{DEFAULT_LEEWAY, Lifetime, SlipState};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Everybody can read it, as it is signed and not encrypted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Ticket {
    pub(crate) seat: u16,
}

impl SlipState for Ticket {
    const PURPOSE: &'static str = "fair.example/ticket";
    const VERSION: u16 = 1;
}

/// How long a ticket is good for.
const A_DAY: Duration = Duration::from_secs(24 * 3600);

pub(crate) const LIFETIME: Lifetime = Lifetime::absolute(A_DAY);

/// What the schedule of keys must allow for: the lifetime, and the leeway of whoever opens.
pub(crate) const LONGEST_LIFE: Duration = A_DAY.saturating_add(DEFAULT_LEEWAY);
