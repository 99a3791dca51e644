//! The judge of a run: is there *some* order of the operations, one after the other, that explains all that was seen?
//!
//! It has its own small cart and knows nothing of dots, bases or barriers: only when each operation was asked for and when its
//! answer was in the browser. An operation that was answered before another was asked for stands before it.

use crate::merge::{CartOp, Line, tests::kit::Menu};
use std::collections::{BTreeMap, HashSet};

/// Three lines and two registers: `coupon`, which a checkout clears, and `table`, which it does not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Plain {
    pub(super) lines: [i64; 3],
    pub(super) registers: [u8; 2],
}

pub(super) const LINES: [&str; 3] = ["soup", "bread", "tea"];
pub(super) const REGISTERS: [&str; 2] = ["coupon", "table"];

impl Plain {
    pub(super) fn of(cart: &super::kit::Order) -> Self {
        let text = |name| cart.register(name).and_then(|text| text.parse().ok()).unwrap_or_default();
        Self { lines: LINES.map(|sku| cart.quantity(sku).into()), registers: REGISTERS.map(text) }
    }

    pub(super) fn apply(&mut self, op: &CartOp) {
        match op {
            CartOp::Add(sku, by) => *self.line(sku) = (*self.line(sku) + by).max(0),
            CartOp::Set(sku, quantity) => *self.line(sku) = (*quantity).into(),
            CartOp::Register(name, text) => {
                let at = REGISTERS.iter().position(|known| known == name).unwrap();
                self.registers[at] = text.as_ref().map_or(0, |text| text.parse().unwrap());
            }
            CartOp::Ordered(lines) => {
                for (sku, quantity) in lines {
                    *self.line(sku) = (*self.line(sku) - i64::from(*quantity)).max(0);
                }
            }
            CartOp::Checkout => {
                self.lines = [0; 3];
                for (at, name) in REGISTERS.iter().enumerate() {
                    if !Menu::survives_checkout(name) {
                        self.registers[at] = 0;
                    }
                }
            }
        }
    }

    pub(super) fn named_lines(&self) -> BTreeMap<String, u32> {
        let named = LINES.iter().zip(self.lines).filter(|(_, quantity)| *quantity > 0);
        named.map(|(sku, quantity)| ((*sku).to_owned(), u32::try_from(quantity).unwrap())).collect()
    }

    fn line(&mut self, sku: &str) -> &mut i64 {
        let at = LINES.iter().position(|known| *known == sku).unwrap();
        &mut self.lines[at]
    }
}

/// One operation of a run.
#[derive(Clone, Debug)]
pub(super) struct Event {
    pub(super) op: CartOp,
    /// When the browser read its cookies for it.
    pub(super) asked: u64,
    /// When the first answer with it was in the browser; of one that never came, the operation did not happen.
    pub(super) stored: Option<u64>,
    /// Of a checkout: what was ordered. It was ordered even if no answer came.
    pub(super) ordered: Option<Plain>,
    /// The answer came too late: it may count or be lost.
    pub(super) is_optional: bool,
    /// The session ends, and its cart with it.
    pub(super) ends_session: bool,
}

impl Event {
    pub(super) fn end_of_session() -> Self {
        Self { op: CartOp::Checkout, asked: 0, stored: None, ordered: None, is_optional: false, ends_session: true }
    }
}

/// What the browser shows in the end, and how it came to that.
#[derive(Clone, Debug, Default)]
pub(super) struct History {
    pub(super) events: Vec<Event>,
}

impl History {
    /// Whether some order explains the end and every order that was placed and answered; and each that was not answered in time, which
    /// is no more than a look at the cart, by itself.
    pub(super) fn explains(&self, end: &Plain) -> bool {
        self.explains_with(end, |event| event.stored.is_some())
            || self
                .explains_with(end, |event| event.stored.is_some() && !(event.is_optional && event.ordered.is_some()))
    }

    fn explains_with(&self, end: &Plain, has_happened: impl Fn(&&Event) -> bool) -> bool {
        let happened: Vec<Event> = self.events.iter().filter(&has_happened).cloned().collect();
        let looks = self.events.iter().filter(|event| !has_happened(event));
        let mut looks = looks.filter_map(|event| Some((event.asked, event.ordered?)));
        explains(&happened, end)
            && looks.all(|(asked, seen)| {
                // What was answered before it was asked for must be in it; what was asked for later cannot be.
                let maybe = happened.iter().filter(|event| event.asked <= asked).map(|event| {
                    let is_optional = event.is_optional || event.stored.is_some_and(|stored| stored >= asked);
                    Event { is_optional, ordered: None, ..event.clone() }
                });
                explains(&maybe.collect::<Vec<_>>(), &seen)
            })
    }
}

fn explains(events: &[Event], end: &Plain) -> bool {
    let events: Vec<&Event> = events.iter().collect();
    assert!(events.len() <= 24, "the search is exhaustive");
    let before = events.iter().map(|event| {
        let earlier = |other: &&Event| other.stored.is_some_and(|stored| stored < event.asked);
        events.iter().enumerate().filter(|(_, other)| earlier(other)).map(|(at, _)| 1 << at).sum()
    });
    let before = before.collect();
    Search { relevant: events, before, end: *end, tried: HashSet::new() }.from(0, Plain::default())
}

struct Search<'a> {
    relevant: Vec<&'a Event>,
    before: Vec<u32>,
    end: Plain,
    tried: HashSet<(u32, Plain)>,
}

impl Search<'_> {
    fn from(&mut self, done: u32, state: Plain) -> bool {
        if done == (1 << self.relevant.len()) - 1 {
            return state == self.end;
        }
        if !self.tried.insert((done, state)) {
            return false;
        }
        for at in 0..self.relevant.len() {
            if done & (1 << at) != 0 || self.before[at] & !done != 0 {
                continue;
            }
            let event = self.relevant[at];
            if event.ordered.is_some_and(|ordered| ordered != state) {
                continue;
            }
            let mut next = state;
            if event.ends_session {
                next = Plain::default();
            } else {
                next.apply(&event.op);
            }
            if self.from(done | 1 << at, next) || (event.is_optional && self.from(done | 1 << at, state)) {
                return true;
            }
        }
        false
    }
}

#[test]
fn the_oracle_knows_what_may_be() {
    let event = |op, asked, stored| Event {
        op,
        asked,
        stored: Some(stored),
        ordered: None,
        is_optional: false,
        ends_session: false,
    };
    let add = |by, asked, stored| event(CartOp::Add("soup".into(), by), asked, stored);
    let set = |to, asked, stored| event(CartOp::Set("soup".into(), to), asked, stored);
    let soups = |count| Plain { lines: [count, 0, 0], registers: [0; 2] };
    let explains = |events: &[Event], count| History { events: events.to_vec() }.explains(&soups(count));
    let parallel = [add(1, 0, 9), set(5, 0, 9)];
    assert!(explains(&parallel, 5) && explains(&parallel, 6) && !explains(&parallel, 1));
    let sequential = [add(1, 0, 3), set(5, 4, 9)];
    assert!(explains(&sequential, 5) && !explains(&sequential, 6));
    let checkout = |ordered| Event { ordered: Some(soups(ordered)), ..event(CartOp::Checkout, 0, 9) };
    let beside = |ordered| [add(1, 0, 9), checkout(ordered)];
    assert!(explains(&beside(1), 0) && explains(&beside(0), 1));
    assert!(!explains(&beside(1), 1) && !explains(&beside(0), 0));
    let unanswered = [add(1, 0, 9), Event { stored: None, ..checkout(1) }];
    assert!(explains(&unanswered, 1) && !explains(&unanswered, 0));
}
