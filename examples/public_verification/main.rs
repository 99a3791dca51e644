//! One service makes tickets, another verifies them, and all that the second one has from the first is a URL.
//!
//! Run it with `cargo run --release --example public_verification`, and `-- --json` for a script. An issuer with a private
//! ring and a verifier without one start as processes of their own and talk over HTTP. What to see in the lines that it
//! prints, each of which is checked; if one is not as expected, the exit code is 1:
//!
//! - a changed ticket is rejected, and what the verifier has can make none;
//! - a next key is with the verifier before it seals, even if one fetch failed meanwhile;
//! - a key that the verifier has not heard of costs one fetch, and two hundred invented ones cost no more than that;
//! - a revoked key's tickets are over at the next fetch, and no sooner;
//! - without the issuer the verifier goes on with the keys that it has.
//!
//! Where to read: `published.rs` is the issuer's part to copy, `remote_keys.rs` and `freshness.rs` are the verifier's;
//! `story.rs` tells the story. Time is simulated, and nothing here waits for a clock: see `rehearsal.rs`.
//!
//! What it does not show: TLS. Whoever can change the document on its way can make tickets, so the URL is an `https` one.

mod options;
mod process;
mod rehearsal;
mod ticket;

mod published;
mod issuer;

mod freshness;
mod remote_keys;
mod verifier;

mod operator;
mod fair;
mod report;
mod story;

use crate::{options::Task, report::Report};
use std::{io::Write as _, process::ExitCode};

/// What may go wrong in a demonstration: anything, and then it ends and says so.
type Fault = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    let done = match options::read(std::env::args().skip(1)) {
        Ok(Task::Help) => {
            print!("{}", options::HELP);
            Ok(true)
        }
        Ok(Task::Demonstrate { json }) => demonstrate(json).await,
        Ok(Task::Issue { ring }) => issuer::work(&ring).await.map(|()| true),
        Ok(Task::Verify { url, now }) => verifier::work(url, now).await.map(|()| true),
        Err(fault) => Err(fault),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(fault) => {
            eprintln!("public_verification: {fault}");
            ExitCode::FAILURE
        }
    }
}

/// Whether all was as expected.
async fn demonstrate(json: bool) -> Result<bool, Fault> {
    let report: Report = story::tell().await?;
    let text = if json { serde_json::to_string(&report)? + "\n" } else { report.to_string() };
    std::io::stdout().write_all(text.as_bytes())?;
    Ok(report.as_expected)
}
