//! Several mergeable states in one browser: whatever they are tied to, they share its header and an answer's room.

use crate::{
    kit::NOW,
    merged::{self, Goodies, Session, Shop, cart, user},
};
use orderslip::{
    Error, Lifetime, Sealer, SlipState,
    cookie::{Budget, Jar, Jars, Merged, MergedJar, Visits},
    merge::{CartOp, Fields, Policy, Preferences, Set},
};
use serde::{Deserialize, Serialize};
use std::{sync::Arc, time::Duration};

struct Display;

impl Fields for Display {
    const PURPOSE: &'static str = "shop.example/display";
    const VERSION: u16 = 1;
}

type Displayed = Preferences<Display>;

/// Who looks, logged in or not.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Visitor;

impl SlipState for Visitor {
    const PURPOSE: &'static str = "shop.example/visitor";
    const VERSION: u16 = 1;
}

/// A shop whose cart is the session's, and what is displayed either the session's or the visitor's.
fn shop(is_apart: bool) -> Shop {
    shop_within(is_apart, Budget::default(), 1)
}

fn shop_within(is_apart: bool, budget: Budget, processes: usize) -> Shop {
    let mut shop = Shop::closed();
    let sessions = merged::sessions(&shop.ring, &shop.clock, budget);
    let sealer = Sealer::<Visitor>::encrypted(&shop.ring).lifetime(Lifetime::absolute(Duration::from_secs(86_400)));
    let visitors = Jar::builder("visitor", sealer.clock(shop.clock.clone())).budget(budget).build().unwrap();
    let policy = || Policy::builder().processes(processes).build().unwrap();
    let carts = MergedJar::<Goodies>::with_policy("cart", &sessions, policy()).unwrap();
    let displays = if is_apart {
        MergedJar::with_policy("display", &visitors, policy())
    } else {
        MergedJar::with_policy("display", &sessions, policy())
    };
    let jars = Jars::new().with(sessions).unwrap().with(visitors).unwrap();
    shop.jars = Arc::new(jars.with_merged(carts).unwrap().with_merged::<Displayed>(displays.unwrap()).unwrap());
    let visits = shop.request();
    cart(&visits).read(|_| ());
    display(&visits).read(|_| ());
    shop.answer(&visits);
    shop
}

fn display(visits: &Visits) -> Merged<Displayed> {
    visits.merged().unwrap()
}

fn add(visits: &Visits, sku: String) -> Result<(), Error> {
    cart(visits).update(&CartOp::Add(sku, 1))
}

fn show(visits: &Visits, key: String) -> Result<(), Error> {
    display(visits).update(&Set(key, Some("on".into())))
}

fn sent(lines: &[String]) -> usize {
    lines.iter().map(|line| line.len() + "Set-Cookie: \r\n".len()).sum()
}

/// Neither knows what the other has under way, whatever they are tied to, and together they never lock the browser out.
#[test]
fn a_burst_over_states_of_two_anchors_locks_nobody_out() {
    for (is_apart, others, least) in [(false, 0, 16), (true, 0, 16), (false, 900, 13), (true, 900, 13)] {
        let mut shop = shop(is_apart);
        if others > 0 {
            shop.browser.plant(&format!("c={}", "x".repeat(others)), NOW);
        }
        // All of them are asked before any is answered.
        let requests: Vec<_> = (0..160).map(|_| shop.request()).collect();
        let mut added = [0, 0];
        for (number, visits) in requests.iter().enumerate() {
            let done = if number % 2 == 0 {
                add(visits, format!("dish {number}"))
            } else {
                show(visits, format!("key {number}"))
            };
            match done {
                Ok(()) => added[number % 2] += 1,
                Err(error) => assert!(error.is_unavailable(), "{error}"),
            }
        }
        requests.iter().for_each(|visits| drop(shop.answer(visits)));
        let header = shop.browser.header("/", NOW).len();
        assert!(header <= 8_192 && added.iter().all(|added| *added >= least), "{header} bytes, {added:?}");
        // And it heals.
        for _ in 0..20 {
            let visits = shop.request();
            let shown =
                display(&visits).read(|all| (0..160).filter(|n| all.get(&format!("key {n}")).is_some()).count());
            assert_eq!([cart(&visits).read(|cart| cart.lines().count()), shown], added);
            shop.answer(&visits);
            shop.clock.advance(Duration::from_secs(30));
        }
        assert!(shop.browser.header("/", shop.clock.time()).len() < others + (header - others) / 2);
        shop.add("one more", 1);
        assert_eq!(shop.quantity("one more"), 1);
    }
}

