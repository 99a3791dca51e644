//! The process of an engine, and everything that it has started.
//!
//! It may not know which engine.

use rustix::process::{Pid, Signal, kill_process};
use std::{
    fs::{self, File},
    path::Path,
    process::{Child, Command, Stdio},
};

/// A running engine. Dropped, it is killed, and so is what it has started.
#[derive(Debug)]
pub(super) struct Engine(Child);

impl Engine {
    /// Starts it, with what it says going to this file.
    pub(super) fn start(command: &mut Command, log: &Path) -> Self {
        let log = File::options().create(true).append(true).open(log).expect("a log in a folder of ours");
        let errors = log.try_clone().expect("a second handle");
        Self(command.stdin(Stdio::null()).stdout(log).stderr(errors).spawn().expect("a program that is there"))
    }

    pub(super) fn id(&self) -> u32 {
        self.0.id()
    }

    /// Whether it has ended by itself.
    pub(super) fn has_ended(&mut self) -> bool {
        self.0.try_wait().expect("a child of ours").is_some()
    }

    /// SIGSTOP or SIGCONT, to it and to the processes that it has started: PostgreSQL has one for each connection, and none of them is in
    /// its process group.
    pub(super) fn signal_all(&self, signal: Signal) {
        send(self.id(), signal);
        for child in children(self.id()) {
            send(child, signal);
        }
    }

    /// A signal to it alone.
    pub(super) fn signal_first(&self, signal: Signal) {
        send(self.id(), signal);
    }

    /// Waits until it has ended.
    pub(super) fn wait(&mut self) {
        let _ = self.0.wait();
    }

    /// Without a warning: SIGKILL. When this comes back, it has ended.
    pub(super) fn kill(&mut self) {
        if !self.has_ended() {
            let children = children(self.id());
            // It may have ended meanwhile.
            let _ = self.0.kill();
            children.into_iter().for_each(|child| send(child, Signal::KILL));
        }
        let _ = self.0.wait();
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The children of a process, of all its threads (proc(5)). Where there is no such file there are none to find.
fn children(id: u32) -> Vec<u32> {
    let threads = fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten().flatten();
    let texts = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    texts.flat_map(|text| text.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<_>>()).collect()
}

fn send(id: u32, signal: Signal) {
    if let Some(id) = i32::try_from(id).ok().and_then(Pid::from_raw) {
        // Whoever has ended needs none.
        let _ = kill_process(id, signal);
    }
}
