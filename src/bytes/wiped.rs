//! Bytes that wipe themselves when they are dropped.
//!
//! It may not know what they are. They are wiped at once, and not byte by byte, as a `Zeroizing<Vec<u8>>` does it (zeroize 1.9), which took
//! a tenth of what opening a token takes; and those that live no longer than one call lie in a place that the thread keeps for the next.

use std::{
    cell::Cell,
    ops::{Deref, DerefMut},
};
use zeroize::Zeroize as _;

thread_local! {
    /// The place that the last call of this thread used, wiped or public.
    static SPARE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// What a thread keeps at most: all that one token needs.
const SPARE_LEN: usize = 16 * 1024;

/// Bytes that are wiped when dropped.
#[derive(Clone, Default)]
pub(crate) struct Wiped {
    bytes: Vec<u8>,
    /// Whether the place goes back to the thread. Then nothing was ever cut off from what stands there.
    is_for_now: bool,
    is_public: bool,
}

impl Wiped {
    /// Bytes that last. What was cut off from their end is wiped with them.
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        Self { bytes, is_for_now: false, is_public: false }
    }

    /// An empty place for so many bytes, for the time of one call. If more are needed, [`larger`](Self::larger) takes its place; nobody
    /// makes it shorter while there are secrets in it.
    pub(crate) fn for_now(capacity: usize) -> Self {
        let mut bytes = SPARE.try_with(Cell::take).unwrap_or_default();
        if bytes.capacity() < capacity {
            bytes = Vec::with_capacity(capacity);
        }
        Self { bytes, is_for_now: true, is_public: false }
    }

    /// The same bytes in a place of twice the size and more. A `Vec` that grows would leave them behind.
    pub(crate) fn larger(&self, more: usize) -> Self {
        let mut larger = Vec::with_capacity((self.bytes.len() + more).saturating_mul(2));
        larger.extend_from_slice(&self.bytes);
        Self { bytes: larger, ..*self }
    }

    /// Says that the bytes are public by now, encrypted or meant to be read: wiping them would be for nothing.
    pub(crate) fn publish(&mut self) {
        self.is_public = true;
    }
}

impl Deref for Wiped {
    type Target = Vec<u8>;

    #[inline]
    fn deref(&self) -> &Vec<u8> {
        &self.bytes
    }
}

impl DerefMut for Wiped {
    #[inline]
    fn deref_mut(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }
}

impl Drop for Wiped {
    fn drop(&mut self) {
        if !self.is_public {
            if !self.is_for_now {
                self.bytes.resize(self.bytes.capacity(), 0);
            }
            self.bytes.as_mut_slice().zeroize();
        }
        if self.is_for_now && self.bytes.capacity() <= SPARE_LEN {
            let mut bytes = std::mem::take(&mut self.bytes);
            bytes.clear();
            // While a thread ends there may be nobody to keep it.
            let _ = SPARE.try_with(|spare| {
                let capacity = bytes.capacity();
                let other = spare.replace(bytes);
                if other.capacity() > capacity {
                    spare.set(other);
                }
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_used_again_and_empty() {
        drop(SPARE.take());
        let mut first = Wiped::for_now(100);
        first.extend_from_slice(b"secret");
        let place = first.as_ptr();
        drop(first);
        let second = Wiped::for_now(50);
        assert_eq!((second.as_ptr(), second.len()), (place, 0));
        // A second one at the same time has a place of its own, and the larger of the two is kept.
        let third = Wiped::for_now(200);
        assert_ne!(third.as_ptr(), place);
        let larger = third.as_ptr();
        drop(third);
        drop(second);
        assert_eq!(Wiped::for_now(1).as_ptr(), larger);
    }

    #[test]
    fn what_is_long_or_lasts_is_not_kept() {
        drop(SPARE.take());
        drop(Wiped::for_now(SPARE_LEN + 1));
        drop(Wiped::new(vec![1; 100]));
        assert_eq!(SPARE.take().capacity(), 0);
    }
}
