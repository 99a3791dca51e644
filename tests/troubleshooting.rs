//! `src/manual/troubleshooting.md` has an entry for every reason that an event can give, and for no other; what the key ring tells stands in a table; and its
//! Rust is this.
#![expect(clippy::unwrap_used, reason = "a failing test should stop where it fails")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

mod listening {
    use tracing::Level;
    use tracing_subscriber::{filter::Targets, prelude::*};

    /// The events of orderslip down to debug, and those of everything else down to info.
    pub(super) fn listen() {
        let wanted = Targets::new().with_default(Level::INFO).with_target("orderslip", Level::DEBUG);
        tracing_subscriber::registry().with(tracing_subscriber::fmt::layer().with_filter(wanted)).init();
    }
}

fn text(path: impl AsRef<Path>) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

fn rust_files(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { rust_files(&path) } else { vec![path] }).collect()
}

/// The files of the library, without those of the command.
fn library() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    rust_files(&root.join("src")).into_iter().filter(|file| !file.starts_with(root.join("src/bin"))).collect()
}

/// The words that an arm of `reason` gives, and those that an event has as they stand.
fn reasons_in_source() -> BTreeSet<String> {
    let event = text("src/cookie/event.rs");
    let arms = event.split("fn reason(").nth(1).unwrap().split("\n}\n").next().unwrap();
    let word_of = |rest: &str| rest.split('"').next().unwrap().to_owned();
    let mut found: BTreeSet<String> = arms.split("=> \"").skip(1).map(word_of).collect();
    assert!(found.len() > 10, "{found:?}");
    for file in library() {
        let words = text(file).split("reason = \"").skip(1).map(word_of).collect::<Vec<_>>();
        // That of a lint is a sentence.
        found.extend(words.into_iter().filter(|reason| !reason.contains(' ')));
    }
    found
}

#[test]
fn every_reason_has_an_entry_and_every_entry_is_a_reason() {
    let page = text("src/manual/troubleshooting.md");
    let heading = |line: &str| line.strip_prefix("### `").and_then(|line| line.strip_suffix('`')).map(str::to_owned);
    let entries: Vec<String> = page.lines().filter_map(heading).collect();
    assert_eq!(entries.iter().cloned().collect::<BTreeSet<_>>(), reasons_in_source());
    assert_eq!(entries.len(), reasons_in_source().len(), "an entry is there once");
    for entry in page.split("\n### ").skip(1) {
        let entry = entry.split("\n## ").next().unwrap();
        assert!(entry.contains("\n\nLevel: "), "its level, and what it means: {entry}");
        assert!(entry.contains("\n**Do** "), "what to do: {entry}");
    }
}

/// The texts of events that give no reason, with their levels. What is told for debugging alone needs no operator.
fn events_without_a_reason() -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for file in library() {
        for event in text(file).split("tracing::").skip(1) {
            let Some((level, rest)) = event.split_once("!(") else { continue };
            let told = rest.split(");").next().unwrap();
            if ["info", "warn", "error"].contains(&level) && !told.contains("reason") {
                found.insert((told.rsplit('"').nth(1).unwrap().to_owned(), level.to_owned()));
            }
        }
    }
    found
}

#[test]
fn what_is_told_without_a_reason_has_a_row() {
    let page = text("src/manual/troubleshooting.md");
    let table = page.split("\n## What the key ring tells\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| event |"));
    let rows = rows.map(|row| {
        let mut cells = row.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned());
        (cells.next().unwrap(), cells.next().unwrap())
    });
    let found = events_without_a_reason();
    assert!(found.len() >= 8, "{found:?}");
    assert_eq!(rows.collect::<BTreeSet<_>>(), found);
}

#[test]
fn what_shows_itself_elsewhere_has_an_entry() {
    let page = text("src/manual/troubleshooting.md");
    for symptom in
        ["400", "431", "502", "upstream sent too big header", "does not come back", "401", "403", "413", "503"]
    {
        let has = page.lines().any(|line| line.starts_with("#### ") && line.contains(symptom));
        assert!(has, "{symptom}");
    }
}

#[test]
fn the_subscriber_of_the_page_is_one() {
    let page = text("src/manual/troubleshooting.md");
    let block = page.split("```rust\n").nth(1).unwrap().split("```").next().unwrap();
    let ours = text("tests/troubleshooting.rs");
    let module = ours.split("mod listening {\n").nth(1).unwrap().split("\n}\n").next().unwrap();
    let plain = |code: &str| {
        let lines = code.lines().map(|line| line.trim_start().trim_start_matches("pub(super) "));
        lines.filter(|line| !line.is_empty()).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(plain(block), plain(module));
    listening::listen();
    assert!(tracing::enabled!(target: "orderslip::cookie::event", tracing::Level::DEBUG));
    assert!(!tracing::enabled!(target: "others", tracing::Level::DEBUG));
}
