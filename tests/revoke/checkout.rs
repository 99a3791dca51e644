//! Checkouts over a list of what was done once: parallel ones, and ones whose answer was lost.

use crate::{
    kit::{HOUR, NOW, later, shared_ring},
    world::{DAY, Session, Told},
};
use orderslip::{
    Error, Lifetime, Sealer, UnixTime,
    cookie::{Jar, Jars, Merged, MergedJar, Placed, Visits},
    merge::{Cart, CartOp, Line},
    revoke::{MAX_RECORD, MemoryStore, Redeemed, Redeemer, Redemption},
    testing::{Browser, TestClock},
};
use std::sync::Arc;

struct Goods;

impl Line for Goods {
    const PURPOSE: &'static str = "shop.example/cart";
    const VERSION: u16 = 1;
}

struct Shop {
    clock: TestClock,
    jars: Arc<Jars>,
    browser: Browser,
    list: MemoryStore,
    orders: Redeemer,
}

const UNTIL: UnixTime = UnixTime::from_secs(NOW.as_secs() + 30 * 86_400);

impl Shop {
    /// With a session, and two soups in its cart.
    async fn open() -> Self {
        let clock = TestClock::new(NOW);
        let life = Lifetime::absolute(DAY).idle(HOUR);
        let sealer = Sealer::<Session>::encrypted(&shared_ring()).lifetime(life).clock(clock.clone());
        let sessions = Jar::builder("session", sealer).build().unwrap();
        let carts = MergedJar::<Cart<Goods>>::new("cart", &sessions).unwrap();
        let jars = Arc::new(Jars::new().with(sessions).unwrap().with_merged(carts).unwrap());
        let list = MemoryStore::new(1_000).that_knows_all_since(UnixTime::from_secs(0));
        let orders = Redeemer::new(list.clone());
        let mut shop = Self { clock, jars, browser: Browser::at("https://shop.example"), list, orders };
        let visits = shop.request();
        shop.cart(&visits).read(|_| ());
        shop.answer(&visits);
        for _ in 0..2 {
            shop.add("soup");
        }
        shop
    }

    fn request(&self) -> Visits {
        Visits::new(Arc::clone(&self.jars), self.browser.cookies("/", self.clock.time()))
    }

    fn cart(&self, visits: &Visits) -> Merged<Cart<Goods>> {
        visits.merged().unwrap()
    }

    fn answer(&mut self, visits: &Visits) {
        let stored = self.browser.receive(visits.plan().set_cookie(), self.clock.time());
        assert!(stored.iter().all(Result::is_ok));
    }

    fn add(&mut self, sku: &str) {
        let visits = self.request();
        self.cart(&visits).update(&CartOp::Add(sku.into(), 1)).unwrap();
        self.answer(&visits);
    }

    async fn buy(&self, visits: &Visits) -> Result<Placed, Error> {
        self.cart(visits).check_out(&self.orders, UNTIL, order).await
    }

    fn lines(&self) -> Vec<(String, u32)> {
        let visits = self.request();
        self.cart(&visits).read(|cart| cart.lines().map(|(sku, quantity)| (sku.to_owned(), quantity)).collect())
    }
}

fn order(cart: &Cart<Goods>) -> Vec<u8> {
    cart.lines().map(|(sku, quantity)| format!("{quantity} {sku};")).collect::<String>().into_bytes()
}

#[tokio::test]
async fn t26_a_checkout_places_one_order() {
    let mut shop = Shop::open().await;
    let visits = shop.request();
    let placed = shop.buy(&visits).await.unwrap();
    assert_eq!((placed.order.as_slice(), placed.is_known), (&b"2 soup;"[..], false));
    shop.answer(&visits);
    assert!(shop.lines().is_empty());

    // What is bought afterwards is another order.
    shop.add("bread");
    let visits = shop.request();
    let next = shop.buy(&visits).await.unwrap();
    assert_eq!((next.order.as_slice(), next.is_known), (&b"1 bread;"[..], false));
    assert_ne!(next.key, placed.key);
    shop.answer(&visits);
    assert_eq!(shop.list.len(), 2);
}

