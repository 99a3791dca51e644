//! All the jars of an application, and all their visits in one request: what an adapter works with.
//!
//! It may not know HTTP libraries or frameworks. An adapter makes [`Visits`] of a request's cookies, lets the handlers ask it for
//! [`Held`] slips, and puts its [`Plan`] into the answer.

use crate::{
    cookie::{
        clash::Claim,
        event,
        held::Held,
        jar::{Jar, Request},
        merged::{Merged, MergedJar, anchor::AnchorJar},
        plan::Plan,
        request::Cookies,
        visit::Visit,
    },
    error::Error,
    merge::{Mergeable, Policy, beside::Beside, dot::Millis, item::Names},
    state::SlipState,
    time::UnixTime,
};
use std::{
    any::{Any, TypeId},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The jars of an application, one for each type of state.
///
/// ```
/// # use orderslip::{Keyring, Lifetime, Sealer, SlipState, Error, cookie::{Jar, Jars}}; use std::time::Duration;
/// # #[derive(Default, serde::Serialize, serde::Deserialize)] struct Session {}
/// # impl SlipState for Session { const PURPOSE: &'static str = "shop.example/session"; const VERSION: u16 = 1; }
/// # #[derive(Default, serde::Serialize, serde::Deserialize)] struct Cart {}
/// # impl SlipState for Cart { const PURPOSE: &'static str = "shop.example/cart"; const VERSION: u16 = 1; }
/// # fn main() -> Result<(), Error> {
/// # let (keys, day) = (Keyring::generate()?, Lifetime::absolute(Duration::from_secs(86_400)));
/// let jars = Jars::new()
///     .with(Jar::builder("session", Sealer::<Session>::encrypted(&keys).lifetime(day)).build()?)?
///     .with(Jar::builder("cart", Sealer::<Cart>::encrypted(&keys).lifetime(day)).build()?)?;
///
/// let again = Jar::builder("basket", Sealer::<Cart>::encrypted(&keys).lifetime(day)).build()?;
/// assert!(jars.with(again).unwrap_err().is_misuse(), "one type, one jar");
/// # Ok(()) }
/// ```
#[derive(Default)]
pub struct Jars {
    entries: Vec<Entry>,
    /// Whose clock tells when a request arrives, if there is mergeable state.
    clock: Option<Arc<dyn AnchorJar>>,
}

struct Entry {
    claim: Claim,
    jar: Box<dyn Any + Send + Sync>,
    /// If it is one of mergeable state.
    merged: Option<Tied>,
}

/// What an answer needs of a merged jar, though no handler has asked for its state.
struct Tied {
    anchor: Arc<dyn AnchorJar>,
    names: Names,
    policy: Policy,
    /// Opens the state, and says whether nothing of the anchor's predecessor is under way in it.
    open: fn(&Visits) -> Result<bool, Error>,
}

impl Jars {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a jar.
    ///
    /// # Errors
    /// [`Error::is_misuse`] if there is a jar already for this type, this purpose (a token of one would open in the other) or this cookie
    /// name, present or [former](crate::cookie::JarBuilder::formerly), or if one jar's cookies may be called like another's tombstones or siblings.
    pub fn with<T: SlipState>(mut self, jar: Jar<T>) -> Result<Self, Error> {
        let formers = jar.inner().formers.iter().map(|former| former.attributes.name().to_owned()).collect();
        let (state, name) = (TypeId::of::<T>(), jar.name().to_owned());
        let claim = Claim { state, purpose: T::PURPOSE, name, formers, siblings: None };
        self.add(Entry { claim, jar: Box::new(jar), merged: None })?;
        Ok(self)
    }

    /// Adds the jar of a mergeable state, after its anchor.
    ///
    /// # Errors
    /// As [`with`](Self::with), and [`Error::is_misuse`] if its anchor is not there: the very jar that it was made with, or a clone of it.
    pub fn with_merged<M: Mergeable>(mut self, jar: MergedJar<M>) -> Result<Self, Error> {
        if !self.entries.iter().any(|entry| jar.anchor.is(&*entry.jar)) {
            return Err(Error::misuse(
                "a merged jar comes after its anchor, which is the very jar that it was made with",
            ));
        }
        let (state, name, siblings) = (TypeId::of::<M>(), jar.name().to_owned(), Some(jar.names().clone()));
        let claim = Claim { state, purpose: M::PURPOSE, name, formers: Vec::new(), siblings };
        self.clock.get_or_insert_with(|| Arc::clone(&jar.anchor));
        let open = |visits: &Visits| visits.merged::<M>().map(|merged| merged.is_done_with_prev());
        let (names, policy) = (jar.names().clone(), jar.policy().clone());
        let merged = Some(Tied { anchor: Arc::clone(&jar.anchor), names, policy, open });
        self.add(Entry { claim, jar: Box::new(Arc::new(jar)), merged })?;
        Ok(self)
    }

    fn add(&mut self, new: Entry) -> Result<(), Error> {
        if let Some(why) = self.entries.iter().find_map(|old| old.claim.clash(&new.claim)) {
            return Err(Error::misuse(why));
        }
        self.entries.push(new);
        Ok(())
    }

    /// The jar of a type.
    ///
    /// # Errors
    /// [`Error::is_misuse`] if there is none.
    pub fn jar<T: SlipState>(&self) -> Result<&Jar<T>, Error> {
        self.find::<T, _>()
    }

    /// The merged jar of a type.
    fn merged<M: Mergeable>(&self) -> Result<&Arc<MergedJar<M>>, Error> {
        self.find::<M, _>()
    }

    fn find<T: SlipState, J: 'static>(&self) -> Result<&J, Error> {
        let found = self.entries.iter().find(|entry| entry.claim.state == TypeId::of::<T>());
        let jar = found.and_then(|entry| entry.jar.downcast_ref());
        jar.ok_or_else(|| Error::misuse(format!("no jar for states of the purpose `{}`", T::PURPOSE)))
    }
}

