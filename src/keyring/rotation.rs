//! Changing a ring over time: the next key, the last one's end, a lost key, keys that are gone.
//!
//! It may not know where rings are kept. All of it gives a new ring, as a function of (ring, now); what runs goes on with the
//! ring it has until it gets the new one. What would log somebody out is refused, by what `findings.rs` says of the new ring.

use super::{Contents, Finding, Keyring, RotationPolicy, schedule::Retired};
use crate::{
    error::Error,
    json::Members,
    key::{Disclosure, Key, KeyId},
    time::UnixTime,
};
use std::sync::Arc;

impl Keyring {
    /// The policy that the ring carries, if it does.
    #[must_use]
    pub fn policy(&self) -> Option<&RotationPolicy> {
        self.ring.contents().policy.as_ref()
    }

    /// The same ring with a policy that goes where the ring goes: into the JWK Set, and to every server that loads it.
    ///
    /// A [`SharedKeyring`](crate::SharedKeyring) says what [`check`](Self::check) finds, as events, whenever it loads a ring
    /// with a policy; a sealer whose lifetime is longer than the policy's says so when it is built.
    ///
    /// # Panics
    /// Never: the keys are those of a ring.
    #[must_use]
    pub fn with_policy(&self, policy: RotationPolicy) -> Self {
        let contents = Contents { policy: Some(policy), ..self.contents() };
        Self::assemble(contents).expect("what is refused are keys, and these have been taken before")
    }

    /// The same ring with a further key, which opens at once and seals from `activates_at`. The key's `iat` becomes `now`:
    /// whenever it was made, the other servers get it only now.
    ///
    /// # Errors
    /// [`Error::is_misuse`] if it activates within the propagation window and is not the first of its use, if
    /// [`check`](Self::check) would find something that it does not find without the key, or what [`Keyring::new`] refuses.
    #[doc(alias("rotate", "rotation"))]
    pub fn stage(
        &self,
        key: Key,
        activates_at: UnixTime,
        policy: &RotationPolicy,
        now: UnixTime,
    ) -> Result<Self, Error> {
        let mut contents = self.contents();
        contents.keys.push(Arc::new(key.activating_at(activates_at).being_made_at(now)));
        self.unless_worse(Self::assemble(contents)?, policy, now)
    }

    /// The same ring in which a key seals from another time on: a staged key sooner or later than planned, or an earlier one
    /// once more.
    ///
    /// Ends move along, and only to later: of keys that now seal for longer, and the key's own, which is lifted if nothing
    /// would seal after it.
    ///
    /// # Errors
    /// [`Error::is_misuse`] if no key has this id, if the key cannot seal or is over, or if somebody would be logged out: not
    /// every server has the key by then, or an end that moves is too near for every server to hear of it.
    pub fn promote(
        &self,
        id: &str,
        activates_at: UnixTime,
        policy: &RotationPolicy,
        now: UnixTime,
    ) -> Result<Self, Error> {
        let key = self.get(id).ok_or_else(|| unknown(id))?;
        if !key.can_seal() || !key.is_accepted(now) {
            return Err(Error::bad_key("cannot seal, or is over").about_key(id));
        }
        let mut contents = self.changed(id, |key| key.activating_at(activates_at))?.contents();
        // Of two keys that activate in the same second, the later of the set seals.
        contents.keys.sort_by_key(|key| key.id().as_str() == id);
        let mut new = Self::assemble(contents)?;
        let ends_first = key.expires_at().is_some_and(|end| end <= activates_at).then(|| key.id().clone());
        for stranded in self.newly_stranded(&new, policy, now).into_iter().chain(ends_first) {
            self.end_can_move(stranded.as_str(), policy, now)?;
            new = new.changed(stranded.as_str(), Key::without_end)?;
            if stranded.as_str() != id {
                new = new.retire(stranded.as_str(), policy, now)?;
            }
        }
        self.unless_worse(new, policy, now)
    }

    /// An end can be moved to later only if every server hears of it before it comes.
    fn end_can_move(&self, id: &str, policy: &RotationPolicy, now: UnixTime) -> Result<(), Error> {
        match self.get(id).and_then(Key::expires_at) {
            Some(end) if end < now.saturating_add(policy.propagation) => {
                let why = "sooner than every server hears that it is moved";
                Err(Error::bad_schedule(Some("exp"), why).about_key(id))
            }
            _ => Ok(()),
        }
    }

    fn newly_stranded(&self, new: &Self, policy: &RotationPolicy, now: UnixTime) -> Vec<KeyId> {
        let before = self.check(policy, now);
        let news = new.check(policy, now).into_iter().filter(|finding| !before.iter().any(|old| old.covers(finding)));
        news.filter_map(|finding| match finding {
            Finding::StrandsTokens { key, .. } => Some(key),
            _ => None,
        })
        .collect()
    }

