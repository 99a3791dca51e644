//! A writer of deterministic CBOR heads and strings (RFC 8949 section 4.2.1) into a buffer that wipes itself.
//!
//! It may not know what it writes.

use super::head_len;
use crate::bytes::Wiped;

/// Bytes in the making. When it must grow, the place it leaves is wiped: a `Vec` would leave plaintext behind.
#[derive(Default)]
pub(crate) struct Buffer(Wiped);

impl Buffer {
    /// `room` zero bytes in front, to be filled later, and capacity for `expected` more.
    pub(crate) fn with_room(room: usize, expected: usize) -> Self {
        let mut bytes = Wiped::for_now(room + expected);
        bytes.resize(room, 0);
        Self(bytes)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    #[inline(always)]
    pub(crate) fn push(&mut self, more: &[u8]) {
        if self.0.capacity() - self.0.len() < more.len() {
            self.grow(more.len());
        }
        self.0.extend_from_slice(more);
    }

    #[cold]
    fn grow(&mut self, more: usize) {
        self.0 = self.0.larger(more);
    }

    /// Puts bytes in front of an earlier position, as a head whose argument is known only now.
    pub(crate) fn insert(&mut self, at: usize, more: &[u8]) {
        self.push(more);
        if let Some(tail) = self.0.get_mut(at..) {
            tail.rotate_right(more.len());
        }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }

    /// Says that the bytes are public by now: encrypted, or meant to be read.
    pub(crate) fn publish(&mut self) -> &[u8] {
        self.0.publish();
        &self.0
    }

    /// A writer of CBOR at the end.
    #[inline]
    pub(crate) fn cbor(&mut self) -> Writer<'_> {
        Writer(self)
    }
}

/// For what serializes itself to a writer, as JSON does.
impl std::io::Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.push(bytes);
        Ok(bytes.len())
    }

    #[inline]
    fn write_all(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.push(bytes);
        Ok(())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Every method writes the shortest head there is.
pub(crate) struct Writer<'a>(&'a mut Buffer);

impl Writer<'_> {
    /// The three bits of a head, and its argument.
    #[inline(always)]
    fn head(&mut self, kind: u8, argument: u64) -> &mut Self {
        match u8::try_from(argument) {
            Ok(short) if short < 24 => self.0.push(&[kind << 5 | short]),
            Ok(byte) => self.0.push(&[kind << 5 | 24, byte]),
            Err(_) => self.long_head(kind, argument),
        }
        self
    }

    /// Each length by itself, as copying so many bytes is faster where the compiler knows how many.
    fn long_head(&mut self, kind: u8, argument: u64) {
        let [a, b, c, d, e, f, g, h] = argument.to_be_bytes();
        match argument {
            0..=0xffff => self.0.push(&[kind << 5 | 25, g, h]),
            0x1_0000..=0xffff_ffff => self.0.push(&[kind << 5 | 26, e, f, g, h]),
            _ => self.0.push(&[kind << 5 | 27, a, b, c, d, e, f, g, h]),
        }
    }

    #[inline]
    fn string(&mut self, kind: u8, value: &[u8]) -> &mut Self {
        self.head(kind, u64::try_from(value.len()).unwrap_or(u64::MAX));
        self.0.push(value);
        self
    }

    #[inline]
    pub(crate) fn uint(&mut self, value: u64) -> &mut Self {
        self.head(0, value)
    }

    #[inline]
    pub(crate) fn int(&mut self, value: i64) -> &mut Self {
        match u64::try_from(value) {
            Ok(value) => self.head(0, value),
            // -1 - n, without a way to overflow.
            Err(_) => self.head(1, u64::try_from(!value).unwrap_or_default()),
        }
    }

    /// Beyond 64 bits, a tag and the bytes of the magnitude (RFC 8949 section 3.4.3).
    pub(crate) fn u128(&mut self, value: u128) {
        self.wide(0, 2, value);
    }

    pub(crate) fn i128(&mut self, value: i128) {
        match u128::try_from(value) {
            Ok(value) => self.wide(0, 2, value),
            Err(_) => self.wide(1, 3, u128::try_from(!value).unwrap_or_default()),
        }
    }

    fn wide(&mut self, kind: u8, tag: u64, value: u128) {
        if let Ok(value) = u64::try_from(value) {
            self.head(kind, value);
            return;
        }
        let bytes = value.to_be_bytes();
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        self.tag(tag).bytes(bytes.get(zeros..).unwrap_or_default());
    }

    #[inline]
    pub(crate) fn bytes(&mut self, value: &[u8]) -> &mut Self {
        self.string(2, value)
    }

    #[inline]
    pub(crate) fn text(&mut self, value: &str) -> &mut Self {
        self.string(3, value.as_bytes())
    }

    #[inline]
    pub(crate) fn array(&mut self, len: u64) -> &mut Self {
        self.head(4, len)
    }

    #[inline]
    pub(crate) fn map(&mut self, len: u64) -> &mut Self {
        self.head(5, len)
    }

    #[inline]
    pub(crate) fn bool(&mut self, value: bool) {
        self.0.push(&[if value { 0xf5 } else { 0xf4 }]);
    }

    #[inline]
    pub(crate) fn null(&mut self) -> &mut Self {
        self.0.push(&[0xf6]);
        self
    }

    pub(crate) fn tag(&mut self, tag: u64) -> &mut Self {
        self.head(6, tag)
    }

    /// The shortest of the three widths that keeps the value; one NaN (RFC 8949 section 4.2.2).
    pub(crate) fn float(&mut self, value: f64) {
        if value.is_nan() {
            return self.half(0x7e00);
        }
        match narrow(value) {
            None => self.float_of(0xfb, &value.to_be_bytes()),
            Some(single) => match super::float::to_bits(single) {
                Some(half) => self.half(half),
                None => self.float_of(0xfa, &single.to_be_bytes()),
            },
        }
    }

    fn half(&mut self, bits: u16) {
        self.float_of(0xf9, &bits.to_be_bytes());
    }

    fn float_of(&mut self, head: u8, bytes: &[u8]) {
        self.0.push(&[head]);
        self.0.push(bytes);
    }
}

