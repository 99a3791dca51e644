//! A cart and its operations as serde writes them: as short arrays, because each operation stands in a cookie of its own.
//!
//! It may not know what they do.
//!
//! ```text
//! add to a line    [sku, by]           set a line    [sku, quantity, 0]       0 removes it
//! set a register   [name, text]        clear it      [name, null]             check out    []
//! was ordered      [{sku: quantity}]
//! cart             {sku: quantity}, or [{sku: quantity}, {register: text}] if a register is set
//! ```

use super::{Cart, CartOp};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
    ser::SerializeSeq,
};
use std::{collections::BTreeMap, fmt, marker::PhantomData};

impl<L> Serialize for Cart<L> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.registers.is_empty() {
            self.lines.serialize(serializer)
        } else {
            (&self.lines, &self.registers).serialize(serializer)
        }
    }
}

impl<'de, L> Deserialize<'de> for Cart<L> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either<L>(PhantomData<L>);
        impl<'de, L> Visitor<'de> for Either<L> {
            type Value = Cart<L>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("lines, or lines and registers")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Cart<L>, A::Error> {
                let lines = BTreeMap::deserialize(MapAccessDeserializer::new(map))?;
                Ok(Cart { lines, ..Cart::default() })
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Cart<L>, A::Error> {
                let missing = || de::Error::invalid_length(0, &"two maps");
                let lines = seq.next_element()?.ok_or_else(missing)?;
                let registers = seq.next_element()?.ok_or_else(missing)?;
                Ok(Cart { lines, registers, kind: PhantomData })
            }
        }
        deserializer.deserialize_any(Either(PhantomData))
    }
}

impl Serialize for CartOp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Add(sku, by) => (sku, by).serialize(serializer),
            Self::Set(sku, quantity) => (sku, quantity, 0).serialize(serializer),
            Self::Register(name, text) => (name, text).serialize(serializer),
            Self::Checkout => serializer.serialize_seq(Some(0))?.end(),
            Self::Ordered(lines) => [lines].serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for CartOp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Elements;
        impl<'de> Visitor<'de> for Elements {
            type Value = CartOp;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an operation of a cart")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<CartOp, A::Error> {
                let key = match seq.next_element()? {
                    None => return Ok(CartOp::Checkout),
                    Some(First::Lines(lines)) => return Ok(CartOp::Ordered(lines)),
                    Some(First::Key(key)) => key,
                };
                let second: Second = seq.next_element()?.ok_or_else(|| de::Error::invalid_length(1, &self))?;
                match (second, seq.next_element::<u8>()?) {
                    (Second::Number(by), None) => Ok(CartOp::Add(key, by)),
                    (Second::Number(quantity), Some(0)) => u32::try_from(quantity)
                        .map(|quantity| CartOp::Set(key, quantity))
                        .map_err(|_| de::Error::custom("not a quantity")),
                    (Second::Text(text), None) => Ok(CartOp::Register(key, text)),
                    _ => Err(de::Error::custom("an unknown operation")),
                }
            }
        }
        deserializer.deserialize_seq(Elements)
    }
}

/// The first element of an operation.
enum First {
    Key(String),
    Lines(BTreeMap<String, u32>),
}

impl<'de> Deserialize<'de> for First {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ByType;
        impl<'de> Visitor<'de> for ByType {
            type Value = First;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key or lines")
            }

            fn visit_str<E: de::Error>(self, key: &str) -> Result<First, E> {
                Ok(First::Key(key.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<First, A::Error> {
                BTreeMap::deserialize(MapAccessDeserializer::new(map)).map(First::Lines)
            }
        }
        deserializer.deserialize_any(ByType)
    }
}

/// The second element of an operation, whose type tells what it is.
enum Second {
    Number(i64),
    Text(Option<String>),
}

impl<'de> Deserialize<'de> for Second {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ByType;
        impl Visitor<'_> for ByType {
            type Value = Second;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number, a text or nothing")
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Second, E> {
                Ok(Second::Number(number))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Second, E> {
                i64::try_from(number).map(Second::Number).map_err(|_| E::custom("too large a number"))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Second, E> {
                Ok(Second::Text(Some(text.to_owned())))
            }

            fn visit_unit<E: de::Error>(self) -> Result<Second, E> {
                Ok(Second::Text(None))
            }

            fn visit_none<E: de::Error>(self) -> Result<Second, E> {
                Ok(Second::Text(None))
            }
        }
        deserializer.deserialize_any(ByType)
    }
}