/// The slips of one request: an adapter makes it, and every extractor asks it.
///
/// A cookie is opened when somebody asks for its slip, and not before.
pub struct Visits {
    jars: Arc<Jars>,
    request: Arc<Request>,
    /// As of when, if that is not what the jars' clocks say.
    now: Option<UnixTime>,
    /// When the request came, for mergeable state: before anything waited for anything.
    arrival: Option<Millis>,
    open: Mutex<Open>,
}

/// What has been asked for. Most requests ask for one slip, which takes no list.
#[derive(Default)]
struct Open {
    first: Option<Arc<dyn Visited>>,
    more: Vec<Arc<dyn Visited>>,
    merged: Vec<(TypeId, Box<dyn VisitedMerged>)>,
    /// No further slip can be had.
    is_planned: bool,
    /// No further mergeable state can be had either: a plan asks for some itself.
    is_settled: bool,
}

impl Open {
    fn all(&self) -> impl Iterator<Item = &Arc<dyn Visited>> {
        self.first.iter().chain(&self.more)
    }

    fn add(&mut self, visited: Arc<dyn Visited>) {
        match &self.first {
            None => self.first = Some(visited),
            Some(_) => self.more.push(visited),
        }
    }

    fn of<T: SlipState>(&self) -> Option<Held<T>> {
        self.all().find_map(|visited| {
            let visited: Arc<dyn Any + Send + Sync> = Arc::<dyn Visited>::clone(visited);
            visited.downcast::<Mutex<Visit<T>>>().ok().map(Held::new)
        })
    }
}

/// A visit of whatever type.
trait Visited: Any + Send + Sync {
    fn plan(&self) -> Plan;
}

/// One that is tied to another: planned after it.
trait VisitedMerged: Send {
    fn as_any(&self) -> &dyn Any;
    fn prepare_plan(&self);
    /// Whether it has a line that cannot wait and whose length is not known; and what such lines take that are.
    fn due(&self) -> (bool, usize);
    /// Beside lines of so many bytes.
    fn plan(&self, now: Option<Millis>, beside: usize) -> Plan;
}

impl<M: Mergeable> VisitedMerged for Merged<M> {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn prepare_plan(&self) {
        Self::prepare_plan(self);
    }

    fn due(&self) -> (bool, usize) {
        Self::due(self)
    }

    fn plan(&self, now: Option<Millis>, beside: usize) -> Plan {
        Self::plan(self, now, beside)
    }
}

