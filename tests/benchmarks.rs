//! What other pages say about speed and about other libraries' sizes is said by `docs/benchmarks.md`: every figure of it is a cell of a table there.
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

/// `benches/peers` writes both.
#[test]
fn the_readmes_sizes_are_the_pages() {
    let (page, readme) = (text("docs/benchmarks.md"), text("README.md"));
    let session = page.split("\n### Session: ").nth(1).unwrap().split("\n### ").next().unwrap();
    let size = |row: &str| {
        let row = session.lines().find(|line| line.starts_with(&format!("| {row} |"))).unwrap();
        row.split('|').nth(3).unwrap().trim().to_owned()
    };
    let (named, positional) = (size("**orderslip** `encrypted`"), size("**orderslip** `encrypted`, positional"));
    let peers = [
        ("`cookie` PrivateJar", "cookie PrivateJar (as frameworks use it)"),
        ("actix-session cookie store", "actix-session cookie store (private)"),
        ("tower-sessions cookie store", "tower-sessions-cookie-store (private)"),
        ("`jsonwebtoken` HS256", "jsonwebtoken HS256 (rust_crypto)"),
        ("`pasetors` v4.local", "pasetors v4.local (claims)"),
    ];
    let heads = format!("| | orderslip `encrypted` | {} | our test |", peers.map(|(head, _)| head).join(" | "));
    assert!(readme.contains(&heads), "{heads}");
    let sizes = peers.map(|(_, row)| size(row)).join(" | ");
    let row = format!("\n| characters | {named}, positional {positional} | {sizes} | `tests/sizes.rs` |\n");
    assert!(readme.contains(&row), "{row}");
}

#[test]
fn a_figure_from_elsewhere_is_found() {
    assert_eq!(figures("took 1.25 µs, 3.1 to 3.9 times."), ["1.25", "3.1", "3.9"].map(str::to_owned).into());
    assert!(cells("| a | 3.1 |\nand 3.9\n").is_superset(&figures("3.1")));
    assert!(!cells("| a | 3.1 |\nand 3.9\n").is_superset(&figures("3.9")));
}

/// What the design says of the gates against peers, and what the page and the gates say.
#[test]
fn the_design_tells_of_the_gates_that_are_not_held() {
    let (page, gates) = (text("docs/benchmarks.md"), text("benches/peers/src/gates.rs"));
    let both = |state: &str, row: &str| -> f64 {
        let table = page.split(&format!("\n### {state}: ")).nth(1).unwrap().split("\n### ").next().unwrap();
        let row = table.lines().find(|line| line.starts_with(&format!("| {row} |"))).unwrap();
        row.split('|').nth(6).unwrap().trim().parse().unwrap()
    };
    let row_of = |name: &str| match name {
        "ours::ENCRYPTED" => "**orderslip** `encrypted`",
        "ours::JWS" => "**orderslip** `jws` HS256",
        "jwt::RUST_CRYPTO" => "jsonwebtoken HS256 (rust_crypto)",
        "jars::PRIVATE" => "cookie PrivateJar (as frameworks use it)",
        "paseto::LOCAL" => "pasetors v4.local (claims)",
        other => panic!("a gate of a contender that this test does not know: {other}"),
    };
    let mut under = Vec::new();
    for gate in gates.split("Gate { ours: ").skip(1) {
        let (ours, rest) = gate.split_once(", peer: ").unwrap();
        let (peer, rest) = rest.split_once(", times: [").unwrap();
        let times = rest.split(']').next().unwrap().split(", ").map(|times| times.parse::<f64>().unwrap());
        for (state, times) in ["Session", "Cart10", "Cart30"].into_iter().zip(times) {
            let found = both(state, row_of(peer)) / both(state, row_of(ours));
            if found < times {
                under.push((ours.trim_start_matches("ours::"), peer.to_owned(), state));
            }
        }
    }
    let jwt = "jwt::RUST_CRYPTO".to_owned();
    let told = [("ENCRYPTED", jwt.clone(), "Session"), ("ENCRYPTED", jwt.clone(), "Cart10"), ("JWS", jwt, "Session")];
    assert_eq!(under, told, "docs/design.md, section 11, and RELEASING.md name these");
    let design = text("docs/design.md");
    let paragraph = design.split("\nAgainst *peers*").nth(1).unwrap().split("\n\n").next().unwrap();
    let known: BTreeSet<String> = &cells(&page) | &figures(&gates);
    let paragraph = paragraph.replace("v4.local", "");
    let missing: Vec<_> = figures(&paragraph).difference(&known).cloned().collect();
    assert!(missing.is_empty() && figures(&paragraph).len() >= 5, "neither a cell of the page nor a gate: {missing:?}");
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
