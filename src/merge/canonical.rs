//! The one spelling of a state: maps sorted by the bytes of their keys (RFC 8949 section 4.2.1).
//!
//! Parallel requests that compact the same jar must write the same bytes, so that they write the same cookie. A `HashMap` gives
//! its entries in another order each time, and a struct may move its fields from one deploy to the next. It may not know what a
//! state means.

use crate::{
    bytes::Wiped,
    cbor::{
        Fault, Layout,
        read::{Form, Item, Reader},
        write::Buffer,
    },
    codec::Syntax,
    error::Error,
};
use serde::Serialize;

/// The canonical bytes of a state or of an operation.
pub(crate) fn encode<T: Serialize>(value: &T, layout: Layout) -> Result<Wiped, Error> {
    let mut written = Buffer::default();
    Syntax::Cbor.write(value, layout, &mut written)?;
    let mut out = Buffer::with_room(0, written.len());
    let mut reader = Reader::new(written.bytes(), Form::Shortest);
    sort(&mut reader, &mut out).map_err(|Fault(why)| Error::misuse(why))?;
    Ok(Wiped::new(out.bytes().to_vec()))
}

/// Copies one item. The writer bounds the depth ([`crate::cbor::MAX_STATE_DEPTH`]), so the recursion is bounded too.
fn sort(reader: &mut Reader<'_>, out: &mut Buffer) -> Result<(), Fault> {
    let start = reader.position();
    let item = reader.item()?;
    out.push(reader.since(start));
    match item {
        Item::Array(len) => (0..len).try_for_each(|_| sort(reader, out)),
        Item::Tag(_) => sort(reader, out),
        Item::Map(len) => {
            let mut entries = Vec::new();
            for _ in 0..len {
                let mut key = Buffer::default();
                sort(reader, &mut key)?;
                let mut value = Buffer::default();
                sort(reader, &mut value)?;
                entries.push((key, value));
            }
            entries.sort_by(|(a, _), (b, _)| a.bytes().cmp(b.bytes()));
            for (key, value) in &entries {
                out.push(key.bytes());
                out.push(value.bytes());
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cbor::de;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, HashMap};

    #[test]
    fn fields_are_sorted_by_their_names_bytes() {
        #[derive(Serialize)]
        struct Backwards {
            zz: u8,
            b: u8,
            a: Option<u8>,
        }
        let bytes = encode(&Backwards { zz: 1, b: 2, a: None }, Layout::Named).unwrap();
        assert_eq!(*bytes, b"\xa3\x61a\xf6\x61b\x02\x62zz\x01");
        let bytes = encode(&Backwards { zz: 1, b: 2, a: None }, Layout::Positional).unwrap();
        assert_eq!(*bytes, b"\x83\x01\x02\xf6");
    }

    proptest! {
        /// Two hash maps iterate in two orders; nested ones too.
        #[test]
        fn c_equal_states_are_equal_bytes(
            map in proptest::collection::btree_map(".{0,5}", proptest::collection::btree_map(any::<i32>(), any::<u128>(), 0..9), 0..9)
        ) {
            let hashed = || map.iter().map(|(key, inner)| (key, inner.iter().collect())).collect();
            let one: HashMap<&String, HashMap<_, _>> = hashed();
            let two: HashMap<&String, HashMap<_, _>> = hashed();
            let bytes = encode(&one, Layout::Named).unwrap();
            prop_assert_eq!(&*bytes, &*encode(&two, Layout::Named).unwrap());
            prop_assert_eq!(de::state::<BTreeMap<String, BTreeMap<i32, u128>>>(&bytes).unwrap(), map);
        }
    }
}