impl<T: SlipState> Visited for Mutex<Visit<T>> {
    fn plan(&self) -> Plan {
        // A closure that panicked has left the visit torn, and the visit knows how to mend itself.
        self.lock().unwrap_or_else(PoisonError::into_inner).plan()
    }
}

impl Visits {
    /// For a request with these cookies, now.
    #[must_use]
    pub fn new(jars: Arc<Jars>, cookies: Cookies) -> Self {
        let arrival = jars.clock.as_ref().and_then(|clock| clock.now().ok());
        Self { jars, request: Arc::new(Request::new(cookies)), now: None, arrival, open: Mutex::default() }
    }

    /// For a request with these cookies, as of the given time.
    ///
    /// See [`new`](Self::new).
    #[must_use]
    pub fn new_at(jars: Arc<Jars>, cookies: Cookies, now: UnixTime) -> Self {
        let arrival = Millis::from_unix_millis(now.as_secs().saturating_mul(1_000));
        Self { now: Some(now), arrival, ..Self::new(jars, cookies) }
    }

    /// The slip of a type: the same each time.
    ///
    /// # Errors
    /// [`Error::is_misuse`] if no jar is for this type, the answer has been planned, or the jar has a guard that has not been asked:
    /// [`checked`](Self::checked). [`Error::is_unavailable`] if the clock cannot tell.
    pub fn held<T: SlipState>(&self) -> Result<Held<T>, Error> {
        let held = self.begun()?;
        if held.visit().is_withheld() {
            return Err(Error::misuse("a slip of a jar with a guard is there once it has been checked"));
        }
        Ok(held)
    }

    /// The slip of a type, after its jar's [list of revocations](crate::cookie::JarBuilder::revocations) has been asked, if it has one. A list that does not answer is no error of this: see
    /// [`Held::error`].
    ///
    /// # Errors
    /// [`Error::is_misuse`] if no jar is for this type, or the answer has been planned; [`Error::is_unavailable`] if the clock cannot tell.
    pub async fn checked<T: SlipState>(&self) -> Result<Held<T>, Error> {
        let held = self.begun::<T>()?;
        // Not under the lock.
        let question = held.visit().question();
        if let Some((guard, query)) = question {
            let answer = guard.ask(&query).await;
            held.visit().answer(answer);
        }
        Ok(held)
    }

    fn begun<T: SlipState>(&self) -> Result<Held<T>, Error> {
        let mut open = self.open();
        if let Some(held) = open.of() {
            return Ok(held);
        }
        if open.is_planned {
            return Err(Error::misuse("the answer has been planned: its header may have been sent"));
        }
        let jar = self.jars.jar::<T>()?;
        let now = self.now.map_or_else(|| jar.inner().sealer.now(), Ok)?;
        let visit = Arc::new(Mutex::new(Visit::new(Arc::clone(jar.inner()), Arc::clone(&self.request), now)));
        open.add(Arc::<Mutex<Visit<T>>>::clone(&visit));
        Ok(Held::new(visit))
    }

    /// The slip of a type, if somebody has asked for it.
    pub(crate) fn opened<T: SlipState>(&self) -> Option<Held<T>> {
        self.open().of()
    }

    /// The mergeable state of a type: the same each time. The slip that it is tied to is opened with it.
    ///
    /// # Errors
    /// As [`held`](Self::held).
    pub fn merged<M: Mergeable>(&self) -> Result<Merged<M>, Error> {
        let jar = self.jars.merged::<M>()?;
        let known = |open: &Open| {
            let found = open.merged.iter().find(|(state, _)| *state == TypeId::of::<M>());
            found.and_then(|(_, visited)| visited.as_any().downcast_ref::<Merged<M>>()).cloned()
        };
        if let Some(merged) = known(&self.open()) {
            return Ok(merged);
        }
        // Not under the lock: it asks for the anchor.
        let arrival = self.arrival.ok_or_else(|| Error::busy("the clock stands before 2025 or after 2059"))?;
        let merged = Merged::new(Arc::clone(jar), self, &self.request, arrival)?;
        let mut open = self.open();
        // Another task of the same request may have been faster.
        if let Some(merged) = known(&open) {
            return Ok(merged);
        }
        if open.is_settled {
            return Err(Error::misuse("the answer has been planned: its header may have been sent"));
        }
        open.merged.push((TypeId::of::<M>(), Box::new(merged.clone())));
        Ok(merged)
    }

