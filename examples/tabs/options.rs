//! What the command line asks for.
//!
//! It may not know how anything is done.

use crate::Fault;

pub(crate) const HELP: &str = "\
Parallel writes of a browser to a cart that is one cookie, and to one of siblings.

Usage: cargo run --release --example tabs -- [OPTIONS]

Options:
  --bursts N   how often every burst is sent, 1 to 1000 [default: 3]
  --seed N     chance is drawn from this number [default: 1]
  --model      a model of a browser's jar, though there may be a Chromium
  --json       print one JSON object instead of the table
  --help       print this
";

#[derive(Debug)]
pub(crate) enum Task {
    Help,
    Demonstrate(Options),
}

#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) bursts: u32,
    pub(crate) seed: u64,
    pub(crate) model: bool,
    pub(crate) json: bool,
}

pub(crate) fn read(mut args: impl Iterator<Item = String>) -> Result<Task, Fault> {
    let mut options = Options { bursts: 3, seed: 1, model: false, json: false };
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--bursts" => options.bursts = number("--bursts", args.next())?,
            "--seed" => options.seed = number("--seed", args.next())?,
            "--model" => options.model = true,
            "--json" => options.json = true,
            "--help" | "-h" => return Ok(Task::Help),
            other => return Err(format!("{other:?} is not known; see --help").into()),
        }
    }
    if !(1..=1_000).contains(&options.bursts) {
        return Err("--bursts takes a number from 1 to 1000".into());
    }
    Ok(Task::Demonstrate(options))
}

fn number<N: std::str::FromStr>(of: &str, arg: Option<String>) -> Result<N, Fault> {
    arg.and_then(|arg| arg.parse().ok()).ok_or_else(|| format!("{of} takes a number").into())
}
