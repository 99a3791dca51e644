//! The limits: of a pair, of a line, of an answer over all jars, of the next request.

use crate::{
    kit::{Cart, NOW, cart, shared_ring},
    world::{DAY, Session, World, builder, request, session},
};
use orderslip::{
    Lifetime, Sealer,
    cookie::{Budget, Cookies, Jar, Jars, Visits},
    testing::{Browser, mint},
};
use std::sync::Arc;

#[test]
fn each_limit_is_named_with_its_size() {
    let ring = shared_ring();
    for (budget, limit) in [
        (Budget::default().pair(500), 500),
        (Budget::default().line(600), 600),
        (Budget::default().answer(700), 700),
        (Budget::default().request(650), 650),
    ] {
        let jar = builder::<Session>(&ring).budget(budget).build().unwrap();
        let mut visit = jar.visit_at(request("theme=dark"), NOW);
        visit.update(|state| state.note = "x".into()).unwrap();
        let error = visit.update(|state| state.note = "x".repeat(600)).unwrap_err();
        assert_eq!(error.limit(), Some(limit));
        assert!(error.size().is_some_and(|size| size > limit && size < limit + 700), "{:?}", error.size());
        assert_eq!(error.largest().first().map(|(field, _)| *field), Some("note"));
    }
    assert!(builder::<Session>(&ring).budget(Budget::default().pair(4_097)).build().unwrap_err().is_misuse());
}

fn jars(budget: Budget) -> Arc<Jars> {
    let ring = shared_ring();
    let carts = Jar::builder("cart", Sealer::<Cart>::encrypted(&ring).lifetime(Lifetime::absolute(DAY))).budget(budget);
    let sessions = builder::<Session>(&ring).budget(budget);
    Arc::new(Jars::new().with(carts.build().unwrap()).unwrap().with(sessions.build().unwrap()).unwrap())
}

#[test]
fn the_lines_of_all_jars_count() {
    let visits = Visits::new_at(jars(Budget::default().answer(1_000)), Cookies::default(), NOW);
    let (session, cart_of) = (visits.held::<Session>().unwrap(), visits.held::<Cart>().unwrap());
    session.update(|state| state.note = "x".repeat(300)).unwrap();
    let error = cart_of.update(|state| state.note = Some("x".repeat(200))).unwrap_err();
    assert_eq!(error.limit(), Some(1_000));
    // What the one gives back the other may have.
    session.update(|state| state.note.clear()).unwrap();
    cart_of.update(|state| state.note = Some("x".repeat(200))).unwrap();
    let plan = visits.plan();
    assert_eq!(plan.set_cookie().len(), 2);
    let bytes: usize = plan.set_cookie().iter().map(|line| line.len() + "Set-Cookie: \r\n".len()).sum();
    assert!(bytes <= 1_000, "{bytes}");
}

#[test]
fn nobody_writes_what_would_lock_the_browser_out() {
    let field = format!("other={}", "x".repeat(7_700));
    let visits = Visits::new_at(jars(Budget::default()), request(&field), NOW);
    let error = visits.held::<Cart>().unwrap().update(|state| *state = cart()).unwrap_err();
    assert_eq!(error.limit(), Some(7_800));
    // The slip that is there may be written over with one of its size.
    let mut world = World::new();
    let pair = mint(&world.jar, &session("a"), NOW).unwrap();
    let field = format!("{pair}; other={}", "x".repeat(7_790 - pair.len() - 10));
    let mut visit = world.jar.visit_at(request(&field), NOW);
    visit.update(|state| state.note = "b".into()).unwrap();
    assert!(visit.update(|state| state.note = "x".repeat(100)).unwrap_err().is_too_large());
    // A tombstone takes its place in the next request, too.
    assert!(visit.replace_with(|state| state).unwrap_err().is_too_large());
    // Where more has got through, more gets through.
    let field = format!("other={}", "x".repeat(9_000));
    let mut visit = world.jar.visit_at(request(&field), NOW);
    visit.update(|state| state.note = "b".into()).unwrap();
    world.answer(&mut visit, NOW);
    assert_eq!(world.state(NOW).unwrap().note, "b");
}

#[test]
fn an_end_is_sent_whatever_it_takes() {
    let ring = shared_ring();
    let jar = builder::<Session>(&ring).build().unwrap();
    let tight = builder::<Session>(&ring).budget(Budget::default().answer(1).request(1)).build().unwrap();
    let pair = mint(&jar, &session("a"), NOW).unwrap();
    let mut visit = tight.visit_at(request(&pair), NOW);
    assert!(visit.update(|_| ()).unwrap_err().is_too_large());
    visit.logout().unwrap();
    assert_eq!(visit.plan().set_cookie().len(), 2, "the deletion and the tombstone");
}

