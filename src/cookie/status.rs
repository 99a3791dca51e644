//! What an error is to a client: the status of the answer.
//!
//! It may not know HTTP libraries: a status is a number. Two errors with one status must look alike in all else, too.

use crate::{
    cookie::{event, held::Missing, reading},
    error::Error,
};

/// After how many seconds a client should come back when it is answered 503: the `Retry-After` of adapters. A rolling deploy takes a while.
pub const RETRY_AFTER: u32 = 5;

/// The status of the answer to a request that failed with this error.
///
/// | error | status |
/// |---|---|
/// | unreadable, unavailable | 503, with `Retry-After`: [`RETRY_AFTER`] |
/// | expired, revoked | 401 |
/// | rejected | 403 |
/// | too large | 413 |
/// | misuse | 500 |
///
/// It says of the last one in the log what it was, as nothing else would.
///
/// ```
/// use orderslip::{Error, cookie};
///
/// assert_eq!(cookie::status(&Error::unavailable("the shelf is locked")), 503);
/// assert_eq!(cookie::status(&Error::revoked()), 401);
/// ```
#[must_use]
pub fn status(error: &Error) -> u16 {
    match () {
        () if error.is_unreadable() || error.is_unavailable() => 503,
        () if error.is_expired() || error.is_revoked() => 401,
        () if error.is_rejected() => 403,
        () if error.is_too_large() => 413,
        () => {
            event::failed(error);
            500
        }
    }
}

impl Missing {
    /// The status of the answer to a request that needs a slip: 401, or that of the error if there is an authentic cookie that this
    /// server cannot read, which is 503.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self.error() {
            Some(error) if reading::is_kept(error) => status(error),
            _ => 401,
        }
    }
}
