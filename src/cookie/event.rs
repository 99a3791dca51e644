//! What an operator should see of the cookies: the reason, the key's id, the age, the size; never a token or a state.
//!
//! It may not decide anything. `src/manual/troubleshooting.md` has an entry for every `reason`.

use crate::{
    error::{Error, ErrorKind, Rejection},
    hazmat,
};
use std::fmt;

/// The reason in one word.
pub(crate) fn reason(error: &Error) -> &'static str {
    match (error.kind(), error.rejection()) {
        (ErrorKind::Rejected, Some(Rejection::Malformed)) => "malformed",
        (ErrorKind::Rejected, _) => "not-authentic",
        (ErrorKind::Expired, _) => "expired",
        (ErrorKind::KeyRetired, _) => "key-retired",
        (ErrorKind::UnknownKey, _) => "unknown-key",
        (ErrorKind::NewerVersion, _) => "newer-version",
        (ErrorKind::Undecodable, _) => "undecodable",
        (ErrorKind::Refused, _) => "refused",
        (ErrorKind::NotYetValid, _) => "not-yet-valid",
        (ErrorKind::Revoked, _) => "revoked",
        (ErrorKind::TooLarge, _) => "too-large",
        (ErrorKind::Unavailable, _) => "unavailable",
        (ErrorKind::Misuse | ErrorKind::BadKey | ErrorKind::BadSchedule, _) => "misuse",
    }
}

/// A cookie that gave no slip. What it says of its key is shown as it stands: nothing of it is proven.
#[cold]
pub(crate) fn refused(cookie: &str, error: &Error, text: Option<&str>, size: usize) {
    let key = KeyOf(text);
    let (reason, age) = (reason(error), error.expired_for().map(|age| age.as_secs()));
    match error.kind() {
        // Anybody can send these, as many as they like.
        ErrorKind::Rejected => tracing::debug!(cookie, reason, %key, size, "a cookie was rejected"),
        ErrorKind::Expired | ErrorKind::KeyRetired => {
            tracing::debug!(cookie, reason, %key, age, size, "a cookie has expired")
        }
        ErrorKind::UnknownKey => {
            tracing::warn!(cookie, reason, %key, size, "a cookie names a key that is not in the ring")
        }
        ErrorKind::Revoked => tracing::info!(cookie, reason, %key, size, "a slip came back that has been revoked"),
        _ => tracing::warn!(cookie, reason, %key, size, %error, "a cookie is authentic and cannot be read: it is kept"),
    }
}

/// A slip in the last seconds of the leeway.
#[cold]
pub(crate) fn expired(cookie: &str, size: usize) {
    tracing::debug!(cookie, reason = "expired", size, "a cookie has expired");
}

#[cold]
pub(crate) fn logged_out(cookie: &str, size: usize) {
    tracing::info!(cookie, reason = "logged-out", size, "a slip came back after its end: an answer had been in flight");
}

#[cold]
pub(crate) fn ambiguous(cookie: &str, count: usize) {
    tracing::warn!(
        cookie,
        reason = "ambiguous",
        count,
        "several authentic cookies of one name: somebody may have planted one"
    );
}

/// A handler wrote over a cookie that this server could not read.
#[cold]
pub(crate) fn overwritten(cookie: &str, error: &Error) {
    tracing::warn!(cookie, reason = reason(error), "an unreadable cookie is overwritten, as the handler said");
}

/// Something that is done by the way could not be done: the client keeps what it has.
#[cold]
pub(crate) fn left_undone(cookie: &str, what: &'static str, error: &Error) {
    tracing::warn!(cookie, reason = reason(error), what, %error, "a cookie was left as it is");
}

/// A state that did not fit.
#[cold]
pub(crate) fn too_large(cookie: &str, error: &Error) {
    let (size, limit, largest) = (error.size(), error.limit(), error.largest().first().map(|(field, _)| *field));
    tracing::warn!(
        cookie,
        reason = "too-large",
        size,
        limit,
        largest,
        "a state did not fit: the client keeps the last one"
    );
}

/// The program's fault, which the client is not told.
#[cold]
pub(crate) fn failed(error: &Error) {
    tracing::error!(reason = reason(error), %error, "a handler failed");
}

/// The key's id as a text says it, looked for only if somebody listens.
struct KeyOf<'t>(Option<&'t str>);

impl fmt::Display for KeyOf<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.and_then(|text| hazmat::inspect(text).ok()) {
            // Quoted and escaped: whoever made the token chose it.
            Some(shown) => write!(f, "{:?}", shown.key_id()),
            None => f.write_str("none"),
        }
    }
}
