//! Whoever looks after the issuer's ring: makes it, stages the next key, revokes a lost one. All of it happens in a file.
//!
//! It may not know who reads the file, nor when. The command `orderslip keys …` does the same by hand.

use crate::{Fault, ticket};
use orderslip::{Alg, Error, Key, KeyId, Keyring, RotationPolicy, UnixTime};
use std::{
    path::{Path, PathBuf},
    time::Duration,
};
use tempfile::TempDir;

/// An hour until every server of the issuer and every verifier has the next key.
pub(crate) const POLICY: RotationPolicy =
    RotationPolicy { propagation: Duration::from_secs(3600), longest_life: ticket::LONGEST_LIFE };

pub(crate) struct Operator {
    ring: PathBuf,
    /// Goes when the story is over.
    _folder: TempDir,
}

impl Operator {
    /// Makes the first key, and a file of mode 0600 for it.
    pub(crate) fn new() -> Result<Self, Fault> {
        let folder = TempDir::new()?;
        let ring = folder.path().join("ring.json");
        Keyring::new(vec![Key::generate(Alg::Ed25519)?])?.with_policy(POLICY).to_file(&ring)?;
        Ok(Self { ring, _folder: folder })
    }

    pub(crate) fn ring(&self) -> &Path {
        &self.ring
    }

    /// The next key, which seals when everybody has it.
    pub(crate) fn stage(&self, now: UnixTime) -> Result<KeyId, Fault> {
        self.add(now.saturating_add(POLICY.propagation), &POLICY, now)
    }

    /// A key that seals at once, though nobody has it yet. For a demonstration; or for a morning on which the sealing key
    /// was stolen, when tickets that some do not know yet are the lesser evil.
    pub(crate) fn stage_in_haste(&self, now: UnixTime) -> Result<KeyId, Fault> {
        self.add(now, &RotationPolicy { propagation: Duration::ZERO, ..POLICY }, now)
    }

    pub(crate) fn revoke(&self, id: &KeyId, now: UnixTime) -> Result<(), Fault> {
        self.change(|ring| ring.revoke(id.as_str(), "stolen", now))
    }

    /// Which key seals at this time.
    pub(crate) fn sealing(&self, now: UnixTime) -> Result<KeyId, Fault> {
        let ring = Keyring::from_private_file(&self.ring)?;
        Ok(ring.sealing_id(Alg::Ed25519, now).ok_or("nothing seals")?.clone())
    }

    fn add(&self, activates_at: UnixTime, policy: &RotationPolicy, now: UnixTime) -> Result<KeyId, Fault> {
        let key = Key::generate(Alg::Ed25519)?;
        let id = key.id().clone();
        self.change(|ring| ring.stage(key, activates_at, policy, now))?;
        Ok(id)
    }

    fn change(&self, change: impl FnOnce(&Keyring) -> Result<Keyring, Error>) -> Result<(), Fault> {
        Ok(change(&Keyring::from_private_file(&self.ring)?)?.to_file(&self.ring)?)
    }
}
