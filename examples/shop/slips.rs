//! What a visitor carries: a session, a cart and preferences, each in a cookie of its own, and a notice that is read once.
//!
//! It may not know pages. Each ends by itself: logging out ends the session, buying ends the cart, and neither the other.

use crate::{catalogue, locale::Locale};
use orderslip::{
    Error, Keyring, Lifetime, Sealer, SlipState,
    cookie::{Budget, Jar, Jars},
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

/// An order, for the user to look at. The shop has its own book, which this demonstration has not.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Order {
    pub(crate) number: String,
    pub(crate) cents: u64,
}

/// What will be bought. No price: that is the catalogue's. Of two answers at the very same time the later one's cart stays.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Cart {
    pub(crate) lines: Vec<Line>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Line {
    pub(crate) sku: String,
    pub(crate) quantity: u32,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) engraving: String,
}

/// How the pages should look. Nothing that anybody may not read: it is signed, not encrypted.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Preferences {
    pub(crate) theme: Theme,
    pub(crate) locale: Locale,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Theme {
    /// What the system says.
    #[default]
    Auto,
    Light,
    Dark,
}

/// What the next page says once.
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

impl SlipState for Cart {
    const PURPOSE: &'static str = "shop.example/cart";
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

/// The four cookies. nginx takes 4096 bytes of header from a server; our pages have nearly 400 of their own, a pair 70 around it.
pub(crate) fn jars(keys: &Keyring) -> Result<Jars, Error> {
    let room = Budget::default().answer(3600).pair(3500);
    let session = Sealer::<Session>::encrypted(keys).lifetime(Lifetime::absolute(DAY / 3).idle(30 * MINUTE));
    let cart = Sealer::<Cart>::encrypted(keys).lifetime(Lifetime::absolute(30 * DAY).idle(7 * DAY));
    let preferences = Sealer::<Preferences>::signed(keys).lifetime(Lifetime::absolute(400 * DAY));
    let preferences = Jar::builder("preferences", preferences).readable_by_scripts().without_tombstones();
    let notice = Sealer::<Notice>::encrypted(keys).lifetime(Lifetime::absolute(MINUTE));
    Jars::new()
        .with(Jar::builder("session", session).budget(room).build()?)?
        .with(Jar::builder("cart", cart).budget(room).build()?)?
        .with(preferences.budget(room).build()?)?
        .with(Jar::builder("notice", notice).without_tombstones().budget(room).build()?)
}

impl Cart {
    /// So many more of a thing.
    pub(crate) fn add(&mut self, sku: &str, engraving: &str, quantity: u32) {
        let found = self.lines.iter().find(|line| line.is(sku, engraving)).map_or(0, |line| line.quantity);
        self.set(sku, engraving, found.saturating_add(quantity));
    }

    /// From now on, so many of a thing; none takes it out.
    pub(crate) fn set(&mut self, sku: &str, engraving: &str, quantity: u32) {
        let quantity = quantity.min(99);
        match self.lines.iter_mut().find(|line| line.is(sku, engraving)) {
            _ if quantity == 0 => self.lines.retain(|line| !line.is(sku, engraving)),
            Some(line) => line.quantity = quantity,
            None => self.lines.push(Line { sku: sku.to_owned(), quantity, engraving: engraving.to_owned() }),
        }
    }

    pub(crate) fn count(&self) -> u32 {
        self.lines.iter().map(|line| line.quantity).sum()
    }

    /// At today's prices. What is not sold any more costs nothing, and is not shown either.
    pub(crate) fn cents(&self) -> u64 {
        self.lines.iter().filter_map(Line::cents).sum()
    }
}

impl Line {
    pub(crate) fn cents(&self) -> Option<u64> {
        Some(catalogue::find(&self.sku)?.cents * u64::from(self.quantity))
    }

    fn is(&self, sku: &str, engraving: &str) -> bool {
        self.sku == sku && self.engraving == engraving
    }
}
