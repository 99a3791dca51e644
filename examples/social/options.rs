//! What the command line asks for: the network, or one process of it.
//!
//! It may not know how anything is done.

use crate::Fault;
use std::path::PathBuf;

pub(crate) const HELP: &str = "\
A small social network that keeps who somebody is on a slip, and what they said in a database.

Usage: cargo run --example social -- [OPTIONS]

Options:
  --port N         where it listens on this machine, 0 for a free port [default: 8081]
  --waiters N      how many processes serve, 1 to 9 [default: 3]
  --keys FILE      the keys of all processes, a JWK Set; made if there is none, so that sessions outlive the
                   network [default: keys that are forgotten]
  --database FILE  an SQLite database, made if there is none [default: a file among the temporary ones]
  --postgres URL   a PostgreSQL in its place: postgres://user:password@host/name
  --help           print this
";

/// What this process is to do.
#[derive(Debug)]
pub(crate) enum Task {
    Help,
    Open(Opening),
    /// `serve NAME DATABASE`: not for people, this program starts itself so.
    Serve {
        name: String,
        database: String,
    },
}

#[derive(Debug)]
pub(crate) struct Opening {
    pub(crate) port: u16,
    pub(crate) waiters: u32,
    pub(crate) keys: Option<PathBuf>,
    /// A file, or a server's address.
    pub(crate) database: Option<String>,
}

pub(crate) const SERVE: &str = "serve";

pub(crate) fn read(args: impl Iterator<Item = String>) -> Result<Task, Fault> {
    let mut args = args.peekable();
    if args.next_if(|arg| arg == SERVE).is_some() {
        let (name, database) = args.next().zip(args.next()).ok_or("who serves has a name and a database")?;
        return Ok(Task::Serve { name, database });
    }
    let mut opening = Opening { port: 8081, waiters: 3, keys: None, database: None };
    while let Some(arg) = args.next() {
        if ["--help", "-h"].contains(&arg.as_str()) {
            return Ok(Task::Help);
        }
        let value = args.next().ok_or_else(|| format!("{arg} is not known, or takes a value; see --help"))?;
        let no_number = || format!("{arg} takes a number");
        match arg.as_str() {
            "--port" => opening.port = value.parse().map_err(|_| no_number())?,
            "--waiters" => opening.waiters = value.parse().map_err(|_| no_number())?,
            "--keys" => opening.keys = Some(value.into()),
            "--database" | "--postgres" => opening.database = Some(value),
            other => return Err(format!("{other:?} is not known; see --help").into()),
        }
    }
    if !(1..=9).contains(&opening.waiters) {
        return Err("--waiters takes a number from 1 to 9".into());
    }
    Ok(Task::Open(opening))
}
