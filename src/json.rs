//! Strict JSON for key files: one value, member names unique at every depth, texts that wipe themselves.
//!
//! It may not know what a key is. `serde_json` parses; what is ours is the refusal of duplicate members, which its own
//! maps resolve silently by taking the last (RFC 7517 section 4, docs/threats.md T08).

#[cfg(feature = "jose")]
pub(crate) mod state;
#[cfg(feature = "jose")]
mod wraps;

use serde::{
    Deserializer, Serialize, Serializer,
    de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor},
    ser::{SerializeMap as _, SerializeSeq as _},
};
use std::fmt;
use zeroize::Zeroizing;

/// A key file is three levels deep; a member that is not ours may be a little more.
const MAX_DEPTH: usize = 16;

/// A JSON value. `Debug` is absent on purpose: some texts are secrets.
pub(crate) enum Json {
    Null,
    Bool(bool),
    Number(serde_json::Number),
    Text(Zeroizing<String>),
    List(Vec<Self>),
    Object(Members),
}

/// Members in their order, so that what is read and written again changes only where it was changed.
pub(crate) type Members = Vec<(String, Json)>;

/// `None` if the text is not exactly one JSON value of the accepted kind. It says no more: serde_json's own message may
/// quote a secret.
pub(crate) fn parse(text: &str) -> Option<Json> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Seed { depth: 0 }.deserialize(&mut deserializer).ok()?;
    deserializer.end().ok()?;
    Some(value)
}

/// A text as a JSON string.
#[cfg(feature = "jose")]
pub(crate) fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a text is written to memory, which takes every write")
}

/// The member of this name.
pub(crate) fn member<'a>(members: &'a Members, name: &str) -> Option<&'a Json> {
    members.iter().find(|(found, _)| found == name).map(|(_, value)| value)
}

impl Json {
    pub(crate) fn text(value: impl Into<String>) -> Self {
        Self::Text(Zeroizing::new(value.into()))
    }

    pub(crate) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A second one, on its way to a file.
    pub(crate) fn copy(&self) -> Self {
        match self {
            Self::Null => Self::Null,
            Self::Bool(value) => Self::Bool(*value),
            Self::Number(number) => Self::Number(number.clone()),
            Self::Text(text) => Self::Text(text.clone()),
            Self::List(values) => Self::List(values.iter().map(Self::copy).collect()),
            Self::Object(members) => {
                Self::Object(members.iter().map(|(name, value)| (name.clone(), value.copy())).collect())
            }
        }
    }

    /// Integers only: a time with a fraction is refused, not rounded.
    pub(crate) fn as_u64(&self) -> Option<u64> {
        match self {
            Self::Number(number) => number.as_u64(),
            _ => None,
        }
    }
}

/// Reads a value that nobody asked for, as strictly as any other.
#[cfg(feature = "jose")]
pub(crate) struct Skip;

#[cfg(feature = "jose")]
impl<'de> DeserializeSeed<'de> for Skip {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        Seed { depth: 0 }.deserialize(deserializer).map(drop)
    }
}

struct Seed {
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for Seed {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        if self.depth > MAX_DEPTH {
            return Err(de::Error::custom("nested too deeply"));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Json, E> {
        serde_json::Number::from_f64(value).map(Json::Number).ok_or_else(|| E::custom("not a number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element_seed(Self { depth: self.depth + 1 })? {
            values.push(value);
        }
        Ok(Json::List(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let mut members = Members::new();
        let mut names = std::collections::HashSet::new();
        while let Some(name) = map.next_key::<String>()? {
            // How serde_json hands out numbers when another crate of the program turns on its `arbitrary_precision`.
            if members.is_empty() && name == "$serde_json::private::Number" {
                let digits: Zeroizing<String> = Zeroizing::new(map.next_value()?);
                return digits.parse().map(Json::Number).map_err(de::Error::custom);
            }
            if !names.insert(name.clone()) {
                return Err(de::Error::custom("a duplicate member"));
            }
            members.push((name, map.next_value_seed(Self { depth: self.depth + 1 })?));
        }
        Ok(Json::Object(members))
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Number(number) => number.serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(values) => {
                let mut list = serializer.serialize_seq(Some(values.len()))?;
                values.iter().try_for_each(|value| list.serialize_element(value))?;
                list.end()
            }
            Self::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                members.iter().try_for_each(|(name, value)| map.serialize_entry(name, value))?;
                map.end()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t08_duplicate_members_are_refused_at_every_depth() {
        assert!(parse(r#"{"a":1,"b":{"a":[{"a":1}]}}"#).is_some());
        for bad in [r#"{"a":1,"a":1}"#, r#"{"b":{"a":1,"\u0061":2}}"#, r#"[[{"a":1,"a":2}]]"#] {
            assert!(parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn numbers_of_arbitrary_precision_are_numbers() {
        let value = parse(r#"{"$serde_json::private::Number":"1795000000"}"#);
        assert_eq!(value.and_then(|value| value.as_u64()), Some(1_795_000_000));
        assert!(parse(r#"{"$serde_json::private::Number":"1e"}"#).is_none());
        let object = parse(r#"{"x":1,"$serde_json::private::Number":"5"}"#);
        assert!(matches!(object, Some(Json::Object(members)) if members.len() == 2), "a member like any other");
    }

    #[test]
    fn t13_one_strict_value_and_nothing_else() {
        for bad in ["", "{} ", "{}x", "\u{feff}{}", "{'a':1}", "{\"a\":1,}", "[1e400]", "\"\\ud800\"", "nul", "01"] {
            assert_eq!(parse(bad).is_some(), bad == "{} ", "{bad}");
        }
        assert!(parse(&"[".repeat(20_000)).is_none());
        assert!(parse(&format!("{}{}", "[".repeat(17), "]".repeat(17))).is_some());
        assert!(parse(&format!("{}{}", "[".repeat(18), "]".repeat(18))).is_none());
        let objects = |depth: usize| format!("{}1{}", r#"{"a":"#.repeat(depth), "}".repeat(depth));
        assert!(parse(&objects(16)).is_some() && parse(&objects(17)).is_none());
    }
}
