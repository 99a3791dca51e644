//! Ours against code written by hand for one format, one key and one state: what `benches/tokens` of the library measures.

use super::micros;
use crate::stage::STATES;
use std::{collections::BTreeMap, fmt::Write as _, path::Path, process::Command};

const FORMATS: [(&str, &str); 5] = [
    ("encrypted named", "`encrypted`"),
    ("encrypted positional", "`encrypted`, positional"),
    ("signed", "`signed`"),
    ("jws", "`jws` HS256"),
    ("jwe", "`jwe` dir A256GCM"),
];

/// The table, from a run of that bench.
pub fn table(root: &Path) -> String {
    let output = Command::new("cargo")
        .current_dir(root)
        .args(["bench", "--quiet", "--locked", "--bench", "tokens", "--", "--json"])
        .output()
        .expect("cargo");
    assert!(output.status.success(), "the bench `tokens`: {}", String::from_utf8_lossy(&output.stderr));
    let figures: BTreeMap<String, [f64; 2]> = serde_json::from_slice(&output.stdout).expect("JSON");
    let min = |name: String| figures.get(&name).map(|[min, _median]| *min).expect("a figure of that bench");
    let mut table = String::from(
        "| | state | seal µs | open µs | both µs | by hand, both µs | ours over that |\n|---|---|---:|---:|---:|---:|---:|\n",
    );
    for (format, shown) in FORMATS {
        for state in STATES {
            let of = |what: &str| min(format!("{format}/{state}/{what}"));
            let (seal, open) = (of("ours seal"), of("ours open"));
            let floor = of("floor seal") + of("floor open");
            // Rounded up, as here less is better.
            let over = ((seal + open) / floor * 100.0).ceil() / 100.0;
            let figures = [seal, open, seal + open, floor].map(micros).join(" | ");
            writeln!(table, "| {shown} | {state} | {figures} | {over:.2} |").expect("a String");
        }
    }
    table
}
