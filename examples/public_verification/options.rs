//! What the command line asks for: the demonstration, or one role of it.
//!
//! It may not know how anything is done.

use crate::Fault;
use orderslip::UnixTime;
use std::path::PathBuf;

pub(crate) const HELP: &str = "\
An issuer and a verifier of tickets, who share nothing but the URL of the public keys.

Usage: cargo run --release --example public_verification -- [OPTIONS]

Options:
  --json       print one JSON object instead of the lines
  --help       print this
";

/// What this process is to do.
#[derive(Debug)]
pub(crate) enum Task {
    Help,
    Demonstrate {
        json: bool,
    },
    /// `issuer RING`: not for people, this program starts itself so.
    Issue {
        ring: PathBuf,
    },
    /// `verifier URL NOW`: likewise.
    Verify {
        url: String,
        now: UnixTime,
    },
}

pub(crate) const ISSUER: &str = "issuer";
pub(crate) const VERIFIER: &str = "verifier";

pub(crate) fn read(args: impl Iterator<Item = String>) -> Result<Task, Fault> {
    let args: Vec<String> = args.collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => Ok(Task::Demonstrate { json: false }),
        ["--json"] => Ok(Task::Demonstrate { json: true }),
        ["--help" | "-h"] => Ok(Task::Help),
        [ISSUER, ring] => Ok(Task::Issue { ring: PathBuf::from(ring) }),
        [VERIFIER, url, now] => Ok(Task::Verify { url: (*url).to_owned(), now: UnixTime::from_secs(now.parse()?) }),
        other => Err(format!("{other:?} is not known; see --help").into()),
    }
}
