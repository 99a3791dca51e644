//! A reader of one CBOR item after another, which takes definite lengths only.
//!
//! It may not know what the items mean, and it never allocates by a length that the input claims.

use super::{Fault, head_len};
use minicbor::{Decoder, data::Type};

/// Which heads are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Our own tokens and states: the shortest head for every argument (RFC 8949 section 4.2.1).
    Shortest,
    /// Other people's messages: any well-formed head.
    Any,
}

/// One data item, or the head of one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Item<'b> {
    Uint(u64),
    /// The argument `n` of the number `-1 - n`.
    Negative(u64),
    Bytes(&'b [u8]),
    Text(&'b str),
    Array(u64),
    Map(u64),
    Tag(u64),
    Bool(bool),
    Null,
    Float(f64),
    /// Undefined, and the simple values that nobody has given a meaning.
    Simple,
}

pub(crate) struct Reader<'b> {
    decoder: Decoder<'b>,
    form: Form,
}

impl<'b> Reader<'b> {
    pub(crate) fn new(bytes: &'b [u8], form: Form) -> Self {
        Self { decoder: Decoder::new(bytes), form }
    }

    pub(crate) fn position(&self) -> usize {
        self.decoder.position()
    }

    pub(crate) fn rest(&self) -> &'b [u8] {
        self.decoder.input().get(self.position()..).unwrap_or_default()
    }

    /// The input from an earlier position up to here.
    pub(crate) fn since(&self, start: usize) -> &'b [u8] {
        self.decoder.input().get(start..self.position()).unwrap_or_default()
    }

    pub(crate) fn end(&self) -> Result<(), Fault> {
        if self.rest().is_empty() { Ok(()) } else { Err(Fault("bytes after the end")) }
    }

    /// The next item; of an array, a map or a tag only the head.
    pub(crate) fn item(&mut self) -> Result<Item<'b>, Fault> {
        let start = self.position();
        let kind = self.decoder.datatype().map_err(|_| Fault("the input ends early"))?;
        let (item, argument, body) = match kind {
            Type::U8 | Type::U16 | Type::U32 | Type::U64 => {
                let value = self.decoder.u64().map_err(broken)?;
                (Item::Uint(value), value, 0)
            }
            Type::I8 | Type::I16 | Type::I32 | Type::I64 | Type::Int => {
                let value = i128::from(self.decoder.int().map_err(broken)?);
                let argument = u64::try_from(-1 - value).map_err(|_| Fault("not a negative integer"))?;
                (Item::Negative(argument), argument, 0)
            }
            Type::Bytes => {
                let bytes = self.decoder.bytes().map_err(broken)?;
                (Item::Bytes(bytes), length(bytes.len())?, bytes.len())
            }
            Type::String => {
                let text = self.decoder.str().map_err(|_| Fault("a text that is cut off or not UTF-8"))?;
                (Item::Text(text), length(text.len())?, text.len())
            }
            Type::Array => {
                let len = self.decoder.array().map_err(broken)?.ok_or(INDEFINITE)?;
                (Item::Array(len), len, 0)
            }
            Type::Map => {
                let len = self.decoder.map().map_err(broken)?.ok_or(INDEFINITE)?;
                (Item::Map(len), len, 0)
            }
            Type::Tag => {
                let tag = self.decoder.tag().map_err(broken)?.as_u64();
                (Item::Tag(tag), tag, 0)
            }
            Type::Bool => return self.decoder.bool().map(Item::Bool).map_err(broken),
            Type::Null => return self.decoder.null().map(|()| Item::Null).map_err(broken),
            Type::F16 => return self.float16().map(Item::Float),
            Type::F32 => return self.decoder.f32().map(|value| Item::Float(f64::from(value))).map_err(broken),
            Type::F64 => return self.decoder.f64().map(Item::Float).map_err(broken),
            Type::Undefined | Type::Simple => return self.simple(),
            Type::BytesIndef | Type::StringIndef | Type::ArrayIndef | Type::MapIndef => return Err(INDEFINITE),
            Type::Break | Type::Unknown(_) => return Err(Fault("not a data item")),
        };
        if self.form == Form::Shortest && self.position() - start != head_len(argument) + body {
            return Err(Fault("a head that is longer than it need be"));
        }
        Ok(item)
    }

    pub(crate) fn uint(&mut self) -> Result<u64, Fault> {
        match self.item()? {
            Item::Uint(value) => Ok(value),
            _ => Err(Fault("not an unsigned integer")),
        }
    }

    pub(crate) fn bytes(&mut self) -> Result<&'b [u8], Fault> {
        match self.item()? {
            Item::Bytes(bytes) => Ok(bytes),
            _ => Err(Fault("not a byte string")),
        }
    }

    pub(crate) fn array_of(&mut self, len: u64) -> Result<(), Fault> {
        match self.item()? {
            Item::Array(found) if found == len => Ok(()),
            _ => Err(Fault("not an array of the right length")),
        }
    }

    pub(crate) fn array(&mut self) -> Result<u64, Fault> {
        match self.item()? {
            Item::Array(len) => Ok(len),
            _ => Err(Fault("not an array")),
        }
    }

    pub(crate) fn map(&mut self) -> Result<u64, Fault> {
        match self.item()? {
            Item::Map(len) => Ok(len),
            _ => Err(Fault("not a map")),
        }
    }

    pub(crate) fn tag(&mut self) -> Result<u64, Fault> {
        match self.item()? {
            Item::Tag(tag) => Ok(tag),
            _ => Err(Fault("not a tag")),
        }
    }

    /// Exactly these bytes: how the fixed parts of our own tokens are read.
    pub(crate) fn exactly(&mut self, expected: &[u8]) -> Result<(), Fault> {
        if !self.rest().starts_with(expected) {
            return Err(Fault("not the shape of a token"));
        }
        self.decoder.set_position(self.position() + expected.len());
        Ok(())
    }

    /// So many raw bytes.
    pub(crate) fn take<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let taken = self.rest().first_chunk::<N>().copied().ok_or(Fault("the input ends early"))?;
        self.decoder.set_position(self.position() + N);
        Ok(taken)
    }

    pub(crate) fn skip_to(&mut self, position: usize) {
        self.decoder.set_position(position);
    }

    fn float16(&mut self) -> Result<f64, Fault> {
        let [_, high, low] = self.take::<3>()?;
        Ok(f64::from(super::float::from_bits(u16::from_be_bytes([high, low]))))
    }

    /// The two-byte form is not well-formed for values below 32 (RFC 8949 section 3.3).
    fn simple(&mut self) -> Result<Item<'b>, Fault> {
        let [head] = self.take::<1>()?;
        if head == 0xf8 {
            let [value] = self.take::<1>()?;
            if value < 32 {
                return Err(Fault("not a data item"));
            }
        }
        Ok(Item::Simple)
    }
}

const INDEFINITE: Fault = Fault("an indefinite length");

#[cold]
fn broken(_: minicbor::decode::Error) -> Fault {
    Fault("the input is cut off or broken")
}

fn length(len: usize) -> Result<u64, Fault> {
    u64::try_from(len).map_err(|_| Fault("longer than any token"))
}
