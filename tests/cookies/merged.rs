//! Mergeable state in cookies: tied to a session, added to by parallel requests, carried through a login.

use crate::kit::{NOW, shared_ring};
use orderslip::{
    Keyring, Lifetime, Sealer, SlipState,
    cookie::{Budget, Cookies, Jar, Jars, Merged, MergedJar, Outcome, Plan, Visits},
    merge::{Cart, CartOp, Committed, Line},
    testing::{Browser, SetCookie, TestClock},
};
use serde::{Deserialize, Serialize};
use std::{sync::Arc, time::Duration};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) user: Option<String>,
}

impl SlipState for Session {
    const PURPOSE: &'static str = "shop.example/session";
    const VERSION: u16 = 1;

    fn subject(&self) -> Option<&str> {
        self.user.as_deref()
    }
}

pub(crate) struct Goods;

impl Line for Goods {
    const PURPOSE: &'static str = "shop.example/cart";
    const VERSION: u16 = 1;
}

pub(crate) type Goodies = Cart<Goods>;

pub(crate) fn user(name: &str) -> Session {
    Session { user: Some(name.into()) }
}

fn jars(ring: &Keyring, clock: &TestClock) -> Arc<Jars> {
    jars_within(ring, clock, Budget::default())
}

pub(crate) fn jars_within(ring: &Keyring, clock: &TestClock, budget: Budget) -> Arc<Jars> {
    let sessions = sessions(ring, clock, budget);
    let carts = MergedJar::<Goodies>::new("cart", &sessions).unwrap();
    Arc::new(Jars::new().with(sessions).unwrap().with_merged(carts).unwrap())
}

pub(crate) fn sessions(ring: &Keyring, clock: &TestClock, budget: Budget) -> Jar<Session> {
    let life = Lifetime::absolute(Duration::from_secs(86_400)).idle(Duration::from_secs(3_600));
    let sealer = Sealer::<Session>::encrypted(ring).lifetime(life).clock(clock.clone());
    Jar::builder("session", sealer).budget(budget).build().unwrap()
}

pub(crate) struct Shop {
    pub(crate) ring: Keyring,
    pub(crate) clock: TestClock,
    pub(crate) jars: Arc<Jars>,
    pub(crate) browser: Browser,
}

impl Shop {
    /// With a browser that has no cookies.
    pub(crate) fn closed() -> Self {
        let (ring, clock) = (shared_ring(), TestClock::new(NOW));
        Self { jars: jars(&ring, &clock), ring, clock, browser: Browser::at("https://shop.example") }
    }

    /// With a browser that has a session.
    pub(crate) fn open() -> Self {
        let mut shop = Self::closed();
        let visits = shop.request();
        visits.merged::<Goodies>().unwrap().read(|_| ());
        shop.answer(&visits);
        assert_eq!(shop.browser.names(NOW), ["__Host-session"]);
        shop
    }

    pub(crate) fn request(&self) -> Visits {
        Visits::new(Arc::clone(&self.jars), self.browser.cookies("/", self.clock.time()))
    }

    pub(crate) fn receive(&mut self, plan: &Plan) -> Vec<SetCookie> {
        let stored = self.browser.receive(plan.set_cookie(), self.clock.time());
        assert!(stored.iter().all(Result::is_ok), "{stored:?}");
        plan.set_cookie().iter().map(|line| SetCookie::read(line).unwrap()).collect()
    }

    pub(crate) fn answer(&mut self, visits: &Visits) -> Vec<SetCookie> {
        self.receive(&visits.plan())
    }

    pub(crate) fn add(&mut self, sku: &str, by: i64) {
        let visits = self.request();
        visits.merged::<Goodies>().unwrap().update(&CartOp::Add(sku.into(), by)).unwrap();
        self.answer(&visits);
    }

    pub(crate) fn quantity(&self, sku: &str) -> u32 {
        cart(&self.request()).read(|cart| cart.quantity(sku))
    }

    /// Time goes on, and a page is looked at now and then.
    pub(crate) fn browse(&mut self, times: u32, every: Duration) {
        for _ in 0..times {
            self.clock.advance(every);
            let visits = self.request();
            cart(&visits).read(|_| ());
            self.answer(&visits);
        }
    }

