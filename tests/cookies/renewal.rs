//! Nothing is written unless it changed or is due; what is due is written without a word from the handler.

use crate::{
    kit::{NOW, later, shared_ring},
    world::{DAY, First, IDLE, NAME, Next, Session, World, builder, jar, request, session},
};
use orderslip::{
    Alg, Error, Key, Keyring, Lifetime, Rejection, Sealer,
    cookie::{Budget, Former, Jar, Outcome, Prefix},
    testing::mint,
};

#[test]
fn a_slip_is_renewed_when_half_of_its_idle_time_has_passed() {
    let half = IDLE.as_secs() / 2;
    for (secs, lines) in [(0, 0), (1, 0), (half - 1, 0), (half, 1), (IDLE.as_secs() - 1, 1)] {
        let mut world = World::with(&session("a"));
        let mut visit = world.visit(later(secs));
        let sent = world.answer(&mut visit, later(secs));
        assert_eq!(sent.len(), lines, "after {secs} s");
        assert!(sent.iter().all(|cookie| cookie.max_age == Some(3_600)));
        assert_eq!(world.state(later(secs)), Some(session("a")));
    }
}

#[test]
fn touching_renews_what_would_gain() {
    let mut world = World::with(&session("a"));
    let mut visit = world.visit(NOW);
    visit.touch();
    assert!(world.answer(&mut visit, NOW).is_empty(), "nothing to gain");
    let mut visit = world.visit(later(60));
    visit.touch();
    assert_eq!(world.answer(&mut visit, later(60)).len(), 1);
    // No cookie, no slip.
    let mut empty = World::new();
    let mut visit = empty.visit(NOW);
    visit.touch();
    assert!(empty.answer(&mut visit, NOW).is_empty());
}

#[test]
fn max_age_is_the_rest_of_the_life() {
    let mut world = World::with(&session("a"));
    let near_the_end = later(DAY.as_secs() - 600);
    let mut now = NOW;
    while now < near_the_end {
        let mut visit = world.visit(now);
        visit.touch();
        world.answer(&mut visit, now);
        now = now.checked_add(std::time::Duration::from_secs(1_750)).unwrap();
    }
    let mut visit = world.visit(near_the_end);
    visit.update(|_| ()).unwrap();
    let sent = world.answer(&mut visit, near_the_end);
    assert_eq!(sent.first().unwrap().max_age, Some(600));

    let mut passing = World { jar: builder(&world.ring).until_the_browser_closes().build().unwrap(), ..World::new() };
    let mut visit = passing.visit(NOW);
    visit.update(|_| ()).unwrap();
    assert_eq!(passing.answer(&mut visit, NOW).first().unwrap().max_age, None);
    passing.browser.close();
    assert_eq!(passing.visit(NOW).outcome(), Outcome::Absent);
}

#[test]
fn t77_a_life_of_centuries_is_400_days_to_a_browser() {
    let world = World::new();
    let ages = Lifetime::absolute(std::time::Duration::from_secs(300 * 365 * 86_400));
    let jar = Jar::builder("session", Sealer::<Session>::encrypted(&world.ring).lifetime(ages)).build().unwrap();
    let mut visit = jar.visit_at(request(""), NOW);
    visit.update(|_| ()).unwrap();
    assert!(visit.plan().set_cookie().first().unwrap().contains("; Max-Age=34560000; "));
}

#[test]
fn an_upgraded_state_is_written_back() {
    let mut world = World::new();
    let pair = mint(&jar::<First>(&world.ring), &First { user: 9 }, NOW).unwrap();
    world.plant(&pair);
    let mut visit = world.visit(NOW);
    assert_eq!(world.answer(&mut visit, NOW).len(), 1);
    assert_eq!(world.state(NOW), Some(Session { user: Some(9), note: String::new() }));
    let mut visit = world.visit(NOW);
    assert!(world.answer(&mut visit, NOW).is_empty(), "once");
}

#[test]
fn an_old_key_is_replaced() {
    let key = |from: u64| {
        let key = Key::generate(Alg::HkdfA256Gcm).unwrap();
        key.activating_at(later(from))
    };
    let (first, second) = (Key::generate(Alg::HkdfA256Gcm).unwrap(), key(1_000));
    let ring = Keyring::new(vec![first, second]).unwrap();
    let mut world = World { jar: jar(&ring), ring, ..World::new() };
    let pair = mint(&world.jar, &session("a"), NOW).unwrap();
    world.plant(&pair);
    let mut visit = world.visit(later(999));
    assert!(world.answer(&mut visit, later(999)).is_empty());
    let mut visit = world.visit(later(1_001));
    assert_eq!(world.answer(&mut visit, later(1_001)).len(), 1);
}

