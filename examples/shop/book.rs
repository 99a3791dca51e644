//! The book of orders, which a real shop has in its database: all waiters write into the same one.
//!
//! It may not know carts or visitors. An order is written once, under the key of its checkout; whoever comes with the same key
//! finds what was written first. A page of this book is a file, because the first to make one makes it, whatever process that is.

use crate::rehearsal::Rehearsal;
use orderslip::{Error, merge::IdempotencyKey};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{
    collections::BTreeMap,
    fs,
    io::{self, Write as _},
    path::Path,
    sync::Arc,
};
use tempfile::NamedTempFile;

#[derive(Clone, Debug)]
pub(crate) struct Book {
    folder: Arc<Path>,
    rehearsal: Rehearsal,
}

/// What was ordered, and what takes it out of the cart.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) lines: BTreeMap<String, u32>,
    pub(crate) cents: u64,
    pub(crate) barrier: Vec<u8>,
}

impl Book {
    /// In this folder, which is made when there is something to write.
    pub(crate) fn new(folder: impl Into<Arc<Path>>, rehearsal: Rehearsal) -> Self {
        Self { folder: folder.into(), rehearsal }
    }

    /// Writes an order if it is the first of its key, and gives the first.
    pub(crate) fn place(&self, key: &IdempotencyKey, entry: &Entry) -> Result<Entry, Error> {
        self.first(&name(key), entry)
    }

    /// Writes down what takes the order out of the cart when it is too late for what was written with it; gives what was written first.
    pub(crate) fn instead(&self, key: &IdempotencyKey, barrier: Vec<u8>) -> Result<Vec<u8>, Error> {
        self.first(&format!("{}-instead", name(key)), &barrier)
    }

    fn first<T: Serialize + DeserializeOwned>(&self, page: &str, said: &T) -> Result<T, Error> {
        let written = self.write(page, said).and_then(|text| Ok(serde_json::from_slice(&text)?));
        written.map_err(Error::unavailable)
    }

    /// A page appears whole or not at all.
    fn write<T: Serialize>(&self, page: &str, said: &T) -> io::Result<Vec<u8>> {
        fs::create_dir_all(&self.folder)?;
        let page = self.folder.join(page);
        let mut draft = NamedTempFile::new_in(&self.folder)?;
        self.rehearsal.moment("page-drafted");
        draft.write_all(&serde_json::to_vec(said)?)?;
        self.rehearsal.moment("page-written");
        let placed = draft.persist_noclobber(&page);
        self.rehearsal.moment("page-placed");
        match placed {
            Err(error) if error.error.kind() != io::ErrorKind::AlreadyExists => Err(error.error),
            _ => fs::read(page),
        }
    }
}

fn name(key: &IdempotencyKey) -> String {
    key.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}