    /// The same ring in which a key has an end: the first moment at which no token of it is alive any more, on whatever
    /// server it was sealed.
    ///
    /// That is the policy's longest life after its successor takes over, or after every server has this ring, whichever is
    /// later.
    ///
    /// # Errors
    /// [`Error::is_misuse`] if no key has this id, if the key has no successor, or if it has an end that is too near for every
    /// server to hear that it is moved.
    pub fn retire(&self, id: &str, policy: &RotationPolicy, now: UnixTime) -> Result<Self, Error> {
        let endless = self.changed(id, Key::without_end)?;
        let stops = endless.seals_between(id).map(|(_, stops)| stops);
        if stops == Some(UnixTime::MAX) {
            return Err(Error::bad_schedule(None, "nothing seals after it: stage its successor first").about_key(id));
        }
        let everywhere = now.saturating_add(policy.propagation);
        let end = stops.unwrap_or(everywhere).max(everywhere).saturating_add(policy.longest_life);
        if self.get(id).and_then(Key::expires_at).is_some_and(|old| old < end) {
            self.end_can_move(id, policy, now)?;
        }
        self.changed(id, |key| key.expiring_at(end))
    }

    /// The same ring in which a key is revoked: it seals and opens nothing from now on, and its tokens are *expired*.
    ///
    /// The reason goes where the ring goes, and that of a key pair into [`public_jwks`](Self::public_jwks), too.
    ///
    /// # Errors
    /// [`Error::is_misuse`] if there is no key of this id.
    #[doc(alias("compromised", "stolen"))]
    pub fn revoke(&self, id: &str, reason: &str, now: UnixTime) -> Result<Self, Error> {
        self.changed(id, |key| key.revoked(now, reason))
    }

    /// The same ring, in which the secrets of all keys whose `exp` has passed are erased and only their ids remain, so
    /// that their tokens are still told to be *expired* and not *unknown*.
    ///
    /// A revoked symmetric key is erased, too. A revoked key pair is kept until its `exp`, as its public half tells verifiers.
    ///
    /// # Errors
    /// [`Error::is_misuse`] if no key would be left.
    pub fn prune(&self, now: UnixTime) -> Result<Self, Error> {
        let over = |key: &Key| {
            let revoked = key.revoked_at().filter(|_| key.is_symmetric());
            key.expires_at().filter(|end| *end <= now).or(revoked)
        };
        let mut contents = self.contents();
        let gone = contents.keys.iter().filter_map(|key| Some(Retired { id: key.id().clone(), expires: over(key)? }));
        contents.retired.extend(gone.collect::<Vec<_>>());
        contents.keys.retain(|key| over(key).is_none());
        Self::assemble(contents)
    }

    /// The new ring, unless something is wrong with it that is not wrong with this one.
    fn unless_worse(&self, new: Self, policy: &RotationPolicy, now: UnixTime) -> Result<Self, Error> {
        let before = self.check(policy, now);
        let known = |finding: &Finding| before.iter().any(|old| old.covers(finding)) || self.never_sealed(finding);
        match new.check(policy, now).into_iter().find(|finding| !known(finding)) {
            None => Ok(new),
            Some(finding) => Err(refusal(&finding)),
        }
    }

    /// What is changed is a copy, through its text and back; the others are the same key objects.
    fn changed(&self, id: &str, change: impl FnOnce(Key) -> Key) -> Result<Self, Error> {
        let mut contents = self.contents();
        let key = contents.keys.iter_mut().find(|key| key.id().as_str() == id).ok_or_else(|| unknown(id))?;
        *key = Arc::new(change(Key::from_json(key.to_json(Disclosure::Secret))?));
        Self::assemble(contents)
    }

    fn contents(&self) -> Contents {
        let Contents { keys, retired, origin, policy, foreign } = self.ring.contents();
        let foreign: Members = foreign.iter().map(|(name, value)| (name.clone(), value.copy())).collect();
        Contents { keys: keys.clone(), retired: retired.clone(), origin: *origin, policy: *policy, foreign }
    }
}

fn unknown(id: &str) -> Error {
    Error::bad_key("no key of the ring has this id").about_key(id)
}

fn refusal(finding: &Finding) -> Error {
    let (member, why) = match finding {
        Finding::ActivatesTooSoon { .. } => (Some("nbf"), "sooner than every server has the key"),
        Finding::StrandsTokens { .. } => (Some("exp"), "sooner than its last token is over"),
        _ => (None, "a time would come in which nothing seals"),
    };
    let error = Error::bad_schedule(member, why);
    match finding.key() {
        Some(id) => error.about_key(id.as_str()),
        None => error,
    }
}
