//! The reading half of the state codec: CBOR to serde's data model, in one pass.
//!
//! It may not know what the state is for. Its errors say which field and what kind of fault, and never quote the
//! data, as serde's own messages do. Depth is bounded here, as the stack is: arrays, maps and tags open a level each; options and
//! newtypes, which consume nothing, are counted by themselves (a `struct List(Option<Box<List>>)` would go on for ever).

mod refusal;

use self::refusal::Refusal;
use super::{
    Fault, MAX_STATE_DEPTH,
    read::{Form, Item, Reader},
    walk,
};
use crate::error::{Error, Undecodable};
use serde::{
    Deserialize,
    de::{self, DeserializeSeed, IntoDeserializer, Visitor},
};

/// Reads one whole state, and nothing after it: definite lengths, shortest heads, at most [`MAX_STATE_DEPTH`] deep, no tags but those of
/// big numbers. That is a little more than our own writer writes: maps may be in any order, floats may be wider than need be, and a key that
/// stands in a map twice is the type's to judge (a struct refuses it, a `HashMap` keeps the last). All of it is authenticated. Both layouts are
/// read, whichever is written.
pub(crate) fn state<'de, T: Deserialize<'de>>(bytes: &'de [u8]) -> Result<T, Error> {
    state_into(bytes, |state| state)
}

/// The same, put into whatever it is for: a state is large, and each result that it is handed on in moves it once more.
#[inline]
pub(crate) fn state_into<'de, T: Deserialize<'de>, R>(bytes: &'de [u8], done: impl FnOnce(T) -> R) -> Result<R, Error> {
    let reader = Reader::new(bytes, Form::Shortest);
    let mut input = Input { reader, levels: MAX_STATE_DEPTH, wraps: 0, wrapped_at: usize::MAX };
    match T::deserialize(Deserializer(&mut input)) {
        Ok(state) => match input.reader.end() {
            Ok(()) => Ok(done(state)),
            Err(Fault(why)) => Err(Error::undecodable(Undecodable { why, field: None })),
        },
        Err(Refusal(what)) => Err(Error::undecodable(*what)),
    }
}

/// What all parts of a state are read from. The levels are counted here, and not by each deserializer, so that one is a single word.
struct Input<'de> {
    reader: Reader<'de>,
    /// How many levels may still be opened.
    levels: usize,
    /// How many options and newtypes were entered where the reader last stood when one was.
    wraps: usize,
    /// How much was left to read there.
    wrapped_at: usize,
}

struct Deserializer<'a, 'de>(&'a mut Input<'de>);

impl<'a, 'de> Deserializer<'a, 'de> {
    /// Counts an option or a newtype, anew if the reader has moved since the last.
    #[inline]
    fn wrapped(self) -> Result<Self, Refusal> {
        let here = self.0.reader.rest().len();
        if self.0.wrapped_at != here {
            (self.0.wraps, self.0.wrapped_at) = (0, here);
        }
        if self.0.wraps == MAX_STATE_DEPTH {
            return Err(Refusal::new("options and newtypes in each other without end"));
        }
        self.0.wraps += 1;
        Ok(self)
    }

    /// What stands in an array or a map of so many. It is closed by [`Elements::done`], whatever comes of it.
    #[inline]
    fn open(self, left: u64) -> Result<Elements<'a, 'de>, Refusal> {
        self.0.levels = self.0.levels.checked_sub(1).ok_or_else(Refusal::too_deep)?;
        Ok(Elements { input: self.0, left, short_is_an_error: false })
    }

