//! What looks at a ring and changes nothing.
//!
//! It may not know how rings are changed.

use crate::{
    args::{self, Check, Show},
    change::policy_of,
    failure::Failure,
    report::{Document, Found, Report, Row},
    ring_file,
};
use orderslip::UnixTime;

pub(crate) fn check(check: &Check, now: UnixTime) -> Result<Report, Failure> {
    let ring = ring_file::read(&check.ring.path)?;
    let findings = ring.check(&policy_of(&check.allow, &ring)?, now);
    Ok(Report { findings: findings.iter().map(Found::of).collect(), checked: true, ..Report::default() })
}

pub(crate) fn public(public: &args::Ring) -> Result<Report, Failure> {
    let ring = ring_file::read(&public.path)?;
    if ring.keys().all(|key| key.alg().is_symmetric()) {
        return Err(Failure::Bad("the ring has no key pair, and so no public key".to_owned()));
    }
    Ok(Report { document: Some(Document::Public(ring.public_jwks())), ..Report::default() })
}

pub(crate) fn show(show: &Show, now: UnixTime) -> Result<Report, Failure> {
    let ring = ring_file::read(&show.ring.path)?;
    if show.reveal {
        return Ok(Report { document: Some(Document::Secret(ring.to_jwks())), ..Report::default() });
    }
    let keys = ring.keys().map(|key| Row::of(key, &ring, now));
    let erased = ring.retired().map(|(id, end)| Row::erased(id.as_str(), end));
    Ok(Report { keys: keys.chain(erased).collect(), ..Report::default() })
}
