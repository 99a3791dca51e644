//! What a schedule must allow for, and how a set of keys says it of itself.
//!
//! It may not know keys.

use crate::{
    error::Error,
    json::{self, Json, Members},
};
use std::time::Duration;

/// What a schedule must allow for: [`manual::rotation`](crate::manual::rotation).
///
/// ```
/// # use orderslip::{Alg, Error, Key, Keyring, RotationPolicy, UnixTime}; use std::time::Duration;
/// # fn main() -> Result<(), Error> {
/// let policy = RotationPolicy {
///     propagation: Duration::from_secs(3_600), // every server has reloaded within the hour
///     longest_life: Duration::from_secs(9 * 3_600), // the longest absolute lifetime is 8 hours, and some leeway
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
///
/// A ring can carry it ([`Keyring::with_policy`](crate::Keyring::with_policy)): in the JWK Set it is the private member
/// `"rotation": {"propagation": 3600, "longest_life": 32400}`, in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias("rotate"))]
pub struct RotationPolicy {
    /// How long it takes until every server has loaded a new ring, and by how much its clock may be behind or ahead.
    pub propagation: Duration,
    /// How long a token lives at most after it was sealed: the longest absolute lifetime of any sealer, and its leeway twice,
    /// once for the clock by which the slip began and once for the clock by which it is opened.
    pub longest_life: Duration,
}

/// The member of a set.
pub(super) const MEMBER: &str = "rotation";

impl RotationPolicy {
    pub(super) fn read(value: &Json) -> Result<Self, Error> {
        let refuse = |why| Error::bad_key_member(MEMBER, why);
        let Json::Object(members) = value else { return Err(refuse("not an object")) };
        let seconds = |name| {
            json::member(members, name)
                .and_then(Json::as_u64)
                .map(Duration::from_secs)
                .ok_or_else(|| refuse("without whole seconds `propagation`, `longest_life`"))
        };
        Ok(Self { propagation: seconds("propagation")?, longest_life: seconds("longest_life")? })
    }

    pub(super) fn write(&self) -> Json {
        let member = |name: &str, duration: Duration| (name.to_owned(), Json::Number(duration.as_secs().into()));
        let members: Members = vec![member("propagation", self.propagation), member("longest_life", self.longest_life)];
        Json::Object(members)
    }
}
