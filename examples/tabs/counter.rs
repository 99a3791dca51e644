//! What the handlers of the shop do, without HTTP: for the model.
//!
//! It may not know when anything happens.

use crate::{
    jars::{Basket, Goods},
    one_cookie,
    op::{Kind, Lines, Op},
    orders::Orders,
    siblings,
};
use orderslip::{Error, cookie::Visits, merge::Cart};

pub(crate) fn act(kind: Kind, visits: &Visits, orders: &Orders, op: &Op) -> Result<(), Error> {
    match kind {
        Kind::OneCookie => one_cookie::act(&visits.held()?, orders, op),
        Kind::Siblings => siblings::act(&visits.merged()?, orders, op),
    }
}

pub(crate) fn look(kind: Kind, visits: &Visits) -> Result<Lines, Error> {
    if kind == Kind::OneCookie {
        return Ok(visits.held::<Basket>()?.read(|basket| basket.lines.clone()));
    }
    let cart = visits.merged::<Cart<Goods>>()?;
    match cart.trouble() {
        Some(trouble) => Err(trouble),
        None => Ok(cart.read(|cart| cart.lines().map(|(article, quantity)| (article.to_owned(), quantity)).collect())),
    }
}
