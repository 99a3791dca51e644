//! The session of the shop that moves house, and what its new servers do with a cookie, whatever made it.
//!
//! It may not know the old crates. What stands between the markers is printed in `src/manual/migration.md`.

// docs: begin new-session
use orderslip::{Error, Sealer, Slip, SlipState, Standing, UnixTime};
use serde::{Deserialize, Serialize};

/// Who is logged in, and what is in the cart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// The user's number.
    pub user: u64,
    /// What the user is greeted with.
    pub name: String,
    /// What is ordered, with how many of it.
    pub cart: Vec<(String, u32)>,
}

impl SlipState for Session {
    const PURPOSE: &'static str = "shop.example/session";
    const VERSION: u16 = 1;
}

/// The session in a cookie's value, old or new, and the value of the `Set-Cookie` that the answer needs, if any.
///
/// # Errors
/// As [`Sealer::open_at`] says: start afresh if it is rejected or expired, keep the cookie if it is unreadable.
pub fn receive(sealer: &Sealer<Session>, value: &str, now: UnixTime) -> Result<(Slip<Session>, Option<String>), Error> {
    let slip = sealer.open_at(value, now)?;
    let fresh = match slip.standing() {
        Standing::Reseal(_) => Some(sealer.reseal_at(&slip, now)?),
        Standing::Current => None,
    };
    Ok((slip, fresh))
}
// docs: end
