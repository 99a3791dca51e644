//! What the demonstration has to say at the end: a table for people, one JSON object for programs.
//!
//! It may not know how the numbers came about.

use crate::{architecture::Architecture, refused::Refused};
use serde::Serialize;
use std::fmt;

#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) runs: Vec<Run>,
    pub(crate) refused: Refused,
}

/// One evening in numbers.
#[derive(Debug, Serialize)]
pub(crate) struct Run {
    pub(crate) architecture: Architecture,
    pub(crate) guests: usize,
    pub(crate) carts_intact: usize,
    /// Lost, or wrong, or nobody's.
    pub(crate) carts_lost: usize,
    /// Even after all attempts.
    pub(crate) requests_failed: usize,
    /// Attempts after the first.
    pub(crate) requests_retried: usize,
    pub(crate) p50_us: u128,
    pub(crate) p99_us: u128,
    pub(crate) cookie_bytes_max: usize,
    pub(crate) server_state_bytes: u64,
}

const HEAD: [&str; 2] = [
    "                               carts           requests     milliseconds    cookies   held by the",
    "                guests  intact    lost  retried  failed    p50     p99     at most       servers",
];

const NOTE: &str = "
Midway one of three waiters was killed, and later two new ones began. A cart is lost if it came back
wrong, or not at all, or as nobody's. Times are those of whole requests, retries included.

Tokens that no waiter takes:
";

/// The table.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in HEAD {
            writeln!(f, "{line}")?;
        }
        for run in &self.runs {
            writeln!(f, "{run}")?;
        }
        f.write_str(NOTE)?;
        writeln!(f, "  tampered with          {}", self.refused.tampered)?;
        writeln!(f, "  past its end           {}", self.refused.expired)?;
        writeln!(f, "  a session for a cart   {}", self.refused.foreign_purpose)
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { guests, carts_intact, carts_lost, requests_failed, requests_retried, .. } = self;
        let (p50, p99) = (milliseconds(self.p50_us), milliseconds(self.p99_us));
        let cookies = format!("{} B", self.cookie_bytes_max);
        let left = format!("{} B", self.server_state_bytes);
        write!(f, "{:<13}{guests:>8}{carts_intact:>8}{carts_lost:>8}", self.architecture.name())?;
        write!(f, "{requests_retried:>9}{requests_failed:>8}{p50:>7}{p99:>8}{cookies:>12}{left:>14}")
    }
}

fn milliseconds(us: u128) -> String {
    format!("{}.{}", us / 1000, us % 1000 / 100)
}
