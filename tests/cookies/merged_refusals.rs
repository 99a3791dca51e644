//! What slips and mergeable state owe each other in one answer: all of it is sent, or nothing.

use crate::{
    kit::NOW,
    merged::{self, Goodies, Session, Shop, cart, jars_within, user},
};
use orderslip::{
    Error, UnixTime,
    cookie::{self, Budget, Jar, Jars, MergedJar, Visits},
    merge::{Cart, CartOp, Fields, Line, Preferences, Set},
};
use std::{sync::Arc, time::Duration};

/// The same goods, as the next release writes them.
struct Tomorrow;

impl Line for Tomorrow {
    const PURPOSE: &'static str = "shop.example/cart";
    const VERSION: u16 = 2;
}

struct Display;

impl Fields for Display {
    const PURPOSE: &'static str = "shop.example/display";
    const VERSION: u16 = 1;
}

type Displayed = Preferences<Display>;

fn sessions(shop: &Shop) -> Jar<Session> {
    merged::sessions(&shop.ring, &shop.clock, Budget::default())
}

/// Two servers of one shop: ours, and one that is a release ahead.
fn tomorrow(shop: &Shop) -> Arc<Jars> {
    let sessions = sessions(shop);
    let carts = MergedJar::<Cart<Tomorrow>>::new("cart", &sessions).unwrap();
    Arc::new(Jars::new().with(sessions).unwrap().with_merged(carts).unwrap())
}

fn log_in(visits: &Visits) {
    visits.held::<Session>().unwrap().replace_with(|_| user("ann")).unwrap();
}

/// During a rolling deployment: the guest's cart is of a newer version than the server at which the guest logs in.
#[test]
fn a_login_that_cannot_take_the_cart_along_is_refused_and_the_cart_is_there() {
    let mut shop = Shop::open();
    let (today, tomorrow) = (Arc::clone(&shop.jars), tomorrow(&shop));
    shop.jars = Arc::clone(&tomorrow);
    let visits = shop.request();
    visits.merged::<Cart<Tomorrow>>().unwrap().update(&CartOp::Add("soup".into(), 2)).unwrap();
    shop.answer(&visits);
    // When all is quiet, it becomes one cookie.
    for _ in 0..10 {
        shop.clock.advance(Duration::from_secs(60));
        let visits = shop.request();
        visits.merged::<Cart<Tomorrow>>().unwrap().read(|_| ());
        shop.answer(&visits);
    }
    for acts in [log_in, |visits: &Visits| visits.held::<Session>().unwrap().renew_id().unwrap()] {
        shop.jars = Arc::clone(&today);
        let visits = shop.request();
        acts(&visits);
        let plan = visits.plan();
        let refusal = plan.refusal().expect("the cart cannot come along");
        assert!(refusal.is_unreadable() && cookie::status(refusal) == 503, "{refusal}");
        assert!(plan.set_cookie().is_empty());
        shop.receive(&plan);
    }
    shop.jars = tomorrow;
    let visits = shop.request();
    log_in(&visits);
    shop.answer(&visits);
    let visits = shop.request();
    assert_eq!(visits.held::<Session>().unwrap().read(Clone::clone), user("ann"));
    assert_eq!(visits.merged::<Cart<Tomorrow>>().unwrap().read(|cart| cart.quantity("soup")), 2);
}

/// The client asks again, and what was done to the slip is done once.
#[test]
fn an_answer_that_came_too_late_changes_no_slip_either() {
    let mut shop = Shop::open();
    for is_late in [true, false] {
        let visits = shop.request();
        let session = visits.held::<Session>().unwrap();
        let points =
            |session: &mut Session| session.user = Some(format!("{}+", session.user.clone().unwrap_or_default()));
        session.update(points).unwrap();
        cart(&visits).update(&CartOp::Add("soup".into(), 1)).unwrap();
        if is_late {
            shop.clock.advance(Duration::from_secs(61));
        }
        let plan = visits.plan();
        assert_eq!(plan.refusal().is_some(), is_late);
        assert_eq!(plan.set_cookie().is_empty(), is_late);
        shop.receive(&plan);
    }
    let visits = shop.request();
    assert_eq!(visits.held::<Session>().unwrap().read(|session| session.user.clone()), Some("+".into()));
    assert_eq!(cart(&visits).read(|cart| cart.quantity("soup")), 1);
}

