//! Both lists for a single process: tests, and applications that have one server and mind that a restart forgets.
//!
//! It may not know who asks. It is bounded: when it is full of what may not be forgotten yet, it says so and takes nothing more.

use crate::{
    claims::SlipId,
    error::Error,
    revoke::{
        Digest, Query, Redeemed, Redemption, Redemptions, Revocation, Revocations, Verdict,
        revocations::{OfSubject, both},
    },
    time::{Clock, SystemClock, UnixTime},
};
use std::{
    collections::HashMap,
    fmt,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// [`Revocations`] and [`Redemptions`] in the memory of one process. Clones are the same list.
///
/// What it holds is counted in entries: 33 to 52 bytes for a revoked slip, 96 for a subject, 75 for a redemption and its record besides
/// (`cargo bench --features redis --bench stores`; a table that grows has both of its sizes for a moment).
/// What is over is thrown out when there is no room, and not before. When a process starts anew its list is empty: every slip that began
/// before is [`Verdict::Forgotten`], unless the list is [told](Self::that_knows_all_since) that nothing was revoked before.
#[derive(Clone)]
pub struct MemoryStore(Arc<Mutex<Lists>>);

struct Lists {
    most: usize,
    clock: Arc<dyn Clock>,
    swept_at: UnixTime,
    /// Of what began earlier the list does not know whether it was revoked.
    since: UnixTime,
    slips: Expiring<SlipId, ()>,
    subjects: Expiring<Digest, OfSubject>,
    keys: Expiring<Digest, ()>,
    redeemed: Expiring<Digest, Box<[u8]>>,
}

impl MemoryStore {
    /// A list with room for so many entries, which knows what is revoked from now on.
    #[must_use]
    pub fn new(entries: usize) -> Self {
        // Without a clock nothing is opened anyway.
        let since = UnixTime::now().unwrap_or(UnixTime::from_secs(0));
        Self(Arc::new(Mutex::new(Lists {
            most: entries,
            clock: Arc::new(SystemClock),
            swept_at: UnixTime::from_secs(0),
            since,
            slips: Expiring::default(),
            subjects: Expiring::default(),
            keys: Expiring::default(),
            redeemed: Expiring::default(),
        })))
    }

    /// Says that nothing was revoked or redeemed before it was made, since a time at least: slips that began then are good. For the first time
    /// that an application has a list, or if what was in the memory of an earlier process does not matter.
    ///
    /// Without it they are [`Verdict::Forgotten`].
    #[must_use]
    pub fn that_knows_all_since(self, time: UnixTime) -> Self {
        self.lists().since = time;
        self
    }

    /// Takes the time from this clock, when it looks for what is over.
    #[must_use]
    pub fn clock(self, clock: impl Clock) -> Self {
        self.lists().clock = Arc::new(clock);
        self
    }

    /// How many entries it holds, those that are over and not thrown out yet among them.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lists().len()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Nothing that panics runs under the lock.
    fn lists(&self) -> MutexGuard<'_, Lists> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Revocations for MemoryStore {
    async fn revoke(&self, revocation: &Revocation) -> Result<(), Error> {
        self.lists().revoke(revocation)
    }

    async fn look_up(&self, query: &Query) -> Result<Verdict, Error> {
        Ok(self.lists().look_up(query))
    }
}

impl Redemptions for MemoryStore {
    async fn redeem(&self, redemption: &Redemption<'_>) -> Result<Redeemed, Error> {
        self.lists().redeem(redemption)
    }
}

impl Lists {
    fn len(&self) -> usize {
        self.slips.len() + self.subjects.len() + self.keys.len() + self.redeemed.len()
    }

    fn revoke(&mut self, revocation: &Revocation) -> Result<(), Error> {
        match *revocation {
            Revocation::Slip { id, until, .. } => {
                self.make_room(self.slips.has(&id))?;
                self.slips.put(id, until, ());
            }
            Revocation::Subject { subject, before, spared, until } => {
                let known = self.subjects.get(&subject).copied();
                self.make_room(known.is_some())?;
                let told = (before, spared);
                self.subjects.put(subject, until, known.map_or(told, |known| both(known, told)));
            }
            Revocation::Key { key, until } => {
                self.make_room(self.keys.has(&key))?;
                self.keys.put(key, until, ());
            }
        }
        Ok(())
    }

    fn look_up(&self, query: &Query) -> Verdict {
        let of_subject = |subject: Digest| {
            let &(before, spared) = self.subjects.get(&subject)?;
            Some(query.is_meant_by(&Revocation::Subject { subject, before, spared, until: before }))
        };
        match () {
            () if self.slips.has(&query.slip) => Verdict::Revoked,
            () if query.subject.and_then(of_subject) == Some(true) => Verdict::Revoked,
            () if query.key.is_some_and(|key| self.keys.has(&key)) => Verdict::Revoked,
            () if query.began_at < self.since => Verdict::Forgotten,
            () => Verdict::Good,
        }
    }

    /// Room for one more, unless it is there already.
    fn make_room(&mut self, is_there: bool) -> Result<(), Error> {
        if is_there || self.len() < self.most {
            return Ok(());
        }
        let now = self.clock.now()?;
        // Once a second: in a list that is full of what lives, looking at all of it finds nothing.
        if now > self.swept_at {
            self.swept_at = now;
            self.slips.sweep(now);
            self.subjects.sweep(now);
            self.keys.sweep(now);
            self.redeemed.sweep(now);
        }
        if self.len() < self.most { Ok(()) } else { Err(Error::busy("the list in memory is full")) }
    }

    fn redeem(&mut self, redemption: &Redemption<'_>) -> Result<Redeemed, Error> {
        if let Some(record) = self.redeemed.get(redemption.key()) {
            return Ok(Redeemed::Before(record.to_vec()));
        }
        if redemption.began_at().is_some_and(|began_at| began_at < self.since) {
            return Err(Error::revoked());
        }
        self.make_room(false)?;
        self.redeemed.put(*redemption.key(), redemption.until(), redemption.record().into());
        Ok(Redeemed::Now)
    }
}

/// What is remembered until a time.
struct Expiring<K, V>(HashMap<K, (UnixTime, V)>);

impl<K: Eq + Hash, V> Expiring<K, V> {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn has(&self, key: &K) -> bool {
        self.0.contains_key(key)
    }

    fn get(&self, key: &K) -> Option<&V> {
        self.0.get(key).map(|(_, value)| value)
    }

    /// Never for a shorter time than it was said before.
    fn put(&mut self, key: K, until: UnixTime, value: V) {
        let until = self.0.get(&key).map_or(until, |(earlier, _)| until.max(*earlier));
        self.0.insert(key, (until, value));
    }

    fn sweep(&mut self, now: UnixTime) {
        self.0.retain(|_, (until, _)| *until > now);
    }
}

impl<K, V> Default for Expiring<K, V> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

/// Shows how much is in it, and not what.
impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").field("entries", &self.len()).finish_non_exhaustive()
    }
}
