//! The posts behind a front door: at each of them a process of its own, and another one when that is gone.
//!
//! It may not know what is served. The examples `shop` and `social` fill their posts with it.

use crate::{Fault, front_door::FrontDoor, staff::Employee};
use axum::Router;
use orderslip::{Keyring, SecretText};
use std::{
    ffi::OsStr,
    io::{Write as _, stdout},
    net::Ipv4Addr,
    path::PathBuf,
    sync::Arc,
    time::Duration,
};
use tokio::net::TcpListener;

const NAMES: [&str; 9] = ["Anna", "Bruno", "Carla", "Dario", "Elsa", "Fabio", "Greta", "Hugo", "Ines"];

/// What every process is told, so that all of them can serve the same visitors.
pub(crate) struct Orders {
    /// The arguments: the role, a place for the name, and the rest.
    pub(crate) role: &'static str,
    pub(crate) rest: Vec<String>,
    /// The environment variable with the keys, and the keys: all secrets that it is told.
    pub(crate) variable: &'static str,
    pub(crate) keys: Told,
}

/// The keys themselves, or where they are for who follows the file.
pub(crate) enum Told {
    Keys(SecretText),
    #[allow(dead_code, reason = "the processes of the example `social` do not follow a file")]
    File(PathBuf),
}

impl Told {
    fn text(&self) -> &OsStr {
        match self {
            Self::Keys(keys) => OsStr::new(keys.expose()),
            Self::File(file) => file.as_os_str(),
        }
    }
}

/// Fills so many posts, and keeps them filled.
pub(crate) async fn behind_a_door(posts: u32, orders: Orders) -> Result<Router, Fault> {
    let (door, orders) = (FrontDoor::new(|_| None)?, Arc::new(orders));
    for number in 0..posts {
        let post = Post { door: Arc::clone(&door), orders: Arc::clone(&orders), number, posts };
        let waiter = post.fill().await?;
        tokio::spawn(post.keep(waiter));
    }
    Ok(door.routes())
}

/// Serves on this machine until killed, and says where.
pub(crate) async fn serve(port: u16, routes: Router) -> Result<(), Fault> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("http://localhost:{}/", listener.local_addr()?.port());
    stdout().flush()?;
    Ok(axum::serve(listener, routes).await?)
}

/// The keys of a file, which is made if there is none; without a file, keys that are forgotten.
pub(crate) fn ring(file: Option<PathBuf>) -> Result<Keyring, orderslip::Error> {
    let Some(file) = file else { return Keyring::generate() };
    if !file.exists() {
        Keyring::generate()?.to_file(&file)?;
    }
    Keyring::from_private_file(&file)
}

/// One of the posts, with one process at a time.
struct Post {
    door: Arc<FrontDoor>,
    orders: Arc<Orders>,
    number: u32,
    /// How many there are: from one waiter's number to that of the next one at this post.
    posts: u32,
}

impl Post {
    /// Starts a process, and lets the front door know.
    async fn fill(&self) -> Result<Employee, Fault> {
        let name = NAMES.iter().cycle().nth(usize::try_from(self.number)?).ok_or("nobody is left")?;
        let rest = self.orders.rest.iter().map(String::as_str);
        let arguments: Vec<&str> = [self.orders.role, name].into_iter().chain(rest).collect();
        let told = Some((self.orders.variable, self.orders.keys.text()));
        let waiter = Employee::hire(&arguments, told).await?;
        self.door.announce(self.number, waiter.address);
        Ok(waiter)
    }

    /// Waits until the process is gone, and hires the next one.
    async fn keep(mut self, mut waiter: Employee) {
        loop {
            waiter.gone().await;
            self.door.sign_off(self.number);
            self.number += self.posts;
            waiter = loop {
                match self.fill().await {
                    Ok(waiter) => break waiter,
                    Err(fault) => eprintln!("a post is empty: {fault}"),
                }
                tokio::time::sleep(Duration::from_secs(1)).await;
            };
        }
    }
}
