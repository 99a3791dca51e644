//! A bound on options and newtypes within each other, both ways, around `serde_json`'s own reader and writer.
//!
//! It may not know what is read or written. Brackets are bounded elsewhere; options and newtypes have none in JSON, and `serde_json` hands
//! them on without a count, so a `struct List(Option<Box<List>>)` would be read from a `3`, or written, until the stack is full
//! (docs/threats.md T37). The count is carried by value: whatever stands in an array, an object or a variant begins anew, and a scalar
//! goes straight to `serde_json`, so that a state without options pays nothing. What serde itself buffers (untagged enums, flattened
//! fields) is read from serde's buffer and passes nobody who could count.

mod read;
mod write;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// As many as CBOR's codec takes: one within the other, with nothing read or written in between.
const MAX_WRAPS: usize = 32;

const ENDLESS: &str = "options and newtypes in each other without end";

/// A reader, a writer, a visitor, or what one of them hands out, with how many wraps may still be entered where it stands.
struct Counted<I> {
    inner: I,
    left: usize,
}

impl<I> Counted<I> {
    #[inline]
    fn anew(inner: I) -> Self {
        Self { inner, left: MAX_WRAPS }
    }
}

/// Reads through a reader, bounded.
#[inline]
pub(super) fn read<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    T::deserialize(Counted::anew(deserializer))
}