/// One head, without an allocation.
pub(crate) struct Head {
    bytes: [u8; 9],
    len: usize,
}

impl Head {
    fn of(kind: u8, argument: u64) -> Self {
        let len = head_len(argument);
        let kind = kind << 5;
        let [a, b, c, d, e, f, g, h] = argument.to_be_bytes();
        let bytes = match len {
            1 => [kind | h, 0, 0, 0, 0, 0, 0, 0, 0],
            2 => [kind | 24, h, 0, 0, 0, 0, 0, 0, 0],
            3 => [kind | 25, g, h, 0, 0, 0, 0, 0, 0],
            5 => [kind | 26, e, f, g, h, 0, 0, 0, 0],
            _ => [kind | 27, a, b, c, d, e, f, g, h],
        };
        Self { bytes, len }
    }

    /// The head of a byte string.
    pub(crate) fn bytes(len: usize) -> Self {
        Self::of(2, u64::try_from(len).unwrap_or(u64::MAX))
    }

    pub(crate) fn as_slice(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

/// Copies the parts so that they end at `end`, and gives where they start: the frame in front of a payload whose length
/// is known only when it is written. `None` if there is not enough room.
pub(crate) fn place(bytes: &mut [u8], end: usize, parts: &[&[u8]]) -> Option<usize> {
    parts.iter().rev().try_fold(end, |end, part| {
        let start = end.checked_sub(part.len())?;
        bytes.get_mut(start..end)?.copy_from_slice(part);
        Some(start)
    })
}

/// The binary32 of the same value, if there is one.
fn narrow(value: f64) -> Option<f32> {
    #[expect(clippy::as_conversions, reason = "the one way to round a binary64; exactness is checked on the next line")]
    let single = value as f32;
    (f64::from(single).to_bits() == value.to_bits()).then_some(single)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn inserting_moves_the_tail_and_growing_keeps_the_bytes() {
        let mut buffer = Buffer::with_room(2, 1);
        buffer.push(&[1, 2, 3, 4, 5]);
        buffer.insert(3, &[9, 9]);
        assert_eq!(buffer.bytes(), [0, 0, 1, 9, 9, 2, 3, 4, 5]);
        buffer.insert(9, &[7]);
        assert_eq!(buffer.bytes(), [0, 0, 1, 9, 9, 2, 3, 4, 5, 7]);
    }

    #[test]
    fn a_head_by_itself_is_the_head_of_the_writer() {
        for shift in 0..64 {
            for argument in [(1_u64 << shift) - 1, 1 << shift, u64::MAX >> shift, 23, 24] {
                let mut buffer = Buffer::default();
                buffer.cbor().map(argument);
                assert_eq!(Head::of(5, argument).as_slice(), buffer.bytes(), "{argument}");
            }
        }
    }

    proptest! {
        #[test]
        fn heads_and_floats_are_what_ciborium_writes(int in any::<i128>(), shift in 0_u32..128, double: f64, single: f32) {
            let int = int >> shift;
            let mut ours = Buffer::default();
            ours.cbor().i128(int);
            ours.cbor().float(double);
            ours.cbor().float(f64::from(single));
            let mut theirs = Vec::new();
            ciborium::into_writer(&int, &mut theirs).unwrap();
            ciborium::into_writer(&double, &mut theirs).unwrap();
            ciborium::into_writer(&single, &mut theirs).unwrap();
            prop_assert_eq!(ours.bytes(), &theirs[..]);
        }
    }
}
