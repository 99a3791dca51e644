//! What the rehearsal has to say at the end: a table for people, one JSON object for programs.
//!
//! It may not know how the numbers came about.

use crate::{
    Fault,
    office::Office,
    post::SERVERS,
    tally::{Refused, Tally},
    times::{A_LIFE, CLOCK_ERROR, ROTATIONS, SLOWEST_RELOAD},
    way::Way,
};
use serde::Serialize;
use std::fmt;

#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// Guests who were refused, once or more often.
    staged_refused: usize,
    hasty_refused: usize,
    naive_refused: usize,
    guests: usize,
    servers: usize,
    rotations: usize,
    /// Of one run: all have the same.
    visits: usize,
    runs: [Run; 3],
}

/// One way to rotate, in numbers.
#[derive(Debug, Serialize)]
pub(crate) struct Run {
    way: Way,
    visits: usize,
    guests_refused: usize,
    tokens_refused: Refused,
    /// Tokens whose time was up.
    tokens_over: usize,
    /// Tokens of a key that did not seal any more, and that were served.
    older_key_served: usize,
    oldest_served_seconds: u64,
    /// What the library would have said beforehand.
    warnings: usize,
    /// The first of them. It names a random key.
    #[serde(skip)]
    warning: Option<String>,
    #[serde(skip)]
    diary: Vec<String>,
}

impl Run {
    pub(crate) fn new(way: Way, tally: &Tally, office: Office) -> Self {
        Self {
            way,
            visits: tally.visits,
            guests_refused: tally.guests_refused(),
            tokens_refused: tally.refused,
            tokens_over: tally.tokens_over,
            older_key_served: tally.older_key_served,
            oldest_served_seconds: tally.oldest_served.as_secs(),
            warnings: office.findings.len(),
            warning: office.findings.first().map(ToString::to_string),
            diary: office.diary,
        }
    }
}

impl Report {
    pub(crate) fn new(guests: usize, runs: [Run; 3]) -> Self {
        let [staged, hasty, naive] = &runs;
        Self {
            staged_refused: staged.guests_refused,
            hasty_refused: hasty.guests_refused,
            naive_refused: naive.guests_refused,
            guests,
            servers: SERVERS,
            rotations: ROTATIONS.len(),
            visits: staged.visits,
            runs,
        }
    }

    /// Whether the rehearsal has shown what it is for.
    pub(crate) fn verdict(&self) -> Result<(), Fault> {
        match (self.staged_refused, self.naive_refused) {
            (0, 0) => Err("nobody was refused, however the key was rotated: too few guests to tell".into()),
            (0, _) => Ok(()),
            (refused, _) => Err(format!("guests refused though the keys were staged: {refused}").into()),
        }
    }
}

const HEAD: [&str; 2] = [
    "          guests    tokens refused before their time       tokens served      the library",
    "         refused   unreadable   expired   rejected   of older keys    oldest       warned",
];

/// The table.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { guests, servers, rotations, visits, .. } = self;
        let (life, clock, reload) = (A_LIFE.as_secs() / 3600, CLOCK_ERROR.as_secs(), SLOWEST_RELOAD.as_secs());
        writeln!(f, "{servers} servers, with clocks up to {clock} s off, load a changed ring up to {reload} s later.")?;
        writeln!(
            f,
            "{guests} guests come {visits} times; their carts live for {life} h. The key is rotated {rotations} times."
        )?;
        writeln!(f, "In the second rotation a server crashes, and a new process takes its place.\n")?;
        for line in HEAD {
            writeln!(f, "{line}")?;
        }
        for run in &self.runs {
            writeln!(f, "{run}")?;
        }
        for run in &self.runs {
            if let Some(warning) = &run.warning {
                writeln!(
                    f,
                    "\n{}: what the library would have said beforehand, the first time\n  {warning}",
                    run.way.name()
                )?;
            } else {
                writeln!(f, "\n{}: what the operator changed in the ring's file", run.way.name())?;
                run.diary.iter().try_for_each(|entry| writeln!(f, "  {entry}"))?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { guests_refused, older_key_served, warnings, .. } = self;
        let Refused { expired, unreadable, rejected } = self.tokens_refused;
        let oldest = format!("{} h {:02} min", self.oldest_served_seconds / 3600, self.oldest_served_seconds / 60 % 60);
        write!(f, "{:<8}{guests_refused:>8}{unreadable:>13}{expired:>10}{rejected:>11}", self.way.name())?;
        write!(f, "{older_key_served:>16}{oldest:>13}{warnings:>10}")
    }
}