/// A page that is streamed may still have the visits when its header has gone.
#[test]
fn after_the_plan_no_state_can_be_had_that_would_go_nowhere() {
    let shop = Shop::open();
    let visits = shop.request();
    visits.held::<Session>().unwrap();
    assert!(visits.plan().refusal().is_none());
    assert!(visits.merged::<Goodies>().unwrap_err().is_misuse());
    let visits = shop.request();
    let early = cart(&visits);
    assert!(visits.plan().refusal().is_none());
    assert!(early.update(&CartOp::Add("soup".into(), 1)).unwrap_err().is_misuse());
    assert!(cart(&visits).update(&CartOp::Add("soup".into(), 1)).unwrap_err().is_misuse(), "the same handle");
}

/// Two states are tied to one session: what one of them has no use for any more, the other may need.
#[test]
fn the_session_before_is_forgotten_once_no_state_needs_it() {
    let mut shop = Shop::closed();
    let sessions = sessions(&shop);
    let carts = MergedJar::<Goodies>::new("cart", &sessions).unwrap();
    let displays = MergedJar::<Displayed>::new("display", &sessions).unwrap();
    let jars = Jars::new().with(sessions).unwrap().with_merged(carts).unwrap().with_merged(displays).unwrap();
    shop.jars = Arc::new(jars);
    let visits = shop.request();
    cart(&visits).read(|_| ());
    shop.answer(&visits);
    // The guest chooses a theme, and logs in before the answer is there.
    let (theme, login) = (shop.request(), shop.request());
    theme.merged::<Displayed>().unwrap().update(&Set("theme".into(), Some("dark".into()))).unwrap();
    log_in(&login);
    shop.answer(&login);
    shop.answer(&theme);
    // From then on pages look at the cart alone, until the session is sealed again.
    let size = |shop: &Shop| shop.browser.value("__Host-session", shop.clock.time()).unwrap().len();
    let with_before = size(&shop);
    shop.browse(60, Duration::from_secs(60));
    let display =
        |shop: &Shop| shop.request().merged::<Displayed>().unwrap().read(|all| all.get("theme").map(str::to_owned));
    assert_eq!(display(&shop).as_deref(), Some("dark"));
    // Once the guest's theme is in a cookie of the session's own, nobody needs the one before.
    for _ in 0..60 {
        shop.clock.advance(Duration::from_secs(60));
        let visits = shop.request();
        visits.merged::<Displayed>().unwrap().read(|_| ());
        shop.answer(&visits);
    }
    assert_eq!(display(&shop).as_deref(), Some("dark"));
    assert!(size(&shop) + 60 < with_before, "{} after {with_before}", size(&shop));
}

/// And not before: a session that is sealed again right after its login still knows the guest's, whose answers may be under way.
#[test]
fn the_session_before_is_remembered_while_its_answers_may_be_under_way() {
    let mut shop = Shop::open();
    let (late, login) = (shop.request(), shop.request());
    cart(&late).update(&CartOp::Add("soup".into(), 1)).unwrap();
    log_in(&login);
    shop.answer(&login);
    shop.clock.advance(Duration::from_secs(5));
    let touched = shop.request();
    touched.held::<Session>().unwrap().touch();
    assert_eq!(shop.answer(&touched).len(), 1, "the session alone");
    shop.answer(&late);
    assert_eq!(shop.quantity("soup"), 1);
}

/// Another version of the application's goods is no other shape: a cart that was there before the release is there after it.
#[test]
fn a_cart_of_an_older_version_is_a_cart() {
    let mut shop = Shop::open();
    shop.add("soup", 2);
    // Long enough that nothing is left of the operation but what it came to.
    shop.browse(40, Duration::from_secs(60));
    assert_eq!(shop.siblings(), 1, "a base");
    shop.jars = tomorrow(&shop);
    let visits = shop.request();
    visits.merged::<Cart<Tomorrow>>().unwrap().update(&CartOp::Add("soup".into(), 1)).unwrap();
    log_in(&visits);
    shop.answer(&visits);
    let visits = shop.request();
    assert_eq!(visits.merged::<Cart<Tomorrow>>().unwrap().read(|cart| cart.quantity("soup")), 3);
}

