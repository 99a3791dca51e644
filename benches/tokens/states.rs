//! The three states of all measurements, and for the floor their positional form: as tuples, which is what they are on the wire.

#[path = "../../tests/kit/states.rs"]
mod kit;

use kit::Line;
pub use kit::{Cart, Positional, Session, Theme, cart10, cart30, session};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
pub struct SessionTuple(u64, String, String, Vec<String>, String, String, Theme, u64, u64, bool);

#[derive(Serialize, Deserialize)]
pub struct CartTuple(Vec<LineTuple>, Option<String>, String, u64);

#[derive(Serialize, Deserialize)]
pub struct LineTuple(String, String, u32, u64);

impl From<Session> for SessionTuple {
    fn from(state: Session) -> Self {
        let Session { user_id, name, email, roles, locale, csrf, theme, login_at, seen_at, mfa } = state;
        Self(user_id, name, email, roles, locale, csrf, theme, login_at, seen_at, mfa)
    }
}

impl From<Cart> for CartTuple {
    fn from(Cart { lines, coupon, currency, updated }: Cart) -> Self {
        let line = |Line { sku, title, quantity, unit_cents }| LineTuple(sku, title, quantity, unit_cents);
        Self(lines.into_iter().map(line).collect(), coupon, currency, updated)
    }
}
