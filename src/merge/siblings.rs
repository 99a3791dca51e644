//! The siblings of one request: what they mean together, what the handler adds, and what the answer is to set and to expire.
//!
//! It may not know HTTP, and reads no clock: time comes in. Nothing in it depends on the order of the cookies.

mod room;

use super::{
    Mergeable,
    admission::Issued,
    anchor::{Anchor, SiblingKeys},
    base::{self, Base},
    beside::Beside,
    dot::{Dot, Millis},
    idempotency::IdempotencyKey,
    item::{Class, Content, Item, Jar, MAX_COOKIE, Names, NewItem},
    plan::{Block, Plan, Planner},
    policy::Policy,
    prepared::{Committed, Prepared},
    record::Record,
    wire,
};
use crate::error::{Error, ErrorKind};
use std::{fmt, sync::Arc};

/// What all requests of one jar share: its name, its policy, and what this process has lately answered.
pub(crate) struct Desk {
    pub(crate) names: Names,
    pub(crate) policy: Policy,
    pub(super) issued: Issued,
}

/// The mergeable state of a request, whose session is open.
///
/// It shows what all operations of the browser's tabs amount to, and takes new ones. An operation is not a change of a stored value:
/// it goes into a cookie of its own, beside those of other tabs, and every later request applies them all in one order.
///
/// ```
/// use orderslip::{Error, merge::{Cart, Line, Siblings}};
///
/// struct Menu;
/// impl Line for Menu {
///     const PURPOSE: &'static str = "restaurant.example/order";
///     const VERSION: u16 = 1;
/// }
///
/// fn one_more_soup(order: &mut Siblings<Cart<Menu>>) -> Result<u32, Error> {
///     order.add("soup", 1)?;
///     Ok(order.state().quantity("soup"))
/// }
/// ```
#[doc(alias("CRDT", "race", "merge"))]
pub struct Siblings<T: Mergeable> {
    pub(super) desk: Arc<Desk>,
    pub(super) keys: SiblingKeys,
    pub(super) arrival: Millis,
    pub(super) header: usize,
    /// What the answer has room for.
    answer: Block,
    /// What shares the header.
    pub(super) beside: Beside,
    pub(super) jar: Jar<T>,
    /// What the request brought.
    pub(super) joined: Base<T>,
    /// That and what was added, once something is: most requests only look.
    view: Option<Base<T>>,
    state: T,
    /// The latest time that any item speaks of, or that was given out since.
    pub(super) latest: Millis,
    /// The earliest operation that cannot even be passed on: nothing is folded beyond it.
    pub(super) opaque: Option<Millis>,
    pub(super) staged: Vec<Record<T>>,
    staged_bytes: usize,
    is_carried: bool,
    /// Why nothing may be written.
    trouble: Option<Error>,
}

impl Desk {
    pub(crate) fn new(names: Names, policy: Policy) -> Self {
        Self { names, policy, issued: Issued::default() }
    }

    /// For a model that goes on from here in several ways.
    #[cfg(test)]
    pub(super) fn fork(&self) -> Self {
        Self { names: self.names.clone(), policy: self.policy.clone(), issued: self.issued.fork() }
    }

    /// Reads the siblings among a request's cookies. `header` is what the whole `Cookie` header measured; `arrival` is when the
    /// request came, before anything waited for anything.
    pub(crate) fn read<'c, T: Mergeable>(
        self: &Arc<Self>,
        anchor: &Anchor,
        cookies: impl Iterator<Item = (&'c str, &'c str)>,
        header: usize,
        arrival: Millis,
    ) -> Result<Siblings<T>, Error> {
        let keys = SiblingKeys::derive(anchor, T::PURPOSE, self.names.clone())?;
        let jar = Jar::open(&keys, cookies);
        Ok(Siblings::join(self, keys, jar, header, arrival))
    }
}

