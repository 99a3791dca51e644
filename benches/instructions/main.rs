//! How many instructions sealing and opening take, counted by valgrind and held against `baseline.json`. Time differs from machine to
//! machine and from minute to minute; this does not, so a slip of three per cent is seen on the day that it happens.
//!
//! `cargo bench --bench instructions` counts, compares, and exits with 1 if any count is more than 3 % over the baseline's on the same
//! set-up (compiler, valgrind, C library, and the CPU that valgrind pretends to be). On another set-up it reports and does not fail.
//! `-- --write` makes what it counts the baseline. Only `valgrind` must be installed.
#![expect(clippy::print_stdout, reason = "a report is for standard output")]
#![allow(missing_docs, unreachable_pub, reason = "modules of a program")]
#![allow(clippy::as_conversions, clippy::indexing_slicing, reason = "a bench that cannot go on should stop")]

mod baseline;
mod callgrind;
mod cases;
mod setup;
#[path = "../../tests/kit/states.rs"]
#[allow(dead_code, reason = "what is counted uses a part of it")]
mod states;

use baseline::{Baseline, LIMIT};
use std::process::ExitCode;

fn main() -> ExitCode {
    let wants = |flag: &str| std::env::args().any(|argument| argument == flag);
    if wants(callgrind::COUNTED) {
        callgrind::be_counted();
        return ExitCode::SUCCESS;
    }
    let found = match callgrind::count() {
        Ok(found) => found,
        Err(reason) => {
            println!("not counted: {reason}");
            return ExitCode::FAILURE;
        }
    };
    if wants("--write") {
        found.write();
        println!("{} counts are the baseline now: {}", found.instructions.len(), baseline::path().display());
        return ExitCode::SUCCESS;
    }
    let Some(before) = Baseline::read() else {
        println!("there is no baseline: make one with -- --write");
        return ExitCode::FAILURE;
    };
    let is_comparable = before.setup == found.setup;
    let over = report(&before, &found);
    if !is_comparable {
        println!(
            "\nanother set-up than the baseline's, so nothing fails:\n  baseline {}\n  here     {}",
            before.setup, found.setup
        );
        return ExitCode::SUCCESS;
    }
    if over == 0 {
        println!("\nall within {:.0} % of the baseline", LIMIT * 100.0);
        return ExitCode::SUCCESS;
    }
    println!(
        "\n{over} over the baseline by more than {:.0} %. If that is meant: -- --write, and say why in the commit",
        LIMIT * 100.0
    );
    ExitCode::FAILURE
}

/// Prints every count, and gives how many are over the limit or were not counted at all.
fn report(before: &Baseline, found: &Baseline) -> usize {
    let mut over = 0;
    println!("{:<40}{:>12}{:>12}   change", "instructions", "baseline", "here");
    for (name, count) in &found.instructions {
        let Some(old) = before.instructions.get(name) else {
            println!("{name:<40}{:>12}{count:>12}   new", "-");
            continue;
        };
        let change = *count as f64 / *old as f64 - 1.0;
        let verdict = if change > LIMIT { "  OVER" } else { "" };
        over += usize::from(change > LIMIT);
        println!("{name:<40}{old:>12}{count:>12}  {:>+6.2} %{verdict}", change * 100.0);
    }
    for name in before.instructions.keys().filter(|name| !found.instructions.contains_key(*name)) {
        println!("{name:<40} is in the baseline and was not counted");
        over += 1;
    }
    over
}
