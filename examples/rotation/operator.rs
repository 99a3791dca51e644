//! The operator: rotates the key so that nobody is refused, with three changes of the ring's file.
//!
//! It may not know servers or guests: the policy is all that it is told. This file is a part to copy.
//!
//! ```text
//! next key   |-- loaded everywhere --|-- seals --------------------------------------------------
//!            stage                   by itself
//! last key   -- seals ---------------|-- opens: the longest life --|-- expired -----|-- only its id is left --
//!                    retire, any time                                               prune
//! ```

use crate::{Fault, times::POLICY};
use orderslip::{Alg, Key, KeyId, Keyring, UnixTime};
use std::path::Path;

/// What `Sealer::encrypted` takes.
pub(crate) const ALG: Alg = Alg::HkdfA256Gcm;

/// Adds the next key to the ring. It opens at once, and seals when every server has it: nobody has to do anything for that.
///
/// Returns the last key: the one that seals until then.
pub(crate) fn stage(file: &Path, now: UnixTime) -> Result<KeyId, Fault> {
    let ring = Keyring::from_file(file)?;
    let last = ring.sealing_id(ALG, now).ok_or("no key seals")?;
    let activates_at = now.saturating_add(POLICY.propagation);
    write(&ring.stage(Key::generate(ALG)?, activates_at, &POLICY, now)?, file, now)?;
    Ok(last.clone())
}

/// Gives the last key its end: when no token of it is alive any more.
pub(crate) fn retire(last: &KeyId, file: &Path, now: UnixTime) -> Result<(), Fault> {
    write(&Keyring::from_file(file)?.retire(last.as_str(), &POLICY, now)?, file, now)
}

/// Erases the secrets of the keys that are over.
pub(crate) fn prune(file: &Path, now: UnixTime) -> Result<(), Fault> {
    write(&Keyring::from_file(file)?.prune(now)?, file, now)
}

/// Writes the ring, if nothing is wrong with it.
fn write(ring: &Keyring, file: &Path, now: UnixTime) -> Result<(), Fault> {
    match ring.check(&POLICY, now).first() {
        Some(finding) => Err(format!("the operator does not write this ring: {finding}").into()),
        None => Ok(ring.to_file(file)?),
    }
}
