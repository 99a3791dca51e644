//! What the command line asks for: the rehearsal, or one server of it.
//!
//! It may not know how anything is done.

use crate::Fault;

pub(crate) const HELP: &str = "\
A fleet of servers whose key is rotated under its guests: staged, hastily, and by replacing it.

Usage: cargo run --release --example rotation -- [OPTIONS]

Options:
  --guests N   how many guests come, 1 to 1000 [default: 60]
  --seed N     when they come, and what for, is drawn from this number [default: 1]
  --json       print one JSON object instead of the table
  --help       print this
";

/// What this process is to do.
#[derive(Debug)]
pub(crate) enum Task {
    Help,
    Rehearse {
        guests: u32,
        seed: u64,
        json: bool,
    },
    /// `server SECONDS`: not for people, this program starts itself so.
    Serve {
        /// Seconds by which the server's clock is ahead.
        clock_error: i64,
    },
}

pub(crate) const SERVER: &str = "server";

pub(crate) fn read(args: impl Iterator<Item = String>) -> Result<Task, Fault> {
    let mut args = args.peekable();
    match args.next_if(|arg| !arg.starts_with('-')).as_deref() {
        None => read_options(args),
        Some(SERVER) => Ok(Task::Serve { clock_error: number(SERVER, args.next())? }),
        Some(other) => Err(unknown(other)),
    }
}

fn read_options(mut args: impl Iterator<Item = String>) -> Result<Task, Fault> {
    let (mut guests, mut seed, mut json) = (60, 1, false);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--guests" => guests = number("--guests", args.next())?,
            "--seed" => seed = number("--seed", args.next())?,
            "--json" => json = true,
            "--help" | "-h" => return Ok(Task::Help),
            other => return Err(unknown(other)),
        }
    }
    if !(1..=1000).contains(&guests) {
        return Err("--guests takes a number from 1 to 1000".into());
    }
    Ok(Task::Rehearse { guests, seed, json })
}

fn number<N: std::str::FromStr>(of: &str, arg: Option<String>) -> Result<N, Fault> {
    arg.and_then(|arg| arg.parse().ok()).ok_or_else(|| format!("{of} takes a number").into())
}

fn unknown(arg: &str) -> Fault {
    format!("{arg:?} is not known; see --help").into()
}
