//! What has ended stays ended: answers in flight, in every order.

use crate::{
    kit::{NOW, later},
    world::{DAY, NAME, Session, World, builder, request, session},
};
use orderslip::{
    cookie::Outcome,
    testing::{SetCookie, mint},
};

/// What an answer in flight can be: it was planned from the old slip, and arrives after the end.
fn in_flight(world: &World) -> Vec<Vec<String>> {
    let mut renewed = world.visit(later(3_000));
    let mut written = world.visit(NOW);
    written.update(|state| state.note = "late".into()).unwrap();
    [renewed.plan(), written.plan()].into_iter().map(|plan| plan.into_set_cookie()).collect()
}

#[test]
fn t26_t29_a_logout_is_not_undone_by_an_answer_in_flight() {
    for index in 0..2 {
        let mut world = World::with(&session("a"));
        let late = in_flight(&world).swap_remove(index);
        assert_eq!(late.len(), 1);
        let mut visit = world.visit(NOW);
        visit.logout().unwrap();
        world.answer(&mut visit, NOW);
        assert_eq!(world.browser.value(NAME, NOW), None);

        world.browser.receive(&late, NOW);
        let mut visit = world.visit(later(3_000));
        assert_eq!((visit.outcome(), visit.state()), (Outcome::LoggedOut, None));
        world.answer(&mut visit, later(3_000));
        assert_eq!(world.browser.value(NAME, NOW), None, "and it is deleted again");
        // Once more, to the end of its life and the leeway.
        for secs in [3_100, 86_399, 86_429] {
            world.browser.receive(&late, later(3_000));
            assert_ne!(world.visit(later(secs)).outcome(), Outcome::Opened, "after {secs} s");
        }
    }
}

#[test]
fn t29_what_was_taken_does_not_come_back() {
    let mut world = World::with(&session("a cart"));
    let late = in_flight(&world).swap_remove(1);
    let mut visit = world.visit(NOW);
    assert_eq!(visit.take().unwrap(), Some(session("a cart")));
    assert_eq!(visit.take().unwrap(), None, "once");
    world.answer(&mut visit, NOW);
    world.browser.receive(&late, NOW);
    assert_eq!(world.visit(NOW).outcome(), Outcome::LoggedOut);
}

#[test]
fn t27_a_login_changes_the_id_and_ends_the_old_slip() {
    let mut world = World::with(&Session { user: None, note: "a guest's cart".into() });
    let planted = world.browser.value(NAME, NOW).unwrap().to_owned();
    let mut visit = world.visit(NOW);
    let guest = visit.slip().unwrap().id();
    visit.replace_with(|guest| Session { user: Some(7), ..guest }).unwrap();
    assert_ne!(visit.slip().unwrap().id(), guest);
    world.answer(&mut visit, NOW);
    assert_eq!(world.state(NOW), Some(Session { user: Some(7), note: "a guest's cart".into() }));

    // Whoever knew the old slip has what it was, and this browser does not take it back.
    world.plant(&format!("{NAME}={planted}"));
    assert_eq!(world.visit(NOW).outcome(), Outcome::LoggedOut);
}

#[test]
fn t27_t28_a_new_id_is_no_new_life() {
    let mut world = World::with(&session("a"));
    let mut visit = world.visit(later(60));
    let (id, ends_at, began_at) = visit.slip().map(|slip| (slip.id(), slip.ends_at(), slip.began_at())).unwrap();
    visit.renew_id().unwrap();
    world.answer(&mut visit, later(60));
    let visit = world.visit(later(61));
    let slip = visit.slip().unwrap();
    assert_eq!((slip.ends_at(), slip.began_at(), slip.state()), (ends_at, began_at, &session("a")));
    assert_ne!(slip.id(), id);
}

#[test]
fn t28_no_renewal_moves_the_absolute_end() {
    let mut world = World::with(&session("a"));
    let ends_at = NOW.checked_add(DAY).unwrap();
    let mut now = NOW;
    while now < ends_at {
        let mut visit = world.visit(now);
        assert_eq!(visit.slip().map(|slip| slip.ends_at()), Some(ends_at), "at {now}");
        visit.touch();
        world.answer(&mut visit, now);
        now = now.checked_add(std::time::Duration::from_secs(1_700)).unwrap();
    }
    let mut visit = world.visit(now);
    assert_ne!(visit.outcome(), Outcome::Opened);
    assert!(visit.plan().set_cookie().iter().all(|line| SetCookie::read(line).unwrap().deletes()));
}

