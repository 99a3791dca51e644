//! Processes of their own: how this program starts itself in a role, and how a role serves.
//!
//! It may not know what a role does. Nobody stays behind: a process is killed with its handle, and ends by itself when the
//! pipe from its parent breaks.

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
    process::{Child, Command},
};

/// How long a service waits for another one.
const PATIENCE: Duration = Duration::from_secs(5);

/// A process that serves. Dropped, it is killed.
#[derive(Debug)]
pub(crate) struct Server {
    /// Holds the writing end of the pipe that the process waits on.
    process: Child,
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Starts this program again with these arguments, and waits until it says where it serves.
    pub(crate) async fn start<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>) -> Result<Self, Fault> {
        let mut process = Command::new(std::env::current_exe()?)
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let mut address = String::new();
        let stdout = process.stdout.take().ok_or("a process without an output")?;
        BufReader::new(stdout).read_line(&mut address).await?;
        let address = address.trim().parse().map_err(|_| "a process did not start")?;
        Ok(Self { process, address })
    }

    /// Without a warning: SIGKILL, where there is such a thing.
    pub(crate) async fn kill(&mut self) -> Result<(), Fault> {
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

/// An HTTP client that goes where it is told and nowhere else: through no proxy, and after no redirection.
pub(crate) fn client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder().no_proxy().redirect(Policy::none()).timeout(PATIENCE).build()
}
