//! The file of a ring: read only if it is private, changed whole or not at all, and by one at a time.
//!
//! It may not know what is changed.

use crate::failure::Failure;
use orderslip::Keyring;
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Reads a ring. Secrets that others may read are an error here: what a server must put up with, whoever changes keys need not.
pub(crate) fn read(path: &Path) -> Result<Keyring, Failure> {
    Keyring::from_private_file(path).map_err(|error| Failure::from(error).about(&path.display().to_string()))
}

/// Nobody else changes the ring while this lives.
pub(crate) struct Lock {
    /// What the path leads to: a link stays a link.
    target: PathBuf,
    lock: PathBuf,
}

impl Lock {
    pub(crate) fn new(path: &Path) -> Result<Self, Failure> {
        let target = match fs::canonicalize(path) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => path.to_owned(),
            other => other.map_err(|cause| Failure::io(&path.display().to_string(), &cause))?,
        };
        let mut name = target.file_name().unwrap_or_default().to_owned();
        name.push(".lock");
        let lock = target.with_file_name(name);
        match fs::OpenOptions::new().write(true).create_new(true).open(&lock) {
            Ok(_) => Ok(Self { target, lock }),
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => Err(Failure::Unavailable(format!(
                "somebody else is changing this ring; if nobody is, remove {}",
                lock.display()
            ))),
            Err(cause) => Err(Failure::io(&lock.display().to_string(), &cause)),
        }
    }

    pub(crate) fn exists(&self) -> bool {
        self.target.exists()
    }

    pub(crate) fn read(&self) -> Result<Keyring, Failure> {
        read(&self.target)
    }

    pub(crate) fn write(&self, ring: &Keyring) -> Result<(), Failure> {
        ring.to_file(&self.target).map_err(|error| Failure::from(error).about(&self.target.display().to_string()))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.lock); // what is left is told to the next one who comes
    }
}
