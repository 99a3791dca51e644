//! Two ways to rotate a key that look shorter, and what the library says to each beforehand.
//!
//! It may not know servers or guests. Do not copy this file.

use crate::{Fault, operator::ALG, times::POLICY};
use orderslip::{Finding, Key, KeyId, Keyring, RotationPolicy, UnixTime};
use std::{path::Path, time::Duration};

/// "Rotate the secret": a ring of one new key takes the place of the old ring.
pub(crate) fn replace(file: &Path, now: UnixTime) -> Result<Vec<Finding>, Fault> {
    let old = Keyring::from_file(file)?;
    let new = Keyring::new(vec![Key::generate(ALG)?])?;
    let findings = old.check_against(&new, &POLICY, now);
    new.to_file(file)?;
    Ok(findings)
}

/// The old key stays, and the next one seals at once: `stage` refuses that, unless it is told that nothing takes any time.
///
/// Returns the last key, too.
pub(crate) fn stage_hastily(file: &Path, now: UnixTime) -> Result<(KeyId, Vec<Finding>), Fault> {
    const NOTHING_TAKES_TIME: RotationPolicy =
        RotationPolicy { propagation: Duration::ZERO, longest_life: Duration::ZERO };
    let ring = Keyring::from_file(file)?;
    let last = ring.sealing_id(ALG, now).ok_or("no key seals")?;
    let ring_of_both = ring.stage(Key::generate(ALG)?, now, &NOTHING_TAKES_TIME, now)?;
    let findings = ring_of_both.check(&POLICY, now);
    ring_of_both.to_file(file)?;
    Ok((last.clone(), findings))
}

/// As the operator does it, but that nobody minds what is wrong with the ring: right after the hasty staging, something is.
pub(crate) fn retire(last: &KeyId, file: &Path, now: UnixTime) -> Result<(), Fault> {
    Ok(Keyring::from_file(file)?.retire(last.as_str(), &POLICY, now)?.to_file(file)?)
}