#[test]
fn t29_a_tombstone_is_of_one_slip() {
    let mut world = World::with(&session("a"));
    let mut visit = world.visit(NOW);
    visit.logout().unwrap();
    let sent = world.answer(&mut visit, NOW);
    let stone = sent.iter().find(|cookie| cookie.name != NAME).unwrap();
    assert!(stone.name.starts_with("__Host-session-x") && stone.name.len() == NAME.len() + 10, "{}", stone.name);
    assert_eq!(stone.max_age, Some(86_430), "the rest of the slip's life, and the leeway");

    // Another slip is not touched by it, nor by a copy under the name that its own would have.
    let fresh = world.jar.mint_at(&session("b"), NOW).unwrap();
    world.plant(&format!("{NAME}={fresh}"));
    assert_eq!(world.visit(NOW).outcome(), Outcome::Opened);
    let mut visit = world.visit(NOW);
    visit.logout().unwrap();
    let own = visit
        .plan()
        .set_cookie()
        .iter()
        .map(|line| SetCookie::read(line).unwrap().name)
        .find(|name| name != NAME)
        .unwrap();
    world.plant(&format!("{own}={}", stone.value));
    assert_eq!(world.visit(NOW).outcome(), Outcome::Opened);
}

#[test]
fn t26_a_thief_leaves_the_tombstone_out() {
    // What this cannot do, so that nobody believes it: it takes a store (`Error::revoked` is for checks against one).
    let mut world = World::with(&session("a"));
    let stolen = world.browser.value(NAME, NOW).unwrap().to_owned();
    let mut visit = world.visit(NOW);
    let id = visit.slip().unwrap().id();
    visit.logout().unwrap();
    world.answer(&mut visit, NOW);
    let thief = world.jar.visit_at(request(&format!("{NAME}={stolen}")), NOW);
    assert_eq!(thief.outcome(), Outcome::Opened);
    assert_eq!(thief.slip().unwrap().id(), id, "the id that a denylist goes by");
}

#[test]
fn t76_at_most_four_tombstones_and_the_oldest_goes_first() {
    let mut world = World::new();
    let mut seen = Vec::new();
    for round in 0..8 {
        let now = later(round);
        let mut visit = world.visit(now);
        visit.replace(session("a")).unwrap();
        world.answer(&mut visit, now);
        let mut visit = world.visit(now);
        visit.logout().unwrap();
        let sent = world.answer(&mut visit, now);
        seen.push(sent.iter().find(|cookie| cookie.name != NAME && !cookie.deletes()).unwrap().name.clone());
        let names = world.browser.names(now);
        let expected: Vec<&str> = seen.iter().rev().take(4).rev().map(String::as_str).collect();
        assert_eq!(names, expected, "after {round} logouts before");
    }
}

/// A browser that has as many tombstones as there may be, the oldest first.
fn after_four_logouts() -> World {
    let mut world = World::new();
    for round in 0..4 {
        let mut visit = world.visit(later(round));
        visit.replace(session("a")).unwrap();
        world.answer(&mut visit, later(round));
        let mut visit = world.visit(later(round));
        visit.logout().unwrap();
        world.answer(&mut visit, later(round));
    }
    world
}

#[test]
fn t76_the_oldest_is_told_by_its_time_and_not_by_its_place() {
    let world = after_four_logouts();
    let header = world.browser.header("/", later(9));
    let oldest = header.split('=').next().unwrap().to_owned();
    let mut reversed: Vec<String> = header.rsplit("; ").map(str::to_owned).collect();
    // A copy of the newest under other names is no tombstone of anything.
    let (_, copied) = reversed.first().and_then(|pair| pair.split_once('=')).unwrap();
    let copies: Vec<String> = (0..3).map(|n| format!("{NAME}-xcopied_{n}={copied}")).collect();
    reversed.extend(copies);
    reversed.push(mint(&world.jar, &session("b"), NOW).unwrap());
    let mut visit = world.jar.visit_at(request(&reversed.join("; ")), later(9));
    visit.logout().unwrap();
    let plan = visit.plan();
    let deleted: Vec<String> = plan
        .set_cookie()
        .iter()
        .filter_map(|line| SetCookie::read(line))
        .filter(SetCookie::deletes)
        .map(|cookie| cookie.name)
        .collect();
    assert_eq!(deleted, [oldest, NAME.to_owned()], "and deletions come last");
}

