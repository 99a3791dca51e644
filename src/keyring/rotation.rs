//! Changing a ring over time: the next key, a lost key, keys that are gone, and whether the schedule holds.
//!
//! It may not know where rings are kept. All of it gives a new ring or findings, as a function of (ring, now); what runs
//! goes on with the ring it has until it gets the new one.
//!
//! Nobody is logged out if every server has loaded a key before it seals, and keeps it until the last token that it sealed
//! is over. That is all that is checked here:
//!
//! ```text
//! next key   |-- loaded everywhere --|-- seals ------------------------------------
//!            stage                   nbf
//! last key   -- seals ---------------|-- opens: at least the longest life --|
//!                                                                           exp
//! ```

use super::{Keyring, Retired};
use crate::{
    error::Error,
    key::{Alg, Disclosure, Key, KeyId},
    time::UnixTime,
};
use std::time::Duration;

/// What a schedule must allow for.
///
/// ```
/// # use orderslip::{Alg, Error, Key, Keyring, RotationPolicy, UnixTime}; use std::time::Duration;
/// # fn main() -> Result<(), Error> {
/// let policy = RotationPolicy {
///     propagation: Duration::from_secs(3_600), // every server has reloaded within the hour
///     longest_life: Duration::from_secs(8 * 3_600), // the longest absolute lifetime, and the leeway
/// };
/// # let now = UnixTime::from_secs(1_800_000_000);
/// let ring = Keyring::generate()?;
/// let next = Key::generate(Alg::HkdfA256Gcm)?;
/// let too_soon = now.saturating_add(Duration::from_secs(60));
/// assert!(ring.stage(next, too_soon, &policy, now).is_err_and(|error| error.is_misuse()));
///
/// let next = Key::generate(Alg::HkdfA256Gcm)?;
/// let ring = ring.stage(next, now.saturating_add(policy.propagation), &policy, now)?;
/// assert!(ring.check(&policy, now).is_empty());
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RotationPolicy {
    /// How long it takes until every server has loaded a new ring.
    pub propagation: Duration,
    /// How long a token lives at most: the longest absolute lifetime of any sealer, and its leeway.
    pub longest_life: Duration,
}

/// A fault of a schedule: nothing that keeps a ring from being loaded, and something to mend.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Finding {
    /// The key seals sooner after it was made (`iat`) than every server has it: some will not know its tokens.
    ActivatesTooSoon {
        /// The key.
        key: KeyId,
        /// The earliest activation that allows for propagation.
        earliest: UnixTime,
    },
    /// The key ends before the last tokens that it seals do.
    StrandsTokens {
        /// The key.
        key: KeyId,
        /// The earliest end that strands none.
        earliest: UnixTime,
    },
    /// From a moment on, no key seals for this algorithm, nor for another of the same use.
    NothingSeals {
        /// The algorithm of the last key that does.
        alg: Alg,
        /// When it stops.
        from: UnixTime,
    },
}

/// Algorithms that follow on each other, because one sealer takes either.
const SUCCESSIONS: [&[Alg]; 8] = [
    &[Alg::HkdfA256Gcm, Alg::HkdfChaCha20Poly1305],
    &[Alg::Hs256],
    &[Alg::Ed25519],
    &[Alg::Es256],
    &[Alg::Hs384],
    &[Alg::Hs512],
    &[Alg::Es384],
    &[Alg::HkdfA128Gcm],
];

impl Keyring {
    /// The same ring with a further key, which opens at once and seals from `activates_at`.
    ///
    /// # Errors
    /// [`Error::is_misuse`] if it activates within the propagation window and is not the first of its use, if
    /// [`check`](Self::check) would find something else about it, or what [`Keyring::new`] refuses.
    pub fn stage(
        &self,
        key: Key,
        activates_at: UnixTime,
        policy: &RotationPolicy,
        now: UnixTime,
    ) -> Result<Self, Error> {
        let id = key.id().clone();
        let mut keys = self.copies(|_| true)?;
        keys.push(key.activating_at(activates_at).created_at(now));
        let staged = Self::assemble(keys, self.retired(), self.ring.origin)?;
        // Whenever it was made, the other servers get it only now.
        let alone = |algs: &&&[Alg]| !self.ring.has(|other| algs.contains(&other.alg()) && other.can_seal());
        let alg = staged.get(id.as_str()).map(Key::alg);
        let is_first =
            SUCCESSIONS.iter().filter(|algs| alg.is_some_and(|alg| algs.contains(&alg))).all(|algs| alone(&algs));
        if !is_first && activates_at < now.saturating_add(policy.propagation) {
            return Err(Error::bad_key_member("nbf", "sooner than every server has the key").about_key(id.as_str()));
        }
        let about_it = |finding: &Finding| match finding {
            Finding::ActivatesTooSoon { key, .. } | Finding::StrandsTokens { key, .. } => *key == id,
            Finding::NothingSeals { .. } => false,
        };
        match staged.check(policy, now).into_iter().find(about_it) {
            Some(Finding::StrandsTokens { .. }) => {
                Err(Error::bad_key_member("exp", "sooner than its last token is over").about_key(id.as_str()))
            }
            Some(_) => Err(Error::bad_key_member("nbf", "sooner than every server has the key").about_key(id.as_str())),
            None => Ok(staged),
        }
    }