impl<T: Mergeable> Siblings<T> {
    /// What authentic items mean together.
    pub(crate) fn join(desk: &Arc<Desk>, keys: SiblingKeys, jar: Jar<T>, header: usize, arrival: Millis) -> Self {
        let policy = &desk.policy;
        let latest = jar.items.iter().map(Item::latest).max().unwrap_or_default();
        let mut trouble = None;
        if jar.overflows {
            trouble = Some(wire::undecodable("more items than are read"));
        }
        // Seen from here such an item is in the future: its server's clock is ahead, or ours is behind, by more than was agreed.
        if latest > arrival.plus(policy.skew()) {
            trouble = Some(Error::not_yet_valid(latest.unix_seconds()));
        }
        let unreadable = jar.items.iter().filter_map(|item| match &item.content {
            Content::Unreadable(error) => Some(error),
            _ => None,
        });
        trouble = unreadable.max_by_key(|error| weight(error)).cloned().or(trouble);
        let opaque = jar.items.iter().filter_map(|item| match item.content {
            Content::Opaque(dot) => Some(dot.time()),
            _ => None,
        });
        let opaque = opaque.min();
        let joined = if trouble.is_some() { Base::empty() } else { join_items(&keys, policy, &jar) };
        let (view, state) = (None, joined.value());
        let desk = Arc::clone(desk);
        let (answer, staged, staged_bytes) = (Block::UNLIMITED, Vec::new(), 0);
        let beside = Beside::default();
        Self {
            desk,
            keys,
            arrival,
            header,
            answer,
            beside,
            jar,
            joined,
            view,
            state,
            latest,
            opaque,
            staged,
            staged_bytes,
            is_carried: false,
            trouble,
        }
    }

    /// The state: every operation of the request's cookies, and those added since. The default if it is unreadable.
    pub fn state(&self) -> &T {
        &self.state
    }

    /// Why the state is not shown and nothing can be added: an item of a newer version, or from the future of this server's clock.
    /// The cookies are kept as they are.
    #[must_use]
    pub fn trouble(&self) -> Option<&Error> {
        self.trouble.as_ref()
    }

