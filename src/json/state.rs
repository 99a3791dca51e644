//! A state as JSON: how JOSE tokens carry it.
//!
//! It may not know what the state is for, nor claims. `serde_json` writes and parses; what is ours is the bound on nesting, which is
//! checked before anything is parsed and without a stack, and while it is written (what nests without brackets: `wraps.rs`); and errors
//! that quote nothing.

use super::wraps;
use serde::{Deserialize, Serialize};
use serde_json::{ser::Formatter, value::RawValue};
use std::{borrow::Cow, collections::HashMap, io};

/// Appends a state. The error says why in a constant. Nesting is bounded while it is written, as the stack is.
pub(crate) fn write<T: Serialize>(state: &T, max_depth: usize, out: &mut impl io::Write) -> Result<(), &'static str> {
    let mut bounded = Bounded { left: max_depth, exceeded: false };
    let written = wraps::write(state, &mut serde_json::Serializer::with_formatter(out, &mut bounded));
    match (written, bounded.exceeded) {
        (Ok(()), _) => Ok(()),
        (Err(_), true) => Err("the state nests too deeply"),
        (Err(_), false) => Err(
            "the state's own Serialize refused, options and newtypes are in each other without end, or a map has keys that JSON has no words for",
        ),
    }
}

/// Without white space, and no deeper than so many levels.
struct Bounded {
    left: usize,
    exceeded: bool,
}

impl Bounded {
    fn enter(&mut self) -> io::Result<()> {
        match self.left.checked_sub(1) {
            Some(left) => self.left = left,
            None => {
                self.exceeded = true;
                return Err(io::ErrorKind::InvalidData.into());
            }
        }
        Ok(())
    }
}

impl Formatter for &mut Bounded {
    fn begin_array<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.enter()?;
        out.write_all(b"[")
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.left += 1;
        out.write_all(b"]")
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.enter()?;
        out.write_all(b"{")
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.left += 1;
        out.write_all(b"}")
    }
}

/// Reads one whole state, whose nesting [`nests_within`] has been asked about.
pub(crate) fn read<'de, T: Deserialize<'de>>(text: &'de str) -> Option<T> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let state = wraps::read(&mut deserializer).ok()?;
    deserializer.end().ok()?;
    Some(state)
}

/// The bytes that each of these top-level members takes, if the state is an object.
pub(crate) fn measure(text: &[u8], names: impl Iterator<Item = &'static str>) -> Option<Vec<(&'static str, usize)>> {
    let members: HashMap<Cow<'_, str>, &RawValue> = serde_json::from_slice(text).ok()?;
    Some(names.filter_map(|name| Some((name, members.get(name)?.get().len()))).collect())
}

/// Whether brackets of either kind nest no deeper than this, strings aside. A text with no more opening brackets than that, as most
/// have, needs no second look.
pub(crate) fn nests_within(text: &[u8], max_depth: usize) -> bool {
    // Few enough that a byte counts them: so that many are counted at once.
    let opening = |chunk: &[u8]| chunk.iter().map(|byte| u8::from(byte | 0x20 == b'{')).sum::<u8>();
    let opening: usize = text.chunks(128).map(|chunk| usize::from(opening(chunk))).sum();
    opening <= max_depth || depth_of(text) <= max_depth
}

/// How deep the brackets nest. Whether they match is not asked: the parser asks.
fn depth_of(text: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let mut bytes = text.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b'"' => {
                // To the end of the string; what is escaped does not end it.
                while let Some(byte) = bytes.next() {
                    match byte {
                        b'"' => break,
                        b'\\' => drop(bytes.next()),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn t13_depth_is_told_without_a_stack() {
        assert_eq!(depth_of(b"1"), 0);
        assert_eq!(depth_of(br#"{"a":[1,{"b":[]}],"c":[[]]}"#), 4);
        assert_eq!(depth_of(br#"["[[[[[","\"[[","\\",[]]"#), 2);
        assert!(nests_within(br#"[[],[],[]]"#, 2) && !nests_within(b"[[[]]]", 2));
        assert!(!nests_within("[".repeat(20_000).as_bytes(), 32));
        assert!(nests_within(br#""[[[[[[""#, 1));
    }

    #[test]
    fn t37_what_is_written_is_bounded_while_it_is_written() {
        struct Endless;
        impl Serialize for Endless {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_seq([Endless])
            }
        }
        let mut out = Vec::new();
        assert_eq!(write(&Endless, 32, &mut out), Err("the state nests too deeply"));
        assert_eq!(out.len(), 32);
        let mut out = Vec::new();
        assert_eq!(write(&[[[1], [2]], [[3], [4]]], 3, &mut out), Ok(()));
        assert_eq!(out, b"[[[1],[2]],[[3],[4]]]");
        assert!(write(&[[[1]]], 2, &mut Vec::new()).is_err());
        let map = |value: u8| std::collections::BTreeMap::from([("a", value)]);
        let mut out = Vec::new();
        assert_eq!(write(&[map(1), map(2), map(3)], 2, &mut out), Ok(()));
        assert_eq!(out, br#"[{"a":1},{"a":2},{"a":3}]"#);
        assert!(write(&[[map(1)]], 2, &mut Vec::new()).is_err());
    }

    proptest! {
        /// As a parser that builds a tree tells it.
        #[test]
        fn depth_is_that_of_the_tree(text in "[\\[\\]{}:,\"\\\\a1]{0,30}") {
            fn depth(value: &serde_json::Value) -> usize {
                match value {
                    serde_json::Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
                    serde_json::Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
                    _ => 0,
                }
            }
            if let Ok(value) = serde_json::from_str::<serde_json::Value>(&text) {
                prop_assert_eq!(depth_of(text.as_bytes()), depth(&value));
            }
        }
    }
}
