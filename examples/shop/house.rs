//! The house: one waiter, or a front door with several, each a process of its own.
//!
//! It may not know what the shop sells. A waiter who is gone is replaced; the carts are with the visitors.

use crate::{
    Fault,
    desk::Waiter,
    options::WAITER,
    rehearsal::Rehearsal,
    routes,
    shifts::{self, Orders, Told},
};
use orderslip::{Error, Keyring, SharedKeyring};
use std::{env, path::PathBuf, process};

/// The environment variable with the keys, a JWK Set; or the one that says where they are, for who follows the file.
const KEYS: &str = "SHOP_KEYS";
const KEYS_FILE: &str = "SHOP_KEYS_FILE";

/// Serves until killed.
pub(crate) async fn open(
    port: u16,
    waiters: u32,
    keys: Option<PathBuf>,
    book: Option<PathBuf>,
    rehearsal: Option<PathBuf>,
) -> Result<(), Fault> {
    let ring = shifts::ring(keys.clone())?;
    let book = book.unwrap_or_else(|| env::temp_dir().join(format!("orderslip-shop-{}", process::id())));
    if waiters == 1 {
        let keys = keys.map_or_else(|| Ok(SharedKeyring::new(ring)), SharedKeyring::watch_file)?;
        let waiter = Waiter::new("Anna", book, Rehearsal::of(rehearsal, "Anna"));
        return shifts::serve(port, routes::all(waiter, &keys, 1)?).await;
    }
    let text = |path: PathBuf| path.into_os_string().into_string().map_err(|_| "a path is text");
    let rest = [text(book)?, waiters.to_string()].into_iter().chain(rehearsal.map(text).transpose()?).collect();
    let (variable, keys) = match keys {
        Some(file) => (KEYS_FILE, Told::File(file)),
        None => (KEYS, Told::Keys(ring.to_jwks())),
    };
    shifts::serve(port, shifts::behind_a_door(waiters, Orders { role: WAITER, rest, variable, keys }).await?).await
}

/// The keys that this process was told.
pub(crate) fn keys() -> Result<SharedKeyring, Error> {
    match env::var_os(KEYS_FILE) {
        Some(file) => SharedKeyring::watch_file(file),
        None => Ok(SharedKeyring::new(Keyring::from_env(KEYS)?)),
    }
}
