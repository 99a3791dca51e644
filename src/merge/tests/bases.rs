//! What a base knows, what it covers, and the two places where a millisecond decides: folding, and a barrier that is overdue.

use super::kit::{Order, at};
use crate::merge::{
    CartOp,
    base::{Base, CartId, join},
    dot::{Dot, Millis},
    record::{Record, Seen},
    wire,
};
use std::{iter::once, time::Duration};

fn dot(time: u64, noise: u8) -> Dot {
    Dot::new(at(time), [0, 0, noise])
}

fn soup(dot: Dot) -> Record<Order> {
    Record::new(dot, &CartOp::Add("soup".into(), 1), None).unwrap()
}

fn barrier(dot: Dot, seen: Seen) -> Record<Order> {
    Record::new(dot, &CartOp::Checkout, Some(seen)).unwrap()
}

fn base(floor: Millis, records: impl IntoIterator<Item = Record<Order>>) -> Base<Order> {
    Base { floor, ops: records.into_iter().map(|record| (record.dot, record)).collect(), ..Base::empty() }
}

#[test]
fn a_base_knows_what_is_before_its_floor_and_what_it_lists() {
    let base = base(at(10), [soup(dot(20, 1))]);
    let known = [dot(9, 255), dot(10, 0), dot(20, 0), dot(20, 1), dot(20, 2)].map(|dot| base.knows(dot));
    assert_eq!(known, [true, false, false, true, false]);
    let seen = Seen { floor: at(10), dots: [dot(20, 1)].into() };
    let seen = [dot(9, 255), dot(10, 0), dot(20, 0), dot(20, 1), dot(20, 2)].map(|dot| seen.contains(dot));
    assert_eq!(seen, known, "and so has a barrier seen");
}

/// Each part on its own decides.
#[test]
fn a_base_covers_another_only_if_nothing_of_it_is_missing() {
    let other = || base(at(10), [soup(dot(20, 1))]);
    assert!(other().covers(&other()) && other().covers(&Base::empty()));
    assert!(!base(at(9), [soup(dot(20, 1))]).covers(&other()), "an earlier floor");
    assert!(!base(at(10), []).covers(&other()), "an operation less");
    assert!(base(at(21), []).covers(&other()), "folded");
    let of_cart = |cart: Option<u8>| Base { cart: cart.map(|cart| CartId::new([cart; 16])), ..other() };
    assert!(of_cart(Some(1)).covers(&other()) && of_cart(Some(2)).covers(&of_cart(Some(1))));
    assert!(!other().covers(&of_cart(Some(1))) && !of_cart(Some(1)).covers(&of_cart(Some(2))));
    let with_last = |last: Option<u64>| Base { last: last.map(|time| dot(time, 0)), ..other() };
    assert!(with_last(Some(5)).covers(&with_last(Some(5))) && with_last(Some(6)).covers(&with_last(Some(5))));
    assert!(!with_last(None).covers(&with_last(Some(5))) && !with_last(Some(4)).covers(&with_last(Some(5))));
    // Or it still lists that barrier.
    let last = dot(15, 0);
    let lists = base(at(10), [soup(dot(20, 1)), barrier(last, Seen { floor: at(10), dots: [].into() })]);
    assert!(lists.covers(&Base { last: Some(last), ..other() }));
}

/// Of two operations of one millisecond none is folded alone: the floor would be their time, and the folded one be applied again from
/// its own cookie.
#[test]
fn operations_of_one_millisecond_are_folded_together() {
    // Of a newer program, so that it cannot be folded.
    let newer = |dot: Dot| {
        let plaintext = [&[4][..], &wire::operation(&soup(dot))[1..]].concat();
        wire::read_operation::<Order>(dot, &plaintext).unwrap()
    };
    assert!(newer(dot(20, 2)).body.op.is_none());
    let apart = base(at(0), [soup(dot(19, 1)), newer(dot(20, 2))]).fold(at(100));
    assert_eq!((apart.floor, apart.ops.len(), apart.snap.quantity("soup")), (at(20), 1, 1));
    let together = base(at(0), [soup(dot(20, 1)), newer(dot(20, 2))]).fold(at(100));
    assert_eq!((together.floor, together.ops.len(), together.snap.quantity("soup")), (at(20), 2, 0));
    let limited = base(at(0), [soup(dot(20, 1)), soup(dot(20, 2))]);
    assert_eq!(limited.clone().fold(at(20)).ops.len(), 2, "the limit itself is not before it");
    assert_eq!(limited.fold(at(21)).ops.len(), 0);
}

/// A base that speaks of a time that is later than a barrier's by more than this, and does not know the barrier, does without it.
#[test]
fn a_barrier_that_is_overdue_is_left_out() {
    let overdue = Duration::from_millis(50);
    let late = barrier(dot(100, 0), Seen { floor: Millis::ZERO, dots: [].into() });
    let joined = |latest: u64, known: Option<&Record<Order>>| {
        let base = base(at(0), once(soup(dot(latest, 1))).chain(known.cloned()));
        join(once(("one", &base)), once(&late), overdue).ops.contains_key(&late.dot)
    };
    assert!(joined(150, None));
    assert!(!joined(151, None));
    assert!(joined(151, Some(&late)));
    // An operation that is no barrier is never overdue.
    let base = base(at(0), [soup(dot(999, 1))]);
    assert_eq!(join(once(("one", &base)), once(&soup(dot(1, 0))), overdue).ops.len(), 2);
}
