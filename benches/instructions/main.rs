//! How many instructions sealing and opening take, counted by valgrind and held against `baseline.json`. Time differs from machine to
//! machine and from minute to minute; this does not, so a slip of three per cent is seen on the day that it happens.
//!
//! `cargo bench --bench instructions` counts, compares, and exits with 1 if any count is more than 3 % over the baseline's on the same
//! set-up (compiler, valgrind, C library, and the CPU that valgrind pretends to be). On another set-up it reports and does not fail.
//! `-- --write` makes what it counts the baseline. Only `valgrind` must be installed. With `-- --build` it builds the default build from
//! nothing as well, for its size, which is held to the same limit, and its time, which is not.
#![expect(clippy::print_stdout, reason = "a report is for standard output")]
#![allow(missing_docs, unreachable_pub, reason = "modules of a program")]
#![allow(clippy::as_conversions, clippy::indexing_slicing, reason = "a bench that cannot go on should stop")]

mod baseline;
mod callgrind;
mod cases;
mod footprint;
mod setup;
#[path = "../../tests/kit/states.rs"]
#[allow(dead_code, reason = "what is counted uses a part of it")]
mod states;

use baseline::{Baseline, LIMIT};
use std::{collections::BTreeMap, process::ExitCode};

fn main() -> ExitCode {
    let wants = |flag: &str| std::env::args().any(|argument| argument == flag);
    if wants(callgrind::COUNTED) {
        callgrind::be_counted();
        return ExitCode::SUCCESS;
    }
    let count = || {
        let mut found = callgrind::count()?;
        if wants("--build") {
            found.build = footprint::build()?;
        }
        Ok::<_, String>(found)
    };
    let mut found = match count() {
        Ok(found) => found,
        Err(reason) => {
            println!("not counted: {reason}");
            return ExitCode::FAILURE;
        }
    };
    let before = Baseline::read();
    if wants("--write") {
        if found.build.is_empty() {
            found.build = before.map(|before| before.build).unwrap_or_default();
        }
        found.write();
        println!("{} counts are the baseline now: {}", found.instructions.len(), baseline::path().display());
        return ExitCode::SUCCESS;
    }
    let Some(before) = before else {
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
    println!("{:<40}{:>12}{:>12}   change", "instructions", "baseline", "here");
    let mut over = compare(&before.instructions, &found.instructions, |_| true);
    if !found.build.is_empty() {
        println!();
        over += compare(&before.build, &found.build, |name| name == footprint::SIZE);
    }
    over
}

fn compare(before: &BTreeMap<String, u64>, found: &BTreeMap<String, u64>, is_held: impl Fn(&str) -> bool) -> usize {
    let mut over = 0;
    for (name, count) in found {
        let Some(old) = before.get(name) else {
            println!("{name:<40}{:>12}{count:>12}   new", "-");
            continue;
        };
        let change = *count as f64 / (*old).max(1) as f64 - 1.0;
        let is_over = change > LIMIT && is_held(name);
        over += usize::from(is_over);
        println!("{name:<40}{old:>12}{count:>12}  {:>+6.2} %{}", change * 100.0, if is_over { "  OVER" } else { "" });
    }
    for name in before.keys().filter(|name| !found.contains_key(*name)) {
        println!("{name:<40} is in the baseline and was not counted");
        over += 1;
    }
    over
}
