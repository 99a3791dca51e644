//! What a set of keys answers: which key seals now, and what becomes of a token that names a key.
//!
//! It may not know texts or files. Both answers cost the same in a ring of three keys and in one of a thousand: whatever
//! depends on all keys is sorted out once, when the ring is made.

use super::RotationPolicy;
use crate::{
    error::Error,
    json::Members,
    key::{Alg, Key, KeyId, WireId, weakness, weakness_of_private_half},
    time::UnixTime,
};
use std::{
    borrow::Borrow,
    collections::{BTreeMap, HashSet},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// What a ring is made of.
pub(crate) struct Contents {
    pub(super) keys: Vec<Arc<Key>>,
    pub(super) retired: Vec<Retired>,
    pub(super) origin: Origin,
    pub(super) policy: Option<RotationPolicy>,
    /// Members of the set that are not ours: kept, so that reading and writing loses nothing.
    pub(super) foreign: Members,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// Shared with other servers, or to be: an id that is not in it may be in theirs.
    Shared,
    /// Made for this process: nobody else can have sealed anything.
    Ephemeral,
}

/// What `prune` leaves of a key: enough to tell *expired* from *unknown*.
#[derive(Clone)]
pub(super) struct Retired {
    pub(super) id: KeyId,
    pub(super) expires: UnixTime,
}

pub(crate) struct Ring {
    /// Distinguishes this set of keys from any other of this process.
    serial: u64,
    contents: Contents,
    by_wire: Index<WireId>,
    #[cfg(feature = "jose")]
    by_name: Index<Box<str>>,
    /// A few, so that a look at each is faster than a hash.
    successions: Vec<(Alg, Succession)>,
}

#[derive(Clone, Copy)]
enum Slot {
    Live(usize),
    Retired(usize),
}

/// The keys of one algorithm that may ever seal, by their activation; of two alike, the later in the set is the later here.
type Succession = Vec<Turn>;

/// From when a key seals, where it stands, and until when.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Turn {
    from: UnixTime,
    index: usize,
    until: Option<UnixTime>,
}

/// The last of the turns that has come and is not over.
#[inline]
fn latest_reached(succession: &[Turn], now: UnixTime) -> Option<&Turn> {
    let is_sealing = |turn: &&Turn| turn.from <= now && turn.until.is_none_or(|until| now < until);
    // What is usual: the last key seals, or the one before it, as the last is staged.
    if let Some(turn) = succession.iter().rev().take(2).find(is_sealing) {
        return Some(turn);
    }
    let reached = succession.get(..succession.partition_point(|turn| turn.from <= now))?;
    reached.iter().rfind(is_sealing)
}

/// What an id stands for, in the order of the ids. Ten comparisons find one of a thousand, and it cannot be made slow by choosing ids.
type Index<Id> = Box<[(Id, Slot)]>;

fn find<Id: Borrow<Q>, Q: Ord + ?Sized>(index: &[(Id, Slot)], id: &Q) -> Option<Slot> {
    let at = index.binary_search_by(|(known, _)| known.borrow().cmp(id)).ok()?;
    index.get(at).map(|(_, slot)| *slot)
}

/// What a ring says to the key id of a token.
pub(crate) enum Lookup<'a> {
    Accepted(&'a Arc<Key>),
    Retired,
    Unknown,
}

impl Contents {
    pub(super) fn of(keys: Vec<Key>, origin: Origin) -> Self {
        let keys = keys.into_iter().map(Arc::new).collect();
        Self { keys, retired: Vec::new(), origin, policy: None, foreign: Members::new() }
    }
}

impl Ring {
    pub(super) fn new(contents: Contents) -> Result<Self, Error> {
        static SERIAL: AtomicU64 = AtomicU64::new(0);
        check_structure(&contents.keys)?;
        let mut by_wire = BTreeMap::new();
        let mut successions: Vec<(Alg, Succession)> = Vec::new();
        for (index, key) in contents.keys.iter().enumerate() {
            if by_wire.insert(*key.id().wire(), Slot::Live(index)).is_some() {
                return Err(Error::bad_key("another key of the set has the same wire id").about_key(key.id().as_str()));
            }
            if key.can_seal() && key.revoked_at().is_none() {
                let from = key.activates_at().unwrap_or(UnixTime::from_secs(0));
                let turn = Turn { from, index, until: key.expires_at() };
                match successions.iter_mut().find(|(alg, _)| *alg == key.alg()) {
                    Some((_, succession)) => succession.push(turn),
                    None => successions.push((key.alg(), vec![turn])),
                }
            }
        }
        for (index, gone) in contents.retired.iter().enumerate() {
            if by_wire.insert(*gone.id.wire(), Slot::Retired(index)).is_some() {
                return Err(Error::bad_key("both retired and in use").about_key(gone.id.as_str()));
            }
        }
        #[cfg(feature = "jose")]
        let by_name = by_name(&contents);
        successions.iter_mut().for_each(|(_, succession)| succession.sort_unstable());
        let serial = SERIAL.fetch_add(1, Ordering::Relaxed);
        Ok(Self {
            serial,
            contents,
            by_wire: by_wire.into_iter().collect(),
            #[cfg(feature = "jose")]
            by_name,
            successions,
        })
    }

    pub(crate) fn serial(&self) -> u64 {
        self.serial
    }

