//! Tests of the state codec and of the walk before it: what is written is read back, what is refused, and where the depth ends.

use super::{Layout, MAX_STATE_DEPTH, de, read, ser, walk, write::Buffer};
use proptest::{collection::vec, prelude::*};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{collections::BTreeMap, fmt::Debug};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Shape {
    Unit,
    Newtype(i128),
    Tuple(u64, f64, char),
    Struct { text: String, bytes: Option<Vec<u8>>, children: Vec<Shape> },
    Map(BTreeMap<i64, (bool, String)>),
    Units((), Option<u128>),
}

fn shapes() -> impl Strategy<Value = Shape> {
    let leaf = prop_oneof![
        Just(Shape::Unit),
        (any::<i128>(), 0_u32..128).prop_map(|(n, shift)| Shape::Newtype(n >> shift)),
        (any::<u64>(), any::<f64>(), any::<char>()).prop_map(|(a, b, c)| Shape::Tuple(
            a,
            if b.is_nan() { 0.5 } else { b },
            c
        )),
        proptest::collection::btree_map(any::<i64>(), (any::<bool>(), ".{0,30}"), 0..5).prop_map(Shape::Map),
        proptest::option::of(any::<u128>()).prop_map(|n| Shape::Units((), n)),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        (".{0,40}", proptest::option::of(vec(any::<u8>(), 0..20)), vec(inner, 0..5))
            .prop_map(|(text, bytes, children)| Shape::Struct { text, bytes, children })
    })
}

/// Takes whatever a state may hold.
#[derive(Debug)]
struct Anything;

impl<'de> Deserialize<'de> for Anything {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

macro_rules! taken {
    ($($visit:ident($type:ty)),+) => {$(
        fn $visit<E>(self, _: $type) -> Result<Self, E> {
            Ok(self)
        }
    )+};
}

impl<'de> serde::de::Visitor<'de> for Anything {
    type Value = Self;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("anything")
    }

    taken!(visit_bool(bool), visit_i64(i64), visit_i128(i128), visit_u64(u64), visit_u128(u128), visit_f64(f64));
    taken!(visit_str(&str), visit_bytes(&[u8]));

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut elements: A) -> Result<Self, A::Error> {
        while elements.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut entries: A) -> Result<Self, A::Error> {
        while entries.next_entry::<Self, Self>()?.is_some() {}
        Ok(self)
    }
}

fn written<T: Serialize>(value: &T, layout: Layout) -> Vec<u8> {
    let mut out = Buffer::default();
    ser::state(value, layout, &mut out).unwrap();
    out.bytes().to_vec()
}

#[track_caller]
fn refused<T: DeserializeOwned + Debug>(bytes: &[u8]) {
    let error = de::state::<T>(bytes).unwrap_err();
    assert!(error.is_unreadable(), "{error:?}");
}