#[test]
fn the_room_that_is_told_is_the_room_that_there_is() {
    let ring = shared_ring();
    let cases = [
        (Budget::default(), 0),
        (Budget::default().pair(900), 0),
        (Budget::default().line(900), 0),
        (Budget::default().answer(900), 0),
        (Budget::default().request(7_000), 6_000),
        (Budget::default().request(7_000), 7_500),
    ];
    for (budget, others) in cases {
        let jar = builder::<Session>(&ring).budget(budget).build().unwrap();
        let pair = mint(&jar, &session("a"), NOW).unwrap();
        let field = format!("other={}; {pair}", "x".repeat(others));
        let mut visit = jar.visit_at(request(&field), NOW);
        visit.update(|state| state.note.clear()).unwrap();
        let (empty, limit) = visit.room();
        // Four characters carry three bytes.
        let mut length = (limit - empty) * 3 / 4 - 8;
        visit.update(|state| state.note = "x".repeat(length)).unwrap();
        while visit.update(|state| state.note = "x".repeat(length + 1)).is_ok() {
            length += 1;
        }
        let (taken, same) = visit.room();
        assert_eq!(same, limit, "{budget:?}");
        assert!((limit - 4..=limit).contains(&taken), "{taken} of {limit} by {budget:?}");
    }
}

/// What an answer puts in the place of a cookie takes its room in the next request, and no byte of it is counted twice or not at all.
#[test]
fn the_room_of_what_is_replaced_is_free_to_the_byte() {
    let ring = shared_ring();
    let old = mint(&builder::<Session>(&ring).build().unwrap(), &session("a"), NOW).unwrap();
    let fits = |cookies: &str, budget: Budget| {
        let jar = builder::<Session>(&ring).budget(budget).build().unwrap();
        jar.visit_at(request(cookies), NOW).update(|state| *state = session(&"x".repeat(900))).is_ok()
    };
    let limit = |cookies: &str| (900..2_000).find(|limit| fits(cookies, Budget::default().request(*limit))).unwrap();
    // What the next request brings.
    let mut world = World { jar: builder::<Session>(&ring).build().unwrap(), ..World::new() };
    let mut visit = world.visit(NOW);
    visit.update(|state| *state = session(&"x".repeat(900))).unwrap();
    world.answer(&mut visit, NOW);
    let pair = world.browser.header("/", NOW).len();
    // The first cookie of all is counted with what would part it from another.
    for (cookies, next) in [
        ("", pair + 2),
        ("theme=dark", "theme=dark; ".len() + pair),
        (&*old, pair),
        (&*format!("theme=dark; {old}"), "theme=dark; ".len() + pair),
        (&*format!("{old}; {old}"), pair),
    ] {
        assert_eq!(limit(cookies), next, "{cookies}");
    }
}

/// Each limit is the last size that is sent.
#[test]
fn a_pair_and_a_line_may_be_as_long_as_the_limit() {
    let ring = shared_ring();
    let lines = |budget: Budget| {
        let jar = builder::<Session>(&ring).budget(budget).build().unwrap();
        let mut visit = jar.visit_at(Cookies::default(), NOW);
        let written = visit.update(|state| *state = session(&"x".repeat(300)));
        written.map(|()| visit.plan().into_set_cookie())
    };
    let line = lines(Budget::default()).unwrap().remove(0);
    let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
    let (pair, line) = (name.len() + value.len(), line.len());
    assert!(lines(Budget::default().pair(pair)).is_ok() && lines(Budget::default().line(line)).is_ok());
    assert_eq!(lines(Budget::default().pair(pair - 1)).unwrap_err().size(), Some(pair));
    assert_eq!(lines(Budget::default().line(line - 1)).unwrap_err().size(), Some(line));
    let answer = line + "Set-Cookie: \r\n".len();
    assert!(lines(Budget::default().answer(answer)).is_ok());
    assert_eq!(lines(Budget::default().answer(answer - 1)).unwrap_err().size(), Some(answer));
}

/// What `room` says is what fits, whichever limit is the least: a pair that is longer is refused, and one that is not is taken.
#[test]
fn the_room_that_is_told_is_exact_whichever_limit_is_the_least() {
    let ring = shared_ring();
    let old = mint(&builder::<Session>(&ring).build().unwrap(), &session("a"), NOW).unwrap();
    let former = old.replacen("__Host-session", "__Host-old", 1);
    let wide = Budget::default().answer(100_000).request(100_000);
    for (budget, cookies) in [
        (wide.pair(600), ""),
        (wide.line(700), ""),
        (wide.line(700), &*old),
        (wide.answer(800), ""),
        (wide.answer(800), &*old),
        (wide.answer(900), &*former),
        (wide.request(700), "theme=dark"),
        (wide.request(700), &*format!("theme=dark; {old}")),
        (wide.request(700), &*format!("{old}; {old}; theme=dark")),
    ] {
        let jar = builder::<Session>(&ring).formerly("__Host-old").budget(budget).build().unwrap();
        let written = |len: usize| {
            let mut visit = jar.visit_at(request(cookies), NOW);
            let before = visit.room().1;
            let written = visit.update(|state| *state = session(&"x".repeat(len)));
            let (taken, room) = visit.room();
            // Before there is a slip, its age is taken to be the longest that can be written.
            assert!(room - 4 <= before && before <= room, "{cookies}: {before}, {room}");
            written.map(|()| (taken, room)).map_err(|error| error.size().unwrap() - error.limit().unwrap())
        };
        let (fits, room) = (100..900).map_while(|len| written(len).ok()).last().unwrap();
        let over = (100..900).find_map(|len| written(len).err()).unwrap();
        // A byte more of a state is one character of base64 or two.
        assert!(
            fits <= room && room - fits < 2 && fits + 2 >= room + over,
            "{cookies}: {fits} fit, {room} told, {over} over"
        );
    }
}

