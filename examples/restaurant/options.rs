//! What the command line asks for: the demonstration, or one role of it.
//!
//! It may not know how anything is done.

use crate::{Fault, architecture::Architecture};

pub(crate) const HELP: &str = "\
A restaurant in which waiters come and go, run with the state of its guests in four different places.

Usage: cargo run --release --example restaurant -- [OPTIONS]

Options:
  --guests N   how many guests come, 1 to 10000 [default: 200]
  --seed N     what they order is drawn from this number [default: 1]
  --json       print one JSON object instead of the table
  --help       print this
";

/// What this process is to do.
#[derive(Debug)]
pub(crate) enum Task {
    Help,
    Demonstrate {
        guests: u32,
        seed: u64,
        json: bool,
    },
    /// `waiter ARCHITECTURE NUMBER`: not for people, this program starts itself so.
    WaitTables {
        architecture: Architecture,
        number: u32,
    },
    /// `front-door ARCHITECTURE`: likewise.
    MindTheDoor {
        architecture: Architecture,
    },
}

pub(crate) const WAITER: &str = "waiter";
pub(crate) const FRONT_DOOR: &str = "front-door";

pub(crate) fn read(args: impl Iterator<Item = String>) -> Result<Task, Fault> {
    let mut args = args.peekable();
    match args.next_if(|arg| !arg.starts_with('-')).as_deref() {
        None => read_options(args),
        Some(WAITER) => {
            Ok(Task::WaitTables { architecture: read_architecture(args.next())?, number: number(WAITER, args.next())? })
        }
        Some(FRONT_DOOR) => Ok(Task::MindTheDoor { architecture: read_architecture(args.next())? }),
        Some(other) => Err(unknown(other)),
    }
}

fn read_options(mut args: impl Iterator<Item = String>) -> Result<Task, Fault> {
    let (mut guests, mut seed, mut json) = (200, 1, false);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--guests" => guests = number("--guests", args.next())?,
            "--seed" => seed = number("--seed", args.next())?,
            "--json" => json = true,
            "--help" | "-h" => return Ok(Task::Help),
            other => return Err(unknown(other)),
        }
    }
    if !(1..=10_000).contains(&guests) {
        return Err("--guests takes a number from 1 to 10000".into());
    }
    Ok(Task::Demonstrate { guests, seed, json })
}

fn read_architecture(arg: Option<String>) -> Result<Architecture, Fault> {
    let name = arg.unwrap_or_default();
    Architecture::named(&name).ok_or_else(|| format!("no architecture is called {name:?}").into())
}

fn number<N: std::str::FromStr>(of: &str, arg: Option<String>) -> Result<N, Fault> {
    arg.and_then(|arg| arg.parse().ok()).ok_or_else(|| format!("{of} takes a number").into())
}

fn unknown(arg: &str) -> Fault {
    format!("{arg:?} is not known; see --help").into()
}
