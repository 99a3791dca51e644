//! Whether servers that have these rings agree.
//!
//! It may not know how rings are changed. It asks every ring about every other: what this one seals, does that one open?

use crate::{
    args::Doctor,
    failure::Failure,
    report::{Found, Report},
    ring_file,
};
use orderslip::{Keyring, RotationPolicy, UnixTime};
use std::{path::PathBuf, time::Duration};

pub(crate) fn examine(doctor: &Doctor, now: UnixTime) -> Result<Report, Failure> {
    let paths = || doctor.rings.iter().map(PathBuf::as_path);
    let rings = paths().map(ring_file::read).collect::<Result<Vec<_>, _>>()?;
    let mut findings = Vec::new();
    for (path, ring) in paths().zip(&rings) {
        // Rings without a policy are still asked about the keys that seal now or will.
        let policy = doctor.allow.policy(ring.policy()).unwrap_or(NO_POLICY);
        findings.extend(ring.check(&policy, now).iter().map(|finding| Found::of(finding).within(path, None)));
        for (other_path, other) in paths().zip(&rings).filter(|(_, other)| !std::ptr::eq(*other, ring)) {
            let between = ring.check_against(other, &policy, now);
            findings.extend(between.iter().map(|finding| Found::of(finding).within(path, Some(other_path))));
        }
    }
    let policies: Vec<_> = rings.iter().map(Keyring::policy).collect();
    let differ = policies.windows(2).any(|pair| pair.first() != pair.last());
    let done = if !findings.is_empty() {
        "the rings disagree, or one has a fault"
    } else if differ {
        "the rings agree on their keys, and not on their policy"
    } else {
        "the rings agree"
    };
    Ok(Report { done: Some(done.to_owned()), findings, checked: true, ..Report::default() })
}

const NO_POLICY: RotationPolicy = RotationPolicy { propagation: Duration::ZERO, longest_life: Duration::ZERO };
