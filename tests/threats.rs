//! `docs/threats.md` tells the truth: every number is there, every test it names exists, every test with a number is named.
#![expect(clippy::unwrap_used, reason = "a failing test should stop where it fails")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// Every threat that has a number.
fn required() -> impl Iterator<Item = u32> {
    (1..=39).chain(50..=58).chain(60..=60).chain(70..=77).chain(80..=83).chain(90..=90)
}

/// The published faults of such libraries that the page must have.
const PUBLISHED: [&str; 104] = [
    "CVE-2015-10004",
    "CVE-2015-9235",
    "CVE-2016-1000223",
    "CVE-2016-1000236",
    "CVE-2016-10555",
    "CVE-2016-4437",
    "CVE-2016-6298",
    "CVE-2016-7036",
    "CVE-2016-9121",
    "CVE-2016-9122",
    "CVE-2016-9123",
    "CVE-2017-11424",
    "CVE-2017-18589",
    "CVE-2018-0114",
    "CVE-2018-1000025",
    "CVE-2018-1000519",
    "CVE-2018-1000539",
    "CVE-2018-1000814",
    "CVE-2018-15133",
    "CVE-2019-14859",
    "CVE-2019-16782",
    "CVE-2019-17195",
    "CVE-2019-18848",
    "CVE-2019-20933",
    "CVE-2019-25001",
    "CVE-2019-7644",
    "CVE-2020-15222",
    "CVE-2020-17526",
    "CVE-2020-26160",
    "CVE-2020-28042",
    "CVE-2020-7070",
    "CVE-2020-8184",
    "CVE-2021-41106",
    "CVE-2021-46743",
    "CVE-2022-21449",
    "CVE-2022-23540",
    "CVE-2022-29217",
    "CVE-2022-36083",
    "CVE-2022-39227",
    "CVE-2022-50237",
    "CVE-2023-27524",
    "CVE-2023-30861",
    "CVE-2023-42811",
    "CVE-2023-48223",
    "CVE-2023-48309",
    "CVE-2023-49290",
    "CVE-2023-50658",
    "CVE-2023-51774",
    "CVE-2023-51775",
    "CVE-2023-52428",
    "CVE-2024-21664",
    "CVE-2024-28102",
    "CVE-2024-28122",
    "CVE-2024-28176",
    "CVE-2024-28180",
    "CVE-2024-29371",
    "CVE-2024-33663",
    "CVE-2024-33664",
    "CVE-2024-37568",
    "CVE-2024-47764",
    "CVE-2024-51744",
    "CVE-2024-58264",
    "CVE-2025-27144",
    "CVE-2025-30144",
    "CVE-2025-30204",
    "CVE-2025-32441",
    "CVE-2025-4432",
    "CVE-2025-46336",
    "CVE-2025-46344",
    "CVE-2025-47275",
    "CVE-2025-48947",
    "CVE-2025-53864",
    "CVE-2025-54887",
    "CVE-2025-59420",
    "CVE-2025-61920",
    "CVE-2025-62706",
    "CVE-2025-63811",
    "CVE-2025-64762",
    "CVE-2025-65015",
    "CVE-2025-65945",
    "CVE-2026-22817",
    "CVE-2026-25537",
    "CVE-2026-27932",
    "CVE-2026-27962",
    "CVE-2026-29000",
    "CVE-2026-32597",
    "CVE-2026-34454",
    "CVE-2026-34950",
    "CVE-2026-34986",
    "CVE-2026-35039",
    "CVE-2026-39324",
    "CVE-2026-39373",
    "CVE-2026-44351",
    "CVE-2026-44699",
    "CVE-2026-45363",
    "CVE-2026-48525",
    "GHSA-2c7c-3mj9-8fqh",
    "GHSA-3prj-6hqw-cm82",
    "GHSA-6vvh-pxr4-25r7",
    "GHSA-869p-cjfg-cm3x",
    "GHSA-jc38-x7x8-2xc8",
    "GHSA-rm8v-mxj3-5rmq",
    "RUSTSEC-2022-0093",
    "RUSTSEC-2026-0211",
];

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
            let names = text.lines().map(|line| line.trim_start().trim_start_matches("async "));
            let names = names.filter_map(|line| line.strip_prefix("fn "));
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

