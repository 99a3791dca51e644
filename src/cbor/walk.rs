//! One pass over a data item that nothing typed will see: what is skipped, in a frame or in a state.
//!
//! The walk is a loop with its own small stack, so that a nesting of any depth costs a bounded amount of the
//! thread's stack (the class of CVE-2019-25001 and CVE-2024-58264). It may not know what the item means.

use super::{
    Fault, MAX_FRAME_DEPTH, MAX_STATE_DEPTH,
    read::{Item, Reader},
};

/// RFC 8949 section 3.4.3: the only tags that a state holds.
pub(super) const POSITIVE_BIGNUM: u64 = 2;
pub(super) const NEGATIVE_BIGNUM: u64 = 3;

/// Skips one item of a frame, whatever it is.
pub(crate) fn skip(reader: &mut Reader<'_>) -> Result<(), Fault> {
    walk::<MAX_FRAME_DEPTH>(reader, MAX_FRAME_DEPTH, |_| Ok(()))
}

/// Skips one item of a frame, whatever it is that means anything.
pub(crate) fn skip_meant(reader: &mut Reader<'_>) -> Result<(), Fault> {
    walk::<MAX_FRAME_DEPTH>(reader, MAX_FRAME_DEPTH, |item| match item {
        Item::Simple => Err(Fault("a simple value that nobody has given a meaning")),
        _ => Ok(()),
    })
}

/// Skips one item within a state, which may open so many levels more. It must be of what our own writer writes: other tags are reserved
/// (compression, RFC 9277) and refused.
pub(crate) fn skip_in_state(reader: &mut Reader<'_>, levels: usize) -> Result<(), Fault> {
    let mut after_tag = false;
    walk::<MAX_STATE_DEPTH>(reader, levels, |item| {
        let bignum = std::mem::take(&mut after_tag);
        match item {
            Item::Bytes(bytes) if bignum => magnitude(bytes).map(drop),
            _ if bignum => Err(Fault("a tag around the wrong item")),
            Item::Tag(POSITIVE_BIGNUM | NEGATIVE_BIGNUM) => {
                after_tag = true;
                Ok(())
            }
            Item::Tag(_) => Err(Fault("a tag that no state holds")),
            Item::Simple => Err(Fault("a simple value that no state holds")),
            _ => Ok(()),
        }
    })
}

/// What the bytes of a big number say. Shortest: no leading zero, and nothing that an ordinary integer could say. Numbers beyond 128 bits
/// are of no Rust type.
pub(super) fn magnitude(bytes: &[u8]) -> Result<u128, Fault> {
    const WRONG: Fault = Fault("a big number that is not in its shortest form");
    let mut wide = [0; 16];
    match bytes.first() {
        Some(1..) if bytes.len() > 8 => {
            let start = wide.len().checked_sub(bytes.len()).ok_or(WRONG)?;
            wide.get_mut(start..).ok_or(WRONG)?.copy_from_slice(bytes);
            Ok(u128::from_be_bytes(wide))
        }
        _ => Err(WRONG),
    }
}

/// Visits every head of one item. `levels`, which is at most `DEPTH`, counts arrays, maps and tags.
fn walk<'b, const DEPTH: usize>(
    reader: &mut Reader<'b>,
    levels: usize,
    mut check: impl FnMut(Item<'b>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    // How many items are still to come at each level that is open.
    let mut open = [0_u64; DEPTH];
    let mut depth = 0;
    loop {
        let item = reader.item()?;
        check(item)?;
        let children = match item {
            Item::Array(len) => len,
            Item::Map(len) => len.checked_mul(2).ok_or(Fault("the input ends early"))?,
            Item::Tag(_) => 1,
            _ => 0,
        };
        let opens = matches!(item, Item::Array(_) | Item::Map(_) | Item::Tag(_));
        if opens {
            *open.get_mut(depth).filter(|_| depth < levels).ok_or(Fault("nested too deeply"))? = children;
            depth += 1;
        }
        // Close every level that is now complete.
        loop {
            let Some(level) = depth.checked_sub(1) else { return Ok(()) };
            let Some(left) = open.get_mut(level) else { return Err(Fault("nested too deeply")) };
            if *left > 0 {
                *left -= 1;
                break;
            }
            depth = level;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{bytes::tests::hex, cbor::read::Form};

    fn state(bytes: &[u8]) -> Result<(), Fault> {
        let mut reader = Reader::new(bytes, Form::Shortest);
        skip_in_state(&mut reader, MAX_STATE_DEPTH)?;
        reader.end()
    }

    #[test]
    fn t55_depth_is_bounded_and_tags_count() {
        let nested = |depth: usize| [vec![0x81; depth], vec![0x00]].concat();
        assert_eq!(state(&nested(MAX_STATE_DEPTH)), Ok(()));
        assert!(state(&nested(MAX_STATE_DEPTH + 1)).is_err());
        let within =
            |levels: usize, depth: usize| skip_in_state(&mut Reader::new(&nested(depth), Form::Shortest), levels);
        assert!((0..4).all(|levels| within(levels, levels).is_ok() && within(levels, levels + 1).is_err()));
        let mut tags = vec![0xc2; MAX_FRAME_DEPTH];
        tags.extend_from_slice(&[0x41, 1]);
        assert!(skip(&mut Reader::new(&tags, Form::Any)).is_ok());
        tags.insert(0, 0xc2);
        assert!(skip(&mut Reader::new(&tags, Form::Any)).is_err());
    }

    #[test]
    fn t55_claimed_lengths_cost_nothing() {
        for head in [0x9b_u8, 0xbb, 0x5b, 0x7b] {
            for claimed in [1_u64 << 32, 1 << 63, u64::MAX] {
                let mut bytes = vec![head];
                bytes.extend_from_slice(&claimed.to_be_bytes());
                bytes.push(0);
                assert!(state(&bytes).is_err());
            }
        }
    }

    #[test]
    fn a_state_is_one_item_in_its_shortest_form() {
        for good in ["00", "80", "a0", "f6", "f93c00", "c249010000000000000000", "a1616101", "8163616263", "4161", "40"]
        {
            assert_eq!(state(&hex(good)), Ok(()), "{good}");
        }
        for bad in [
            "",
            "0000",
            "1800",
            "190017",
            "5800",
            "9800",
            "b800",
            "d802410f",
            "9fff",
            "bfff",
            "5fff",
            "7fff",
            "f7",
            "e0",
            "f800",
            "f820",
            "ff",
            "c240",
            "c24100",
            "c24101",
            "c2480100000000000000",
            "c24a00010000000000000000",
            "c201",
            "c2c24101",
            "d9d9f700",
            "da63742c6040",
            "61ff",
            "1c",
            "c2",
            "81",
            "a1",
            "a100",
        ] {
            assert!(state(&hex(bad)).is_err(), "{bad}");
        }
    }
}
