//! A ring that is replaced while sealers and openers run.
//!
//! It may not know keys or files: `watch.rs` brings the next ring. Reading takes no lock: whoever is at work finishes with the
//! ring that it began with, and the next call has the new one.

use super::{Keyring, Keys, Ring, Source, watch::Watch};
use crate::{error::Error, time::UnixTime};
use arc_swap::{ArcSwap, Guard};
use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// A handle on a ring that can be replaced under running sealers and openers.
///
/// Clones are handles on the same ring. What is derived from a key is remembered within that key, so it goes when the key
/// does; a sealer begins a new content key with every new ring, when it seals next. Until then it remembers its last content key, not the
/// key that it was derived from: [`Sealer::new_epoch`](crate::Sealer::new_epoch) forgets it at once.
///
/// ```
/// # use orderslip::{Alg, Error, Key, Keyring, Lifetime, Sealer, SharedKeyring, SlipState}; use std::time::Duration;
/// # #[derive(serde::Serialize, serde::Deserialize)] struct Cart {}
/// # impl SlipState for Cart { const PURPOSE: &'static str = "shop.example/cart"; const VERSION: u16 = 1; }
/// # fn main() -> Result<(), Error> {
/// let keys = SharedKeyring::new(Keyring::new(vec![Key::generate(Alg::HkdfA256Gcm)?])?);
/// let sealer = Sealer::<Cart>::encrypted(&keys).lifetime(Lifetime::absolute(Duration::from_secs(60))).build()?;
/// let token = sealer.seal(&Cart {})?;
///
/// keys.replace(Keyring::new(vec![Key::generate(Alg::HkdfA256Gcm)?])?);
/// assert!(sealer.open(&token).unwrap_err().is_unreadable(), "the new ring has never heard of the key");
/// # Ok(()) }
/// ```
#[derive(Clone)]
#[doc(alias("reload", "hot reload"))]
pub struct SharedKeyring(pub(super) Arc<Shared>);

pub(super) struct Shared {
    ring: ArcSwap<Ring>,
    /// Whoever brings a ring holds it; whoever uses one does not.
    desk: Mutex<Desk>,
    /// Whoever looks at the file holds it meanwhile. Whoever brings a ring by hand does not, and so waits for no disk.
    turn: Mutex<()>,
}

/// What is known of the ring and of where it comes from.
pub(super) struct Desk {
    pub(super) loaded_at: UnixTime,
    pub(super) watch: Option<Watch>,
}

/// How it stands with a shared ring: for a health check, and for whoever wonders why a new key does not show.
///
/// [`SharedKeyring::status`] gives it; [`manual::keys`](crate::manual::keys#a-health-check) is a health check.
#[derive(Clone, Debug)]
pub struct RingStatus {
    loaded_at: UnixTime,
    checked_at: Option<UnixTime>,
    last_error: Option<Error>,
}

impl RingStatus {
    /// When the ring in use was loaded, or put in its place by hand.
    ///
    /// See [`age`](Self::age).
    #[must_use]
    pub fn loaded_at(&self) -> UnixTime {
        self.loaded_at
    }

    /// For how long the ring has been in use.
    ///
    /// See [`loaded_at`](Self::loaded_at).
    #[must_use]
    pub fn age(&self, now: UnixTime) -> Duration {
        now.since(self.loaded_at)
    }

    /// When the file was last looked at, whatever was found; `None` if there is no file.
    #[must_use]
    pub fn checked_at(&self) -> Option<UnixTime> {
        self.checked_at
    }

    /// Why the file could not be taken when it was looked at last; `None` if it was. A ring that is put in by hand mends no file.
    #[must_use]
    pub fn last_error(&self) -> Option<&Error> {
        self.last_error.as_ref()
    }
}

impl SharedKeyring {
    /// Shares a ring.
    #[must_use]
    pub fn new(keyring: Keyring) -> Self {
        Self(Arc::new(Shared::new(keyring, None)))
    }

