//! Mergeable state behind the layer: a write that is refused is answered 503, and `Retry-After` says when the same may be asked again.

use crate::{
    kit::{HOUR, NOW, shared_ring},
    wire::{Answer, Server, serve},
};
use axum::{Router, extract::State, routing::get};
use orderslip::{
    Error, Lifetime, Sealer, SlipState,
    cookie::{Jar, Jars, Merged, MergedJar},
    merge::{Cart, Line},
    testing::{Browser, TestClock, mint},
    web::SlipLayer,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

#[derive(Default, Serialize, Deserialize)]
struct Visitor {}

impl SlipState for Visitor {
    const PURPOSE: &'static str = "shop.example/visitor";
    const VERSION: u16 = 1;
}

/// What the next release makes of it.
#[derive(Default, Serialize, Deserialize)]
struct NextVisitor {}

impl SlipState for NextVisitor {
    const PURPOSE: &'static str = Visitor::PURPOSE;
    const VERSION: u16 = 2;
}

struct Goods;

impl Line for Goods {
    const PURPOSE: &'static str = "shop.example/merged-cart";
    const VERSION: u16 = 1;
}

async fn look(cart: Merged<Cart<Goods>>) -> String {
    cart.read(|cart| cart.quantity("soup")).to_string()
}

async fn add(cart: Merged<Cart<Goods>>) -> Result<&'static str, Error> {
    cart.with(|cart| cart.add("soup", 1))??;
    Ok("added")
}

/// Takes longer than an answer may take that adds something.
async fn dawdle(State(clock): State<TestClock>, cart: Merged<Cart<Goods>>) -> Result<&'static str, Error> {
    cart.with(|cart| cart.add("soup", 1))??;
    clock.advance(Duration::from_secs(61));
    Ok("added")
}

async fn ask_a_store() -> Error {
    Error::unavailable("nobody answers")
}

struct Shop {
    server: Server,
    newer: Jar<NextVisitor>,
    clock: TestClock,
    browser: Browser,
}

impl Shop {
    async fn open() -> Self {
        let (ring, clock) = (shared_ring(), TestClock::new(NOW));
        let day = Lifetime::absolute(24 * HOUR);
        let visitors = Sealer::<Visitor>::encrypted(&ring).lifetime(day).clock(clock.clone());
        let visitors = Jar::builder("visitor", visitors).build().unwrap();
        let newer = Sealer::<NextVisitor>::encrypted(&ring).lifetime(day).clock(clock.clone());
        let newer = Jar::builder("visitor", newer).build().unwrap();
        let carts = MergedJar::<Cart<Goods>>::new("cart", &visitors).unwrap();
        let jars = Jars::new().with(visitors).unwrap().with_merged(carts).unwrap();
        let routes = Router::new()
            .route("/", get(look))
            .route("/add", get(add))
            .route("/dawdle", get(dawdle))
            .route("/store", get(ask_a_store));
        let server = serve(routes.with_state(clock.clone()).layer(SlipLayer::new(jars))).await;
        Self { server, newer, clock, browser: Browser::at("https://shop.example") }
    }

    async fn visit(&mut self, path: &str) -> Answer {
        let answer = self.server.get(path, self.browser.header("/", self.clock.time())).await;
        let taken = self.browser.receive(&answer.set_cookie(), self.clock.time());
        assert!(taken.iter().all(Result::is_ok), "{path}: {taken:?}");
        answer
    }
}

fn retry(answer: &Answer) -> (u16, String) {
    (answer.status, answer.field("retry-after"))
}

fn refused(seconds: &str) -> (u16, String) {
    (503, seconds.to_owned())
}

#[tokio::test]
async fn a_first_write_begins_the_session_and_is_asked_again_a_second_later() {
    let mut shop = Shop::open().await;
    let first = shop.visit("/add").await;
    assert_eq!((retry(&first), first.named()), (refused("1"), vec!["__Host-visitor"]));
    assert_eq!(shop.visit("/").await.body, "0", "it was not done");
    let again = shop.visit("/add").await;
    assert_eq!((again.status, again.body.as_str()), (200, "added"));
    assert_eq!(shop.visit("/").await.body, "1");
}

#[tokio::test]
async fn a_write_for_which_the_header_has_no_room_is_asked_again_a_second_later() {
    let mut shop = Shop::open().await;
    shop.visit("/").await;
    // Others may fill a browser's header, too.
    let full = format!("{}; other={}", shop.browser.header("/", NOW), "x".repeat(7_900));
    let answer = shop.server.get("/add", &full).await;
    assert_eq!((retry(&answer), answer.set_cookie()), (refused("1"), vec![]));
    assert_eq!(shop.visit("/add").await.status, 200, "when there is room again");
}

#[tokio::test]
async fn an_answer_that_came_too_late_is_asked_again_a_second_later() {
    let mut shop = Shop::open().await;
    shop.visit("/").await;
    let late = shop.visit("/dawdle").await;
    assert_eq!((retry(&late), late.set_cookie()), (refused("1"), vec![]), "whatever its handler said");
    assert_eq!(shop.visit("/").await.body, "0");
}

#[tokio::test]
async fn what_a_second_does_not_mend_is_asked_again_later() {
    let mut shop = Shop::open().await;
    assert_eq!(retry(&shop.visit("/store").await), refused("5"));
    // A deploy is under way, and this server is not of the newer version yet.
    let newer = mint(&shop.newer, &NextVisitor::default(), NOW).unwrap();
    assert_eq!(retry(&shop.server.get("/add", &newer).await), refused("5"));
}
