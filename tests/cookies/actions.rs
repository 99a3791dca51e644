//! What a handler does with what it found: the table of `Visit`, row by row.

use crate::{
    kit::{NOW, shared_ring},
    world::{NAME, Next, Session, World, jar, request, roomy, session},
};
use orderslip::{
    ErrorKind,
    cookie::{Cookies, Jars, Outcome, Visits},
    testing::{Browser, mint},
};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

/// A browser with a cookie that this server cannot read: of a newer version, or of a key that it does not know.
fn unreadable(is_authentic: bool) -> World {
    let mut world = World::new();
    let pair = if is_authentic {
        mint(&jar::<Next>(&world.ring), &Next { users: vec![7] }, NOW).unwrap()
    } else {
        mint(&jar(&shared_ring()), &session("theirs"), NOW).unwrap()
    };
    world.plant(&pair);
    world
}

#[test]
fn an_authentic_cookie_that_is_unreadable_is_overwritten_by_replace_alone() {
    let mut world = unreadable(true);
    let before = world.browser.value(NAME, NOW).unwrap().to_owned();
    let mut visit = world.visit(NOW);
    assert_eq!((visit.outcome(), visit.state()), (Outcome::Unreadable, None));
    let refused = visit.update(|state| state.note = "lost".into()).unwrap_err();
    assert!(refused.is_unreadable() && refused.held_until().is_some());
    assert_eq!(refused.kind(), ErrorKind::NewerVersion);
    assert!(visit.form_token().unwrap_err().is_unreadable());
    visit.renew_id().unwrap_err();
    visit.touch();
    assert!(visit.take().unwrap().is_none());
    assert!(world.answer(&mut visit, NOW).is_empty());
    assert_eq!(world.browser.value(NAME, NOW), Some(before.as_str()));

    let mut visit = world.visit(NOW);
    visit.replace(session("new")).unwrap();
    visit.update(|state| state.note.push('!')).unwrap();
    world.answer(&mut visit, NOW);
    assert_eq!(world.state(NOW), Some(session("new!")));
}

#[test]
fn a_user_can_log_out_of_what_is_unreadable() {
    for is_authentic in [true, false] {
        let mut world = unreadable(is_authentic);
        let mut visit = world.visit(NOW);
        visit.logout().unwrap();
        world.answer(&mut visit, NOW);
        assert_eq!(world.browser.value(NAME, NOW), None);
    }
}

#[test]
fn an_unknown_key_locks_nobody_out() {
    let mut world = unreadable(false);
    let mut visit = world.visit(NOW);
    visit.touch();
    assert!(world.answer(&mut visit, NOW).is_empty(), "reading leaves it");
    let mut visit = world.visit(NOW);
    visit.update(|state| state.note = "new".into()).unwrap();
    world.answer(&mut visit, NOW);
    assert_eq!(world.state(NOW), Some(Session { user: None, note: "new".into() }));
}

#[test]
fn writes_are_seen_by_reads_of_the_same_request() {
    let world = World::with(&session("a"));
    let mut visit = world.visit(NOW);
    visit.update(|state| state.note = "b".into()).unwrap();
    visit.update(|state| state.note.push('c')).unwrap();
    assert_eq!(visit.state().map(|state| state.note.as_str()), Some("bc"));
    assert_eq!(visit.outcome(), Outcome::Opened, "what was brought does not change");
    visit.logout().unwrap();
    assert_eq!(visit.state(), None);
    assert!(visit.update_existing(|_| ()).unwrap_err().is_misuse());
}

#[test]
fn one_line_is_sent_however_often_it_is_written() {
    let mut world = World::new();
    let mut visit = world.visit(NOW);
    for round in 0..5 {
        visit.update(|state| state.note = format!("{round}")).unwrap();
    }
    let sent = world.answer(&mut visit, NOW);
    assert_eq!(sent.len(), 1);
    assert_eq!(world.state(NOW).unwrap().note, "4");
}

#[test]
fn after_the_plan_nothing_changes() {
    let world = World::with(&session("a"));
    let mut visit = world.visit(NOW);
    visit.update(|state| state.note = "b".into()).unwrap();
    assert_eq!(visit.plan().set_cookie().len(), 1);
    assert!(visit.update(|state| state.note = "c".into()).unwrap_err().is_misuse());
    assert!(visit.replace(session("c")).unwrap_err().is_misuse());
    assert!(visit.replace_with(|state| state).unwrap_err().is_misuse());
    assert!(visit.logout().unwrap_err().is_misuse());
    assert!(visit.take().unwrap_err().is_misuse());
    assert!(visit.renew_id().unwrap_err().is_misuse());
    assert_eq!(visit.state().map(|state| state.note.as_str()), Some("b"));
    assert!(visit.plan().set_cookie().is_empty(), "nothing is sent twice");
}

