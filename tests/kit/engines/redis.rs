//! One Redis: a server of its own that writes nothing to the disk, alone or as a node of a cluster.
//!
//! It may not know what is stored.

use super::{are_here, free_port, path_of, patiently, process::Engine};
use rustix::process::Signal;
use std::{
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    net::{Ipv4Addr, TcpStream},
    process::Command,
    time::Duration,
};
use tempfile::TempDir;

/// A running `redis-server`. Dropped, it is killed.
#[derive(Debug)]
pub struct Redis {
    engine: Engine,
    folder: TempDir,
    port: u16,
    /// Of the cluster's bus, where there is one. By itself it is the port and ten thousand, which is more than some ports have room for.
    bus: Option<u16>,
    password: Option<String>,
}

impl Redis {
    /// Starts one and waits until it answers; `None` if it is not installed.
    pub fn start() -> Option<Self> {
        Self::start_as(false, None)
    }

    /// The same for those alone who know the password.
    pub fn start_with_password(password: &str) -> Option<Self> {
        Self::start_as(false, Some(password))
    }

    pub(super) fn start_as(of_a_cluster: bool, password: Option<&str>) -> Option<Self> {
        if !are_here(&["redis-server"]) {
            return None;
        }
        // Somebody else may take the port before it does.
        (0..10).find_map(|_| {
            let folder = TempDir::with_prefix("orderslip-redis-").expect("a temporary folder");
            let (port, bus) = (free_port(), of_a_cluster.then(free_port));
            let engine = launch(port, bus, password, &folder);
            let mut redis = Self { engine, folder, port, bus, password: password.map(str::to_owned) };
            redis.serves().then_some(redis)
        })
    }

    /// `redis://[:password@]127.0.0.1:port`.
    pub fn url(&self) -> String {
        match &self.password {
            Some(password) => format!("redis://:{password}@127.0.0.1:{}", self.port),
            None => format!("redis://127.0.0.1:{}", self.port),
        }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn bus(&self) -> Option<u16> {
        self.bus
    }

    /// The process, of this moment: `restart_empty` makes another.
    pub fn id(&self) -> u32 {
        self.engine.id()
    }

    /// SIGSTOP: connections stay, and nobody gets an answer.
    pub fn pause(&self) {
        self.engine.signal_all(Signal::STOP);
    }

    /// SIGCONT: what was asked meanwhile is answered now.
    pub fn resume(&self) {
        self.engine.signal_all(Signal::CONT);
    }

    /// SIGKILL: connections break, and new ones are refused.
    pub fn kill(&mut self) {
        self.engine.kill();
    }

    /// Ends it, if it still runs, and starts it again on the same port, knowing nothing. Not for the nodes of a cluster, which would not
    /// belong to it any more.
    pub fn restart_empty(&mut self) {
        self.engine.kill();
        for _ in 0..10 {
            self.engine = launch(self.port, self.bus, self.password.as_deref(), &self.folder);
            if self.serves() {
                return;
            }
        }
        panic!("a Redis does not come back: {}", self.said());
    }

    /// Sends one command as a person would type it, and gives the answer: the text of a status, a number or a bulk, an `Err` of what it
    /// refuses. For looking into it (`INFO memory`, `DBSIZE`, `FLUSHALL`) and for setting it up.
    pub fn ask(&self, command: &str) -> io::Result<String> {
        let mut connection = BufReader::new(TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?);
        connection.get_ref().set_read_timeout(Some(Duration::from_secs(10)))?;
        if let Some(password) = &self.password {
            say(&mut connection, &format!("AUTH {password}"))?;
        }
        say(&mut connection, command)
    }

    /// Waits until it answers. `false` if it has ended instead.
    fn serves(&mut self) -> bool {
        patiently("a Redis that answers", || match self.engine.has_ended() {
            true => Some(false),
            false => self.ask("PING").is_ok_and(|answer| answer == "PONG").then_some(true),
        })
    }

    fn said(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

fn launch(port: u16, bus: Option<u16>, password: Option<&str>, folder: &TempDir) -> Engine {
    let mut command = Command::new(path_of("redis-server").expect("it was there a moment ago"));
    command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--port", &port.to_string(), "--dir"]);
    command.arg(folder.path());
    if let Some(password) = password {
        command.args(["--requirepass", password]);
    }
    if let Some(bus) = bus {
        command.args(["--cluster-enabled", "yes", "--cluster-port", &bus.to_string()]);
        // A node that does not answer for so long has failed, as far as the others know.
        command.args(["--cluster-node-timeout", "2000"]);
    }
    Engine::start(&mut command, &folder.path().join("log"))
}

/// One command inline, and its answer, as far as RESP2 has lines and bulks.
fn say(connection: &mut BufReader<TcpStream>, command: &str) -> io::Result<String> {
    connection.get_mut().write_all(format!("{command}\r\n").as_bytes())?;
    let mut line = String::new();
    connection.read_line(&mut line)?;
    let (kind, rest) = line.trim_end().split_at_checked(1).ok_or(io::ErrorKind::UnexpectedEof)?;
    match kind {
        "+" | ":" => Ok(rest.to_owned()),
        "$" => {
            let Ok(len) = rest.parse::<usize>() else { return Ok(String::new()) };
            let mut bulk = vec![0; len + 2];
            connection.read_exact(&mut bulk)?;
            bulk.truncate(len);
            String::from_utf8(bulk).map_err(io::Error::other)
        }
        _ => Err(io::Error::other(line.trim_end())),
    }
}
