//! The table of `docs/faults.md`: a row for each fault.
//!
//! It may not know how the figures came about.

use crate::Fault;
use std::{fmt, fs};

/// One fault, and what came of it.
#[derive(Debug, Default)]
pub(crate) struct Row {
    pub(crate) fault: String,
    /// How often.
    pub(crate) times: u64,
    /// By visitors, attempts included.
    pub(crate) requests: u64,
    /// Answered 502 or 503, or not at all.
    pub(crate) refused: u64,
    /// That were not as they should be and as the docs do not say.
    pub(crate) carts_wrong: u64,
    /// Said by any process.
    pub(crate) panics: u64,
    pub(crate) seen: String,
}

pub(crate) const HEAD: &str = "\
| fault | times | requests | refused | wrong carts | panics | what was seen |
|---|--:|--:|--:|--:|--:|---|";

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { fault, times, requests, refused, carts_wrong, panics, seen } = self;
        let [times, requests, refused] = [times, requests, refused].map(|number| thousands(*number));
        write!(f, "| {fault} | {times} | {requests} | {refused} | {carts_wrong} | {panics} | {seen} |")
    }
}

impl Row {
    /// Fails if anything happened that must not.
    pub(crate) fn checked(self) -> Result<Self, Fault> {
        crate::must(self.carts_wrong == 0 && self.panics == 0, || format!("{HEAD}\n{self}"))?;
        Ok(self)
    }
}

fn thousands(number: u64) -> String {
    match number {
        0..1_000 => number.to_string(),
        _ => format!("{},{:03}", thousands(number / 1_000), number % 1_000),
    }
}

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/faults.md");
const BEGIN: &str = "<!-- table: cargo test --release --test faults -- --docs -->\n";
const END: &str = "<!-- end of table -->";

/// Puts the rows where the page has its table.
pub(crate) fn write(rows: &[Row]) -> Result<(), Fault> {
    let page = fs::read_to_string(PAGE)?;
    let (before, rest) = page.split_once(BEGIN).ok_or("docs/faults.md has no table")?;
    let (_, after) = rest.split_once(END).ok_or("the table of docs/faults.md does not end")?;
    let rows: Vec<String> = rows.iter().map(Row::to_string).collect();
    Ok(fs::write(PAGE, format!("{before}{BEGIN}\n{HEAD}\n{}\n\n{END}{after}", rows.join("\n")))?)
}
