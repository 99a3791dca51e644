//! Two tabs, one session: what a cookie loses when requests are under way at once, and what mergeable state does not.
//!
//! Run it with `cargo run --release --example tabs`, and `-- --help` for its options. A shop runs on three
//! servers that share nothing but keys, and answers after a random while. A page in a real Chromium (if the machine has one and its
//! chromedriver; else a model of a browser's cookie jar, and it says so) sends 2, 4, 8, 16 and 32 writes at once: articles that are
//! added, one article added many times, some taken out while others are added, a checkout while others are added. It does so
//! with a cart that is one cookie, and with a cart of siblings. What to see in the table that it prints:
//!
//! - one cookie: the answer that comes last wins, so of two writes one is lost and of sixteen most are; what was ordered is in the
//!   cart again, or is ordered twice;
//! - siblings: nothing is lost, nothing comes back, nothing counts twice, at any number. A write that would have filled
//!   the browser's cookies was refused with a 503, which the page sent again.
//!
//! It fails if siblings lose anything, or one cookie nothing.
//!
//! Where to read: `siblings.rs` is the part to copy, `one_cookie.rs` the part not to copy for what many tabs write; `jars.rs` sets up
//! both; `burst.rs` says what is sent, `judge.rs` what counts as lost. `dice.rs` is that of the example `restaurant`.

mod options;
#[path = "../restaurant/dice.rs"]
#[expect(dead_code, reason = "the other example draws in more ways")]
mod dice;

mod op;
mod orders;
mod jars;
mod one_cookie;
mod siblings;
mod shop;
mod door;

mod burst;
mod judge;
mod counter;
mod model;
mod driver;
mod chromium;
mod rehearsal;
mod report;

use crate::options::Task;
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
        Ok(Task::Demonstrate(options)) => demonstrate(&options).await,
        Err(fault) => Err(fault),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("tabs: {fault}");
            ExitCode::FAILURE
        }
    }
}

async fn demonstrate(options: &options::Options) -> Result<(), Fault> {
    let report = rehearsal::rehearse(options).await?;
    let text = if options.json { serde_json::to_string(&report.in_short())? + "\n" } else { report.to_string() };
    std::io::stdout().write_all(text.as_bytes())?;
    report.is_as_promised()
}
