//! The shop, as a user starts it.
//!
//! It may not know browsers.

use crate::{Fault, process::Process};
use std::{ffi::OsStr, path::Path};
use tempfile::TempDir;

/// A running shop. Dropped, it is killed, and its waiters go home.
#[derive(Debug)]
pub struct Shop {
    _process: Process,
    book: TempDir,
    /// Where it listens on this machine.
    pub port: u16,
}

impl Shop {
    /// Opens a shop with so many waiters on a free port, and waits until it says that it serves.
    ///
    /// # Errors
    /// If it does not.
    pub async fn open(waiters: u32) -> Result<Self, Fault> {
        Self::start(waiters, &[]).await
    }

    /// The same with these keys, which are made if there are none.
    ///
    /// # Errors
    /// If it does not.
    pub async fn open_with(waiters: u32, keys: &Path) -> Result<Self, Fault> {
        Self::start(waiters, &["--keys".as_ref(), keys.as_os_str()]).await
    }

    async fn start(waiters: u32, more: &[&OsStr]) -> Result<Self, Fault> {
        let (waiters, book) = (waiters.to_string(), TempDir::with_prefix("orderslip-book-")?);
        let flags = ["--port", "0", "--waiters", waiters.as_str(), "--book"].map(OsStr::new);
        let args: Vec<&OsStr> = flags.into_iter().chain([book.path().as_os_str()]).collect();
        let mut process = Process::start("shop", args.iter().chain(more))?;
        let port = |line: &str| line.strip_prefix("http://localhost:")?.strip_suffix('/')?.parse().ok();
        let port = process.hears(port).await?;
        Ok(Self { _process: process, book, port })
    }

    /// The numbers of the orders in its book.
    ///
    /// # Errors
    /// If there is no book.
    pub fn orders(&self) -> Result<Vec<String>, Fault> {
        let mut numbers = Vec::new();
        for page in std::fs::read_dir(self.book.path())? {
            let key = page?.file_name().to_string_lossy().to_uppercase();
            let number = key.get(..4).zip(key.get(4..8)).map(|(one, two)| format!("{one}-{two}"));
            numbers.push(number.ok_or("a page without a key")?);
        }
        Ok(numbers)
    }
}
