//! Several cookies of one name: who plants a second one gains nothing.

use crate::{
    kit::{NOW, later, shared_ring},
    world::{NAME, Next, World, jar, request, session},
};
use orderslip::{
    cookie::{Cookies, Outcome},
    testing::mint,
};

#[test]
fn t72_the_one_that_verifies_is_taken_wherever_it_stands() {
    let world = World::new();
    let good = mint(&world.jar, &session("mine"), NOW).unwrap();
    let junk = format!("{NAME}=junk");
    let foreign = mint(&jar(&shared_ring()), &session("theirs"), NOW).unwrap();
    let newer = mint(&jar::<Next>(&world.ring), &Next::default(), NOW).unwrap();
    for others in [vec![&junk], vec![&foreign], vec![&newer], vec![&junk, &foreign, &newer, &junk]] {
        for place in 0..=others.len() {
            let mut all: Vec<&String> = others.clone();
            all.insert(place, &good);
            let field = all.iter().map(|pair| pair.as_str()).collect::<Vec<_>>().join("; ");
            let mut visit = world.jar.visit_at(request(&field), NOW);
            assert_eq!(visit.outcome(), Outcome::Opened);
            assert_eq!(visit.state(), Some(&session("mine")));
            assert!(visit.plan().set_cookie().is_empty(), "ours is not deleted for another's sake");
        }
    }
}

#[test]
fn t72_of_two_that_verify_nobody_can_say_which() {
    let world = World::new();
    let mine = mint(&world.jar, &session("mine"), NOW).unwrap();
    let planted = mint(&world.jar, &session("an attacker's own"), NOW).unwrap();
    for field in [format!("{mine}; {planted}"), format!("{planted}; {mine}")] {
        let mut visit = world.jar.visit_at(request(&field), NOW);
        assert_eq!((visit.outcome(), visit.state()), (Outcome::Rejected, None));
        assert!(visit.error().is_some_and(orderslip::Error::is_rejected), "{:?}", visit.error());
        assert!(visit.plan().set_cookie().is_empty(), "a deletion would leave the planted one alone in the jar");
    }
    // The handler's own word goes through.
    let mut visit = world.jar.visit_at(request(&format!("{mine}; {planted}")), NOW);
    visit.update(|state| state.note = "new".into()).unwrap();
    assert_eq!(visit.plan().set_cookie().len(), 1);
}

#[test]
fn the_same_slip_twice_is_one() {
    let world = World::new();
    let pair = mint(&world.jar, &session("a"), NOW).unwrap();
    assert_eq!(world.jar.visit_at(request(&format!("{pair}; {pair}")), NOW).outcome(), Outcome::Opened);
    // Before and after a renewal, as two paths would send it: the later one.
    let mut visit = world.jar.visit_at(request(&pair), later(60));
    visit.update(|state| state.note = "b".into()).unwrap();
    let plan = visit.plan();
    let renewed = plan.set_cookie().first().and_then(|line| line.split(';').next()).unwrap();
    for field in [format!("{pair}; {renewed}"), format!("{renewed}; {pair}")] {
        let visit = world.jar.visit_at(request(&field), later(60));
        assert_eq!(visit.state().map(|state| state.note.as_str()), Some("b"));
    }
}

#[test]
fn t72_unreadable_is_kept_beside_junk() {
    let world = World::new();
    let newer = mint(&jar::<Next>(&world.ring), &Next::default(), NOW).unwrap();
    let unknown = mint(&jar(&shared_ring()), &session("a"), NOW).unwrap();
    for good in [&newer, &unknown] {
        let mut visit = world.jar.visit_at(request(&format!("{NAME}=junk; {good}; {NAME}=x")), NOW);
        assert_eq!(visit.outcome(), Outcome::Unreadable);
        assert!(visit.plan().set_cookie().is_empty());
    }
    // What is proven to be ours goes before what only says so.
    let mut visit = world.jar.visit_at(request(&format!("{unknown}; {newer}")), NOW);
    assert!(visit.update(|_| ()).unwrap_err().held_until().is_some());
}

#[test]
fn t72_split_fields_are_read_as_one() {
    let world = World::new();
    let good = mint(&world.jar, &session("a"), NOW).unwrap();
    let cookies = Cookies::from_fields([b"a=b".as_slice(), b"__Host-session=junk", good.as_bytes(), b"c=d"]);
    assert_eq!(world.jar.visit_at(cookies, NOW).outcome(), Outcome::Opened);
}
