//! What one process remembers of its answers, and how much room that leaves: to the byte, to the item, to the millisecond.
//!
//! It may not know what an item says.

use super::kit::at;
use crate::{
    claims::SlipId,
    merge::{
        Policy, PolicyBuilder,
        admission::{Issued, Load},
        beside::Beside,
        dot::Millis,
        item::Class,
    },
};
use std::{cell::Cell, time::Duration};

/// What a header of 8 KiB leaves when it holds no cookie.
const FREE: usize = 8 * 1024 - 300;

const SECOND: u64 = 1_000;

/// One session at one process, and what its requests show.
struct Desk {
    issued: Issued,
    policy: Policy,
    slip: SlipId,
    header: usize,
    items: usize,
    beside: Beside,
    reserve: usize,
    shown: Vec<&'static str>,
    /// What the last admission asked the room for the next base for.
    asked: Cell<(usize, usize)>,
}

impl Desk {
    fn new(policy: PolicyBuilder) -> Self {
        Self {
            issued: Issued::default(),
            policy: policy.build().unwrap(),
            slip: SlipId::random().unwrap(),
            header: 0,
            items: 0,
            beside: Beside::default(),
            reserve: 0,
            shown: Vec::new(),
            asked: Cell::default(),
        }
    }

    fn with<R>(&self, judge: impl FnOnce(&Load<'_>) -> R) -> R {
        let reserve = |count, bytes| {
            self.asked.set((count, bytes));
            self.reserve
        };
        let has = |_: Class, id: &str, _: Millis| self.shown.contains(&id);
        judge(&Load { header: self.header, items: self.items, beside: &self.beside, reserve: &reserve, has: &has })
    }

    fn admit_to(&self, issued: &Issued, slip: SlipId, item: (&str, usize), now: u64) -> bool {
        self.with(|load| issued.admit(slip, &self.policy, load, (Class::Operation, item.0, item.1), at(now)))
    }

    fn admit(&self, id: &str, bytes: usize, now: u64) -> bool {
        self.admit_to(&self.issued, self.slip, (id, bytes), now)
    }

    /// The largest operation that would be admitted. Nothing is added.
    fn room(&self, now: u64) -> usize {
        largest(|bytes| self.admit_to(&self.issued.fork(), self.slip, ("probe", bytes), now))
    }

    fn base_to(&self, issued: &Issued, own: &[&str], base: (&str, usize), newest: u64, now: u64) -> bool {
        let own: Vec<String> = own.iter().map(|&id| id.to_owned()).collect();
        self.with(|load| issued.admit_base(self.slip, &self.policy, load, &own, base, (at(newest), at(now))))
    }

    fn base(&self, own: &[&str], base: (&str, usize), newest: u64, now: u64) -> bool {
        self.base_to(&self.issued, own, base, newest, now)
    }

    /// The largest base that would be admitted, 0 if none. Nothing is added.
    fn room_for_base(&self, own: &[&str], newest: u64, now: u64) -> usize {
        largest(|bytes| self.base_to(&self.issued.fork(), own, ("probe", bytes), newest, now))
    }
}

fn largest(is_admitted: impl Fn(usize) -> bool) -> usize {
    let (mut fits, mut too_large) = (0, 2 * FREE);
    while too_large - fits > 1 {
        let middle = fits.midpoint(too_large);
        if is_admitted(middle) { fits = middle } else { too_large = middle }
    }
    fits
}

#[test]
fn what_was_answered_counts_until_it_is_shown_or_can_no_longer_come() {
    let mut desk = Desk::new(Policy::builder());
    assert_eq!(desk.room(0), FREE);
    assert!(desk.admit("soup", 4_000, 0));
    assert_eq!(desk.room(0), FREE - 4_000);
    let transit = 120 * SECOND;
    assert_eq!(desk.room(transit - 1), FREE - 4_000);
    assert_eq!(desk.room(transit), FREE);
    desk.shown = vec!["soup"];
    assert_eq!(desk.room(0), FREE);
    // A request that was asked before may have waited for a connection. It does not show what a later one has shown.
    assert!(desk.admit("tea", 1, SECOND));
    desk.shown = vec!["tea"];
    assert_eq!(desk.room(10 * SECOND - 1), FREE - 4_000);
    assert_eq!(desk.room(10 * SECOND), FREE);
    // What was never shown is waited for, however many others are.
    desk.shown = vec!["soup"];
    assert_eq!(desk.room(transit), FREE - 1);
}

/// Each assumes that every other has as much under way as itself, and keeps room for the base that each will write then.
#[test]
fn states_share_the_header() {
    let mut desk = Desk::new(Policy::builder());
    for others in 0..4 {
        desk.beside = Beside::with(&vec![(3, 500, 200); others]);
        desk.reserve = 300;
        // Under way in all states, and in the bases of the others; of which each takes 2,400 at most.
        let of_each = (FREE - 300 - others * 540) / (2 * others + 1);
        let room = if others == 0 { FREE - 300 } else { of_each.max((FREE - 300 - others * 2_400) / (others + 1)) };
        assert_eq!(desk.room(0), room, "{others}");
        desk.items = 100 - (others + 1) - 3 * others;
        assert!(desk.room(0) > 0, "{others}");
        desk.items += 1;
        assert_eq!(desk.room(0), 0, "{others}");
        desk.items = 0;
        // A base comes in the place of what was admitted, with the room that was kept for it.
        desk.reserve = 0;
        assert_eq!(desk.room_for_base(&[], 0, 0), FREE);
    }
}

#[test]
fn a_header_that_is_full_takes_nothing() {
    let mut desk = Desk::new(Policy::builder());
    desk.header = FREE - 100;
    assert_eq!(desk.room(0), 100);
    assert!(!desk.admit("soup", 101, 0));
    assert_eq!(desk.room(0), 100, "what was refused is not under way");
}

/// Every process may have answered as much as this one, and each of the first three its own base.
#[test]
fn other_processes_may_have_answered_as_much() {
    for (processes, bases) in [(1, 1), (2, 2), (3, 3), (4, 1), (9, 1)] {
        let mut desk = Desk::new(Policy::builder().processes(processes));
        desk.reserve = 1_000;
        assert_eq!(desk.room(0), (FREE - bases * 1_000) / processes, "{processes}");
        assert!(desk.admit("soup", 100, 0));
        assert_eq!(desk.asked.get(), (processes, 100 * processes));
        assert_eq!(desk.room(0), (FREE - bases * 1_000) / processes - 100, "{processes}");
        assert!(desk.admit("tea", 50, 0));
        assert_eq!(desk.asked.get(), (2 * processes, 150 * processes));
    }
}

#[test]
fn a_jar_has_a_hundred_items_and_a_session_sixty_four_under_way() {
    let mut desk = Desk::new(Policy::builder());
    desk.items = 100;
    assert_eq!(desk.room(0), 0);
    desk.items = 99;
    assert_eq!(desk.room(0), FREE);
    assert!(desk.admit("soup", 1, 0));
    assert_eq!(desk.room(0), 0);
    desk.items = 98;
    assert_eq!(desk.room(0), FREE - 1);
    desk.items = 0;
    for number in 1..63 {
        assert!(desk.admit(&number.to_string(), 1, 0));
    }
    assert_eq!(desk.room(0), FREE - 63);
    assert!(desk.admit("63", 1, 0));
    assert!(!desk.admit("64", 1, 0));
}

#[test]
#[cfg_attr(miri, ignore = "hundreds of items, and arithmetic of our own")]
fn of_one_session_the_last_256_items_are_kept() {
    let names: Vec<&'static str> = (0..257).map(|number| &*Box::leak(number.to_string().into_boxed_str())).collect();
    let mut desk = Desk::new(Policy::builder());
    desk.shown = names.clone();
    for name in &names[..256] {
        assert!(desk.admit(name, 500, 0));
    }
    // A request that shows all but the first.
    desk.shown = names[1..].to_vec();
    assert_eq!(desk.room(0), FREE - 500);
    assert!(desk.admit(names[256], 500, 0));
    assert_eq!(desk.room(0), FREE);
}

#[test]
#[cfg_attr(miri, ignore = "a thousand sessions, and arithmetic of our own")]
fn a_thousand_sessions_are_remembered_and_the_one_that_was_silent_longest_is_forgotten() {
    let desk = Desk::new(Policy::builder());
    let slips: Vec<SlipId> = (0..1_025).map(|_| SlipId::random().unwrap()).collect();
    let room = |slip| largest(|bytes| desk.admit_to(&desk.issued.fork(), slip, ("probe", bytes), 0));
    for slip in &slips[..1_024] {
        assert!(desk.admit_to(&desk.issued, *slip, ("soup", 1_000), 0));
    }
    assert_eq!(room(slips[1_024]), FREE, "a session is not another's");
    assert_eq!((room(slips[0]), room(slips[1])), (FREE - 1_000, FREE - 1_000));
    // Whoever is refused is heard of, and leaves nothing behind if nothing is known of it.
    assert!(!desk.admit_to(&desk.issued, slips[0], ("too large", FREE), 0));
    assert!(!desk.admit_to(&desk.issued, slips[1_024], ("too large", FREE + 1), 0));
    assert_eq!(room(slips[1]), FREE - 1_000);
    assert!(desk.admit_to(&desk.issued, slips[1_024], ("soup", 1_000), 0));
    assert_eq!((room(slips[0]), room(slips[1]), room(slips[2])), (FREE - 1_000, FREE, FREE - 1_000));
}

#[test]
fn a_base_is_under_way_once_whoever_writes_it() {
    let desk = Desk::new(Policy::builder().processes(2));
    assert_eq!(desk.room_for_base(&[], 0, 60 * SECOND), FREE);
    assert!(desk.admit("own", 10, 0));
    assert!(desk.base(&["own"], ("base", 1_000), 0, 60 * SECOND));
    assert!(desk.base(&["own"], ("base", 1_000), 0, 60 * SECOND), "and again by a parallel request");
    assert_eq!(desk.room(60 * SECOND), (FREE - 1_000) / 2 - 10);
    // Another base beside it: not while the first may still be on its way to requests that wait.
    assert_eq!(desk.room_for_base(&["own"], 0, 70 * SECOND - 1), 0);
    assert_eq!(desk.room_for_base(&["own"], 0, 70 * SECOND), FREE - 2 * 1_000);
    assert_eq!(desk.room_for_base(&[], 0, 70 * SECOND), FREE - 2 * 1_010);
}

#[test]
fn a_base_that_is_refused_is_not_under_way() {
    let desk = Desk::new(Policy::builder());
    assert!(!desk.base(&[], ("base", FREE + 1), 0, 0));
    assert_eq!(desk.room(0), FREE);
    assert!(desk.base(&[], ("base", FREE), 0, 0));
    assert_eq!(desk.room(0), 0);
}

/// What this process answered a moment ago and this request does not show: the jar is another one than it looks.
#[test]
fn nothing_is_compacted_while_an_answer_is_not_shown() {
    let mut desk = Desk::new(Policy::builder());
    assert!(desk.admit("soup", 100, 0));
    assert_eq!(desk.room_for_base(&["soup"], 0, 0), FREE, "its own additions are not its rivals");
    assert_eq!(desk.room_for_base(&["tea"], 0, 10 * SECOND - 1), 0);
    assert_eq!(desk.room_for_base(&["tea"], 0, 10 * SECOND), FREE - 100);
    desk.header = 50;
    assert_eq!(desk.room_for_base(&["tea"], 0, 10 * SECOND), FREE - 150);
    desk.shown = vec!["soup"];
    assert_eq!(desk.room_for_base(&["tea"], 0, 0), FREE - 50);
}

/// Up to three processes may each write a base of what they see, and room is kept for that. Of more none does, until all see the same.
#[test]
fn processes_wait_until_all_see_the_same() {
    for (processes, room) in [(1, FREE), (2, FREE / 2), (3, FREE / 3), (4, 0), (5, 0)] {
        let desk = Desk::new(Policy::builder().processes(processes));
        assert_eq!(desk.room_for_base(&[], 0, 10 * SECOND - 1), room, "{processes}");
        assert_eq!(desk.room_for_base(&[], 0, 10 * SECOND), FREE, "{processes}");
    }
}

#[test]
fn a_transit_that_is_shorter_than_a_queue_ends_it() {
    let mut desk = Desk::new(Policy::builder().transit(Duration::from_secs(2)));
    assert!(desk.admit("soup", 100, 0));
    desk.shown = vec!["soup"];
    assert!(desk.admit("tea", 100, 0));
    desk.shown = vec!["tea"];
    assert_eq!(desk.room(2 * SECOND - 1), FREE - 100);
    assert_eq!(desk.room(2 * SECOND), FREE);
}
