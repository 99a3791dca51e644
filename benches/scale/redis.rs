//! What the same session costs in Redis, on loopback: a server of this bench's own, asked in its own protocol, with no library between.
//!
//! It may not know tokens. Where no `redis-server` is installed it measures nothing.

use crate::{
    figures::{Operation, Redis},
    race::thread_time,
};
use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

const SESSIONS: usize = 100_000;
const ROUNDS: usize = 20_000;
/// Commands in flight, in the second way of asking.
const DEPTH: usize = 64;

pub fn measure(value: &str) -> Option<Redis> {
    let server = Server::start()?;
    let mut client = server.client();
    let empty = client.info("memory", "used_memory");
    let sets: Vec<Vec<u8>> = (0..SESSIONS).map(|number| set(number, value)).collect();
    for set in sets.chunks(DEPTH) {
        client.ask(&set.concat(), set.len() * "+OK\r\n".len());
    }
    let memory = (client.info("memory", "used_memory") - empty) / SESSIONS as f64;
    let got = format!("${}\r\n{value}\r\n", value.len()).len();
    let gets: Vec<Vec<u8>> = (0..SESSIONS).map(|number| command(&["GET", &key(number)])).collect();
    Some(Redis {
        version: server.version.clone(),
        get: operation(&mut client, &gets, got),
        set: operation(&mut client, &sets, "+OK\r\n".len()),
        memory: memory.round(),
    })
}

fn key(number: usize) -> String {
    format!("session:{number:022}")
}

fn set(number: usize, value: &str) -> Vec<u8> {
    command(&["SET", &key(number), value, "EX", "1800"])
}

fn command(words: &[&str]) -> Vec<u8> {
    let words = words.iter().map(|word| format!("${}\r\n{word}\r\n", word.len()));
    format!("*{}\r\n{}", words.len(), words.collect::<String>()).into_bytes()
}

fn operation(client: &mut Client, commands: &[Vec<u8>], answer: usize) -> Operation {
    let mut round_trip = Duration::MAX;
    let [client_one, server_one] = client.cost(ROUNDS, |client| {
        for command in &commands[..ROUNDS] {
            let start = Instant::now();
            client.ask(command, answer);
            round_trip = round_trip.min(start.elapsed());
        }
    });
    let together: Vec<Vec<u8>> = commands.chunks_exact(DEPTH).map(<[_]>::concat).collect();
    let [client_of_64, server_of_64] = client.cost(together.len() * DEPTH, |client| {
        for commands in &together {
            client.ask(commands, answer * DEPTH);
        }
    });
    Operation {
        round_trip: round_trip.as_nanos() as f64,
        client: client_one,
        server: server_one,
        client_of_64,
        server_of_64,
        wire: u32::try_from(commands[0].len() + answer).unwrap(),
    }
}

struct Client {
    stream: TcpStream,
    answer: Vec<u8>,
}

impl Client {
    fn ask(&mut self, commands: &[u8], answer: usize) {
        self.stream.write_all(commands).unwrap();
        self.answer.resize(answer, 0);
        self.stream.read_exact(&mut self.answer).unwrap();
        assert!(self.answer.starts_with(b"+OK") || self.answer.starts_with(b"$"), "an answer of another kind");
    }

    /// Nanoseconds of CPU for each operation, here and in the server.
    fn cost(&mut self, operations: usize, work: impl FnOnce(&mut Self)) -> [f64; 2] {
        let (here, there) = (thread_time(), self.server_time());
        work(self);
        let here = (thread_time() - here).as_secs_f64();
        [here, self.server_time() - there].map(|secs| (secs * 1e9 / operations as f64).round())
    }

    fn server_time(&mut self) -> f64 {
        self.info("cpu", "used_cpu_user") + self.info("cpu", "used_cpu_sys")
    }

    /// One number of what the server says of itself.
    fn info(&mut self, section: &str, name: &str) -> f64 {
        self.stream.write_all(&command(&["INFO", section])).unwrap();
        let mut text = vec![0; 16_384];
        let mut len = 0;
        // `$<length>`, a line's end, so many bytes, and a line's end.
        loop {
            len += self.stream.read(&mut text[len..]).unwrap();
            let said = String::from_utf8_lossy(&text[..len]).into_owned();
            let Some((head, body)) = said.split_once("\r\n") else { continue };
            if body.len() >= head[1..].parse::<usize>().unwrap() + 2 {
                let line = body.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
                return line.expect("what was asked for").trim().parse().unwrap();
            }
        }
    }
}

struct Server {
    child: Child,
    port: u16,
    version: String,
}

impl Server {
    fn start() -> Option<Self> {
        let version = Command::new("redis-server").arg("--version").output().ok()?.stdout;
        let version =
            String::from_utf8_lossy(&version).split(' ').find(|word| word.starts_with("v=")).map(str::to_owned);
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new("redis-server")
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let version = version.unwrap_or_default().replace("v=", "");
        Some(Self { child, port, version })
    }

    fn client(&self) -> Client {
        loop {
            if let Ok(stream) = TcpStream::connect(("127.0.0.1", self.port)) {
                stream.set_nodelay(true).unwrap();
                return Client { stream, answer: Vec::new() };
            }
            std::thread::yield_now();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