/// Nor is a preference.
#[test]
fn what_was_set_under_an_older_version_is_set() {
    struct Later;
    impl Fields for Later {
        const PURPOSE: &'static str = Display::PURPOSE;
        const VERSION: u16 = Display::VERSION + 1;
    }
    let mut shop = Shop::open();
    let sessions = sessions(&shop);
    let now = MergedJar::<Displayed>::new("display", &sessions);
    shop.jars = Arc::new(Jars::new().with(sessions).unwrap().with_merged(now.unwrap()).unwrap());
    let visits = shop.request();
    visits.merged::<Displayed>().unwrap().update(&Set("theme".into(), Some("dark".into()))).unwrap();
    shop.answer(&visits);
    for _ in 0..40 {
        shop.clock.advance(Duration::from_secs(60));
        let visits = shop.request();
        visits.merged::<Displayed>().unwrap().read(|_| ());
        shop.answer(&visits);
    }
    let sessions = merged::sessions(&shop.ring, &shop.clock, Budget::default());
    let later = MergedJar::<Preferences<Later>>::new("display", &sessions);
    shop.jars = Arc::new(Jars::new().with(sessions).unwrap().with_merged(later.unwrap()).unwrap());
    let theme = |display: &Preferences<Later>| display.get("theme").map(str::to_owned);
    assert_eq!(shop.request().merged().unwrap().read(theme).as_deref(), Some("dark"));
}

/// Two states come along with one login: what the first takes of the next request, the second has not.
#[test]
fn two_states_at_a_login_are_counted_together() {
    let mut refused = 0;
    for header in (6_200..7_400).step_by(30) {
        let mut shop = full(4_400);
        let sessions = sessions(&shop);
        let carts = MergedJar::<Goodies>::new("cart", &sessions).unwrap();
        let displays = MergedJar::<Displayed>::new("display", &sessions).unwrap();
        let jars = Jars::new().with(sessions).unwrap().with_merged(carts).unwrap().with_merged(displays).unwrap();
        shop.jars = Arc::new(jars);
        for n in 0..3 {
            let visits = shop.request();
            cart(&visits).update(&CartOp::Add(format!("a dish with a long name, number {n}"), 1)).unwrap();
            let set = Set(format!("field {n}"), Some("with a value that is not short".into()));
            visits.merged::<Displayed>().unwrap().update(&set).unwrap();
            shop.answer(&visits);
        }
        let more = header - size(&shop);
        shop.browser.plant(&format!("c={}", "y".repeat(more)), NOW);
        let visits = shop.request();
        let session = visits.held::<Session>().unwrap();
        if session.replace_with(|_| user("ann")).is_err() {
            assert!(refused > 0, "the states have no room long before the slip has none");
            continue;
        }
        let plan = visits.plan();
        refused += usize::from(plan.refusal().is_some_and(Error::is_too_large));
        shop.receive(&plan);
        assert!(size(&shop) <= LIMIT, "{} after {header}", size(&shop));
    }
    assert!((1..30).contains(&refused), "{refused}");
}

/// What docs/siblings-proof.md names as staying: no secret that the browser still has reads what was written under the session that it dropped.
#[test]
fn two_sessions_that_begin_at_once_are_two() {
    let mut shop = Shop::closed();
    let (one, two) = (shop.request(), shop.request());
    for visits in [&one, &two] {
        cart(visits).read(|_| ());
    }
    shop.answer(&one);
    shop.add("soup", 1);
    assert_eq!(shop.quantity("soup"), 1);
    shop.answer(&two);
    assert_eq!(shop.quantity("soup"), 0, "known, and said: the session of the first answer is gone");
    shop.add("soup", 1);
    assert_eq!(shop.quantity("soup"), 1, "and all goes on");
}

/// Of operations the `Cookie` header may have so much, and so a login may fill it as far.
const LIMIT: usize = 8 * 1024 - 300;

/// A browser whose `Cookie` header has so many bytes.
fn full(bytes: usize) -> Shop {
    filled(Shop::open(), bytes)
}

fn filled(mut shop: Shop, bytes: usize) -> Shop {
    let other =
        |shop: &mut Shop, name: &str, bytes: usize| shop.browser.plant(&format!("{name}={}", "x".repeat(bytes)), NOW);
    other(&mut shop, "a", 3_500);
    other(&mut shop, "b", 10);
    let left = bytes - size(&shop);
    other(&mut shop, "b", 10 + left);
    assert_eq!(size(&shop), bytes);
    shop
}

fn size(shop: &Shop) -> usize {
    shop.browser.cookies("/", NOW).size()
}

fn grown(visits: &Visits, by: usize) -> Result<(), Error> {
    visits.held::<Session>().unwrap().update(|session| session.user = Some("u".repeat(by)))
}