    #[inline]
    fn sequence<V: Visitor<'de>>(self, len: u64, visitor: V) -> Result<V::Value, Refusal> {
        let mut elements = self.open(len)?;
        let value = visitor.visit_seq(&mut elements);
        elements.done(value, "more elements than expected")
    }

    #[inline]
    fn mapping<V: Visitor<'de>>(self, len: u64, visitor: V) -> Result<V::Value, Refusal> {
        let mut entries = self.open(len)?;
        let value = visitor.visit_map(&mut entries);
        entries.done(value, "more entries than expected")
    }

    /// A struct may be an array in either layout; then every element must be a field and every field an element.
    #[inline]
    fn fields<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        if let Some(len) = self.0.reader.map_if()? {
            return self.mapping(len, visitor);
        }
        let Some(len) = self.0.reader.array_if()? else { return self.other(visitor) };
        let mut elements = self.open(len)?;
        elements.short_is_an_error = true;
        let value = visitor.visit_seq(&mut elements);
        elements.done(value, "more elements than the struct has fields")
    }

    /// What is not of the kind that was asked for. Out of the way: the good states pay for the registers that it would take.
    #[cold]
    #[inline(never)]
    fn other<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.visit(visitor)
    }

    #[cold]
    #[inline(never)]
    fn other_than_text<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self.0.reader.item()? {
            Item::Bytes(_) => Err(Refusal::new("bytes where text is meant")),
            item => self.visit_item(item, visitor),
        }
    }

    /// Any item, for a visitor that takes it or refuses its type.
    fn visit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        let item = self.0.reader.item()?;
        self.visit_item(item, visitor)
    }

    fn visit_item<V: Visitor<'de>>(self, item: Item<'de>, visitor: V) -> Result<V::Value, Refusal> {
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
            Item::Array(len) => self.sequence(len, visitor),
            Item::Map(len) => self.mapping(len, visitor),
            Item::Simple => Err(Refusal::new("a simple value that no state holds")),
        }
    }

    /// RFC 8949 section 3.4.3: the only tags that a state holds.
    fn bignum<V: Visitor<'de>>(self, tag: u64, visitor: V) -> Result<V::Value, Refusal> {
        if self.0.levels == 0 {
            return Err(Refusal::too_deep());
        }
        if !matches!(tag, walk::POSITIVE_BIGNUM | walk::NEGATIVE_BIGNUM) {
            return Err(Refusal::new("a tag that no state holds"));
        }
        let Item::Bytes(bytes) = self.0.reader.item()? else { return Err(Refusal::new("a tag around the wrong item")) };
        let magnitude = walk::magnitude(bytes)?;
        if tag == walk::POSITIVE_BIGNUM {
            return visitor.visit_u128(magnitude);
        }
        let negative = i128::try_from(magnitude).map_err(|_| Refusal::new("a number beyond 128 bits"))?;
        visitor.visit_i128(-1 - negative)
    }
}

/// The integers that most states have most of: not by way of every other item that there is.
macro_rules! integers {
    ($($method:ident),+) => {$(
        #[inline]
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
            match self.0.reader.uint_if()? {
                Some(value) => visitor.visit_u64(value),
                None => self.other(visitor),
            }
        }
    )+};
}

impl<'de> de::Deserializer<'de> for Deserializer<'_, 'de> {
    type Error = Refusal;

    fn is_human_readable(&self) -> bool {
        false
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.visit(visitor)
    }

