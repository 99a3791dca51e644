//! What a visitor carries: a session, preferences and a notice that is read once, each in a cookie of its own; and a cart that several
//! tabs may change at once, in cookies that belong to the visitor's slip.
//!
//! It may not know pages. Each ends by itself: logging out ends the session, buying empties the cart, and neither the other.

use crate::{cart::Cart, locale::Locale, rehearsal::Rehearsal, theme::Theme};
use orderslip::{
    Error, Lifetime, Sealer, SharedKeyring, SlipState,
    cookie::{Budget, Jar, Jars, MergedJar},
    merge::Policy,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);

/// Who this is, as far as we know. Guests have one, too: the tokens of forms belong to it.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) user: Option<String>,
    /// What was looked at last, newest first.
    pub(crate) seen: Vec<String>,
    /// What was ordered last, newest first.
    pub(crate) orders: Vec<Order>,
}

/// An order, for the user to look at. The shop has its own book.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Order {
    pub(crate) number: String,
    pub(crate) cents: u64,
}

/// The browser of a visitor, whoever is logged in: what the cart belongs to. So a login keeps the cart, and a logout does, too. It says
/// nothing of anybody.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Visitor {}

/// How the pages should look. Nothing that anybody may not read: it is signed, not encrypted.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Preferences {
    pub(crate) theme: Theme,
    pub(crate) locale: Locale,
}

/// What the next page says once. Of two answers at the very same time the later one's stays.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Notice {
    #[default]
    Nothing,
    Added(String),
    Removed(String),
    Welcome,
    Goodbye,
    WrongPassword,
    NothingToBuy,
    Saved,
    Ordered(String),
}

impl SlipState for Session {
    const PURPOSE: &'static str = "shop.example/session";
    const VERSION: u16 = 1;
}

impl SlipState for Visitor {
    const PURPOSE: &'static str = "shop.example/visitor";
    const VERSION: u16 = 1;
}

impl SlipState for Preferences {
    const PURPOSE: &'static str = "shop.example/preferences";
    const VERSION: u16 = 1;
}

impl SlipState for Notice {
    const PURPOSE: &'static str = "shop.example/notice";
    const VERSION: u16 = 1;
}

/// Four slips, and the cart, which is as many cookies as were written lately. nginx takes 4096 bytes of header from a server; our pages
/// have nearly 400 of their own, a pair 70 around it. The cart has to know how many processes write into it at once.
pub(crate) fn jars(keys: &SharedKeyring, clock: &Rehearsal, processes: usize) -> Result<Jars, Error> {
    let room = Budget::default().answer(3600).pair(3500);
    let clock = || clock.clone();
    let session =
        Sealer::<Session>::encrypted(keys).lifetime(Lifetime::absolute(DAY / 3).idle(30 * MINUTE)).clock(clock());
    let visitor =
        Sealer::<Visitor>::encrypted(keys).lifetime(Lifetime::absolute(30 * DAY).idle(7 * DAY)).clock(clock());
    let visitor = Jar::builder("visitor", visitor).without_tombstones().budget(room).build()?;
    let cart = MergedJar::<Cart>::with_policy("cart", &visitor, Policy::builder().processes(processes).build()?)?;
    let preferences = Sealer::<Preferences>::signed(keys).lifetime(Lifetime::absolute(400 * DAY)).clock(clock());
    let preferences = Jar::builder("preferences", preferences).readable_by_scripts().without_tombstones();
    let notice = Sealer::<Notice>::encrypted(keys).lifetime(Lifetime::absolute(MINUTE)).clock(clock());
    Jars::new()
        .with(Jar::builder("session", session).budget(room).build()?)?
        .with(visitor)?
        .with_merged(cart)?
        .with(preferences.budget(room).build()?)?
        .with(Jar::builder("notice", notice).without_tombstones().budget(room).build()?)
}
