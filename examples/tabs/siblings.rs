//! The cart of siblings: every write is a cookie of its own.
//!
//! It may not know HTTP.

use crate::{
    jars::Goods,
    op::Op,
    orders::{Kept, Orders},
};
use orderslip::{
    Error,
    cookie::Merged,
    merge::{Cart, CartOp, Committed, Prepared, Siblings},
};

pub(crate) fn act(cart: &Merged<Cart<Goods>>, orders: &Orders, op: &Op) -> Result<(), Error> {
    cart.with(|cart| match op {
        Op::Add(article) => cart.add(article, 1),
        Op::Remove(article) => cart.remove(article),
        Op::Checkout if cart.state().is_empty() => Ok(()),
        Op::Checkout => check_out(cart, orders),
    })?
}

/// Orders what the cart shows, once, and takes out of it what was ordered, whichever tab was the first.
fn check_out(cart: &mut Siblings<Cart<Goods>>, orders: &Orders) -> Result<(), Error> {
    let (order, key) = cart.checkout()?;
    let lines = order.cart().lines().map(|(article, quantity)| (article.to_owned(), quantity)).collect();
    let kept = orders.place_once(*key.as_bytes(), Kept { lines, barrier: order.barrier().to_bytes() });
    if cart.commit(&Prepared::from_bytes(&kept.barrier)?)? == Committed::TooOld {
        // The first answer got lost, and that long ago: say what was ordered, instead.
        let instead = cart.prepare(&CartOp::Ordered(kept.lines))?.to_bytes();
        if let Some(barrier) = orders.replace_barrier(*key.as_bytes(), &kept.barrier, instead) {
            let _ = cart.commit(&Prepared::from_bytes(&barrier)?)?;
        }
    }
    Ok(())
}
