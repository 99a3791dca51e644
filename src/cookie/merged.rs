//! Mergeable state in cookies: a jar of many, tied to the slip of one, and its handle in a request.
//!
//! It may not know how siblings are joined or compacted (`merge` does), nor frameworks. It brings the one to the other: cookies in, lines
//! out, and what an answer must not say if it comes too late.

pub(crate) mod anchor;

use crate::{
    cookie::{
        attributes::{Attributes, MAX_AGE},
        budget::{Budget, Cost, FIELD},
        event,
        jar::{Jar, Request},
        jars::Visits,
        merged::anchor::{AnchorJar, AnchorSlip, Anchored},
        plan::Plan,
        request::Cookies,
        visit::Tied,
    },
    error::Error,
    merge::{
        Mergeable, Policy, Siblings, anchor::Anchor, dot::Millis, item::Names, plan::Block, policy::MARGIN,
        siblings::Desk,
    },
    state::SlipState,
    time::UnixTime,
};
use std::{
    fmt,
    marker::PhantomData,
    str,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// The cookies of one mergeable state, tied to the slips of another jar, its *anchor*.
///
/// The anchor must be [encrypted](crate::Sealer::encrypted): its slips carry a secret, from which the keys of the siblings are derived. Siblings of
/// another session are not read. Several states share the browser's header, whatever they are tied to: each takes half, or a third, of what it would take alone. A login, by [`replace_with`](crate::cookie::Visit::replace_with), takes a guest's state along; a logout does not. Who is a guest,
/// and whose state is another user's, [`SlipState::subject`] of the anchor says: implement it.
///
/// ```
/// use orderslip::{Keyring, Lifetime, Sealer, SlipState, cookie::{Jar, Jars, MergedJar}, merge::{Cart, Line}};
/// use std::time::Duration;
///
/// #[derive(Default, serde::Serialize, serde::Deserialize)]
/// struct Session { user: Option<String> }
///
/// impl SlipState for Session {
///     const PURPOSE: &'static str = "shop.example/session";
///     const VERSION: u16 = 1;
///
///     fn subject(&self) -> Option<&str> {
///         self.user.as_deref() // none: a guest, whose cart goes along with the login
///     }
/// }
///
/// struct Goods;
///
/// impl Line for Goods {
///     const PURPOSE: &'static str = "shop.example/cart";
///     const VERSION: u16 = 1;
/// }
///
/// # fn main() -> Result<(), orderslip::Error> {
/// let (keys, day) = (Keyring::generate()?, Lifetime::absolute(Duration::from_secs(86_400)));
/// let sessions = Jar::builder("session", Sealer::<Session>::encrypted(&keys).lifetime(day)).build()?;
/// let carts = MergedJar::<Cart<Goods>>::new("cart", &sessions)?;
/// let jars = Jars::new().with(sessions)?.with_merged(carts)?;
/// # drop(jars);
///
/// let readable = Jar::builder("session", Sealer::<Session>::signed(&keys).lifetime(day)).build()?;
/// assert!(MergedJar::<Cart<Goods>>::new("cart", &readable).unwrap_err().is_misuse(), "everybody would read the secret");
/// # Ok(()) }
/// ```
pub struct MergedJar<M> {
    pub(crate) anchor: Arc<dyn AnchorJar>,
    attributes: Attributes,
    desk: Arc<Desk>,
    /// The anchor's limits.
    budget: Budget,
    state: PhantomData<fn() -> M>,
}

impl<M: Mergeable> MergedJar<M> {
    /// Cookies whose names begin with this one, and whose attributes are the anchor's, by the [default policy](Policy::default).
    ///
    /// # Errors
    /// [`Error::is_misuse`] if the anchor is not encrypted, or the name does not fit.
    pub fn new<S: SlipState + Default>(name: &str, anchor: &Jar<S>) -> Result<Self, Error> {
        Self::with_policy(name, anchor, Policy::default())
    }

    /// The same by another policy: say how many processes there are.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_policy<S: SlipState + Default>(name: &str, anchor: &Jar<S>, policy: Policy) -> Result<Self, Error> {
        let inner = anchor.inner();
        if !inner.sealer.can_anchor() {
            return Err(Error::misuse("an anchor is encrypted, in our own format: it carries a secret"));
        }
        let attributes = Attributes::new(name, &inner.settings)?;
        let desk = Arc::new(Desk::new(Names::new(attributes.name())?, policy));
        inner.become_anchor();
        let budget = inner.budget;
        Ok(Self { anchor: Arc::new(Anchored(Arc::clone(inner))), attributes, desk, budget, state: PhantomData })
    }

    pub(crate) fn names(&self) -> &Names {
        &self.desk.names
    }

    pub(crate) fn policy(&self) -> &Policy {
        &self.desk.policy
    }

    /// What its cookies' names begin with on the wire.
    #[must_use]
    pub fn name(&self) -> &str {
        self.attributes.name()
    }
}

