//! The writing half of the state codec: serde's data model to CBOR, as the table in `cbor.rs` says.
//!
//! It may not know what the state is for. Its errors are constants: a user's `Serialize` may put data into its
//! message, so that message is dropped.

use super::{Fault, Layout, MAX_STATE_DEPTH, head_len, write::Buffer};
use serde::{Serialize, ser};
use std::fmt;

/// Appends the state to `out`.
pub(crate) fn state<T: Serialize>(state: &T, layout: Layout, out: &mut Buffer) -> Result<(), Fault> {
    state
        .serialize(Serializer { out, layout, depth: 0, fields: None, first_field_of: None, wraps: 0 })
        .map_err(|Refusal(fault)| fault)
}

/// The top-level fields of the state with the bytes that each takes: for the error that names the largest.
pub(crate) fn measure<T: Serialize>(state: &T, layout: Layout) -> Vec<(&'static str, usize)> {
    let mut fields = Vec::new();
    let mut out = Buffer::default();
    let measured = state.serialize(Serializer {
        out: &mut out,
        layout,
        depth: 0,
        fields: Some(&mut fields),
        first_field_of: None,
        wraps: 0,
    });
    measured.map_or_else(|_| Vec::new(), |()| fields)
}

struct Serializer<'a> {
    out: &'a mut Buffer,
    layout: Layout,
    depth: usize,
    fields: Option<&'a mut Vec<(&'static str, usize)>>,
    /// If this is the first field of a positional struct: the struct's name.
    first_field_of: Option<&'static str>,
    /// How many `Some`s and newtypes this is wrapped in: they take no level of the output, and some stack all the same.
    wraps: usize,
}

/// A sequence, map or struct that has been opened.
struct Open<'a> {
    out: &'a mut Buffer,
    layout: Layout,
    depth: usize,
    fields: Option<&'a mut Vec<(&'static str, usize)>>,
    /// Where the head stands, if its length was not known and must be put in at the end.
    unknown: Option<usize>,
    promised: Option<u64>,
    written: u64,
    is_map: bool,
    first_field_of: Option<&'static str>,
}

#[derive(Debug)]
struct Refusal(Fault);

impl Serializer<'_> {
    fn child(&mut self) -> Serializer<'_> {
        Serializer {
            out: self.out,
            layout: self.layout,
            depth: self.depth,
            fields: None,
            first_field_of: None,
            wraps: 0,
        }
    }

    fn deeper(&mut self) -> Result<(), Refusal> {
        self.depth += 1;
        if self.depth > MAX_STATE_DEPTH {
            return Err(Refusal(Fault("the state nests deeper than 32")));
        }
        Ok(())
    }

    fn wrapped(mut self) -> Result<Self, Refusal> {
        self.wraps += 1;
        if self.wraps > MAX_STATE_DEPTH { Err(Refusal(Fault("the state nests deeper than 32"))) } else { Ok(self) }
    }

    /// An enum's variant with content is a map of one entry.
    fn variant(&mut self, name: &'static str) -> Result<(), Refusal> {
        self.deeper()?;
        self.out.cbor().map(1).text(name);
        Ok(())
    }
}

impl<'a> Serializer<'a> {
    fn open(mut self, len: Option<usize>, is_map: bool) -> Result<Open<'a>, Refusal> {
        self.deeper()?;
        let promised = len.map(|len| u64::try_from(len).map_err(|_| Refusal(Fault("a length beyond 64 bits"))));
        let promised = promised.transpose()?;
        let unknown = promised.is_none().then_some(self.out.len());
        match promised {
            Some(len) if is_map => drop(self.out.cbor().map(len)),
            Some(len) => drop(self.out.cbor().array(len)),
            None => {}
        }
        let Self { out, layout, depth, fields, .. } = self;
        Ok(Open { out, layout, depth, fields, unknown, promised, written: 0, is_map, first_field_of: None })
    }

    fn open_struct(self, name: &'static str, len: usize) -> Result<Open<'a>, Refusal> {
        let named = self.layout == Layout::Named;
        let mut open = self.open(Some(len), named)?;
        open.first_field_of = (!named && len <= 2).then_some(name);
        Ok(open)
    }
}

impl Open<'_> {
    fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refusal> {
        let Self { layout, depth, .. } = *self;
        let first_field_of = self.first_field_of.take();
        value.serialize(Serializer { out: self.out, layout, depth, fields: None, first_field_of, wraps: 0 })
    }

    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refusal> {
        self.written += 1;
        self.value(value)
    }

    fn field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Refusal> {
        let start = self.out.len();
        if self.is_map {
            self.out.cbor().text(name);
        }
        self.element(value)?;
        let size = self.out.len() - start;
        if let Some(fields) = &mut self.fields {
            fields.push((name, size));
        }
        Ok(())
    }

    fn skipped(&self) -> Result<(), Refusal> {
        if self.is_map {
            return Ok(());
        }
        Err(Refusal(Fault("a positional state must not skip a field")))
    }

    fn close(self) -> Result<(), Refusal> {
        match self.unknown {
            Some(at) => {
                let mut head = Buffer::with_room(0, head_len(self.written));
                if self.is_map {
                    head.cbor().map(self.written);
                } else {
                    head.cbor().array(self.written);
                }
                self.out.insert(at, head.bytes());
                Ok(())
            }
            None if self.promised == Some(self.written) => Ok(()),
            None => Err(Refusal(Fault("the state's Serialize promised another length than it wrote"))),
        }
    }
}

