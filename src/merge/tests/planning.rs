//! When an answer compacts a jar, what fits into it, and what it expires: each bound from both sides.

use super::kit::{ATTRIBUTES, BLOCK, Browser, Order, START, at, desk};
use crate::{
    bytes::Secret,
    merge::{
        CartOp, Policy, PolicyBuilder, Siblings,
        anchor::Anchor,
        dot::Millis,
        item::{Class, MAX_COOKIE, NewItem},
        plan::{Block, Plan, Planner},
        policy::{MOST_EXPIRED, QUIET, SETTLED},
        wire,
    },
};
use std::time::Duration;

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap()
}

/// A browser with so many operations of one moment, which is now.
fn with_operations(policy: PolicyBuilder, count: usize) -> Browser {
    let mut browser = Browser { desk: desk(policy.build().unwrap()), ..Browser::new() };
    browser.now += 1_000;
    let mut siblings = browser.read();
    for number in 0..count {
        siblings.add(format!("dish-{number:02}"), 1).unwrap();
    }
    let plan = siblings.plan(BLOCK, at(browser.now)).unwrap();
    browser.store(&plan);
    // The hybrid clock counts operations of one request on.
    browser.now = browser.now.max(siblings.latest.raw().saturating_sub(START));
    browser
}

/// The same session, for another browser.
fn again(anchor: &Anchor) -> Anchor {
    Anchor { id: anchor.id, secret: Secret::new(anchor.secret.expose().to_vec()), prev: None }
}

fn plan(browser: &Browser, block: Block) -> Plan {
    browser.read().plan(block, at(browser.now)).unwrap()
}

fn writes_base(browser: &Browser) -> bool {
    plan(browser, BLOCK).add.iter().any(|item| item.class == Class::Base)
}

#[test]
fn a_jar_is_compacted_when_it_is_quiet_and_worth_it_or_settled() {
    for (count, needed) in [(0, None), (1, Some(SETTLED)), (3, Some(SETTLED)), (4, Some(QUIET)), (5, Some(QUIET))] {
        let mut browser = with_operations(Policy::builder(), count);
        let Some(needed) = needed else {
            browser.pass(SETTLED);
            assert!(!writes_base(&browser));
            continue;
        };
        browser.pass(needed - Duration::from_millis(1));
        assert!(!writes_base(&browser), "{count}");
        browser.pass(Duration::from_millis(1));
        assert!(writes_base(&browser), "{count}");
    }
}

/// Two bases that do not cover each other, as parallel requests leave them that have read different cookies: one takes the place of both.
#[test]
fn two_live_bases_are_compacted_into_one() {
    let mut browser = with_operations(Policy::builder(), 8);
    browser.pass(QUIET);
    let all = browser.cookies.clone();
    let half = |skipped| {
        let cookies = all.clone().into_iter().skip(skipped).take(4).collect();
        let half = Browser { desk: desk(Policy::default()), anchor: again(&browser.anchor), cookies, now: browser.now };
        plan(&half, BLOCK)
    };
    let halves = [half(0), half(4)];
    halves.iter().for_each(|half| assert_eq!(half.add.len(), 1));
    halves.iter().for_each(|half| browser.store(half));
    assert_eq!((browser.count('o'), browser.count('b')), (8, 2));
    let whole = plan(&browser, BLOCK);
    assert_eq!((whole.add.len(), whole.expire.len()), (1, 8), "every operation is in a base of the request");
    browser.store(&whole);
    assert_eq!((browser.count('o'), browser.count('b')), (0, 3));
    let last = plan(&browser, BLOCK);
    assert_eq!((last.add.len(), last.expire.len()), (0, 2));
    browser.store(&last);
    assert_eq!(browser.lines().len(), 8);
}

/// The same base is not written beside itself.
#[test]
fn a_base_that_is_there_is_not_written_again() {
    let mut browser = with_operations(Policy::builder(), 4);
    browser.pass(QUIET);
    let written = plan(&browser, BLOCK);
    assert_eq!(written.add.len(), 1);
    browser.store(&written);
    assert!(!writes_base(&browser));
}

/// A base goes into an answer only if the answer's head has room for it, beside what was added.
#[test]
fn a_base_goes_into_an_answer_that_has_room_for_it() {
    let mut browser = with_operations(Policy::builder(), 4);
    browser.pass(QUIET);
    let base = plan(&browser, BLOCK).add.remove(0);
    let keys = browser.keys();
    let line = |item: &NewItem| {
        let (name, value) = item.seal(&keys.names, &keys.own).unwrap();
        name.len() + 1 + value.len() + ATTRIBUTES
    };
    let with_room = |browser: &Browser, room, add: bool| {
        let mut siblings = browser.read();
        if add {
            siblings.add("tea", 1).unwrap();
        }
        siblings.plan(Block { around: ATTRIBUTES, room }, at(browser.now)).unwrap().add
    };
    let needed = line(&base);
    // Each try begins with a process that has answered nothing.
    let fresh = |browser: &mut Browser| browser.desk = desk(Policy::default());
    for (room, items) in [(needed, 1), (needed - 1, 0)] {
        fresh(&mut browser);
        assert_eq!(with_room(&browser, room, false).len(), items, "{room}");
    }
    fresh(&mut browser);
    let added = with_room(&browser, 10_000, true);
    assert_eq!(added.iter().map(|item| item.class).collect::<Vec<_>>(), [Class::Operation, Class::Base]);
    let needed: usize = added.iter().map(line).sum();
    for (room, items) in [(needed, 2), (needed - 1, 1), (0, 1)] {
        fresh(&mut browser);
        assert_eq!(with_room(&browser, room, true).len(), items, "{room}");
    }
}