    /// Whether the state shows everything: no operation that this program does not understand, no item that did not open.
    ///
    /// In a cookie: [`Merged::trouble`](crate::cookie::Merged::trouble).
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.trouble.is_none() && self.opaque.is_none() && self.jar.forged.is_empty() && self.view().is_understood()
    }

    /// Adds an operation, if the browser's header has room for it. It takes effect here at once, and for others with the answer.
    ///
    /// # Errors
    /// [`Error::is_unavailable`] if too much is under way, or the system gives no randomness: answer 503 with `Retry-After`, nothing was
    /// changed. [`Error::is_unreadable`] as [`trouble`](Self::trouble) says; [`Error::is_too_large`] if the operation, or the state with it, fits into no cookie, or all
    /// that this request has added into no answer (in a cookie: [`Budget::answer`](crate::cookie::Budget::answer));
    /// [`Error::is_misuse`] if it cannot be encoded. For a barrier also as [`prepare`](Self::prepare).
    pub fn update(&mut self, op: &T::Op) -> Result<(), Error> {
        let dot = Dot::fresh(self.next_time()?)?;
        self.update_with(op, dot.noise())
    }

    /// The same with the noise of the dot given.
    pub(crate) fn update_with(&mut self, op: &T::Op, noise: [u8; Dot::NOISE]) -> Result<(), Error> {
        let record = self.admitted(op, noise)?;
        self.latest = record.dot.time();
        self.state.apply(op);
        self.stage(record);
        Ok(())
    }

    /// Gives a barrier its place: it observes what the request brought and what was added since, and nothing else. Nothing is changed.
    ///
    /// # Errors
    /// As [`update`](Self::update); [`Error::is_misuse`] if the operation is no barrier; [`Error::is_unavailable`] if the state is not
    /// [complete](Self::is_complete).
    pub fn prepare(&self, op: &T::Op) -> Result<Prepared<T>, Error> {
        let dot = Dot::fresh(self.next_time()?)?;
        self.prepare_with(op, dot.noise())
    }

    /// The same with the noise of the dot given.
    pub(crate) fn prepare_with(&self, op: &T::Op, noise: [u8; Dot::NOISE]) -> Result<Prepared<T>, Error> {
        if !T::is_barrier(op) {
            return Err(Error::misuse("only a barrier is prepared"));
        }
        self.admitted(op, noise).map(Prepared)
    }

    /// Adds a barrier: the one that was prepared, or, if the outside world knew the idempotency key already, the one that was prepared by
    /// whoever came first. To add one twice is to add it once.
    ///
    /// # Errors
    /// [`Error::is_unavailable`] if the barrier is of another request, whose answer may still be under way: come again. Also as
    /// [`trouble`](Self::trouble) says.
    pub fn commit(&mut self, prepared: &Prepared<T>) -> Result<Committed, Error> {
        let Prepared(record) = prepared;
        if let Some(trouble) = &self.trouble {
            return Err(trouble.clone());
        }
        if self.view().ops.contains_key(&record.dot) {
            return Ok(Committed::Added);
        }
        let policy = &self.desk.policy;
        let (time, within) = (record.dot.time(), policy.commit_within());
        // Of a server whose clock is ahead by more than was agreed: in the jar it would make the state unreadable until that time has come.
        if time > self.arrival.plus(policy.skew()) {
            return Err(Error::busy("the clock of this state is ahead of the server's"));
        }
        if time >= self.view().floor && self.arrival <= time.plus(within) {
            self.latest = self.latest.max(time);
            self.stage(record.clone());
            self.state = self.view().value();
            return Ok(Committed::Added);
        }
        // Whoever could still have set it has done so by now, or its answer was lost.
        if self.arrival > time.plus(within + policy.settled_by()) {
            return Ok(Committed::TooOld);
        }
        Err(Error::busy("the answer of another checkout may still be under way"))
    }

    /// What an outside effect of the next barrier goes by: the same for all requests that have seen the same last barrier, and
    /// another one after it.
    #[must_use]
    pub fn idempotency_key(&self) -> IdempotencyKey {
        let cart = self.view().cart.unwrap_or_else(|| self.keys.own.cart_id());
        IdempotencyKey::new(&cart, self.view().last_barrier())
    }

    /// Whether answers of the session before the login may still be under way.
    pub(super) fn adopts(&self) -> bool {
        let login = self.keys.prev.as_ref().map(|(_, login)| *login);
        login.is_some_and(|login| self.arrival < login.plus(self.desk.policy.window()))
    }

    /// Whether a session slip that is sealed again can leave its predecessor out: none of its answers is under way, and the request
    /// brought nothing of it. A mere end of time would lose what a user who went to lunch after the login had added before it.
    #[must_use]
    pub(crate) fn is_done_with_prev(&self) -> bool {
        !self.adopts() && self.jar.items.iter().all(|item| !item.is_adopted)
    }

    /// What the answer is to set and to expire.
    ///
    /// # Errors
    /// [`Error::is_unavailable`] if something was added and the answer comes too late for others to take it into account.
    pub(crate) fn plan(&self, block: Block, now: Millis) -> Result<Plan, Error> {
        if self.trouble.is_some() {
            return Ok(Plan::default());
        }
        // Of the time that an answer may be under way, half is the server's.
        let is_late = now > self.arrival.plus(self.desk.policy.transit() / 2);
        match (is_late, self.staged.is_empty()) {
            (true, false) => Err(Error::ask_again("the answer comes too late to add to a state")),
            (true, true) => Ok(Plan::default()),
            (false, _) => Planner::new(self, block).plan(),
        }
    }

    /// The one base that a login puts into the session that it begins: all of this state, what was added included. An empty one says
    /// which cart it is.
    ///
    /// # Errors
    /// As [`plan`](Self::plan), and [`Error::is_too_large`] if it fits into no cookie.
    pub(crate) fn carry_over(&self, to: &SiblingKeys, now: Millis) -> Result<NewItem, Error> {
        if let Some(trouble) = &self.trouble {
            return Err(trouble.clone());
        }
        if now > self.arrival.plus(self.desk.policy.transit() / 2) {
            return Err(Error::ask_again("the answer comes too late to add to a state"));
        }
        let mut base = self.view().clone().fold(self.fold_limit(self.view()));
        base.cart = Some(base.cart.unwrap_or_else(|| self.keys.own.cart_id()));
        let plaintext = wire::base(&base)?;
        let size = self.keys.names.cookie_len(plaintext.len());
        if size > MAX_COOKIE {
            return Err(Error::too_large(size, MAX_COOKIE, Vec::new()));
        }
        Ok(NewItem { class: Class::Base, id: to.own.base_id(&plaintext), plaintext })
    }

    /// What is earlier may be folded.
    ///
    /// A window is counted back from the latest operation, not from now, so that parallel requests with the same jar fold the same. At
    /// rest all are folded, and now only says whether, so it is the same again. The floor is then moved on, so that a barrier whose answer
    /// comes after all this time is too late, rather than clear what was folded and it had not seen.
    pub(super) fn fold_limit(&self, base: &Base<T>) -> Millis {
        let policy = &self.desk.policy;
        let limit = if self.is_at_rest(base) {
            base.latest().plus(policy.settled_by())
        } else {
            base.latest().minus(policy.window())
        };
        self.opaque.map_or(limit, |opaque| opaque.min(limit))
    }

    /// Whether there are operations, and the latest is so old that all the others must be here.
    pub(super) fn is_at_rest(&self, base: &Base<T>) -> bool {
        !base.ops.is_empty() && self.arrival >= base.latest().plus(self.desk.policy.rest())
    }

    fn view(&self) -> &Base<T> {
        self.view.as_ref().unwrap_or(&self.joined)
    }

    fn stage(&mut self, record: Record<T>) {
        self.view.get_or_insert_with(|| self.joined.clone()).ops.insert(record.dot, record.clone());
        // With "; " in front.
        self.staged_bytes += self.keys.names.cookie_len(wire::operation(&record).len()) + 2;
        self.staged.push(record);
    }

    /// Later than every item that was read, so that a cause is before its effect in the order.
    fn next_time(&self) -> Result<Millis, Error> {
        if let Some(trouble) = &self.trouble {
            return Err(trouble.clone());
        }
        let after = self.latest.next().ok_or_else(|| Error::busy("the clock of this state has ended"))?;
        let time = self.arrival.max(after);
        // Readers would take it for one from the future.
        if time > self.arrival.plus(self.desk.policy.skew()) {
            return Err(Error::busy("the clock of this state is ahead of the server's"));
        }
        Ok(time)
    }
}

