//! A jar with a guard: what a handler sees, what the browser keeps.

use crate::{
    kit::{HOUR, NOW, later, shared_ring},
    world::{DAY, Session, Told, of},
};
use orderslip::{
    Error, Keyring, Lifetime, Sealer, UnixTime,
    cookie::{Held, Jar, Jars, MergedJar, Outcome, Visits},
    merge::{Cart, Line},
    revoke::{Guard, MemoryStore, Revocations, Verdict},
    testing::{Browser, SetCookie},
};
use std::sync::Arc;

struct Menu;

impl Line for Menu {
    const PURPOSE: &'static str = "shop.example/cart";
    const VERSION: u16 = 1;
}

struct World {
    ring: Keyring,
    jars: Arc<Jars>,
    browser: Browser,
}

fn jar(ring: &Keyring, guard: Option<&Guard>) -> Jar<Session> {
    let jar = Jar::builder("session", Sealer::<Session>::encrypted(ring).lifetime(Lifetime::absolute(DAY).idle(HOUR)));
    let jar = guard.into_iter().fold(jar, |jar, guard| jar.revocations(guard));
    jar.build().unwrap()
}

impl World {
    fn with(list: impl Revocations, fails: fn(&World, Guard) -> Guard) -> (Self, Guard) {
        let mut world =
            Self { ring: shared_ring(), jars: Arc::default(), browser: Browser::at("https://shop.example") };
        let guard = fails(&world, Guard::fail_closed(list));
        world.jars = world.guarded_by(&guard);
        (world, guard)
    }

    fn closed(list: impl Revocations) -> (Self, Guard) {
        Self::with(list, |_, guard| guard)
    }

    fn guarded_by(&self, guard: &Guard) -> Arc<Jars> {
        let session = jar(&self.ring, Some(guard));
        let cart = MergedJar::<Cart<Menu>>::new("cart", &session).unwrap();
        Arc::new(Jars::new().with(session).unwrap().with_merged(cart).unwrap())
    }

    fn visits(&self, now: UnixTime) -> Visits {
        Visits::new_at(Arc::clone(&self.jars), self.browser.cookies("/", now), now)
    }

    fn answer(&mut self, visits: &Visits, now: UnixTime) -> Vec<SetCookie> {
        let plan = visits.plan();
        assert!(self.browser.receive(plan.set_cookie(), now).iter().all(Result::is_ok));
        plan.set_cookie().iter().map(|line| SetCookie::read(line).unwrap()).collect()
    }

    /// A request that logs in.
    async fn login(&mut self, now: UnixTime) -> Held<Session> {
        let visits = self.visits(now);
        let held = visits.checked::<Session>().await.unwrap();
        held.replace(of("ada")).unwrap();
        self.answer(&visits, now);
        held
    }

    async fn user(&self, now: UnixTime) -> (Option<String>, Outcome) {
        let held = self.visits(now).checked::<Session>().await.unwrap();
        (held.read(|session| session.user.clone()), held.outcome())
    }
}

fn memory() -> MemoryStore {
    MemoryStore::new(100).that_knows_all_since(UnixTime::from_secs(0))
}

#[tokio::test]
async fn t26_a_revoked_session_is_over_and_its_cookie_goes() {
    let (mut world, guard) = World::closed(memory());
    world.login(NOW).await;
    assert_eq!(world.user(NOW).await, (Some("ada".into()), Outcome::Opened));
    let stolen = world.browser.clone();

    // From another device, without a `horizon`: the guard has it from the jar.
    guard.log_out_at("ada", None, later(60)).await.unwrap();
    let visits = world.visits(later(61));
    let held = visits.checked::<Session>().await.unwrap();
    assert_eq!((held.outcome(), held.read(Clone::clone)), (Outcome::Revoked, Session::default()));
    assert!(held.error().unwrap().is_revoked());
    assert_eq!(held.clone().required().unwrap_err().status(), 401);
    let lines = world.answer(&visits, later(61));
    assert_eq!(lines.len(), 1, "deleted, and nothing else");
    assert_eq!(world.user(later(62)).await.1, Outcome::Absent);

    // A copy is as dead, whatever its thief leaves out or keeps.
    let thief = World { ring: world.ring, jars: world.jars, browser: stolen };
    assert_eq!(thief.user(later(62)).await, (None, Outcome::Revoked));
}