/// A handle on the request's mergeable state. All handles of one request and one type are the same.
///
/// A closure must not use a handle of the same type: it would wait for itself. Nor may the closure of a [`Held`](crate::cookie::Held) slip use the state that is tied to it, which asks for
/// the slip.
pub struct Merged<M: Mergeable>(Arc<Mutex<Visit<M>>>);

struct Visit<M: Mergeable> {
    jar: Arc<MergedJar<M>>,
    anchor: Box<dyn AnchorSlip>,
    /// What was read; or why nothing was, and nothing can be written.
    siblings: Result<Siblings<M>, Error>,
    tied_by: Option<Tied>,
    request: Arc<Request>,
    /// Of what was added.
    cost: Cost,
    is_planned: bool,
}

impl<M: Mergeable> Merged<M> {
    pub(crate) fn new(
        jar: Arc<MergedJar<M>>,
        visits: &Visits,
        request: &Arc<Request>,
        arrival: Millis,
    ) -> Result<Self, Error> {
        let anchor = jar.anchor.held(visits)?;
        let (siblings, tied_by) = match anchor.tie(false) {
            Err(error) => (Err(error), None),
            Ok(tied) => (jar.read(&tied, &request.cookies, arrival), Some(tied)),
        };
        let siblings = siblings.map(|siblings| siblings.beside(visits.beside::<M>()));
        let (request, cost) = (Arc::clone(request), Cost::default());
        Ok(Self(Arc::new(Mutex::new(Visit { jar, anchor, siblings, tied_by, request, cost, is_planned: false }))))
    }

    /// Looks at the state: every operation of the request's cookies, and those added since. The default if there is nothing that can be read.
    pub fn read<R>(&self, look: impl FnOnce(&M) -> R) -> R {
        match &self.visit().siblings {
            Ok(siblings) => look(siblings.state()),
            Err(_) => look(&M::default()),
        }
    }

    /// Adds an operation. It takes effect here at once, and for others with the answer.
    ///
    /// # Errors
    /// As [`Siblings::update`]. [`Error::is_unavailable`], too, if the request brought no session, which the answer begins, or a handler has ended it: the client should
    /// ask again: 503 with `Retry-After`. [`Error::is_too_large`] if there is no room to begin one.
    pub fn update(&self, op: &M::Op) -> Result<(), Error> {
        self.with(|siblings| siblings.update(op))?
    }

    /// All that can be done with siblings: a checkout, the methods of a [`Cart`](crate::merge::Cart).
    ///
    /// ```
    /// use orderslip::{Error, cookie::Merged, merge::{Cart, Line}};
    /// # struct Goods; impl Line for Goods { const PURPOSE: &'static str = "shop.example/cart"; const VERSION: u16 = 1; }
    ///
    /// fn one_more(cart: &Merged<Cart<Goods>>, sku: &str) -> Result<u32, Error> {
    ///     cart.with(|cart| cart.add(sku, 1))??;
    ///     Ok(cart.read(|cart| cart.quantity(sku)))
    /// }
    /// ```
    ///
    /// # Errors
    /// [`Error::is_unavailable`] if the request brought no session, or a handler has ended it meanwhile (a logout, another user's login): the state is of the next session
    /// when the client asks again; [`Error::is_too_large`] if there is no room to begin one; [`Error::is_unreadable`] if it brought
    /// one that cannot be read here; [`Error::is_misuse`] after the answer was planned.
    pub fn with<R>(&self, act: impl FnOnce(&mut Siblings<M>) -> R) -> Result<R, Error> {
        let mut visit = self.visit();
        if visit.is_planned {
            return Err(Error::misuse("the answer has been planned: its header may have been sent"));
        }
        if visit.siblings.is_err() {
            // A write begins what a mere look leaves alone.
            visit.anchor.tie(true)?;
        } else if visit.succession() == Succession::Ended {
            return Err(Error::ask_again("the session that this state was tied to has ended"));
        }
        visit.look_ahead();
        let result = match &mut visit.siblings {
            Ok(siblings) => act(siblings),
            Err(error) => return Err(error.clone()),
        };
        visit.settle();
        Ok(result)
    }

