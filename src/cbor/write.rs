//! A writer of deterministic CBOR heads and strings (RFC 8949 section 4.2.1) into a buffer that wipes itself.
//!
//! It may not know what it writes.

use minicbor::{
    Encoder,
    encode::{Write, write::Cursor},
};
use zeroize::Zeroizing;

/// Bytes in the making. When it must grow, the place it leaves is wiped: a `Vec` would leave plaintext behind.
#[derive(Default)]
pub(crate) struct Buffer(Zeroizing<Vec<u8>>);

impl Buffer {
    /// `room` zero bytes in front, to be filled later, and capacity for `expected` more.
    pub(crate) fn with_room(room: usize, expected: usize) -> Self {
        let mut bytes = Vec::with_capacity(room + expected);
        bytes.resize(room, 0);
        Self(Zeroizing::new(bytes))
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn push(&mut self, more: &[u8]) {
        if self.0.capacity() - self.0.len() < more.len() {
            let mut larger = Vec::with_capacity((self.0.len() + more.len()).saturating_mul(2));
            larger.extend_from_slice(&self.0);
            self.0 = Zeroizing::new(larger);
        }
        self.0.extend_from_slice(more);
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

    /// The bytes, which are public by now: encrypted, or meant to be read. Wiping them would cost more than sealing does.
    pub(crate) fn publish(mut self) -> Vec<u8> {
        std::mem::take(&mut *self.0)
    }

    /// A writer of CBOR at the end.
    pub(crate) fn cbor(&mut self) -> Writer<'_> {
        Writer(Encoder::new(self))
    }
}

impl Write for Buffer {
    type Error = std::convert::Infallible;

    fn write_all(&mut self, bytes: &[u8]) -> Result<(), Self::Error> {
        self.push(bytes);
        Ok(())
    }
}

/// For what serializes itself to a writer, as JSON does.
impl std::io::Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.push(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Every method writes the shortest head there is.
pub(crate) struct Writer<'a>(Encoder<&'a mut Buffer>);

/// The encoder's error type is for writers that can fail; a [`Buffer`] cannot, nor can nine bytes be too few for a head.
macro_rules! infallible {
    ($call:expr) => {{
        $call.expect("a buffer takes every write");
    }};
}

impl Writer<'_> {
    pub(crate) fn uint(&mut self, value: u64) -> &mut Self {
        infallible!(self.0.u64(value));
        self
    }

    pub(crate) fn int(&mut self, value: i64) -> &mut Self {
        infallible!(self.0.i64(value));
        self
    }

    pub(crate) fn u128(&mut self, value: u128) {
        infallible!(self.0.u128(value));
    }

    pub(crate) fn i128(&mut self, value: i128) {
        infallible!(self.0.i128(value));
    }

    pub(crate) fn bytes(&mut self, value: &[u8]) -> &mut Self {
        infallible!(self.0.bytes(value));
        self
    }

    pub(crate) fn text(&mut self, value: &str) -> &mut Self {
        infallible!(self.0.str(value));
        self
    }

    pub(crate) fn array(&mut self, len: u64) -> &mut Self {
        infallible!(self.0.array(len));
        self
    }

    pub(crate) fn map(&mut self, len: u64) -> &mut Self {
        infallible!(self.0.map(len));
        self
    }

    pub(crate) fn bool(&mut self, value: bool) {
        infallible!(self.0.bool(value));
    }

    pub(crate) fn null(&mut self) -> &mut Self {
        infallible!(self.0.null());
        self
    }

    pub(crate) fn tag(&mut self, tag: u64) -> &mut Self {
        infallible!(self.0.tag(minicbor::data::Tag::new(tag)));
        self
    }

    /// The shortest of the three widths that keeps the value; one NaN (RFC 8949 section 4.2.2).
    pub(crate) fn float(&mut self, value: f64) {
        if value.is_nan() {
            return self.half(0x7e00);
        }
        match narrow(value) {
            None => infallible!(self.0.f64(value)),
            Some(single) => match super::float::to_bits(single) {
                Some(half) => self.half(half),
                None => infallible!(self.0.f32(single)),
            },
        }
    }

    fn half(&mut self, bits: u16) {
        let [high, low] = bits.to_be_bytes();
        self.0.writer_mut().push(&[0xf9, high, low]);
    }
}

/// The head of a byte string, without an allocation.
pub(crate) struct BytesHead {
    bytes: [u8; 9],
    len: usize,
}

impl BytesHead {
    pub(crate) fn new(len: usize) -> Self {
        let mut encoder = Encoder::new(Cursor::new([0; 9]));
        infallible!(encoder.bytes_len(u64::try_from(len).unwrap_or(u64::MAX)));
        let cursor = encoder.into_writer();
        Self { len: cursor.position(), bytes: cursor.into_inner() }
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
