//! What slips and mergeable state owe each other in one answer: all of it is sent, or nothing.

use crate::merged::{Goodies, Session, Shop, cart, user};
use orderslip::{
    Lifetime, Sealer,
    cookie::{self, Jar, Jars, MergedJar, Visits},
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
    let life = Lifetime::absolute(Duration::from_secs(86_400)).idle(Duration::from_secs(3_600));
    let sealer = Sealer::<Session>::encrypted(&shop.ring).lifetime(life).clock(shop.clock.clone());
    Jar::builder("session", sealer).build().unwrap()
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
        assert_eq!(plan.set_cookie(), &[] as &[String]);
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
    shop.browse(60, Duration::from_secs(60));
    let display =
        |shop: &Shop| shop.request().merged::<Displayed>().unwrap().read(|all| all.get("theme").map(str::to_owned));
    assert_eq!(display(&shop).as_deref(), Some("dark"));
}
