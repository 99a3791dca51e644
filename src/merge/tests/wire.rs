//! The encodings: what is written is read back, and equal contents are equal bytes.

use super::kit::{Order, at};
use crate::{
    cbor::Layout,
    merge::{
        CartOp, Mergeable,
        base::{Base, CartId},
        canonical,
        dot::{Dot, Millis},
        item::{Class, read},
        record::{Record, Seen},
        wire,
    },
};
use proptest::{
    collection::{btree_set, vec},
    option,
    prelude::*,
};
use std::collections::BTreeSet;

pub(super) fn ops() -> impl Strategy<Value = CartOp> {
    let sku = || "[a-c]{0,2}";
    prop_oneof![
        4 => (sku(), -3_i64..9).prop_map(|(sku, by)| CartOp::Add(sku, by)),
        1 => (sku(), any::<i64>()).prop_map(|(sku, by)| CartOp::Add(sku, by)),
        2 => (sku(), 0..5_u32).prop_map(|(sku, quantity)| CartOp::Set(sku, quantity)),
        1 => (sku(), option::of(".{0,9}")).prop_map(|(name, text)| CartOp::Register(name, text)),
    ]
}

fn dots() -> impl Strategy<Value = Dot> {
    (0_u64..5_000, any::<[u8; 3]>()).prop_map(|(time, noise)| Dot::new(at(time), noise))
}

fn seen() -> impl Strategy<Value = Seen> {
    // Those below the floor go without saying, so a barrier is made without them.
    let whole = |(floor, dots): (u64, BTreeSet<Dot>)| Seen {
        floor: at(floor),
        dots: dots.into_iter().filter(|dot| dot.time() >= at(floor)).collect(),
    };
    (0_u64..3_000, btree_set(dots(), 0..6)).prop_map(whole)
}

prop_compose! {
    /// A base with a few barriers that saw some of what is before them, and some that is not here.
    fn bases()(
        floor in 0_u64..2_000,
        cart in option::of(any::<[u8; 16]>()),
        last in option::of(dots()),
        snap in vec(ops(), 0..6),
        records in vec((dots(), ops(), option::weighted(0.2, seen()), any::<prop::sample::Index>()), 0..12),
    ) -> Base<Order> {
        let mut base: Base<Order> = Base { floor: at(floor), cart: cart.map(CartId::new), last, ..Base::empty() };
        snap.iter().for_each(|op| base.snap.apply(op));
        for (dot, op, seen, every) in records {
            if dot.time() < base.floor {
                continue;
            }
            let seen = seen.map(|mut seen| {
                let here = base.ops.values().filter(|other| !other.is_barrier() && other.dot.time() >= seen.floor);
                seen.dots.extend(here.map(|other| other.dot).filter(|dot| usize::from(dot.noise()[0]) % 4 != every.index(4)));
                seen
            });
            let op = if seen.is_some() { CartOp::Checkout } else { op };
            base.ops.insert(dot, Record::new(dot, &op, seen).unwrap());
        }
        base
    }
}

proptest! {
    #[test]
    fn c_a_base_is_read_back_and_written_again_as_the_same_bytes(base in bases()) {
        let bytes = wire::base(&base).unwrap();
        let back: Base<Order> = wire::read_base(&bytes).unwrap();
        prop_assert_eq!(&*bytes, &*wire::base(&back).unwrap());
        prop_assert_eq!((back.floor, back.cart, back.last, &back.snap), (base.floor, base.cart, base.last, &base.snap));
        prop_assert_eq!(back.ops.len(), base.ops.len());
        for (ours, theirs) in back.ops.values().zip(base.ops.values()) {
            prop_assert!(!ours.outranks(theirs) && !theirs.outranks(ours), "{:?} {:?}", ours.seen, theirs.seen);
            prop_assert_eq!(&ours.body.op, &theirs.body.op);
        }
        prop_assert_eq!(back.value(), base.value());
    }

    #[test]
    fn an_operation_is_read_back(dot in dots(), op in ops(), seen in option::of(seen())) {
        let record = Record::<Order>::new(dot, &op, seen).unwrap();
        let back = wire::read_operation::<Order>(dot, &wire::operation(&record)).unwrap();
        prop_assert!(!back.outranks(&record) && !record.outranks(&back));
        prop_assert_eq!(&back.body.op, &Some(op));
    }

    /// What an authentic item of another program may hold.
    #[test]
    fn noise_is_no_item_and_no_panic(bytes in vec(any::<u8>(), 0..120), base in bases(), at in any::<prop::sample::Index>(), with: u8) {
        let id = Dot::new(Millis::ZERO, [0; 3]).to_text();
        let _ = read::<Order>(Class::Operation, &id, &bytes);
        let _ = read::<Order>(Class::Base, &id, &bytes);
        let mut changed = wire::base(&base).unwrap().to_vec();
        let index = at.index(changed.len());
        changed[index] = with;
        if let Ok(base) = wire::read_base::<Order>(&changed) {
            let _ = base.fold(base_limit(with)).value();
        }
    }
}

