//! A stateful server is a waiter who remembers your order: when that waiter leaves, it is gone. Order slips are written
//! down: any waiter can pick one up.
//!
//! Run it with `cargo run --release --example restaurant`, and `-- --help` for its options. It opens the restaurant four
//! times, once for each way to keep an order. Every time a front door (a reverse proxy) and three waiters (web servers)
//! start as processes of their own, and 200 guests order over HTTP, with cookies. Midway one waiter is killed, and later
//! two new ones begin. When all have ordered, every guest asks for the bill. What to see in the table that it prints:
//!
//! - `memory-sticky`: the carts that the killed waiter remembered are lost, and nothing brings them back;
//! - `memory`: without a front door that knows which guest is whose, nearly all are lost;
//! - `database`: none is lost, and what the database holds is yours to keep, to back up and to clean;
//! - `slip`: none is lost, and the servers hold nothing but a key.
//!
//! Where to read: `waiter/slip.rs` and `waiter/slip_cookie.rs` are the part to copy; `waiter/memory.rs` and
//! `waiter/database.rs` do the same in the other ways; `evening.rs` tells the story.

mod architecture;
mod options;
mod order;
mod cookies;

mod waiter;
mod front_door;
mod doorman;
mod staff;

mod dice;
mod guest;
mod visit;
mod tally;
mod house;
mod progress;
mod evening;
mod refused;
mod report;

use crate::{architecture::Architecture, guest::Guest, options::Task, report::Report};
use std::{io::Write as _, process::ExitCode};

/// What may go wrong in a demonstration: anything, and then it ends and says so.
type Fault = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    let done = match options::read(std::env::args().skip(1)) {
        Ok(Task::Help) => {
            print!("{}", options::HELP);
            Ok(())
        }
        Ok(Task::Demonstrate { guests, seed, json }) => demonstrate(guests, seed, json).await,
        Ok(Task::WaitTables { architecture, number }) => waiter::work(architecture, number).await,
        Ok(Task::MindTheDoor { architecture }) => doorman::work(architecture).await,
        Err(fault) => Err(fault),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("restaurant: {fault}");
            ExitCode::FAILURE
        }
    }
}

async fn demonstrate(guests: u32, seed: u64, json: bool) -> Result<(), Fault> {
    let guests: Vec<Guest> = (0..guests).map(|number| Guest::new(seed, number)).collect();
    let mut runs = Vec::new();
    for architecture in Architecture::ALL {
        runs.push(evening::serve(architecture, guests.clone()).await?);
    }
    let report = Report { runs, refused: refused::show()? };
    let text = if json { serde_json::to_string(&report)? + "\n" } else { report.to_string() };
    Ok(std::io::stdout().write_all(text.as_bytes())?)
}
