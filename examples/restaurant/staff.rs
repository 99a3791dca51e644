//! Processes of their own: how this program starts itself in a role, and how a role serves.
//!
//! It may not know what a role does. Nobody stays behind: whoever is started is killed with its handle, and leaves by
//! itself when the pipe to its parent breaks, even if the parent had no time to say anything. The servers of the examples
//! `rotation`, `shop` and `social` start and serve with it, too.

use crate::Fault;
use axum::Router;
use reqwest::redirect::Policy;
use std::{
    ffi::OsStr,
    io::{Write as _, stdin, stdout},
    net::{Ipv4Addr, SocketAddr},
    process::Stdio,
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    net::TcpListener,
    process::{Child, ChildStdin, Command},
};

/// A process at work. Dropped, it is killed.
#[derive(Debug)]
pub(crate) struct Employee {
    process: Child,
    /// The writing end of the pipe that the process waits on.
    _pipe: Option<ChildStdin>,
    pub(crate) address: SocketAddr,
}

impl Employee {
    /// Starts this program again with these arguments and one environment variable, and waits until it says where it serves.
    pub(crate) async fn hire(args: &[&str], told: Option<(&str, &OsStr)>) -> Result<Self, Fault> {
        let mut process = Command::new(std::env::current_exe()?)
            .args(args)
            .envs(told)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let mut address = String::new();
        let stdout = process.stdout.take().ok_or("a process without an output")?;
        BufReader::new(stdout).read_line(&mut address).await?;
        let address = address.trim().parse().map_err(|_| format!("{args:?} did not start"))?;
        // Kept apart: who waits for a process closes what is in it.
        let pipe = process.stdin.take();
        Ok(Self { process, _pipe: pipe, address })
    }

    /// Waits until the process has ended, for whatever reason.
    #[allow(dead_code, reason = "the shop and the network alone replace whoever is gone")]
    pub(crate) async fn gone(&mut self) {
        // What cannot be waited for is not there.
        let _ = self.process.wait().await;
    }

    /// Without a warning: SIGKILL, where there is such a thing.
    #[allow(dead_code, reason = "the shop and the network leave that to their visitors")]
    pub(crate) async fn kill(mut self) -> Result<(), Fault> {
        Ok(self.process.kill().await?)
    }
}

/// Serves on a free port of this machine, and says on which. Does not come back.
pub(crate) async fn serve(routes: Router) -> Result<(), Fault> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    println!("{}", listener.local_addr()?);
    stdout().flush()?;
    std::thread::spawn(|| {
        // Nothing is ever said on this pipe: it ends when the parent does.
        let _ = std::io::copy(&mut stdin().lock(), &mut std::io::sink());
        std::process::exit(0);
    });
    Ok(axum::serve(listener, routes).await?)
}

/// An HTTP client that goes straight there, whatever proxy the environment names, and nowhere else: a redirect is for the
/// guest. It gives up after so long. A server may take a request and never answer, and a connection that breaks in the very
/// moment at which it is handed a request may swallow that (hyperium/hyper#4122).
pub(crate) fn client(patience: Duration) -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder().no_proxy().redirect(Policy::none()).timeout(patience).build()
}
