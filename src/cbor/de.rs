//! The reading half of the state codec: CBOR that has been walked, to serde's data model.
//!
//! It may not know what the state is for. Its errors say which field and what kind of fault, and never quote the
//! data, as serde's own messages do. Depth is bounded by the walk that must come first; options and newtypes, which consume
//! nothing, are counted here (a `struct List(Option<Box<List>>)` would go on for ever).

use super::{
    Fault, MAX_STATE_DEPTH,
    read::{Form, Item, Reader},
    walk,
};
use crate::error::{Error, Undecodable};
use serde::{
    Deserialize,
    de::{self, DeserializeSeed, Expected, IntoDeserializer, Unexpected, Visitor},
};
use std::fmt;

/// Reads one whole state. Both layouts are read, whichever is written.
pub(crate) fn state<'de, T: Deserialize<'de>>(bytes: &'de [u8]) -> Result<T, Error> {
    walk::state(bytes).map_err(|Fault(why)| Error::undecodable(Undecodable { why, field: None }))?;
    let mut reader = Reader::new(bytes, Form::Shortest);
    T::deserialize(Deserializer::new(&mut reader)).map_err(|Refusal(what)| Error::undecodable(what))
}

struct Deserializer<'a, 'de> {
    reader: &'a mut Reader<'de>,
    /// How many options and newtypes were entered since the reader last moved.
    wraps: usize,
}

#[derive(Debug)]
struct Refusal(Undecodable);

impl Refusal {
    const fn new(why: &'static str) -> Self {
        Self(Undecodable { why, field: None })
    }
}

impl From<Fault> for Refusal {
    fn from(Fault(why): Fault) -> Self {
        Self::new(why)
    }
}

impl<'a, 'de> Deserializer<'a, 'de> {
    fn new(reader: &'a mut Reader<'de>) -> Self {
        Self { reader, wraps: 0 }
    }

    fn wrapped(self) -> Result<Self, Refusal> {
        if self.wraps == MAX_STATE_DEPTH {
            return Err(Refusal::new("options and newtypes in each other without end"));
        }
        Ok(Self { wraps: self.wraps + 1, ..self })
    }

    /// Any item that is complete in itself.
    fn visit<V: Visitor<'de>>(self, item: Item<'de>, visitor: V) -> Result<V::Value, Refusal> {
        match item {
            Item::Uint(value) => visitor.visit_u64(value),
            Item::Negative(argument) => {
                let value = -1 - i128::from(argument);
                match i64::try_from(value) {
                    Ok(value) => visitor.visit_i64(value),
                    Err(_) => visitor.visit_i128(value),
                }
            }
            Item::Bytes(bytes) => visitor.visit_borrowed_bytes(bytes),
            Item::Text(text) => visitor.visit_borrowed_str(text),
            Item::Bool(value) => visitor.visit_bool(value),
            Item::Null => visitor.visit_unit(),
            Item::Float(value) => visitor.visit_f64(value),
            Item::Tag(tag) => self.bignum(tag, visitor),
            Item::Array(len) => sequence(self.reader, len, visitor),
            Item::Map(len) => mapping(self.reader, len, visitor),
            Item::Simple => Err(Refusal::new("a simple value that no state holds")),
        }
    }

    /// RFC 8949 section 3.4.3; the walk has checked the form. Numbers beyond 128 bits are of no Rust type.
    fn bignum<V: Visitor<'de>>(self, tag: u64, visitor: V) -> Result<V::Value, Refusal> {
        const TOO_LARGE: Refusal = Refusal::new("a number beyond 128 bits");
        let magnitude = self.reader.bytes()?;
        let mut bytes = [0; 16];
        let start = bytes.len().checked_sub(magnitude.len()).ok_or(TOO_LARGE)?;
        bytes.get_mut(start..).ok_or(TOO_LARGE)?.copy_from_slice(magnitude);
        let magnitude = u128::from_be_bytes(bytes);
        if tag == 2 {
            return visitor.visit_u128(magnitude);
        }
        let negative = i128::try_from(magnitude).map_err(|_| TOO_LARGE)?;
        visitor.visit_i128(-1 - negative)
    }
}

/// A struct may be an array in either layout; then every element must be a field and every field an element.
fn fields<'de, V: Visitor<'de>>(reader: &mut Reader<'de>, visitor: V) -> Result<V::Value, Refusal> {
    match reader.item()? {
        Item::Array(left) => {
            let mut elements = Elements { reader, left, short_is_an_error: true };
            let value = visitor.visit_seq(&mut elements)?;
            elements.done("more elements than the struct has fields").map(|()| value)
        }
        Item::Map(len) => mapping(reader, len, visitor),
        item => Deserializer::new(reader).visit(item, visitor),
    }
}

fn sequence<'de, V: Visitor<'de>>(reader: &mut Reader<'de>, left: u64, visitor: V) -> Result<V::Value, Refusal> {
    let mut elements = Elements { reader, left, short_is_an_error: false };
    let value = visitor.visit_seq(&mut elements)?;
    elements.done("more elements than expected").map(|()| value)
}

fn mapping<'de, V: Visitor<'de>>(reader: &mut Reader<'de>, left: u64, visitor: V) -> Result<V::Value, Refusal> {
    let mut entries = Elements { reader, left, short_is_an_error: false };
    let value = visitor.visit_map(&mut entries)?;
    entries.done("more entries than expected").map(|()| value)
}

