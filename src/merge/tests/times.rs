//! The times of mergeable state, to the millisecond: of a barrier that another request brings, and of a login.

use super::kit::{Browser, at};
use crate::{
    claims::SlipId,
    merge::{CartOp, Committed, Policy},
};
use std::time::Duration;

/// Another request's barrier: taken for a while, then nobody can say, then it is too old. To the millisecond.
#[test]
#[cfg_attr(miri, ignore = "a lot of arithmetic of our own")]
fn a_barrier_of_another_request_is_committed_for_a_while_and_then_too_old() {
    let tick = Duration::from_millis(1);
    let mut browser = Browser::new();
    browser.request(|order| order.add("soup", 1)).unwrap();
    browser.pass(Duration::from_secs(1));
    let prepared = browser.read().prepare(&CartOp::Checkout).unwrap();
    let time = prepared.0.dot.time();
    let (within, settled) = (browser.desk.policy.commit_within(), browser.desk.policy.settled_by());
    let mut committed = |after: Duration| {
        while at(browser.now) < time.plus(after) {
            browser.now += 1;
        }
        assert_eq!(at(browser.now), time.plus(after));
        browser.read().commit(&prepared)
    };
    for after in [Duration::ZERO, within] {
        assert_eq!(committed(after).unwrap(), Committed::Added, "{after:?}");
    }
    for after in [within + tick, within + settled] {
        assert!(committed(after).unwrap_err().is_unavailable(), "{after:?}");
    }
    assert_eq!(committed(within + settled + tick).unwrap(), Committed::TooOld);
}

/// One from a clock that is ahead by more than clocks may be apart is not put into the jar, where it would make the state unreadable.
#[test]
fn a_barrier_from_the_future_is_not_committed() {
    let mut browser = Browser::new();
    browser.request(|order| order.add("soup", 1)).unwrap();
    browser.pass(Duration::from_secs(60));
    let prepared = browser.read().prepare(&CartOp::Checkout).unwrap();
    let (time, skew) = (prepared.0.dot.time(), browser.desk.policy.skew());
    let ahead = u64::try_from(skew.as_millis()).unwrap();
    browser.now -= ahead;
    assert_eq!(at(browser.now).plus(skew), time);
    assert_eq!(browser.read().commit(&prepared).unwrap(), Committed::Added);
    browser.now -= 1;
    assert!(browser.read().commit(&prepared).unwrap_err().is_unavailable());
}

/// What was under way before a login is waited for as long as it can be, and not a millisecond more.
#[test]
fn a_login_is_done_with_after_a_window() {
    let mut browser = Browser::new();
    assert!(!browser.read().adopts() && browser.read().is_done_with_prev());
    browser.anchor = browser.anchor.after_login(SlipId::random().unwrap(), at(0)).unwrap();
    let window = u64::try_from(Policy::default().window().as_millis()).unwrap();
    for (now, adopts) in [(0, true), (window - 1, true), (window, false), (window + 1, false)] {
        browser.now = now;
        assert_eq!((browser.read().adopts(), browser.read().is_done_with_prev()), (adopts, !adopts), "{now}");
    }
}

/// A login takes everything along up to half a transit after the request.
#[test]
fn what_a_login_takes_along_is_in_time() {
    let mut browser = Browser::new();
    browser.request(|order| order.add("soup", 1)).unwrap();
    let half = Policy::default().transit() / 2;
    let siblings = browser.read();
    assert!(siblings.carry_over(&browser.keys(), at(browser.now).plus(half)).is_ok());
    assert!(siblings.carry_over(&browser.keys(), at(browser.now).plus(half + Duration::from_millis(1))).is_err());
}