impl<'a> ser::Serializer for Serializer<'a> {
    type Ok = ();
    type Error = Refusal;
    type SerializeSeq = Open<'a>;
    type SerializeTuple = Open<'a>;
    type SerializeTupleStruct = Open<'a>;
    type SerializeTupleVariant = Open<'a>;
    type SerializeMap = Open<'a>;
    type SerializeStruct = Open<'a>;
    type SerializeStructVariant = Open<'a>;

    fn is_human_readable(&self) -> bool {
        false
    }

    fn serialize_bool(self, v: bool) -> Result<(), Refusal> {
        self.out.cbor().bool(v);
        Ok(())
    }

    fn serialize_i8(self, v: i8) -> Result<(), Refusal> {
        self.serialize_i64(v.into())
    }

    fn serialize_i16(self, v: i16) -> Result<(), Refusal> {
        self.serialize_i64(v.into())
    }

    fn serialize_i32(self, v: i32) -> Result<(), Refusal> {
        self.serialize_i64(v.into())
    }

    fn serialize_i64(self, v: i64) -> Result<(), Refusal> {
        self.out.cbor().int(v);
        Ok(())
    }

    fn serialize_i128(mut self, v: i128) -> Result<(), Refusal> {
        // Beyond 64 bits there is a tag, and tags count.
        if u64::try_from(if v < 0 { -1 - v } else { v }).is_err() {
            self.deeper()?;
        }
        self.out.cbor().i128(v);
        Ok(())
    }

    fn serialize_u8(self, v: u8) -> Result<(), Refusal> {
        self.serialize_u64(v.into())
    }

    fn serialize_u16(self, v: u16) -> Result<(), Refusal> {
        self.serialize_u64(v.into())
    }

    fn serialize_u32(self, v: u32) -> Result<(), Refusal> {
        self.serialize_u64(v.into())
    }

    fn serialize_u64(self, v: u64) -> Result<(), Refusal> {
        self.out.cbor().uint(v);
        Ok(())
    }

    fn serialize_u128(mut self, v: u128) -> Result<(), Refusal> {
        if u64::try_from(v).is_err() {
            self.deeper()?;
        }
        self.out.cbor().u128(v);
        Ok(())
    }

    fn serialize_f32(self, v: f32) -> Result<(), Refusal> {
        self.serialize_f64(v.into())
    }

    fn serialize_f64(self, v: f64) -> Result<(), Refusal> {
        self.out.cbor().float(v);
        Ok(())
    }

    fn serialize_char(self, v: char) -> Result<(), Refusal> {
        self.serialize_str(v.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, v: &str) -> Result<(), Refusal> {
        self.out.cbor().text(v);
        Ok(())
    }

    fn serialize_bytes(self, v: &[u8]) -> Result<(), Refusal> {
        self.out.cbor().bytes(v);
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Refusal> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Refusal> {
        value.serialize(self.wrapped()?)
    }

    fn serialize_unit(self) -> Result<(), Refusal> {
        self.out.cbor().null();
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Refusal> {
        self.serialize_unit()
    }

    /// `#[serde(tag, content)]` writes a struct of the enum's name whose first field is a variant of that name. By position
    /// serde reads only some of those back, so none may be sealed.
    fn serialize_unit_variant(self, name: &'static str, _: u32, variant: &'static str) -> Result<(), Refusal> {
        if self.first_field_of == Some(name) {
            return Err(Refusal(Fault("a positional state must not hold an adjacently tagged enum")));
        }
        self.serialize_str(variant)
    }

    /// A newtype around a struct is that struct: its fields are still the top-level ones.
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), Refusal> {
        value.serialize(self.wrapped()?)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        mut self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Refusal> {
        self.variant(variant)?;
        value.serialize(self.child())
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<Open<'a>, Refusal> {
        self.open(len, false)
    }

    fn serialize_tuple(self, len: usize) -> Result<Open<'a>, Refusal> {
        self.open(Some(len), false)
    }

    fn serialize_tuple_struct(self, _: &'static str, len: usize) -> Result<Open<'a>, Refusal> {
        self.open(Some(len), false)
    }

    fn serialize_tuple_variant(
        mut self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Open<'a>, Refusal> {
        self.variant(variant)?;
        self.open(Some(len), false)
    }

    fn serialize_map(self, len: Option<usize>) -> Result<Open<'a>, Refusal> {
        self.open(len, true)
    }

    fn serialize_struct(self, name: &'static str, len: usize) -> Result<Open<'a>, Refusal> {
        self.open_struct(name, len)
    }

    fn serialize_struct_variant(
        mut self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Open<'a>, Refusal> {
        self.variant(variant)?;
        let named = self.layout == Layout::Named;
        self.open(Some(len), named)
    }
}

/// Arrays of all kinds: elements, and an end.
macro_rules! elements {
    ($($kind:ident::$element:ident),+) => {$(
        impl ser::$kind for Open<'_> {
            type Ok = ();
            type Error = Refusal;

            fn $element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refusal> {
                self.element(value)
            }

            fn end(self) -> Result<(), Refusal> {
                self.close()
            }
        }
    )+};
}

elements!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
);

/// Structs of both kinds: fields with names, and an end.
macro_rules! fields {
    ($($kind:ident),+) => {$(
        impl ser::$kind for Open<'_> {
            type Ok = ();
            type Error = Refusal;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Refusal> {
                self.field(name, value)
            }

            fn skip_field(&mut self, _: &'static str) -> Result<(), Refusal> {
                self.skipped()
            }

            fn end(self) -> Result<(), Refusal> {
                self.close()
            }
        }
    )+};
}

fields!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for Open<'_> {
    type Ok = ();
    type Error = Refusal;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Refusal> {
        self.element(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refusal> {
        self.value(value)
    }

    fn end(self) -> Result<(), Refusal> {
        self.close()
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
