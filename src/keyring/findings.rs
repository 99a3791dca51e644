//! Whether a schedule holds: for one ring as it is, and for two that should be one.
//!
//! It may not know where rings are kept, and changes none.
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

use super::{Keyring, RotationPolicy};
use crate::{
    key::{Alg, Key, KeyId},
    time::UnixTime,
};
use std::fmt;

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
    /// The key seals in this ring, and the other ring has never heard of it: its tokens are *unreadable* there.
    NotThere {
        /// The key.
        key: KeyId,
        /// When it begins to seal, or now.
        from: UnixTime,
    },
    /// The key has ended or was revoked in the other ring while tokens of it are alive: they are *expired* there.
    OverThere {
        /// The key.
        key: KeyId,
        /// Since when, or from when on.
        from: UnixTime,
    },
    /// The other ring has another key under this id, or uses this one for another algorithm.
    OtherKeyThere {
        /// The id.
        key: KeyId,
    },
    /// The other ring has the key with another time. No token is refused for it, and still they should be one ring.
    TimesDiffer {
        /// The key.
        key: KeyId,
        /// The JWK member: `nbf` or `exp`.
        member: &'static str,
    },
}

impl Finding {
    /// The key that it is about, if it is about one.
    #[must_use]
    pub fn key(&self) -> Option<&KeyId> {
        match self {
            Self::ActivatesTooSoon { key, .. }
            | Self::StrandsTokens { key, .. }
            | Self::NotThere { key, .. }
            | Self::OverThere { key, .. }
            | Self::OtherKeyThere { key }
            | Self::TimesDiffer { key, .. } => Some(key),
            Self::NothingSeals { .. } => None,
        }
    }

    /// Whether another finding is this one again, after a change that did not mend it.
    pub(super) fn covers(&self, later: &Self) -> bool {
        match (self, later) {
            (Self::NothingSeals { alg, from }, Self::NothingSeals { alg: later_alg, from: later_from }) => {
                succession_of(*alg) == succession_of(*later_alg) && from <= later_from
            }
            _ => std::mem::discriminant(self) == std::mem::discriminant(later) && self.key() == later.key(),
        }
    }
}

/// For logs: times in Unix seconds.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(key) = self.key() {
            write!(f, "key {:?}: ", key.as_str())?;
        }
        match self {
            Self::ActivatesTooSoon { earliest, .. } => {
                write!(f, "seals before every server has it; {earliest} is the earliest that is not too soon")
            }
            Self::StrandsTokens { earliest, .. } => {
                write!(f, "ends before its last token does; {earliest} is the earliest that strands none")
            }
            Self::NothingSeals { alg, from } => write!(f, "nothing seals for {alg:?} from {from}"),
            Self::NotThere { from, .. } => write!(f, "seals from {from}, and the other ring does not know it"),
            Self::OverThere { from, .. } => write!(f, "has live tokens, and is over in the other ring from {from}"),
            Self::OtherKeyThere { .. } => write!(f, "is another key in the other ring"),
            Self::TimesDiffer { member, .. } => write!(f, "has another `{member}` in the other ring"),
        }
    }
}

/// The algorithms that follow on each other, because one sealer takes either. Every algorithm is in one succession: a key that were in none
/// would have a schedule that nobody checks.
const fn succession_of(alg: Alg) -> &'static [Alg] {
    match alg {
        Alg::HkdfA256Gcm | Alg::HkdfChaCha20Poly1305 => &[Alg::HkdfA256Gcm, Alg::HkdfChaCha20Poly1305],
        Alg::HkdfA128Gcm => &[Alg::HkdfA128Gcm],
        Alg::A128Gcm => &[Alg::A128Gcm],
        Alg::A256Gcm => &[Alg::A256Gcm],
        Alg::ChaCha20Poly1305 => &[Alg::ChaCha20Poly1305],
        Alg::Hs256 => &[Alg::Hs256],
        Alg::Hs384 => &[Alg::Hs384],
        Alg::Hs512 => &[Alg::Hs512],
        Alg::Ed25519 => &[Alg::Ed25519],
        Alg::Es256 => &[Alg::Es256],
        Alg::Es384 => &[Alg::Es384],
    }
}

