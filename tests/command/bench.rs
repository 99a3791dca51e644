//! A folder to work in, and the command in it.

use serde_json::Value;
use std::{
    path::PathBuf,
    process::{Command, Output, Stdio},
};
use tempfile::TempDir;

pub(crate) const NOW: u64 = 1_800_000_000;
pub(crate) const HOUR: u64 = 3_600;

pub(crate) struct Bench {
    pub(crate) folder: TempDir,
    pub(crate) now: u64,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self { folder: TempDir::new().unwrap(), now: NOW }
    }

    /// With a ring of the four usual keys, one hour of propagation and eight of life.
    pub(crate) fn with_ring() -> Self {
        let bench = Self::new();
        bench.ok("keys new ring.json --longest-life 8h");
        bench
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_orderslip"));
        command.current_dir(self.folder.path()).env("ORDERSLIP_NOW", self.now.to_string()).stdin(Stdio::null());
        command
    }

    /// Runs it with arguments that hold no spaces.
    pub(crate) fn run(&self, arguments: &str) -> Output {
        self.command().args(arguments.split_whitespace()).output().unwrap()
    }

    pub(crate) fn ok(&self, arguments: &str) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    pub(crate) fn json(&self, arguments: &str) -> Value {
        serde_json::from_str(&self.ok(&format!("{arguments} --json"))).unwrap()
    }

    /// Fails with this exit code, and says this.
    pub(crate) fn fails(&self, arguments: &str, code: i32, says: &str) {
        let output = self.run(arguments);
        let told = String::from_utf8(output.stderr).unwrap() + &String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments}: {told}");
        assert!(told.contains(says), "{arguments}: {told}");
    }

    /// The ids of the keys in a state.
    pub(crate) fn ids(&self, state: &str) -> Vec<String> {
        let rows = self.json("keys show ring.json")["keys"].take();
        let rows = rows.as_array().unwrap().iter().filter(|row| row["state"] == state);
        rows.map(|row| row["id"].as_str().unwrap().to_owned()).collect()
    }
}
