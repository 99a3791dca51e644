//! The planner against a model: whatever a browser has and whatever a handler does, the next request brings what was meant.

use crate::{
    kit::{NOW, earlier, later, shared_ring},
    world::{First, NAME, Next, Session, World, builder, jar, session},
};
use orderslip::{
    Keyring,
    cookie::{Jar, Visit},
    testing::{Browser, mint},
};
use proptest::prelude::*;

/// What a browser may have under our name.
#[derive(Clone, Debug)]
enum Start {
    Nothing,
    Junk(String),
    Slip { age: u64, note: String },
    OldVersion,
    Newer,
    UnknownKey,
    Expired,
    Former(usize),
    Ended,
}

/// What a handler may do.
#[derive(Clone, Debug)]
enum Action {
    Read,
    Touch,
    Form,
    Update(usize),
    Replace(usize),
    Carry,
    RenewId,
    Logout,
    Take,
}

fn start() -> impl Strategy<Value = Start> {
    prop_oneof![
        Just(Start::Nothing),
        "[!#-+--:<-\\[\\]-~]{0,40}".prop_map(Start::Junk),
        (0_u64..3_600, "[a-z]{0,20}").prop_map(|(age, note)| Start::Slip { age, note }),
        Just(Start::OldVersion),
        Just(Start::Newer),
        Just(Start::UnknownKey),
        Just(Start::Expired),
        (0_usize..2_500).prop_map(Start::Former),
        Just(Start::Ended),
    ]
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        Just(Action::Read),
        Just(Action::Touch),
        Just(Action::Form),
        (0_usize..4_000).prop_map(Action::Update),
        (0_usize..4_000).prop_map(Action::Replace),
        Just(Action::Carry),
        Just(Action::RenewId),
        Just(Action::Logout),
        Just(Action::Take),
    ]
}

/// What ought to be the case.
#[derive(Clone, Debug, PartialEq)]
enum Expected {
    State(Option<Session>),
    /// The cookie as it was.
    Kept(String),
}

fn world(ring: &Keyring) -> World {
    let mut world = World { ring: ring.clone(), ..World::new() };
    world.jar = builder(ring).formerly("__Host-before").build().unwrap();
    world
}

/// The browser, and what a reader ought to see.
fn prepare(world: &mut World, start: &Start) -> Expected {
    let plant = |browser: &mut Browser, pair: String| browser.plant(&pair, NOW);
    let before = Jar::builder(
        "before",
        orderslip::Sealer::<Session>::encrypted(&world.ring).lifetime(orderslip::Lifetime::absolute(crate::world::DAY)),
    );
    match start {
        Start::Nothing => Expected::State(None),
        Start::Junk(junk) => {
            plant(&mut world.browser, format!("{NAME}={junk}"));
            Expected::State(None)
        }
        Start::Slip { age, note } => {
            plant(&mut world.browser, mint(&world.jar, &session(note), earlier(*age)).unwrap());
            Expected::State(Some(session(note)))
        }
        Start::OldVersion => {
            plant(&mut world.browser, mint(&jar::<First>(&world.ring), &First { user: 3 }, NOW).unwrap());
            Expected::State(Some(Session { user: Some(3), note: String::new() }))
        }
        Start::Newer => {
            plant(&mut world.browser, mint(&jar::<Next>(&world.ring), &Next::default(), NOW).unwrap());
            Expected::Kept(world.browser.value(NAME, NOW).unwrap().to_owned())
        }
        Start::UnknownKey => {
            plant(&mut world.browser, mint(&jar(&shared_ring()), &session("theirs"), NOW).unwrap());
            Expected::Kept(world.browser.value(NAME, NOW).unwrap().to_owned())
        }
        Start::Expired => {
            plant(&mut world.browser, mint(&world.jar, &session("old"), earlier(4_000)).unwrap());
            Expected::State(None)
        }
        Start::Former(length) => {
            let moved = session(&"m".repeat(*length));
            plant(&mut world.browser, mint(&before.build().unwrap(), &moved, NOW).unwrap());
            Expected::State(Some(moved))
        }
        Start::Ended => {
            let pair = mint(&world.jar, &session("gone"), NOW).unwrap();
            plant(&mut world.browser, pair.clone());
            let mut visit = world.visit(NOW);
            visit.logout().unwrap();
            world.answer(&mut visit, NOW);
            plant(&mut world.browser, pair);
            Expected::State(None)
        }
    }
}

