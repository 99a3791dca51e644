//! What other states have in a header, and how long that lets a state become: to the byte.

use super::kit::{Browser, desk};
use crate::merge::{Policy, PolicyBuilder, beside::Beside, item::Names};

/// A sibling's cookie: of this class, with a value of so many bytes.
fn cookie(class: char, value: usize) -> (String, String) {
    (format!("display{class}0123456789abcd"), "x".repeat(value))
}

fn beside(policy: &PolicyBuilder, cookies: &[(String, String)]) -> Beside {
    let mut beside = Beside::default();
    let pairs = cookies.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes()));
    beside.add(&Names::new("display").unwrap(), &policy.clone().build().unwrap(), pairs);
    beside
}

#[test]
fn the_cookies_of_others_are_counted_with_all_that_they_take() {
    let strangers = [("display", 5), ("displayed", 5), ("displayo0123456789abc.", 5), ("displayx0123456789abcd", 5)];
    let strangers = strangers.map(|(name, value)| (name.to_owned(), "x".repeat(value)));
    let cookies = [[cookie('o', 100), cookie('b', 300), cookie('o', 90)].as_slice(), &strangers].concat();
    let mut one = beside(&Policy::builder().base_limit(1_000), &cookies);
    // A name of twenty-two characters, "=" and "; ".
    assert_eq!((one.states(), one.items(), one.bytes(), one.bases()), (2, 3, 490 + 3 * 25, 325));
    assert_eq!((one.reserve(10), one.folded_reserve(10)), (565 + 50, 325 + 50));
    assert_eq!((one.reserve(10_000), one.folded_reserve(10_000)), (1_000, 1_000), "no base is longer");
    one.add(&Names::new("shown").unwrap(), &Policy::default(), std::iter::empty());
    assert_eq!((one.states(), one.items(), one.bytes(), one.bases()), (3, 3, 565, 325));
    assert_eq!((one.reserve(10), one.folded_reserve(10)), (615 + 50, 375 + 50));
}

/// The base stands in the header, and room is kept for what takes something out of it and for the base after that; so do the others.
#[test]
fn a_base_is_as_long_as_leaves_room_for_the_next() {
    let limit = |policy: &PolicyBuilder, header: usize, beside: Beside, base: usize, cookie: usize| {
        let browser = Browser { desk: desk(policy.clone().build().unwrap()), ..Browser::new() };
        let mut siblings = browser.read().beside(beside);
        siblings.set_header(header);
        siblings.base_that_leaves_room(base, cookie)
    };
    let one = Policy::builder();
    let alone = |header, base, cookie| limit(&one, header, Beside::default(), base, cookie);
    // 2,000 and "; ", 120, 2,120 for the next, and the margin of 300.
    assert_eq!([3_650, 3_651, 3_652, 3_653].map(|header| alone(header, 2_000, 100)), [2_000, 1_999, 1_999, 1_998]);
    // A longer operation takes more, twice; the next base is no longer than any.
    assert_eq!([3_588, 3_589].map(|header| alone(header, 2_000, 149)), [2_000, 1_999]);
    assert_eq!([2_872, 2_873].map(|header| alone(header, 2_300, 316)), [2_300, 2_299]);
    // What others have more than half of is not for this state to make room in.
    assert_eq!([4_096, 4_097].map(|header| alone(header, 2_000, 100)), [1_777, usize::MAX]);
    // Of three processes each may add something and write a base.
    let three = Policy::builder().processes(3);
    let fleet = |header| limit(&three, header, Beside::default(), 1_000, 100);
    assert_eq!([2_450, 2_451, 2_454, 2_455].map(fleet), [1_000, 999, 999, 998]);
    // Beside another one, whose operations are folded by then, and whose base and room for the next stay.
    let shown = [cookie('o', 400), cookie('b', 475)];
    let shared = |header| limit(&one, header, beside(&one, &shown), 1_500, 100);
    assert_eq!([3_870, 3_871].map(|header| shared(header + 425)), [1_500, 1_499]);
}