/// Each once.
fn successions() -> impl Iterator<Item = &'static [Alg]> {
    Alg::ALL
        .into_iter()
        .map(|alg| (alg, succession_of(alg)))
        .filter(|(alg, algs)| algs.first() == Some(alg))
        .map(|(_, algs)| algs)
}

impl Keyring {
    /// What is wrong with the schedule as of now, worst for users first.
    #[must_use]
    pub fn check(&self, policy: &RotationPolicy, now: UnixTime) -> Vec<Finding> {
        let mut findings = Vec::new();
        for succession in self.successions() {
            findings.extend(succession.nothing_seals(now));
            for key in succession.keys.iter().filter(|key| key.revoked_at().is_none()) {
                findings.extend(succession.activates_too_soon(key, policy, now));
                findings.extend(succession.strands_tokens(key, policy, now));
            }
        }
        findings
    }

    /// What another server, which has the other ring, would refuse of the tokens that this one seals or has sealed.
    ///
    /// Ask both ways: `a.check_against(&b, …)` and `b.check_against(&a, …)`. If the other ring holds public keys alone, only
    /// keys that have a public half are looked at.
    ///
    /// ```
    /// # use orderslip::{Alg, Error, Finding, Key, Keyring, RotationPolicy, UnixTime}; use std::time::Duration;
    /// # fn main() -> Result<(), Error> {
    /// # let policy = RotationPolicy { propagation: Duration::from_secs(60), longest_life: Duration::from_secs(60) };
    /// # let now = UnixTime::from_secs(1_800_000_000);
    /// let (ours, theirs) = (Keyring::generate()?, Keyring::generate()?);
    /// assert!(ours.check_against(&ours, &policy, now).is_empty());
    /// assert!(matches!(ours.check_against(&theirs, &policy, now)[0], Finding::NotThere { .. }));
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn check_against(&self, other: &Self, policy: &RotationPolicy, now: UnixTime) -> Vec<Finding> {
        self.refused_by(other, policy, now, UnixTime::MAX)
    }

    /// The same, if this ring is replaced by the next one now: it goes on sealing only where the next one has not arrived.
    pub(super) fn check_replacement(&self, next: &Self, policy: &RotationPolicy, now: UnixTime) -> Vec<Finding> {
        self.refused_by(next, policy, now, now.saturating_add(policy.propagation))
    }

    /// What the other ring refuses of what this one seals until a moment.
    fn refused_by(&self, other: &Self, policy: &RotationPolicy, now: UnixTime, until: UnixTime) -> Vec<Finding> {
        let only_verifies = other.ring.keys().all(Key::is_public);
        let mut findings = Vec::new();
        for succession in self.successions() {
            let keys =
                succession.keys.iter().filter(|key| key.is_accepted(now) && !(only_verifies && key.is_symmetric()));
            for key in keys {
                let Some((from, stops)) = succession.seals_between(key).filter(|(from, _)| *from < until) else {
                    continue;
                };
                let alive_until = stops.min(until).saturating_add(policy.longest_life);
                if alive_until > now || stops > now {
                    let needed = key.expires_at().map_or(alive_until, |end| end.min(alive_until));
                    other.refuses(key, from.max(now), needed, &mut findings);
                }
            }
        }
        findings
    }

