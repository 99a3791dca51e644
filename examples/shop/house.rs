//! The house: one waiter, or a front door with several, each a process of its own.
//!
//! It may not know what the shop sells. A waiter who is gone is replaced; the carts are with the visitors.

use crate::{
    Fault,
    book::Book,
    desk::Waiter,
    options::WAITER,
    routes,
    shifts::{self, Orders},
};
use std::{env, path::PathBuf, process};

/// The environment variable with the keys, a JWK Set.
pub(crate) const KEYS: &str = "SHOP_KEYS";

/// Serves until killed.
pub(crate) async fn open(port: u16, waiters: u32, keys: Option<PathBuf>, book: Option<PathBuf>) -> Result<(), Fault> {
    let keys = shifts::ring(keys)?;
    let book = book.unwrap_or_else(|| env::temp_dir().join(format!("orderslip-shop-{}", process::id())));
    if waiters == 1 {
        return shifts::serve(port, routes::all(Waiter::new("Anna", Book::new(book)), &keys, 1)?).await;
    }
    let book = book.to_str().ok_or("a book's name is text")?.to_owned();
    let orders = Orders { role: WAITER, rest: vec![book, waiters.to_string()], variable: KEYS, keys: keys.to_jwks() };
    shifts::serve(port, shifts::behind_a_door(waiters, orders).await?).await
}
