//! The rehearsal of faults: the shop with three processes, and everything that goes wrong around it.
//!
//! `cargo test --release --test faults` takes a minute or two; `-- --docs` takes some ten minutes, and writes the table of `docs/faults.md`; a word
//! (`kills`, `storm`, `disk`, `clocks`, `rings`, `flood`) runs one part of it. What must hold is checked on every request: no panic, no state that nobody
//! made, no cart lost but where the docs say so. Nothing depends on how long anything takes: the flood ends after a time, and its length is all
//! that the time decides.
#![cfg_attr(not(target_os = "linux"), expect(unused, reason = "processes are looked at in /proc"))]

#[path = "../../examples/restaurant/dice.rs"]
#[expect(dead_code, reason = "the example draws in more ways")]
mod dice;
#[path = "../kit/example.rs"]
#[expect(dead_code, unreachable_pub, reason = "other tests read an example's JSON, too")]
mod example;

mod shop;
mod table;
mod visitor;

mod clocks;
mod disk;
mod flood;
mod hostile;
mod kills;
mod rings;
mod storm;

use std::{env, process::ExitCode};
use table::Row;

/// What goes wrong with the rehearsal itself, or what must not be.
type Fault = Box<dyn std::error::Error + Send + Sync>;

/// How much of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Length {
    Short,
    Full,
}

impl Length {
    fn of<T>(self, short: T, full: T) -> T {
        if self == Self::Short { short } else { full }
    }
}

const PARTS: [&str; 6] = ["kills", "storm", "disk", "clocks", "rings", "flood"];

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    if let [role, file, limit] = args.as_slice()
        && role == disk::ROLE
    {
        return disk::rewrite(file, limit);
    }
    if cfg!(not(target_os = "linux")) {
        println!("left out: processes are looked at in /proc");
        return ExitCode::SUCCESS;
    }
    let docs = args.iter().any(|arg| arg == "--docs");
    let length = if docs || args.iter().any(|arg| arg == "--full") { Length::Full } else { Length::Short };
    let asked: Vec<&str> = PARTS.into_iter().filter(|part| args.iter().any(|arg| arg == part)).collect();
    let parts = if asked.is_empty() { PARTS.to_vec() } else { asked };
    let done = tokio::runtime::Runtime::new()
        .map_err(Fault::from)
        .and_then(|runtime| runtime.block_on(rehearse(&parts, length)));
    match done.and_then(|rows| if docs { table::write(&rows) } else { Ok(()) }) {
        Ok(()) => {
            println!("\ntest result: ok. {} passed; 0 failed; 0 ignored; 0 measured; 0 filtered out", parts.len());
            ExitCode::SUCCESS
        }
        Err(fault) => {
            println!(
                "\nFAILED: {fault}\n\ntest result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out"
            );
            ExitCode::FAILURE
        }
    }
}

async fn rehearse(parts: &[&str], length: Length) -> Result<Vec<Row>, Fault> {
    let mut rows = Vec::new();
    println!("{}", table::HEAD);
    for part in parts {
        let more = match *part {
            "kills" => kills::rehearse(length).await,
            "storm" => storm::rehearse(length).await,
            "disk" => disk::rehearse(length).await,
            "clocks" => clocks::rehearse(length).await,
            "rings" => rings::rehearse(length).await,
            _ => flood::rehearse(length).await,
        };
        let more = more.map_err(|fault| format!("{part}: {fault}"))?;
        more.iter().for_each(|row| println!("{row}"));
        rows.extend(more);
    }
    Ok(rows)
}

/// What must be.
fn must(is_so: bool, what: impl FnOnce() -> String) -> Result<(), Fault> {
    if is_so { Ok(()) } else { Err(what().into()) }
}