#[tokio::test]
async fn t26_who_logs_in_again_is_not_who_was_logged_out() {
    let (mut world, guard) = World::closed(memory());
    let first = world.login(NOW).await;
    guard.revoke_ref(&first.slip_ref().unwrap()).await.unwrap();

    // A revoked session is replaced, and updated as if there were none.
    let visits = world.visits(later(5));
    let held = visits.checked::<Session>().await.unwrap();
    held.update(|session| session.note = "guest".into()).unwrap();
    assert_ne!(held.id(), first.id());
    world.answer(&visits, later(5));
    assert_eq!(world.user(later(6)).await, (None, Outcome::Opened));
    world.login(later(7)).await;
    assert_eq!(world.user(later(8)).await, (Some("ada".into()), Outcome::Opened));
}

#[tokio::test]
async fn t26_a_slip_that_was_not_checked_is_not_there() {
    let (mut world, _) = World::closed(memory());
    world.login(NOW).await;
    let visits = world.visits(NOW);
    assert!(visits.held::<Session>().unwrap_err().is_misuse(), "the handler that forgets to ask");
    assert!(visits.merged::<Cart<Menu>>().unwrap_err().is_misuse(), "nor what is tied to it");
    assert!(world.answer(&visits, NOW).is_empty(), "and nothing is lost");

    let jar = world.jars.jar::<Session>().unwrap();
    let mut visit = jar.visit_at(world.browser.cookies("/", NOW), NOW);
    assert_eq!((visit.outcome(), visit.state(), visit.slip().is_none()), (Outcome::Unreadable, None, true));
    assert!(visit.error().unwrap().is_misuse());
    assert!(visit.update(|session| session.note = "over".into()).unwrap_err().is_misuse());
    assert!(visit.renew_id().unwrap_err().is_misuse());
    visit.check().await;
    assert_eq!(visit.state(), Some(&of("ada")));
    visit.check().await;
    assert!(visit.update(|session| session.note = "now".into()).is_ok());

    // Without a cookie, or with junk, there is nothing to ask about.
    for field in ["", "__Host-session=junk"] {
        let mut visit = jar.visit_at(orderslip::cookie::Cookies::from_fields([field.as_bytes()]), NOW);
        assert!(visit.update(|_| ()).is_ok());
    }
    assert!(visits.checked::<Session>().await.is_ok(), "asked for before, it is there");
}

#[tokio::test]
async fn t26_a_request_asks_once_however_many_look() {
    let told = Told::to(Ok(Verdict::Good));
    let (mut world, _) = World::closed(told.clone());
    world.login(NOW).await;
    assert_eq!(told.asked(), 0, "nothing was brought");
    let visits = world.visits(NOW);
    for _ in 0..3 {
        visits.checked::<Session>().await.unwrap();
        visits.checked_merged::<Cart<Menu>>().await.unwrap();
    }
    assert_eq!(told.asked(), 1);
    // Two at once may both ask, and get the same slip.
    let visits = world.visits(NOW);
    let (one, two) = tokio::join!(visits.checked::<Session>(), visits.checked::<Session>());
    one.unwrap().update(|session| session.note = "one".into()).unwrap();
    assert_eq!(two.unwrap().read(|session| session.note.clone()), "one");
    assert_eq!(told.asked(), 3);
}