fn base_limit(with: u8) -> Millis {
    at(u64::from(with) * 20)
}

#[test]
fn the_bytes_are_as_documented() {
    let dot = |time, noise| Dot::new(at(time), [0, 0, noise]);
    let record = |dot, op, seen| Record::<Order>::new(dot, &op, seen).unwrap();
    let soup = || CartOp::Add("soup".into(), 1);
    assert_eq!(*wire::operation(&record(dot(0, 1), soup(), None)), b"\x02\x82\x64soup\x01");
    let seen = Seen { floor: at(0), dots: [dot(1, 1), dot(300, 3)].into() };
    let floor = at(0).to_bytes();
    let barrier = record(dot(301, 4), CartOp::Checkout, Some(seen));
    assert_eq!(*wire::operation(&barrier), [b"\x03", &floor[..], b"\x02\x01\0\0\x01\xab\x02\0\0\x03\x80"].concat());
    let mut base = Base::<Order> { floor: at(0), ..Base::empty() };
    base.snap.apply(&CartOp::Set("tea".into(), 2));
    for record in
        [record(dot(1, 1), soup(), None), record(dot(2, 2), soup(), None), record(dot(300, 3), soup(), None), barrier]
    {
        base.ops.insert(record.dot, record);
    }
    let bytes = wire::base(&base).unwrap();
    let records = [
        &b"\x01\0\0\x01\0\x07\x82\x64soup\x01"[..], // an operation
        b"\x01\0\0\x02\x04\xaa\x02\0\0\x03\x04",    // twice the same again
        b"\x01\0\0\x04\x01\x01\x80",                // a barrier
    ];
    let expected =
        [b"\x04", &floor[..], b"\x04", &records.concat(), &floor, b"\x01\x01\0", b"\xa1\x63tea\x02"].concat();
    assert_eq!(*bytes, expected);
}

#[test]
fn a_cart_without_registers_is_its_lines_alone() {
    let mut cart = Order::default();
    cart.apply(&CartOp::Add("soup".into(), 2));
    assert_eq!(*canonical::encode(&cart, Layout::Named).unwrap(), b"\xa1\x64soup\x02");
    cart.apply(&CartOp::Register("table".into(), Some("7".into())));
    cart.apply(&CartOp::Register("coupon".into(), Some("x".into())));
    let bytes = canonical::encode(&cart, Layout::Named).unwrap();
    assert_eq!(*bytes, b"\x82\xa1\x64soup\x02\xa2\x65table\x617\x66coupon\x61x");
    assert_eq!(crate::cbor::de::state::<Order>(&bytes).unwrap(), cart);
    cart.apply(&CartOp::Checkout);
    assert_eq!((cart.lines().count(), cart.register("table"), cart.register("coupon")), (0, Some("7"), None));
}

#[test]
fn quantities_stay_within_their_limits() {
    let mut cart = Order::default();
    for (by, quantity) in [(i64::MAX, u32::MAX), (1, u32::MAX), (-1, u32::MAX - 1), (i64::MIN, 0), (-1, 0), (1, 1)] {
        cart.apply(&CartOp::Add("soup".into(), by));
        assert_eq!(cart.quantity("soup"), quantity);
        assert_eq!(cart.is_empty(), quantity == 0);
    }
}

/// Operations of a newer program are passed on within a base, each with its version and as often as it is there.
#[test]
fn a_base_passes_on_what_a_newer_program_wrote() {
    let dot = |time, noise| Dot::new(at(time), [0, 0, noise]);
    let soup = |dot| Record::<Order>::new(dot, &CartOp::Add("soup".into(), 1), None).unwrap();
    let newer = |dot| {
        let plaintext = [b"\x04", &wire::operation(&soup(dot))[1..]].concat();
        wire::read_operation::<Order>(dot, &plaintext).unwrap()
    };
    let records = [soup(dot(1, 1)), newer(dot(2, 2)), newer(dot(3, 3)), soup(dot(4, 4))];
    let mut base = Base::<Order> { floor: at(0), ..Base::empty() };
    base.ops.extend(records.map(|record| (record.dot, record)));
    let bytes = wire::base(&base).unwrap();
    let expected = [
        &[b"\x04", &at(0).to_bytes()[..], b"\x04"].concat()[..],
        b"\x01\0\0\x01\0\x07\x82\x64soup\x01",
        b"\x01\0\0\x02\x02\x02\x07\x82\x64soup\x01", // of version 2
        b"\x01\0\0\x03\x08\x01\0\0\x04\x04",         // the second again, the first again
        b"\xa0",
    ];
    assert_eq!(*bytes, expected.concat());
    let back: Base<Order> = wire::read_base(&bytes).unwrap();
    assert!(!back.is_understood());
    assert_eq!(back.ops.values().map(|record| record.body.version).collect::<Vec<_>>(), [1, 2, 2, 1]);
    assert_eq!(*wire::base(&back).unwrap(), *bytes);
}
