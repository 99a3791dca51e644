//! What an application keeps of a slip that is in somebody's hands, to end it later.
//!
//! It may not know states: it says nothing of what is in the slip.

use crate::{bytes, claims::SlipId, error::Error, slip::Slip, time::UnixTime};
use std::{fmt, str::FromStr};

/// A slip's id, beginning and end: one line of a list of devices. As a text it is 43 characters for a column of the application's own.
///
/// It opens nothing. It stays the same when the slip is sealed again; a slip that gets a new id has another one.
///
/// ```
/// # use orderslip::{Keyring, Lifetime, Sealer, SlipState, Error}; use std::time::Duration;
/// use orderslip::revoke::SlipRef;
/// # #[derive(serde::Serialize, serde::Deserialize)] struct Session {}
/// # impl SlipState for Session { const PURPOSE: &'static str = "shop.example/session"; const VERSION: u16 = 1; }
/// # fn main() -> Result<(), Error> {
/// # let sealer = Sealer::<Session>::encrypted(&Keyring::generate()?).lifetime(Lifetime::absolute(Duration::from_secs(60))).build()?;
/// let slip = sealer.open(&sealer.seal(&Session {})?)?;
/// let column = SlipRef::of(&slip).to_string();
/// assert_eq!(column.len(), 43);
/// assert_eq!(column.parse::<SlipRef>()?, SlipRef::of(&slip));
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SlipRef {
    id: SlipId,
    began_at: UnixTime,
    ends_at: UnixTime,
}

impl SlipRef {
    /// Of a slip.
    #[must_use]
    pub fn of<T>(slip: &Slip<T>) -> Self {
        Self { id: slip.id(), began_at: slip.began_at(), ends_at: slip.ends_at() }
    }

    /// Its id.
    #[must_use]
    pub const fn id(&self) -> SlipId {
        self.id
    }

    /// When it began.
    ///
    /// As [`Slip::began_at`](crate::Slip::began_at).
    #[must_use]
    pub const fn began_at(&self) -> UnixTime {
        self.began_at
    }

    /// When it is over anyway.
    ///
    /// As [`Slip::ends_at`](crate::Slip::ends_at).
    #[must_use]
    pub const fn ends_at(&self) -> UnixTime {
        self.ends_at
    }
}

/// As base64url: 16 bytes of the id, then the two times in 8 bytes each, the most significant first.
impl fmt::Display for SlipRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let times = [self.began_at, self.ends_at].map(|time| time.as_secs().to_be_bytes());
        f.write_str(&bytes::public_text(&[self.id.as_bytes(), times.as_flattened()].concat()))
    }
}

impl FromStr for SlipRef {
    type Err = Error;

    /// # Errors
    /// [`Error::is_rejected`] if the text is not one that a [`SlipRef`] made.
    fn from_str(text: &str) -> Result<Self, Error> {
        let read = || {
            let bytes: [u8; 32] = bytes::public_bytes(text)?.try_into().ok()?;
            let (id, times) = bytes.split_first_chunk()?;
            let (began_at, ends_at) = times.split_first_chunk()?;
            let time = |bytes: &[u8; 8]| UnixTime::from_wire(u64::from_be_bytes(*bytes));
            Some(Self {
                id: SlipId::from_bytes(*id),
                began_at: time(began_at)?,
                ends_at: time(ends_at.first_chunk()?)?,
            })
        };
        read().ok_or_else(|| Error::malformed("not a reference to a slip"))
    }
}
