//! The order service: what a checkout has to do with the world outside, once for each key.
//!
//! It may not know carts. A real one is a table with a unique key; all servers use the same.

use crate::op::Lines;
use std::{
    collections::HashMap,
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// The orders so far.
#[derive(Debug, Default)]
pub(crate) struct Orders(Mutex<Book>);

#[derive(Debug, Default)]
struct Book {
    placed: Vec<Lines>,
    keyed: HashMap<[u8; 32], Kept>,
}

/// What is kept with an order.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) lines: Lines,
    pub(crate) barrier: Vec<u8>,
}

impl Orders {
    /// Places an order, whatever was placed before.
    pub(crate) fn place(&self, lines: Lines) {
        self.book().placed.push(lines);
    }

    /// Places an order if it is the first of its key; gives what is kept of the first.
    pub(crate) fn place_once(&self, key: [u8; 32], order: Kept) -> Kept {
        let mut book = self.book();
        let Book { placed, keyed } = &mut *book;
        let kept = keyed.entry(key).or_insert_with(|| {
            placed.push(order.lines.clone());
            order
        });
        kept.clone()
    }

    /// Keeps another barrier with an order, if nobody has done so before; gives the one that is kept.
    pub(crate) fn replace_barrier(&self, key: [u8; 32], old: &[u8], new: Vec<u8>) -> Option<Vec<u8>> {
        let mut book = self.book();
        let kept = book.keyed.get_mut(&key)?;
        if kept.barrier == old {
            kept.barrier = new;
        }
        Some(kept.barrier.clone())
    }

    /// What was ordered since this was last asked.
    pub(crate) fn take(&self) -> Vec<Lines> {
        mem::take(&mut self.book().placed)
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
