//! One PostgreSQL: a database cluster of its own, made for the test. It does not wait for the disk.
//!
//! It may not know what is stored. PostgreSQL refuses to run as root: whoever is root lends it to the user `postgres`, or to nobody.

use super::{are_here, free_port, path_of, patiently, process::Engine};
use rustix::process::{Signal, geteuid};
use std::{
    fs,
    os::unix::{fs::chown, process::CommandExt as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};
use tempfile::TempDir;

/// A running `postgres`. Dropped, it is killed.
#[derive(Debug)]
pub struct Postgres {
    engine: Engine,
    folder: TempDir,
    port: u16,
}

const USER: &str = "orderslip";
const DATABASE: &str = "postgres";

impl Postgres {
    /// Starts one and waits until it answers; `None` if it is not installed.
    pub fn start() -> Option<Self> {
        if !are_here(&["initdb", "postgres", "pg_isready", "psql"]) {
            return None;
        }
        let folder = TempDir::with_prefix("orderslip-postgres-").expect("a temporary folder");
        let made = unprivileged("initdb", folder.path())
            .args(["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--username", USER, "--pgdata"])
            .arg(data(&folder))
            .stdout(Stdio::null())
            .output()
            .expect("it was there a moment ago");
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        let port = free_port();
        let mut postgres = Self { engine: launch(port, &folder), folder, port };
        // Somebody else may take the port before it does.
        for _ in 0..10 {
            if postgres.serves() {
                return Some(postgres);
            }
            postgres.port = free_port();
            postgres.engine = launch(postgres.port, &postgres.folder);
        }
        panic!("a PostgreSQL does not start: {}", postgres.said());
    }

    /// `postgres://orderslip@127.0.0.1:port/postgres`. There is no password.
    pub fn url(&self) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/{DATABASE}", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The first of its processes, of this moment.
    pub fn id(&self) -> u32 {
        self.engine.id()
    }

    /// SIGSTOP to all of its processes: connections stay, and nobody gets an answer.
    pub fn pause(&self) {
        self.engine.signal_all(Signal::STOP);
    }

    /// SIGCONT: what was asked meanwhile is answered now.
    pub fn resume(&self) {
        self.engine.signal_all(Signal::CONT);
    }

    /// SIGKILL: connections break, and new ones are refused. What was committed is there after `restart`.
    pub fn kill(&mut self) {
        self.engine.kill();
    }

    /// Ends it, if it still runs, and starts it again on the same port, with what was committed.
    pub fn restart(&mut self) {
        self.engine.kill();
        // The last of its processes may still be going, and then it refuses to start.
        for _ in 0..100 {
            self.engine = launch(self.port, &self.folder);
            if self.serves() {
                return;
            }
        }
        panic!("a PostgreSQL does not come back: {}", self.said());
    }

    /// Runs SQL, and gives what `psql` prints: a line for each row, `|` between columns.
    pub fn ask(&self, sql: &str) -> Result<String, String> {
        let output = Command::new(path_of("psql").ok_or("no psql")?)
            .args(["--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--set=ON_ERROR_STOP=1"])
            .args(["--dbname", &self.url(), "--command", sql])
            .output()
            .map_err(|error| error.to_string())?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
    }

    /// Waits until it answers. `false` if it has ended instead.
    fn serves(&mut self) -> bool {
        let ready = path_of("pg_isready").expect("it was there a moment ago");
        patiently("a PostgreSQL that answers", || match self.engine.has_ended() {
            true => Some(false),
            false => {
                let port = self.port.to_string();
                let asked = Command::new(&ready).args(["--quiet", "--host=127.0.0.1", "--port", &port]).status();
                asked.is_ok_and(|status| status.success()).then_some(true)
            }
        })
    }

    fn said(&self) -> String {
        fs::read_to_string(log(&self.folder)).unwrap_or_default()
    }
}

/// At once, but so that it gives back the memory which its processes share, as a killed one does not.
impl Drop for Postgres {
    fn drop(&mut self) {
        if !self.engine.has_ended() {
            self.engine.signal_all(Signal::CONT);
            self.engine.signal_first(Signal::QUIT);
            self.engine.wait();
        }
    }
}

fn launch(port: u16, folder: &TempDir) -> Engine {
    let mut command = unprivileged("postgres", folder.path());
    command.args(["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "full_page_writes=off"]);
    command.args(["-c", &format!("unix_socket_directories={}", folder.path().display())]);
    command.args(["-c", "max_connections=400", "-p", &port.to_string(), "-D"]).arg(data(folder));
    Engine::start(&mut command, &log(folder))
}

fn data(folder: &TempDir) -> PathBuf {
    folder.path().join("data")
}

fn log(folder: &TempDir) -> PathBuf {
    folder.path().join("log")
}

fn unprivileged(program: &str, folder: &Path) -> Command {
    let mut command = Command::new(path_of(program).expect("it was there a moment ago"));
    command.current_dir(folder).env("LC_ALL", "C");
    if geteuid().is_root() {
        let (user, group) = whom();
        chown(folder, Some(user), Some(group)).expect("root may");
        command.uid(user).gid(group);
    }
    command
}

/// The user and the group of PostgreSQL, or those of nobody (passwd(5)).
fn whom() -> (u32, u32) {
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let found = users.lines().find_map(|line| {
        let mut fields = line.strip_prefix("postgres:")?.split(':').skip(1);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    });
    found.unwrap_or((65_534, 65_534))
}
