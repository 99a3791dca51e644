//! A small social network in which the visitor carries who they are, and a database keeps what they said.
//!
//! Run it with `cargo run --example social`, and open <http://localhost:8081/>: three processes serve behind the front door of the example
//! `restaurant`, over one SQLite file. `-- --postgres postgres://user@host/db` takes a PostgreSQL instead, `-- --help` shows the other options. Log
//! in as `ada`, `bob` or `cleo`, with the password `soup with bread`. What to see:
//!
//! - post, follow, write to somebody: any process serves any page, and the foot of the page says which one. Kill it (`kill -9`): you are
//!   still logged in, and a new one has begun;
//! - log in from a second browser, and look at *Devices*: both are there. End one from the other; log out on all others, or on all; change the
//!   password. Pages of what has ended ask to log in, and so does a copy of its cookie that somebody kept (`curl -b`);
//! - *Invite*: a link that makes one account. Open it a second time: it was used;
//! - stop the PostgreSQL (`kill -STOP`): nobody is taken for logged in, nothing hangs, and no cookie is lost. `kill -CONT`: all goes on.
//!
//! What a slip can do alone is in it: who this is, and how the pages should look. What it cannot do alone takes a list that all processes share:
//! `store.rs`, which an application can take along for its own database. `slips.rs` has the line that ties the two together, `account.rs` and
//! `devices.rs` what ends a session, `invitation.rs` what happens once; the rest is a network like any other.

mod database;
mod postgres;
mod sqlite;
mod store;
mod members;
mod posts;
mod letters;
mod sessions;

mod options;
#[path = "../shop/theme.rs"]
mod theme;
mod slips;
mod password;
mod agent;
mod desk;
#[path = "../shop/checked.rs"]
mod checked;
#[path = "../shop/sorry.rs"]
mod sorry;

#[path = "../shop/forms.rs"]
mod forms;
mod page;
mod panel;
mod parts;
mod in_words;

mod timeline;
mod people;
mod conversation;
mod account;
mod devices;
mod invitation;
mod taste;
mod routes;

#[path = "../restaurant/front_door.rs"]
mod front_door;
#[path = "../restaurant/staff.rs"]
mod staff;
#[path = "../shop/shifts.rs"]
mod shifts;
mod house;

use crate::options::Task;
use std::process::ExitCode;

/// What may go wrong before there are pages: anything, and then the network stays closed and says why.
type Fault = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    let done = match options::read(std::env::args().skip(1)) {
        Ok(Task::Help) => {
            print!("{}", options::HELP);
            Ok(())
        }
        Ok(Task::Open(opening)) => house::open(opening).await,
        Ok(Task::Serve { name, database }) => house::serve(&name, &database).await,
        Err(fault) => Err(fault),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("social: {fault}");
            ExitCode::FAILURE
        }
    }
}