/// Does it, and says what ought to be the case then. What is refused has changed nothing.
fn act(visit: &mut Visit<Session>, action: &Action, before: Expected, start: &Start) -> Expected {
    let is_held = matches!((start, &before), (Start::Newer, Expected::Kept(_)));
    let current = || match &before {
        Expected::State(state) => state.clone(),
        Expected::Kept(_) => None,
    };
    let note = |length: &usize| "x".repeat(*length);
    let done = match action {
        Action::Read => return before,
        Action::Touch => {
            visit.touch();
            return before;
        }
        Action::Form => visit.form_token().map(|_| Some(current().unwrap_or_default())),
        Action::Update(length) => {
            let updated = visit.update(|state| state.note = note(length));
            updated.map(|()| Some(Session { note: note(length), ..current().unwrap_or_default() }))
        }
        Action::Replace(length) => visit.replace(session(&note(length))).map(|()| Some(session(&note(length)))),
        Action::Carry => {
            let carried = visit.replace_with(|state| Session { user: Some(99), ..state });
            carried.map(|()| Some(Session { user: Some(99), ..current().unwrap_or_default() }))
        }
        Action::RenewId => match visit.renew_id() {
            Ok(()) if current().is_none() => return before,
            renewed => renewed.map(|()| current()),
        },
        Action::Logout => visit.logout().map(|()| None),
        Action::Take => {
            let taken = visit.take().unwrap();
            assert_eq!(taken, current());
            if taken.is_none() {
                return before;
            }
            Ok(None)
        }
    };
    match done {
        Ok(state) => Expected::State(state),
        Err(error) => {
            assert!(error.is_too_large() || (is_held && error.is_unreadable()), "{error:?}");
            before
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn t70_t76_the_browser_has_what_was_meant(
        start in start(),
        noise in proptest::collection::vec(("[a-z]{1,6}", prop_oneof![0_usize..60, 1_000_usize..1_500]), 0..6),
        actions in proptest::collection::vec(action(), 0..6),
        wait in 0_u64..3_000,
    ) {
        let ring = shared_ring();
        let mut world = world(&ring);
        for (name, value) in &noise {
            world.plant(&format!("{name}={}", "n".repeat(*value)));
        }
        let mut expected = prepare(&mut world, &start);
        let noise_before: Vec<String> = world.browser.names(NOW).iter().filter(|name| !name.starts_with("__Host-")).map(ToString::to_string).collect();

        let now = NOW;
        let mut visit = world.visit(now);
        for action in &actions {
            expected = act(&mut visit, action, expected, &start);
        }
        let header_before = world.browser.header("/", now).len();
        let plan = visit.plan();
        let bytes: usize = plan.set_cookie().iter().map(|line| line.len() + 14).sum();
        let ends = actions.iter().any(|action| matches!(action, Action::Logout | Action::Take));
        prop_assert!(ends || bytes <= 3_500, "an answer of {} bytes", bytes);
        for line in plan.set_cookie() {
            prop_assert!(line.len() <= 4_096);
            prop_assert!(line.find(';').is_some_and(|pair| pair <= 4_097));
        }
        let mut names: Vec<&str> = plan.set_cookie().iter().filter_map(|line| line.split('=').next()).collect();
        names.sort_unstable();
        names.dedup();
        prop_assert_eq!(names.len(), plan.set_cookie().len(), "no name is set twice");
        let stored = world.browser.receive(plan.set_cookie(), now);
        prop_assert!(stored.iter().all(Result::is_ok), "{:?}", stored);
        // A request that is over the limit has got through.
        prop_assert!(world.browser.header("/", now).len() <= 7_800 || header_before > 7_800);

        // Asked again, at once and later, while it lives.
        for now in [now, later(wait.min(1_000))] {
            let visit = world.visit(now);
            match (&expected, &start) {
                // Of what was brought, age and all.
                (Expected::State(Some(_)), Start::Slip { age, .. }) if age + now.since(NOW).as_secs() >= 3_600 => {}
                (Expected::State(state), _) => prop_assert_eq!(visit.state(), state.as_ref()),
                (Expected::Kept(value), _) => prop_assert_eq!(world.browser.value(NAME, now), Some(value.as_str())),
            }
        }
        let noise_after: Vec<String> = world.browser.names(NOW).iter().filter(|name| !name.starts_with("__Host-")).map(ToString::to_string).collect();
        prop_assert_eq!(noise_before, noise_after, "other people's cookies are theirs");
    }
}
