//! The stateless way to log out everywhere: a number in the slip beside a number that the application loads anyway.
//!
//! It may not know stores.

use crate::{crypto, error::Error};
use serde::{Deserialize, Serialize};

/// A number that a user's row has, and that every slip of the user carries: raise it, and all slips from before are over.
///
/// Most handlers load the user anyway: then this costs no other question, knows no clock, and forgets nothing. What it does not do is to end
/// *one* slip of several.
///
/// ```
/// use orderslip::{Error, SlipState, revoke::Epoch};
/// # struct User { epoch: u64 }
///
/// #[derive(Default, serde::Serialize, serde::Deserialize)]
/// struct Session { user: u64, epoch: Epoch }
///
/// impl SlipState for Session {
///     const PURPOSE: &'static str = "shop.example/session";
///     const VERSION: u16 = 1;
/// }
///
/// fn check(session: &Session, user: &User) -> Result<(), Error> {
///     session.epoch.check(Epoch::from(user.epoch))
/// }
///
/// let session = Session { user: 7, epoch: Epoch::from(3) };
/// assert!(check(&session, &User { epoch: 3 }).is_ok());
/// assert!(check(&session, &User { epoch: 4 }).unwrap_err().is_revoked());
/// ```
///
/// A handler that finds one revoked ends the slip ([`Held::logout`](crate::cookie::Held::logout)) and answers with the error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
#[doc(alias("security stamp", "logout", "session version"))]
pub struct Epoch(u64);

impl Epoch {
    /// Of something that changes with what must end the slips, where no row has room for a number: the hash of the password that is stored.
    ///
    /// 63 bits of SHA-256, so that any codec of numbers can take them. They tell who may read the slip whether a guess at that *hash* is right: keep it in encrypted slips.
    #[must_use]
    pub fn of(credential: &[u8]) -> Self {
        let hash = crypto::sha256(&[b"orderslip/epoch\0", credential].concat());
        let (leading, _) = hash.split_first_chunk().unwrap_or((&[0; 8], &[]));
        Self(u64::from_be_bytes(*leading) >> 1)
    }

    /// Whether a slip with this epoch is one of those that are good now.
    ///
    /// # Errors
    /// [`Error::is_revoked`] if the present epoch is another one. An earlier one is as wrong as a later one: a row that was restored from a
    /// backup does not bring slips back.
    pub fn check(self, present: Self) -> Result<(), Error> {
        if self == present { Ok(()) } else { Err(Error::revoked()) }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The one after it: for the row, when the password changes.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.wrapping_add(1))
    }
}

impl From<u64> for Epoch {
    fn from(number: u64) -> Self {
        Self(number)
    }
}
