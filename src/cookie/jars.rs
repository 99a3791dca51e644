//! All the jars of an application, and all their visits in one request: what an adapter works with.
//!
//! It may not know HTTP libraries or frameworks. An adapter makes [`Visits`] of a request's cookies, lets the handlers ask it for
//! [`Held`] slips, and puts its [`Plan`] into the answer.

use crate::{
    cookie::{
        held::Held,
        jar::{Jar, Request},
        plan::Plan,
        request::Cookies,
        tombstone,
        visit::Visit,
    },
    error::Error,
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
pub struct Jars(Vec<Entry>);

struct Entry {
    state: TypeId,
    purpose: &'static str,
    name: String,
    jar: Box<dyn Any + Send + Sync>,
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
    /// name, or if one jar's name is what another's tombstones may be called.
    pub fn with<T: SlipState>(mut self, jar: Jar<T>) -> Result<Self, Error> {
        let new =
            Entry { state: TypeId::of::<T>(), purpose: T::PURPOSE, name: jar.name().to_owned(), jar: Box::new(jar) };
        for old in &self.0 {
            let is_tombstone_of = |one: &Entry, other: &Entry| {
                one.name.strip_prefix(&other.name).is_some_and(|suffix| tombstone::is_suffix(suffix.as_bytes()))
            };
            let why = match () {
                () if old.state == new.state => "two jars for one type of state: take a newtype",
                () if old.purpose == new.purpose => "two types of state with one purpose",
                () if old.name == new.name => "two jars with one cookie name",
                () if is_tombstone_of(old, &new) || is_tombstone_of(&new, old) => {
                    "a jar with the name of another's tombstone"
                }
                () => continue,
            };
            return Err(Error::misuse(why));
        }
        self.0.push(new);
        Ok(self)
    }

    /// The jar of a type.
    ///
    /// # Errors
    /// [`Error::is_misuse`] if there is none.
    pub fn jar<T: SlipState>(&self) -> Result<&Jar<T>, Error> {
        let found = self.0.iter().find(|entry| entry.state == TypeId::of::<T>());
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
    open: Mutex<Open>,
}

/// What has been asked for. Most requests ask for one slip, which takes no list.
#[derive(Default)]
struct Open {
    first: Option<Arc<dyn Visited>>,
    more: Vec<Arc<dyn Visited>>,
    is_planned: bool,
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
        Self { jars, request: Arc::new(Request::new(cookies)), now: None, open: Mutex::default() }
    }

    /// For a request with these cookies, as of the given time.
    #[must_use]
    pub fn new_at(jars: Arc<Jars>, cookies: Cookies, now: UnixTime) -> Self {
        Self { now: Some(now), ..Self::new(jars, cookies) }
    }

    /// The slip of a type: the same each time.
    ///
    /// # Errors
    /// [`Error::is_misuse`] if no jar is for this type, or the answer has been planned; [`Error::is_unavailable`] if the clock cannot tell.
    pub fn held<T: SlipState>(&self) -> Result<Held<T>, Error> {
        let mut open = self.open();
        if let Some(held) = open.of() {
            return Ok(held);
        }
        if open.is_planned {
            return Err(Error::misuse("the answer has been planned: its header may have been sent"));
        }
        let jar = self.jars.jar::<T>()?;
        let now = self.now.map_or_else(|| jar.inner().sealer.now(), Ok)?;
        let visit = Arc::new(Mutex::new(Visit::new(jar.clone(), Arc::clone(&self.request), now)));
        open.add(Arc::<Mutex<Visit<T>>>::clone(&visit));
        Ok(Held::new(visit))
    }

    /// What the answer must carry. After this, nothing can be changed, and no further slip can be had.
    pub fn plan(&self) -> Plan {
        let mut open = self.open();
        open.is_planned = true;
        open.all().fold(Plan::default(), |plan, visited| plan.and(visited.plan()))
    }

    /// A state's own code runs under this lock when a cookie is opened. If it panics, what is in there is whole all the same.
    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Jars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.0.iter().map(|entry| (&entry.name, entry.purpose))).finish()
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
