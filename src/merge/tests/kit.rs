//! What the tests share: a cart, a browser that keeps real cookies, and time in milliseconds.
//!
//! It may not know what a test is about.

use crate::{
    claims::SlipId,
    error::Error,
    merge::{
        Cart, Line, Mergeable, Policy, Siblings,
        anchor::{Anchor, SiblingKeys},
        dot::Millis,
        item::Names,
        plan::{Block, Plan},
        siblings::Desk,
    },
};
use std::{collections::BTreeMap, sync::Arc, time::Duration};

pub(crate) struct Menu;

impl Line for Menu {
    const PURPOSE: &'static str = "restaurant.example/order";
    const VERSION: u16 = 1;

    fn survives_checkout(register: &str) -> bool {
        register == "table"
    }
}

pub(crate) type Order = Cart<Menu>;

pub(crate) const PREFIX: &str = "__Host-cart";

/// What a `Set-Cookie` line has besides name and value: `; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=28800` and the header's name.
pub(crate) const ATTRIBUTES: usize = 80;

/// nginx reads the head of an upstream's answer into 4 kB (`proxy_buffer_size`).
pub(crate) const BLOCK: Block = Block { around: ATTRIBUTES, room: 3_600 };

/// A day after the epoch, in milliseconds.
pub(crate) const START: u64 = 86_400_000;

pub(crate) fn at(millis: u64) -> Millis {
    Millis::from_raw(START + millis).expect("a test is short")
}

pub(crate) fn desk(policy: Policy) -> Arc<Desk> {
    Arc::new(Desk::new(Names::new(PREFIX).expect("a token"), policy))
}

pub(crate) fn anchor() -> Anchor {
    Anchor::fresh(SlipId::random().expect("randomness")).expect("randomness")
}

/// A browser with real cookies. Its requests take no time unless a test says so.
pub(crate) struct Browser {
    pub(crate) desk: Arc<Desk>,
    pub(crate) anchor: Anchor,
    pub(crate) cookies: BTreeMap<String, String>,
    pub(crate) now: u64,
}

impl Browser {
    pub(crate) fn new() -> Self {
        Self { desk: desk(Policy::default()), anchor: anchor(), cookies: BTreeMap::new(), now: 0 }
    }

    pub(crate) fn keys(&self) -> SiblingKeys {
        SiblingKeys::derive(&self.anchor, Order::PURPOSE_OF, self.desk.names.clone()).expect("a fit secret")
    }

    pub(crate) fn header(&self) -> usize {
        self.cookies.iter().map(|(name, value)| name.len() + value.len() + 3).sum()
    }

    pub(crate) fn read_as<T: Mergeable>(&self) -> Siblings<T> {
        let cookies = self.cookies.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        self.desk.read(&self.anchor, cookies, self.header(), at(self.now)).expect("a fit secret")
    }

    pub(crate) fn read(&self) -> Siblings<Order> {
        self.read_as()
    }

    pub(crate) fn store(&mut self, plan: &Plan) {
        let keys = self.keys();
        for item in &plan.add {
            let (name, value) = item.seal(&keys.names, &keys.own).expect("randomness");
            self.cookies.insert(name, value);
        }
        for name in &plan.expire {
            self.cookies.remove(name);
        }
    }

    /// A request and its answer, one second after the last.
    pub(crate) fn request(
        &mut self,
        handler: impl FnOnce(&mut Siblings<Order>) -> Result<(), Error>,
    ) -> Result<Plan, Error> {
        self.pass(Duration::from_secs(1));
        let mut siblings = self.read();
        let answer = handler(&mut siblings);
        let plan = siblings.plan(BLOCK, at(self.now)).expect("in time");
        self.store(&plan);
        answer.map(|()| plan)
    }

    pub(crate) fn look(&mut self) -> Plan {
        self.request(|_| Ok(())).expect("looking needs no room")
    }

    pub(crate) fn pass(&mut self, time: Duration) {
        self.now += u64::try_from(time.as_millis()).expect("a test is short");
    }

    pub(crate) fn lines(&self) -> Vec<(String, u32)> {
        self.read().state().lines().map(|(sku, quantity)| (sku.to_owned(), quantity)).collect()
    }

    pub(crate) fn count(&self, class: char) -> usize {
        let letter = |name: &String| name.chars().nth(PREFIX.len()) == Some(class);
        self.cookies.keys().filter(|name| letter(name)).count()
    }
}

impl Order {
    pub(crate) const PURPOSE_OF: &'static str = <Self as crate::state::SlipState>::PURPOSE;
}
