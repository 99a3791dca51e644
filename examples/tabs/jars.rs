//! The cookies of the shop: a session, a cart that is one cookie, and a cart of siblings that is tied to the session.
//!
//! It may not know what is put into the carts.

use crate::op::Lines;
use orderslip::{
    Clock, Error, Keyring, Lifetime, Sealer, SlipState,
    cookie::{Jar, Jars, MergedJar},
    merge::{Cart, Line, Policy},
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Who it is: nobody yet.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Session {}

impl SlipState for Session {
    const PURPOSE: &'static str = "tabs.example/session";
    const VERSION: u16 = 1;
}

/// The cart that is one cookie.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Basket {
    pub(crate) lines: Lines,
}

impl SlipState for Basket {
    const PURPOSE: &'static str = "tabs.example/basket";
    const VERSION: u16 = 1;
}

/// What the cart of siblings holds.
#[derive(Debug)]
pub(crate) struct Goods;

impl Line for Goods {
    const PURPOSE: &'static str = "tabs.example/cart";
    const VERSION: u16 = 1;
}

/// For one of so many processes that answer the same browser.
pub(crate) fn jars(keys: &Keyring, clock: impl Clock + Clone, processes: usize) -> Result<Jars, Error> {
    let day = Lifetime::absolute(Duration::from_secs(86_400));
    let sessions =
        Jar::builder("session", Sealer::<Session>::encrypted(keys).lifetime(day).clock(clock.clone())).build()?;
    let baskets = Jar::builder("basket", Sealer::<Basket>::encrypted(keys).lifetime(day).clock(clock)).build()?;
    let policy = Policy::builder().processes(processes).build()?;
    let carts = MergedJar::<Cart<Goods>>::with_policy("cart", &sessions, policy)?;
    Jars::new().with(sessions)?.with(baskets)?.with_merged(carts)
}
