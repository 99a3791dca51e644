//! What the demonstration has to say at the end: a table for people, one JSON object for programs.
//!
//! It may not know how the numbers came about.

use crate::{costs::Cost, refused::Refused, run::Run, scale::Point};
use serde::Serialize;
use std::fmt;

#[derive(Debug, Serialize)]
pub(crate) struct Report {
    pub(crate) runs: Vec<Run>,
    /// What a request costs where, if that was asked for.
    pub(crate) costs: Vec<Cost>,
    pub(crate) scale: Vec<Point>,
    pub(crate) refused: Refused,
    /// Words about who left and who came.
    #[serde(skip)]
    pub(crate) happened: String,
}

const HEAD: [&str; 2] = [
    "                               carts                requests          milliseconds    cookies   held by the",
    "                guests  intact    lost    lost  retried  failed    p50     p99     at most       servers",
];

const NOTE: &str = "\
A cart is lost if it came back wrong, or not at all, or as nobody's; a request is, if its answer had lost
something that was ordered before. Times are those of whole requests, retries included.
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
        writeln!(f, "\n{}\n{NOTE}", self.happened)?;
        self.measured(f)?;
        writeln!(f, "Tokens that no waiter takes:")?;
        writeln!(f, "  tampered with          {}", self.refused.tampered)?;
        writeln!(f, "  past its end           {}", self.refused.expired)?;
        writeln!(f, "  a session for a cart   {}", self.refused.foreign_purpose)
    }
}

impl Report {
    fn measured(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.costs.is_empty() {
            return Ok(());
        }
        writeln!(f, "One guest at a time: microseconds of a request for")?;
        writeln!(f, "                  the state  the store   the waiter  network and door")?;
        for cost in &self.costs {
            let [state, store, waiter, network] = cost.parts();
            writeln!(f, "{:<13}{state:>14.1}{store:>11.1}{waiter:>13.1}{network:>18.1}", cost.architecture.name())?;
        }
        writeln!(f, "\nQuiet evenings with so many waiters: requests a second, and the milliseconds of p99")?;
        for architecture in self.runs.iter().map(|run| run.architecture) {
            write!(f, "{:<13}", architecture.name())?;
            for point in self.scale.iter().filter(|point| point.architecture == architecture) {
                let (waiters, rate, p99) = (point.waiters, point.requests_per_second, milliseconds(point.p99_us));
                write!(f, "{waiters:>5}: {rate:>5} {p99:>6}")?;
            }
            writeln!(f)?;
        }
        writeln!(f)
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { guests, carts_intact, carts_lost, requests_lost, requests_failed, requests_retried, .. } = self;
        let (p50, p99) = (milliseconds(self.p50_us), milliseconds(self.p99_us));
        let cookies = format!("{} B", self.cookie_bytes_max);
        let left = format!("{} B", self.server_state_bytes);
        write!(f, "{:<13}{guests:>8}{carts_intact:>8}{carts_lost:>8}", self.architecture.name())?;
        write!(f, "{requests_lost:>8}{requests_retried:>9}{requests_failed:>8}{p50:>7}{p99:>8}{cookies:>12}{left:>14}")
    }
}

pub(crate) fn milliseconds(us: u128) -> String {
    format!("{}.{}", us / 1000, us % 1000 / 100)
}
