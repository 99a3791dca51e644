//! What the README says about speed is said by `docs/benchmarks.md`: the same sentence, and every figure of it is a cell of a table there.
#![expect(clippy::unwrap_used, reason = "a failing test should stop where it fails")]

use std::{collections::BTreeSet, fs, path::Path};

fn text(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// In one line, however it was wrapped.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn sentence() -> String {
    let readme = text("README.md");
    let marked = readme.split_once("<!-- begin: speed -->").unwrap().1;
    flat(marked.split_once("<!-- end: speed -->").unwrap().0)
}

/// Numbers with a decimal point: measured ones.
fn figures(text: &str) -> BTreeSet<String> {
    let words = text.split(|character: char| !character.is_ascii_digit() && character != '.');
    let words = words.map(|word| word.trim_matches('.')).filter(|word| word.contains('.'));
    words.map(str::to_owned).collect()
}

fn cells(page: &str) -> BTreeSet<String> {
    let rows = page.lines().filter(|line| line.starts_with('|'));
    rows.flat_map(|row| row.split('|')).map(|cell| cell.trim().to_owned()).collect()
}

#[test]
fn the_readme_quotes_the_page() {
    let (page, sentence) = (text("docs/benchmarks.md"), sentence());
    assert!(flat(&page).contains(&sentence), "{sentence}");
    let missing: Vec<_> = figures(&sentence).difference(&cells(&page)).cloned().collect();
    assert!(missing.is_empty(), "no cell of the page: {missing:?}");
    assert!(figures(&sentence).len() >= 5, "{sentence}");
}

#[test]
fn a_figure_from_elsewhere_is_found() {
    assert_eq!(figures("took 1.25 µs, 3.1 to 3.9 times."), ["1.25", "3.1", "3.9"].map(str::to_owned).into());
    assert!(cells("| a | 3.1 |\nand 3.9\n").is_superset(&figures("3.1")));
    assert!(!cells("| a | 3.1 |\nand 3.9\n").is_superset(&figures("3.9")));
}

/// The only place of the README that compares speeds or gives the time of a token.
#[test]
fn the_readme_claims_no_other_speed() {
    let readme = text("README.md");
    let (before, rest) = readme.split_once("<!-- begin: speed -->").unwrap();
    let (_, after) = rest.split_once("<!-- end: speed -->").unwrap();
    for outside in [before, after] {
        assert!(!outside.contains("µs") && !outside.contains("times as fast"), "a figure that no bench writes");
    }
}

/// What the manual's page `choosing` says of speed, as bounds, and what the page's rows say.
#[test]
fn the_manual_says_no_more_than_the_page() {
    let (page, manual) = (text("docs/benchmarks.md"), flat(&text("src/manual/choosing.md")));
    let both = |section: &str, row: &str| -> f64 {
        let rows = page.split(&format!("\n### {section}: ")).nth(1).unwrap().split("\n### ").next().unwrap();
        let row = rows.lines().find(|line| line.starts_with(&format!("| **orderslip** {row} |"))).unwrap();
        row.split('|').nth(6).unwrap().trim().parse().unwrap()
    };
    for (claim, row, least, most) in [
        ("`signed` takes up to a third longer than `encrypted`", "`signed`", 0.9, 1.34),
        ("take up to two and a half times as long as `encrypted`", "`jwe` dir A256GCM", 1.0, 2.5),
        ("take up to two and a half times as long as `encrypted`", "`jws` HS256", 1.0, 2.5),
        ("`Positional` saves up to a third", "`encrypted`, positional", 0.66, 1.0),
        ("a key pair takes ten to fifty times as long", "`publicly_signed` Ed25519", 10.0, 50.0),
    ] {
        assert!(manual.contains(claim), "{claim}");
        for state in ["Session", "Cart10", "Cart30"] {
            let ratio = both(state, row) / both(state, "`encrypted`");
            assert!((least..=most).contains(&ratio), "{claim}: {row} of {state} takes {ratio} times as long");
        }
    }
}
