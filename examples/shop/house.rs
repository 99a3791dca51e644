//! The house: one waiter, or a front door with several, each a process of its own.
//!
//! It may not know what the shop sells. A waiter who is gone is replaced; the carts are with the visitors.

use crate::{
    Fault, desk::Waiter, front_door::FrontDoor, options::WAITER, rehearsal::Rehearsal, routes, staff::Employee,
};
use axum::Router;
use orderslip::{Error, Keyring, SecretText, SharedKeyring};
use std::{
    env,
    ffi::OsStr,
    io::{Write as _, stdout},
    net::Ipv4Addr,
    path::PathBuf,
    process,
    sync::Arc,
    time::Duration,
};
use tokio::net::TcpListener;

/// The environment variable with the keys, a JWK Set: all secrets that a waiter is told. Or it is told where they are, and follows the file.
const KEYS: &str = "SHOP_KEYS";
const KEYS_FILE: &str = "SHOP_KEYS_FILE";

const NAMES: [&str; 9] = ["Anna", "Bruno", "Carla", "Dario", "Elsa", "Fabio", "Greta", "Hugo", "Ines"];

/// Serves until killed.
pub(crate) async fn open(
    port: u16,
    waiters: u32,
    keys: Option<PathBuf>,
    book: Option<PathBuf>,
    rehearsal: Option<PathBuf>,
) -> Result<(), Fault> {
    let keys = keys.map_or_else(Keys::forgotten, Keys::of_a_file)?;
    let book = book.unwrap_or_else(|| env::temp_dir().join(format!("orderslip-shop-{}", process::id())));
    if waiters == 1 {
        let waiter = Waiter::new("Anna", book, Rehearsal::of(rehearsal, "Anna"));
        return serve(port, routes::all(waiter, &keys.ring()?, 1)?).await;
    }
    let (door, keys) = (FrontDoor::new(|_| None)?, Arc::new(keys));
    for number in 0..waiters {
        let (door, keys, book, rehearsal) = (Arc::clone(&door), Arc::clone(&keys), book.clone(), rehearsal.clone());
        let post = Post { door, keys, book, rehearsal, number, waiters };
        let waiter = post.fill().await?;
        tokio::spawn(post.keep(waiter));
    }
    serve(port, door.routes()).await
}

/// What every waiter is told, so that all of them can serve the same visitors.
enum Keys {
    /// Nobody else has them, so a key that is not among them is nobody's.
    Forgotten {
        ring: Keyring,
        text: SecretText,
    },
    File(PathBuf),
}

impl Keys {
    fn forgotten() -> Result<Self, Error> {
        let ring = Keyring::generate()?;
        Ok(Self::Forgotten { text: ring.to_jwks(), ring })
    }

    /// A file that is made if there is none, and that nobody else may read.
    fn of_a_file(file: PathBuf) -> Result<Self, Error> {
        if !file.exists() {
            Keyring::generate()?.to_file(&file)?;
        }
        Keyring::from_private_file(&file)?;
        Ok(Self::File(file))
    }

    fn ring(&self) -> Result<SharedKeyring, Error> {
        match self {
            Self::Forgotten { ring, .. } => Ok(SharedKeyring::new(ring.clone())),
            Self::File(file) => SharedKeyring::watch_file(file),
        }
    }

    fn told(&self) -> (&str, &OsStr) {
        match self {
            Self::Forgotten { text, .. } => (KEYS, OsStr::new(text.expose())),
            Self::File(file) => (KEYS_FILE, file.as_os_str()),
        }
    }
}

/// The keys that this process was told.
pub(crate) fn keys() -> Result<SharedKeyring, Error> {
    match env::var_os(KEYS_FILE) {
        Some(file) => SharedKeyring::watch_file(file),
        None => Ok(SharedKeyring::new(Keyring::from_env(KEYS)?)),
    }
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
    keys: Arc<Keys>,
    book: PathBuf,
    rehearsal: Option<PathBuf>,
    number: u32,
    /// How many posts there are: from one waiter's number to that of the next one at this post.
    waiters: u32,
}

impl Post {
    /// Starts a waiter, and lets the front door know.
    async fn fill(&self) -> Result<Employee, Fault> {
        let name = NAMES.iter().cycle().nth(usize::try_from(self.number)?).ok_or("nobody is left")?;
        let (book, waiters) = (self.book.to_str().ok_or("a book's name is text")?, self.waiters.to_string());
        let rehearsal =
            self.rehearsal.as_ref().map(|folder| folder.to_str().ok_or("a folder's name is text")).transpose()?;
        let args: Vec<&str> = [WAITER, name, book, &waiters].into_iter().chain(rehearsal).collect();
        let waiter = Employee::hire(&args, Some(self.keys.told())).await?;
        self.door.announce(self.number, waiter.address);
        Ok(waiter)
    }

    /// Waits until the waiter is gone, and hires the next one.
    async fn keep(mut self, mut waiter: Employee) {
        loop {
            waiter.gone().await;
            self.door.sign_off(self.number);
            self.number += self.waiters;
            waiter = loop {
                match self.fill().await {
                    Ok(waiter) => break waiter,
                    Err(fault) => eprintln!("shop: a post is empty: {fault}"),
                }
                tokio::time::sleep(Duration::from_secs(1)).await;
            };
        }
    }
}