#[test]
fn a_renamed_cookie_moves() {
    let mut world = World::new();
    let before = Jar::builder("id", Sealer::<Session>::encrypted(&world.ring).lifetime(Lifetime::absolute(DAY)));
    let before = before.build().unwrap();
    world.jar = builder(&world.ring).formerly("__Host-id").formerly("sid").build().unwrap();
    let pair = mint(&before, &session("a"), NOW).unwrap();
    world.plant(&pair);
    let mut visit = world.visit(NOW);
    assert_eq!((visit.outcome(), visit.state()), (Outcome::Opened, Some(&session("a"))));
    let sent = world.answer(&mut visit, NOW);
    assert_eq!(sent.len(), 2, "the new name is set, the old one deleted");
    assert_eq!(world.browser.names(NOW), [NAME]);
    assert_eq!(world.state(NOW), Some(session("a")));

    // What is left of the old name goes, and never comes before the new one.
    let stale = mint(&before, &session("stale"), NOW).unwrap();
    world.plant(&stale);
    let mut visit = world.visit(NOW);
    assert_eq!(visit.state(), Some(&session("a")));
    world.answer(&mut visit, NOW);
    assert_eq!(world.browser.names(NOW), [NAME]);

    // Junk under the new name does not hide what opens under the old one.
    let mut visit = world.jar.visit_at(request(&format!("{NAME}=junk; {stale}")), NOW);
    assert_eq!(visit.state(), Some(&session("stale")));
    visit.logout().unwrap();
    let lines = visit.plan();
    assert_eq!(lines.set_cookie().len(), 3, "both names are deleted, and a tombstone is set");
}

/// No room in the answer, none in the next request, no key that seals: the slip stays under the name that it has, and is read from there.
#[test]
fn a_move_that_cannot_be_made_deletes_nothing() {
    let file = shared_ring().to_jwks();
    let mut waiting: serde_json::Value = serde_json::from_str(file.expose()).unwrap();
    waiting["keys"][0]["nbf"] = later(1_000).as_secs().into();
    let [ring, waiting] = [file.expose(), &*waiting.to_string()].map(|file| Keyring::from_jwks(file).unwrap());
    assert_eq!(waiting.sealing_id(Alg::HkdfA256Gcm, NOW), None);
    let before = Jar::builder("id", Sealer::<Session>::encrypted(&ring).lifetime(Lifetime::absolute(DAY)));
    let pair = mint(&before.build().unwrap(), &session(&"x".repeat(400)), NOW).unwrap();
    let wide = Budget::default();
    for (ring, budget) in [(&ring, wide.answer(600)), (&ring, wide.request(pair.len())), (&waiting, wide)] {
        let mut world =
            World { jar: builder(ring).formerly("__Host-id").budget(budget).build().unwrap(), ..World::new() };
        world.plant(&pair);
        for writes in [false, true, false] {
            let mut visit = world.visit(NOW);
            assert_eq!(visit.state(), Some(&session(&"x".repeat(400))), "{budget:?}");
            if writes {
                visit.update(|session| session.note.push('y')).unwrap_err();
            }
            assert_eq!(world.answer(&mut visit, NOW), [], "{budget:?}");
            assert_eq!(world.browser.names(NOW), ["__Host-id"]);
        }
    }
    // With room, it moves.
    let mut world = World { jar: builder(&ring).formerly("__Host-id").build().unwrap(), ..World::new() };
    world.plant(&pair);
    let mut visit = world.visit(NOW);
    assert_eq!(world.answer(&mut visit, NOW).len(), 2);
    assert_eq!(world.browser.names(NOW), [NAME]);
}