/// Room is kept for the other's next base, which is as long as its own policy lets it be.
#[test]
fn the_other_state_keeps_its_own_policy() {
    let admitted = [900, 2_400].map(|limit| {
        let mut shop = Shop::closed();
        let sessions = merged::sessions(&shop.ring, &shop.clock, Budget::default());
        let policy = Policy::builder().base_limit(limit).build().unwrap();
        let displays = MergedJar::<Displayed>::with_policy("display", &sessions, policy).unwrap();
        let carts = MergedJar::<Goodies>::new("cart", &sessions).unwrap();
        let jars = Jars::new().with(sessions).unwrap().with_merged(carts).unwrap();
        shop.jars = Arc::new(jars.with_merged(displays).unwrap());
        let visits = shop.request();
        cart(&visits).read(|_| ());
        shop.answer(&visits);
        let requests: Vec<_> = (0..160).map(|_| shop.request()).collect();
        requests.iter().enumerate().take_while(|(number, visits)| add(visits, format!("dish {number}")).is_ok()).count()
    });
    assert!(admitted[0] > admitted[1] + 5, "{admitted:?}");
}

/// What waits for a later answer leaves room for what cannot wait, whichever state was asked for first.
#[test]
fn an_answer_of_two_states_is_no_longer_than_one_may_be() {
    for is_read_first in [false, true] {
        let mut shop = shop_within(false, Budget::default().answer(2_000), 1);
        // Siblings that are due: a base of them, and deletions.
        for number in 0..16 {
            let visits = shop.request();
            show(&visits, format!("key {number}")).unwrap();
            shop.receive(&visits.plan());
        }
        shop.clock.advance(Duration::from_secs(60));
        let visits = shop.request();
        if is_read_first {
            display(&visits).read(|_| ());
        }
        let mut added = 0;
        let refused = loop {
            match add(&visits, format!("dish {added}")) {
                Ok(()) => added += 1,
                Err(error) => break error,
            }
        };
        assert!(refused.is_too_large(), "{refused}");
        display(&visits).read(|_| ());
        let plan = visits.plan();
        let bytes = sent(plan.set_cookie());
        assert!(added > 6 && bytes > 1_750 && bytes <= 2_000, "{bytes} bytes, {added} added");
        shop.receive(&plan);
        assert_eq!(cart(&shop.request()).read(|cart| cart.lines().count()), added);
        // Then it is their turn.
        let visits = shop.request();
        display(&visits).read(|_| ());
        let plan = visits.plan();
        assert!(plan.set_cookie().iter().any(|line| line.starts_with("__Host-display")), "{:?}", plan.set_cookie());
    }
}

/// So it does when both have something that cannot wait, and something that can.
#[test]
fn an_answer_of_two_states_that_are_both_written_is_no_longer_than_one_may_be() {
    let mut longest = 0;
    for dishes in 1..13 {
        let mut shop = shop_within(false, Budget::default().answer(2_000), 1);
        for number in 0..4 {
            let visits = shop.request();
            add(&visits, format!("dish with a long name, number {number}")).unwrap();
            show(&visits, format!("key with a long name, number {number}")).unwrap();
            shop.answer(&visits);
        }
        shop.clock.advance(Duration::from_secs(60));
        let visits = shop.request();
        for number in 0..dishes {
            add(&visits, format!("dish {number}")).unwrap();
        }
        show(&visits, "key".into()).unwrap();
        let plan = visits.plan();
        assert!(sent(plan.set_cookie()) <= 2_000, "{} bytes", sent(plan.set_cookie()));
        // An operation of the other, and the bases of both, as long as they fit.
        assert!(dishes > 7 || plan.set_cookie().len() == dishes + 3, "{dishes}: {:?}", plan.set_cookie());
        longest = longest.max(plan.set_cookie().len());
        shop.receive(&plan);
        assert_eq!(cart(&shop.request()).read(|cart| cart.lines().count()), 4 + dishes);
    }
    assert!(longest > 8, "{longest} lines");
}

/// A login is not refused for what could wait.
#[test]
fn a_login_goes_before_what_can_wait() {
    let mut shop = shop_within(true, Budget::default().answer(1_400), 1);
    for number in 0..10 {
        let visits = shop.request();
        show(&visits, format!("key with a long name, number {number}")).unwrap();
        shop.answer(&visits);
        shop.add(&format!("dish {number}"), 1);
    }
    shop.clock.advance(Duration::from_secs(60));
    let visits = shop.request();
    display(&visits).read(|_| ());
    visits.held::<Session>().unwrap().replace_with(|_| user("ann")).unwrap();
    let plan = visits.plan();
    assert!(plan.refusal().is_none(), "{:?}", plan.refusal());
    assert!(sent(plan.set_cookie()) <= 1_400);
    shop.receive(&plan);
    assert_eq!(cart(&shop.request()).read(|cart| cart.lines().count()), 10);
}