impl<'de> de::Deserializer<'de> for Deserializer<'_, 'de> {
    type Error = Refusal;

    fn is_human_readable(&self) -> bool {
        false
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        let item = self.reader.item()?;
        self.visit(item, visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        let start = self.reader.position();
        if self.reader.item()? == Item::Null {
            return visitor.visit_none();
        }
        self.reader.skip_to(start);
        visitor.visit_some(self.wrapped()?)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_newtype_struct(self.wrapped()?)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        fields(self.reader, visitor)
    }

    /// A text is a unit variant, a map of one is a variant with content; nothing else is an enum.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        match self.reader.item()? {
            Item::Text(name) => visitor.visit_enum(IntoDeserializer::<Refusal>::into_deserializer(name)),
            Item::Map(1) => visitor.visit_enum(Variant(self.reader)),
            _ => Err(Refusal::new("not an enum")),
        }
    }

    /// Names of fields and variants are text: serde would take an index as well.
    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self.reader.item()? {
            Item::Text(name) => visitor.visit_borrowed_str(name),
            _ => Err(Refusal::new("a field or variant that is not named by text")),
        }
    }

    // The standard library's `String` takes bytes that are UTF-8, and `serde_bytes` takes text: a second spelling of a state.
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self.reader.item()? {
            Item::Bytes(_) => Err(Refusal::new("bytes where text is meant")),
            item => self.visit(item, visitor),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self.reader.item()? {
            Item::Text(_) => Err(Refusal::new("text where bytes are meant")),
            item => self.visit(item, visitor),
        }
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.deserialize_bytes(visitor)
    }

    // Likewise integers, which `f64` takes.
    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self.reader.item()? {
            Item::Float(value) => visitor.visit_f64(value),
            _ => Err(Refusal::new("something else where a float is meant")),
        }
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        walk::skip_in_state(self.reader)?;
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 char unit unit_struct
        seq tuple tuple_struct map
    }
}

/// What is left of an array, or of a map's entries.
struct Elements<'a, 'de> {
    reader: &'a mut Reader<'de>,
    left: u64,
    short_is_an_error: bool,
}

impl Elements<'_, '_> {
    fn take(&mut self) -> bool {
        let some = self.left > 0;
        self.left = self.left.saturating_sub(1);
        some
    }

    fn done(&self, otherwise: &'static str) -> Result<(), Refusal> {
        if self.left == 0 { Ok(()) } else { Err(Refusal::new(otherwise)) }
    }

    /// Each element takes at least a byte, whatever the head claims.
    fn hint(&self) -> Option<usize> {
        usize::try_from(self.left).ok().map(|left| left.min(self.reader.rest().len()))
    }
}

impl<'de> de::SeqAccess<'de> for &mut Elements<'_, 'de> {
    type Error = Refusal;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Refusal> {
        if self.take() {
            return seed.deserialize(Deserializer::new(self.reader)).map(Some);
        }
        // Otherwise `#[serde(default)]` would fill in what a positional state lacks.
        if self.short_is_an_error {
            return Err(Refusal::new("fewer elements than the struct has fields"));
        }
        Ok(None)
    }

    fn size_hint(&self) -> Option<usize> {
        self.hint()
    }
}

impl<'de> de::MapAccess<'de> for &mut Elements<'_, 'de> {
    type Error = Refusal;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Refusal> {
        if self.take() { seed.deserialize(Deserializer::new(self.reader)).map(Some) } else { Ok(None) }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Refusal> {
        seed.deserialize(Deserializer::new(self.reader))
    }

    fn size_hint(&self) -> Option<usize> {
        self.hint()
    }
}

struct Variant<'a, 'de>(&'a mut Reader<'de>);

impl<'de> de::EnumAccess<'de> for Variant<'_, 'de> {
    type Error = Refusal;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Refusal> {
        seed.deserialize(Deserializer::new(self.0)).map(|name| (name, self))
    }
}

impl<'de> de::VariantAccess<'de> for Variant<'_, 'de> {
    type Error = Refusal;

    fn unit_variant(self) -> Result<(), Refusal> {
        Err(Refusal::new("content in a variant that has none"))
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Refusal> {
        seed.deserialize(Deserializer::new(self.0))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Refusal> {
        match self.0.item()? {
            Item::Array(len) => sequence(self.0, len, visitor),
            _ => Err(Refusal::new("not the content of a tuple variant")),
        }
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Refusal> {
        fields(self.0, visitor)
    }
}

/// serde's messages quote the data ("invalid type: string \"4111 1111…\""): only the constants are kept.
impl de::Error for Refusal {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::new("the state's own Deserialize refused")
    }

    fn invalid_type(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self::new("a value of the wrong type")
    }

    fn invalid_value(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self::new("a value out of range")
    }

    fn invalid_length(_: usize, _: &dyn Expected) -> Self {
        Self::new("the wrong number of elements")
    }

    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self::new("an unknown variant")
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self::new("an unknown field")
    }

    fn missing_field(field: &'static str) -> Self {
        Self(Undecodable { why: "a missing field", field: Some(field) })
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self(Undecodable { why: "a duplicate field", field: Some(field) })
    }
}

impl std::error::Error for Refusal {}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
