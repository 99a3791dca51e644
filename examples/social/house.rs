//! The house: a front door with several processes behind it, and the database that they share.
//!
//! It may not know pages. Who opens it makes the tables, and throws out from time to time what is over.

use crate::{
    Fault,
    database::Database,
    desk::Waiter,
    letters,
    members::{self, Members},
    options::{Opening, SERVE},
    password,
    posts::{self, Posts},
    routes,
    sessions::{self, Sessions},
    shifts::{self, Orders, Told},
    staff,
    store::Store,
};
use orderslip::{Error, Keyring, UnixTime};
use std::{env, process, time::Duration};

/// The environment variable with the keys, a JWK Set.
const KEYS: &str = "SOCIAL_KEYS";

/// The longest that a request waits for the database.
const PATIENCE: Duration = Duration::from_secs(5);

const BETWEEN_PRUNINGS: Duration = Duration::from_secs(600);

const PASSWORD: &str = "soup with bread";

/// Opens the house, and serves until killed.
pub(crate) async fn open(opening: Opening) -> Result<(), Fault> {
    let keys = shifts::ring(opening.keys)?;
    let address = match opening.database {
        Some(address) => address,
        None => {
            let file = env::temp_dir().join(format!("orderslip-social-{}.sqlite", process::id()));
            file.to_str().ok_or("a file's name is text")?.to_owned()
        }
    };
    let database = Database::at(&address, PATIENCE)?;
    set_up(&database).await?;
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(BETWEEN_PRUNINGS).await;
            if let Err(error) = prune(&database).await {
                eprintln!("social: nothing was thrown out this time: {error}");
            }
        }
    });
    let orders = Orders { role: SERVE, rest: vec![address], variable: KEYS, keys: Told::Keys(keys.to_jwks()) };
    shifts::serve(opening.port, shifts::behind_a_door(opening.waiters, orders).await?).await
}

/// One process behind the door.
pub(crate) async fn serve(name: &str, database: &str) -> Result<(), Fault> {
    let (keys, database) = (Keyring::from_env(KEYS)?, Database::at(database, PATIENCE)?);
    staff::serve(routes::all(Waiter::new(name, &database, &keys)?, &keys)?).await
}

/// Makes what is not there yet; the first members, too.
async fn set_up(database: &Database) -> Result<(), Error> {
    let now = UnixTime::now()?;
    Store::of(database.clone()).set_up(now).await?;
    for tables in [members::TABLES, posts::TABLES, letters::TABLES, sessions::TABLES] {
        database.set_up(tables).await?;
    }
    let (members, posts) = (Members(database.clone()), Posts(database.clone()));
    let first = [
        ("ada", "bob", "Three ways to carry soup without spilling any. Number two is: do not run."),
        ("bob", "cleo", "Bread is done at noon. Whoever comes first gets the ends."),
        ("cleo", "ada", "I have counted: the candle on table six burns for four hours and a bit."),
    ];
    for (name, _, said) in first {
        if !members.exists(name).await? {
            let hash = password::hash(PASSWORD.to_owned()).await?.unwrap_or_default();
            members.add(name, &hash, now).await?;
            posts.add(name, said, now).await?;
        }
    }
    for (who, whom, _) in first {
        members.follow(who, whom, true).await?;
    }
    Ok(())
}

async fn prune(database: &Database) -> Result<(), Error> {
    let now = UnixTime::now()?;
    Store::of(database.clone()).prune(now).await?;
    Sessions(database.clone()).prune(now).await
}