    /// The ring of this moment.
    #[must_use]
    pub fn current(&self) -> Keyring {
        Keyring { ring: self.0.ring() }
    }

    /// Replaces the ring, for all handles, sealers and openers at once.
    ///
    /// If the new ring does not open what the old one has sealed, an event says so (level WARN, target `orderslip::keyring::shared`).
    pub fn replace(&self, keyring: Keyring) {
        self.0.put(|_| Some(keyring));
    }

    /// Since when the ring is in use, and what the last look at its file has found.
    #[must_use]
    pub fn status(&self) -> RingStatus {
        let desk = self.0.desk();
        RingStatus {
            loaded_at: desk.loaded_at,
            checked_at: desk.watch.as_ref().map(Watch::checked_at),
            last_error: desk.watch.as_ref().and_then(Watch::last_error).cloned(),
        }
    }
}

impl Shared {
    pub(super) fn new(keyring: Keyring, watch: Option<Watch>) -> Self {
        keyring.tell_findings();
        let desk = Mutex::new(Desk { loaded_at: now(), watch });
        Self { ring: ArcSwap::new(keyring.ring), desk, turn: Mutex::new(()) }
    }

    pub(super) fn ring(&self) -> Arc<Ring> {
        self.ring.load_full()
    }

    /// For the time of one call.
    pub(super) fn current(&self) -> Guard<Arc<Ring>> {
        self.ring.load()
    }

    /// Puts a ring in the place of the one in use, and says what that costs. Whether it was done: which ring is next, or that none is, is
    /// decided while nobody else brings one. No event is told meanwhile, as whoever listens may bring a ring, too.
    pub(super) fn put(&self, next: impl FnOnce(&Keyring) -> Option<Keyring>) -> bool {
        let mut desk = self.desk();
        let before = Keyring { ring: self.ring() };
        let Some(next) = next(&before) else { return false };
        self.ring.store(Arc::clone(&next.ring));
        desk.loaded_at = now();
        drop(desk);
        before.tell_what_is_lost(&next);
        next.tell_findings();
        true
    }

    pub(super) fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn desk(&self) -> MutexGuard<'_, Desk> {
        // Nothing in here is half done when a thread panics.
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// For logs and status alone: a clock out of range must not keep a ring from being loaded.
pub(super) fn now() -> UnixTime {
    UnixTime::now().unwrap_or(UnixTime::from_secs(0))
}

impl Keyring {
    /// What `check` finds, if the ring says what it must allow for.
    fn tell_findings(&self) {
        for finding in self.policy().into_iter().flat_map(|policy| self.check(policy, now())) {
            tracing::warn!(%finding, "the key ring's schedule has a fault");
        }
    }

    /// What the next ring would refuse of this one's tokens.
    fn tell_what_is_lost(&self, next: &Self) {
        let unknown = super::RotationPolicy { propagation: Duration::ZERO, longest_life: Duration::ZERO };
        let policy = next.policy().or(self.policy()).unwrap_or(&unknown);
        for finding in self.check_replacement(next, policy, now()) {
            match finding {
                super::Finding::TimesDiffer { .. } => {}
                _ => tracing::warn!(%finding, "the new key ring refuses live tokens of the one that it replaces"),
            }
        }
        // An old copy of the file was put back, say.
        for revoked in self.ring.keys().filter(|key| key.revoked_at().is_some()) {
            if next.ring.by_wire(revoked.id().wire()).is_some_and(|key| key.is_accepted(now())) {
                tracing::warn!(key = %revoked.id(), "a revoked key is accepted again, as the new key ring does not revoke it");
            }
        }
    }
}

impl From<&SharedKeyring> for Keys {
    fn from(shared: &SharedKeyring) -> Self {
        Self(Source::Shared(Arc::clone(&shared.0)))
    }
}

impl fmt::Debug for SharedKeyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SharedKeyring").field(&self.current()).finish()
    }
}
