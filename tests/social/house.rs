//! The network, running: one program, its three processes, its database.
//!
//! It may not know visitors.

use crate::{Fault, kit};
use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
};
use tempfile::TempDir;

/// Dropped, it is killed, and its processes with it.
pub(crate) struct House {
    pub(crate) origin: String,
    process: Child,
    _folder: Option<TempDir>,
}

impl House {
    pub(crate) async fn over_sqlite() -> Result<Self, Fault> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("social.sqlite");
        let mut house = Self::open(&["--database", file.to_str().ok_or("a name is text")?]).await?;
        house._folder = Some(folder);
        Ok(house)
    }

    /// Starts it, and waits until it says where it is.
    pub(crate) async fn open(args: &[&str]) -> Result<Self, Fault> {
        let program = kit::example::program("social").map_err(|fault| fault.to_string())?;
        let mut process = Command::new(program).args(["--port", "0"]).args(args).stdout(Stdio::piped()).spawn()?;
        let said = process.stdout.take().ok_or("no output")?;
        let mut line = String::new();
        BufReader::new(said).read_line(&mut line)?;
        let origin = line.trim().trim_end_matches('/').to_owned();
        let house = Self { origin, process, _folder: None };
        if house.origin.is_empty() { Err("it did not open".into()) } else { Ok(house) }
    }
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
