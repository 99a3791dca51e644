//! Whether one more item may be set, by what the request's header really measures.
//!
//! A browser whose `Cookie` line is longer than a proxy takes is locked out: the server never sees the request, so it cannot heal it. A
//! server that sees parallel requests cannot know from one of them what it has answered to the others; so it remembers that for a
//! while. Losing the memory costs no correctness. It may not know what an item says.

use super::{
    dot::Millis,
    item::Class,
    policy::{MARGIN, MOST_ITEMS, Policy},
};
use crate::claims::SlipId;
use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Sessions that are remembered: each takes a few kilobytes at most, while it writes.
const SESSIONS: usize = 1024;

/// Items of one session: more than fit into a header of 8 KiB are never under way.
const PER_SESSION: usize = 64;

/// What this process has answered and has not seen come back.
#[derive(Default)]
pub(crate) struct Issued(Mutex<VecDeque<Session>>);

#[derive(Clone)]
struct Session {
    slip: SlipId,
    items: Vec<Pending>,
}

#[derive(Clone)]
struct Pending {
    class: Class,
    id: String,
    bytes: usize,
    at: Millis,
}

/// What a request shows of the jar.
pub(crate) struct Load<'a> {
    /// Of the whole `Cookie` header.
    pub(crate) header: usize,
    /// Items of the session.
    pub(crate) items: usize,
    /// Room that the next base will take, when so many operations of so many bytes in all have arrived.
    pub(crate) reserve: &'a dyn Fn(usize, usize) -> usize,
    /// Whether the request brought this item.
    pub(crate) has: &'a dyn Fn(Class, &str) -> bool,
}

impl Issued {
    /// Takes one more item in, if the header stays below its limit even when everything that is under way has arrived, in all processes,
    /// and the base that will hold it all beside that. Without room for the base the jar would never be compacted again, and every
    /// further item refused until the session ends.
    pub(crate) fn admit(
        &self,
        slip: SlipId,
        policy: &Policy,
        load: &Load<'_>,
        (class, id, bytes): (Class, &str, usize),
        now: Millis,
    ) -> bool {
        let mut sessions = self.lock();
        let mut session = match sessions.iter().position(|session| session.slip == slip) {
            Some(at) => sessions.remove(at).unwrap_or(Session { slip, items: Vec::new() }),
            None => Session { slip, items: Vec::new() },
        };
        session.items.retain(|item| item.at.plus(policy.transit()) > now && !(load.has)(item.class, &item.id));
        let unseen: usize = session.items.iter().map(|item| item.bytes).sum();
        let arriving = unseen.saturating_add(bytes).saturating_mul(policy.processes());
        let count = (session.items.len() + 1).saturating_mul(policy.processes());
        let header = load.header.saturating_add(arriving).saturating_add((load.reserve)(count, arriving));
        let fits =
            header.saturating_add(MARGIN) <= policy.header_limit() && load.items.saturating_add(count) <= MOST_ITEMS;
        let admitted = fits && session.items.len() < PER_SESSION;
        if admitted {
            session.items.push(Pending { class, id: id.to_owned(), bytes, at: now });
        }
        if !session.items.is_empty() {
            sessions.push_back(session);
        }
        if sessions.len() > SESSIONS {
            sessions.pop_front();
        }
        admitted
    }

    /// For a model that goes on from here in several ways.
    #[cfg(test)]
    pub(super) fn fork(&self) -> Self {
        Self(Mutex::new(self.lock().clone()))
    }

    /// A thread that panicked left the list as it was or one session shorter.
    fn lock(&self) -> MutexGuard<'_, VecDeque<Session>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