/// Deletions of former names and tombstones count with every byte that is sent, and with every byte that comes back.
#[test]
fn what_goes_along_with_a_slip_is_counted_to_the_byte() {
    let ring = shared_ring();
    let old = mint(&builder::<Session>(&ring).build().unwrap(), &session("a"), NOW).unwrap();
    let formerly =
        Jar::builder("old", Sealer::<Session>::encrypted(&ring).lifetime(Lifetime::absolute(DAY))).build().unwrap();
    let former = mint(&formerly, &session("a"), NOW).unwrap();
    let wide = Budget::default().answer(100_000).request(100_000);
    let whats = [("renewed", &old), ("moved", &former), ("renewed", &former)];
    // A cookie that was once set in two ways is deleted twice, and stands in the header once.
    for (what, cookies, twice) in
        whats.into_iter().flat_map(|(what, cookies)| [(what, cookies, false), (what, cookies, true)])
    {
        let jar = |budget: Budget| {
            let once = builder::<Session>(&ring).formerly("__Host-old").budget(budget);
            if twice { once.formerly("__Host-old") } else { once }.build().unwrap()
        };
        let cookies = format!("theme=dark; {cookies}");
        let answer = |budget: Budget| {
            let mut visit = jar(budget).visit_at(request(&cookies), NOW);
            let done = if what == "renewed" { visit.renew_id() } else { visit.update(|state| state.note = "b".into()) };
            done.map(|()| visit.plan().into_set_cookie())
        };
        let lines = answer(wide).unwrap();
        assert!(lines.len() > 1, "{lines:?}");
        let sent: usize = lines.iter().map(|line| line.len() + "Set-Cookie: \r\n".len()).sum();
        assert!(answer(wide.answer(sent)).is_ok(), "{what} {cookies}");
        assert_eq!(answer(wide.answer(sent - 1)).unwrap_err().size(), Some(sent), "{what} {cookies}");
        let mut browser = Browser::at("https://shop.example");
        cookies.split("; ").for_each(|pair| browser.plant(pair, NOW));
        browser.receive(&lines, NOW);
        let next = browser.header("/", NOW).len();
        let least = (cookies.len()..2_000).find(|limit| answer(wide.request(*limit)).is_ok()).unwrap();
        assert_eq!(least, next.max(cookies.len()), "{what} {cookies}");
    }
}

/// The whole header of the next request is counted, and a request that is as long as the limit is not yet too long.
#[test]
fn the_room_in_the_next_request_is_exact() {
    let ring = shared_ring();
    let wide = Budget::default().answer(100_000);
    let room = |limit: usize, cookies: &str| {
        let jar = builder::<Session>(&ring).budget(wide.request(limit)).build().unwrap();
        jar.visit_at(request(cookies), NOW).room().1
    };
    let theme = format!("theme={}", "x".repeat(94));
    // What separates two cookies, the name and its `=`: the rest is for the value.
    for limit in [700, 701, 1_500] {
        assert_eq!(room(limit, &theme), limit - theme.len() - 3, "{limit}");
    }
    // A request that is longer already cannot be mended here.
    assert_eq!(room(theme.len(), &theme), 0);
    assert!(room(theme.len() - 1, &theme) > 2_000);
}

/// What another jar of the same answer adds to the next request is no room of this one's.
#[test]
fn the_room_in_the_next_request_is_shared_by_all_jars() {
    let limit = 1_500;
    let visits = Visits::new_at(jars(Budget::default().answer(100_000).request(limit)), Cookies::default(), NOW);
    let (session, cart) = (visits.held::<Session>().unwrap(), visits.held::<Cart>().unwrap());
    let room = || cart.room().1;
    assert_eq!(room(), limit - 3);
    session.update(|state| state.note = "x".repeat(300)).unwrap();
    let pair = visits.plan().into_set_cookie()[0].split(';').next().unwrap().len();
    assert_eq!(room(), limit - pair - 2 - 3);
}