    /// The mergeable state of a type, after the [list](crate::cookie::JarBuilder::revocations) of the slip that it is tied to has been asked.
    ///
    /// # Errors
    /// As [`checked`](Self::checked).
    pub async fn checked_merged<M: Mergeable>(&self) -> Result<Merged<M>, Error> {
        let anchor = Arc::clone(&self.jars.merged::<M>()?.anchor);
        anchor.check(self).await?;
        self.merged()
    }

    /// What the answer must carry. After this, nothing can be changed, and no further slip or state can be had.
    ///
    /// If mergeable state refuses, the answer carries nothing at all: [`Plan::refusal`]. A session that was stored without the cart that belongs to it would lose the
    /// cart, and what a handler did to a slip would be done twice when the client asks again.
    pub fn plan(&self) -> Plan {
        self.open().is_planned = true;
        let left_behind = self.take_along();
        self.forget_before();
        let mut open = self.open();
        open.is_settled = true;
        let slips = open.all().fold(Plan::default(), |plan, visited| plan.and(visited.plan()));
        open.merged.iter().for_each(|(_, visited)| visited.prepare_plan());
        // Time that was given stands still.
        let now = self.now.and(self.arrival);
        // What can wait for a later answer leaves room for what cannot, whichever state was asked for first.
        let mut merged: Vec<_> = open.merged.iter().map(|(_, visited)| (visited.due(), visited)).collect();
        merged.sort_by_key(|((is_first, _), _)| !is_first);
        let mut due: usize = merged.iter().map(|((_, lines), _)| lines).sum();
        let plan = merged.iter().fold(slips, |plan, ((_, lines), visited)| {
            due -= lines;
            let siblings = visited.plan(now, plan.size() + due);
            plan.and(siblings)
        });
        match left_behind.err().or(plan.refusal) {
            None => Plan { refusal: None, ..plan },
            refusal => Plan { lines: Vec::new(), was_read: true, refusal },
        }
    }

    /// A login takes along what no handler has looked at.
    fn take_along(&self) -> Result<(), Error> {
        let replaced = self.tied().filter(|(_, tied)| tied.anchor.is_replaced(self));
        let opened = replaced.map(|(_, tied)| (tied.open)(self).map(drop));
        let opened = opened.collect::<Result<(), Error>>();
        opened.inspect_err(|error| event::left_undone("merged", "login", error))
    }

    /// A slip that is sealed again leaves out the one before it, once nothing of that is under way in any state that is tied to it.
    fn forget_before(&self) {
        let asked_for: Vec<TypeId> = self.open().merged.iter().map(|(state, _)| *state).collect();
        for (_, Tied { anchor, .. }) in self.tied() {
            let with_it = || self.tied().filter(|(_, tied)| tied.anchor.state() == anchor.state());
            let is_asked_for = with_it().any(|(state, _)| asked_for.contains(&state));
            if anchor.remembers_before(self, is_asked_for)
                && with_it().all(|(_, tied)| (tied.open)(self).is_ok_and(|is_done| is_done))
            {
                anchor.forget_before(self);
            }
        }
    }

    /// What all mergeable states but this one have in the header, whatever they are tied to.
    pub(crate) fn beside<M: Mergeable>(&self) -> Beside {
        let mut beside = Beside::default();
        for (_, Tied { names, policy, .. }) in self.tied().filter(|(state, _)| *state != TypeId::of::<M>()) {
            beside.add(names, policy, self.request.cookies.whose_name_begins(names.prefix()));
        }
        beside
    }

    fn tied(&self) -> impl Iterator<Item = (TypeId, &Tied)> {
        self.jars.entries.iter().filter_map(|entry| Some((entry.claim.state, entry.merged.as_ref()?)))
    }

    /// A state's own code runs under this lock when a cookie is opened. If it panics, what is in there is whole all the same.
    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Jars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.entries.iter().map(|entry| (&entry.claim.name, entry.claim.purpose))).finish()
    }
}

/// Shows nothing of the states.
impl fmt::Debug for Visits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Visits")
            .field("jars", &self.jars)
            .field("cookies", &self.request.cookies)
            .finish_non_exhaustive()
    }
}