/// A header of more than 8 KiB locks the browser out of everything: slips and states take room from each other.
#[test]
fn what_slips_and_states_add_to_the_next_request_is_counted_together() {
    // Each by itself fits.
    let shop = full(7_200);
    assert!(cart(&shop.request()).update(&CartOp::Add("soup".into(), 1)).is_ok());
    assert!(grown(&shop.request(), 400).is_ok());
    let visits = shop.request();
    grown(&visits, 400).unwrap();
    let refused = cart(&visits).update(&CartOp::Add("soup".into(), 1)).unwrap_err();
    assert!(refused.is_unavailable(), "the slip has taken the room: {refused}");

    let mut shop = full(7_500);
    assert!(grown(&shop.request(), 180).is_ok());
    let visits = shop.request();
    cart(&visits).update(&CartOp::Add("soup".into(), 1)).unwrap();
    assert!(grown(&visits, 180).unwrap_err().is_too_large(), "the operation has taken the room");
    assert!(grown(&visits, 20).is_ok(), "what is left of it");
    shop.answer(&visits);
    assert!((7_500..=7_800).contains(&size(&shop)), "{}", size(&shop));
}

/// To the byte: beside an operation, a slip may grow until the next request is as long as it may be, and no further.
#[test]
fn the_room_that_an_operation_takes_is_what_its_cookie_takes() {
    let mut next = Vec::new();
    // A slip grows by one or two bytes at a time, and so does not meet the limit from everywhere.
    for bytes in 7_500..7_504 {
        let mut shop = full(bytes);
        let visits = shop.request();
        cart(&visits).update(&CartOp::Add("soup".into(), 1)).unwrap();
        let refused = (1..400).find(|by| grown(&visits, *by).is_err()).unwrap();
        assert!(refused > 10, "there was room");
        shop.answer(&visits);
        next.push(size(&shop));
    }
    assert_eq!(next.iter().max(), Some(&7_800), "{next:?}");
}

/// What was added goes into the cookie that comes along with a login, and is counted there and not twice: of all headers that a login leaves
/// room in, the fullest is then as long as it may be.
#[test]
fn the_room_that_a_login_takes_is_what_its_cookies_take() {
    let next_if_taken = |bytes: usize, adds: bool| {
        let mut shop = Shop::open();
        for n in 0..8 {
            shop.add(&format!("a dish with a long name, number {n}"), 1);
        }
        let shop = &mut filled(shop, bytes);
        let visits = shop.request();
        if adds && cart(&visits).update(&CartOp::Add("soup".into(), 1)).is_err() {
            return None;
        }
        visits.held::<Session>().unwrap().replace_with(|_| user("ann")).ok()?;
        let plan = visits.plan();
        let is_refused = plan.refusal().is_some_and(Error::is_too_large);
        shop.receive(&plan);
        (!is_refused).then(|| size(shop))
    };
    for adds in [false, true] {
        assert_eq!((7_000..7_060).rev().find_map(|bytes| next_if_taken(bytes, adds)), Some(LIMIT), "adds: {adds}");
    }
}

/// Whoever is over the limit already, and gets through, may log in: but no login takes a browser from the limit to beyond it.
#[test]
fn a_header_at_its_limit_is_not_over_it() {
    for (bytes, is_refused) in [(LIMIT, true), (LIMIT + 1, false)] {
        let mut shop = Shop::open();
        shop.add("soup", 1);
        let shop = filled(shop, bytes);
        let visits = shop.request();
        log_in(&visits);
        let plan = visits.plan();
        assert_eq!(plan.refusal().is_some_and(Error::is_too_large), is_refused, "{bytes}");
    }
}

