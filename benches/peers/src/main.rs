//! orderslip beside other libraries that put state into tokens and cookies: sizes, speeds, gates, and the page `docs/benchmarks.md`.
//!
//! `cargo bench --manifest-path benches/peers/Cargo.toml` prints a table; `-- --gates` prints each gate with its ratio as well and exits
//! with 1 if one is not held; `-- --rounds 100` is a short run. `--features all -- --write` runs every peer and the stores, and writes
//! `docs/benchmarks.md`, its picture, and in the README the sentence about speed and the row of sizes.
#![expect(clippy::print_stdout, reason = "a report is for standard output")]
#![allow(missing_docs, unreachable_pub, reason = "modules of a program")]

#[path = "../../kit/race.rs"]
#[allow(
    dead_code,
    clippy::indexing_slicing,
    reason = "of the bench `tokens`, which uses all of it and has its own lints"
)]
mod race;
#[path = "../../../tests/kit/states.rs"]
mod states;

mod gates;
mod jars;
mod jwt;
#[cfg(feature = "all")]
mod more;
mod ours;
mod paseto;
mod report;
mod stage;

use stage::{STATES, Scene, Stage, State};
use std::process::ExitCode;

/// Rounds of short samples unless `--rounds` says otherwise.
const ROUNDS: usize = 800;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let wants = |flag: &str| arguments.iter().any(|argument| argument == flag);
    let rounds = arguments.iter().skip_while(|argument| *argument != "--rounds").nth(1);
    let rounds = rounds.map_or(ROUNDS, |number| number.parse().expect("a number of rounds"));
    if wants("--write") && !cfg!(feature = "all") {
        eprintln!("the page has every peer: --features all");
        return ExitCode::FAILURE;
    }
    jwt::install();
    let mut stage = Stage::default();
    enter(&mut stage, STATES[0], states::session());
    enter(&mut stage, STATES[1], states::cart10());
    enter(&mut stage, STATES[2], states::cart30());
    stage.race.run(rounds);
    report::print(&stage);
    #[cfg(feature = "all")]
    if wants("--write") {
        report::write(&stage, rounds);
    }
    if wants("--gates") && !gates::hold(&stage) { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn enter<T: State>(stage: &mut Stage, state_name: &'static str, state: T) {
    let mut scene = Scene { stage, state_name, state };
    ours::enter(&mut scene);
    jwt::enter(&mut scene);
    jars::enter(&mut scene);
    paseto::enter(&mut scene);
    #[cfg(feature = "all")]
    more::enter(&mut scene);
}
