//! The secret that ties mergeable state to a slip, as a claim: -65541, in encrypted slips alone.
//!
//! It may not know what the secret is for: `merge/anchor.rs` does. It is no part of the user's state, and is shown nowhere.
//!
//! ```text
//!   3a 00010004 81 5820 <secret>
//!   3a 00010004 84 5820 <secret> 50 <id before> 5820 <secret before> <uint: login, Unix milliseconds>
//! ```

use super::SlipId;
use crate::{
    bytes::Secret,
    cbor::{Fault, read::Reader, write::Buffer},
    crypto,
    error::Error,
};
use std::fmt;

/// -65541
pub(super) const ANCHOR: &[u8] = &[0x3a, 0x00, 0x01, 0x00, 0x04];

/// The bytes of a secret: 256 bits, as many as a key that is derived from it has.
pub(crate) const ANCHOR_SECRET: usize = 32;

/// What a slip carries for the mergeable state that is tied to it.
pub(crate) struct AnchorSecrets {
    pub(crate) secret: Secret,
    pub(crate) before: Option<SecretBefore>,
}

/// The same of the slip that this one has come from, by a login or under another id.
pub(crate) struct SecretBefore {
    pub(crate) id: SlipId,
    pub(crate) secret: Secret,
    /// When that was, in Unix milliseconds.
    pub(crate) until: u64,
}

impl AnchorSecrets {
    /// Of a slip that begins.
    pub(crate) fn fresh(before: Option<SecretBefore>) -> Result<Self, Error> {
        Ok(Self { secret: Secret::new(crypto::random::<ANCHOR_SECRET>()?.to_vec()), before })
    }

    /// Of the slip that comes after the one with this id, which had these.
    pub(crate) fn after(&self, id: SlipId, until: u64) -> Result<Self, Error> {
        // One before, and never a chain.
        Self::fresh(Some(SecretBefore { id, secret: Secret::new(self.secret.expose().to_vec()), until }))
    }

    /// The same without what was before.
    pub(crate) fn alone(&self) -> Self {
        Self { secret: Secret::new(self.secret.expose().to_vec()), before: None }
    }

    pub(super) fn write(&self, out: &mut Buffer) {
        out.push(ANCHOR);
        match &self.before {
            None => drop(out.cbor().array(1).bytes(self.secret.expose())),
            Some(before) => {
                out.cbor()
                    .array(4)
                    .bytes(self.secret.expose())
                    .bytes(&before.id.0)
                    .bytes(before.secret.expose())
                    .uint(before.until);
            }
        }
    }

    /// What follows the label.
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, Fault> {
        let items = reader.array()?;
        let secret = secret(reader)?;
        let before = match items {
            1 => None,
            4 => {
                let id = SlipId(reader.bytes()?.try_into().map_err(|_| Fault("an id that has not 16 bytes"))?);
                Some(SecretBefore { id, secret: self::secret(reader)?, until: reader.uint()? })
            }
            _ => return Err(Fault("an anchor of neither form")),
        };
        Ok(Self { secret, before })
    }
}

fn secret(reader: &mut Reader<'_>) -> Result<Secret, Fault> {
    match reader.bytes()? {
        secret if secret.len() == ANCHOR_SECRET => Ok(Secret::new(secret.to_vec())),
        _ => Err(Fault("a secret that has not 32 bytes")),
    }
}

impl fmt::Debug for AnchorSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnchorSecrets").field("has_before", &self.before.is_some()).finish_non_exhaustive()
    }
}
