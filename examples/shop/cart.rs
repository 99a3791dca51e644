//! What is in the cart: things of the catalogue, each as often as it was added, some with an engraving.
//!
//! It may not know cookies. The library merges what several tabs put in and take out; here stands what its lines mean.

use crate::catalogue;
use orderslip::merge;
use serde::Serialize;

/// What the lines of the cart are.
#[derive(Debug)]
pub(crate) struct Goods;

/// No price: that is the catalogue's.
pub(crate) type Cart = merge::Cart<Goods>;

impl merge::Line for Goods {
    const PURPOSE: &'static str = "shop.example/cart";
    const VERSION: u16 = 1;

    fn limit(_: &str) -> u32 {
        99
    }
}

/// A line, taken apart.
#[derive(Debug, Serialize)]
pub(crate) struct Line<'c> {
    pub(crate) sku: &'c str,
    pub(crate) quantity: u32,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(crate) engraving: &'c str,
}

/// Between the thing and its engraving. No sku has one.
const ENGRAVED: char = '/';

/// What a line goes by: two engravings are two lines.
pub(crate) fn key(sku: &str, engraving: &str) -> String {
    if engraving.is_empty() { sku.to_owned() } else { format!("{sku}{ENGRAVED}{engraving}") }
}

pub(crate) fn lines(cart: &Cart) -> impl Iterator<Item = Line<'_>> {
    cart.lines().map(|(key, quantity)| Line::new(key, quantity))
}

pub(crate) fn count(cart: &Cart) -> u32 {
    cart.total(|_, quantity| quantity)
}

/// At today's prices. What is not sold any more costs nothing, and is not shown either.
pub(crate) fn cents(cart: &Cart) -> u64 {
    lines(cart).filter_map(|line| line.cents()).sum()
}

impl<'c> Line<'c> {
    fn new(key: &'c str, quantity: u32) -> Self {
        let (sku, engraving) = key.split_once(ENGRAVED).unwrap_or((key, ""));
        Self { sku, quantity, engraving }
    }

    pub(crate) fn cents(&self) -> Option<u64> {
        Some(catalogue::find(self.sku)?.cents * u64::from(self.quantity))
    }
}