/// A login sends session, tombstone and cart in one answer. Behind a proxy that takes no more it would be a 502, each time.
#[test]
fn a_login_whose_answer_would_be_too_long_is_refused_and_says_so() {
    for (answer, fits) in [(3_500, true), (900, false)] {
        let mut shop = Shop::closed();
        shop.jars = jars_within(&shop.ring, &shop.clock, Budget::default().answer(answer));
        let visits = shop.request();
        cart(&visits).read(|_| ());
        shop.answer(&visits);
        for n in 0..8 {
            shop.add(&format!("a dish with a long name, number {n}"), 1);
        }
        let visits = shop.request();
        log_in(&visits);
        let plan = visits.plan();
        assert_eq!(plan.refusal().is_none(), fits);
        if let Some(error) = plan.refusal() {
            assert!(error.is_too_large() && cookie::status(error) == 413, "{error}");
            assert!(plan.set_cookie().is_empty());
        }
        shop.receive(&plan);
        assert_eq!(cart(&shop.request()).read(|cart| cart.lines().count()), 8);
    }
    // To the byte, and the names of the fields with them.
    let taken = |answer: usize| {
        let mut shop = Shop::closed();
        shop.jars = jars_within(&shop.ring, &shop.clock, Budget::default().answer(answer));
        let visits = shop.request();
        cart(&visits).read(|_| ());
        shop.answer(&visits);
        shop.add("soup", 1);
        let visits = shop.request();
        log_in(&visits);
        let plan = visits.plan();
        plan.refusal()
            .is_none()
            .then(|| plan.set_cookie().iter().map(|line| line.len() + "Set-Cookie: \r\n".len()).sum::<usize>())
    };
    let least = (700..1_200).find_map(|answer| Some((answer, taken(answer)?))).unwrap();
    assert_eq!(least.0, least.1);
    // Nor does it make a request that no server would see.
    for (header, fits) in [(4_600, true), (6_250, false)] {
        let mut shop = full(4_400);
        for n in 0..8 {
            shop.add(&format!("a dish with a long name, number {n}"), 1);
        }
        let more = "y".repeat(header - 4_400);
        shop.browser.plant(&format!("c={more}"), NOW);
        let visits = shop.request();
        log_in(&visits);
        let plan = visits.plan();
        assert_eq!(plan.refusal().is_none(), fits, "{}", size(&shop));
        shop.receive(&plan);
        assert!(size(&shop) <= 7_800, "{}", size(&shop));
    }
}

/// What is read as of a given time does not depend on a clock that is no good.
#[test]
fn time_that_is_given_is_the_time_of_the_cart_too() {
    let mut shop = Shop::open();
    for clock in [UnixTime::from_secs(1_577_836_800), UnixTime::from_secs(4_102_444_800)] {
        shop.clock.set(clock);
        let refused = shop.request().merged::<Goodies>().map(drop).unwrap_err();
        assert!(refused.is_unavailable(), "2020 and 2100 are no times of a cart: {refused}");
        for _ in 0..2 {
            let visits = Visits::new_at(Arc::clone(&shop.jars), shop.browser.cookies("/", NOW), NOW);
            cart(&visits).update(&CartOp::Add("soup".into(), 1)).unwrap();
            let plan = visits.plan();
            assert!(plan.refusal().is_none(), "{:?}", plan.refusal());
            let stored = shop.browser.receive(plan.set_cookie(), NOW);
            assert!(!stored.is_empty() && stored.iter().all(Result::is_ok), "{stored:?}");
        }
    }
    shop.clock.set(NOW);
    assert_eq!(shop.quantity("soup"), 4);
}

/// "Order again": what one request adds goes out with one answer, and what a proxy does not take would be a 502 each time.
#[test]
fn as_much_is_added_as_the_answer_has_room_for() {
    let sent = |lines: &[String]| lines.iter().map(|line| line.len() + "Set-Cookie: \r\n".len()).sum::<usize>();
    for note in [0, 1_500] {
        let mut shop = Shop::open();
        let visits = shop.request();
        let session = visits.held::<Session>().unwrap();
        if note > 0 {
            session.update(|session| session.user = Some("x".repeat(note))).unwrap();
        }
        let mut added = Vec::new();
        let error = loop {
            let sku = format!("dish {}", added.len());
            match cart(&visits).update(&CartOp::Add(sku.clone(), 1)) {
                Ok(()) => added.push(sku),
                Err(error) => break error,
            }
        };
        assert!(error.is_too_large() && error.size() > error.limit(), "{error:?}");
        // Nor has a slip that is written later.
        let grown = session.update(|session| session.user = Some("x".repeat(note + 500)));
        assert!(grown.unwrap_err().is_too_large());
        let plan = visits.plan();
        let bytes = sent(plan.set_cookie());
        assert!((3_300..=3_500).contains(&bytes) && added.len() > 5, "{bytes} bytes, {} added", added.len());
        shop.receive(&plan);
        let visits = shop.request();
        assert_eq!(cart(&visits).read(|cart| cart.lines().count()), added.len());
        assert!(added.iter().all(|sku| cart(&visits).read(|cart| cart.quantity(sku)) == 1));
    }
    // To the byte: among so many limits, one next to the other, is one that an operation just meets, and it is not refused.
    let mut shop = Shop::open();
    shop.add("soup", 1);
    for answer in 1_000..1_150 {
        shop.jars = jars_within(&shop.ring, &shop.clock, Budget::default().answer(answer));
        let visits = shop.request();
        let refused = (0..).find_map(|n| cart(&visits).update(&CartOp::Add(format!("dish {n}"), 1)).err()).unwrap();
        assert!(refused.is_too_large() && refused.size() > Some(answer), "{refused:?}");
    }
}
