//! A stateful server is a waiter who remembers your order: when that waiter leaves, it is gone. Order slips are written
//! down: any waiter can pick one up.
//!
//! Run it with `cargo run --release --example restaurant`, and `-- --help` for its options. It opens the restaurant four
//! times, once for each way to keep an order; with `--redis URL` and `--postgres URL` once more for each of them. Every time
//! a front door (a reverse proxy) and three waiters (web servers) start as processes of their own, and 200 guests order over
//! HTTP, with cookies. Midway one waiter is killed, and later two new ones begin. When all have ordered, every guest asks for
//! the bill. What to see in the table that it prints:
//!
//! - `memory-sticky`: the carts that the killed waiter remembered are lost, and nothing brings them back;
//! - `memory`: without a front door that knows which guest is whose, nearly all are lost;
//! - `database`, `redis`, `postgres`: none is lost, and what the store holds is yours to keep, to back up and to clean;
//! - `slip`: none is lost, and the servers hold nothing but a key.
//!
//! `-- --report target/restaurant.html` also measures what a request costs where and how the rate goes with the number of
//! waiters, and writes a page with pictures of it all; `--svg FILE` writes the picture of the README.
//!
//! Where to read: `waiter/slip.rs` and `waiter/slip_cookie.rs` are the part to copy; `waiter/memory.rs`,
//! `waiter/database.rs` and `waiter/stored.rs` do the same in the other ways; `evening.rs` tells the story.

mod architecture;
mod options;
mod order;
mod cookies;
mod stores;

mod waiter;
mod front_door;
mod doorman;
mod staff;

mod dice;
mod guest;
mod tally;
mod visit;
mod programme;
mod run;
mod house;
mod progress;
mod evening;
mod costs;
mod scale;
mod refused;
mod report;
mod plots;
mod page;

use crate::{
    guest::Guest,
    options::{Options, Task},
    programme::{Changes, Programme},
    report::Report,
    stores::Stores,
};
use std::{fs, io::Write as _, process::ExitCode};

/// What may go wrong in a demonstration: anything, and then it ends and says so.
type Fault = Box<dyn std::error::Error + Send + Sync>;

/// How many guests order at a time.
const SEATS: usize = 16;

#[tokio::main]
async fn main() -> ExitCode {
    let done = match options::read(std::env::args().skip(1)) {
        Ok(Task::Help) => {
            print!("{}", options::HELP);
            Ok(())
        }
        Ok(Task::Demonstrate(options)) => demonstrate(&options).await,
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

async fn demonstrate(options: &Options) -> Result<(), Fault> {
    let report = everything(options).await?;
    if let Some(file) = &options.report {
        fs::write(file, page::html(&report))?;
    }
    if let Some(file) = &options.svg {
        fs::write(file, plots::on_its_own(&plots::leaving::plot(&report.runs)))?;
    }
    let text = if options.json { serde_json::to_string(&report)? + "\n" } else { report.to_string() };
    Ok(std::io::stdout().write_all(text.as_bytes())?)
}

async fn everything(options: &Options) -> Result<Report, Fault> {
    let guests: Vec<Guest> = (0..options.guests).map(|number| Guest::new(options.seed, number)).collect();
    let stores = Stores::named_by(options);
    let changes = options.kill_every.map_or(Changes::Midway, Changes::Every);
    let (mut runs, mut costs, mut scale) = (Vec::new(), Vec::new(), Vec::new());
    for architecture in stores.architectures() {
        let programme = Programme { architecture, waiters: options.waiters, seats: SEATS, changes };
        runs.push(evening::serve(programme, &stores, guests.clone()).await?);
    }
    if !options.scale.is_empty() {
        for architecture in stores.architectures() {
            costs.push(costs::measure(architecture, &stores, &guests).await?);
            for waiters in &options.scale {
                scale.push(scale::measure(architecture, *waiters, &stores, &guests).await?);
            }
        }
    }
    Ok(Report { runs, costs, scale, refused: refused::show()?, happened: changes.in_words(options.waiters) })
}
