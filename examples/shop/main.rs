//! A small shop in which the visitor carries everything: who is logged in, what is in the cart, how the pages should look.
//!
//! Run it with `cargo run --example shop`, and open <http://localhost:8080/>. Add `-- --waiters 3` for
//! three processes behind the front door of the example `restaurant`, and `-- --help` for the other options. Log in with
//! any name and the password `soup`. What to see:
//!
//! - the panel beside every page: what each slip holds, how many bytes that takes and how many are left, when it ends, and
//!   which process served the page. None of the processes remembers anything but the keys;
//! - with `--waiters 3`, kill the process that the panel names (`kill -9`): the next page has the login and the cart, and a
//!   new waiter has begun;
//! - log in with a full cart, and log out again: the cart stays. Press Back: nothing of the user is shown;
//! - keep two windows open: they share the login and the cart. Put something in from both at the same moment, or buy in one while the
//!   other still puts in: nothing is lost, and what was bought does not come back. The cart is one cookie for each write, until
//!   they are put together, and the panel counts them;
//! - engrave some thirty cups: when the cart does not fit into its cookie, a page says what takes so much room, and the cart
//!   is as it was before.
//!
//! The pages need no JavaScript, and their policy allows none: forms, redirects, pages. But for one: a write that is refused for the moment
//! is answered with a page that has the form again, and a script that sends it after a second; without scripts there is a button. Cookies are `Secure` and called
//! `__Host-…`. Without TLS, Chromium and curl keep such cookies of localhost and of 127.0.0.1; other browsers may not.
//!
//! Where to read: `slips.rs` has what is carried and in which cookies, `routes.rs` how the layers stand, `account.rs`,
//! `basket.rs` and `till.rs` what handlers do with slips and with the cart, `again.rs` what a refused form is answered; the rest is a shop like
//! any other.

mod options;
mod locale;
mod texts;
mod catalogue;

mod cart;
mod theme;
mod rehearsal;
mod slips;
mod book;
mod checked;
mod desk;
mod sorry;

mod forms;
mod page;
mod panel;
mod pictures;
mod in_words;
mod again;

mod browse;
mod basket;
mod account;
mod till;
mod taste;
mod routes;

#[path = "../restaurant/front_door.rs"]
mod front_door;
#[path = "../restaurant/staff.rs"]
mod staff;
mod shifts;
mod house;

use crate::{desk::Waiter, options::Task, rehearsal::Rehearsal};
use std::process::ExitCode;

/// What may go wrong before there are pages: anything, and then the shop stays closed and says why.
type Fault = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    let done = match options::read(std::env::args().skip(1)) {
        Ok(Task::Help) => {
            print!("{}", options::HELP);
            Ok(())
        }
        Ok(Task::Open { port, waiters, keys, book, rehearsal }) => {
            house::open(port, waiters, keys, book, rehearsal).await
        }
        Ok(Task::WaitTables { name, book, waiters, rehearsal }) => {
            let rehearsal = Rehearsal::of(rehearsal, &name);
            wait_tables(Waiter::new(name, book, rehearsal), waiters).await
        }
        Err(fault) => Err(fault),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("shop: {fault}");
            ExitCode::FAILURE
        }
    }
}

/// Serves until killed, or until whoever started this process is gone.
async fn wait_tables(waiter: Waiter, waiters: usize) -> Result<(), Fault> {
    staff::serve(routes::all(waiter, &house::keys()?, waiters)?).await
}
