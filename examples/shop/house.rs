//! The house: one waiter, or a front door with several, each a process of its own.
//!
//! It may not know what the shop sells. A waiter who is gone is replaced; the carts are with the visitors.

use crate::{Fault, book::Book, desk::Waiter, front_door::FrontDoor, options::WAITER, routes, staff::Employee};
use axum::Router;
use orderslip::{Keyring, SecretText};
use std::{
    env,
    ffi::OsStr,
    io::{Write as _, stdout},
    net::Ipv4Addr,
    path::{Path, PathBuf},
    process,
    sync::Arc,
};
use tokio::net::TcpListener;

/// The environment variable with the keys, a JWK Set: all secrets that a waiter is told.
pub(crate) const KEYS: &str = "SHOP_KEYS";

const NAMES: [&str; 9] = ["Anna", "Bruno", "Carla", "Dario", "Elsa", "Fabio", "Greta", "Hugo", "Ines"];

/// Serves until killed.
pub(crate) async fn open(port: u16, waiters: u32, keys: Option<PathBuf>, book: Option<PathBuf>) -> Result<(), Fault> {
    let keys = keys.map_or_else(Keyring::generate, |file| ring(&file))?;
    let book = book.unwrap_or_else(|| env::temp_dir().join(format!("orderslip-shop-{}", process::id())));
    if waiters == 1 {
        return serve(port, routes::all(Waiter::new("Anna", Book::new(book)), &keys, 1)?).await;
    }
    let (door, keys) = (FrontDoor::new(|_| None)?, Arc::new(keys.to_jwks()));
    for number in 0..waiters {
        let post = Post { door: Arc::clone(&door), keys: Arc::clone(&keys), book: book.clone(), number, waiters };
        let waiter = post.fill().await?;
        tokio::spawn(post.keep(waiter));
    }
    serve(port, door.routes()).await
}

/// The keys of a file, which is made if there is none.
fn ring(file: &Path) -> Result<Keyring, orderslip::Error> {
    if !file.exists() {
        Keyring::generate()?.to_file(file)?;
    }
    Keyring::from_private_file(file)
}

async fn serve(port: u16, routes: Router) -> Result<(), Fault> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("http://localhost:{}/", listener.local_addr()?.port());
    stdout().flush()?;
    Ok(axum::serve(listener, routes).await?)
}

/// One of the posts of the house, with one waiter at a time.
struct Post {
    door: Arc<FrontDoor>,
    /// What every waiter is told, so that all of them can serve the same visitors.
    keys: Arc<SecretText>,
    book: PathBuf,
    number: u32,
    /// How many posts there are: from one waiter's number to that of the next one at this post.
    waiters: u32,
}

impl Post {
    /// Starts a waiter, and lets the front door know.
    async fn fill(&self) -> Result<Employee, Fault> {
        let name = NAMES.iter().cycle().nth(usize::try_from(self.number)?).ok_or("nobody is left")?;
        let (book, waiters) = (self.book.to_str().ok_or("a book's name is text")?, self.waiters.to_string());
        let told = Some((KEYS, OsStr::new(self.keys.expose())));
        let waiter = Employee::hire(&[WAITER, name, book, &waiters], told).await?;
        self.door.announce(self.number, waiter.address);
        Ok(waiter)
    }

    /// Waits until the waiter is gone, and hires the next one.
    async fn keep(mut self, mut waiter: Employee) {
        loop {
            waiter.gone().await;
            self.door.sign_off(self.number);
            self.number += self.waiters;
            waiter = match self.fill().await {
                Ok(waiter) => waiter,
                Err(fault) => return eprintln!("shop: a post stays empty: {fault}"),
            };
        }
    }
}
