//! A sequence, a map or a struct that is being written: its elements, its entries, its fields, and its end.
//!
//! It may not know what heads look like, but for those that are put in at the end, when somebody has not said how many there will be.

use super::{Output, Refusal, Serializer};
use crate::cbor::{Fault, head_len, write::Buffer};
use serde::{Serialize, ser};

/// A sequence, map or struct that has been opened.
pub(super) struct Open<'a, 'b, const NAMED: bool> {
    pub(super) output: &'a mut Output<'b>,
    /// How many levels end with it.
    pub(super) levels: usize,
    pub(super) is_map: bool,
    /// Whether somebody wants to know how large its fields are.
    pub(super) is_measured: bool,
    /// Whether its fields are not all to be written alike: they are measured, or it is small and positional, and has a first field.
    pub(super) is_special: bool,
    /// How many entries the head says there are; or where the head is to be put in at the end, when they have been counted.
    pub(super) head: Promise,
    pub(super) written: u64,
}

#[derive(Clone, Copy)]
pub(super) enum Promise {
    Of(u64),
    At(usize),
}

impl<const NAMED: bool> Open<'_, '_, NAMED> {
    // Always inlined, as a field is written from two places, and a call for each costs as much as the field.
    #[inline(always)]
    fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refusal> {
        value.serialize(Serializer::<NAMED>(self.output))
    }

    #[inline(always)]
    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refusal> {
        self.written += 1;
        self.value(value)
    }

    #[inline(always)]
    fn named<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Refusal> {
        if NAMED {
            self.output.out.cbor().text(name);
        }
        self.element(value)
    }

    #[inline]
    fn field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Refusal> {
        if self.is_special { self.special_field(name, value) } else { self.named(name, value) }
    }

    #[inline(never)]
    fn special_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Refusal> {
        let start = self.output.out.len();
        self.named(name, value)?;
        // Only the first field of a small struct may be its tag.
        self.output.first_field_of = None;
        let size = self.output.out.len() - start;
        if let Some(sizes) = self.output.sizes.as_mut().filter(|_| self.is_measured) {
            sizes.push((name, size));
        }
        Ok(())
    }

    fn skipped(&self) -> Result<(), Refusal> {
        if NAMED {
            return Ok(());
        }
        Err(Refusal(Fault("a positional state must not skip a field")))
    }

    #[inline]
    fn close(self) -> Result<(), Refusal> {
        self.output.depth -= self.levels;
        match self.head {
            Promise::Of(len) if len == self.written => Ok(()),
            Promise::Of(_) => Err(Refusal(Fault("the state's Serialize promised another length than it wrote"))),
            Promise::At(at) => {
                self.put_head(at);
                Ok(())
            }
        }
    }

    #[cold]
    fn put_head(self, at: usize) {
        let mut head = Buffer::with_room(0, head_len(self.written));
        if self.is_map {
            head.cbor().map(self.written);
        } else {
            head.cbor().array(self.written);
        }
        self.output.out.insert(at, head.bytes());
    }
}

/// Arrays of all kinds: elements, and an end.
macro_rules! elements {
    ($($kind:ident::$element:ident),+) => {$(
        impl<const NAMED: bool> ser::$kind for Open<'_, '_, NAMED> {
            type Ok = ();
            type Error = Refusal;

            #[inline]
            fn $element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refusal> {
                self.element(value)
            }

            #[inline]
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
        impl<const NAMED: bool> ser::$kind for Open<'_, '_, NAMED> {
            type Ok = ();
            type Error = Refusal;

            #[inline]
            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Refusal> {
                self.field(name, value)
            }

            fn skip_field(&mut self, _: &'static str) -> Result<(), Refusal> {
                self.skipped()
            }

            #[inline]
            fn end(self) -> Result<(), Refusal> {
                self.close()
            }
        }
    )+};
}

fields!(SerializeStruct, SerializeStructVariant);

impl<const NAMED: bool> ser::SerializeMap for Open<'_, '_, NAMED> {
    type Ok = ();
    type Error = Refusal;

    #[inline]
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Refusal> {
        self.element(key)
    }

    #[inline]
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refusal> {
        self.value(value)
    }

    #[inline]
    fn end(self) -> Result<(), Refusal> {
        self.close()
    }
}
