//! The manual's page `defaults` has every default and every limit of the public API, with its value, a reason, a source and a way to change it.
#![expect(clippy::unwrap_used, reason = "a failing test should stop where it fails")]

use orderslip::{
    DEFAULT_LEEWAY, Layout, MAX_BINDINGS, MAX_LEEWAY, MAX_PURPOSE, MAX_TOKEN_TEXT, MIN_SECRET, SlipState,
    cookie::{Budget, MAX_AGE, MAX_PAIR, RETRY_AFTER, RETRY_SOON},
    merge::{Cart, Line, Policy},
    revoke::MAX_RECORD,
};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

/// The rows of a page's tables with four columns: the first cell, and the others.
fn rows(page: &str) -> BTreeMap<String, Vec<String>> {
    let cells = |line: &str| {
        let cells = line.trim().trim_matches('|').split(" | ");
        cells.map(|cell| cell.trim().to_owned()).collect::<Vec<_>>()
    };
    let rows = page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| what |")).map(cells);
    rows.filter(|row| row.len() == 4).map(|mut row| (row.remove(0), row)).collect()
}

fn page() -> BTreeMap<String, Vec<String>> {
    rows(&fs::read_to_string(root().join("src/manual/defaults.md")).unwrap())
}

/// The value that the row of an item has.
fn value(rows: &BTreeMap<String, Vec<String>>, item: &str) -> String {
    let named = format!("`{item}`");
    let row = rows.iter().find(|(what, _)| what.contains(&named));
    row.expect(item).1.first().unwrap().clone()
}

fn rust_files(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let files = entries.flat_map(|path| if path.is_dir() { rust_files(&path) } else { vec![path] });
    files.filter(|path| path.extension().is_some_and(|ext| ext == "rs")).collect()
}

/// Public constants that are a default or a limit, and public methods whose documentation says what holds unless they are called.
fn in_source() -> Vec<String> {
    let mut found = Vec::new();
    for file in rust_files(&root().join("src")).into_iter().filter(|file| !file.starts_with(root().join("src/bin"))) {
        let text = fs::read_to_string(&file).unwrap();
        let mut comment = String::new();
        for line in text.lines().map(str::trim_start) {
            if let Some(words) = line.strip_prefix("///") {
                comment.push_str(words);
                continue;
            }
            let name = |rest: &str| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap().to_owned();
            if let Some(constant) = line.strip_prefix("pub const ").map(name) {
                let is_limit = ["DEFAULT_", "MAX_", "MIN_", "RETRY_"].iter().any(|kind| constant.starts_with(kind));
                found.extend(is_limit.then_some(constant));
            }
            let method = line.strip_prefix("pub fn ").or_else(|| line.strip_prefix("pub const fn ")).map(name);
            if comment.to_lowercase().contains("unless set") {
                found.extend(method);
            }
            if !line.starts_with('#') {
                comment.clear();
            }
        }
    }
    found
}

#[test]
fn every_default_and_every_limit_is_on_the_page() {
    let (rows, found) = (page(), in_source());
    assert!(found.len() >= 20, "{found:?}");
    for item in found {
        let named = |cell: &String| cell.contains(&format!("`{item}`")) || cell.contains(&format!("::{item}`"));
        let is_there = rows.iter().any(|(what, cells)| named(what) || cells.last().is_some_and(named));
        assert!(is_there, "{item} has a default or is a limit, and no row");
    }
}

#[test]
fn every_row_has_a_value_a_reason_a_source_and_a_way_to_change_it() {
    let rows = page();
    assert!(rows.len() > 50, "{}", rows.len());
    for (what, cells) in rows {
        assert!(cells.iter().all(|cell| !cell.is_empty()), "{what}: {cells:?}");
        assert!(cells.get(1).unwrap().ends_with(')'), "a reason ends with whose it is, in brackets: {what}");
    }
}

#[test]
fn the_values_are_those_of_the_code() {
    struct Goods;
    impl Line for Goods {
        const PURPOSE: &'static str = "shop.example/cart";
        const VERSION: u16 = 1;
    }
    let rows = page();
    let seconds = |time: Duration| format!("{} s", time.as_secs());
    let minutes = |time: Duration| format!("{} min", time.as_secs() / 60);
    let bytes = |size: usize| format!("{size} bytes");
    let policy = Policy::default();
    let layout = if <Cart<Goods> as SlipState>::LAYOUT == Layout::default() { "`Named`" } else { "`Positional`" };
    for (item, found) in [
        ("DEFAULT_LEEWAY", seconds(DEFAULT_LEEWAY)),
        ("MAX_LEEWAY", minutes(MAX_LEEWAY)),
        ("MAX_TOKEN_TEXT", bytes(MAX_TOKEN_TEXT)),
        ("MAX_PURPOSE", bytes(MAX_PURPOSE)),
        ("MAX_BINDINGS", MAX_BINDINGS.to_string()),
        ("MIN_SECRET", bytes(MIN_SECRET)),
        ("SlipState::LAYOUT", layout.to_owned()),
        ("MAX_AGE", format!("{} days", MAX_AGE.as_secs() / 86_400)),
        ("MAX_PAIR", bytes(MAX_PAIR)),
        ("RETRY_AFTER", format!("{RETRY_AFTER} s")),
        ("RETRY_SOON", format!("{RETRY_SOON} s")),
        ("MAX_RECORD", bytes(MAX_RECORD)),
        ("PolicyBuilder::transit", minutes(policy.transit())),
        ("PolicyBuilder::skew", seconds(policy.skew())),
        ("PolicyBuilder::window", minutes(policy.window())),
        ("PolicyBuilder::header_limit", bytes(policy.header_limit())),
        ("PolicyBuilder::processes", policy.processes().to_string()),
        ("PolicyBuilder::base_limit", bytes(policy.base_limit())),
    ] {
        assert_eq!(value(&rows, item), found, "{item}");
    }
    // Limits that are nobody's to name: as the source has them.
    for (item, file, constant, unit) in [
        ("tombstones of a jar in a browser", "src/cookie/tombstone.rs", "MAX_TOMBSTONES", ""),
        (
            "the shortest secret text in an environment variable",
            "src/keyring/source.rs",
            "MIN_SECRET_TEXT",
            " characters",
        ),
    ] {
        let source = fs::read_to_string(root().join(file)).unwrap();
        let found = source.split(&format!("const {constant}: usize = ")).nth(1).unwrap().split(';').next().unwrap();
        assert_eq!(rows.get(item).expect(item).first().unwrap(), &format!("{found}{unit}"), "{item}");
    }
    let budget = format!("{:?}", Budget::default());
    for part in ["pair", "line", "answer", "request"] {
        let said = value(&rows, &format!("Budget::{part}"));
        assert!(budget.contains(&format!("{part}: {}", said.trim_end_matches(" bytes"))), "{part}: {said}, {budget}");
    }
    #[cfg(feature = "redis")]
    {
        let limit = format!("{} ms", orderslip::revoke::DEFAULT_TIME_LIMIT.as_millis());
        assert_eq!(value(&rows, "DEFAULT_TIME_LIMIT"), limit);
    }
}

#[test]
fn a_row_with_an_empty_cell_is_found() {
    let rows = rows("| what | value | reason, and whose | to change it |\n|---|---|---|---|\n| `a` | 1 |  | c |\n");
    assert_eq!(rows.get("`a`").unwrap().get(1).unwrap(), "");
}
