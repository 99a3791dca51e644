//! A browser's cookies, servers with clocks of their own, an order service: what the simulator and the model checker play with.
//!
//! Items are kept as plaintext: sealing is tested elsewhere, and takes most of the time. It may not know what is right.

use super::{
    kit::{BLOCK, Order, PREFIX},
    oracle::{Event, History, Plain},
};
use crate::{
    bytes::Secret,
    claims::SlipId,
    merge::{
        CartOp, Committed, IdempotencyKey, Policy, Prepared, Siblings,
        anchor::{Anchor, Prev, SiblingKeys},
        dot::{Dot, Millis},
        item::{self, Class, Content, Item, Jar, Names, NewItem},
        plan::Plan,
        record::{Record, Seen},
        siblings::Desk,
        wire,
    },
};
use std::{collections::HashMap, sync::Arc};

/// Times of a run count from here, so that a window before the first is still a time.
pub(super) const ORIGIN: u64 = 100_000_000;

#[derive(Clone)]
pub(super) struct Cookie {
    pub(super) name: String,
    session: usize,
    class: Class,
    id: String,
    plaintext: Arc<[u8]>,
}

impl Cookie {
    pub(super) fn content(&self) -> Content<Order> {
        item::read(self.class, &self.id, &self.plaintext).unwrap()
    }

    pub(super) fn is_base(&self) -> bool {
        self.class == Class::Base
    }
}

/// What the browser keeps: its cookies, oldest first, and whose session it is.
#[derive(Clone, Default)]
pub(super) struct Cookies {
    pub(super) items: Vec<Cookie>,
    pub(super) session: usize,
    /// Sessions that a login or a logout has ended. A slip of one of them counts for nothing.
    pub(super) ended: Vec<usize>,
}

/// Deliberately wrong ways to do it, which the oracle must find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    /// One cookie with the whole state.
    PlainCookie,
    /// Expires what the base of this very answer holds.
    OnePhase,
    /// Every write is the whole state under a new name, and expires all that was read.
    FullSiblings,
    /// A checkout clears everything with an earlier time.
    ClearsAll,
    /// A checkout clears what is in the snapshot, and nothing that is not.
    SeesNothing,
    /// Operations carry the server's time, though something later was read.
    WallClock,
    /// The window is half as long as one answer may be under way.
    ShortWindow,
}

/// What the order service keeps under a key.
#[derive(Clone)]
struct Placed {
    barrier: Vec<u8>,
    ordered: Plain,
}

pub(super) struct World {
    desks: Vec<Arc<Desk>>,
    /// Of each server, in milliseconds.
    skews: Vec<i64>,
    anchors: Vec<Anchor>,
    pub(super) wrong: Option<Wrong>,
    /// What every answer sets besides.
    pub(super) other_cookies: usize,
    orders: HashMap<IdempotencyKey, Placed>,
    pub(super) history: History,
    dots: Vec<Dot>,
    /// If the answer of a login came too late: a guest's operations that are later than this may be lost.
    late_login: Option<Millis>,
    pub(super) refused: u64,
    pub(super) largest: usize,
}

/// What a request wants.
#[derive(Clone, Debug)]
pub(super) enum Wish {
    Look,
    Do(CartOp),
    Checkout,
    Login,
    Logout,
    /// Its slip is sealed again, whatever else is set meanwhile.
    Renew,
}

#[derive(Clone)]
pub(super) struct Answer {
    pub(super) add: Vec<Cookie>,
    pub(super) expire: Vec<String>,
    pub(super) session: Option<usize>,
    ends: Option<usize>,
    /// If the cart of the session is gone with it: when that was asked for.
    clears: Option<u64>,
    /// Whether the request was answered with a success.
    pub(super) is_ok: bool,
}

impl Clone for World {
    fn clone(&self) -> Self {
        let desks = self.desks.iter().map(|desk| Arc::new(desk.fork())).collect();
        let anchor = |(number, anchor): (usize, &Anchor)| {
            let prev = anchor.prev.as_ref().map(|prev| {
                let of = self.anchors.iter().position(|other| other.id == prev.id).unwrap();
                Prev { id: prev.id, secret: secret(of), login: prev.login }
            });
            Anchor { id: anchor.id, secret: secret(number), prev }
        };
        Self {
            desks,
            skews: self.skews.clone(),
            anchors: self.anchors.iter().enumerate().map(anchor).collect(),
            wrong: self.wrong,
            other_cookies: self.other_cookies,
            orders: self.orders.clone(),
            history: self.history.clone(),
            dots: self.dots.clone(),
            late_login: self.late_login,
            refused: self.refused,
            largest: self.largest,
        }
    }
}