/// A base is refused only above the limit, to the byte.
#[test]
fn a_base_is_no_longer_than_the_limit() {
    let mut browser = with_operations(Policy::builder(), 4);
    browser.pass(QUIET);
    let base = plan(&browser, BLOCK).add.remove(0);
    let size = browser.keys().names.cookie_len(base.plaintext.len());
    for (limit, is_written) in [(size, true), (size - 1, false)] {
        browser.desk = desk(Policy::builder().base_limit(limit).build().unwrap());
        assert_eq!(writes_base(&browser), is_written, "{limit}");
    }
}

/// Expiries, too, stop where the head is full, and at sixteen; another request goes on.
#[test]
fn an_answer_expires_what_it_has_room_for() {
    let mut browser = with_operations(Policy::builder(), 20);
    browser.pass(QUIET);
    let base = plan(&browser, BLOCK);
    browser.store(&base);
    let line = browser.keys().names.item_len() + 1 + ATTRIBUTES;
    for (room, expired) in [
        (0, 0),
        (line - 1, 0),
        (line, 1),
        (2 * line - 1, 1),
        (15 * line, 15),
        (16 * line, MOST_EXPIRED),
        (100 * line, MOST_EXPIRED),
    ] {
        let plan = plan(&browser, Block { around: ATTRIBUTES, room });
        assert_eq!((plan.add.len(), plan.expire.len()), (0, expired), "{room}");
    }
    // Beside a new item there is less room.
    let mut siblings = browser.read();
    siblings.add("tea", 1).unwrap();
    let added = siblings.plan(BLOCK, at(browser.now)).unwrap().add.remove(0);
    let taken = browser.keys().names.cookie_len(added.plaintext.len()) + ATTRIBUTES;
    for (room, expired) in [(taken + line - 1, 0), (taken + line, 1), (taken + 3 * line, 3)] {
        let plan = siblings.plan(Block { around: ATTRIBUTES, room }, at(browser.now)).unwrap();
        assert_eq!(plan.expire.len(), expired, "{room}");
    }
}

/// The room that is kept for the next base is enough for it, and hardly more: of what is here and of what has not arrived yet.
#[test]
#[cfg_attr(miri, ignore = "a lot of arithmetic of our own")]
fn the_next_base_has_as_much_room_as_it_needs() {
    // A record has five to nine bytes beside what it says, and base64 is rounded: so much may be kept too much for each.
    const SLACK: usize = 6;
    let next =
        |siblings: &Siblings<Order>, count, bytes| Planner::new(siblings, Block::default()).next_base(count, bytes);
    for here in [0_usize, 1, 2, 3, 8] {
        let browser = with_operations(Policy::builder(), here);
        for staged in [0_usize, 1, 3] {
            for arriving in [0_usize, 1, 5] {
                let mut siblings = browser.read();
                for number in 0..staged {
                    siblings.add(format!("side-{number:02}"), 1).unwrap();
                }
                // What another request of the same moment adds.
                let mut all = Browser { cookies: browser.cookies.clone(), ..Browser::new() };
                all.anchor = again(&browser.anchor);
                all.now = browser.now;
                all.store(&siblings.plan(BLOCK, at(browser.now)).unwrap());
                let before = all.header();
                let mut others = all.read();
                for number in 0..arriving {
                    others.add(format!("main-{number:02}"), 1).unwrap();
                }
                all.store(&others.plan(BLOCK, at(all.now)).unwrap());
                // The browser's header counts "; " with each cookie, and an "=".
                let bytes = all.header() - before;
                let joined = all.read().joined.clone().fold(Millis::ZERO);
                let plaintext = wire::base(&joined).unwrap().len();
                let kept = next(&siblings, arriving, bytes);
                let names = &siblings.keys.names;
                let (least, most) = (
                    names.cookie_len(plaintext),
                    names.cookie_len(plaintext + 12 + SLACK * (here + staged + arriving)),
                );
                assert!((least..=most).contains(&kept), "{here} {staged} {arriving}: {least} {kept} {most}");
            }
        }
    }
}

#[test]
fn the_room_for_the_next_base_is_at_most_what_a_base_may_take() {
    let browser = with_operations(Policy::builder(), 0);
    let siblings = browser.read();
    let planner = Planner::new(&siblings, Block::default());
    let names = &siblings.keys.names;
    assert_eq!(planner.next_base(0, 0), names.cookie_len(16), "an empty one");
    assert_eq!(planner.next_base(1_000, 100_000), Policy::default().base_limit());
    assert_eq!(planner.next_base(usize::MAX, usize::MAX), Policy::default().base_limit());
    let wide = with_operations(Policy::builder().base_limit(MAX_COOKIE), 0);
    assert_eq!(Planner::new(&wide.read(), Block::default()).next_base(usize::MAX, usize::MAX), MAX_COOKIE);
}

/// What a checkout has cleared is no reason to keep room.
#[test]
fn a_jar_at_rest_is_folded_whole_and_left_alone() {
    let mut browser = with_operations(Policy::builder(), 2);
    browser.request(|order| order.update(&CartOp::Checkout)).unwrap();
    let rest = millis(Policy::default().rest());
    browser.now += rest;
    for _ in 0..3 {
        browser.look();
    }
    assert_eq!((browser.count('o'), browser.count('b')), (0, 1));
    let looked = browser.look();
    assert!(looked.add.is_empty() && looked.expire.is_empty());
}
