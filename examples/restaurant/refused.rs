//! Three tokens that do not open, and what the library says about each.
//!
//! It may not know HTTP: a waiter would do with these errors what `waiter/slip_cookie.rs` does.

use crate::{
    Fault,
    order::{Cart, Session},
    waiter::AN_EVENING,
};
use orderslip::{Error, Keyring, Sealer, Slip, UnixTime};
use serde::Serialize;
use std::time::Duration;

/// The error's text, and its predicate.
#[derive(Debug, Serialize)]
pub(crate) struct Refused {
    pub(crate) tampered: String,
    pub(crate) expired: String,
    pub(crate) foreign_purpose: String,
}

pub(crate) fn show() -> Result<Refused, Fault> {
    let keys = Keyring::generate()?;
    let carts = Sealer::<Cart>::encrypted(&keys).lifetime(AN_EVENING).build()?;
    let sessions = Sealer::<Session>::encrypted(&keys).lifetime(AN_EVENING).build()?;

    let now = UnixTime::now()?;
    let token = carts.seal_at(&Cart::default(), now)?;
    let next_morning = now.saturating_add(Duration::from_secs(12 * 3600));
    let session = sessions.seal_at(&Session { guest: "guest 7".to_owned() }, now)?;
    Ok(Refused {
        tampered: refusal(carts.open_at(&with_another_letter(&token), now))?,
        expired: refusal(carts.open_at(&token, next_morning))?,
        foreign_purpose: refusal(carts.open_at(&session, now))?,
    })
}

/// The token with one character in the middle changed.
fn with_another_letter(token: &str) -> String {
    let middle = token.len() / 2;
    let changed = |(at, letter)| match (at == middle, letter) {
        (false, letter) => letter,
        (true, 'A') => 'B',
        (true, _) => 'A',
    };
    token.chars().enumerate().map(changed).collect()
}

fn refusal(opened: Result<Slip<Cart>, Error>) -> Result<String, Fault> {
    let Err(error) = opened else { return Err("a token opened that must not".into()) };
    let predicate = match &error {
        error if error.is_rejected() => "is_rejected",
        error if error.is_expired() => "is_expired",
        _ => return Err(error.into()),
    };
    Ok(format!("{error} ({predicate})"))
}
