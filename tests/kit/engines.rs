//! Redis and PostgreSQL as Debian has them, started for a test and ended with it: on free ports of this machine, with their data in a
//! folder of their own, stopped by process id. Nothing here is a mock.
//!
//! It may not know what is stored. It speaks each engine's own protocol, as far as it takes to see that it serves, and needs no client
//! library. Where a program is missing, `start` says so and gives nothing, and the test passes without it; with
//! `ORDERSLIP_REQUIRE_PARTS=1`, as in CI, that is a failure.
//!
//! | | |
//! |---|---|
//! | `Redis::start()`, `Redis::start_with_password("…")` | `Option<Redis>`: `url()`, `pause()`, `resume()`, `kill()`, `restart_empty()`, `ask("PING")` |
//! | `RedisCluster::start(3)` | `Option<RedisCluster>`: `urls()`, `nodes`, each a `Redis` |
//! | `Postgres::start()` | `Option<Postgres>`: `url()`, `pause()`, `resume()`, `kill()`, `restart()` |
//!
//! All of it blocks: in an asynchronous test start engines before anything else runs. Dropped, an engine is killed.
#![allow(
    unused_imports,
    clippy::panic,
    reason = "each test file uses a part of it; an engine that does not start should stop the test, and say why"
)]

mod cluster;
mod postgres;
mod process;
mod redis;

pub use self::{cluster::RedisCluster, postgres::Postgres, redis::Redis};

use std::{
    env,
    net::{Ipv4Addr, TcpListener},
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

/// Whether all these programs are on the machine. If not, says so; in CI, where `ORDERSLIP_REQUIRE_PARTS=1`, it fails.
pub fn are_here(programs: &[&str]) -> bool {
    let missing: Vec<&str> = programs.iter().copied().filter(|program| path_of(program).is_none()).collect();
    if missing.is_empty() {
        return true;
    }
    let told = format!("left out, as the machine has no {}", missing.join(", no "));
    assert!(env::var("ORDERSLIP_REQUIRE_PARTS").is_err(), "{told}");
    eprintln!("{told}");
    false
}

/// Where a program is: in the path, or in the folder of the newest PostgreSQL, as Debian keeps the server's programs out of the path.
pub fn path_of(program: &str) -> Option<PathBuf> {
    let mut postgres: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql").map_or_else(
        |_| Vec::new(),
        |versions| {
            let versions = versions
                .flatten()
                .filter_map(|version| Some((version.file_name().to_str()?.parse().ok()?, version.path().join("bin"))));
            versions.collect()
        },
    );
    postgres.sort();
    let path = env::var_os("PATH").unwrap_or_default();
    let others = [PathBuf::from("/usr/sbin"), PathBuf::from("/usr/bin")];
    let folders = env::split_paths(&path).chain(others).chain(postgres.into_iter().rev().map(|(_, folder)| folder));
    folders.map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// A port that nobody listened on a moment ago. Another program may take it: who starts something on it looks whether it did start, and
/// tries again.
fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("its address").port()
}

/// Asks until there is an answer. An engine says to nobody that it is ready; a minute is more than any takes, and never waited for.
fn patiently<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{what}");
        thread::sleep(Duration::from_millis(5));
    }
}
