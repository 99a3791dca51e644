//! Processes of their own: how this program starts itself in a role, and how a role serves.
//!
//! It may not know what a role does. Nobody stays behind: whoever is started is killed with its handle, and leaves by
//! itself when the pipe to its parent breaks, even if the parent had no time to say anything. The servers of the example
//! `rotation` start and serve with it, too.

use crate::Fault;
use axum::Router;
use std::{
    ffi::OsStr,
    io::{Write as _, stdin, stdout},
    net::{Ipv4Addr, SocketAddr},
    process::Stdio,
};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    net::TcpListener,
    process::{Child, Command},
};

/// A process at work. Dropped, it is killed.
#[derive(Debug)]
pub(crate) struct Employee {
    /// Holds the writing end of the pipe that the process waits on.
    process: Child,
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
        Ok(Self { process, address })
    }

    /// Without a warning: SIGKILL, where there is such a thing.
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

/// An HTTP client that goes straight there, whatever proxy the environment names.
pub(crate) fn client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder().no_proxy().build()
}