#[tokio::test]
async fn t26_parallel_checkouts_place_one_order_and_take_out_the_same() {
    let mut shop = Shop::open().await;
    let first = shop.request();
    // The second tab has seen one more.
    shop.add("bread");
    let second = shop.request();
    let (one, two) = tokio::join!(shop.buy(&first), shop.buy(&second));
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!((one.key, &one.order), (two.key, &two.order));
    assert_eq!([one.is_known, two.is_known], [false, true]);
    shop.answer(&second);
    shop.answer(&first);
    assert_eq!(shop.lines(), [("bread".to_owned(), 1)], "what was not ordered stays");
    assert_eq!(shop.list.len(), 1);
}

#[tokio::test]
async fn t26_a_checkout_whose_answer_is_lost_is_found_again() {
    let mut shop = Shop::open().await;
    let lost = shop.request();
    let placed = shop.buy(&lost).await.unwrap();
    drop(lost);
    assert_eq!(shop.lines(), [("soup".to_owned(), 2)], "the browser has not heard of it");

    // At once, by the visitor who clicks again:
    let again = shop.request();
    let found = shop.buy(&again).await.unwrap();
    assert_eq!((found.key, &found.order, found.is_known), (placed.key, &placed.order, true));
    shop.answer(&again);
    assert!(shop.lines().is_empty());
    assert_eq!(shop.list.len(), 1);
}

#[tokio::test]
async fn t26_a_checkout_whose_answer_is_lost_is_found_hours_later() {
    let mut shop = Shop::open().await;
    let lost = shop.request();
    let placed = shop.buy(&lost).await.unwrap();
    drop(lost);
    shop.add("bread");
    for hour in 1..=2 {
        shop.clock.set(later(hour * 3_000));
        let visits = shop.request();
        shop.cart(&visits).read(|_| ());
        visits.held::<Session>().unwrap().touch();
        shop.answer(&visits);
    }
    // The first barrier is too old. The second answer is lost as well, and the third one takes the same out.
    for is_lost in [true, false] {
        let visits = shop.request();
        let found = shop.buy(&visits).await.unwrap();
        assert_eq!((found.key, &found.order, found.is_known), (placed.key, &placed.order, true));
        if !is_lost {
            shop.answer(&visits);
        }
    }
    assert_eq!(shop.lines(), [("bread".to_owned(), 1)]);
    assert_eq!(shop.list.len(), 2, "the order, and what takes it out instead");
}

#[tokio::test]
async fn t26_a_list_that_is_down_places_nothing_and_takes_nothing_out() {
    let mut shop = Shop::open().await;
    let working = shop.orders.clone();
    shop.orders = Redeemer::new(Told::to(Err(Error::unavailable("down"))));
    let visits = shop.request();
    assert!(shop.buy(&visits).await.unwrap_err().is_unavailable());
    shop.answer(&visits);
    assert_eq!(shop.lines(), [("soup".to_owned(), 2)]);
    shop.orders = working;
    let visits = shop.request();
    assert!(!shop.buy(&visits).await.unwrap().is_known);
}

#[tokio::test]
async fn t26_what_is_no_order_is_not_taken_for_one() {
    let mut shop = Shop::open().await;
    // An order that is too large is refused before anything is kept.
    let visits = shop.request();
    let large = shop.cart(&visits).check_out(&shop.orders, UNTIL, |_| vec![0; MAX_RECORD]).await;
    assert!(large.unwrap_err().is_too_large());
    assert_eq!((shop.list.len(), shop.lines().len()), (0, 1));

    // Something else stands under the key: nobody's fault here, and no order.
    let key = shop.cart(&visits).with(|cart| cart.idempotency_key()).unwrap();
    for junk in
        [&b""[..], &[0, 0, 0, 9, 1], &[0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF], &[0; 8], &[0, 0, 0, 1, 7, 0, 0, 0, 1, 0xA0]]
    {
        shop.list = MemoryStore::new(10).that_knows_all_since(UnixTime::from_secs(0));
        shop.orders = Redeemer::new(shop.list.clone());
        let redemption = Redemption::of_checkout(&key, UNTIL).with_record(junk);
        assert_eq!(shop.orders.redeem(&redemption).await.unwrap(), Redeemed::Now);
        let visits = shop.request();
        let error = shop.buy(&visits).await.unwrap_err();
        assert!(error.is_unavailable() || error.is_unreadable(), "{error:?}");
        shop.answer(&visits);
        assert_eq!(shop.lines().len(), 1);
    }
}
