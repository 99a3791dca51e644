//! What the demonstration has to say: one line a fact for people, one JSON object for programs.
//!
//! It may not know how the facts came about.

use serde::Serialize;
use std::fmt;

#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) facts: Vec<Fact>,
    pub(crate) as_expected: bool,
}

#[derive(Debug, Serialize)]
pub(crate) struct Fact {
    /// Seconds since the story began.
    pub(crate) at: u64,
    pub(crate) says: &'static str,
    pub(crate) expected: String,
    pub(crate) found: String,
    pub(crate) as_expected: bool,
}

impl Report {
    pub(crate) fn new() -> Self {
        Self { facts: Vec::new(), as_expected: true }
    }

    pub(crate) fn add(&mut self, at: u64, says: &'static str, expected: impl Into<String>, found: impl Into<String>) {
        let (expected, found) = (expected.into(), found.into());
        let as_expected = expected == found;
        self.as_expected &= as_expected;
        self.facts.push(Fact { at, says, expected, found, as_expected });
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "   after")?;
        for fact in &self.facts {
            writeln!(f, "{fact}")?;
        }
        f.write_str(if self.as_expected { "all as expected\n" } else { "NOT AS EXPECTED: see the lines marked so\n" })
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, says, expected, found, as_expected } = self;
        write!(f, "{at:>6} s  {says}: {found}")?;
        if *as_expected { Ok(()) } else { write!(f, "   << NOT AS EXPECTED: {expected}") }
    }
}