    pub(crate) fn siblings(&self) -> usize {
        self.browser.names(self.clock.time()).iter().filter(|name| name.starts_with("__Host-cart")).count()
    }
}

pub(crate) fn cart(visits: &Visits) -> Merged<Goodies> {
    visits.merged().unwrap()
}

#[test]
fn a_first_look_begins_the_session_and_a_first_write_must_come_again() {
    let mut shop = Shop::closed();
    let visits = shop.request();
    let first = cart(&visits);
    assert_eq!(first.read(|cart| cart.lines().count()), 0);
    let refused = first.update(&CartOp::Add("soup".into(), 1)).unwrap_err();
    assert!(refused.is_unavailable(), "{refused}");
    assert!(first.trouble().is_some());
    let sent = shop.answer(&visits);
    assert_eq!(sent.iter().map(|cookie| cookie.name.as_str()).collect::<Vec<_>>(), ["__Host-session"]);
    shop.add("soup", 1);
    assert_eq!(shop.quantity("soup"), 1);
}

#[test]
fn parallel_requests_lose_nothing() {
    for tabs in [2, 4, 8, 16] {
        let mut shop = Shop::open();
        shop.add("soup", 1);
        let requests: Vec<Visits> = (0..tabs).map(|_| shop.request()).collect();
        for (n, visits) in requests.iter().enumerate() {
            cart(visits).update(&CartOp::Add(format!("dish {n}"), 1)).unwrap();
            cart(visits).update(&CartOp::Add("soup".into(), 1)).unwrap();
        }
        // The answers arrive in another order.
        for visits in requests.iter().rev() {
            shop.answer(visits);
        }
        assert_eq!(shop.quantity("soup"), 1 + tabs);
        let lines = cart(&shop.request()).read(|cart| cart.lines().count());
        assert_eq!(lines, 1 + usize::try_from(tabs).unwrap());
        // And when all is quiet, what was added becomes one cookie.
        shop.browse(30, Duration::from_secs(60));
        assert_eq!(shop.quantity("soup"), 1 + tabs);
        assert_eq!(shop.siblings(), 1, "after {tabs} tabs");
    }
}

#[test]
fn what_was_added_is_seen_by_the_same_request_and_a_handle_is_the_same() {
    let shop = Shop::open();
    let visits = shop.request();
    cart(&visits).update(&CartOp::Add("soup".into(), 2)).unwrap();
    assert_eq!(
        cart(&visits).with(|cart| cart.add("soup", 1).map(|()| cart.state().quantity("soup"))).unwrap().unwrap(),
        3
    );
    assert_eq!(visits.plan().set_cookie().len(), 2, "two operations, and no session: it is not due");
    assert!(cart(&visits).update(&CartOp::Checkout).unwrap_err().is_misuse());
}

#[test]
fn a_login_takes_the_guests_cart_along_and_what_is_still_in_flight() {
    let mut shop = Shop::open();
    shop.add("soup", 1);
    // Two requests are under way: one logs in, the other adds.
    let (login, add) = (shop.request(), shop.request());
    cart(&add).update(&CartOp::Add("bread".into(), 1)).unwrap();
    assert_eq!(cart(&login).read(|cart| cart.quantity("soup")), 1);
    login.held::<Session>().unwrap().replace_with(|_| user("ann")).unwrap();
    shop.answer(&login);
    shop.answer(&add);
    let visits = shop.request();
    assert_eq!(visits.held::<Session>().unwrap().read(Clone::clone), user("ann"));
    assert_eq!(cart(&visits).read(|cart| (cart.quantity("soup"), cart.quantity("bread"))), (1, 1));
    shop.add("tea", 1);
    shop.browse(40, Duration::from_secs(60));
    let visits = shop.request();
    let quantities = cart(&visits).read(|cart| ["soup", "bread", "tea"].map(|sku| cart.quantity(sku)));
    assert_eq!(quantities, [1, 1, 1]);
}

