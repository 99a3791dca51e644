//! What no honest browser sends: no error, no injection, no slip lost.

use crate::{
    kit::NOW,
    world::{NAME, World, request, session},
};
use orderslip::{
    cookie::{Cookies, Outcome},
    testing::mint,
};
use proptest::prelude::*;

#[test]
fn t70_t72_two_hundred_junk_cookies_hide_nothing() {
    let world = World::new();
    let good = mint(&world.jar, &session("a"), NOW).unwrap();
    let junk: String = (0..200).map(|n| format!("junk{n}={}; ", "x".repeat(70))).collect();
    for field in [format!("{junk}{good}"), format!("{good}; {junk}")] {
        let mut visit = world.jar.visit_at(request(&field), NOW);
        assert_eq!(visit.outcome(), Outcome::Opened);
        visit.update(|state| state.note = "b".into()).unwrap();
        assert_eq!(visit.plan().set_cookie().len(), 1);
    }
    // Of our own name, before ours: as many as are looked at.
    let named: String = (0..31).map(|n| format!("{NAME}={n}; ")).collect();
    assert_eq!(world.jar.visit_at(request(&format!("{named}{good}")), NOW).outcome(), Outcome::Opened);
}

#[test]
fn t70_a_cookie_of_sixteen_kilobytes_is_junk() {
    let mut world = World::new();
    for value in ["x".repeat(16_384), "A".repeat(16_384), format!("0{}", "A".repeat(8_191))] {
        let mut visit = world.jar.visit_at(request(&format!("{NAME}={value}")), NOW);
        assert_eq!(visit.outcome(), Outcome::Rejected);
        visit.update(|state| state.note = "fresh".into()).unwrap();
        world.answer(&mut visit, NOW);
        assert_eq!(world.state(NOW).unwrap().note, "fresh");
    }
}

#[test]
fn t70_bytes_that_are_no_text_are_junk() {
    let world = World::new();
    let good = mint(&world.jar, &session("a"), NOW).unwrap();
    for bad in [b"\xff\xfe".as_slice(), b"\xc0\x80", b"\0", b"\"", b"\r\nSet-Cookie: x=y", b"\x80"] {
        let field = [NAME.as_bytes(), b"=", bad].concat();
        let mut visit = world.jar.visit_at(Cookies::from_fields([field.as_slice()]), NOW);
        assert_eq!(visit.outcome(), Outcome::Rejected, "{bad:?}");
        assert!(visit.plan().set_cookie().iter().all(|line| !line.contains(['\r', '\n', '\0'])));
        let both = [&field[..], b"; ", good.as_bytes()].concat();
        assert_eq!(
            world.jar.visit_at(Cookies::from_fields([both.as_slice()]), NOW).outcome(),
            Outcome::Opened,
            "{bad:?}"
        );
    }
    let (name, token) = good.split_once('=').unwrap();
    assert_eq!(
        world.jar.visit_at(request(&format!("{name}=\"{token}\"")), NOW).outcome(),
        Outcome::Rejected,
        "no second spelling"
    );
}

#[test]
fn t73_parts_of_a_token_are_never_joined() {
    let world = World::new();
    let token = world.jar.mint_at(&session("a"), NOW).unwrap();
    let (first, second) = token.split_at(token.len() / 2);
    for field in [
        format!("{NAME}.0={first}; {NAME}.1={second}"),
        format!("{NAME}={first}; {NAME}.1={second}"),
        format!("{NAME}={first}; {NAME}={second}"),
        format!("{NAME}-0={first}; {NAME}-1={second}"),
    ] {
        assert_ne!(world.jar.visit_at(request(&field), NOW).outcome(), Outcome::Opened, "{field}");
    }
    // And what looks like a part beside a whole one is no part of it.
    let field = format!("{NAME}={token}; {NAME}.0={first}; {NAME}.1=stale");
    assert_eq!(world.jar.visit_at(request(&field), NOW).state(), Some(&session("a")));
}

#[test]
fn t29_t72_planted_tombstones_end_nothing() {
    let world = World::new();
    let token = world.jar.mint_at(&session("a"), NOW).unwrap();
    let stones: String = (0..50).map(|n| format!("{NAME}-x{n:08}={token}; {NAME}-x{n:08}=junk; ")).collect();
    let mut visit = world.jar.visit_at(request(&format!("{stones}{NAME}={token}")), NOW);
    assert_eq!(visit.outcome(), Outcome::Opened);
    // With all of them in the way a logout still says what it has to.
    visit.logout().unwrap();
    let plan = visit.plan();
    assert_eq!(plan.set_cookie().len(), 2);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn t70_t74_any_field_gives_clean_lines_or_none(fields in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..80), 0..4), writes in any::<bool>()) {
        let world = World::new();
        let mut visit = world.jar.visit_at(Cookies::from_fields(fields.iter().map(Vec::as_slice)), NOW);
        prop_assert_eq!(visit.outcome(), Outcome::Absent);
        if writes {
            visit.update(|state| state.note = String::from_utf8_lossy(&fields.concat()).into_owned()).unwrap();
        }
        let plan = visit.plan();
        prop_assert_eq!(plan.set_cookie().len(), usize::from(writes));
        for line in plan.set_cookie() {
            prop_assert!(line.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
        }
    }
}
