//! The writing half of the state codec: serde's data model to CBOR, as the table in `cbor.rs` says.
//!
//! It may not know what the state is for. Its errors are constants: a user's `Serialize` may put data into its
//! message, so that message is dropped.

mod open;

use self::open::{Open, Promise};
use super::{
    Fault, Layout, MAX_STATE_DEPTH,
    write::{Buffer, Writer},
};
use serde::{Serialize, ser};
use std::fmt;

/// Appends the state to `out`.
#[inline]
pub(crate) fn state<T: Serialize>(state: &T, layout: Layout, out: &mut Buffer) -> Result<(), Fault> {
    let mut output = Output::new(out, None);
    output.write(state, layout).map_err(|Refusal(fault)| fault)
}

/// The top-level fields of the state with the bytes that each takes: for the error that names the largest.
pub(crate) fn measure<T: Serialize>(state: &T, layout: Layout) -> Vec<(&'static str, usize)> {
    let mut out = Buffer::default();
    let mut output = Output::new(&mut out, Some(Vec::new()));
    let measured = output.write(state, layout);
    measured.ok().and(output.sizes).unwrap_or_default()
}

/// What all parts of a state are written to. Depth and wraps are counted here, and not by each serializer, so that one is a single word.
struct Output<'a> {
    out: &'a mut Buffer,
    /// How many levels are open.
    depth: usize,
    /// How many `Some`s and newtypes began where the output last ended when one did: they take no level of it, and some stack all the
    /// same.
    wraps: usize,
    /// How long the output was there.
    wrapped_at: usize,
    /// Where the sizes of the top-level fields go, if anybody asks.
    sizes: Option<Vec<(&'static str, usize)>>,
    /// If what is written next is the first field of a small positional struct: the struct's name.
    first_field_of: Option<&'static str>,
}

impl<'a> Output<'a> {
    #[inline]
    fn new(out: &'a mut Buffer, sizes: Option<Vec<(&'static str, usize)>>) -> Self {
        Self { out, depth: 0, wraps: 0, wrapped_at: 0, sizes, first_field_of: None }
    }

    /// A layout is known when a program is compiled; so neither looks at every field for what the other does.
    #[inline]
    fn write<T: Serialize>(&mut self, state: &T, layout: Layout) -> Result<(), Refusal> {
        match layout {
            Layout::Named => state.serialize(Serializer::<true>(self)),
            Layout::Positional => state.serialize(Serializer::<false>(self)),
        }
    }
}

struct Serializer<'a, 'b, const NAMED: bool>(&'a mut Output<'b>);

#[derive(Debug)]
struct Refusal(Fault);

const TOO_DEEP: Refusal = Refusal(Fault("the state nests deeper than 32"));

#[inline]
fn within(levels: usize) -> Result<usize, Refusal> {
    if levels < MAX_STATE_DEPTH { Ok(levels + 1) } else { Err(TOO_DEEP) }
}

impl<'a, 'b, const NAMED: bool> Serializer<'a, 'b, NAMED> {
    #[inline]
    fn cbor(self) -> Writer<'a> {
        self.0.out.cbor()
    }

    /// Counts a `Some` or a newtype, anew if something has been written since the last.
    #[inline]
    fn wrapped(self) -> Result<Self, Refusal> {
        let here = self.0.out.len();
        if self.0.wrapped_at != here {
            (self.0.wraps, self.0.wrapped_at) = (0, here);
        }
        self.0.wraps = within(self.0.wraps)?;
        Ok(self)
    }

    /// An enum's variant with content is a map of one entry. Its level is closed by whoever writes the content.
    fn variant(&mut self, name: &'static str) -> Result<(), Refusal> {
        self.0.depth = within(self.0.depth)?;
        self.0.out.cbor().map(1).text(name);
        Ok(())
    }

    /// `levels` are how many it closes when it ends: its own, and that of the variant that it is the content of.
    #[inline]
    fn open(self, len: Option<usize>, is_map: bool, levels: usize) -> Result<Open<'a, 'b, NAMED>, Refusal> {
        let Self(output) = self;
        output.depth = within(output.depth)?;
        output.first_field_of = None;
        let head = match len.map(u64::try_from) {
            Some(len) => {
                let len = len.map_err(|_| Refusal(Fault("a length beyond 64 bits")))?;
                if is_map {
                    output.out.cbor().map(len);
                } else {
                    output.out.cbor().array(len);
                }
                Promise::Of(len)
            }
            None => {
                // Nothing is written yet, and yet what follows is within.
                output.wraps = 0;
                Promise::At(output.out.len())
            }
        };
        Ok(Open { output, levels, is_map, is_measured: false, is_special: false, head, written: 0 })
    }

    #[inline]
    fn open_struct(self, name: &'static str, len: usize) -> Result<Open<'a, 'b, NAMED>, Refusal> {
        // The whole state, or all of it that is left.
        let is_measured = self.0.depth == 0 && self.0.sizes.is_some();
        let mut open = self.open(Some(len), NAMED, 1)?;
        open.is_measured = is_measured;
        open.is_special = is_measured;
        if !NAMED && matches!(len, 1 | 2) {
            open.is_special = true;
            open.output.first_field_of = Some(name);
        }
        Ok(open)
    }
}

impl<'a, 'b, const NAMED: bool> ser::Serializer for Serializer<'a, 'b, NAMED> {
    type Ok = ();
    type Error = Refusal;
    type SerializeSeq = Open<'a, 'b, NAMED>;
    type SerializeTuple = Open<'a, 'b, NAMED>;
    type SerializeTupleStruct = Open<'a, 'b, NAMED>;
    type SerializeTupleVariant = Open<'a, 'b, NAMED>;
    type SerializeMap = Open<'a, 'b, NAMED>;
    type SerializeStruct = Open<'a, 'b, NAMED>;
    type SerializeStructVariant = Open<'a, 'b, NAMED>;