#[test]
fn a_login_without_a_look_at_the_cart_takes_it_along_all_the_same() {
    let mut shop = Shop::open();
    shop.add("soup", 1);
    let visits = shop.request();
    visits.held::<Session>().unwrap().replace_with(|_| user("ann")).unwrap();
    shop.answer(&visits);
    assert_eq!(shop.quantity("soup"), 1);

    // What is in a snapshot already, too.
    let mut shop = Shop::open();
    shop.add("soup", 1);
    shop.browse(30, Duration::from_secs(60));
    let visits = shop.request();
    visits.held::<Session>().unwrap().replace_with(|_| user("ann")).unwrap();
    shop.answer(&visits);
    assert_eq!(shop.quantity("soup"), 1);
}

#[test]
fn t25_another_users_cart_is_not_read() {
    let mut shop = Shop::open();
    let visits = shop.request();
    visits.held::<Session>().unwrap().replace_with(|_| user("ann")).unwrap();
    shop.answer(&visits);
    shop.add("soup", 1);
    // A login of somebody else, over it.
    let visits = shop.request();
    assert_eq!(cart(&visits).read(|cart| cart.quantity("soup")), 1);
    visits.held::<Session>().unwrap().replace(user("bob")).unwrap();
    shop.answer(&visits);
    assert_eq!(shop.quantity("soup"), 0);

    // Nor does a sibling that was planted from elsewhere count.
    let mut thief = Shop { ring: shop.ring.clone(), jars: Arc::clone(&shop.jars), ..Shop::open() };
    thief.browser = Browser::at("https://shop.example");
    let visits = thief.request();
    cart(&visits).read(|_| ());
    thief.answer(&visits);
    thief.add("poison", 9);
    let names: Vec<String> = thief.browser.names(NOW).iter().map(ToString::to_string).collect();
    for name in names.iter().filter(|name| name.starts_with("__Host-cart")) {
        let value = thief.browser.value(name, NOW).unwrap().to_owned();
        shop.browser.plant(&format!("{name}={value}"), NOW);
    }
    assert_eq!(shop.quantity("poison"), 0);
}

#[test]
fn t27_another_id_keeps_the_cart() {
    let mut shop = Shop::open();
    let visits = shop.request();
    visits.held::<Session>().unwrap().replace_with(|_| user("ann")).unwrap();
    shop.answer(&visits);
    shop.add("soup", 2);
    let visits = shop.request();
    assert_eq!(cart(&visits).read(|cart| cart.quantity("soup")), 2);
    visits.held::<Session>().unwrap().renew_id().unwrap();
    shop.answer(&visits);
    assert_eq!(shop.quantity("soup"), 2);
}

#[test]
fn a_logout_ends_what_is_tied_to_the_session() {
    let mut shop = Shop::open();
    shop.add("soup", 1);
    let late = shop.request();
    cart(&late).update(&CartOp::Add("bread".into(), 1)).unwrap();
    let visits = shop.request();
    visits.held::<Session>().unwrap().logout().unwrap();
    shop.answer(&visits);
    shop.answer(&late);
    let visits = shop.request();
    assert_eq!(cart(&visits).read(|cart| cart.lines().count()), 0);
    shop.answer(&visits);
    assert_eq!((shop.quantity("soup"), shop.quantity("bread")), (0, 0), "in the next session neither");
}

#[test]
fn t29_what_is_checked_out_does_not_come_back() {
    let mut shop = Shop::open();
    shop.add("soup", 1);
    let late = shop.request();
    cart(&late).update(&CartOp::Add("bread".into(), 1)).unwrap();
    let visits = shop.request();
    let merged = cart(&visits);
    let (order, key) = merged.with(|cart| cart.checkout()).unwrap().unwrap();
    assert_eq!(order.cart().lines().collect::<Vec<_>>(), [("soup", 1)]);
    assert_eq!(merged.with(|cart| cart.commit(order.barrier())).unwrap().unwrap(), Committed::Added);
    assert!(merged.read(|cart| cart.is_empty()));
    shop.answer(&visits);
    shop.answer(&late);
    assert_eq!((shop.quantity("soup"), shop.quantity("bread")), (0, 1), "what was not seen was not ordered");
    let next = cart(&shop.request()).with(|cart| cart.idempotency_key()).unwrap();
    assert_ne!(next.as_bytes(), key.as_bytes());
}