proptest! {
    /// Byte for byte what ciborium writes, whatever the shape.
    #[test]
    #[cfg_attr(miri, ignore = "large states, and long")]
    fn named_states_are_what_ciborium_writes(shape in shapes()) {
        let ours = written(&shape, Layout::Named);
        let mut theirs = Vec::new();
        ciborium::into_writer(&shape, &mut theirs).unwrap();
        prop_assert_eq!(&ours, &theirs);
        prop_assert_eq!(de::state::<Shape>(&ours).unwrap(), shape);
    }

    #[test]
    #[cfg_attr(miri, ignore = "large states, and long")]
    fn positional_states_round_trip_and_are_no_longer(shape in shapes()) {
        let bytes = written(&shape, Layout::Positional);
        prop_assert!(bytes.len() <= written(&shape, Layout::Named).len());
        prop_assert_eq!(de::state::<Shape>(&bytes).unwrap(), shape);
    }

    /// What decodes at all decodes to what ciborium says; what is cut off or has something after it does not decode.
    #[test]
    #[cfg_attr(miri, ignore = "large states, and long")]
    fn t37_broken_states_are_refused_or_mean_the_same_to_ciborium(
        shape in shapes(), at in any::<prop::sample::Index>(), with in any::<u8>()
    ) {
        let mut bytes = written(&shape, Layout::Named);
        refused::<Shape>(bytes.split_last().unwrap().1);
        bytes.push(0xf6);
        refused::<Shape>(&bytes);
        bytes.pop();
        let at = at.index(bytes.len());
        bytes[at] = with;
        if let Ok(ours) = de::state::<Shape>(&bytes) {
            let theirs: Shape = ciborium::from_reader(&bytes[..]).unwrap();
            // A NaN is not equal to itself; as bytes it is.
            prop_assert_eq!(written(&ours, Layout::Named), written(&theirs, Layout::Named));
        }
    }

    /// What the walk skips is what the typed reader takes: a state that holds a field nobody reads is held to the same rules.
    #[test]
    #[cfg_attr(miri, ignore = "large states, and long")]
    fn t37_t55_what_is_skipped_and_what_is_read_are_held_to_one_rule(
        shape in shapes(), changes in vec((any::<prop::sample::Index>(), any::<u8>()), 0..4), noise in vec(any::<u8>(), 0..40)
    ) {
        let mut bytes = written(&shape, Layout::Named);
        for (at, with) in changes {
            let at = at.index(bytes.len());
            bytes[at] = with;
        }
        for bytes in [&bytes, &noise] {
            let mut reader = read::Reader::new(bytes, read::Form::Shortest);
            let skipped = walk::skip_in_state(&mut reader, MAX_STATE_DEPTH).and_then(|()| reader.end());
            match de::state::<Anything>(bytes) {
                Ok(Anything) => prop_assert_eq!(skipped, Ok(())),
                // A number below -2^127 is well formed, and of no Rust type.
                Err(error) => prop_assert!(skipped.is_err() || format!("{error:?}").contains("128 bits"), "{error:?}"),
            }
        }
    }

    /// A second reader, and a second writer: not by one author.
    #[test]
    #[cfg_attr(miri, ignore = "large states, and long")]
    fn cbor4ii_reads_the_same_and_writes_the_same(
        text in ".{0,300}", numbers in vec(any::<u64>(), 0..30), shifts in 0_u32..64, signed: i64, flag: bool,
        map in proptest::collection::btree_map(".{0,30}", proptest::option::of(any::<u32>()), 0..30)
    ) {
        let value = (text, numbers.iter().map(|number| number >> shifts).collect::<Vec<_>>(), signed >> shifts, flag, map);
        let ours = written(&value, Layout::Named);
        prop_assert_eq!(&cbor4ii::serde::to_vec(Vec::new(), &value).unwrap(), &ours);
        prop_assert_eq!(&cbor4ii::serde::from_slice::<(String, Vec<u64>, i64, bool, BTreeMap<String, Option<u32>>)>(&ours).unwrap(), &value);
        prop_assert_eq!(de::state::<(String, Vec<u64>, i64, bool, BTreeMap<String, Option<u32>>)>(&ours).unwrap(), value);
    }

    #[test]
    fn t37_noise_is_no_state(bytes in vec(any::<u8>(), 0..300)) {
        let _ = de::state::<Shape>(&bytes);
        let _ = de::state::<serde_json::Value>(&bytes);
        let mut reader = read::Reader::new(&bytes, read::Form::Any);
        let _ = walk::skip(&mut reader);
    }
}

/// What serde alone would let through.
#[test]
fn readers_are_as_strict_as_writers() {
    #[derive(Debug, Serialize, Deserialize)]
    struct One {
        a: u8,
    }
    assert_eq!(de::state::<One>(b"\xa1\x61a\x05").unwrap().a, 5);
    refused::<One>(b"\xa1\x00\x05"); // a field by its index
    refused::<One>(b"\xa1\x41a\x05"); // a field named by bytes
    refused::<One>(b"\xa2\x61a\x05\x61a\x06"); // a field twice
    refused::<One>(b"\x82\x05\x06"); // an element too many
    refused::<One>(b"\x80"); // and one too few
    refused::<Shape>(b"\xa1\x64Unit\xf6"); // a unit variant with content
    refused::<Vec<Shape>>(b"\x82\xa1\x64Unit\x64Unit"); // nor does its content stand for the next element
    refused::<Shape>(b"\x67Newtype"); // and one without what it needs
    refused::<Shape>(b"\xa2\x64Unit\xf6\x61x\xf6"); // two variants at once
    refused::<Shape>(b"\x00"); // a variant by its index
    refused::<f64>(b"\x01"); // an integer for a float
    refused::<String>(b"\x41a"); // bytes for text
    refused::<serde_bytes::ByteBuf>(b"\x61a"); // text for bytes
    refused::<(u8, u8)>(b"\x83\x01\x02\x03");
    refused::<u8>(b"\x19\x01\x00");
    refused::<u64>(b"\x20");
    refused::<u128>(b"\xc3\x49\x01\0\0\0\0\0\0\0\0");
    refused::<i128>(b"\xc2\x50\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff");
    refused::<char>(b"\x62ab");
    assert_eq!(de::state::<f64>(b"\xf9\x3c\x00").unwrap().to_bits(), 1.0_f64.to_bits());
}

