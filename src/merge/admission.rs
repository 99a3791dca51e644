//! Whether one more item may be set, by what the request's header really measures.
//!
//! A browser whose `Cookie` line is longer than a proxy takes is locked out: the server never sees the request, so it cannot heal it. A
//! server that sees parallel requests cannot know from one of them what it has answered to the others; so it remembers that for a
//! while. Losing the memory costs no correctness. It may not know what an item says.

use super::{
    beside::Beside,
    dot::Millis,
    item::Class,
    policy::{MARGIN, MOST_ITEMS, Policy},
};
use crate::claims::SlipId;
use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Sessions that are remembered: each takes a few kilobytes at most, while it writes.
const SESSIONS: usize = 1024;

/// Items of one session: more than fit into a header of 8 KiB are never under way.
const PER_SESSION: usize = 64;

/// Of one session in all, those included that have been seen.
const MOST_KEPT: usize = 256;

/// So long a request may wait in the browser for a connection, with cookies that were read when it was asked.
const IN_QUEUE: Duration = Duration::from_secs(10);

/// While writes arrive, every process may see another jar and compact it into a base of its own, and room is kept for one of each. Of more
/// processes than this none compacts then: the room would be all there is.
const RIVALS: usize = 3;

/// How many bases may be under way at once.
pub(super) fn rivals(policy: &Policy) -> usize {
    if policy.processes() > RIVALS { 1 } else { policy.processes() }
}

/// What this process has lately answered.
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
    /// Some request has shown it. One that was asked before may still arrive, and does not.
    is_seen: bool,
}

/// What a request shows of the jar.
pub(crate) struct Load<'a> {
    /// Of the whole `Cookie` header.
    pub(crate) header: usize,
    /// Items of the session.
    pub(crate) items: usize,
    /// Other states in the same header. What they have under way is not known here: each assumes that every other has as much as itself.
    /// Whatever they really have at one time, the one that has the most has kept room for all then.
    pub(crate) beside: &'a Beside,
    /// Room that the next base will take, when so many operations of so many bytes in all have arrived.
    pub(crate) reserve: &'a dyn Fn(usize, usize) -> usize,
    /// Whether an item has arrived that was issued then: the request brought it, or a base that holds what it says.
    pub(crate) has: &'a dyn Fn(Class, &str, Millis) -> bool,
}

impl Session {
    /// What this request does not show.
    fn unseen<'s>(&'s self, load: &Load<'_>) -> impl Iterator<Item = &'s Pending> + Clone {
        self.items.iter().filter(|item| !(load.has)(item.class, &item.id, item.at))
    }

    fn push(&mut self, item: Pending) {
        self.items.push(item);
        if self.items.len() > MOST_KEPT {
            self.items.remove(0);
        }
    }
}

/// What is known of a session, less what every request that still comes will show, or none.
fn take(sessions: &mut VecDeque<Session>, slip: SlipId, policy: &Policy, load: &Load<'_>, now: Millis) -> Session {
    let known = sessions.iter().position(|session| session.slip == slip).and_then(|at| sessions.remove(at));
    let mut session = known.unwrap_or(Session { slip, items: Vec::new() });
    for item in &mut session.items {
        item.is_seen |= (load.has)(item.class, &item.id, item.at);
    }
    let kept = |item: &Pending| if item.is_seen { IN_QUEUE.min(policy.transit()) } else { policy.transit() };
    session.items.retain(|item| item.at.plus(kept(item)) > now);
    session
}

/// The session that was heard of last stands last.
fn put(sessions: &mut VecDeque<Session>, session: Session) {
    if !session.items.is_empty() {
        sessions.push_back(session);
    }
    if sessions.len() > SESSIONS {
        sessions.pop_front();
    }
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
        let mut session = take(&mut sessions, slip, policy, load, now);
        let of = |class| session.unseen(load).filter(move |item| item.class == class);
        let (unseen, bases) = (of(Class::Operation), of(Class::Base).map(|item| item.bytes).sum::<usize>());
        let number = unseen.clone().count();
        let arriving =
            unseen.map(|item| item.bytes).sum::<usize>().saturating_add(bytes).saturating_mul(policy.processes());
        let count = (number + 1).saturating_mul(policy.processes());
        let reserve = (load.reserve)(count, arriving).saturating_mul(rivals(policy));
        let (under_way, states) = (arriving.saturating_add(bases), load.beside.states());
        let others = load.beside.reserve(under_way).saturating_mul(rivals(policy));
        let more = under_way.saturating_mul(states).saturating_add(reserve).saturating_add(others);
        let header = load.header.saturating_add(more);
        let items = load.items.saturating_add(load.beside.items()).saturating_add(count.saturating_mul(states));
        let fits = header.saturating_add(MARGIN) <= policy.header_limit() && items <= MOST_ITEMS;
        let admitted = fits && number < PER_SESSION;
        if admitted {
            session.push(Pending { class, id: id.to_owned(), bytes, at: now, is_seen: false });
        }
        put(&mut sessions, session);
        admitted
    }

    /// Takes a base in, if the request shows everything that was issued lately, besides its own additions: else the jar is not what the
    /// request shows. A browser reads the cookies of a request before the request waits for a connection; with forty writers that may
    /// take seconds, so every request in the queue shows another old jar, and each of them would be compacted into a base of its own.
    pub(crate) fn admit_base(
        &self,
        slip: SlipId,
        policy: &Policy,
        load: &Load<'_>,
        own: &[String],
        (id, bytes): (&str, usize),
        (newest, now): (Millis, Millis),
    ) -> bool {
        let is_still = newest.plus(IN_QUEUE) <= now;
        let mut sessions = self.lock();
        let mut session = take(&mut sessions, slip, policy, load, now);
        // The same request is not its own rival, nor are requests that write the same base.
        let others = || session.unseen(load).filter(|item| item.id != id && !own.contains(&item.id));
        let is_stale = others().any(|item| item.at.plus(IN_QUEUE) > now);
        let unseen: usize = others().map(|item| item.bytes).sum();
        // When nothing has been added for long, all of them see the same, and write the same.
        let is_rash = !is_still && policy.processes() > RIVALS;
        let rivals = if is_still { 1 } else { rivals(policy) };
        let under_way = unseen.saturating_mul(policy.processes()).saturating_add(bytes.saturating_mul(rivals));
        let header = load.header.saturating_add(under_way);
        let admitted = !is_stale && !is_rash && header.saturating_add(MARGIN) <= policy.header_limit();
        if admitted && session.items.iter().all(|item| item.id != id) {
            session.push(Pending { class: Class::Base, id: id.to_owned(), bytes, at: now, is_seen: false });
        }
        put(&mut sessions, session);
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