    /// Whether this ring would refuse tokens of another ring's key, which seals from one moment and is needed until another.
    fn refuses(&self, key: &Key, from: UnixTime, needed: UnixTime, findings: &mut Vec<Finding>) {
        let id = || key.id().clone();
        let wire = key.id().wire();
        let Some(ours) = self.ring.by_wire(wire) else {
            findings.push(match self.ring.retired_by_wire(wire) {
                Some(gone) => Finding::OverThere { key: id(), from: gone.expires },
                None if self.get(key.id().as_str()).is_some() => Finding::OtherKeyThere { key: id() },
                None => Finding::NotThere { key: id(), from },
            });
            return;
        };
        let over = ours.revoked_at().or(ours.expires_at().filter(|end| *end < needed));
        match over {
            _ if ours.alg() != key.alg() => findings.push(Finding::OtherKeyThere { key: id() }),
            Some(from) => findings.push(Finding::OverThere { key: id(), from }),
            None => {
                let members =
                    [("nbf", key.activates_at(), ours.activates_at()), ("exp", key.expires_at(), ours.expires_at())];
                let differing = members.into_iter().filter(|(_, theirs, ours)| theirs != ours);
                findings.extend(differing.map(|(member, ..)| Finding::TimesDiffer { key: id(), member }));
            }
        }
    }

    fn successions(&self) -> impl Iterator<Item = Succession<'_>> {
        let keys_of =
            |algs: &[Alg]| self.ring.keys().filter(|key| algs.contains(&key.alg()) && key.can_seal()).collect();
        successions().map(move |algs| Succession::new(self, algs, keys_of(algs)))
    }

    /// Whether it says that nothing seals where nothing ever did.
    pub(super) fn never_sealed(&self, finding: &Finding) -> bool {
        let Finding::NothingSeals { alg, .. } = finding else { return false };
        let algs = succession_of(*alg);
        !self.ring.has(|key| algs.contains(&key.alg()) && key.can_seal())
    }

    /// From when to when a key seals, by its place among the others; none if it never does.
    pub(super) fn seals_between(&self, id: &str) -> Option<(UnixTime, UnixTime)> {
        let key = self.get(id)?;
        let algs = succession_of(key.alg());
        self.successions().find(|succession| succession.algs == algs)?.seals_between(key)
    }
}

/// The keys that follow on each other, and when each of them seals.
struct Succession<'a> {
    algs: &'static [Alg],
    keys: Vec<&'a Key>,
    reigns: Vec<Reign<'a>>,
}

/// A span of time, to the next one's beginning, and the key that seals in it.
struct Reign<'a> {
    from: UnixTime,
    sealing: Option<&'a KeyId>,
}

impl<'a> Succession<'a> {
    /// Who seals, from each moment at which that may change.
    fn new(ring: &'a Keyring, algs: &'static [Alg], keys: Vec<&'a Key>) -> Self {
        let changes = keys.iter().flat_map(|key| [key.activates_at(), key.expires_at()]).flatten();
        let mut changes: Vec<UnixTime> = changes.chain([UnixTime::from_secs(0)]).collect();
        changes.sort_unstable();
        changes.dedup();
        let reign = |from| Reign { from, sealing: ring.ring.sealing(algs, from).map(|key| key.id()) };
        Self { algs, keys, reigns: changes.into_iter().map(reign).collect() }
    }

    /// From its first reign to the end of its last.
    fn seals_between(&self, key: &Key) -> Option<(UnixTime, UnixTime)> {
        let is_its = |reign: &Reign<'_>| reign.sealing == Some(key.id());
        let first = self.reigns.iter().find(|reign| is_its(reign))?;
        let last = self.reigns.iter().rposition(is_its)?;
        let end = key.expires_at().unwrap_or(UnixTime::MAX);
        Some((first.from, self.reigns.get(last + 1).map_or(end, |next| next.from)))
    }

    /// The first moment, now or later, at which nothing seals.
    fn nothing_seals(&self, now: UnixTime) -> Option<Finding> {
        // Keys that are accepted and never to seal (`from_secrets`) make no succession.
        let last = self.keys.iter().rfind(|key| key.activates_at() != Some(UnixTime::MAX))?;
        let current = self.reigns.partition_point(|reign| reign.from <= now).saturating_sub(1);
        let vacant = self.reigns.get(current..)?.iter().find(|reign| reign.sealing.is_none())?;
        Some(Finding::NothingSeals { alg: last.alg(), from: vacant.from.max(now) })
    }

