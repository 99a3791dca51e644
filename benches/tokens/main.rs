//! How fast tokens are, against the floor: code that somebody would write by hand for one format, one key and one state, on the same
//! primitives and with the same bytes on the wire (`floor.rs`).
//!
//! `cargo bench --bench tokens` prints minima and ratios; `-- --gates` prints each gate with its ratio and exits with 1 if one is exceeded;
//! `-- --gates --no-worse` passes over the gaps that are known (`KNOWN_GAPS`) as long as they have not grown. A ratio is of sealing and opening together. `-- --parts` prints what the parts cost, and `-- --json` all figures for other programs.
#![expect(clippy::print_stdout, reason = "a report is for standard output")]
#![allow(missing_docs, unreachable_pub, reason = "modules of a program")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a bench that cannot go on should stop"
)]

#[path = "../kit/race.rs"]
mod race;

mod contenders;
mod floor;
mod floor_jose;
mod hostile;
mod parts;
mod states;
mod threads;

use contenders::{FORMATS, STATES};
use race::Race;
use std::process::ExitCode;

/// Rounds of short samples: the minima of two runs differ by less than a per cent with so many.
const ROUNDS: usize = 1_200;

/// Seal and open over the floor's, for Session, Cart10 and Cart30.
const GATES: [(&str, [f64; 3]); 5] = [
    ("encrypted named", [1.25, 1.12, 1.10]),
    ("encrypted positional", [1.25, 1.15, 1.12]),
    ("signed", [1.20, 1.10, 1.08]),
    ("jws", [1.15, 1.10, 1.08]),
    ("jwe", [1.25, 1.12, 1.10]),
];

/// How many times as fast encrypted Positional is as encrypted Named, at least. Set when reading names was
/// slow: what is found falls short of it (`docs/design.md` section 11).
const POSITIONAL: [f64; 3] = [1.2, 1.4, 1.4];

/// Gates that are not held, and what they are held to instead by `--no-worse`: `docs/design.md` section 11 says what each would take.
const KNOWN_GAPS: [(&str, f64); 4] = [
    ("encrypted positional, Session", 1.36),
    ("positional over named, Session", 1.06),
    ("positional over named, Cart10", 1.24),
    ("positional over named, Cart30", 1.32),
];

struct Verdict {
    held: bool,
    /// Whether a known gap is passed over.
    no_worse: bool,
}

impl Verdict {
    fn at_most(&mut self, what: &str, found: f64, limit: f64, unit: &str) {
        self.say(what, found, "at most", limit, unit, found <= limit);
    }

    fn at_least(&mut self, what: &str, found: f64, limit: f64, unit: &str) {
        self.say(what, found, "at least", limit, unit, found >= limit);
    }

    fn say(&mut self, what: &str, found: f64, bound: &str, limit: f64, unit: &str, held: bool) {
        let known = KNOWN_GAPS.iter().find(|(gap, _)| *gap == what).filter(|_| self.no_worse && !held);
        if let Some((_, last)) = known {
            let held = if bound == "at most" { found <= *last } else { found >= *last };
            println!(
                "{} {what:<58} {found:8.3}{unit}, {bound} {limit}: known, and no worse than {last}",
                if held { "gap " } else { "OVER" }
            );
            self.held &= held;
            return;
        }
        println!("{} {what:<58} {found:8.3}{unit}, {bound} {limit}", if held { "ok  " } else { "OVER" });
        self.held &= held;
    }
}

fn main() -> ExitCode {
    let wants = |flag: &str| std::env::args().any(|argument| argument == flag);
    let only = std::env::var("ORDERSLIP_BENCH").unwrap_or_default();
    let mut race = Race::default();
    contenders::enter(&mut race, &only);
    hostile::enter(&mut race, &only);
    if wants("--parts") {
        parts::enter(&mut race);
    }
    race.run(ROUNDS);
    if wants("--json") {
        let figures: serde_json::Map<_, _> = race
            .names()
            .map(|name| (name.to_owned(), serde_json::json!([race.min(name), race.median(name)])))
            .collect();
        println!("{}", serde_json::Value::Object(figures));
        return ExitCode::SUCCESS;
    }
    report(&race, &only);
    if wants("--parts") {
        parts::report(&race);
    }
    if !wants("--gates") {
        return ExitCode::SUCCESS;
    }
    let mut verdict = Verdict { held: true, no_worse: wants("--no-worse") };
    gates(&race, &mut verdict);
    hostile::gates(&race, &mut verdict);
    threads::gate(&mut verdict);
    if verdict.held { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn sum(race: &Race<'_>, who: &str, format: &str, state: &str) -> f64 {
    race.min(&format!("{format}/{state}/{who} seal")) + race.min(&format!("{format}/{state}/{who} open"))
}

fn gates(race: &Race<'_>, verdict: &mut Verdict) {
    println!("\nseal and open, over the floor");
    for (format, limits) in GATES {
        for (state, limit) in STATES.iter().zip(limits) {
            let ratio = sum(race, "ours", format, state) / sum(race, "floor", format, state);
            verdict.at_most(&format!("{format}, {state}"), ratio, limit, "");
        }
    }
    println!("\nencrypted positional, times as fast as encrypted named");
    for (state, limit) in STATES.iter().zip(POSITIONAL) {
        let ratio = sum(race, "ours", "encrypted named", state) / sum(race, "ours", "encrypted positional", state);
        verdict.at_least(&format!("positional over named, {state}"), ratio, limit, "");
    }
}

fn report(race: &Race<'_>, only: &str) {
    println!("nanoseconds, minima (medians); times the floor's minimum\n");
    println!("{:<22}{:<9}{:>16}{:>16}{:>16}   seal  open  both", "format", "state", "seal", "open", "reseal");
    for format in FORMATS.iter().filter(|format| format.contains(only)) {
        for state in STATES {
            let of = |what: &str| format!("{format}/{state}/{what}");
            let ratio = |what: &str| race.min(&of(&format!("ours {what}"))) / race.min(&of(&format!("floor {what}")));
            let both = sum(race, "ours", format, state) / sum(race, "floor", format, state);
            let show = |what: &str| {
                let name = of(&format!("ours {what}"));
                format!("{:.0} ({:.0})", race.min(&name), race.median(&name))
            };
            println!(
                "{format:<22}{state:<9}{:>16}{:>16}{:>16}   {:4.2}  {:4.2}  {both:4.2}",
                show("seal"),
                show("open"),
                show("reseal"),
                ratio("seal"),
                ratio("open")
            );
        }
    }
    for (name, what) in hostile::NAMES {
        if hostile::NAMES[0].0.contains(only) || only.is_empty() {
            println!("{name:<40} {:>8.0} ns   {what}", race.min(name));
        }
    }
}