#[test]
fn an_answer_that_comes_too_late_says_so() {
    let mut shop = Shop::open();
    let visits = shop.request();
    cart(&visits).update(&CartOp::Add("soup".into(), 1)).unwrap();
    shop.clock.advance(Duration::from_secs(61));
    let plan = visits.plan();
    assert!(plan.refusal().is_some_and(|error| error.is_unavailable()));
    shop.receive(&plan);
    assert_eq!(shop.quantity("soup"), 0);
    // Who only looks may take as long as it takes.
    let visits = shop.request();
    cart(&visits).read(|_| ());
    shop.clock.advance(Duration::from_secs(61));
    assert!(visits.plan().refusal().is_none());
}

#[test]
fn without_a_readable_session_nothing_is_touched() {
    let mut shop = Shop::open();
    shop.add("soup", 1);
    let before = shop.browser.header("/", NOW);
    // A server with other keys.
    let elsewhere = jars(&shared_ring(), &shop.clock);
    let visits = Visits::new(Arc::clone(&elsewhere), shop.browser.cookies("/", NOW));
    assert_eq!(cart(&visits).read(|cart| cart.lines().count()), 0);
    assert_eq!(visits.held::<Session>().unwrap().outcome(), Outcome::Unreadable);
    shop.answer(&visits);
    assert_eq!(shop.browser.header("/", NOW), before);
    // But who writes there begins anew.
    let visits = Visits::new(elsewhere, shop.browser.cookies("/", NOW));
    assert!(cart(&visits).update(&CartOp::Add("tea".into(), 1)).unwrap_err().is_unavailable());
    assert_eq!(visits.plan().set_cookie().len(), 1);
}

#[test]
fn a_session_from_before_gets_its_secret() {
    let (ring, clock) = (shared_ring(), TestClock::new(NOW));
    let life = Lifetime::absolute(Duration::from_secs(86_400));
    let plain = Jar::builder("session", Sealer::<Session>::encrypted(&ring).lifetime(life).clock(clock.clone()))
        .build()
        .unwrap();
    let mut shop = Shop { jars: jars(&ring, &clock), ring, clock, browser: Browser::at("https://shop.example") };
    let pair = orderslip::testing::mint(&plain, &user("ann"), NOW).unwrap();
    shop.browser.plant(&pair, NOW);
    let visits = shop.request();
    assert!(cart(&visits).trouble().is_some());
    shop.answer(&visits);
    shop.add("soup", 1);
    assert_eq!(shop.quantity("soup"), 1);
    // A server that knows nothing of carts keeps the secret when it seals again.
    let mut visit = plain.visit(shop.browser.cookies("/", NOW)).unwrap();
    assert_eq!(visit.state(), Some(&user("ann")));
    visit.update(|_| ()).unwrap();
    let plan = visit.plan();
    shop.receive(&plan);
    assert_eq!(shop.quantity("soup"), 1);
}

#[test]
fn a_merged_jar_stands_behind_an_encrypted_anchor() {
    let ring = shared_ring();
    let life = Lifetime::absolute(Duration::from_secs(60));
    let sessions = || Jar::builder("session", Sealer::<Session>::encrypted(&ring).lifetime(life)).build().unwrap();
    let anchor = sessions();
    let merged = || MergedJar::<Goodies>::new("cart", &anchor).unwrap();
    assert!(Jars::new().with_merged(merged()).unwrap_err().is_misuse());
    // Another jar for the same slips gives them no secret: no write would ever get through.
    assert!(Jars::new().with(sessions()).unwrap().with_merged(merged()).unwrap_err().is_misuse());
    assert!(
        Jars::new()
            .with(anchor.clone())
            .unwrap()
            .with_merged(merged())
            .unwrap()
            .with_merged(merged())
            .unwrap_err()
            .is_misuse()
    );
    let signed = Jar::builder("session", Sealer::<Session>::signed(&ring).lifetime(life)).build().unwrap();
    assert!(MergedJar::<Goodies>::new("cart", &signed).unwrap_err().is_misuse());
    let jars = Arc::new(Jars::new().with(sessions()).unwrap());
    assert!(Visits::new(jars, Cookies::default()).merged::<Goodies>().unwrap_err().is_misuse());
}

