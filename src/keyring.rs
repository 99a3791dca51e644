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

mod findings;
mod jwks;
mod policy;
mod schedule;
mod rotation;
mod shared;
mod source;
mod watch;

use self::schedule::{Contents, Origin};
pub(crate) use self::schedule::{Lookup, Ring};
pub use self::{
    findings::Finding,
    jwks::SecretText,
    policy::RotationPolicy,
    shared::{RingStatus, SharedKeyring},
};

use self::shared::Shared;
use crate::{
    error::Error,
    key::{Alg, Key, KeyId, WireId},
    time::UnixTime,
};
use std::{fmt, ops::Deref, sync::Arc};

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
#[doc(alias("jwks", "secret", "secrets"))]
pub struct Keyring {
    ring: Arc<Ring>,
}

impl Keyring {
    /// A ring of new random keys that no other process has, one for every algorithm that a sealer can be asked for.
    ///
    /// For tests, demonstrations and single processes that may forget: tokens do not survive the process unless you save
    /// [`to_jwks`](Self::to_jwks). As nobody else has the keys, a token with an unknown key id is *rejected* under this ring, and under
    /// those that [`stage`](Self::stage) and its like make of it. Once it is saved others may have it, and more keys than this handle knows:
    /// load it back ([`from_jwks`](Self::from_jwks), [`from_file`](Self::from_file)) and go on with that ring, under which such a token is
    /// *unreadable*, as with every ring that is shared.
    ///
    /// # Errors
    /// [`Error::is_unavailable`] if the system gives no randomness.
    pub fn generate() -> Result<Self, Error> {
        // Whatever features are on: a ring that one program makes is read by another.
        let usual = [Alg::HkdfA256Gcm, Alg::Hs256, Alg::Ed25519, Alg::Es256];
        let for_jose = [Alg::Hs384, Alg::Hs512, Alg::A128Gcm, Alg::A256Gcm];
        let keys = usual.into_iter().chain(for_jose).map(Key::generate).collect::<Result<_, _>>()?;
        Self::assemble(Contents::of(keys, Origin::Ephemeral))
    }

    /// A ring of these keys.
    ///
    /// # Errors
    /// [`Error::is_misuse`], naming the key: none at all, two with one id (or with the same eight first bytes of their
    /// thumbprints, which is what tokens carry), one secret under two algorithms, a secret that is plainly guessable,
    /// public keys beside symmetric ones.
    pub fn new(keys: Vec<Key>) -> Result<Self, Error> {
        Self::assemble(Contents::of(keys, Origin::Shared))
    }

    fn assemble(contents: Contents) -> Result<Self, Error> {
        Ok(Self { ring: Arc::new(Ring::new(contents)?) })
    }

    /// The ids of the keys, in their order.
    pub fn ids(&self) -> impl Iterator<Item = &KeyId> {
        self.ring.keys().map(Key::id)
    }

    /// The keys, in their order.
    pub fn keys(&self) -> impl Iterator<Item = &Key> {
        self.ring.keys()
    }

    /// The key of this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Key> {
        self.ring.keys().find(|key| key.id().as_str() == id)
    }

    pub(crate) fn by_wire(&self, wire: &WireId) -> Option<&Key> {
        self.ring.by_wire(wire)
    }

    /// The ids of keys whose secrets have been erased ([`prune`](Self::prune)), and when they ended.
    pub fn retired(&self) -> impl Iterator<Item = (&KeyId, UnixTime)> {
        self.ring.contents().retired.iter().map(|gone| (&gone.id, gone.expires))
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

/// Where a sealer or an opener takes its keys from: made from `&Keyring` or `&SharedKeyring`.
///
/// Whoever has the first keeps that ring; whoever has the second follows [`SharedKeyring::replace`](crate::SharedKeyring::replace).
#[derive(Clone)]
pub struct Keys(Source);

#[derive(Clone)]
enum Source {
    Fixed(Arc<Ring>),
    Shared(Arc<Shared>),
}

impl Keys {
    /// The keys of this moment. Whoever works with them keeps them to the end, whatever is put in their place.
    pub(crate) fn ring(&self) -> Current<'_> {
        match &self.0 {
            Source::Fixed(ring) => Current::Fixed(ring),
            Source::Shared(shared) => Current::Shared(shared.current()),
        }
    }
}

/// A ring at work. No count of references is touched for it, which threads would wait for.
pub(crate) enum Current<'a> {
    Fixed(&'a Ring),
    Shared(arc_swap::Guard<Arc<Ring>>),
}

impl Deref for Current<'_> {
    type Target = Ring;

    fn deref(&self) -> &Ring {
        match self {
            Self::Fixed(ring) => ring,
            Self::Shared(ring) => ring,
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
        f.debug_tuple("Keys").field(&self.ring().contents().keys).finish()
    }
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Keyring").field(&self.ring.contents().keys).finish()
    }
}
