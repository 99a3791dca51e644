//! Every outcome, and what becomes of the cookie when the handler only reads.

use crate::{
    kit::{NOW, later, shared_ring},
    world::{DAY, First, NAME, Next, Session, World, jar, request, session},
};
use orderslip::{
    ErrorKind, Lifetime, Sealer,
    cookie::{CachePolicy, Cookies, Jar, Outcome},
    testing::mint,
};
use std::time::Duration;

/// What a request brings, as `name=value`.
fn pairs(world: &World) -> Vec<(&'static str, Option<String>, Outcome, Option<ErrorKind>)> {
    let good = mint(&world.jar, &session("a"), NOW).unwrap();
    let old = mint(&jar::<First>(&world.ring), &First { user: 7 }, NOW).unwrap();
    let new = mint(&jar::<Next>(&world.ring), &Next::default(), NOW).unwrap();
    let foreign = mint(&jar(&shared_ring()), &session("a"), NOW).unwrap();
    let expired = mint(&world.jar, &session("a"), crate::kit::earlier(90_000)).unwrap();
    let future = mint(&world.jar, &session("a"), later(600)).unwrap();
    let (head, tail) = good.split_at(good.len() - 9);
    let other = if tail.starts_with('A') { 'B' } else { 'A' };
    let forged = format!("{head}{other}{}", tail.chars().skip(1).collect::<String>());
    vec![
        ("nothing", None, Outcome::Absent, None),
        ("a slip", Some(good), Outcome::Opened, None),
        ("an old version", Some(old), Outcome::Opened, None),
        ("a newer version", Some(new), Outcome::Unreadable, Some(ErrorKind::NewerVersion)),
        ("an unknown key", Some(foreign), Outcome::Unreadable, Some(ErrorKind::UnknownKey)),
        ("the future", Some(future), Outcome::Unreadable, Some(ErrorKind::NotYetValid)),
        ("an end that has passed", Some(expired), Outcome::Expired, Some(ErrorKind::Expired)),
        ("a forgery", Some(forged), Outcome::Rejected, Some(ErrorKind::Rejected)),
        ("junk", Some(format!("{NAME}=junk")), Outcome::Rejected, Some(ErrorKind::Rejected)),
        ("an empty value", Some(format!("{NAME}=")), Outcome::Rejected, Some(ErrorKind::Rejected)),
    ]
}

#[test]
fn every_outcome_is_told() {
    let world = World::new();
    for (what, pair, outcome, kind) in pairs(&world) {
        let visit = world.jar.visit_at(pair.as_deref().map(request).unwrap_or_default(), NOW);
        assert_eq!(visit.outcome(), outcome, "{what}");
        assert_eq!(visit.error().map(orderslip::Error::kind), kind, "{what}");
        assert_eq!(visit.state().is_some(), outcome == Outcome::Opened, "{what}");
    }
}

#[test]
fn reading_deletes_what_is_of_no_use_and_nothing_else() {
    for index in 0..pairs(&World::new()).len() {
        let mut world = World::new();
        let (what, pair, outcome, _) = pairs(&world).swap_remove(index);
        if let Some(pair) = &pair {
            world.plant(pair);
        }
        let mut visit = world.visit(NOW);
        let sent = world.answer(&mut visit, NOW);
        let is_useless = matches!(outcome, Outcome::Expired | Outcome::Rejected);
        let is_due = what == "an old version";
        assert_eq!(sent.len(), usize::from(is_useless || is_due), "{what}: {sent:?}");
        assert_eq!(sent.first().is_some_and(|cookie| cookie.deletes()), is_useless, "{what}");
        let kept = pair.is_some() && !is_useless;
        assert_eq!(world.browser.value(NAME, NOW).is_some(), kept, "{what}");
    }
}