#[test]
fn the_secret_is_dropped_when_nothing_of_before_is_left() {
    let mut shop = Shop::open();
    shop.add("soup", 1);
    let visits = shop.request();
    cart(&visits).read(|_| ());
    visits.held::<Session>().unwrap().replace_with(|_| user("ann")).unwrap();
    shop.answer(&visits);
    let size = |shop: &Shop| shop.browser.value("__Host-session", shop.clock.time()).unwrap().len();
    let with_before = size(&shop);
    shop.browse(60, Duration::from_secs(60));
    assert_eq!(shop.quantity("soup"), 1);
    assert!(size(&shop) + 60 < with_before, "{} after {with_before}", size(&shop));
}

/// However often a handler writes: what is written is no longer due.
#[test]
fn the_secret_is_dropped_from_a_session_that_is_written_in_each_request() {
    let mut shop = Shop::open();
    shop.add("soup", 1);
    let (late, login) = (shop.request(), shop.request());
    cart(&late).update(&CartOp::Add("bread".into(), 1)).unwrap();
    login.held::<Session>().unwrap().replace_with(|_| user("ann")).unwrap();
    shop.answer(&login);
    let size = |shop: &Shop| shop.browser.value("__Host-session", shop.clock.time()).unwrap().len();
    let write = |shop: &mut Shop, name: &str| {
        let visits = shop.request();
        cart(&visits).read(|_| ());
        visits.held::<Session>().unwrap().update(|session| session.user = Some(name.into())).unwrap();
        shop.answer(&visits);
    };
    let with_before = size(&shop);
    write(&mut shop, "ann");
    shop.answer(&late);
    assert_eq!((size(&shop), shop.quantity("bread")), (with_before, 1), "an answer of before was under way");
    for _ in 0..60 {
        shop.clock.advance(Duration::from_secs(60));
        write(&mut shop, "eve");
        let visits = shop.request();
        assert_eq!(visits.held::<Session>().unwrap().read(Clone::clone), user("eve"));
    }
    assert!(size(&shop) + 60 < with_before, "{} after {with_before}", size(&shop));
    assert_eq!((shop.quantity("soup"), shop.quantity("bread")), (1, 1));
}

#[test]
fn dead_siblings_are_expired_as_far_as_an_answer_has_room() {
    let mut shop = Shop::closed();
    shop.jars = jars_within(&shop.ring, &shop.clock, Budget::default().answer(1_200));
    let visits = shop.request();
    cart(&visits).read(|_| ());
    shop.answer(&visits);
    for n in 0..20 {
        shop.add(&format!("dish {n}"), 1);
    }
    let mut most = 0;
    for _ in 0..30 {
        shop.clock.advance(Duration::from_secs(60));
        let visits = shop.request();
        cart(&visits).read(|_| ());
        let plan = visits.plan();
        most = most.max(plan.set_cookie().iter().map(|line| line.len() + "Set-Cookie: \r\n".len()).sum::<usize>());
        shop.receive(&plan);
    }
    assert!((900..=1_200).contains(&most), "{most} bytes in one answer");
    assert_eq!(shop.siblings(), 1, "the rest in later answers");
    assert_eq!(shop.quantity("dish 19"), 1);
}

#[test]
fn a_base_waits_for_an_answer_that_has_room_beside_the_slips() {
    let mut shop = Shop::closed();
    shop.jars = jars_within(&shop.ring, &shop.clock, Budget::default().answer(1_700));
    let visits = shop.request();
    cart(&visits).read(|_| ());
    shop.answer(&visits);
    for n in 0..20 {
        shop.add(&format!("dish {n}"), 1);
    }
    shop.clock.advance(Duration::from_secs(60));
    let bases =
        |shop: &Shop| shop.browser.names(shop.clock.time()).iter().filter(|name| name.contains("cartb")).count();
    let look = |shop: &mut Shop, user: Option<String>| {
        let visits = shop.request();
        cart(&visits).read(|_| ());
        if let Some(user) = user {
            visits.held::<Session>().unwrap().update(|session| session.user = Some(user)).unwrap();
        }
        let sent: usize = shop.answer(&visits).iter().map(|cookie| cookie.name.len() + cookie.value.len()).sum();
        assert!(sent < 1_700, "{sent} bytes would be a 502 behind a proxy that takes 1,700");
    };
    // The session takes most of the answer.
    look(&mut shop, Some("u".repeat(700)));
    assert_eq!(bases(&shop), 0);
    look(&mut shop, None);
    assert_eq!(bases(&shop), 1);
    assert_eq!(shop.quantity("dish 19"), 1);
}

