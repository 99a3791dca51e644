//! The key schedule: which key seals now, which key a token names, and what became of the others.
//!
//! It may not know formats or states. All of it is a pure function of (ring, now): a ring is data, a JWK Set.
//!
//! | a key … | until `nbf` | from `nbf` | from the next key's `nbf` | from `exp`, or `revoked` |
//! |---|---|---|---|---|
//! | opens | yes | yes | yes | no: *expired* |
//! | seals | no | yes | no | no |
//!
//! A key opens before it seals, because servers' clocks and reloads differ: one server may already seal with it.

mod jwks;
mod rotation;
mod shared;
mod source;

pub use self::{
    jwks::SecretText,
    rotation::{Finding, RotationPolicy},
    shared::SharedKeyring,
};

use crate::{
    error::Error,
    key::{Alg, Key, KeyId, WireId, weakness},
    time::UnixTime,
};
use arc_swap::ArcSwap;
use std::{
    collections::{HashMap, HashSet},
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

/// The keys of an application: what servers keep, and all they keep.
///
/// A ring holds keys of several algorithms, each with its own succession. It is cheap to clone, a handle on one set of keys.
///
/// ```
/// # use orderslip::{Alg, Key, Keyring, Error};
/// # fn main() -> Result<(), Error> {
/// // Once, into the secret store:
/// let text = Keyring::generate()?.to_jwks();
/// // On every server:
/// let keys = Keyring::from_jwks(text.expose())?;
/// # drop(keys); Ok(()) }
/// ```
#[derive(Clone)]
pub struct Keyring {
    ring: Arc<Ring>,
}

pub(crate) struct Ring {
    /// Distinguishes this set of keys from any other of this process.
    serial: u64,
    keys: Vec<Arc<Key>>,
    by_wire: HashMap<WireId, Slot>,
    retired: Vec<Retired>,
    origin: Origin,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// Shared with other servers, or to be: an id that is not in it may be in theirs.
    Shared,
    /// Made for this process: nobody else can have sealed anything.
    Ephemeral,
}

enum Slot {
    Live(usize),
    Retired,
}

/// What `prune` leaves of a key: enough to tell *expired* from *unknown*.
pub(crate) struct Retired {
    id: KeyId,
    expires: UnixTime,
}

impl Keyring {
    /// A ring of four new random keys that no other process has: for `encrypted`, for `signed`, and one of each algorithm for
    /// `publicly_signed`.
    ///
    /// For tests, demonstrations and single processes that may forget: tokens do not survive the process unless you save
    /// [`to_jwks`](Self::to_jwks). As nobody else has the keys, a token with an unknown key id is *rejected* under this ring.
    ///
    /// # Errors
    /// [`Error::is_unavailable`] if the system gives no randomness.
    pub fn generate() -> Result<Self, Error> {
        let algs = [Alg::HkdfA256Gcm, Alg::Hs256, Alg::Ed25519, Alg::Es256];
        let keys = algs.into_iter().map(Key::generate).collect::<Result<_, _>>()?;
        Self::assemble(keys, Vec::new(), Origin::Ephemeral)
    }

    /// A ring of these keys.
    ///
    /// # Errors
    /// [`Error::is_misuse`], naming the key: none at all, two with one id (or with the same eight first bytes of their
    /// thumbprints, which is what tokens carry), one secret under two algorithms, a secret that is plainly guessable,
    /// public keys beside symmetric ones.
    pub fn new(keys: Vec<Key>) -> Result<Self, Error> {
        Self::assemble(keys, Vec::new(), Origin::Shared)
    }

    fn assemble(keys: Vec<Key>, retired: Vec<Retired>, origin: Origin) -> Result<Self, Error> {
        static SERIAL: AtomicU64 = AtomicU64::new(0);
        check_structure(&keys)?;
        let mut by_wire = HashMap::with_capacity(keys.len() + retired.len());
        for (index, key) in keys.iter().enumerate() {
            if by_wire.insert(*key.id().wire(), Slot::Live(index)).is_some() {
                return Err(Error::bad_key("another key of the set has the same wire id").about_key(key.id().as_str()));
            }
        }
        for gone in &retired {
            if by_wire.insert(*gone.id.wire(), Slot::Retired).is_some() {
                return Err(Error::bad_key("both retired and in use").about_key(gone.id.as_str()));
            }
        }
        let keys = keys.into_iter().map(Arc::new).collect();
        let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
        Ok(Self { ring: Arc::new(Ring { serial, keys, by_wire, retired, origin }) })
    }

    /// The ids of the keys, in their order.
    pub fn ids(&self) -> impl Iterator<Item = &KeyId> {
        self.ring.keys.iter().map(|key| key.id())
    }

    /// The key of this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Key> {
        self.ring.keys.iter().map(|key| &**key).find(|key| key.id().as_str() == id)
    }

    /// The id of the key that seals at this time for an algorithm, if any does.
    #[must_use]
    pub fn sealing_id(&self, alg: Alg, now: UnixTime) -> Option<&KeyId> {
        self.ring.sealing(&[alg], now).map(|key| key.id())
    }

    #[cfg(test)]
    pub(crate) fn ring(&self) -> &Arc<Ring> {
        &self.ring
    }
}