/// The domain is given up for a `__Host-` name: a browser deletes the old cookie by the domain that it had, and not otherwise.
#[test]
fn t76_a_former_cookie_is_deleted_with_the_attributes_that_it_had() {
    let mut world = World::new();
    let sealer = || Sealer::<Session>::encrypted(&world.ring).lifetime(Lifetime::absolute(DAY));
    let wide = Jar::builder("session", sealer()).prefix(Prefix::Secure).domain("shop.example");
    let wide = wide.build().unwrap();
    let mut visit = wide.visit_at(request(""), NOW);
    visit.update(|state| state.note = "a".into()).unwrap();
    let old = visit.plan().into_set_cookie();
    let former = Former::new("__Secure-session").domain("shop.example");
    world.jar = builder(&world.ring).formerly(former).build().unwrap();
    for again in [false, true] {
        world.browser.receive(&old, NOW);
        let mut visit = world.visit(NOW);
        assert_eq!(visit.state().map(|state| state.note.as_str()), Some("a"));
        world.answer(&mut visit, NOW);
        assert_eq!(world.browser.names(NOW), [NAME], "again: {again}");
    }
    let mut visit = world.visit(NOW);
    assert!(world.answer(&mut visit, NOW).is_empty(), "and nothing more is said of it");
    // By the jar's own attributes nothing would be deleted, or the browser would refuse the line.
    let jar = |former: Former| builder::<Session>(&world.ring).formerly(former).build();
    let contrary = [Former::new("__Host-s").path("/shop"), Former::new("__host-http-s").domain("shop.example")];
    for former in contrary.into_iter().chain([Former::new("s").path("shop"), Former::new("s").domain(".example")]) {
        assert!(jar(former.clone()).unwrap_err().is_misuse(), "{former:?}");
    }
    let shared = builder::<Session>(&world.ring).prefix(Prefix::Secure).domain("shop.example");
    assert!(shared.formerly("__Host-s").build().unwrap_err().is_misuse(), "it had no domain");
    let shared = builder::<Session>(&world.ring).prefix(Prefix::Secure).domain("shop.example");
    let jar = shared.formerly(Former::new("__Host-s").host_only()).build().unwrap();
    let line = jar.visit_at(request("__Host-s=junk"), NOW).plan().into_set_cookie();
    assert_eq!(line, ["__Host-s=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax"]);
    let apart = Former::new("s").path("/shop").partitioned(true);
    let jar = builder::<Session>(&world.ring).formerly(apart).build().unwrap();
    let line = jar.visit_at(request("s=junk"), NOW).plan().into_set_cookie();
    assert_eq!(line, ["s=; Max-Age=0; Path=/shop; Secure; HttpOnly; SameSite=Lax; Partitioned"]);
}

/// A browser takes no line for `__Host-Http-` without `HttpOnly`, and another that scripts may read is deleted as it was set.
#[test]
fn t76_a_former_cookie_of_a_jar_that_scripts_read_is_hidden_from_them_only_by_its_prefix() {
    let ring = shared_ring();
    for (name, is_hidden) in [("__Host-Http-s", true), ("__Host-s", false), ("__Secure-s", false), ("s", false)] {
        let jar = builder::<Session>(&ring).readable_by_scripts().formerly(name).build().unwrap();
        let lines = jar.visit_at(request(&format!("{name}=junk")), NOW).plan().into_set_cookie();
        assert!(lines.len() == 1 && lines[0].starts_with(&format!("{name}=;")), "{lines:?}");
        assert_eq!(lines[0].contains("HttpOnly"), is_hidden, "{lines:?}");
    }
}

/// While a name is changed, servers of both are there. What a browser was told of by one is over for the other.
#[test]
fn t29_a_logout_under_the_former_name_holds_under_the_new_one() {
    let mut world = World::new();
    let sealer = || Sealer::<Session>::encrypted(&world.ring).lifetime(Lifetime::absolute(DAY));
    let before = Jar::builder("id", sealer()).build().unwrap();
    let pair = mint(&before, &session("a"), NOW).unwrap();
    world.plant(&pair);
    let mut late = before.visit_at(world.browser.cookies("/", NOW), NOW);
    late.update(|state| state.note = "late".into()).unwrap();
    let mut visit = before.visit_at(world.browser.cookies("/", NOW), NOW);
    visit.logout().unwrap();
    world.answer(&mut visit, NOW);
    world.answer(&mut late, NOW);
    world.jar = builder(&world.ring).formerly("__Host-id").build().unwrap();
    let mut visit = world.visit(NOW);
    assert_eq!((visit.outcome(), visit.state()), (Outcome::LoggedOut, None));
    world.answer(&mut visit, NOW);
    assert_eq!(world.browser.value("__Host-id", NOW), None);
}

/// What a newer server wrote under the present name is not moved over by what is left of a former one.
#[test]
fn what_cannot_be_read_here_is_kept_whatever_stands_under_a_former_name() {
    let world = World::new();
    let newer = mint(&jar::<Next>(&world.ring), &Next::default(), NOW).unwrap();
    let sealer = || Sealer::<Session>::encrypted(&world.ring).lifetime(Lifetime::absolute(DAY));
    let before = Jar::builder("id", sealer()).build().unwrap();
    let stale = mint(&before, &session("stale"), NOW).unwrap();
    let jar = builder::<Session>(&world.ring).formerly("__Host-id").build().unwrap();
    let mut visit = jar.visit_at(request(&format!("{newer}; {stale}")), NOW);
    assert_eq!((visit.outcome(), visit.state()), (Outcome::Unreadable, None));
    assert!(visit.update(|_| ()).unwrap_err().is_unreadable());
    assert!(visit.plan().set_cookie().is_empty());
}

