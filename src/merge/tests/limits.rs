//! What an operation, a state and a header may measure, and how late a clock may be: to the byte and to the millisecond.

use super::kit::{BLOCK, Browser, Order, at, desk};
use crate::merge::{
    CartOp, Committed, Mergeable, Policy, PolicyBuilder, Prepared, Siblings,
    dot::{Dot, Millis},
    item::{Class, MAX_COOKIE, Names},
    plan::{Block, Planner},
    record::Record,
    siblings::Desk,
    wire,
};
use std::{collections::HashSet, sync::Arc, time::Duration};

/// A name of twelve characters: with it a cookie can have just the length that browsers keep.
const NAME: &str = "__Host-order";

fn wide(base_limit: usize) -> PolicyBuilder {
    Policy::builder().header_limit(64 * 1024).base_limit(base_limit)
}

fn browser(policy: PolicyBuilder) -> Browser {
    let desk = Desk::new(Names::new(NAME).unwrap(), policy.build().unwrap());
    Browser { desk: Arc::new(desk), ..Browser::new() }
}

/// The longest text that a question says yes to.
fn longest(fits: impl Fn(&str) -> bool) -> String {
    let (mut yes, mut no) = (0, 5_000);
    while no - yes > 1 {
        let middle = usize::midpoint(yes, no);
        if fits(&"x".repeat(middle)) { yes = middle } else { no = middle }
    }
    "x".repeat(yes)
}

fn note(text: &str) -> CartOp {
    CartOp::Register("note".into(), Some(text.into()))
}

/// The cookie of an operation that adds nothing to the state, so that the state's own limit is not in the way.
#[test]
fn an_operation_is_as_long_as_a_browser_keeps() {
    let browser = browser(wide(MAX_COOKIE));
    let cookie = |siblings: &Siblings<Order>| {
        let plan = siblings.plan(BLOCK, at(browser.now)).unwrap();
        siblings.keys.names.cookie_len(plan.add[0].plaintext.len())
    };
    let refused = |text: &str| {
        let mut siblings = browser.read();
        siblings.remove(text).map(|()| cookie(&siblings))
    };
    let text = longest(|text| refused(text).is_ok());
    assert_eq!(refused(&text).unwrap(), MAX_COOKIE);
    for more in ["x", "xx", "xxx"] {
        let error = refused(&[&text, more].concat()).unwrap_err();
        assert_eq!(error.limit(), Some(MAX_COOKIE), "{error}");
        assert!(error.is_too_large() && error.size() > error.limit());
    }
}

/// What a login takes along is one cookie, too.
#[test]
fn what_a_login_takes_along_is_as_long_as_a_browser_keeps() {
    let browser = browser(wide(MAX_COOKIE));
    let moved = |text: &str| {
        let mut siblings = browser.read();
        // As if it had been folded: it is in the snapshot, and adds no cookie of its own.
        siblings.joined.snap.apply(&note(text));
        siblings.joined.floor = at(0);
        siblings
            .carry_over(&browser.keys(), at(browser.now))
            .map(|item| siblings.keys.names.cookie_len(item.plaintext.len()))
    };
    let text = longest(|text| moved(text).is_ok());
    assert_eq!(moved(&text).unwrap(), MAX_COOKIE);
    for more in ["x", "xx"] {
        assert!(moved(&[&text, more].concat()).unwrap_err().is_too_large());
    }
}

/// Whatever would not fit into a base when all is folded is refused at once, and says how much is too much.
#[test]
fn a_state_grows_up_to_the_limit_of_a_base() {
    let browser = browser(wide(300));
    let grown = |text: &str| browser.read().update(&note(text));
    let text = longest(|text| grown(text).is_ok());
    let mut state = Order::default();
    state.apply(&note(&text));
    let encoded = |state: &Order| crate::merge::canonical::encode(state, crate::cbor::Layout::Named).unwrap().len();
    // Version, floor, cart id, last barrier, and no records.
    let cookie = |state: &Order| browser.desk.names.cookie_len(3 + 5 + 16 + 8 + 1 + encoded(state));
    assert_eq!(cookie(&state), 300, "the limit itself is taken");
    state.apply(&note(&[&text, "x"].concat()));
    let error = grown(&[&text, "x"].concat()).unwrap_err();
    assert_eq!((error.size(), error.limit()), (Some(cookie(&state)), Some(300)));
    assert_eq!(error.largest().first().map(|(part, _)| *part), Some("registers"));
}

/// A limit that was lowered, or a limit that merging has exceeded: what is there may be changed and may shrink.
#[test]
fn a_state_that_is_too_large_may_shrink_and_stay_as_large() {
    let mut large = browser(wide(1_000));
    large.request(|order| order.update(&note(&"x".repeat(500)))).unwrap();
    large.desk = browser(wide(300)).desk;
    let update = |text: &str| large.read().update(&note(text));
    update(&"y".repeat(500)).unwrap();
    update(&"y".repeat(499)).unwrap();
    assert!(update(&"y".repeat(502)).unwrap_err().is_too_large());
}

/// A time that a reader would take for one from the future is not given out.
#[test]
fn a_clock_that_is_ahead_is_followed_as_far_as_clocks_may_be_apart() {
    let skew = Policy::default().skew();
    let mut browser = Browser::new();
    browser.pass(Duration::from_secs(60));
    browser.request(|order| order.add("soup", 1)).unwrap();
    let latest = browser.read().latest;
    let mut behind = |by: Duration| {
        browser.now = latest.raw() - super::kit::START - u64::try_from(by.as_millis()).unwrap();
        browser.read().add("tea", 1)
    };
    behind(skew - Duration::from_millis(1)).unwrap();
    assert!(behind(skew).unwrap_err().is_unavailable(), "the next time would be one millisecond too late");
}