/// What has a shape for people and one for programs has the second, both ways.
#[test]
fn addresses_are_no_texts() {
    let address = std::net::IpAddr::from([192, 0, 2, 1]);
    for layout in [Layout::Named, Layout::Positional] {
        let bytes = written(&address, layout);
        assert!(bytes.ends_with(b"\x84\x18\xc0\x00\x02\x01"), "{bytes:x?}");
        assert_eq!(de::state::<std::net::IpAddr>(&bytes).unwrap(), address);
    }
    refused::<std::net::IpAddr>(b"\x69192.0.2.1");
}

/// RFC 8949 section 3.2.1: well-formed, and nothing that we write; the reason says so.
#[test]
fn an_indefinite_length_is_told_from_what_is_no_item() {
    let reason = |bytes: &'static [u8]| read::Reader::new(bytes, read::Form::Shortest).item().unwrap_err().0;
    assert!(reason(b"\x9f\xff").contains("indefinite"), "{}", reason(b"\x9f\xff"));
    assert_ne!(reason(b"\x9f\xff"), reason(b"\x9c"));
}

/// What is closed takes no level of what comes after it.
#[test]
fn a_long_list_is_no_deeper_than_a_short_one() {
    let each = |n: i128| {
        let children = vec![Shape::Unit];
        let tree = Shape::Struct { text: "a".into(), bytes: None, children };
        [Shape::Newtype(n), Shape::Tuple(1, 0.5, 'a'), Shape::Units((), None), Shape::Map(BTreeMap::new()), tree]
    };
    let many: Vec<Shape> = (0..50).flat_map(each).collect();
    for layout in [Layout::Named, Layout::Positional] {
        assert_eq!(de::state::<Vec<Shape>>(&written(&many, layout)).unwrap(), many);
    }
    let lists: Vec<Vec<u8>> = (0..100).map(|n| vec![n]).collect();
    assert_eq!(de::state::<Vec<Vec<u8>>>(&written(&lists, Layout::Named)).unwrap(), lists);
    // A small number is none of those whose tags count, whatever type it has.
    struct Deep(usize, i128);
    impl Serialize for Deep {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            if self.0 == 0 {
                serializer.serialize_i128(self.1)
            } else {
                serializer.collect_seq([Deep(self.0 - 1, self.1)])
            }
        }
    }
    for (number, fits) in [(0, true), (-1, true), (1 << 64, false), (-1 - (1 << 64), false)] {
        let deepest = Deep(MAX_STATE_DEPTH, number);
        assert_eq!(ser::state(&deepest, Layout::Named, &mut Buffer::default()).is_ok(), fits, "{number}");
    }
}

/// For the error that names the largest: the fields of the whole state, and nobody else's of the same names.
#[test]
fn the_fields_of_the_state_are_measured_and_no_others() {
    #[derive(Serialize)]
    struct Inner {
        a: &'static str,
        b: u8,
    }
    #[derive(Serialize)]
    struct Outer {
        a: Inner,
        list: Vec<Inner>,
    }
    let inner = || Inner { a: "soup", b: 3 };
    let outer = Outer { a: inner(), list: vec![inner(), inner()] };
    let child = || Shape::Struct { text: "b".into(), bytes: None, children: vec![] };
    let variant = Shape::Struct { text: "a".into(), bytes: Some(vec![1]), children: vec![child(), child()] };
    for (layout, named) in [(Layout::Named, 1), (Layout::Positional, 0)] {
        // A head, and the fields.
        let sizes = ser::measure(&outer, layout);
        assert_eq!(sizes.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["a", "list"]);
        assert_eq!(1 + sizes.iter().map(|(_, size)| size).sum::<usize>(), written(&outer, layout).len());
        assert_eq!(sizes[0].1, written(&inner(), layout).len() + 2 * named);
        // A map of one entry and the variant's name besides.
        let sizes = ser::measure(&variant, layout);
        assert_eq!(sizes.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["text", "bytes", "children"]);
        assert_eq!(1 + 7 + 1 + sizes.iter().map(|(_, size)| size).sum::<usize>(), written(&variant, layout).len());
    }
}