    /// A key seals until the next one does or its own end; what it sealed last lives on for the longest life.
    fn strands_tokens(&self, key: &Key, policy: &RotationPolicy, now: UnixTime) -> Option<Finding> {
        let end = key.expires_at().filter(|end| *end > now)?;
        let (_, stops) = self.seals_between(key)?;
        let earliest = stops.saturating_add(policy.longest_life);
        (end < earliest).then(|| Finding::StrandsTokens { key: key.id().clone(), earliest })
    }

    /// Told by the moment when the ring got the key (`iat`). The first key of a succession has nobody to wait for.
    fn activates_too_soon(&self, key: &Key, policy: &RotationPolicy, now: UnixTime) -> Option<Finding> {
        let (made, activates) = (key.made_at()?, key.activates_at()?);
        let earliest = made.saturating_add(policy.propagation);
        let is_first = self.keys.iter().all(|other| other.id() == key.id() || other.activates_at() > Some(activates));
        let still_matters = now < earliest;
        (activates < earliest && still_matters && !is_first)
            .then(|| Finding::ActivatesTooSoon { key: key.id().clone(), earliest })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Key;
    use std::time::Duration;

    /// What a key would seal once every server has the next ring is no loss: by then none of them has this one.
    #[test]
    fn a_replaced_ring_seals_until_every_server_has_the_next() {
        let now = UnixTime::from_secs(1_800_000_000);
        let policy = RotationPolicy { propagation: Duration::from_secs(100), longest_life: Duration::from_secs(1_000) };
        let hasty = RotationPolicy { propagation: Duration::ZERO, ..policy };
        let set = Keyring::new(vec![Key::generate(Alg::HkdfA256Gcm).unwrap()]).unwrap().to_jwks();
        let one = || Keyring::from_jwks(set.expose()).unwrap();
        let lost = |seals_after: u64| {
            let seals = now.saturating_add(Duration::from_secs(seals_after));
            let staged = Key::generate(Alg::HkdfA256Gcm).unwrap();
            one().stage(staged, seals, &hasty, now).unwrap().check_replacement(&one(), &policy, now).len()
        };
        assert_eq!([lost(0), lost(99), lost(100), lost(101)], [1, 1, 0, 0]);
    }

    /// Whatever seals with a key, its schedule is checked.
    #[test]
    fn t82_keys_of_every_algorithm_rotate_by_the_same_rules() {
        let now = UnixTime::from_secs(1_800_000_000);
        let later = |secs| now.saturating_add(Duration::from_secs(secs));
        let policy = RotationPolicy { propagation: Duration::from_secs(100), longest_life: Duration::from_secs(1_000) };
        for alg in Alg::ALL {
            let generate = || Key::generate(alg).unwrap();
            let ring = Keyring::new(vec![generate()]).unwrap();
            let old = ring.ids().next().unwrap().clone();
            assert!(ring.retire(old.as_str(), &policy, now).unwrap_err().is_misuse(), "{alg:?} has no successor");
            assert!(ring.stage(generate(), later(99), &policy, now).unwrap_err().is_misuse(), "{alg:?}, too soon");
            assert!(ring.stage(generate().expiring_at(later(500)), now, &policy, now).is_err(), "{alg:?} would end");
            let staged = ring.stage(generate(), later(100), &policy, now).unwrap();
            let next = staged.ids().find(|id| **id != old).unwrap().clone();
            let retired = staged.retire(old.as_str(), &policy, now).unwrap();
            assert_eq!(retired.get(old.as_str()).unwrap().expires_at(), Some(later(1_100)), "{alg:?}");
            assert!(retired.check(&policy, now).is_empty(), "{alg:?}");
            assert!(staged.retire(next.as_str(), &policy, now).is_err(), "{alg:?}: the last one goes on");
            assert!(matches!(staged.check_against(&ring, &policy, now)[..], [Finding::NotThere { .. }]), "{alg:?}");
            let ends = Keyring::new(vec![generate().expiring_at(later(500))]).unwrap();
            let found = ends.check(&policy, now);
            assert!(
                matches!(found[..], [Finding::NothingSeals { .. }, Finding::StrandsTokens { .. }]),
                "{alg:?}: {found:?}"
            );
        }
    }
}
