//! What an outside effect goes by, so that it happens once.
//!
//! It may not know what the effect is.

use super::{base::CartId, dot::Dot};
use crate::{bytes, crypto};
use std::fmt;

/// The key under which an order service keeps an order, so that two requests that check out the same cart place one order.
///
/// SHA-256 of the cart's id and its last checkout: parallel checkouts of one cart have the same key though they may have seen
/// different lines, and the first checkout after one that came through has another. Nobody can guess it.
///
/// ```
/// # use orderslip::{Error, merge::{Cart, Line, Siblings}};
/// # struct Menu; impl Line for Menu { const PURPOSE: &'static str = "restaurant.example/order"; const VERSION: u16 = 1; }
/// fn header(order: &Siblings<Cart<Menu>>) -> String {
///     format!("Idempotency-Key: \"{}\"", order.idempotency_key())
/// }
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdempotencyKey([u8; 32]);

impl IdempotencyKey {
    pub(super) fn new(cart: &CartId, last: Option<Dot>) -> Self {
        let last = last.map_or([0; Dot::LEN], Dot::to_bytes);
        Self(crypto::sha256(&[&cart.as_bytes()[..], &last].concat()))
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// As base64url, 43 characters.
impl fmt::Display for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&bytes::public_text(&self.0))
    }
}

impl fmt::Debug for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdempotencyKey(..)")
    }
}