#[test]
fn a_state_that_does_not_fit_is_an_error_and_nothing_has_changed() {
    for writes_before in [false, true] {
        let mut world = World::with(&session("a"));
        let mut visit = world.visit(NOW);
        if writes_before {
            visit.update(|state| state.note = "b".into()).unwrap();
        }
        let expected = if writes_before { "b" } else { "a" };
        let id = visit.slip().unwrap().id();
        let error = visit.update(|state| state.note = "x".repeat(6_000)).unwrap_err();
        assert!(error.is_too_large());
        assert_eq!(error.largest().first().map(|(field, _)| *field), Some("note"));
        assert!(error.size() > error.limit());
        assert!(visit.replace(session(&"x".repeat(6_000))).unwrap_err().is_too_large());
        assert!(visit.replace_with(|state| Session { note: "x".repeat(6_000), ..state }).unwrap_err().is_too_large());
        let slip = visit.slip().unwrap();
        assert_eq!((slip.id(), slip.state().note.as_str()), (id, expected));
        let sent = world.answer(&mut visit, NOW);
        assert_eq!(sent.len(), usize::from(writes_before));
        assert_eq!(world.state(NOW), Some(session(expected)));
    }
}

#[test]
fn a_first_write_that_does_not_fit_leaves_nothing() {
    let mut world = World::new();
    let mut visit = world.visit(NOW);
    assert!(visit.update(|state| state.note = "x".repeat(6_000)).unwrap_err().is_too_large());
    assert_eq!(visit.state(), None);
    assert!(world.answer(&mut visit, NOW).is_empty());
}

#[test]
fn a_closure_that_panics_leaves_the_state_as_it_was() {
    let mut world = World::with(&session("a"));
    let mut visit = world.visit(NOW);
    let torn = catch_unwind(AssertUnwindSafe(|| {
        let _ = visit.update(|state| {
            state.note = "half".into();
            panic!("in the middle");
        });
    }));
    assert!(torn.is_err());
    let torn = catch_unwind(AssertUnwindSafe(|| drop(visit.replace_with(|_| panic!("in the middle")))));
    assert!(torn.is_err());
    visit.update(|state| state.user = Some(8)).unwrap();
    world.answer(&mut visit, NOW);
    assert_eq!(world.state(NOW), Some(Session { user: Some(8), note: "a".into() }));
}

#[test]
fn t70_the_largest_that_fits_is_kept_by_a_browser_and_one_more_is_refused() {
    let mut world = World::new();
    world.jar = roomy(&world.ring);
    let fits = |length: usize| {
        let mut visit = world.visit(NOW);
        visit.update(|state| state.note = "x".repeat(length)).is_ok()
    };
    let largest = (1..4_096).rev().find(|length| fits(*length)).unwrap();
    assert!(!fits(largest + 1));
    let mut visit = world.visit(NOW);
    visit.update(|state| state.note = "x".repeat(largest)).unwrap();
    let (taken, limit) = visit.room();
    let plan = visit.plan();
    let line = plan.set_cookie().first().unwrap();
    // With its attributes a line reaches its own limit before the pair does.
    assert!((4_090..=4_096).contains(&line.len()), "{}", line.len());
    assert!((limit - 4..=limit).contains(&taken), "{taken} of {limit}");
    assert_eq!(taken + 1, line.find(';').unwrap());
    assert_eq!(world.browser.receive(plan.set_cookie(), NOW), [Ok(())]);
    assert_eq!(world.state(NOW).unwrap().note.len(), largest);
    assert_eq!(world.visit(NOW).room(), (taken, limit));
}

/// A handle does what its visit does, and says what it says.
#[test]
fn a_handle_is_its_visit() {
    let (ring, mut browser) = (shared_ring(), Browser::at("https://shop.example"));
    let jars = Arc::new(Jars::new().with(jar::<Session>(&ring)).unwrap());
    let held = |cookies: Cookies| {
        let visits = Visits::new_at(Arc::clone(&jars), cookies, NOW);
        (visits.held::<Session>().unwrap(), visits)
    };
    let (absent, _) = held(Cookies::default());
    assert_eq!((absent.id(), absent.expires_at(), absent.ends_at(), absent.standing()), (None, None, None, None));
    assert_eq!(absent.room().0, 0);
    let pair = mint(&jar(&ring), &session("a"), NOW).unwrap();
    browser.plant(&pair, NOW);

    let (handle, visits) = held(browser.cookies("/", NOW));
    let visit = jar::<Session>(&ring).visit_at(browser.cookies("/", NOW), NOW);
    let slip = visit.slip().unwrap();
    assert_eq!((handle.id(), handle.standing()), (Some(slip.id()), Some(slip.standing())));
    assert_eq!((handle.expires_at(), handle.ends_at()), (Some(slip.expires_at()), Some(slip.ends_at())));
    assert!(handle.error().is_none() && handle.room() == visit.room());
    let form = handle.form_token().unwrap();
    assert!(handle.check_form(&form).is_ok() && handle.check_form("junk").is_err());
    let before = handle.id();
    handle.renew_id().unwrap();
    assert!(handle.id().is_some() && handle.id() != before);
    assert_eq!(handle.take().unwrap(), Some(session("a")));
    assert_eq!(handle.take().unwrap(), None);
    assert!(!visits.plan().set_cookie().is_empty());

    let (broken, _) = held(request(&format!("{NAME}=junk")));
    assert_eq!(broken.error().map(|error| error.kind()), Some(ErrorKind::Rejected));
    assert_eq!(broken.room().0, 0, "nothing of it stays");
    let (touched, visits) = held(browser.cookies("/", NOW));
    assert!(visits.plan().set_cookie().is_empty());
    drop(touched);
    let later = crate::kit::later(60);
    let visits = Visits::new_at(Arc::clone(&jars), browser.cookies("/", later), later);
    visits.held::<Session>().unwrap().touch();
    assert_eq!(visits.plan().set_cookie().len(), 1);
}