    fn is_human_readable(&self) -> bool {
        false
    }

    #[inline]
    fn serialize_bool(self, v: bool) -> Result<(), Refusal> {
        self.cbor().bool(v);
        Ok(())
    }

    fn serialize_i8(self, v: i8) -> Result<(), Refusal> {
        self.serialize_i64(v.into())
    }

    fn serialize_i16(self, v: i16) -> Result<(), Refusal> {
        self.serialize_i64(v.into())
    }

    #[inline]
    fn serialize_i32(self, v: i32) -> Result<(), Refusal> {
        self.serialize_i64(v.into())
    }

    #[inline]
    fn serialize_i64(self, v: i64) -> Result<(), Refusal> {
        self.cbor().int(v);
        Ok(())
    }

    fn serialize_i128(self, v: i128) -> Result<(), Refusal> {
        // Beyond 64 bits there is a tag, and tags count.
        if u64::try_from(if v < 0 { -1 - v } else { v }).is_err() {
            within(self.0.depth)?;
        }
        self.cbor().i128(v);
        Ok(())
    }

    #[inline]
    fn serialize_u8(self, v: u8) -> Result<(), Refusal> {
        self.serialize_u64(v.into())
    }

    #[inline]
    fn serialize_u16(self, v: u16) -> Result<(), Refusal> {
        self.serialize_u64(v.into())
    }

    #[inline]
    fn serialize_u32(self, v: u32) -> Result<(), Refusal> {
        self.serialize_u64(v.into())
    }

    #[inline]
    fn serialize_u64(self, v: u64) -> Result<(), Refusal> {
        self.cbor().uint(v);
        Ok(())
    }

    fn serialize_u128(self, v: u128) -> Result<(), Refusal> {
        if u64::try_from(v).is_err() {
            within(self.0.depth)?;
        }
        self.cbor().u128(v);
        Ok(())
    }

    fn serialize_f32(self, v: f32) -> Result<(), Refusal> {
        self.serialize_f64(v.into())
    }

    fn serialize_f64(self, v: f64) -> Result<(), Refusal> {
        self.cbor().float(v);
        Ok(())
    }

    fn serialize_char(self, v: char) -> Result<(), Refusal> {
        self.serialize_str(v.encode_utf8(&mut [0; 4]))
    }

    #[inline]
    fn serialize_str(self, v: &str) -> Result<(), Refusal> {
        self.cbor().text(v);
        Ok(())
    }

    #[inline]
    fn serialize_bytes(self, v: &[u8]) -> Result<(), Refusal> {
        self.cbor().bytes(v);
        Ok(())
    }

    #[inline]
    fn serialize_none(self) -> Result<(), Refusal> {
        self.serialize_unit()
    }

    #[inline]
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Refusal> {
        value.serialize(self.wrapped()?)
    }

    #[inline]
    fn serialize_unit(self) -> Result<(), Refusal> {
        self.cbor().null();
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Refusal> {
        self.serialize_unit()
    }

    /// `#[serde(tag, content)]` writes a struct of the enum's name whose first field is a variant of that name. By position
    /// serde reads only some of those back, so none may be sealed.
    #[inline]
    fn serialize_unit_variant(self, name: &'static str, _: u32, variant: &'static str) -> Result<(), Refusal> {
        if self.0.first_field_of == Some(name) {
            return Err(Refusal(Fault("a positional state must not hold an adjacently tagged enum")));
        }
        self.serialize_str(variant)
    }

    /// A newtype around a struct is that struct: its fields are still the top-level ones.
    #[inline]
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), Refusal> {
        value.serialize(self.wrapped()?)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Refusal> {
        let Self(output) = self;
        Serializer::<NAMED>(output).variant(variant)?;
        output.first_field_of = None;
        value.serialize(Serializer::<NAMED>(output))?;
        output.depth -= 1;
        Ok(())
    }

    #[inline]
    fn serialize_seq(self, len: Option<usize>) -> Result<Open<'a, 'b, NAMED>, Refusal> {
        self.open(len, false, 1)
    }

    #[inline]
    fn serialize_tuple(self, len: usize) -> Result<Open<'a, 'b, NAMED>, Refusal> {
        self.open(Some(len), false, 1)
    }

    fn serialize_tuple_struct(self, _: &'static str, len: usize) -> Result<Open<'a, 'b, NAMED>, Refusal> {
        self.open(Some(len), false, 1)
    }

    fn serialize_tuple_variant(
        mut self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Open<'a, 'b, NAMED>, Refusal> {
        self.variant(variant)?;
        self.open(Some(len), false, 2)
    }

    #[inline]
    fn serialize_map(self, len: Option<usize>) -> Result<Open<'a, 'b, NAMED>, Refusal> {
        self.open(len, true, 1)
    }

    #[inline]
    fn serialize_struct(self, name: &'static str, len: usize) -> Result<Open<'a, 'b, NAMED>, Refusal> {
        self.open_struct(name, len)
    }

    fn serialize_struct_variant(
        mut self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Open<'a, 'b, NAMED>, Refusal> {
        let is_measured = self.0.depth == 0 && self.0.sizes.is_some();
        self.variant(variant)?;
        let mut open = self.open(Some(len), NAMED, 2)?;
        open.is_measured = is_measured;
        open.is_special = is_measured;
        Ok(open)
    }
}

impl ser::Error for Refusal {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self(Fault("the state's own Serialize refused"))
    }
}

impl std::error::Error for Refusal {}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.0)
    }
}