#[test]
fn the_name_of_a_jar_is_what_its_cookies_begin_with() {
    let sealer = Sealer::<Session>::encrypted(&shared_ring()).lifetime(Lifetime::absolute(Duration::from_secs(60)));
    let sessions = Jar::builder("session", sealer).build().unwrap();
    assert_eq!(MergedJar::<Goodies>::new("cart", &sessions).unwrap().name(), "__Host-cart");
}

/// A request that has nothing to do with the cart leaves its cookies alone, however much there is to fold.
#[test]
fn who_does_not_ask_for_the_cart_writes_nothing_of_it() {
    let mut shop = Shop::open();
    for number in 0..6 {
        shop.add(&format!("soup {number}"), 1);
        shop.clock.advance(Duration::from_secs(200));
    }
    let visits = shop.request();
    visits.held::<Session>().unwrap().update(|_| ()).unwrap();
    let lines = visits.plan().into_set_cookie();
    assert!(lines.len() == 1 && lines[0].starts_with("__Host-session="), "{lines:?}");
    // There was something to do.
    let visits = shop.request();
    cart(&visits).read(|_| ());
    assert!(visits.plan().set_cookie().iter().any(|line| line.starts_with("__Host-cart")));
}

/// Operations of a program that says no more of its state than it must.
/// Nor after a login, while the session still says what was before it: that came along with the login itself.
#[test]
fn after_a_login_the_cart_is_left_alone_as_well() {
    let mut shop = Shop::open();
    let visits = shop.request();
    visits.held::<Session>().unwrap().replace_with(|_| user("ann")).unwrap();
    shop.answer(&visits);
    for n in 0..8 {
        shop.add(&format!("dish {n}"), 1);
    }
    shop.clock.advance(Duration::from_secs(60));
    let is_of_cart = |line: &String| line.starts_with("__Host-cart");
    let visits = shop.request();
    visits.held::<Session>().unwrap().update(|_| ()).unwrap();
    let lines = visits.plan().into_set_cookie();
    assert!(lines.len() == 1 && !lines.iter().any(is_of_cart), "{lines:?}");
    let visits = shop.request();
    cart(&visits).read(|_| ());
    assert!(visits.plan().set_cookie().iter().any(is_of_cart), "who looks tidies up");
}

/// A base goes out if the answer has room for just its line, to the byte.
#[test]
fn the_line_of_a_base_is_counted_to_the_byte() {
    let mut shop = Shop::open();
    for n in 0..8 {
        shop.add(&format!("dish {n}"), 1);
    }
    shop.clock.advance(Duration::from_secs(60));
    let lines = |answer: usize| {
        let jars = jars_within(&shop.ring, &shop.clock, Budget::default().answer(answer));
        let visits = Visits::new(jars, shop.browser.cookies("/", shop.clock.time()));
        cart(&visits).read(|_| ());
        visits.plan().into_set_cookie()
    };
    let all = lines(4_000);
    let [base] = &all[..] else { panic!("{all:?}") };
    let needed = base.len() + "Set-Cookie: \r\n".len();
    assert_eq!(lines(needed).len(), 1);
    assert!(lines(needed - 1).is_empty());
}

#[test]
fn a_mergeable_state_has_no_barriers_and_is_measured_by_its_fields() {
    use orderslip::merge::{Mergeable, Set};
    #[derive(Clone, Default, Serialize, Deserialize)]
    struct Diary {
        days: Vec<String>,
        title: String,
    }
    impl SlipState for Diary {
        const PURPOSE: &'static str = "shop.example/diary";
        const VERSION: u16 = 1;
    }
    impl Mergeable for Diary {
        type Op = Set;
        fn apply(&mut self, op: &Set) {
            self.days.push(op.0.clone());
        }
    }
    assert!(!Diary::is_barrier(&Set("a".into(), None)));
    let sizes = Diary { days: vec!["x".repeat(50)], title: "t".into() }.sizes();
    assert_eq!(sizes.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["days", "title"]);
    assert!(sizes[0].1 > 50 && sizes[1].1 < 10, "{sizes:?}");
}