    #[inline]
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        if self.0.reader.null_if()? { visitor.visit_none() } else { visitor.visit_some(self.wrapped()?) }
    }

    #[inline]
    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Refusal> {
        visitor.visit_newtype_struct(self.wrapped()?)
    }

    #[inline]
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        self.fields(visitor)
    }

    #[inline]
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self.0.reader.array_if()? {
            Some(len) => self.sequence(len, visitor),
            None => self.other(visitor),
        }
    }

    #[inline]
    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self.0.reader.map_if()? {
            Some(len) => self.mapping(len, visitor),
            None => self.other(visitor),
        }
    }

    #[inline]
    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Refusal> {
        self.deserialize_seq(visitor)
    }

    #[inline]
    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        self.deserialize_seq(visitor)
    }

    /// A text is a unit variant, a map of one is a variant with content; nothing else is an enum.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Refusal> {
        if let Some(name) = self.0.reader.text_if()? {
            return visitor.visit_enum(IntoDeserializer::<Refusal>::into_deserializer(name));
        }
        match self.0.reader.item()? {
            Item::Map(1) => {
                let mut content = self.open(1)?;
                let value = visitor.visit_enum(Variant(content.next()));
                content.close();
                value
            }
            _ => Err(Refusal::new("not an enum")),
        }
    }

    /// Names of fields and variants are text: serde would take an index as well.
    #[inline]
    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self.0.reader.text_if()? {
            Some(name) => visitor.visit_borrowed_str(name),
            None => Err(Refusal::new("a field or variant that is not named by text")),
        }
    }

    // The standard library's `String` takes bytes that are UTF-8, and `serde_bytes` takes text: a second spelling of a state.
    #[inline]
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self.0.reader.text_if()? {
            Some(text) => visitor.visit_borrowed_str(text),
            None => self.other_than_text(visitor),
        }
    }

    #[inline]
    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.deserialize_str(visitor)
    }

    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self.0.reader.text_if()? {
            Some(_) => Err(Refusal::new("text where bytes are meant")),
            None => self.visit(visitor),
        }
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.deserialize_bytes(visitor)
    }

    // Likewise integers, which `f64` takes.
    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self.0.reader.item()? {
            Item::Float(value) => visitor.visit_f64(value),
            _ => Err(Refusal::new("something else where a float is meant")),
        }
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        walk::skip_in_state(&mut self.0.reader, self.0.levels)?;
        visitor.visit_unit()
    }

    #[inline]
    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Refusal> {
        match self.0.reader.bool_if()? {
            Some(value) => visitor.visit_bool(value),
            None => self.other(visitor),
        }
    }

    integers!(
        deserialize_u8,
        deserialize_u16,
        deserialize_u32,
        deserialize_u64,
        deserialize_i8,
        deserialize_i16,
        deserialize_i32,
        deserialize_i64
    );

    serde::forward_to_deserialize_any! {
        i128 u128 char unit unit_struct
    }
}

/// What is left of an array, or of a map's entries.
struct Elements<'a, 'de> {
    input: &'a mut Input<'de>,
    left: u64,
    short_is_an_error: bool,
}

impl<'de> Elements<'_, 'de> {
    #[inline]
    fn next(&mut self) -> Deserializer<'_, 'de> {
        Deserializer(self.input)
    }

    #[inline]
    fn take(&mut self) -> bool {
        let Some(left) = self.left.checked_sub(1) else { return false };
        self.left = left;
        true
    }

    #[inline]
    fn close(&mut self) {
        self.input.levels += 1;
    }

    #[inline]
    fn done<V>(&mut self, value: Result<V, Refusal>, otherwise: &'static str) -> Result<V, Refusal> {
        self.close();
        // Handed on as it is: taking it out and putting it back would move it twice.
        if self.left > 0 && value.is_ok() {
            return Err(Refusal::new(otherwise));
        }
        value
    }

    /// Each element takes at least a byte, whatever the head claims.
    fn hint(&self) -> Option<usize> {
        usize::try_from(self.left).ok().map(|left| left.min(self.input.reader.rest().len()))
    }
}

impl<'de> de::SeqAccess<'de> for &mut Elements<'_, 'de> {
    type Error = Refusal;

    #[inline]
    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Refusal> {
        if self.take() {
            return seed.deserialize(self.next()).map(Some);
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

    #[inline]
    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Refusal> {
        if self.take() { seed.deserialize(self.next()).map(Some) } else { Ok(None) }
    }

    #[inline]
    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Refusal> {
        seed.deserialize(self.next())
    }

    fn size_hint(&self) -> Option<usize> {
        self.hint()
    }
}

struct Variant<'a, 'de>(Deserializer<'a, 'de>);

impl<'de> de::EnumAccess<'de> for Variant<'_, 'de> {
    type Error = Refusal;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Refusal> {
        seed.deserialize(Deserializer(self.0.0)).map(|name| (name, self))
    }
}

impl<'de> de::VariantAccess<'de> for Variant<'_, 'de> {
    type Error = Refusal;

    fn unit_variant(self) -> Result<(), Refusal> {
        Err(Refusal::new("content in a variant that has none"))
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Refusal> {
        seed.deserialize(self.0)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Refusal> {
        match self.0.0.reader.array_if()? {
            Some(len) => self.0.sequence(len, visitor),
            None => Err(Refusal::new("not the content of a tuple variant")),
        }
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Refusal> {
        self.0.fields(visitor)
    }
}