/// Of two that are of equally little use, why there is no slip is told of the one under the present name.
#[test]
fn what_is_told_is_of_the_present_name() {
    let world = World::new();
    let jar = builder::<Session>(&world.ring).formerly("__Host-id").build().unwrap();
    // A slip of another cookie.
    let sealer = Sealer::<Session>::encrypted(&world.ring).lifetime(Lifetime::absolute(DAY));
    let moved = mint(&Jar::builder("other", sealer).build().unwrap(), &session("a"), NOW).unwrap();
    let moved = moved.split_once('=').unwrap().1;
    for (present, former, why) in [(moved, "junk", Rejection::NotAuthentic), ("junk", moved, Rejection::Malformed)] {
        let visit = jar.visit_at(request(&format!("{NAME}={present}; __Host-id={former}")), NOW);
        assert_eq!(visit.error().and_then(Error::rejection), Some(why), "{present} and {former}");
    }
}

/// In development a cookie has no prefix, and so the name that it had before it got one.
#[test]
fn a_former_name_that_is_the_present_one_ends_no_session() {
    let ring = shared_ring();
    for secure in [true, false] {
        let jar = builder::<Session>(&ring).formerly("session").formerly(Former::new("old").partitioned(true));
        let jar = if secure { jar.build() } else { jar.insecure_for_development().build() }.unwrap();
        let pair = mint(&jar, &session("a"), NOW).unwrap();
        let mut visit = jar.visit_at(request(&pair), NOW);
        assert_eq!(visit.outcome(), Outcome::Opened);
        assert!(visit.plan().set_cookie().is_empty(), "secure: {secure}");
    }
    let same = builder::<Session>(&ring).formerly(NAME.to_owned()).build();
    assert!(same.is_ok(), "it says nothing");
    let wide = || builder::<Session>(&ring).prefix(Prefix::Secure).domain("shop.example");
    assert!(wide().formerly(Former::new("__Secure-session").host_only()).build().unwrap_err().is_misuse());
    let name = "__Secure-session".to_owned();
    assert!(wide().formerly(&name).formerly(name).build().is_ok());
}

#[test]
fn what_is_unreadable_under_a_former_name_is_kept() {
    let world = World::new();
    let jar = builder::<Session>(&world.ring).formerly("__Host-id").build().unwrap();
    let ring = shared_ring();
    let before =
        Jar::builder("id", Sealer::<Session>::encrypted(&ring).lifetime(Lifetime::absolute(DAY))).build().unwrap();
    let pair = mint(&before, &session("a"), NOW).unwrap();
    let mut visit = jar.visit_at(request(&pair), NOW);
    assert_eq!(visit.outcome(), Outcome::Unreadable);
    assert!(visit.plan().set_cookie().is_empty());
    // Whatever of no use stands under the present name.
    let expired = mint(&crate::world::jar::<Session>(&world.ring), &session("b"), crate::kit::earlier(90_000)).unwrap();
    for useless in [format!("{NAME}=junk"), expired] {
        let mut visit = jar.visit_at(request(&format!("{useless}; {pair}")), NOW);
        assert_eq!(visit.outcome(), Outcome::Unreadable, "{useless}");
        assert!(visit.plan().set_cookie().is_empty(), "{useless}");
    }
    // And junk there is deleted like any other.
    let mut visit = jar.visit_at(request("__Host-id=junk"), NOW);
    assert_eq!(visit.outcome(), Outcome::Rejected);
    assert_eq!(visit.plan().set_cookie().len(), 1);
}

#[test]
fn what_another_library_left_is_adopted_once() {
    let mut world = World::new();
    let adopting =
        Sealer::<Session>::encrypted(&world.ring).lifetime(Lifetime::absolute(DAY)).adopt(later(600), |text| {
            text.strip_prefix("user-")?.parse().ok().map(|user| Session { user: Some(user), note: String::new() })
        });
    world.jar = Jar::builder("session", adopting).formerly("sid").build().unwrap();
    world.plant("sid=user-7");
    let mut visit = world.visit(NOW);
    assert_eq!(visit.state().and_then(|state| state.user), Some(7));
    world.answer(&mut visit, NOW);
    assert_eq!(world.browser.names(NOW), [NAME]);
    let id = world.visit(NOW).slip().unwrap().id();
    assert_eq!(world.visit(later(700)).slip().unwrap().id(), id);
    // And ended in the request that adopts it: nothing is left.
    world.plant("sid=user-8");
    let mut visit = world.jar.visit_at(request("sid=user-8"), NOW);
    visit.logout().unwrap();
    assert_eq!(
        visit.plan().set_cookie().len(),
        1,
        "no client knows the id of what was adopted, so there is no tombstone"
    );
}