    /// Why the state is not shown: no session yet, or something that cannot be read here.
    #[must_use]
    pub fn trouble(&self) -> Option<Error> {
        match &self.visit().siblings {
            Ok(siblings) => siblings.trouble().cloned(),
            Err(error) => Some(error.clone()),
        }
    }

    /// Whether the anchor need not remember the slip that came before it.
    pub(crate) fn is_done_with_prev(&self) -> bool {
        self.visit().siblings.as_ref().is_ok_and(Siblings::is_done_with_prev)
    }

    /// Before the states of this answer are planned, one after the other.
    pub(crate) fn prepare_plan(&self) {
        self.visit().prepare_plan();
    }

    /// Whether a base goes along with a login, whose length nobody knows before; and the lines of operations. Both go out in any case.
    pub(crate) fn due(&self) -> (bool, usize) {
        let visit = self.visit();
        (visit.succession() == Succession::Heir, visit.cost.lines)
    }

    /// After the anchor was planned.
    pub(crate) fn plan(&self, now: Option<Millis>, beside: usize) -> Plan {
        let mut visit = self.visit();
        visit.is_planned = true;
        match visit.lines(now, beside) {
            Ok(lines) => Plan { lines, was_read: true, refusal: None },
            Err(error) => {
                event::left_undone(visit.jar.name(), "siblings", &error);
                Plan { lines: Vec::new(), was_read: true, refusal: Some(error) }
            }
        }
    }

    fn visit(&self) -> MutexGuard<'_, Visit<M>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<M: Mergeable> MergedJar<M> {
    fn read(&self, tied: &Tied, cookies: &Cookies, arrival: Millis) -> Result<Siblings<M>, Error> {
        let anchor = Anchor::of(tied.id, &tied.secrets)?;
        let pairs = cookies
            .whose_name_begins(self.name())
            .filter_map(|(name, value)| Some((str::from_utf8(name).ok()?, str::from_utf8(value).ok()?)));
        self.desk.read(&anchor, pairs, cookies.size(), arrival)
    }
}

/// What has become of the session that a state was tied to when it was read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Succession {
    /// It goes on.
    Same,
    /// A login has put another slip in its place, with which the state goes along.
    Heir,
    /// A logout, or somebody else's login: the state is nobody's.
    Ended,
}

impl<M: Mergeable> Visit<M> {
    fn succession(&self) -> Succession {
        match (&self.tied_by, self.anchor.tied()) {
            (Some(before), Some(after)) if before.id == after.id => Succession::Same,
            (Some(before), Some(after)) if after.secrets.before.as_ref().is_some_and(|old| old.id == before.id) => {
                Succession::Heir
            }
            _ => Succession::Ended,
        }
    }

    /// What slips and other states of this answer add to it, and to the next request's header, takes room from what is added here.
    fn look_ahead(&mut self) {
        let header = self.request.tally.next_header(self.request.cookies.size(), self.cost);
        let beside = self.request.tally.spent().lines.saturating_sub(self.cost.lines);
        // A slip that ends sooner makes the lines shorter by some digits.
        let around = self.around(MAX_AGE);
        let room = self.jar.budget.answer.saturating_sub(beside);
        let is_carried = self.succession() == Succession::Heir;
        if let Ok(siblings) = &mut self.siblings {
            siblings.set_header(header);
            siblings.set_answer(Block { around, room });
            siblings.set_carried(is_carried);
        }
    }

    /// What the line of a sibling that lives so long has besides its name and value.
    fn around(&self, lives: Duration) -> usize {
        let attributes = &self.jar.attributes;
        (attributes.set("", "", Some(lives)).len() + FIELD).saturating_sub(attributes.name().len() + 1)
    }