/// Only the first field of a small struct may be the tag of an adjacently tagged enum.
#[test]
fn a_second_field_is_no_tag() {
    mod other {
        #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        pub(super) enum Status {
            Open,
        }
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Status {
        since: u64,
        status: other::Status,
    }
    let status = Status { since: 1, status: other::Status::Open };
    for layout in [Layout::Named, Layout::Positional] {
        assert_eq!(de::state::<Status>(&written(&status, layout)).unwrap(), status);
    }
}

/// What stands behind a struct of an enum's name is no part of it.
#[test]
fn what_follows_a_struct_is_no_tag_of_it() {
    mod other {
        #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        pub(super) enum Kind {
            Plain,
        }
        #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        pub(super) enum Empty {
            Plain,
        }
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Kind {
        cents: u64,
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Empty {}
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Order {
        price: Kind,
        kind: other::Kind,
        nothing: Empty,
        empty: other::Empty,
    }
    let (kind, empty) = (other::Kind::Plain, other::Empty::Plain);
    let order = Order { price: Kind { cents: 1 }, kind, nothing: Empty {}, empty };
    for layout in [Layout::Named, Layout::Positional] {
        assert_eq!(de::state::<Order>(&written(&order, layout)).unwrap(), order);
    }
}

/// What a state may not hold, a frame may, and is passed over.
#[test]
fn simple_values_of_a_frame_are_passed_over() {
    let items: [&[u8]; 8] = [b"\xe0", b"\xf3", b"\xf4", b"\xf5", b"\xf6", b"\xf7", b"\xf8\x20", b"\xf8\xff"];
    let others: [&[u8]; 5] = [b"\xf8\x1f", b"\xf8\x18", b"\xf8", b"\xfc", b"\xff"];
    for (bytes, is_item) in items.map(|item| (item, true)).into_iter().chain(others.map(|other| (other, false))) {
        let mut reader = read::Reader::new(bytes, read::Form::Any);
        assert_eq!(walk::skip(&mut reader).is_ok(), is_item, "{bytes:x?}");
        assert!(!is_item || reader.end().is_ok(), "{bytes:x?}");
    }
    assert!(de::state::<Anything>(b"\xf4").is_ok() && de::state::<Anything>(b"\xf5").is_ok());
    refused::<Anything>(b"\xe0");
    refused::<Anything>(b"\xf8\x20");
}

/// Others may write less than all at a time, and go by what they are told.
#[test]
fn a_buffer_takes_all_that_is_written() {
    use std::io::Write as _;
    let mut buffer = Buffer::default();
    assert_eq!(buffer.write(b"soup").unwrap(), 4);
    assert_eq!(buffer.bytes(), b"soup");
}

/// Options and newtypes are counted where the output stands, and a sequence of unknown length opens without a byte of it: its elements
/// begin to be counted anew all the same. Without end there are none of them.
#[test]
fn wraps_are_counted_anew_within_whatever_opens() {
    #[derive(Debug)]
    struct List(usize);

    impl Serialize for List {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            struct Rest(usize);
            impl Serialize for Rest {
                fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    serializer.collect_seq((0..self.0.min(1)).map(|_| List(self.0 - 1)).filter(|_| true))
                }
            }
            serializer.serialize_some(&std::num::Wrapping(Some(Rest(self.0))))
        }
    }

    struct Endless(usize);

    impl Serialize for Endless {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            if self.0 == 0 { serializer.serialize_unit() } else { serializer.serialize_some(&Self(self.0 - 1)) }
        }
    }

    for layout in [Layout::Named, Layout::Positional] {
        let bytes = written(&List(MAX_STATE_DEPTH - 1), layout);
        assert_eq!(bytes, [vec![0x81; MAX_STATE_DEPTH - 1], vec![0x80]].concat());
        assert!(ser::state(&List(MAX_STATE_DEPTH), layout, &mut Buffer::default()).is_err(), "a level too many");
        assert_eq!(written(&Endless(MAX_STATE_DEPTH), layout), [0xf6]);
        assert!(ser::state(&Endless(MAX_STATE_DEPTH + 1), layout, &mut Buffer::default()).is_err());
        assert!(ser::state(&(Endless(20), Endless(20)), layout, &mut Buffer::default()).is_ok(), "each by itself");
    }
}
