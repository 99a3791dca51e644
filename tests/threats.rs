//! `docs/threats.md` tells the truth: every number is there, every test it names exists, every test with a number is named.
#![expect(clippy::unwrap_used, reason = "a failing test should stop where it fails")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// The numbers that concern sealing, opening and keys.
fn required() -> impl Iterator<Item = u32> {
    (1..=24).chain(30..=38).chain(50..=55).chain(60..=60).chain(80..=83)
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Number to names of tests.
fn table() -> BTreeMap<u32, BTreeSet<String>> {
    let page = fs::read_to_string(root().join("docs/threats.md")).unwrap();
    let rows = page.lines().filter_map(|line| line.strip_prefix("| T"));
    let rows = rows.filter(|row| row.starts_with(|first: char| first.is_ascii_digit()));
    let row = |row: &str| {
        let (number, rest) = row.split_once(" |").unwrap();
        let tests = rest.split('`').filter(|name| is_test_name(name)).map(str::to_owned).collect();
        (number.parse().unwrap(), tests)
    };
    rows.map(row).collect()
}

fn is_test_name(name: &str) -> bool {
    numbers(name).next().is_some() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// `t16_t23_some_words` carries 16 and 23.
fn numbers(name: &str) -> impl Iterator<Item = u32> {
    let number = |part: &str| match part.strip_prefix('t') {
        Some(digits) if digits.len() == 2 => digits.parse().ok(),
        _ => None,
    };
    name.split('_').map_while(number)
}

fn tests_in(dir: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            tests_in(&path, found);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let names = text.lines().filter_map(|line| line.trim_start().strip_prefix("fn "));
            let names = names.filter_map(|rest| rest.split(['(', '<']).next());
            found.extend(names.filter(|name| is_test_name(name)).map(str::to_owned));
        }
    }
}

fn written_tests() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    tests_in(&root().join("src"), &mut found);
    tests_in(&root().join("tests"), &mut found);
    found
}

#[test]
fn no_number_is_missing_or_without_a_test() {
    let table = table();
    for number in required() {
        let tests = table.get(&number).unwrap_or_else(|| panic!("T{number:02} is missing"));
        assert!(!tests.is_empty(), "T{number:02}");
    }
}

#[test]
fn every_named_test_exists_and_carries_the_number() {
    let written = written_tests();
    assert!(written.len() > 80);
    for (number, tests) in table() {
        for test in tests {
            assert!(written.contains(&test), "T{number:02} names {test}, which does not exist");
        }
    }
}

#[test]
fn every_test_with_a_number_is_named_there() {
    let table = table();
    for test in written_tests() {
        for number in numbers(&test) {
            let named = table.get(&number).is_some_and(|tests| tests.contains(&test));
            assert!(named, "{test} is not in the row T{number:02}");
        }
    }
}
