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
    key::Key,
    keyring::Ring,
    time::UnixTime,
};
use std::{
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::Duration,
};

/// Tokens of one content key.
const MAX_TOKENS: u32 = 1 << 20;

/// How long one content key seals.
const MAX_AGE: Duration = Duration::from_secs(60 * 60);

/// Two threads may read the clock around a tick and arrive in the other order.
const TICK: Duration = Duration::from_secs(1);

/// Bytes of salt: with the IV, 224 random bits a token.
const SALT_LEN: usize = 16;

pub(super) struct Epochs {
    current: RwLock<Option<Arc<Epoch>>>,
    max_tokens: u32,
}

/// One content key in use. What it was made from must still hold whenever it is taken.
pub(super) struct Epoch {
    salt: [u8; SALT_LEN],
    content_key: Arc<AeadKey>,
    key: Arc<Key>,
    ring: u64,
    process: u32,
    started: UnixTime,
    latest: AtomicU64,
    used: AtomicU32,
}

impl Epochs {
    pub(super) fn new() -> Self {
        Self { current: RwLock::new(None), max_tokens: MAX_TOKENS }
    }

    /// The epoch for one more token, new if the last one has ended.
    pub(super) fn take(&self, ring: &Ring, key: &Arc<Key>, now: UnixTime, process: u32) -> Result<Arc<Epoch>, Error> {
        let usable = |epoch: &&Arc<Epoch>| epoch.holds(ring, key, now, process) && epoch.count(self.max_tokens);
        if let Some(epoch) = self.current.read().unwrap_or_else(PoisonError::into_inner).as_ref().filter(usable) {
            return Ok(Arc::clone(epoch));
        }
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        // Another thread may have begun one in the meantime.
        if let Some(epoch) = current.as_ref().filter(usable) {
            return Ok(Arc::clone(epoch));
        }
        let salt = crypto::random::<SALT_LEN>()?;
        let content_key = key.content_key(&salt).ok_or_else(|| Error::misuse("not a key to derive from"))?;
        let epoch = Arc::new(Epoch {
            salt,
            content_key: content_key.into_key(),
            key: Arc::clone(key),
            ring: ring.serial(),
            process,
            started: now,
            latest: AtomicU64::new(now.as_secs()),
            used: AtomicU32::new(1),
        });
        *current = Some(Arc::clone(&epoch));
        Ok(epoch)
    }

    /// The process that the epoch belongs to.
    #[cfg(test)]
    pub(super) fn process(&self) -> Option<u32> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).as_ref().map(|epoch| epoch.process)
    }

    /// Ends the epoch; the next token begins another.
    pub(super) fn end(&self) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Epoch {
    pub(super) fn content_key(&self) -> &AeadKey {
        &self.content_key
    }

    pub(super) fn salt(&self) -> &[u8; SALT_LEN] {
        &self.salt
    }

    /// The same key in the same ring (an expired or revoked key is none that seals), in the same process, within the hour,
    /// on a clock that does not run backwards.
    fn holds(&self, ring: &Ring, key: &Arc<Key>, now: UnixTime, process: u32) -> bool {
        let latest = UnixTime::from_secs(self.latest.fetch_max(now.as_secs(), Ordering::Relaxed));
        Arc::ptr_eq(&self.key, key)
            && self.ring == ring.serial()
            && self.process == process
            && now.since(self.started) < MAX_AGE
            && latest <= now.saturating_add(TICK)
    }

    /// Counts one token, unless that is one too many. The counter never overshoots, however many threads count.
    fn count(&self, max: u32) -> bool {
        let one_more = |used: u32| used.checked_add(1).filter(|used| *used <= max);
        self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more).is_ok()
    }
}

#[cfg(test)]
mod tests;
