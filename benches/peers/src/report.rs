//! What a run has found: as a table for a terminal, and for the page.

#[cfg(feature = "all")]
mod floor;
#[cfg(feature = "all")]
mod footprint;
#[cfg(feature = "all")]
mod machine;
#[cfg(feature = "all")]
mod page;
#[cfg(feature = "all")]
mod plot;
#[cfg(feature = "all")]
mod sentence;
#[cfg(feature = "all")]
mod stores;

use crate::{
    ours,
    stage::{Class, Contender, STATES, Stage},
};

#[cfg(feature = "all")]
pub use page::write;

impl Class {
    pub fn promise(self) -> &'static str {
        match self {
            Self::Encrypted | Self::Jwe => "encrypted",
            Self::Signed | Self::Jws => "signed, one secret",
            Self::PubliclySigned => "signed, a key pair",
        }
    }

    /// What of ours is like it. Of key pairs no comparison is made: there the primitive is everything.
    fn alike(self) -> Option<&'static str> {
        match self {
            Self::Encrypted => Some(ours::ENCRYPTED),
            Self::Jwe => Some(ours::JWE),
            Self::Signed => Some(ours::SIGNED),
            Self::Jws => Some(ours::JWS),
            Self::PubliclySigned => None,
        }
    }
}

/// Seal and open together over the same of our `encrypted`, and over that of ours which is like it.
pub fn times(stage: &Stage, contender: &Contender, state: &str) -> [Option<f64>; 2] {
    let alike = contender.class.alike();
    let over = |ours: &str| stage.both(contender.name, state) / stage.both(ours, state);
    [alike.map(|_| over(ours::ENCRYPTED)), alike.map(over)]
}

/// A ratio rounded down: what is claimed is less than what was found.
pub fn ratio(times: Option<f64>) -> String {
    match times {
        None => "–".into(),
        Some(times) if times >= 100.0 => format!("{:.0}", times.floor()),
        Some(times) => format!("{:.1}", (times * 10.0).floor() / 10.0),
    }
}

/// Nanoseconds, shown in microseconds with three digits.
pub fn micros(nanos: f64) -> String {
    match nanos / 1e3 {
        micros if micros < 10.0 => format!("{micros:.2}"),
        micros if micros < 100.0 => format!("{micros:.1}"),
        micros => format!("{micros:.0}"),
    }
}

/// The contenders: encrypted ones first, the fastest of each promise at the top.
pub fn in_order<'a>(stage: &'a Stage, state: &str) -> Vec<&'a Contender> {
    let promises = [Class::Encrypted, Class::Signed, Class::PubliclySigned].map(Class::promise);
    let rank = |contender: &Contender| promises.iter().position(|promise| *promise == contender.class.promise());
    let mut rows: Vec<_> = stage.contenders.iter().collect();
    rows.sort_by(|a, b| rank(a).cmp(&rank(b)).then(stage.both(a.name, state).total_cmp(&stage.both(b.name, state))));
    rows
}

pub fn print(stage: &Stage) {
    for state in STATES {
        println!(
            "\n{state:<46}{:>9}{:>9}{:>9}{:>9}{:>13}{:>9}",
            "size", "seal µs", "open µs", "both µs", "× encrypted", "× alike"
        );
        for contender in in_order(stage, state) {
            let (name, [encrypted, alike]) = (contender.name, times(stage, contender, state));
            println!(
                "{:<46}{:>9}{:>9}{:>9}{:>9}{:>13}{:>9}",
                name.replace(['*', '`'], ""),
                stage.size(name, state),
                micros(stage.seal(name, state)),
                micros(stage.open(name, state)),
                micros(stage.both(name, state)),
                ratio(encrypted),
                ratio(alike),
            );
        }
    }
}
