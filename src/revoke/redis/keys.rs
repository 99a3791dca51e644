//! What the keys in Redis are called.
//!
//! It may not know commands. The part in braces says in which slot of a Cluster a key is: what is asked together is in one.

use crate::{claims::SlipId, revoke::Digest, time::UnixTime};
use std::fmt;

/// So many slots are used, so that a Cluster of a few nodes shares the work, and the marks are few.
const SHARDS: u8 = 16;

/// Slips that began within so many seconds lie together: what is over is taken back in steps of this.
const STEP: u64 = 6 * 3_600;

/// The slips of a step are divided into so many hashes in each shard, 512 in all. Redis packs a hash of up to 512 entries
/// (`hash-max-listpack-entries`): 260,000 revocations of one step; and a hash of few takes more than its entries. `benches/stores` measures both ends.
const HASHES: u8 = 32;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shard(u8);

impl Shard {
    pub(super) fn all() -> impl Iterator<Item = Self> {
        (0..SHARDS).map(Self)
    }

    fn of(bytes: &[u8]) -> Self {
        Self(bytes.first().map_or(0, |byte| byte % SHARDS))
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}", self.0)
    }
}

#[derive(Clone, Debug)]
pub(super) struct Keys {
    prefix: String,
}

impl Keys {
    pub(super) fn new(prefix: &str) -> Self {
        Self { prefix: prefix.to_owned() }
    }

    /// Since when a shard remembers.
    pub(super) fn mark(&self, shard: Shard) -> String {
        self.key(shard, "mark")
    }

    /// The hash that has a slip's id if it is revoked. A random id says where by its last bytes.
    pub(super) fn slip(&self, id: &SlipId, began_at: UnixTime) -> (Shard, String) {
        let [.., hash, shard] = id.as_bytes();
        let shard = Shard::of(&[*shard]);
        let step = began_at.as_secs() / STEP;
        (shard, self.key(shard, &format!("slips:{step}:{}", hash % HASHES)))
    }

    /// What is said of a subject.
    pub(super) fn subject(&self, subject: &Digest) -> (Shard, String) {
        self.by(subject, "subject")
    }

    /// What is said of a key that seals.
    pub(super) fn sealing_key(&self, key: &Digest) -> (Shard, String) {
        self.by(key, "key")
    }

    /// The record of what was done.
    pub(super) fn redeemed(&self, key: &Digest) -> (Shard, String) {
        self.by(key, "redeemed")
    }

    fn by(&self, digest: &Digest, kind: &str) -> (Shard, String) {
        let shard = Shard::of(digest.as_bytes());
        (shard, self.key(shard, &format!("{kind}:{digest}")))
    }

    fn key(&self, shard: Shard, name: &str) -> String {
        format!("{{{}:{shard}}}:{name}", self.prefix)
    }
}
