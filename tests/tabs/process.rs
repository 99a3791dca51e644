//! Servers of the shop that are processes of their own.
//!
//! It may not know who asks them. The program is this test itself, which has the role as a test that is never run by itself.

use crate::{
    Fault,
    door::Door,
    jars,
    shop::{self, Shop},
};
use orderslip::{Keyring, SystemClock};
use std::{env, io::Read as _, path::Path, process::Stdio};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};

/// Where the ring is, and how many servers there are.
const RING: &str = "ORDERSLIP_TABS_RING";
const PROCESSES: &str = "ORDERSLIP_TABS_PROCESSES";

/// A running server. Dropped, it is killed; if this program is killed, it ends by itself.
pub(crate) struct Process {
    pub(crate) port: u16,
    _child: Child,
    /// Open as long as the server runs: after a minute the harness in it says that it has been running for long, and dies if nobody listens.
    _said: Lines<BufReader<ChildStdout>>,
}

impl Process {
    pub(crate) async fn start(ring: &Path, processes: usize) -> Result<Self, Fault> {
        let mut command = Command::new(env::current_exe()?);
        command.args(["--ignored", "--exact", "--nocapture", "process::serves"]);
        command.env(RING, ring).env(PROCESSES, processes.to_string());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
        let mut child = command.spawn()?;
        let mut said = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
        while let Some(line) = said.next_line().await? {
            // The harness may have begun the line.
            if let Some((_, port)) = line.split_once("serves at ") {
                return Ok(Self { port: port.trim().parse()?, _child: child, _said: said });
            }
        }
        Err("a server ended before it was ready".into())
    }
}

#[tokio::test]
#[ignore = "a role, which other tests start in a process of its own"]
async fn serves() {
    let keys = Keyring::from_file(env::var_os(RING).unwrap()).unwrap();
    let processes = env::var(PROCESSES).unwrap().parse().unwrap();
    let jars = jars::jars(&keys, SystemClock, processes).unwrap();
    let door = Door::open(vec![shop::server(jars, Shop::new(u64::from(std::process::id())))]).await.unwrap();
    println!("serves at {}", door.port);
    // Until nobody is there any more who started it.
    let until_then = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
    let _ = until_then.await;
}
