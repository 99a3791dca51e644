//! A rehearsal of key rotation: four servers and their guests go on while the key is changed under them, and nobody is
//! logged out.
//!
//! Run it with `cargo run --release --example rotation`, and `-- --help` for its options. Three times a fleet of web servers
//! starts, each a process of its own with nothing but a key ring loaded from a file. Their clocks are up to half a minute
//! wrong, each sees a changed file minutes later than the next, and one of them crashes in the midst of a rotation. Guests
//! come to any of them over HTTP, for five days, some of them with a cart that is nearly a day old. The days take less than a
//! second, as the driver owns the time: every request says what time it is. What to see in the table that it prints:
//!
//! - `staged`: the key is rotated three times, and no token is refused before its time;
//! - `hasty`: the next key seals as soon as the file has it, so whoever comes to a server that has not reloaded is refused;
//! - `naive`: the file is replaced by one with a new key ("rotate the secret"), and everybody is refused;
//! - what the library would have said to the two before anything was written.
//!
//! It fails if anybody is refused in `staged`, or nobody in `naive`.
//!
//! Where to read: `server.rs` (a sealer over a `SharedKeyring`, and no word of rotation) and `operator.rs` (`stage`, `retire`,
//! `prune`) are the parts to copy; `shortcuts.rs` is the part not to copy; `times.rs` has the numbers, and what the policy is
//! made of; `rehearsal.rs` tells the story. `dice.rs` and `staff.rs` are those of the example `restaurant`.

mod options;
mod times;
mod cart;
#[path = "../restaurant/dice.rs"]
mod dice;

mod server;
mod operator;
mod shortcuts;
#[path = "../restaurant/staff.rs"]
mod staff;

mod way;
mod diary;
mod office;
mod post;
mod guest;
mod programme;
mod fleet;
mod tally;
mod held;
mod rehearsal;
mod report;

use crate::{dice::Dice, guest::Guest, options::Task, post::Post, rehearsal::rehearse, report::Report, way::Way};
use std::{io::Write as _, process::ExitCode};

/// What may go wrong in a rehearsal: anything, and then it ends and says so.
type Fault = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    let done = match options::read(std::env::args().skip(1)) {
        Ok(Task::Help) => {
            print!("{}", options::HELP);
            Ok(())
        }
        Ok(Task::Rehearse { guests, seed, json }) => rehearse_all(guests, seed, json).await,
        Ok(Task::Serve { clock_error }) => server::work(clock_error).await,
        Err(fault) => Err(fault),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("rotation: {fault}");
            ExitCode::FAILURE
        }
    }
}

async fn rehearse_all(guests: u32, seed: u64, json: bool) -> Result<(), Fault> {
    let posts = Post::all(&mut Dice::new(seed, u32::MAX));
    let guests: Vec<Guest> = (0..guests).map(|number| Guest::new(seed, number)).collect();
    // The three have nothing in common but the programme, so they can go on at the same time.
    let [staged, hasty, naive] = Way::ALL.map(|way| rehearse(way, &guests, &posts));
    let runs = tokio::try_join!(staged, hasty, naive)?;
    let report = Report::new(guests.len(), runs.into());
    let text = if json { serde_json::to_string(&report)? + "\n" } else { report.to_string() };
    std::io::stdout().write_all(text.as_bytes())?;
    report.verdict()
}