    pub(super) fn contents(&self) -> &Contents {
        &self.contents
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &Key> {
        self.contents.keys.iter().map(|key| &**key)
    }

    /// The key for one of these algorithms whose activation is the latest reached.
    pub(crate) fn sealing(&self, algs: &[Alg], now: UnixTime) -> Option<&Arc<Key>> {
        let mut latest: Option<&Turn> = None;
        for (_, succession) in self.successions.iter().filter(|(alg, _)| algs.contains(alg)) {
            if let Some(turn) = latest_reached(succession, now)
                && latest.is_none_or(|latest| latest < turn)
            {
                latest = Some(turn);
            }
        }
        self.contents.keys.get(latest?.index)
    }

    /// How long its tokens may live, if it says so.
    pub(crate) fn longest_life(&self) -> Option<Duration> {
        self.contents.policy.map(|policy| policy.longest_life)
    }

    pub(crate) fn has(&self, suits: impl Fn(&Key) -> bool) -> bool {
        self.keys().any(suits)
    }

    /// Exactly one key or none: there is no second try (partitioning oracles, docs/threats.md T32).
    pub(crate) fn lookup(&self, wire: &WireId, now: UnixTime) -> Lookup<'_> {
        self.judge(find(&self.by_wire, wire), now)
    }

    /// The same by the text of a JWK's `kid`, which is what JOSE tokens carry (RFC 7515 section 4.1.4).
    #[cfg(feature = "jose")]
    pub(crate) fn lookup_by_name(&self, kid: &str, now: UnixTime) -> Lookup<'_> {
        self.judge(find(&self.by_name, kid), now)
    }

    /// The key for an algorithm, if exactly one is accepted: for messages that name none.
    #[cfg(feature = "jose")]
    pub(crate) fn only_one(&self, alg: Alg, now: UnixTime) -> Option<&Arc<Key>> {
        let mut keys = self.contents.keys.iter().filter(|key| key.alg() == alg && key.is_accepted(now));
        keys.next().filter(|_| keys.next().is_none())
    }

    fn judge(&self, slot: Option<Slot>, now: UnixTime) -> Lookup<'_> {
        match slot {
            Some(Slot::Live(index)) => match self.contents.keys.get(index) {
                Some(key) if key.is_accepted(now) => Lookup::Accepted(key),
                _ => Lookup::Retired,
            },
            Some(Slot::Retired(_)) => Lookup::Retired,
            None => Lookup::Unknown,
        }
    }

    /// The key that tokens name so, accepted or not.
    pub(crate) fn by_wire(&self, wire: &WireId) -> Option<&Key> {
        match find(&self.by_wire, wire) {
            Some(Slot::Live(index)) => self.contents.keys.get(index).map(|key| &**key),
            _ => None,
        }
    }

    pub(super) fn retired_by_wire(&self, wire: &WireId) -> Option<&Retired> {
        match find(&self.by_wire, wire) {
            Some(Slot::Retired(index)) => self.contents.retired.get(index),
            _ => None,
        }
    }

    /// What an unknown key id means here.
    pub(crate) fn unknown_key(&self) -> Error {
        match self.contents.origin {
            Origin::Shared => Error::unknown_key(),
            Origin::Ephemeral => Error::not_authentic("a key id that this process never made"),
        }
    }
}

/// Of a retired and a live key with one name, which is possible if the name is no thumbprint, the live one is meant.
#[cfg(feature = "jose")]
fn by_name(contents: &Contents) -> Index<Box<str>> {
    let retired =
        contents.retired.iter().enumerate().map(|(index, gone)| (gone.id.as_str().into(), Slot::Retired(index)));
    let live = contents.keys.iter().enumerate().map(|(index, key)| (key.id().as_str().into(), Slot::Live(index)));
    retired.chain(live).collect::<BTreeMap<_, _>>().into_iter().collect()
}

/// Structural faults only: a schedule that is badly timed must not keep a server from starting.
fn check_structure(keys: &[Arc<Key>]) -> Result<(), Error> {
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
        let weakness = if key.is_symmetric() { weakness } else { weakness_of_private_half };
        if let Some(why) = weakness(secret.expose()) {
            return about(key, why);
        }
    }
    // A document for the public that holds a secret, or a server's file in which somebody pasted a stranger's key.
    if keys.iter().any(|key| key.is_symmetric()) && keys.iter().any(|key| key.is_public()) {
        return Err(Error::bad_key("public keys beside symmetric ones: two sets, one for each"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyring::Keyring;

    /// A sealer that may use several algorithms takes the key that came last, whichever it is for.
    #[test]
    fn of_several_algorithms_the_latest_key_seals() {
        const BOTH: [Alg; 2] = [Alg::HkdfA256Gcm, Alg::HkdfChaCha20Poly1305];
        let at = UnixTime::from_secs;
        let sealing = |algs: [Alg; 2], since: [u64; 2], now| {
            let key = |index: usize| Key::generate(algs[index]).unwrap().activating_at(at(since[index]));
            let ring = Keyring::new(vec![key(0), key(1)]).unwrap();
            ring.ring().sealing(&BOTH, at(now)).map(|key| key.alg())
        };
        let [aes, chacha] = BOTH;
        for (algs, since) in [([aes, chacha], [100, 200]), ([chacha, aes], [200, 100])] {
            let over_time = [99, 100, 199, 200, 300].map(|now| sealing(algs, since, now));
            assert_eq!(over_time, [None, Some(aes), Some(aes), Some(chacha), Some(chacha)]);
        }
        // Of two that came at once, the later in the set.
        assert_eq!(sealing([aes, chacha], [100, 100], 100), Some(chacha));
        assert_eq!(sealing([chacha, aes], [100, 100], 100), Some(aes));
    }
}