/// Which of several errors is told, whichever cookie comes first: what passes by itself with a deployment, what a program has decided,
/// the rest; and of two of one kind the one whose words come later.
fn weight(error: &Error) -> (u8, String) {
    let of_kind = match error.kind() {
        ErrorKind::NewerVersion => 2,
        ErrorKind::Refused => 1,
        _ => 0,
    };
    (of_kind, error.to_string())
}

/// Items of the session before the login count as operations, its bases as bags of them: its snapshot came over with the login.
///
/// Taken are those from one window before the login to two transits after it: the browser may send requests of a guest until the
/// login's answer is stored, one transit after the login, and each of them arrives at most one transit later.
fn join_items<T: Mergeable>(keys: &SiblingKeys, policy: &Policy, jar: &Jar<T>) -> Base<T> {
    let login = keys.prev.as_ref().map(|(_, login)| *login);
    let is_adopted = |record: &&Record<T>| {
        let span = login.map(|at| at.minus(policy.window())..=at.plus(policy.settled_by()));
        span.is_some_and(|span| span.contains(&record.dot.time()))
    };
    let bases = jar.items.iter().filter(|item| !item.is_adopted).filter_map(|item| match &item.content {
        Content::Base(id, base) => Some((id.as_str(), base)),
        _ => None,
    });
    let ops = jar.items.iter().filter(|item| !item.is_adopted).filter_map(Item::operation);
    let adopted = jar.items.iter().filter(|item| item.is_adopted);
    let adopted = adopted.flat_map(|item| {
        item.operation().into_iter().chain(item.base().into_iter().flat_map(|base| base.ops.values()))
    });
    base::join(bases, ops.chain(adopted.filter(is_adopted)), policy.overdue())
}

/// Shows nothing of the state.
impl<T: Mergeable> fmt::Debug for Siblings<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Siblings")
            .field("items", &self.jar.items.len())
            .field("added", &self.staged.len())
            .field("is_complete", &self.is_complete())
            .finish_non_exhaustive()
    }
}