impl World {
    pub(super) fn new(policy: &Policy, skews: Vec<i64>, wrong: Option<Wrong>) -> Self {
        let policy = match wrong {
            Some(Wrong::ShortWindow) => policy.clone().with_unsafe_window(policy.transit() / 2),
            _ => policy.clone(),
        };
        let names = Names::new(PREFIX).unwrap();
        let desks = skews.iter().map(|_| Arc::new(Desk::new(names.clone(), policy.clone()))).collect();
        let mut world = Self {
            desks,
            skews,
            anchors: Vec::new(),
            wrong,
            other_cookies: 0,
            orders: HashMap::new(),
            history: History::default(),
            dots: Vec::new(),
            late_login: None,
            refused: 0,
            largest: 0,
        };
        world.begin_session(None, Millis::ZERO);
        world
    }

    pub(super) fn begin_session(&mut self, prev: Option<usize>, now: Millis) -> usize {
        let number = u8::try_from(self.anchors.len()).unwrap();
        let prev = prev.map(|prev| Prev { id: self.anchors[prev].id, secret: secret(prev), login: now });
        self.anchors.push(Anchor { id: SlipId::from_bytes([number; 16]), secret: secret(number.into()), prev });
        number.into()
    }

    fn keys(&self, session: usize) -> SiblingKeys {
        SiblingKeys::derive(&self.anchors[session], Order::PURPOSE_OF, self.desks[0].names.clone()).unwrap()
    }

    /// What a server's clock shows.
    fn clock(&self, server: usize, now: u64) -> Millis {
        Millis::from_raw((ORIGIN + now).checked_add_signed(self.skews[server]).unwrap()).unwrap()
    }

    pub(super) fn read(&mut self, cookies: &Cookies, server: usize, now: u64) -> Siblings<Order> {
        let keys = self.keys(cookies.session);
        let mut jar = Jar::empty();
        let mut header = self.other_cookies;
        for cookie in &cookies.items {
            let is_prev = keys.prev.as_ref().is_some_and(|(prev, _)| prev.slip == self.anchors[cookie.session].id);
            let bytes = keys.names.cookie_len(cookie.plaintext.len()) + 2;
            header += bytes;
            if cookie.session != cookies.session && !is_prev {
                jar.foreign.push(cookie.name.clone());
                continue;
            }
            let content: Content<Order> = item::read(cookie.class, &cookie.id, &cookie.plaintext).unwrap();
            jar.items.push(Item { name: cookie.name.clone(), is_adopted: is_prev, bytes, content });
        }
        self.largest = self.largest.max(header);
        Siblings::join(&self.desks[server], keys, jar, header, self.clock(server, now))
    }