#[test]
fn a_slip_that_never_left_needs_no_tombstone() {
    let mut world = World::new();
    let mut visit = world.visit(NOW);
    visit.update(|state| state.note = "a".into()).unwrap();
    visit.logout().unwrap();
    assert!(world.answer(&mut visit, NOW).is_empty());
    // And one that is ended twice in a request needs one.
    let mut world = World::with(&session("a"));
    let mut visit = world.visit(NOW);
    visit.renew_id().unwrap();
    visit.renew_id().unwrap();
    visit.logout().unwrap();
    let sent = world.answer(&mut visit, NOW);
    assert_eq!(sent.iter().filter(|cookie| cookie.name != NAME).count(), 1);
}

#[test]
fn after_a_logout_a_new_slip_begins_and_stays() {
    let mut world = World::with(&session("a"));
    let late = in_flight(&world).swap_remove(1);
    let mut visit = world.visit(NOW);
    visit.logout().unwrap();
    visit.update(|state| state.note = "anew".into()).unwrap();
    world.answer(&mut visit, NOW);
    assert_eq!(world.state(NOW), Some(Session { user: None, note: "anew".into() }));
    // The late answer overwrites the one cookie that there is; the state of the old slip is not taken for it.
    world.browser.receive(&late, NOW);
    assert_eq!(world.visit(NOW).outcome(), Outcome::LoggedOut);
}

#[test]
fn without_tombstones_what_ended_comes_back() {
    let mut world = World::new();
    world.jar = builder(&world.ring).without_tombstones().build().unwrap();
    let pair = mint(&world.jar, &session("flash"), NOW).unwrap();
    world.plant(&pair);
    let mut visit = world.visit(NOW);
    assert!(visit.take().unwrap().is_some());
    assert_eq!(world.answer(&mut visit, NOW).len(), 1, "the deletion alone");
    world.plant(&pair);
    assert_eq!(world.visit(NOW).outcome(), Outcome::Opened);
}

#[test]
fn t29_every_format_has_tombstones() {
    use orderslip::{Lifetime, PublicAlg, Sealer, cookie::Jar};
    let ring = crate::kit::shared_ring();
    let life = Lifetime::absolute(DAY);
    let kinds = [
        Sealer::<Session>::encrypted(&ring),
        Sealer::signed(&ring),
        Sealer::publicly_signed(&ring, PublicAlg::Ed25519),
        #[cfg(feature = "jose")]
        Sealer::jws(&ring, orderslip::JwsAlg::Hs256),
    ];
    for sealer in kinds {
        let mut world = World { jar: Jar::builder("session", sealer.lifetime(life)).build().unwrap(), ..World::new() };
        let pair = mint(&world.jar, &session("a"), NOW).unwrap();
        world.plant(&pair);
        let mut visit = world.visit(NOW);
        visit.logout().unwrap();
        world.answer(&mut visit, NOW);
        world.plant(&pair);
        assert_eq!(world.visit(NOW).outcome(), Outcome::LoggedOut);
    }
}

/// What does not fit is undone; and what was undone is not the slip that has ended.
#[test]
fn t29_a_write_that_is_undone_brings_nothing_back() {
    let mut world = World::with(&session("a"));
    let late = in_flight(&world).swap_remove(1);
    let mut visit = world.visit(NOW);
    visit.logout().unwrap();
    world.answer(&mut visit, NOW);
    world.browser.receive(&late, NOW);
    let mut visit = world.visit(NOW);
    assert_eq!((visit.outcome(), visit.state()), (Outcome::LoggedOut, None));
    assert!(visit.update(|state| state.note = "x".repeat(10_000)).unwrap_err().is_too_large());
    assert_eq!(visit.state(), None);
    world.answer(&mut visit, NOW);
    assert_eq!(world.state(NOW), None);
}

/// Whoever plants names like those of tombstones makes no more work than eight of them are, and hides none of ours before.
#[test]
fn t76_at_most_eight_tombstones_are_looked_at() {
    let world = after_four_logouts();
    let (ours, slip) = (world.browser.header("/", later(9)), mint(&world.jar, &session("b"), NOW).unwrap());
    let deleted = |junk: usize| {
        let planted: String = (0..junk).map(|number| format!("{NAME}-x0000000{number}=junk; ")).collect();
        let mut visit = world.jar.visit_at(request(&format!("{planted}{ours}; {slip}")), later(9));
        visit.logout().unwrap();
        let plan = visit.plan();
        let cookies = plan.set_cookie().iter().filter_map(|line| SetCookie::read(line));
        cookies.filter(|cookie| cookie.deletes() && cookie.name != NAME).count()
    };
    // The oldest of four goes, as a fifth comes.
    assert_eq!([deleted(0), deleted(4), deleted(5)], [1, 1, 0]);
}
