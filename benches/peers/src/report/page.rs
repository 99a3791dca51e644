//! `docs/benchmarks.md`, all of it: whoever wants another figure there changes what makes it.

mod words;

use super::{floor, footprint, in_order, machine, micros, plot, ratio, sentence, stores, times};
use crate::stage::{STATES, Stage};
use std::{fmt::Write as _, fs, path::Path};
use words::{AGAIN, CONTENDERS, FLOOR, HOW_TO_READ, LIMITS, STORES};

/// What browsers keep of a cookie, its name included (RFC 6265bis section 5.6).
const COOKIE_LIMIT: usize = 4_096;

const COMMAND: &str =
    "cargo bench --manifest-path benches/peers/Cargo.toml --target-dir target --features all -- --write";

/// Writes the page, its picture, and what the README has of it: a sentence and a row of sizes.
pub fn write(stage: &Stage, rounds: usize) {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = here.join("../..");
    println!("\nthe stores …");
    let stores = stores::table();
    println!("the floor …");
    let floor = floor::table(&root);
    println!("the build …");
    let footprint = footprint::paragraph(here);
    let sentence = sentence::sentence(stage);
    let parts = [
        head(&sentence),
        contenders(stage),
        section("Against code written by hand", FLOOR, &floor),
        section("Against a store", STORES, &stores),
        section("What the library adds to a build", "", &wrapped(&footprint)),
        list("What it does not say", &LIMITS),
        origin(rounds),
    ];
    let docs = root.join("docs");
    fs::write(docs.join("benchmarks.md"), parts.join("\n")).expect("a page");
    fs::write(docs.join("benchmarks.svg"), plot::svg(stage)).expect("a picture");
    sentence::put(&root, &sentence, &sentence::sizes(stage));
    println!("docs/benchmarks.md, docs/benchmarks.svg, and the README's sentence and row of sizes are written");
}

fn wrapped(text: &str) -> String {
    sentence::wrapped(text, 140)
}

fn list(title: &str, items: &[&str]) -> String {
    let items = items.iter().map(|item| format!("- {}\n", wrapped(item).replace('\n', "\n  ")));
    format!("## {title}\n\n{}", items.collect::<String>())
}

fn section(title: &str, text: &str, body: &str) -> String {
    let text = if text.is_empty() { String::new() } else { format!("{}\n\n", wrapped(text)) };
    format!("## {title}\n\n{text}{}\n", body.trim_end())
}

fn head(sentence: &str) -> String {
    let picture = "![Seal and open together, each library and three states](benchmarks.svg)";
    let mark = "<!-- all of it written by benches/peers: change what writes it -->";
    format!("# Benchmarks\n\n{mark}\n\n{}\n\n{picture}\n\n{}", wrapped(sentence), list("How to read", &HOW_TO_READ))
}

fn contenders(stage: &Stage) -> String {
    let mut text = format!("## Sizes and times\n\n{}\n", wrapped(CONTENDERS));
    for (state, what) in STATES.into_iter().zip(["232 bytes of JSON", "977 bytes of JSON", "2779 bytes of JSON"]) {
        writeln!(text, "\n### {state}: {what}\n").expect("a String");
        text.push_str("| | promise | size | seal µs | open µs | both µs | × ours, `encrypted` | × ours alike |\n");
        text.push_str("|---|---|---:|---:|---:|---:|---:|---:|\n");
        for contender in in_order(stage, state) {
            let (name, [encrypted, alike]) = (contender.name, times(stage, contender, state));
            let size = stage.size(name, state);
            let mark = if size > COOKIE_LIMIT { " †" } else { "" };
            let cells = [
                name.to_owned(),
                contender.class.promise().to_owned(),
                format!("{size}{mark}"),
                micros(stage.seal(name, state)),
                micros(stage.open(name, state)),
                micros(stage.both(name, state)),
                ratio(encrypted),
                ratio(alike),
            ];
            writeln!(text, "| {} |", cells.join(" | ")).expect("a String");
        }
    }
    format!("{text}\n† more than the {COOKIE_LIMIT} bytes that a browser keeps of a cookie and its name.\n")
}

fn origin(rounds: usize) -> String {
    let facts = format!(
        "{}, {}, on {}, with other work on the machine (load {} at the end); {}; {rounds} rounds. Times of other machines differ, and so do ratios between \
         libraries that use other instructions.",
        machine::processor(),
        machine::system(),
        machine::today(),
        machine::load(),
        machine::compiler(),
    );
    let versions = format!("With {}.", machine::versions());
    format!(
        "## Where, with what, and again\n\n{}\n\n{}\n\n```console\n$ {COMMAND}\n```\n\n{}\n",
        wrapped(&facts),
        wrapped(&versions),
        wrapped(AGAIN)
    )
}