/// Whether the last cell of a row names no test and says why.
fn says_why_there_is_none(row: &str) -> bool {
    let cell = row.trim_end().trim_end_matches('|').rsplit(" | ").next().unwrap().trim();
    let why = ["none: ", "not built yet: "].iter().find_map(|word| cell.strip_prefix(word));
    why.is_some_and(|why| why.split_whitespace().count() > 5)
}

/// Nobody may take `none:` for a reason that is none.
#[test]
fn a_row_without_a_test_is_told_from_one_with_a_reason() {
    assert!(says_why_there_is_none("| T99 | a | b | none: it takes a thing that is not here |"));
    for bad in ["| T99 | a | b | |", "| T99 | a | b | none: |", "| T99 | a | b | none: no |", "| T99 | a | b | later |"]
    {
        assert!(!says_why_there_is_none(bad), "{bad}");
    }
}

#[test]
fn no_number_is_missing_or_without_a_test() {
    let table = table();
    for number in required() {
        let tests = table.get(&number).unwrap_or_else(|| panic!("T{number:02} is missing"));
        assert!(!tests.is_empty(), "T{number:02}");
    }
}

/// Each published fault stands in a row of the later tables, with tests that exist or the reason why there is none.
#[test]
fn every_published_fault_is_tried() {
    let page = fs::read_to_string(root().join("docs/threats.md")).unwrap();
    let written = written_tests();
    for number in PUBLISHED {
        let row = page.lines().find(|line| line.starts_with("| ") && line.split(" |").next().unwrap().contains(number));
        let row = row.unwrap_or_else(|| panic!("{number} is missing"));
        let tests: Vec<&str> = row.split('`').filter(|name| is_test_name(name)).collect();
        assert!(!tests.is_empty() || says_why_there_is_none(row), "{number} has neither a test nor a reason");
        for test in tests {
            assert!(written.contains(test), "{number} names {test}, which does not exist");
        }
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

/// Other pages that name tests, and cite faults that this page must have.
#[test]
fn what_other_pages_name_exists() {
    let written = written_tests();
    let threats = fs::read_to_string(root().join("docs/threats.md")).unwrap();
    for page in [
        "README.md",
        "docs/asvs.md",
        "SECURITY.md",
        "src/manual/vulnerabilities.md",
        "src/manual/threat_model.md",
        "src/manual/defaults.md",
    ] {
        let text = fs::read_to_string(root().join(page)).unwrap();
        for test in text.split('`').filter(|name| is_test_name(name)) {
            assert!(written.contains(test), "{page} names {test}, which does not exist");
        }
        for word in text.split(|part: char| !part.is_ascii_alphanumeric() && part != '-') {
            let cited = ["CVE-", "GHSA-", "RUSTSEC-"].iter().any(|kind| word.starts_with(kind));
            assert!(!cited || threats.contains(word), "{page} cites {word}, which docs/threats.md does not have");
        }
    }
}

/// The manual's page `threat_model` puts every number into one class: `T01 to T07`, `T37, T55, T60`.
#[test]
fn every_number_is_of_a_class_of_the_manual() {
    let page = fs::read_to_string(root().join("src/manual/threat_model.md")).unwrap();
    let rows = page.lines().filter(|line| line.starts_with("| **") && line.contains("** | T"));
    let number = |text: &str| text.trim().trim_start_matches('T').parse::<u32>().unwrap();
    let mut classed: Vec<u32> = Vec::new();
    for part in rows.flat_map(|row| row.split(" | ").nth(1).unwrap().split(", ")) {
        let (first, last) = part.split_once(" to ").unwrap_or((part, part));
        classed.extend((number(first)..=number(last)).filter(|number| table().contains_key(number)));
    }
    classed.sort_unstable();
    assert_eq!(classed, table().into_keys().collect::<Vec<_>>(), "each once");
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
