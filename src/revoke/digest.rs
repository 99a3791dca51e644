//! What a store knows a thing by.
//!
//! It may not know what the thing is: that goes in, and does not come out again.

use crate::{bytes, crypto};
use std::fmt;

/// SHA-256 of what a store is asked about, and of what kind that is: 32 bytes, whatever it was.
///
/// A subject is often an address, and a list of those who logged out is nobody's business: a store gets no name. It is no secret either: who
/// has a guess can check it.
///
/// A store of your own gets it in a [`Revocation`](crate::revoke::Revocation) or a [`Redemption`](crate::revoke::Redemption).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// Of a text of one kind, which has no NUL in its name: no text of another kind has the same.
    pub(super) fn of(kind: &str, text: &[u8]) -> Self {
        Self(crypto::sha256(&[b"orderslip/", kind.as_bytes(), b"\0", text].concat()))
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// As base64url, 43 characters.
impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&bytes::public_text(&self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest(..)")
    }
}