    /// The same ring in which a key is revoked: it seals and opens nothing from now on, and its tokens are *expired*.
    ///
    /// # Errors
    /// [`Error::is_misuse`] if there is no key of this id.
    pub fn revoke(&self, id: &str, reason: &str, now: UnixTime) -> Result<Self, Error> {
        let mut keys = self.copies(|_| true)?;
        let key = keys.iter_mut().find(|key| key.id().as_str() == id);
        key.ok_or_else(|| Error::bad_key("no key of the ring has this id").about_key(id))?.revoke(now, reason);
        Self::assemble(keys, self.retired(), self.ring.origin)
    }

    /// The same ring, in which the secrets of all keys whose `exp` has passed are erased and only their ids remain, so
    /// that their tokens are still told to be *expired* and not *unknown*.
    ///
    /// # Errors
    /// [`Error::is_misuse`] if no key would be left.
    pub fn prune(&self, now: UnixTime) -> Result<Self, Error> {
        let over = |key: &Key| key.expires_at().is_some_and(|end| end <= now);
        let mut retired = self.retired();
        for key in self.ring.keys.iter().filter(|key| over(key)) {
            retired.extend(key.expires_at().map(|expires| Retired { id: key.id().clone(), expires }));
        }
        Self::assemble(self.copies(|key| !over(key))?, retired, self.ring.origin)
    }

    /// What is wrong with the schedule as of now, worst for users first.
    #[must_use]
    pub fn check(&self, policy: &RotationPolicy, now: UnixTime) -> Vec<Finding> {
        let mut findings = Vec::new();
        for algs in SUCCESSIONS {
            let keys: Vec<&Key> = self.ring.keys.iter().map(|key| &**key).collect();
            let keys: Vec<&Key> = keys.into_iter().filter(|key| algs.contains(&key.alg()) && key.can_seal()).collect();
            let reigns = self.reigns(algs, &keys);
            findings.extend(nothing_seals(&reigns, &keys, now));
            for key in keys.iter().filter(|key| key.revoked_at().is_none()) {
                findings.extend(activates_too_soon(key, &keys, policy, now));
                findings.extend(strands_tokens(key, &reigns, policy, now));
            }
        }
        findings
    }

    /// Who seals, from each moment at which that may change.
    fn reigns(&self, algs: &[Alg], keys: &[&Key]) -> Vec<Reign<'_>> {
        let changes = keys.iter().flat_map(|key| [key.activates_at(), key.expires_at()]).flatten();
        let mut changes: Vec<UnixTime> = changes.chain([UnixTime::from_secs(0)]).collect();
        changes.sort_unstable();
        changes.dedup();
        let reign = |from| Reign { from, sealing: self.ring.sealing(algs, from).map(|key| key.id()) };
        changes.into_iter().map(reign).collect()
    }

    /// Through the text and back: keys have no `Clone`, so that no copy is made by accident.
    fn copies(&self, kept: impl Fn(&Key) -> bool) -> Result<Vec<Key>, Error> {
        let keys = self.ring.keys.iter().filter(|key| kept(key));
        keys.map(|key| Key::from_json(key.to_json(Disclosure::Secret))).collect()
    }

    fn retired(&self) -> Vec<Retired> {
        self.ring.retired.iter().map(|gone| Retired { id: gone.id.clone(), expires: gone.expires }).collect()
    }
}

/// A span of time, to the next one's beginning, and the key that seals in it.
struct Reign<'a> {
    from: UnixTime,
    sealing: Option<&'a KeyId>,
}

/// The first moment, now or later, at which nothing seals.
fn nothing_seals(reigns: &[Reign<'_>], keys: &[&Key], now: UnixTime) -> Option<Finding> {
    // Keys that are accepted and never to seal (`from_secrets`) make no succession.
    let last = keys.iter().rfind(|key| key.activates_at() != Some(UnixTime::MAX))?;
    let current = reigns.partition_point(|reign| reign.from <= now).saturating_sub(1);
    let vacant = reigns.get(current..)?.iter().find(|reign| reign.sealing.is_none())?;
    Some(Finding::NothingSeals { alg: last.alg(), from: vacant.from.max(now) })
}

/// A key seals until the next one does or its own end; what it sealed last lives on for the longest life.
fn strands_tokens(key: &Key, reigns: &[Reign<'_>], policy: &RotationPolicy, now: UnixTime) -> Option<Finding> {
    let end = key.expires_at().filter(|end| *end > now)?;
    let last = reigns.iter().rposition(|reign| reign.sealing == Some(key.id()))?;
    let stops = reigns.get(last + 1).map_or(end, |next| next.from);
    let earliest = stops.saturating_add(policy.longest_life);
    (end < earliest).then(|| Finding::StrandsTokens { key: key.id().clone(), earliest })
}

/// Told by the moment when the key was made (`iat`). The first key of a succession has nobody to wait for.
fn activates_too_soon(key: &Key, keys: &[&Key], policy: &RotationPolicy, now: UnixTime) -> Option<Finding> {
    let (made, activates) = (key.made_at()?, key.activates_at()?);
    let earliest = made.saturating_add(policy.propagation);
    let is_first = keys.iter().all(|other| other.id() == key.id() || other.activates_at() > Some(activates));
    let still_matters = now < earliest;
    (activates < earliest && still_matters && !is_first)
        .then(|| Finding::ActivatesTooSoon { key: key.id().clone(), earliest })
}
