//! A reader of one CBOR item after another, which takes definite lengths only.
//!
//! It may not know what the items mean, and it never allocates by a length that the input claims. Heads are ours to read: no crate refuses
//! those that are longer than they need be, and reading them first and measuring them then was a third of what opening a token took.

use super::Fault;

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
    input: &'b [u8],
    rest: &'b [u8],
    form: Form,
}

/// The three bits in front of a head (RFC 8949 section 3.1).
mod major {
    pub(super) const UINT: u8 = 0;
    pub(super) const NEGATIVE: u8 = 1;
    pub(super) const BYTES: u8 = 2;
    pub(super) const TEXT: u8 = 3;
    pub(super) const ARRAY: u8 = 4;
    pub(super) const MAP: u8 = 5;
    pub(super) const TAG: u8 = 6;
}

const ENDS: Fault = Fault("the input ends early");
const BROKEN: Fault = Fault("the input is cut off or broken");
const INDEFINITE: Fault = Fault("an indefinite length");
const NO_ITEM: Fault = Fault("not a data item");

impl<'b> Reader<'b> {
    pub(crate) fn new(input: &'b [u8], form: Form) -> Self {
        Self { input, rest: input, form }
    }

    pub(crate) fn position(&self) -> usize {
        self.input.len() - self.rest.len()
    }

