//! What the command line asks for: the shop, or one waiter of it.
//!
//! It may not know how anything is done.

use crate::Fault;
use std::path::PathBuf;

pub(crate) const HELP: &str = "\
A small shop that keeps sessions, carts and preferences on slips which the visitors carry.

Usage: cargo run --example shop -- [OPTIONS]

Options:
  --port N      where it listens on this machine, 0 for a free port [default: 8080]
  --waiters N   how many processes serve, 1 to 9; more than one get a front door [default: 1]
  --keys FILE   the keys of all waiters, a JWK Set; made if there is none, so that sessions outlive the
                shop, and followed while it is open [default: keys that are forgotten]
  --book DIR    where orders are written down, for all waiters [default: a folder among the temporary files]
  --help        print this
";

/// What this process is to do.
#[derive(Debug)]
pub(crate) enum Task {
    Help,
    Open {
        port: u16,
        waiters: u32,
        keys: Option<PathBuf>,
        book: Option<PathBuf>,
        /// `--rehearsal DIR`: not for people, `tests/faults` starts it so.
        rehearsal: Option<PathBuf>,
    },
    /// `waiter NAME BOOK WAITERS [REHEARSAL]`: likewise, this program starts itself so.
    WaitTables {
        name: String,
        book: PathBuf,
        waiters: usize,
        rehearsal: Option<PathBuf>,
    },
}

pub(crate) const WAITER: &str = "waiter";

pub(crate) fn read(args: impl Iterator<Item = String>) -> Result<Task, Fault> {
    let mut args = args.peekable();
    if args.next_if(|arg| arg == WAITER).is_some() {
        let (name, book) = args.next().zip(args.next()).ok_or("a waiter has a name and a book")?;
        let (waiters, rehearsal) = (number("waiter", args.next())?, args.next().map(PathBuf::from));
        return Ok(Task::WaitTables { name, book: book.into(), waiters, rehearsal });
    }
    let (mut port, mut waiters, mut keys, mut book, mut rehearsal) = (8080, 1, None, None, None);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--port" => port = number("--port", args.next())?,
            "--waiters" => waiters = number("--waiters", args.next())?,
            "--keys" => keys = Some(args.next().ok_or("--keys takes a file")?.into()),
            "--book" => book = Some(args.next().ok_or("--book takes a folder")?.into()),
            "--rehearsal" => rehearsal = Some(args.next().ok_or("--rehearsal takes a folder")?.into()),
            "--help" | "-h" => return Ok(Task::Help),
            other => return Err(format!("{other:?} is not known; see --help").into()),
        }
    }
    if !(1..=9).contains(&waiters) {
        return Err("--waiters takes a number from 1 to 9".into());
    }
    Ok(Task::Open { port, waiters, keys, book, rehearsal })
}

fn number<N: std::str::FromStr>(of: &str, arg: Option<String>) -> Result<N, Fault> {
    arg.and_then(|arg| arg.parse().ok()).ok_or_else(|| format!("{of} takes a number").into())
}
