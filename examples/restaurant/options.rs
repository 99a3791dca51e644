//! What the command line asks for: the demonstration, or one role of it.
//!
//! It may not know how anything is done.

use crate::{Fault, architecture::Architecture};
use std::path::PathBuf;

pub(crate) const HELP: &str = "\
A restaurant in which waiters come and go, run with the state of its guests in four different places, or six.

Usage: cargo run --release --example restaurant -- [OPTIONS]

Options:
  --redis URL        keep sessions in this Redis as well, as a further row
  --postgres URL     keep sessions in this PostgreSQL as well, as a further row
  --guests N         how many guests come, 1 to 10000 [default: 200]
  --waiters N        how many waiters begin the evening, 1 to 64 [default: 3]
  --kill-every N     after every so many orders a waiter is killed, and soon a new one begins
                     [default: one is killed midway, and two begin later]
  --scale N,N,...    measure quiet evenings with so many waiters, too, and what a request costs where
  --report FILE.html write a page with pictures of it all; measures 1,2,4,8 unless --scale says otherwise
  --svg FILE.svg     write the picture of what happens when a waiter leaves
  --seed N           what the guests order is drawn from this number [default: 1]
  --json             print one JSON object instead of the table
  --help             print this

Sessions in a Redis or a PostgreSQL are taken away again when the evening is over.
";

/// What this process is to do.
#[derive(Debug)]
pub(crate) enum Task {
    Help,
    Demonstrate(Box<Options>),
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

#[derive(Debug)]
pub(crate) struct Options {
    pub(crate) redis: Option<String>,
    pub(crate) postgres: Option<String>,
    pub(crate) guests: u32,
    pub(crate) waiters: u32,
    pub(crate) kill_every: Option<usize>,
    pub(crate) scale: Vec<u32>,
    pub(crate) report: Option<PathBuf>,
    pub(crate) svg: Option<PathBuf>,
    pub(crate) seed: u64,
    pub(crate) json: bool,
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
    let mut options = Options {
        redis: None,
        postgres: None,
        guests: 200,
        waiters: 3,
        kill_every: None,
        scale: Vec::new(),
        report: None,
        svg: None,
        seed: 1,
        json: false,
    };
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--redis" => options.redis = Some(text(&arg, args.next())?),
            "--postgres" => options.postgres = Some(text(&arg, args.next())?),
            "--guests" => options.guests = within(&arg, number(&arg, args.next())?, 10_000)?,
            "--waiters" => options.waiters = within(&arg, number(&arg, args.next())?, 64)?,
            "--kill-every" => options.kill_every = Some(number(&arg, args.next())?),
            "--scale" => {
                let list = text(&arg, args.next())?;
                let counts = list.split(',').map(|item| within(&arg, number(&arg, Some(item.to_owned()))?, 64));
                options.scale = counts.collect::<Result<_, Fault>>()?;
            }
            "--report" => options.report = Some(text(&arg, args.next())?.into()),
            "--svg" => options.svg = Some(text(&arg, args.next())?.into()),
            "--seed" => options.seed = number(&arg, args.next())?,
            "--json" => options.json = true,
            "--help" | "-h" => return Ok(Task::Help),
            other => return Err(unknown(other)),
        }
    }
    if options.kill_every.is_some_and(|orders| orders < 2) {
        return Err("--kill-every takes a number from 2".into());
    }
    if options.report.is_some() && options.scale.is_empty() {
        options.scale = vec![1, 2, 4, 8];
    }
    Ok(Task::Demonstrate(Box::new(options)))
}

fn read_architecture(arg: Option<String>) -> Result<Architecture, Fault> {
    let name = arg.unwrap_or_default();
    Architecture::named(&name).ok_or_else(|| format!("no architecture is called {name:?}").into())
}

fn text(of: &str, arg: Option<String>) -> Result<String, Fault> {
    arg.ok_or_else(|| format!("{of} takes something more").into())
}

fn number<N: std::str::FromStr>(of: &str, arg: Option<String>) -> Result<N, Fault> {
    arg.and_then(|arg| arg.parse().ok()).ok_or_else(|| format!("{of} takes a number").into())
}

fn within(of: &str, number: u32, most: u32) -> Result<u32, Fault> {
    if (1..=most).contains(&number) { Ok(number) } else { Err(format!("{of} takes a number from 1 to {most}").into()) }
}

fn unknown(arg: &str) -> Fault {
    format!("{arg:?} is not known; see --help").into()
}
