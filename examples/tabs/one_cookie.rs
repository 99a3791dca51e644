//! The whole cart in one cookie: right as long as one request is under way at a time.
//!
//! It may not know HTTP.

use crate::{jars::Basket, op::Op, orders::Orders};
use orderslip::{Error, cookie::Held};
use std::mem;

pub(crate) fn act(basket: &Held<Basket>, orders: &Orders, op: &Op) -> Result<(), Error> {
    basket.update(|basket| match op {
        Op::Add(article) => *basket.lines.entry(article.clone()).or_default() += 1,
        Op::Remove(article) => drop(basket.lines.remove(article)),
        Op::Checkout if basket.lines.is_empty() => {}
        Op::Checkout => orders.place(mem::take(&mut basket.lines)),
    })
}
