//! What `docs/scale.md` reckons with is measured here, and its tables are made here: nothing on that page is typed by hand.
//!
//! ```text
//! cargo bench --bench tokens -- --json > target/tokens.json
//! cargo bench --bench scale -- --measure target/tokens.json   # measures the rest, writes docs/scale.json and the tables
//! cargo bench --bench scale -- --write                        # the tables alone, from docs/scale.json
//! ```
//!
//! Without a flag it prints the tables. `tests/scale.rs` fails when the page is not what the figures give.
#![expect(clippy::print_stdout, reason = "a report is for standard output")]
#![allow(missing_docs, unreachable_pub, reason = "modules of a program")]
#![allow(
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a bench that cannot go on should stop"
)]

mod figures;
mod measure;
mod page;
#[path = "../kit/race.rs"]
#[allow(dead_code, reason = "medians alone are asked for")]
mod race;
mod redis;
#[path = "../../tests/kit/states.rs"]
#[allow(dead_code, reason = "what is measured uses a part of it")]
mod states;
mod tables;

use figures::Figures;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "--measure") {
        let tokens = std::fs::read_to_string(&arguments[at + 1]).expect("what `tokens -- --json` has printed");
        measure::all(&tokens).write();
    }
    let tables = tables::all(&Figures::read());
    if arguments.iter().any(|argument| argument == "--measure" || argument == "--write") {
        page::write(&page::with(&page::read(), &tables));
        println!("{} tables of docs/scale.md", tables.len());
    } else {
        for (name, table) in tables {
            println!("{name}\n\n{table}");
        }
    }
}
