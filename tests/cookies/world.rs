//! What the tests share: a session's type in two versions, its jars, a browser.

use crate::kit::{NOW, shared_ring};
use orderslip::{
    Error, Keyring, Lifetime, Old, Sealer, SlipState, UnixTime,
    cookie::{Budget, Cookies, Jar, JarBuilder, Visit},
    testing::{Browser, SetCookie, mint},
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

pub(crate) const NAME: &str = "__Host-session";
pub(crate) const DAY: Duration = Duration::from_secs(86_400);
pub(crate) const IDLE: Duration = Duration::from_secs(3_600);

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) user: Option<u32>,
    pub(crate) note: String,
}

impl SlipState for Session {
    const PURPOSE: &'static str = "shop.example/session";
    const VERSION: u16 = 2;

    fn upgrade(old: Old<'_>) -> Result<Self, Error> {
        match old.version() {
            1 => old.decode::<First>().map(|old| Self { user: Some(old.user), note: String::new() }),
            _ => Err(old.refuse("no such version")),
        }
    }
}

/// The version before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct First {
    pub(crate) user: u32,
}

impl SlipState for First {
    const PURPOSE: &'static str = Session::PURPOSE;
    const VERSION: u16 = 1;
}

/// The version after.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Next {
    pub(crate) users: Vec<u32>,
}

impl SlipState for Next {
    const PURPOSE: &'static str = Session::PURPOSE;
    const VERSION: u16 = 3;
}

pub(crate) fn session(note: &str) -> Session {
    Session { user: Some(7), note: note.into() }
}

pub(crate) fn builder<T: SlipState>(ring: &Keyring) -> JarBuilder<T> {
    Jar::builder("session", Sealer::<T>::encrypted(ring).lifetime(Lifetime::absolute(DAY).idle(IDLE)))
}

pub(crate) fn jar<T: SlipState>(ring: &Keyring) -> Jar<T> {
    builder(ring).build().unwrap()
}

/// A jar whose budget lets through whatever a browser keeps.
pub(crate) fn roomy(ring: &Keyring) -> Jar<Session> {
    builder(ring).budget(Budget::default().answer(100_000).request(100_000)).build().unwrap()
}

pub(crate) struct World {
    pub(crate) ring: Keyring,
    pub(crate) jar: Jar<Session>,
    pub(crate) browser: Browser,
}

impl World {
    pub(crate) fn new() -> Self {
        let ring = shared_ring();
        Self { jar: jar(&ring), ring, browser: Browser::at("https://shop.example") }
    }

    /// A browser that has been given this state.
    pub(crate) fn with(state: &Session) -> Self {
        let mut world = Self::new();
        let pair = mint(&world.jar, state, NOW).unwrap();
        world.browser.plant(&pair, NOW);
        world
    }

    pub(crate) fn plant(&mut self, pair: &str) {
        self.browser.plant(pair, NOW);
    }

    pub(crate) fn visit(&self, now: UnixTime) -> Visit<Session> {
        self.jar.visit_at(self.browser.cookies("/", now), now)
    }

    /// Answers, and gives what the browser was sent.
    pub(crate) fn answer(&mut self, visit: &mut Visit<Session>, now: UnixTime) -> Vec<SetCookie> {
        let plan = visit.plan();
        let stored = self.browser.receive(plan.set_cookie(), now);
        assert!(stored.iter().all(Result::is_ok), "the browser drops nothing: {stored:?}");
        plan.set_cookie().iter().map(|line| SetCookie::read(line).unwrap()).collect()
    }

    /// The state that the next request would bring.
    pub(crate) fn state(&self, now: UnixTime) -> Option<Session> {
        self.visit(now).state().cloned()
    }
}

pub(crate) fn request(field: &str) -> Cookies {
    Cookies::from_fields([field.as_bytes()])
}