/// Structural faults only: a schedule that is badly timed must not keep a server from starting.
fn check_structure(keys: &[Key]) -> Result<(), Error> {
    if keys.is_empty() {
        return Err(Error::bad_key("a ring without keys"));
    }
    let about = |key: &Key, why| Err(Error::bad_key(why).about_key(key.id().as_str()));
    let mut ids = HashSet::new();
    let mut secrets = HashSet::new();
    for key in keys {
        if !ids.insert(key.id().as_str()) {
            return about(key, "two keys have this id");
        }
        let Some(secret) = key.secret() else { continue };
        if !secrets.insert(crate::crypto::sha256(secret.expose())) {
            return about(key, "the same secret as another key: one secret, one algorithm");
        }
        if let (true, Some(why)) = (key.is_symmetric(), weakness(secret.expose())) {
            return about(key, why);
        }
    }
    // A document for the public that holds a secret, or a server's file in which somebody pasted a stranger's key.
    if keys.iter().any(Key::is_symmetric) && keys.iter().any(Key::is_public) {
        return Err(Error::bad_key("public keys beside symmetric ones: two sets, one for each"));
    }
    Ok(())
}

/// What a ring says to the key id of a token.
pub(crate) enum Lookup<'a> {
    Accepted(&'a Arc<Key>),
    Retired,
    Unknown,
}

impl Ring {
    pub(crate) fn serial(&self) -> u64 {
        self.serial
    }

    /// The key for one of these algorithms whose activation is the latest reached; of two alike, the later in the set.
    pub(crate) fn sealing(&self, algs: &[Alg], now: UnixTime) -> Option<&Arc<Key>> {
        let start = UnixTime::from_secs(0);
        self.keys
            .iter()
            .filter(|key| algs.contains(&key.alg()) && key.can_seal() && key.is_accepted(now))
            .filter(|key| key.activates_at().is_none_or(|from| from <= now))
            .max_by_key(|key| key.activates_at().unwrap_or(start))
    }

    pub(crate) fn has(&self, suits: impl Fn(&Key) -> bool) -> bool {
        self.keys.iter().any(|key| suits(key))
    }

    /// Exactly one key or none: there is no second try (partitioning oracles, docs/threats.md T32).
    pub(crate) fn lookup(&self, wire: &WireId, now: UnixTime) -> Lookup<'_> {
        match self.by_wire.get(wire) {
            Some(Slot::Live(index)) => match self.keys.get(*index) {
                Some(key) if key.is_accepted(now) => Lookup::Accepted(key),
                _ => Lookup::Retired,
            },
            Some(Slot::Retired) => Lookup::Retired,
            None => Lookup::Unknown,
        }
    }

    /// What an unknown key id means here.
    pub(crate) fn unknown_key(&self) -> Error {
        match self.origin {
            Origin::Shared => Error::unknown_key(),
            Origin::Ephemeral => Error::not_authentic("a key id that this process never made"),
        }
    }
}

/// Where a sealer or an opener takes its keys from: made from `&Keyring` or `&SharedKeyring`.
#[derive(Clone)]
pub struct Keys(Source);

#[derive(Clone)]
enum Source {
    Fixed(Arc<Ring>),
    Shared(Arc<ArcSwap<Ring>>),
}

impl Keys {
    /// The keys of this moment. Whoever works with them keeps them to the end, whatever is put in their place.
    pub(crate) fn ring(&self) -> Arc<Ring> {
        match &self.0 {
            Source::Fixed(ring) => Arc::clone(ring),
            Source::Shared(shared) => shared.load_full(),
        }
    }
}

impl From<&Keyring> for Keys {
    fn from(keyring: &Keyring) -> Self {
        Self(Source::Fixed(Arc::clone(&keyring.ring)))
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Keys").field(&self.ring().keys).finish()
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Keyring").field(&self.ring.keys).finish()
    }
}