    pub(crate) fn rest(&self) -> &'b [u8] {
        self.rest
    }

    /// The input from an earlier position up to here.
    pub(crate) fn since(&self, start: usize) -> &'b [u8] {
        self.input.get(start..self.position()).unwrap_or_default()
    }

    pub(crate) fn end(&self) -> Result<(), Fault> {
        if self.rest.is_empty() { Ok(()) } else { Err(Fault("bytes after the end")) }
    }

    /// The next item; of an array, a map or a tag only the head.
    #[inline]
    pub(crate) fn item(&mut self) -> Result<Item<'b>, Fault> {
        let first = self.first()?;
        let kind = first >> 5;
        if kind > major::TAG {
            return self.simple_or_float();
        }
        let argument = self.argument(first)?;
        match kind {
            major::UINT => Ok(Item::Uint(argument)),
            major::NEGATIVE => Ok(Item::Negative(argument)),
            major::BYTES => self.string(argument).map(Item::Bytes),
            major::TEXT => self.text_of(argument).map(Item::Text),
            major::ARRAY => Ok(Item::Array(argument)),
            major::MAP => Ok(Item::Map(argument)),
            _ => Ok(Item::Tag(argument)),
        }
    }

    /// The next item if it is a text; if it is something else, nothing is read.
    #[inline]
    pub(crate) fn text_if(&mut self) -> Result<Option<&'b str>, Fault> {
        match self.head_if(major::TEXT)? {
            Some(len) => self.text_of(len).map(Some),
            None => Ok(None),
        }
    }

    /// The head of the next item if it is an array; if it is something else, nothing is read.
    #[inline]
    pub(crate) fn array_if(&mut self) -> Result<Option<u64>, Fault> {
        self.head_if(major::ARRAY)
    }

    /// The head of the next item if it is a map; if it is something else, nothing is read.
    #[inline]
    pub(crate) fn map_if(&mut self) -> Result<Option<u64>, Fault> {
        self.head_if(major::MAP)
    }

    /// The next item if it is an unsigned integer; if it is something else, nothing is read.
    #[inline]
    pub(crate) fn uint_if(&mut self) -> Result<Option<u64>, Fault> {
        self.head_if(major::UINT)
    }

    /// The next item if it is a boolean; if it is something else, nothing is read.
    #[inline]
    pub(crate) fn bool_if(&mut self) -> Result<Option<bool>, Fault> {
        let value = match self.first()? {
            0xf4 => false,
            0xf5 => true,
            _ => return Ok(None),
        };
        self.skip(1);
        Ok(Some(value))
    }

    /// Whether the next item is a null, which then is read.
    #[inline]
    pub(crate) fn null_if(&mut self) -> Result<bool, Fault> {
        let is_null = self.first()? == 0xf6;
        if is_null {
            self.skip(1);
        }
        Ok(is_null)
    }

    #[inline]
    fn head_if(&mut self, kind: u8) -> Result<Option<u64>, Fault> {
        let first = self.first()?;
        if first >> 5 == kind { self.argument(first).map(Some) } else { Ok(None) }
    }

    #[inline]
    fn first(&self) -> Result<u8, Fault> {
        self.rest.first().copied().ok_or(ENDS)
    }

    #[inline]
    fn skip(&mut self, len: usize) {
        self.rest = self.rest.get(len..).unwrap_or_default();
    }

    /// Reads the head that begins with this byte, and gives its argument.
    #[inline]
    fn argument(&mut self, first: u8) -> Result<u64, Fault> {
        let info = first & 0x1f;
        if info < 24 {
            self.skip(1);
            return Ok(u64::from(info));
        }
        self.long_argument(info)
    }

    fn long_argument(&mut self, info: u8) -> Result<u64, Fault> {
        let (argument, len, least) = match info {
            24 => (u64::from(u8::from_be_bytes(self.behind()?)), 2, 24),
            25 => (u64::from(u16::from_be_bytes(self.behind()?)), 3, 1 << 8),
            26 => (u64::from(u32::from_be_bytes(self.behind()?)), 5, 1 << 16),
            27 => (u64::from_be_bytes(self.behind()?), 9, 1 << 32),
            31 => return Err(INDEFINITE),
            _ => return Err(NO_ITEM),
        };
        if self.form == Form::Shortest && argument < least {
            return Err(Fault("a head that is longer than it need be"));
        }
        self.skip(len);
        Ok(argument)
    }

    /// The bytes behind the next one.
    fn behind<const N: usize>(&self) -> Result<[u8; N], Fault> {
        let (_, behind) = self.rest.split_first().ok_or(ENDS)?;
        behind.first_chunk::<N>().copied().ok_or(BROKEN)
    }

    #[inline]
    fn string(&mut self, len: u64) -> Result<&'b [u8], Fault> {
        let len = usize::try_from(len).map_err(|_| BROKEN)?;
        let (string, rest) = self.rest.split_at_checked(len).ok_or(BROKEN)?;
        self.rest = rest;
        Ok(string)
    }

    #[inline]
    fn text_of(&mut self, len: u64) -> Result<&'b str, Fault> {
        std::str::from_utf8(self.string(len)?).map_err(|_| BROKEN)
    }

    pub(crate) fn uint(&mut self) -> Result<u64, Fault> {
        self.uint_if()?.ok_or(Fault("not an unsigned integer"))
    }

    pub(crate) fn bytes(&mut self) -> Result<&'b [u8], Fault> {
        let len = self.head_if(major::BYTES)?.ok_or(Fault("not a byte string"))?;
        self.string(len)
    }

    pub(crate) fn array_of(&mut self, len: u64) -> Result<(), Fault> {
        match self.array_if()? {
            Some(found) if found == len => Ok(()),
            _ => Err(Fault("not an array of the right length")),
        }
    }

    pub(crate) fn array(&mut self) -> Result<u64, Fault> {
        self.array_if()?.ok_or(Fault("not an array"))
    }

    pub(crate) fn map(&mut self) -> Result<u64, Fault> {
        self.map_if()?.ok_or(Fault("not a map"))
    }

    pub(crate) fn tag(&mut self) -> Result<u64, Fault> {
        self.head_if(major::TAG)?.ok_or(Fault("not a tag"))
    }

    /// Exactly these bytes: how the fixed parts of our own tokens are read.
    #[inline]
    pub(crate) fn exactly(&mut self, expected: &[u8]) -> Result<(), Fault> {
        self.rest = self.rest.strip_prefix(expected).ok_or(Fault("not the shape of a token"))?;
        Ok(())
    }

    /// So many raw bytes.
    #[inline]
    pub(crate) fn take<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let (taken, rest) = self.rest.split_first_chunk::<N>().ok_or(ENDS)?;
        self.rest = rest;
        Ok(*taken)
    }

    /// What stands under the last of the eight kinds (RFC 8949 section 3.3).
    fn simple_or_float(&mut self) -> Result<Item<'b>, Fault> {
        let [head] = self.take::<1>()?;
        match head & 0x1f {
            20 => Ok(Item::Bool(false)),
            21 => Ok(Item::Bool(true)),
            22 => Ok(Item::Null),
            25 => {
                let bits = u16::from_be_bytes(self.float()?);
                Ok(Item::Float(f64::from(super::float::from_bits(bits))))
            }
            26 => Ok(Item::Float(f64::from(f32::from_be_bytes(self.float()?)))),
            27 => Ok(Item::Float(f64::from_be_bytes(self.float()?))),
            24 => match self.take::<1>()? {
                // The two-byte form is not well-formed for values below 32.
                [0..32] => Err(NO_ITEM),
                _ => Ok(Item::Simple),
            },
            0..=19 | 23 => Ok(Item::Simple),
            _ => Err(NO_ITEM),
        }
    }

    fn float<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        self.take().map_err(|_| BROKEN)
    }
}
