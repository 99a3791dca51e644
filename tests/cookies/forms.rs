//! The tokens of forms: good with one slip, on any server, as long as it lives.

use crate::{
    kit::{NOW, later},
    world::{DAY, IDLE, NAME, World, request, session},
};
use orderslip::cookie::Outcome;

#[test]
fn t25_a_form_is_good_with_its_slip_alone() {
    let world = World::with(&session("mine"));
    let token = world.visit(NOW).form_token().unwrap();
    world.visit(later(3_000)).check_form(&token).unwrap();

    let other =
        world.jar.visit_at(request(&format!("{NAME}={}", world.jar.mint_at(&session("theirs"), NOW).unwrap())), NOW);
    assert!(other.check_form(&token).unwrap_err().is_rejected());
    let nobody = world.jar.visit_at(request(""), NOW);
    assert!(nobody.check_form(&token).unwrap_err().is_rejected());
    for junk in ["", "junk", world.browser.value(NAME, NOW).unwrap()] {
        assert!(world.visit(NOW).check_form(junk).unwrap_err().is_rejected(), "{junk:?}");
    }
}

#[test]
fn a_form_dies_with_its_slip() {
    let mut world = World::with(&session("a"));
    let token = world.visit(NOW).form_token().unwrap();
    let mut visit = world.visit(NOW);
    visit.replace_with(|state| state).unwrap();
    world.answer(&mut visit, NOW);
    assert!(world.visit(NOW).check_form(&token).unwrap_err().is_rejected(), "after a login");
    let elsewhere = World::with(&session("a"));
    let refused = elsewhere.visit(NOW).check_form(&token).unwrap_err();
    assert!(refused.is_unreadable(), "its key is not known there");
}

#[test]
fn a_guest_gets_a_slip_for_the_form() {
    let mut world = World::new();
    let mut visit = world.visit(NOW);
    assert_eq!(visit.outcome(), Outcome::Absent);
    let token = visit.form_token().unwrap();
    assert_ne!(token, visit.form_token().unwrap(), "each page has another text");
    world.answer(&mut visit, NOW);
    world.visit(NOW).check_form(&token).unwrap();
    assert!(world.visit(NOW.checked_add(DAY).unwrap()).check_form(&token).is_err());
}

/// A page may stay open for longer than a session may lie idle, if the session does not: other pages keep it.
#[test]
fn a_form_lives_as_long_as_its_slip_may_idle_or_not() {
    let mut world = World::with(&session("a"));
    let token = world.visit(NOW).form_token().unwrap();
    let mut now = NOW;
    for _ in 0..4 {
        now = now.checked_add(IDLE / 2).unwrap();
        let mut visit = world.visit(now);
        visit.update(|_| ()).unwrap();
        world.answer(&mut visit, now);
    }
    world.visit(now).check_form(&token).unwrap();
}
