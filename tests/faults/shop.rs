//! The shop with three processes behind its front door, and what may be done to it from outside.
//!
//! It may not know visitors.

use crate::{Fault, example};
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
};

pub(crate) const WAITERS: usize = 3;

/// An open shop. Dropped, it is killed, and its waiters leave.
pub(crate) struct Shop {
    door: Child,
    folder: TempDir,
    book: PathBuf,
    pub(crate) port: u16,
}

/// What a shop is opened with besides.
#[derive(Default)]
pub(crate) struct With<'p> {
    pub(crate) keys: Option<&'p Path>,
    pub(crate) book: Option<&'p Path>,
}

impl Shop {
    pub(crate) async fn open(with: With<'_>) -> Result<Self, Fault> {
        let folder = TempDir::with_prefix("orderslip-faults-")?;
        let book = with.book.map_or_else(|| folder.path().join("book"), Path::to_owned);
        let mut command = command(&with)?;
        command.arg("--book").arg(&book).arg("--rehearsal").arg(folder.path());
        let log = File::create(folder.path().join("log"))?;
        let mut door = command.stdout(Stdio::piped()).stderr(log).kill_on_drop(true).spawn()?;
        let mut said = String::new();
        BufReader::new(door.stdout.take().ok_or("no output")?).read_line(&mut said).await?;
        let port = said.trim().strip_prefix("http://localhost:").and_then(|rest| rest.strip_suffix('/')?.parse().ok());
        let Some(port) = port else { return Err(format!("no shop: {}", log_of(&folder)).into()) };
        Ok(Self { door, folder, book, port })
    }

    /// Starts one that should not open, and gives what it says.
    pub(crate) async fn refused(with: With<'_>) -> Result<String, Fault> {
        let output = command(&with)?.kill_on_drop(true).output().await?;
        crate::must(!output.status.success(), || "the shop opened".to_owned())?;
        Ok(String::from_utf8_lossy(&output.stderr).trim().to_owned())
    }

    pub(crate) fn door(&self) -> u32 {
        self.door.id().unwrap_or_default()
    }

    /// The processes behind the door, of this moment.
    pub(crate) fn waiters(&self) -> Vec<u32> {
        let threads = fs::read_dir(format!("/proc/{}/task", self.door())).into_iter().flatten().flatten();
        let texts = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
        let mut all: Vec<u32> = texts
            .flat_map(|text| text.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<_>>())
            .collect();
        all.retain(|id| is_alive(*id));
        all.sort_unstable();
        all
    }

    /// Waits until every post has somebody again.
    pub(crate) async fn is_full(&self) {
        while self.waiters().len() < WAITERS {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// From now on the next process that comes to this moment ends there.
    pub(crate) fn end_at(&self, moment: &str) -> Result<(), Fault> {
        Ok(fs::write(self.end(moment), "")?)
    }

    /// Whether one has, since then.
    pub(crate) fn has_ended_at(&self, moment: &str) -> bool {
        !self.end(moment).exists()
    }

    fn end(&self, moment: &str) -> PathBuf {
        self.folder.path().join(format!("end-{moment}"))
    }

    /// From now on the clock is ahead by so many seconds: that of all, or of one waiter.
    pub(crate) fn clock(&self, waiter: Option<&str>, ahead: i64) -> Result<(), Fault> {
        let name = waiter.map_or_else(|| "clock".to_owned(), |name| format!("clock-{name}"));
        // Nobody reads half of it.
        let draft = self.folder.path().join("draft");
        fs::write(&draft, ahead.to_string())?;
        Ok(fs::rename(draft, self.folder.path().join(name))?)
    }

    /// How many orders are in the book. What a killed process had begun to write is none.
    pub(crate) fn orders(&self) -> u64 {
        let names = fs::read_dir(&self.book).into_iter().flatten().flatten().map(|page| page.file_name());
        let is_order = |name: &str| name.len() >= 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        names.filter(|name| name.to_str().is_some_and(is_order)).map(|_| 1).sum()
    }

    pub(crate) fn panics(&self) -> u64 {
        log_of(&self.folder).lines().filter(|line| line.contains("panicked at")).map(|_| 1).sum()
    }

    /// The most memory that any process of the shop has had, in MiB (proc(5), `VmHWM`).
    pub(crate) fn peak_memory(&self) -> u64 {
        let all = self.waiters().into_iter().chain([self.door()]);
        let status = all.filter_map(|id| fs::read_to_string(format!("/proc/{id}/status")).ok());
        let peak = |text: String| {
            let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
            line.trim().strip_suffix(" kB")?.parse::<u64>().ok()
        };
        status.filter_map(peak).max().unwrap_or(0) / 1024
    }

    /// How many files and sockets the door has open.
    pub(crate) fn open_at_the_door(&self) -> usize {
        fs::read_dir(format!("/proc/{}/fd", self.door())).map_or(0, Iterator::count)
    }
}

fn command(with: &With<'_>) -> Result<Command, Fault> {
    let program = example::program("shop").map_err(|fault| fault.to_string())?;
    let mut command = Command::new(program);
    command.args(["--port", "0", "--waiters", &WAITERS.to_string()]).stdin(Stdio::null());
    if let Some(keys) = with.keys {
        command.arg("--keys").arg(keys);
    }
    Ok(command)
}

fn log_of(folder: &TempDir) -> String {
    fs::read_to_string(folder.path().join("log")).unwrap_or_default()
}

/// Runs, and is not dead and merely not yet missed by its parent (proc(5): the state stands behind the name in parentheses).
fn is_alive(id: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with(['Z', 'X']))
}

/// SIGKILL.
pub(crate) fn kill(id: u32) {
    if let Some(id) = i32::try_from(id).ok().and_then(rustix::process::Pid::from_raw) {
        // It may have ended meanwhile.
        let _ = rustix::process::kill_process(id, rustix::process::Signal::KILL);
    }
}
