//! The shop, as a user starts it.
//!
//! It may not know browsers.

use crate::{Fault, process::Process};

/// A running shop. Dropped, it is killed, and its waiters go home.
#[derive(Debug)]
pub struct Shop {
    _process: Process,
    /// Where it listens on this machine.
    pub port: u16,
}

impl Shop {
    /// Opens a shop with so many waiters on a free port, and waits until it says that it serves.
    ///
    /// # Errors
    /// If it does not.
    pub async fn open(waiters: u32) -> Result<Self, Fault> {
        let mut process = Process::start("shop", ["--port", "0", "--waiters", &waiters.to_string()])?;
        let port = |line: &str| line.strip_prefix("http://localhost:")?.strip_suffix('/')?.parse().ok();
        let port = process.hears(port).await?;
        Ok(Self { _process: process, port })
    }
}