    /// A request whose cookies were read at `asked`, which arrived at `arrived` and is answered at `answered`.
    pub(super) fn serve(
        &mut self,
        cookies: &Cookies,
        server: usize,
        wish: &Wish,
        noise: [u8; 3],
        [asked, arrived, answered]: [u64; 3],
    ) -> Answer {
        if cookies.ended.contains(&cookies.session) {
            // No open slip: no item is touched, nothing is applied, the answer begins a session.
            let session = self.begin_session(None, Millis::ZERO);
            return Answer {
                add: Vec::new(),
                expire: Vec::new(),
                session: Some(session),
                ends: None,
                clears: Some(asked),
                is_ok: false,
            };
        }
        let mut siblings = self.read(cookies, server, arrived);
        let mut is_ok = siblings.trouble().is_none();
        match wish {
            Wish::Look | Wish::Login | Wish::Logout | Wish::Renew => {}
            Wish::Do(op) => match siblings.update_with(op, noise) {
                Ok(()) => self.note(&siblings, op, asked, None),
                Err(_) => is_ok = false,
            },
            Wish::Checkout => match siblings.prepare_with(&CartOp::Checkout, noise) {
                Ok(prepared) => {
                    let ordered = Plain::of(siblings.state());
                    let placed = Placed { barrier: prepared.to_bytes(), ordered };
                    let kept = self.orders.entry(siblings.idempotency_key()).or_insert(placed.clone()).clone();
                    let is_first = kept.barrier == placed.barrier;
                    let barrier = Prepared::from_bytes(&kept.barrier).unwrap();
                    match siblings.commit(&barrier) {
                        Ok(Committed::Added) if is_first => {
                            self.note(&siblings, &CartOp::Checkout, asked, Some(ordered));
                        }
                        Ok(Committed::Added) => {}
                        Ok(Committed::TooOld) => {
                            let op = CartOp::Ordered(kept.ordered.named_lines());
                            if let Ok(instead) = siblings.prepare_with(&op, [noise[0], noise[2], noise[1]]) {
                                let placed = Placed { barrier: instead.to_bytes(), ..kept };
                                self.orders.insert(siblings.idempotency_key(), placed);
                                assert_eq!(siblings.commit(&instead).unwrap(), Committed::Added);
                                self.note(&siblings, &op, asked, None);
                            }
                        }
                        Err(_) => is_ok = false,
                    }
                }
                Err(_) => is_ok = false,
            },
        }
        self.refused += u64::from(!is_ok);
        let now = self.clock(server, answered);
        let session = match wish {
            Wish::Login => Some(self.begin_session(Some(cookies.session), self.clock(server, arrived))),
            Wish::Logout => Some(self.begin_session(None, Millis::ZERO)),
            Wish::Renew => Some(cookies.session),
            _ => None,
        };
        let ends = matches!(wish, Wish::Login | Wish::Logout).then_some(cookies.session);
        let clears = matches!(wish, Wish::Logout).then_some(asked);
        let mut plan = siblings.plan(BLOCK, now).unwrap_or_default();
        let mut add = Vec::new();
        if let (Some(to), Wish::Login) = (session, wish) {
            let item = siblings.carry_over(&self.keys(to), now).unwrap();
            add.push(self.cookie(&item, to));
            plan = Plan::default();
        }
        self.distort(&siblings, &mut plan, cookies);
        add.extend(plan.add.iter().map(|item| self.cookie(item, cookies.session)));
        Answer { add, expire: plan.expire, session, ends, clears, is_ok }
    }

    fn note(&mut self, siblings: &Siblings<Order>, op: &CartOp, asked: u64, ordered: Option<Plain>) {
        let dot = siblings.staged.last().unwrap().dot;
        self.dots.push(dot);
        self.history.events.push(Event {
            op: op.clone(),
            asked,
            stored: None,
            ordered,
            is_optional: false,
            ends_session: false,
        });
    }

    fn cookie(&self, item: &NewItem, session: usize) -> Cookie {
        let keys = self.keys(session);
        let name = keys.names.name(&keys.own, item.class, &item.id);
        let (class, id, plaintext) = (item.class, item.id.clone(), item.plaintext.as_slice().into());
        Cookie { name, session, class, id, plaintext }
    }

    /// The browser stores an answer. `keeps` tells of every new cookie whether it is kept.
    pub(super) fn store(
        &mut self,
        jar: &mut Cookies,
        answer: &Answer,
        now: u64,
        is_late: bool,
        mut keeps: impl FnMut() -> bool,
    ) {
        for cookie in &answer.add {
            if !keeps() {
                continue;
            }
            jar.items.retain(|other| other.name != cookie.name);
            jar.items.push(cookie.clone());
            let dot = Dot::from_text(&cookie.id).filter(|_| cookie.class == Class::Operation);
            if let Some(at) = dot.and_then(|dot| self.dots.iter().position(|known| *known == dot)) {
                let event = &mut self.history.events[at];
                if event.stored.is_none() {
                    event.stored = Some(now);
                    event.is_optional = is_late || self.late_login.is_some_and(|late| self.dots[at].time() > late);
                }
            }
        }
        jar.items.retain(|cookie| !answer.expire.contains(&cookie.name));
        if is_late && answer.session.is_some_and(|session| session != jar.session) {
            let login = answer.session.and_then(|session| self.anchors[session].prev.as_ref()).map(|prev| prev.login);
            self.late_login = login.map(|login| login.plus(self.desks[0].policy.settled_by()));
            for (dot, event) in self.dots.iter().zip(&mut self.history.events) {
                event.is_optional |= self.late_login.is_some_and(|late| dot.time() > late);
            }
        }
        jar.session = answer.session.unwrap_or(jar.session);
        jar.ended.extend(answer.ends);
        if let Some(asked) = answer.clears {
            self.dots.push(Dot::new(Millis::ZERO, [0; 3]));
            self.history.events.push(Event {
                asked,
                stored: Some(now),
                is_optional: is_late,
                ..Event::end_of_session()
            });
        }
    }

