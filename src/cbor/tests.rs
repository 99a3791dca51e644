use super::{Layout, de, read, ser, walk, write::Buffer};
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
    fn named_states_are_what_ciborium_writes(shape in shapes()) {
        let ours = written(&shape, Layout::Named);
        let mut theirs = Vec::new();
        ciborium::into_writer(&shape, &mut theirs).unwrap();
        prop_assert_eq!(&ours, &theirs);
        prop_assert_eq!(de::state::<Shape>(&ours).unwrap(), shape);
    }

    #[test]
    fn positional_states_round_trip_and_are_no_longer(shape in shapes()) {
        let bytes = written(&shape, Layout::Positional);
        prop_assert!(bytes.len() <= written(&shape, Layout::Named).len());
        prop_assert_eq!(de::state::<Shape>(&bytes).unwrap(), shape);
    }

    /// What decodes at all decodes to what ciborium says; what is cut off or has something after it does not decode.
    #[test]
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