#[test]
fn a_slip_in_the_last_seconds_of_the_leeway_is_over() {
    // In the leeway it opens, and is never to be sealed again: a handler that wrote would fail.
    let ring = shared_ring();
    let sealer = Sealer::<Session>::encrypted(&ring).lifetime(Lifetime::absolute(Duration::from_secs(100)));
    let jar = Jar::builder("session", sealer).build().unwrap();
    let pair = mint(&jar, &session("a"), NOW).unwrap();
    for (secs, outcome) in
        [(99, Outcome::Opened), (100, Outcome::Expired), (129, Outcome::Expired), (130, Outcome::Expired)]
    {
        let mut visit = jar.visit_at(request(&pair), later(secs));
        assert_eq!(visit.outcome(), outcome, "after {secs} s");
        visit.update(|state| state.note = "b".into()).unwrap();
        assert_eq!(
            visit.error().and_then(orderslip::Error::expired_for).map(|ago| ago.as_secs()),
            secs.checked_sub(100)
        );
        // Whoever only reads leaves nothing of it in the browser.
        let lines = jar.visit_at(request(&pair), later(secs)).plan().into_set_cookie();
        let deleted = lines.iter().any(|line| line.starts_with(&format!("{NAME}=;")) && line.contains("Max-Age=0"));
        assert_eq!(deleted, secs >= 100, "after {secs} s: {lines:?}");
    }
}

/// Junk under one name that nobody has looked at to its end is not deleted, be it the present name or a former one.
#[test]
fn what_was_not_looked_at_is_not_deleted() {
    let ring = shared_ring();
    let jar = crate::world::builder::<Session>(&ring).formerly("__Host-old").build().unwrap();
    let other = mint(&crate::world::jar::<Session>(&ring), &session("a"), crate::kit::earlier(90_000)).unwrap();
    let expired = other.split_once('=').unwrap().1;
    // Each is another text, and none is junk by its form alone.
    let many = |name: &str, count: usize| -> Vec<String> {
        let (head, tail) = expired.split_at(expired.len() - 20);
        let forged = |n: usize| format!("{name}={head}{n:03}{}", tail.split_at(3).1);
        (100..100 + count).map(forged).collect()
    };
    for (present, former, deletes) in
        [(1, 1, true), (40, 1, false), (1, 40, false), (40, 40, false), (0, 1, true), (0, 40, false)]
    {
        let field = [many(NAME, present), many("__Host-old", former)].concat().join("; ");
        let lines = jar.visit_at(request(&field), NOW).plan().into_set_cookie();
        assert_eq!(!lines.is_empty(), deletes, "{present} and {former}: {lines:?}");
    }
}

#[test]
fn t24_a_value_under_another_name_is_rejected() {
    let world = World::new();
    let life = Lifetime::absolute(DAY);
    let carts = Jar::builder("cart", Sealer::<Session>::encrypted(&world.ring).lifetime(life)).build().unwrap();
    let token = world.jar.mint_at(&session("a"), NOW).unwrap();
    let moved = carts.visit_at(request(&format!("__Host-cart={token}")), NOW);
    assert_eq!(moved.outcome(), Outcome::Rejected);
    // Nor does a token that was made for no cookie open in one.
    let plain = Sealer::<Session>::encrypted(&world.ring).lifetime(life).build().unwrap();
    let token = plain.seal_at(&session("a"), NOW).unwrap();
    let visit = world.jar.visit_at(request(&format!("{NAME}={token}")), NOW);
    assert_eq!(visit.outcome(), Outcome::Rejected);
}

#[test]
fn t71_a_spoofed_name_is_nobodys() {
    let world = World::new();
    let token = world.jar.mint_at(&session("a"), NOW).unwrap();
    for name in [
        "__host-session",
        "__Host-Session",
        "session",
        "__Host-session ",
        "\u{2000}__Host-session",
        "=__Host-session",
        "%5F_Host-session",
    ] {
        let cookies = Cookies::from_fields([format!("{name}={token}").as_bytes()]);
        assert_eq!(world.jar.visit_at(cookies, NOW).outcome(), Outcome::Absent, "{name:?}");
    }
}

/// Whoever asks for the plan again gets nothing more to send, and still an answer that is for one browser.
#[test]
fn a_plan_that_is_asked_for_again_is_private_all_the_same() {
    let world = World::with(&session("a"));
    let mut visit = world.visit(NOW);
    visit.update(|state| state.note = "b".into()).unwrap();
    assert_eq!(visit.plan().cache_policy(), CachePolicy::NoStore);
    let again = visit.plan();
    assert!(again.set_cookie().is_empty());
    assert_eq!(again.cache_policy(), CachePolicy::Private);
}
