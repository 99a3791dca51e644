//! Processes that do not stay behind.
//!
//! It may not know what they do.

use crate::{Fault, parts};
use std::{ffi::OsStr, process::Stdio, time::Duration};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};

/// A running program. Dropped, it is killed.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    said: Lines<BufReader<ChildStdout>>,
}

impl Process {
    pub(crate) fn start<A: AsRef<OsStr>>(program: &str, args: impl IntoIterator<Item = A>) -> Result<Self, Fault> {
        let path = parts::path_of(program).ok_or_else(|| format!("no {program}"))?;
        let mut command = Command::new(path);
        command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
        let mut child = command.spawn()?;
        let said = child.stdout.take().ok_or("a program without an output")?;
        Ok(Self { child, said: BufReader::new(said).lines() })
    }

    /// Reads what the program says until something is found in a line.
    pub(crate) async fn hears<T>(&mut self, find: impl Fn(&str) -> Option<T>) -> Result<T, Fault> {
        while let Some(line) = self.said.next_line().await? {
            if let Some(found) = find(&line) {
                return Ok(found);
            }
        }
        Err("a program ended before it said that it was ready".into())
    }

    /// Whether it has ended by itself.
    pub(crate) fn has_ended(&mut self) -> Result<bool, Fault> {
        Ok(self.child.try_wait()?.is_some())
    }
}

/// Ends a process of ours without a warning: SIGKILL. When this comes back, it has ended.
///
/// # Errors
/// If there is no such process.
pub fn kill(id: u32) -> Result<(), Fault> {
    let done = std::process::Command::new("kill").args(["-KILL", &id.to_string()]).status()?;
    if !done.success() {
        return Err(format!("no process {id} to kill").into());
    }
    // Gone, or dead and not yet missed by its parent (proc(5): the state stands behind the name in parentheses).
    let is_dead = |stat: String| stat.rsplit_once(") ").is_none_or(|(_, rest)| rest.starts_with(['Z', 'X']));
    while !std::fs::read_to_string(format!("/proc/{id}/stat")).map_or(true, is_dead) {
        std::thread::sleep(Duration::from_millis(1));
    }
    Ok(())
}

/// Ends the processes that were started with this text among their arguments: a browser's profile, which no other has.
pub(crate) fn kill_all_with(argument: &str) {
    let Ok(processes) = std::fs::read_dir("/proc") else { return };
    for process in processes.flatten() {
        let Some(id) = process.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        let line = std::fs::read(process.path().join("cmdline")).unwrap_or_default();
        if String::from_utf8_lossy(&line).contains(argument) && id != std::process::id() {
            // It may have ended meanwhile.
            let _ = kill(id);
        }
    }
}
