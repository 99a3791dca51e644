//! What an error is to a client: the status of the answer.
//!
//! It may not know HTTP libraries: a status is a number. Two errors with one status must look alike in all else, too.

use crate::{
    cookie::{event, held::Missing, reading},
    error::Error,
};

/// After how many seconds a client should come back when it is answered 503 because something cannot be read here, or a store does not
/// answer: a rolling deploy takes a while.
pub const RETRY_AFTER: u32 = 5;

/// The same when a write to mergeable state is to be asked again, with which nothing is wrong: the session begins with the answer, too much
/// is under way in the browser, or the answer came too late.
///
/// See [`retry_after`]. All defaults and limits with their reasons: [`manual::defaults`](crate::manual::defaults).
pub const RETRY_SOON: u32 = 1;

/// The status of the answer to a request that failed with this error.
///
/// | error | status |
/// |---|---|
/// | unreadable, unavailable | 503, with `Retry-After`: [`retry_after`] |
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

/// The `Retry-After` of the answer to a request that failed with this error, in seconds, if its [`status`] is 503: [`RETRY_SOON`] or
/// [`RETRY_AFTER`].
///
/// ```
/// use orderslip::{Error, cookie};
///
/// assert_eq!(cookie::retry_after(&Error::unavailable("the shelf is locked")), Some(cookie::RETRY_AFTER));
/// assert_eq!(cookie::retry_after(&Error::revoked()), None);
/// ```
#[must_use]
pub fn retry_after(error: &Error) -> Option<u32> {
    match () {
        () if error.is_to_be_asked_again() => Some(RETRY_SOON),
        () if error.is_unreadable() || error.is_unavailable() => Some(RETRY_AFTER),
        () => None,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_has_the_status_of_the_table() {
        let errors = [
            (Error::unknown_key(), 503, Some(RETRY_AFTER)),
            (Error::newer_version(0), 503, Some(RETRY_AFTER)),
            (Error::unavailable("no answer"), 503, Some(RETRY_AFTER)),
            (Error::ask_again("too late"), 503, Some(RETRY_SOON)),
            (Error::expired(1), 401, None),
            (Error::key_retired(), 401, None),
            (Error::revoked(), 401, None),
            (Error::malformed("short"), 403, None),
            (Error::not_authentic("forged"), 403, None),
            (Error::too_large(2, 1, Vec::new()), 413, None),
            (Error::misuse("too late"), 500, None),
        ];
        for (error, expected, seconds) in errors {
            assert_eq!((status(&error), retry_after(&error)), (expected, seconds), "{error}");
        }
    }
}
