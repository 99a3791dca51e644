//! A bar on stderr while it runs, if somebody is looking.
//!
//! It may not know what is done, only how much of it.

use std::io::{IsTerminal as _, Write as _, stderr};

const WIDTH: usize = 40;

pub(crate) struct Progress {
    label: &'static str,
    total: usize,
    is_seen: bool,
}

impl Progress {
    pub(crate) fn new(label: &'static str, total: usize) -> Self {
        Self { label, total: total.max(1), is_seen: stderr().is_terminal() }
    }

    pub(crate) fn show(&self, done: usize) {
        let marks = |done: usize| done * WIDTH / self.total;
        if self.is_seen && (done == 0 || marks(done) > marks(done - 1)) {
            let done = marks(done).min(WIDTH);
            self.draw(&format!("\r{:>13} [{}{}]", self.label, "#".repeat(done), ".".repeat(WIDTH - done)));
        }
    }

    fn draw(&self, text: &str) {
        let mut stderr = stderr().lock();
        // A terminal that went away is no reason to stop.
        let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
    }
}

/// Wipes the line.
impl Drop for Progress {
    fn drop(&mut self) {
        if self.is_seen {
            self.draw("\r\x1b[K");
        }
    }
}