/// Writes through a writer, bounded.
#[inline]
pub(super) fn write<T: Serialize, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    value.serialize(Counted::anew(serializer))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::value::RawValue;
    use std::{
        borrow::Cow,
        collections::{BTreeMap, HashMap},
        fmt::Debug,
    };

    fn written<T: Serialize>(value: &T) -> Option<String> {
        let mut out = Vec::new();
        write(value, &mut serde_json::Serializer::new(&mut out)).ok()?;
        Some(String::from_utf8(out).unwrap())
    }

    fn read_from<'de, T: Deserialize<'de>>(text: &'de str) -> Option<T> {
        read(&mut serde_json::Deserializer::from_str(text)).ok()
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Endless(Option<Box<Endless>>);

    /// A level is a newtype and an option.
    fn endless(levels: usize) -> Endless {
        (1..levels).fold(Endless(None), |inner, _| Endless(Some(Box::new(inner))))
    }

    #[test]
    fn t37_options_and_newtypes_without_end_are_refused_both_ways() {
        assert_eq!(read_from::<Endless>("null"), Some(Endless(None)));
        assert!(read_from::<Endless>("3").is_none(), "without a stack overflow");
        // The innermost option is none, and none is no wrap.
        assert_eq!(written(&endless(16)).as_deref(), Some("null"));
        assert_eq!(written(&Some(endless(16))).as_deref(), Some("null"));
        assert!(written(&Some(Some(endless(16)))).is_none() && written(&endless(17)).is_none());
        assert!(written(&endless(2_000)).is_none());
        // Where there are brackets, the count begins anew: in elements, members, variants, and keys.
        assert!(written(&Some([Some(endless(16)), Some(endless(16))])).is_some());
        assert!(written(&BTreeMap::from([(0, Some(endless(17)))])).is_none());
        assert!(written(&Ok::<_, ()>(endless(16))).is_some() && written(&Ok::<_, ()>(endless(17))).is_none());
        for text in ["[3]", r#"{"a":3}"#, r#"{"a":[3]}"#] {
            assert!(read_from::<Vec<Endless>>(text).is_none() && read_from::<HashMap<&str, Endless>>(text).is_none());
        }
        assert!(read_from::<Result<Endless, ()>>(r#"{"Ok":3}"#).is_none());
        assert!(read_from::<Result<(Endless, u8), ()>>(r#"{"Ok":[3,4]}"#).is_none());
    }

    #[test]
    fn t37_keys_are_counted_as_values_are() {
        #[derive(PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        struct Name(Option<Box<Name>>);
        assert!(read_from::<BTreeMap<Name, u8>>(r#"{"a":3}"#).is_none(), "without a stack overflow");
        let key = (0..2_000).fold(Name(None), |inner, _| Name(Some(Box::new(inner))));
        assert!(written(&BTreeMap::from([(key, 3)])).is_none());
    }

    /// As many wraps as CBOR's codec takes, in both directions.
    #[test]
    fn thirty_two_wraps_are_taken() {
        type Eight<T> = Option<Option<Option<Option<Option<Option<Option<Option<T>>>>>>>>;
        type All<T> = Eight<Eight<Eight<Eight<T>>>>;
        let eight = |wrapped: u8| -> Eight<u8> { Some(Some(Some(Some(Some(Some(Some(Some(wrapped)))))))) };
        assert_eq!(written(&eight(3)).as_deref(), Some("3"));
        assert!(read_from::<All<u8>>("3").is_some() && read_from::<Option<All<u8>>>("3").is_none());
        let all = read_from::<All<u8>>("3");
        assert_eq!(all.as_ref().and_then(|all| written(all.as_ref()?)).as_deref(), Some("3"));
        assert!(written(&all).is_none(), "one more");
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Shapes<'a> {
        borrowed: &'a str,
        #[serde(borrow)]
        either: Cow<'a, str>,
        large: i128,
        larger: u128,
        keys: BTreeMap<i8, Option<bool>>,
        unit: (),
        letter: char,
        external: Vec<External>,
        internal: Internal,
        untagged: Vec<Untagged>,
        adjacent: Adjacent,
        float: f64,
        #[serde(flatten)]
        rest: BTreeMap<String, serde_json::Value>,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    enum External {
        Unit,
        Newtype(Option<u8>),
        Tuple(u8, Wrapped),
        Struct { a: Option<Wrapped> },
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(tag = "t")]
    enum Internal {
        Struct { a: Option<Wrapped> },
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(tag = "t", content = "c")]
    enum Adjacent {
        Newtype(Wrapped),
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(untagged)]
    enum Untagged {
        Number(i64),
        Text(Option<String>),
        Struct { a: Wrapped },
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Wrapped(u8);

    /// Nothing but the count is ours.
    #[test]
    fn what_is_written_and_read_is_what_serde_json_alone_writes_and_reads() {
        let text = concat!(
            r#"{"borrowed":"a","either":"b\n","large":-170141183460469231731687303715884105728,"#,
            r#""larger":340282366920938463463374607431768211455,"keys":{"-1":null,"2":true},"unit":null,"letter":"x","#,
            r#""external":["Unit",{"Newtype":null},{"Newtype":1},{"Tuple":[1,2]},{"Struct":{"a":3}}],"#,
            r#""internal":{"t":"Struct","a":4},"untagged":[-5,"c",null,{"a":6}],"adjacent":{"t":"Newtype","c":7},"#,
            r#""float":0.1,"more":{"x":[1.5,null,"y"]}}"#,
        );
        let shapes: Shapes<'_> = read_from(text).unwrap();
        assert_eq!(shapes, serde_json::from_str(text).unwrap());
        assert!(text.as_bytes().as_ptr_range().contains(&shapes.borrowed.as_ptr()), "borrowed, and not copied");
        assert_eq!(written(&shapes).unwrap(), text);
        assert_eq!(serde_json::to_string(&shapes).unwrap(), text);
        for wrong in [text.replace("\"letter\":\"x\"", "\"letter\":3"), text.replace("\"Unit\"", "\"Other\"")] {
            assert!(read_from::<Shapes<'_>>(&wrong).is_none() && serde_json::from_str::<Shapes<'_>>(&wrong).is_err());
        }
    }

    /// Not all go by `serialize_entry`, and not all are the same for people and for programs.
    #[test]
    fn keys_and_values_may_come_one_by_one_and_addresses_are_texts() {
        use serde::ser::SerializeMap as _;
        struct OneByOne(Endless);
        impl Serialize for OneByOne {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut map = serializer.serialize_map(None)?;
                map.serialize_key("address")?;
                map.serialize_value(&std::net::Ipv4Addr::LOCALHOST)?;
                map.serialize_key(&self.0.0.is_some().then_some("deep"))?;
                map.serialize_value(&self.0)?;
                map.end()
            }
        }
        let text = r#"{"address":"127.0.0.1","deep":null}"#;
        assert_eq!(written(&OneByOne(endless(16))).as_deref(), Some(text));
        assert!(written(&OneByOne(endless(17))).is_none());
        let addresses = r#"["127.0.0.1","::1"]"#;
        let read: Vec<std::net::IpAddr> = read_from(addresses).unwrap();
        assert_eq!(written(&read).as_deref(), Some(addresses));
        assert!(
            read_from::<External>(r#"{"Unit":null}"#).is_some() && read_from::<External>(r#"{"Unit":1}"#).is_none()
        );
    }

    #[test]
    fn raw_json_passes() {
        let text = r#"{"a":{ "b" : [1, 2] }}"#;
        let read: BTreeMap<&str, &RawValue> = read_from(text).unwrap();
        assert_eq!(read.get("a").unwrap().get(), r#"{ "b" : [1, 2] }"#);
        assert_eq!(written(&read).as_deref(), Some(text));
        let owned: Box<RawValue> = read_from("[ ]").unwrap();
        assert_eq!(written(&owned).as_deref(), Some("[ ]"));
    }
}
