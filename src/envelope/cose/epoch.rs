//! How long a derived content key is used for sealing.
//!
//! It may not know what is sealed with it. An epoch is one random salt and the content key derived with it, used for at most
//! 2^20 tokens or one hour. With 12 random bytes of IV each, any two tokens of an epoch share an IV with a probability below
//! 2^-56, and every salt is a fresh key: the limit of 2^32 messages per key (NIST SP 800-38D section 8.3) is out of reach.
//!
//! What a process cannot see: a snapshot of a machine that is restored twice has two copies of one epoch. Unique IVs then
//! rest on the kernel's reseeding of its generator; whoever restores snapshots calls `new_epoch()`.

use crate::{
    crypto::{self, AeadKey},
    error::Error,
    key::{Key, Salt},
    keyring::Ring,
    time::UnixTime,
};
use arc_swap::ArcSwapOption;
use std::{
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// Tokens of one content key.
const MAX_TOKENS: u64 = 1 << 20;

/// How long one content key seals.
const MAX_AGE: Duration = Duration::from_secs(60 * 60);

/// Two threads may read the clock around a tick and arrive in the other order.
const TICK: Duration = Duration::from_secs(1);

/// The content keys of a sealer, one after the other.
pub(super) struct Epochs {
    current: ArcSwapOption<Epoch>,
    /// Held while an epoch is begun, so that only one is.
    beginning: Mutex<()>,
    max_tokens: u64,
}

/// One content key in use. What it was made from must still hold whenever it is taken.
pub(super) struct Epoch {
    salt: Salt,
    content_key: AeadKey,
    /// To tell it from others, and not to keep it: the secret of a key that has left its ring is wiped, whether the sealer seals again or
    /// not. While this is here, no other key can stand at its address.
    key: Weak<Key>,
    ring: u64,
    process: u32,
    started: UnixTime,
    latest: AtomicU64,
    used: AtomicU64,
}

impl Epochs {
    pub(super) fn new() -> Self {
        Self { current: ArcSwapOption::empty(), beginning: Mutex::new(()), max_tokens: MAX_TOKENS }
    }

    /// Works with the epoch of this moment, in which one token more is counted. No lock is taken, and nothing is written that threads
    /// share but the count.
    pub(super) fn with<R>(
        &self,
        ring: &Ring,
        key: &Arc<Key>,
        now: UnixTime,
        process: u32,
        work: impl FnOnce(&Epoch) -> R,
    ) -> Result<R, Error> {
        let usable = |epoch: &Epoch| epoch.holds(ring, key, now, process) && epoch.count(self.max_tokens);
        if let Some(epoch) = &*self.current.load()
            && usable(epoch)
        {
            return Ok(work(epoch));
        }
        let beginning = self.beginning.lock().unwrap_or_else(PoisonError::into_inner);
        // Another thread may have begun one in the meantime.
        if let Some(epoch) = &*self.current.load()
            && usable(epoch)
        {
            return Ok(work(epoch));
        }
        let salt = crypto::random()?;
        let content_key = key.derive_content_key(&salt).ok_or_else(|| Error::misuse("not a key to derive from"))?;
        let epoch = Arc::new(Epoch {
            salt,
            content_key,
            key: Arc::downgrade(key),
            ring: ring.serial(),
            process,
            started: now,
            latest: AtomicU64::new(now.as_secs()),
            used: AtomicU64::new(1),
        });
        self.current.store(Some(Arc::clone(&epoch)));
        drop(beginning);
        Ok(work(&epoch))
    }

    /// The process that the epoch belongs to.
    #[cfg(test)]
    pub(super) fn process(&self) -> Option<u32> {
        self.current.load().as_ref().map(|epoch| epoch.process)
    }

    /// Ends the epoch; the next token begins another.
    pub(super) fn end(&self) {
        self.current.store(None);
    }
}

impl Epoch {
    pub(super) fn content_key(&self) -> &AeadKey {
        &self.content_key
    }

    pub(super) fn salt(&self) -> &Salt {
        &self.salt
    }

    /// The same key in the same ring (an expired or revoked key is none that seals), in the same process, within the hour,
    /// on a clock that does not run backwards.
    fn holds(&self, ring: &Ring, key: &Arc<Key>, now: UnixTime, process: u32) -> bool {
        // Written once a second, and not for every token: threads would wait for each other.
        let latest = self.latest.load(Ordering::Relaxed);
        if latest < now.as_secs() {
            self.latest.fetch_max(now.as_secs(), Ordering::Relaxed);
        }
        std::ptr::eq(self.key.as_ptr(), Arc::as_ptr(key))
            && self.ring == ring.serial()
            && self.process == process
            && now.since(self.started) < MAX_AGE
            && UnixTime::from_secs(latest) <= now.saturating_add(TICK)
    }

    /// Counts one token, unless that is one too many. However many threads count, no more than `max` are told that they may. The count goes
    /// on beyond that for as long as it takes to begin another epoch: 64 bits are enough for it.
    fn count(&self, max: u64) -> bool {
        self.used.fetch_add(1, Ordering::Relaxed) < max
    }
}

#[cfg(test)]
mod tests;
