//! Redis and PostgreSQL, started for the measurement and ended with it.

use crate::report::machine::says;
use rustix::process::{Pid, Signal, geteuid, kill_process};
use std::{
    net::TcpListener,
    os::unix::{fs::chown, process::CommandExt as _},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};
use tempfile::TempDir;

/// A server of ours, and the folder that it works in.
pub struct Server {
    child: Child,
    ending: Signal,
    _place: TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = kill_process(Pid::from_child(&self.child), self.ending);
        let _ = self.child.wait();
    }
}

/// One that nobody listened on a moment ago.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}

fn place() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// Tries until the server answers, or for ten seconds.
fn patiently<T>(mut connect: impl FnMut() -> Option<T>) -> Option<T> {
    (0..200).find_map(|_| {
        thread::sleep(Duration::from_millis(50));
        connect()
    })
}

pub fn redis() -> Result<(Server, String, redis::Connection), String> {
    let version = says("redis-server", &["--version"]).ok_or("`redis-server` is not installed")?;
    let version =
        version.split(' ').find_map(|part| part.strip_prefix("v=")).unwrap_or("of an unknown version").to_owned();
    let (place, port) = (place(), free_port());
    let child = Command::new("redis-server")
        .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--port", &port.to_string(), "--dir"])
        .arg(place.path())
        .stdout(Stdio::null())
        .spawn()
        .map_err(|error| format!("`redis-server` does not start: {error}"))?;
    let server = Server { child, ending: Signal::TERM, _place: place };
    let client = redis::Client::open(format!("redis://127.0.0.1:{port}")).map_err(|error| error.to_string())?;
    let connection = patiently(|| client.get_connection().ok()).ok_or("`redis-server` does not answer")?;
    Ok((server, format!("Redis {version} on the loopback"), connection))
}

pub fn postgres() -> Result<(Server, String, postgres::Client), String> {
    let version = says("postgres", &["--version"]).ok_or("`postgres` is not in the path")?;
    let version = version.split(' ').nth(2).unwrap_or("of an unknown version").to_owned();
    let (place, port) = (place(), free_port());
    let data = place.path().join("data");
    let made = unprivileged("initdb", place.path())
        .args(["--auth=trust", "--username=bench", "--no-sync", "--pgdata"])
        .arg(&data)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if !made.is_ok_and(|status| status.success()) {
        return Err("`initdb` fails".into());
    }
    let child = unprivileged("postgres", place.path())
        .args(["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-p", &port.to_string(), "-D"])
        .arg(&data)
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("`postgres` does not start: {error}"))?;
    let server = Server { child, ending: Signal::INT, _place: place };
    let address = format!("host=127.0.0.1 port={port} user=bench dbname=postgres");
    let client =
        patiently(|| postgres::Client::connect(&address, postgres::NoTls).ok()).ok_or("`postgres` does not answer")?;
    Ok((server, format!("PostgreSQL {version} on the loopback"), client))
}

/// PostgreSQL refuses to run as root: whoever is root lends it the folder as nobody.
fn unprivileged(program: &str, place: &Path) -> Command {
    const NOBODY: u32 = 65_534;
    let mut command = Command::new(program);
    command.current_dir(place);
    if geteuid().is_root() {
        chown(place, Some(NOBODY), Some(NOBODY)).expect("root may");
        command.uid(NOBODY).gid(NOBODY);
    }
    command
}