/// No state gets so large that nothing can be taken out of it: what makes it larger is refused before, for good.
#[test]
fn a_state_that_may_not_grow_may_shrink() {
    for (is_apart, others, processes) in
        [(false, 1_000, 1), (true, 1_000, 1), (false, 2_000, 1), (true, 2_500, 1), (false, 100, 2), (false, 100, 3)]
    {
        let mut shop = shop_within(is_apart, Budget::default(), processes);
        shop.browser.plant(&format!("c={}", "x".repeat(others)), NOW);
        let mut full = [false, false];
        for number in 0..400 {
            let which = number / 4 % 2;
            let add = |shop: &mut Shop| {
                let visits = shop.request();
                let (dish, key) = (format!("dish {number:05}"), format!("key {number:05}"));
                let added = if which == 0 { add(&visits, dish) } else { show(&visits, key) };
                shop.answer(&visits);
                added
            };
            let mut added = add(&mut shop);
            if number % 8 == 7 || added.as_ref().is_err_and(Error::is_unavailable) {
                settle(&mut shop);
            }
            if added.as_ref().is_err_and(Error::is_unavailable) {
                added = add(&mut shop);
            }
            // Who waited until all is folded is not asked to wait again.
            if let Err(error) = added {
                assert!(error.is_too_large(), "{is_apart} {others} {processes} {number}: {error}");
                full[which] = true;
            }
            if full == [true, true] {
                break;
            }
        }
        assert_eq!(full, [true, true], "{is_apart} {others} {processes}");
        settle(&mut shop);
        let before = cart(&shop.request()).read(|cart| cart.lines().count());
        assert!(before > 10, "{before} lines");
        let visits = shop.request();
        cart(&visits).update(&CartOp::Set("dish 00000".into(), 0)).unwrap();
        display(&visits).update(&Set("key 00004".into(), None)).unwrap();
        shop.answer(&visits);
        assert_eq!(cart(&shop.request()).read(|cart| cart.lines().count()), before - 1);
    }
}

/// What was added is folded.
fn settle(shop: &mut Shop) {
    shop.clock.advance(Duration::from_secs(1_000));
    for _ in 0..3 {
        let visits = shop.request();
        cart(&visits).read(|_| ());
        display(&visits).read(|_| ());
        shop.answer(&visits);
    }
}

/// What is added after a login goes along with it, and takes no lines of its own.
#[test]
fn an_import_after_a_login_takes_one_cookie() {
    let mut shop = shop(false);
    shop.add("soup", 1);
    let visits = shop.request();
    cart(&visits).read(|_| ());
    visits.held::<Session>().unwrap().replace_with(|_| user("ann")).unwrap();
    for number in 0..40 {
        add(&visits, format!("dish {number}")).unwrap();
    }
    let plan = visits.plan();
    assert!(plan.refusal().is_none() && sent(plan.set_cookie()) < 3_500, "{:?}", plan.refusal());
    shop.receive(&plan);
    assert_eq!(cart(&shop.request()).read(|cart| cart.lines().count()), 41);
}

/// Nothing is acknowledged that goes nowhere.
#[test]
fn a_state_whose_session_has_ended_takes_nothing() {
    for is_logout in [false, true] {
        let mut shop = shop(false);
        shop.add("soup", 1);
        let visits = shop.request();
        visits.held::<Session>().unwrap().replace_with(|_| user("ann")).unwrap();
        shop.answer(&visits);
        let visits = shop.request();
        let session = visits.held::<Session>().unwrap();
        assert_eq!(cart(&visits).read(|cart| cart.quantity("soup")), 1);
        if is_logout { session.logout() } else { session.replace(user("bob")) }.unwrap();
        assert!(add(&visits, "bread".into()).unwrap_err().is_unavailable(), "ask again: {is_logout}");
        shop.answer(&visits);
        let visits = shop.request();
        assert_eq!(cart(&visits).read(|cart| cart.lines().count()), 0, "what is another's");
        shop.answer(&visits);
        shop.add("bread", 1);
        assert_eq!(shop.quantity("bread"), 1);
    }
}