    /// What was added here takes room from slips that are written later.
    fn settle(&mut self) {
        let Ok(siblings) = &self.siblings else { return };
        let own = (siblings.staged_lines(), siblings.staged_bytes());
        let (lines, more) = if self.succession() == Succession::Same { own } else { (0, 0) };
        self.spend(lines, more);
    }

    /// What is to be set takes so much of the answer, and makes the next request longer by so much. Lines that are in a plan are counted there.
    fn spend(&mut self, lines: usize, more: usize) {
        let cost = Cost { lines, more, ..Cost::default() };
        self.request.tally.settle_anyhow(self.cost, cost);
        self.cost = cost;
    }

    /// What was added goes into what goes along with another slip, or nowhere: it is no cookie of its own then.
    fn prepare_plan(&mut self) {
        if self.succession() != Succession::Same {
            self.spend(0, 0);
        }
    }

    /// Whether a cookie that goes along with a login fits: into its line, into the answer beside the slips, and into the next request. What does not
    /// locks the user out, or is dropped without a word.
    fn check_room(&self, siblings: &Siblings<M>, line: &str, pair: usize, beside: usize) -> Result<(), Error> {
        let Budget { line: line_limit, answer, request: next_limit, .. } = self.jar.budget;
        // Whoever lets operations fill so much says that it gets through.
        let next_limit = next_limit.max(self.jar.desk.policy.header_limit().saturating_sub(MARGIN));
        let request = self.request.cookies.size();
        let next = self.request.tally.next_header(request, self.cost) + pair;
        for (size, limit, was_over) in [
            (line.len(), line_limit, false),
            (beside + line.len() + FIELD, answer, false),
            (next, next_limit, request > next_limit),
        ] {
            if size > limit && !was_over {
                return Err(Error::too_large(size, limit, siblings.state().sizes()));
            }
        }
        Ok(())
    }

    fn lines(&mut self, now: Option<Millis>, beside: usize) -> Result<Vec<String>, Error> {
        self.look_ahead();
        let succession = self.succession();
        let siblings = match &self.siblings {
            Ok(siblings) => siblings,
            // What cannot be taken along is not left behind.
            Err(error) if succession == Succession::Heir => return Err(error.clone()),
            Err(_) => return Ok(Vec::new()),
        };
        // What is another's stays another's.
        let Some(after) = self.anchor.tied().filter(|_| succession != Succession::Ended) else { return Ok(Vec::new()) };
        let MergedJar { attributes, anchor, budget, .. } = &*self.jar;
        let now = now.map_or_else(|| anchor.now(), Ok)?;
        let heir = Anchor::of(after.id, &after.secrets)?;
        // The absolute end: a renewal of the session sets no sibling again.
        let lives = after.ends_at.since(UnixTime::from_secs(now.unix_seconds()));
        let suffix = |name: &str| name.strip_prefix(attributes.name()).unwrap_or_default().to_owned();
        let set = |(name, value): &(String, String)| attributes.set(&suffix(name), value, Some(lives));
        if succession == Succession::Heir {
            let base = siblings.sealed_carry_over(&heir, now)?;
            let (line, pair) = (set(&base), pair_len(&base));
            self.check_room(siblings, &line, pair, beside)?;
            self.spend(0, pair);
            return Ok(vec![line]);
        }
        let around = self.around(lives);
        // What can wait for a later answer does, if there is no room beside the slips.
        let plan = siblings.sealed_plan(Block { around, room: budget.answer.saturating_sub(beside) }, now)?;
        let expired = plan.expire.iter().map(|name| attributes.delete(&suffix(name)));
        let lines: Vec<String> = plan.set.iter().map(set).chain(expired).collect();
        self.spend(0, plan.set.iter().map(pair_len).sum());
        Ok(lines)
    }
}

/// What a cookie takes of the next request's header, with "; " in front.
fn pair_len((name, value): &(String, String)) -> usize {
    name.len() + 1 + value.len() + 2
}

impl<M: Mergeable> Clone for Merged<M> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

/// Shows nothing of the state.
impl<M: Mergeable> fmt::Debug for Merged<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Merged").finish_non_exhaustive()
    }
}

impl<M> fmt::Debug for MergedJar<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MergedJar").field("attributes", &self.attributes).finish_non_exhaustive()
    }
}