    /// Whether the browser has had this cookie: of an operation that was never delivered nothing can be put back.
    pub(super) fn was_stored(&self, cookie: &Cookie) -> bool {
        let dot = Dot::from_text(&cookie.id).filter(|_| cookie.class == Class::Operation);
        let event = dot.and_then(|dot| self.dots.iter().position(|known| *known == dot));
        event.is_none_or(|at| self.history.events[at].stored.is_some())
    }

    /// Does it wrong, if that is what this world is for.
    fn distort(&mut self, siblings: &Siblings<Order>, plan: &mut Plan, cookies: &Cookies) {
        let read_names = || cookies.items.iter().map(|cookie| cookie.name.clone());
        let changed = |plan: &mut Plan, change: &dyn Fn(&Record<Order>) -> Record<Order>| {
            for item in plan.add.iter_mut().filter(|item| item.class == Class::Operation) {
                let dot = Dot::from_text(&item.id).unwrap();
                let record = change(&wire::read_operation(dot, &item.plaintext).unwrap());
                item.id = record.dot.to_text();
                item.plaintext = wire::operation(&record);
            }
        };
        let barriers = |of: &dyn Fn(&Record<Order>) -> Seen, record: &Record<Order>| {
            let seen = record.seen.as_ref().map(|_| Arc::new(of(record)));
            Record { seen, ..record.clone() }
        };
        match self.wrong {
            None | Some(Wrong::ShortWindow) => {}
            Some(Wrong::OnePhase) => {
                if plan.add.iter().any(|item| item.class == Class::Base) {
                    plan.expire = read_names().collect();
                }
            }
            Some(Wrong::ClearsAll) => {
                let all = |record: &Record<Order>| Seen { floor: record.dot.time(), dots: [].into() };
                changed(plan, &|record| barriers(&all, record));
            }
            Some(Wrong::SeesNothing) => {
                let none =
                    |record: &Record<Order>| Seen { floor: record.seen.as_ref().unwrap().floor, dots: [].into() };
                changed(plan, &|record| barriers(&none, record));
            }
            Some(Wrong::WallClock) => {
                let time = siblings.arrival;
                for record in &siblings.staged {
                    let at = self.dots.iter().position(|known| *known == record.dot);
                    if let Some(at) = at {
                        self.dots[at] = Dot::new(time, record.dot.noise());
                    }
                }
                changed(plan, &|record| Record { dot: Dot::new(time, record.dot.noise()), ..record.clone() });
            }
            Some(Wrong::PlainCookie | Wrong::FullSiblings) => {
                let mut base = siblings.joined.clone();
                base.ops.extend(siblings.staged.iter().map(|record| (record.dot, record.clone())));
                plan.expire.clear();
                plan.add.retain(|item| item.class == Class::Operation);
                if plan.add.is_empty() {
                    return;
                }
                let plaintext = wire::base(&base).unwrap();
                let id = match self.wrong {
                    Some(Wrong::PlainCookie) => "AAAAAAAAAAA".to_owned(),
                    _ => siblings.keys.own.base_id(&plaintext),
                };
                plan.add.push(NewItem { class: Class::Base, id, plaintext });
                // The operation is only there so that its delivery is noticed.
                plan.expire = plan.add.iter().take(1).map(|item| self.cookie(item, cookies.session).name).collect();
                if self.wrong == Some(Wrong::FullSiblings) {
                    plan.expire.extend(read_names());
                }
            }
        }
    }

    /// The operations whose answers came in time.
    pub(super) fn stored(&self) -> Vec<Dot> {
        let events = self.dots.iter().zip(&self.history.events);
        events.filter(|(_, event)| event.stored.is_some() && !event.is_optional).map(|(dot, _)| *dot).collect()
    }

    /// What a server shows at the end.
    pub(super) fn end(&mut self, jar: &Cookies, now: u64) -> Plain {
        if jar.ended.contains(&jar.session) {
            return Plain::default();
        }
        Plain::of(self.read(jar, 0, now).state())
    }
}

fn secret(number: usize) -> Secret {
    Secret::new(vec![u8::try_from(number).unwrap(); 32])
}
