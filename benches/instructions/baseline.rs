//! The counts that were last agreed to, and where they are kept. It may not know how they are made.

use crate::setup::Setup;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fs, path::PathBuf};

/// How much more than the baseline is let through. Runs differ by a tenth of that at the most.
pub const LIMIT: f64 = 0.03;

#[derive(Serialize, Deserialize)]
pub struct Baseline {
    pub setup: Setup,
    /// The processor that it was counted on: for the record, as valgrind shows programs another one.
    pub processor: String,
    /// For one operation, on average.
    pub instructions: BTreeMap<String, u64>,
    /// Of the default build: its size, and the time that it took on that processor.
    #[serde(default)]
    pub build: BTreeMap<String, u64>,
}

pub fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("benches/instructions/baseline.json")
}

impl Baseline {
    pub fn read() -> Option<Self> {
        let text = fs::read_to_string(path()).ok()?;
        Some(serde_json::from_str(&text).expect("a baseline that this program wrote"))
    }

    pub fn write(&self) {
        let text = serde_json::to_string_pretty(self).expect("plain data");
        fs::write(path(), text + "\n").expect("a tree that can be written to");
    }
}