#[tokio::test]
async fn t26_a_store_that_is_down_loses_no_slip() {
    let (mut world, guard) = World::closed(Told::to(Err(Error::unavailable("down"))));
    let before = jar(&world.ring, None);
    world.browser.plant(&orderslip::testing::mint(&before, &of("ada"), NOW).unwrap(), NOW);

    let visits = world.visits(NOW);
    let held = visits.checked::<Session>().await.unwrap();
    assert_eq!((held.outcome(), held.read(|session| session.user.clone())), (Outcome::Unreadable, None));
    let error = held.update(|session| session.note = "over".into()).unwrap_err();
    assert!(error.is_unavailable());
    assert_eq!((orderslip::cookie::status(&error), orderslip::cookie::retry_after(&error)), (503, Some(5)));
    assert_eq!(held.clone().required().unwrap_err().status(), 503);
    let cart = visits.checked_merged::<Cart<Menu>>().await.unwrap();
    assert!(cart.with(|cart| cart.add("soup", 1)).unwrap_err().is_unavailable());
    let good = before.visit_at(world.browser.cookies("/", NOW), NOW).form_token().unwrap();
    assert!(held.check_form(&good).unwrap_err().is_unavailable(), "its form is not taken for somebody else's");
    assert!(world.answer(&visits, NOW).is_empty(), "the cookie stays");

    // The same store, and the other policy: it goes on.
    let open = Guard::fail_open(Told::to(Err(Error::unavailable("down"))));
    world.jars = world.guarded_by(&open);
    assert_eq!(world.user(NOW).await, (Some("ada".into()), Outcome::Opened));
    // A logout goes through as well, and what an answer in flight brings back is over for this browser.
    let mut flight = before.visit_at(world.browser.cookies("/", NOW), NOW);
    flight.update(|session| session.note = "late".into()).unwrap();
    world.jars = world.guarded_by(&guard);
    let visits = world.visits(NOW);
    visits.checked::<Session>().await.unwrap().logout().unwrap();
    world.answer(&visits, NOW);
    world.browser.receive(flight.plan().set_cookie(), NOW);
    world.jars = world.guarded_by(&open);
    assert_eq!(world.user(NOW).await, (None, Outcome::LoggedOut));
    // And a login goes through whatever the store does: it begins something new.
    world.jars = world.guarded_by(&guard);
    world.login(later(1)).await;
    let up = Guard::fail_closed(memory());
    world.jars = world.guarded_by(&up);
    assert_eq!(world.user(later(2)).await, (Some("ada".into()), Outcome::Opened));
}

#[tokio::test]
async fn t26_a_cart_goes_with_its_session() {
    let (mut world, guard) = World::closed(memory());
    let session = world.login(NOW).await;
    let add = |sku: &'static str| move |cart: &mut orderslip::merge::Siblings<Cart<Menu>>| cart.add(sku, 1);
    let visits = world.visits(later(1));
    let _ = visits.checked_merged::<Cart<Menu>>().await.unwrap().with(add("soup"));
    world.answer(&visits, later(1));
    let visits = world.visits(later(2));
    visits.checked_merged::<Cart<Menu>>().await.unwrap().with(add("soup")).unwrap().unwrap();
    world.answer(&visits, later(2));
    let lines = |visits: Visits| async move {
        let cart = visits.checked_merged::<Cart<Menu>>().await.unwrap();
        cart.read(|cart| cart.lines().count())
    };
    assert_eq!(lines(world.visits(later(3))).await, 1);
    guard.revoke_ref(&session.slip_ref().unwrap()).await.unwrap();
    assert_eq!(lines(world.visits(later(4))).await, 0, "who has a copy of a revoked session reads no cart of it");
}

/// A state that is adopted names no key of ours, and is asked about all the same.
#[tokio::test]
async fn t26_what_is_adopted_is_checked_by_its_subject() {
    let ring = shared_ring();
    let guard = Guard::fail_closed(memory());
    let sealer = Sealer::<Session>::encrypted(&ring)
        .lifetime(Lifetime::absolute(DAY))
        .adopt(later(1_000), |text| text.strip_prefix("old-").map(of));
    let jar = Jar::builder("session", sealer).revocations(&guard).build().unwrap();
    let mut browser = Browser::at("https://shop.example");
    browser.plant("__Host-session=old-ada", NOW);
    let mut visit = jar.visit_at(browser.cookies("/", NOW), NOW);
    visit.check().await;
    assert_eq!(visit.state(), Some(&of("ada")));
    guard.log_out_at("ada", None, later(5)).await.unwrap();
    let mut visit = jar.visit_at(browser.cookies("/", NOW), NOW);
    visit.check().await;
    assert_eq!((visit.outcome(), visit.state()), (Outcome::Revoked, None));
}
