//! When an operation was made, and which one it is: a hybrid clock in eight bytes.
//!
//! It may not know operations, and reads no clock.
//!
//! ```text
//! dot = 40 bits: milliseconds since 2025-01-01T00:00:00Z ‖ 24 random bits         compared as one integer
//! ```
//!
//! The time is that of the server or one more than anything the request brought along, whichever is later, so that a cause is
//! always before its effect (L. Lamport, "Time, clocks, and the ordering of events", 1978). The random bits tell the operations
//! of parallel requests apart.

use crate::{bytes, crypto, error::Error};
use std::{fmt, time::Duration};

/// 2025-01-01T00:00:00Z in Unix milliseconds.
const EPOCH: u64 = 1_735_689_600_000;

/// 40 bits: the year 2059.
const LAST: u64 = (1 << 40) - 1;

/// Characters of a dot, and of a base's id, in the name of a cookie: eight bytes of base64url.
pub(crate) const ID_TEXT: usize = 11;

/// A moment in milliseconds since 2025 began, by the clock of a server or by the hybrid clock of a jar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Millis(u64);

impl Millis {
    pub(crate) const ZERO: Self = Self(0);
    pub(crate) const MAX: Self = Self(LAST);
    /// Of an encoded time.
    pub(crate) const LEN: usize = 5;

    /// `None` before 2025 and after 2059.
    pub(crate) fn from_unix_millis(millis: u64) -> Option<Self> {
        millis.checked_sub(EPOCH).and_then(Self::from_raw)
    }

    pub(crate) fn from_raw(millis: u64) -> Option<Self> {
        (millis <= LAST).then_some(Self(millis))
    }

    /// Whole seconds since 1970, rounded up: for an error that says when something will be readable.
    pub(crate) const fn unix_seconds(self) -> u64 {
        (self.0 + EPOCH).div_ceil(1000)
    }

    pub(crate) const fn raw(self) -> u64 {
        self.0
    }

    pub(crate) fn plus(self, more: Duration) -> Self {
        Self(self.0.saturating_add(millis(more)).min(LAST))
    }

    pub(crate) fn minus(self, less: Duration) -> Self {
        Self(self.0.saturating_sub(millis(less)))
    }

    /// The next moment; `None` after the last.
    pub(crate) fn next(self) -> Option<Self> {
        Self::from_raw(self.0 + 1)
    }

    pub(crate) const fn to_bytes(self) -> [u8; Self::LEN] {
        let [_, _, _, bytes @ ..] = self.0.to_be_bytes();
        bytes
    }

    pub(crate) const fn from_bytes([a, b, c, d, e]: [u8; Self::LEN]) -> Self {
        Self(u64::from_be_bytes([0, 0, 0, a, b, c, d, e]))
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// The identity of an operation, and its place in the order of all.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Dot(u64);

impl Dot {
    pub(crate) const LEN: usize = 8;
    /// Of the random part.
    pub(crate) const NOISE: usize = 3;

    pub(crate) const fn new(time: Millis, [a, b, c]: [u8; Self::NOISE]) -> Self {
        let noise = u32::from_be_bytes([0, a, b, c]);
        let [_, _, _, t @ ..] = time.0.to_be_bytes();
        let [t0, t1, t2, t3, t4] = t;
        let [_, n0, n1, n2] = noise.to_be_bytes();
        Self(u64::from_be_bytes([t0, t1, t2, t3, t4, n0, n1, n2]))
    }

    /// With noise from the system's generator.
    pub(crate) fn fresh(time: Millis) -> Result<Self, Error> {
        crypto::random().map(|noise| Self::new(time, noise))
    }

    pub(crate) const fn time(self) -> Millis {
        Millis(self.0 >> 24)
    }

    pub(crate) const fn noise(self) -> [u8; Self::NOISE] {
        let [.., a, b, c] = self.0.to_be_bytes();
        [a, b, c]
    }

    pub(crate) const fn to_bytes(self) -> [u8; Self::LEN] {
        self.0.to_be_bytes()
    }

    pub(crate) const fn from_bytes(bytes: [u8; Self::LEN]) -> Self {
        Self(u64::from_be_bytes(bytes))
    }

    /// As it stands in a name. It need not keep the order: nobody chooses among names.
    pub(crate) fn to_text(self) -> String {
        bytes::public_text(&self.to_bytes())
    }

    /// `None` unless it is the one spelling of a dot.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        (text.len() == ID_TEXT).then(|| bytes::public_bytes(text))??.try_into().ok().map(Self::from_bytes)
    }
}

impl fmt::Debug for Dot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c] = self.noise();
        write!(f, "{}.{a:02x}{b:02x}{c:02x}", self.time().raw())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_clock_runs_from_2025_to_2059() {
        assert_eq!(Millis::from_unix_millis(EPOCH - 1), None);
        assert_eq!(Millis::from_unix_millis(EPOCH), Some(Millis::ZERO));
        assert_eq!(Millis::from_unix_millis(EPOCH + LAST), Some(Millis::MAX));
        assert_eq!(Millis::from_unix_millis(EPOCH + LAST + 1), None);
        assert_eq!(Millis::MAX.next(), None);
    }

    proptest! {
        #[test]
        fn a_dot_is_its_time_and_its_noise(millis in 0..=LAST, noise: [u8; 3], other in 0..=LAST, more: [u8; 3]) {
            let (time, other) = (Millis(millis), Millis(other));
            let dot = Dot::new(time, noise);
            prop_assert_eq!((dot.time(), dot.noise()), (time, noise));
            prop_assert_eq!(Dot::from_bytes(dot.to_bytes()), dot);
            prop_assert_eq!(Dot::from_text(&dot.to_text()), Some(dot));
            prop_assert_eq!(dot.cmp(&Dot::new(other, more)), (time, noise).cmp(&(other, more)));
            prop_assert_eq!(Millis::from_bytes(time.to_bytes()), time);
        }

        #[test]
        fn a_dot_has_one_spelling(text in "[A-Za-z0-9_-]{9,13}") {
            if let Some(dot) = Dot::from_text(&text) {
                prop_assert_eq!(dot.to_text(), text);
            }
        }
    }
}