/// The largest header beside which a request may still do something.
fn most_header(may: impl Fn(usize) -> bool) -> usize {
    let (mut yes, mut no) = (0, 8 * 1024);
    assert!(may(yes) && !may(no));
    while no - yes > 1 {
        let middle = usize::midpoint(yes, no);
        if may(middle) { yes = middle } else { no = middle }
    }
    yes
}

fn reading(browser: &Browser, header: usize) -> Siblings<Order> {
    let cookies = browser.cookies.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    // A process that has answered nothing yet.
    desk(Policy::default()).read(&browser.anchor, cookies, header, at(browser.now)).unwrap()
}

/// What a header has free is for the new cookie with what separates it, for the base that will hold it, and for the margin.
#[test]
fn an_operation_takes_its_cookie_and_a_separator_of_the_header() {
    let browser = Browser::new();
    let siblings = browser.read();
    let record = Record::<Order>::new(Dot::new(at(0), [0; 3]), &CartOp::Add("soup".into(), 1), None).unwrap();
    let cookie = siblings.keys.names.cookie_len(wire::operation(&record).len()) + "; ".len();
    let base = Planner::new(&siblings, Block::default()).next_base(1, cookie);
    let most = most_header(|header| reading(&browser, header).add("soup", 1).is_ok());
    assert_eq!(most, 8 * 1024 - 300 - cookie - base);
}

/// As for an operation; beside a barrier that another request had prepared, which was counted there.
#[test]
fn a_base_takes_its_cookie_and_a_separator_of_the_header() {
    let mut browser = Browser::new();
    for dish in ["soup", "tea", "rice", "cake"] {
        browser.request(|order| order.add(dish, 1)).unwrap();
    }
    browser.pass(Duration::from_secs(1));
    let prepared = browser.read().prepare(&CartOp::Checkout).unwrap();
    browser.pass(Duration::from_secs(1));
    let plan = |header: usize, commits: bool| {
        let mut siblings = reading(&browser, header);
        if commits {
            assert_eq!(siblings.commit(&prepared).unwrap(), Committed::Added);
        }
        siblings.plan(BLOCK, at(browser.now)).unwrap().add
    };
    for (commits, items) in [(false, 1), (true, 2)] {
        let added = plan(0, commits);
        assert_eq!(added.len(), items);
        let names = browser.keys().names;
        let taken: usize = added.iter().map(|item| names.cookie_len(item.plaintext.len()) + "; ".len()).sum();
        let most = most_header(|header| plan(header, commits).len() == items);
        assert_eq!(most, 8 * 1024 - 300 - taken);
    }
}

/// An item is as long as it is in the header.
#[test]
fn every_item_is_measured_with_its_separator() {
    let mut browser = Browser::new();
    browser.request(|order| order.add("soup", 1)).unwrap();
    browser.request(|order| order.register("note", Some("a longer one".into()))).unwrap();
    let measured: usize = browser.read().jar.items.iter().map(|item| item.bytes).sum();
    assert_eq!(measured, browser.header());
}

#[test]
fn what_has_arrived_is_what_is_there_or_was_told() {
    let mut browser = Browser::new();
    browser.request(|order| order.add("soup", 1)).unwrap();
    let here = browser.read();
    let (dot, other) = (here.joined.ops.keys().next().unwrap().to_text(), Dot::new(at(0), [1, 2, 3]).to_text());
    let arrived = |siblings: &Siblings<Order>, class, id: &str, at: Millis| {
        siblings.has_arrived(&siblings.present(), class, id, at)
    };
    assert_eq!(here.present(), HashSet::from([(Class::Operation, dot.as_str())]));
    assert!(arrived(&here, Class::Operation, &dot, at(0)));
    assert!(!arrived(&here, Class::Operation, &other, at(0)));
    assert!(!arrived(&here, Class::Operation, "no dot", at(0)) && !arrived(&here, Class::Base, &other, at(0)));
    // Told of by a base alone; of another base one that speaks of a later time than when that was issued.
    browser.pass(Duration::from_secs(60));
    browser.look();
    browser.look();
    assert_eq!((browser.count('o'), browser.count('b')), (0, 1));
    let there = browser.read();
    let latest = there.latest;
    assert!(arrived(&there, Class::Operation, &dot, at(0)) && !arrived(&there, Class::Operation, &other, latest));
    let base = |at| arrived(&there, Class::Base, &other, at);
    assert!(base(latest.minus(Duration::from_millis(1))) && !base(latest));
}

/// What comes back from a store is a barrier that this program understands, or nothing.
#[test]
fn only_a_barrier_comes_back_from_a_store() {
    let browser = Browser::new();
    let prepared = browser.read().prepare(&CartOp::Checkout).unwrap();
    let bytes = prepared.to_bytes();
    assert_eq!(Prepared::<Order>::from_bytes(&bytes).unwrap().to_bytes(), bytes);
    let (dot, plaintext) = bytes.split_at(Dot::LEN);
    // The same of version 2.
    let newer = [dot, &[plaintext[0] + 2], &plaintext[1..]].concat();
    let record = Record::<Order>::new(Dot::new(at(0), [0; 3]), &CartOp::Add("soup".into(), 1), None).unwrap();
    let operation = [dot, &wire::operation(&record)].concat();
    for bytes in [&newer[..], &operation, dot, &dot[1..], &[]] {
        assert!(Prepared::<Order>::from_bytes(bytes).unwrap_err().is_unreadable(), "{bytes:?}");
    }
}
