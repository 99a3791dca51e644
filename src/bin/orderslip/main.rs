//! The command `orderslip`: keys for a fleet, and what stands in a token.
//!
//! It may not know more of the library than any program does. What it changes it changes in a file; servers follow the file
//! (`SharedKeyring::watch_file`), or get it by whatever brings secrets to them. `src/manual/command.md` is its manual page.

mod args;
mod failure;
mod input;
mod ring_file;
mod uses;
mod report;

mod change;
mod look;
mod doctor;
mod inspect;
mod mint;

use crate::{
    args::{Args, Command, Keys},
    failure::Failure,
    report::Report,
};
use clap::Parser as _;
use orderslip::UnixTime;
use std::{io::Write as _, process::ExitCode};

fn main() -> ExitCode {
    let args = Args::parse();
    match run(&args).and_then(|report| print(&args, &report)) {
        Ok(code) => code,
        Err(failure) => {
            let told = if args.json { failure.to_json() } else { format!("orderslip: {failure}") };
            let _ = writeln!(std::io::stderr(), "{told}"); // nobody is left to be told that this failed
            failure.code()
        }
    }
}

fn run(args: &Args) -> Result<Report, Failure> {
    let now = args.now.map_or_else(UnixTime::now, Ok)?;
    match &args.command {
        Command::Keys { command } => match command {
            Keys::New(new) => change::new(new, now),
            Keys::Policy(policy) => change::policy(policy, now),
            Keys::Stage(stage) => change::stage(stage, now),
            Keys::Promote(promote) => change::promote(promote, now),
            Keys::Retire(retire) => change::retire(retire, now),
            Keys::Revoke(revoke) => change::revoke(revoke, now),
            Keys::Prune(prune) => change::prune(prune, now),
            Keys::Check(check) => look::check(check, now),
            Keys::Public(public) => look::public(public),
            Keys::Show(show) => look::show(show, now),
        },
        Command::Doctor(rings) => doctor::examine(rings, now),
        Command::Inspect(inspect) => inspect::inspect(inspect, now),
        Command::Mint(mint) => mint::mint(mint, now),
    }
}

/// Findings are an answer and no failure of the command, yet a script must be able to stop at them.
fn print(args: &Args, report: &Report) -> Result<ExitCode, Failure> {
    let text = if args.json { report.to_json()? } else { report.to_string() };
    std::io::stdout().write_all(text.as_bytes()).map_err(|cause| Failure::io("standard output", &cause))?;
    Ok(if report.has_findings() { failure::FOUND.into() } else { ExitCode::SUCCESS })
}
