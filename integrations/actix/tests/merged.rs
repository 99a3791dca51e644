//! Mergeable state under actix-web: a write that is refused is answered 503, and `Retry-After` says when the same may be asked again.
#![allow(clippy::unwrap_used, reason = "a failing test should stop where it fails")]

use actix_web::{
    App, HttpRequest,
    http::header::{COOKIE, RETRY_AFTER, SET_COOKIE},
    test::{TestRequest, call_service, init_service},
    web::{self, Data},
};
use orderslip::{
    Alg, Error, Key, Keyring, Lifetime, Sealer, SlipState, UnixTime,
    cookie::{Jar, Jars, MergedJar},
    merge::{Cart, Line},
    testing::TestClock,
};
use orderslip_actix::{Failure, Merged, Slips};
use serde::{Deserialize, Serialize};
use std::time::Duration;

#[derive(Default, Serialize, Deserialize)]
struct Visitor {}

impl SlipState for Visitor {
    const PURPOSE: &'static str = "shop.example/visitor";
    const VERSION: u16 = 1;
}

struct Goods;

impl Line for Goods {
    const PURPOSE: &'static str = "shop.example/cart";
    const VERSION: u16 = 1;
}

async fn add(cart: Merged<Cart<Goods>>) -> Result<&'static str, Failure> {
    cart.with(|cart| cart.add("soup", 1))??;
    Ok("added")
}

/// Takes longer than an answer may take that adds something.
async fn dawdle(clock: Data<TestClock>, cart: Merged<Cart<Goods>>) -> Result<&'static str, Failure> {
    cart.with(|cart| cart.add("soup", 1))??;
    clock.advance(Duration::from_secs(61));
    Ok("added")
}

async fn ask_a_store(_: HttpRequest) -> Result<&'static str, Failure> {
    Err(Error::unavailable("nobody answers").into())
}

#[actix_web::test]
async fn what_is_refused_says_when_it_may_be_asked_again() {
    let clock = TestClock::new(UnixTime::from_secs(1_800_000_000));
    let ring = Keyring::new(vec![Key::generate(Alg::HkdfA256Gcm).unwrap()]).unwrap();
    let day = Lifetime::absolute(Duration::from_secs(86_400));
    let visitors = Sealer::<Visitor>::encrypted(&ring).lifetime(day).clock(clock.clone());
    let visitors = Jar::builder("visitor", visitors).build().unwrap();
    let carts = MergedJar::<Cart<Goods>>::new("cart", &visitors).unwrap();
    let jars = Jars::new().with(visitors).unwrap().with_merged(carts).unwrap();
    let app = App::new()
        .app_data(Data::new(clock.clone()))
        .wrap(Slips::new(jars))
        .route("/add", web::get().to(add))
        .route("/dawdle", web::get().to(dawdle))
        .route("/store", web::get().to(ask_a_store));
    let app = init_service(app).await;
    let mut session = String::new();
    for (path, more, status, seconds) in [
        ("/add", String::new(), 503, "1"),                        // It begins the session.
        ("/add", String::new(), 200, ""),                         // The same once more.
        ("/add", format!("; o={}", "x".repeat(7_900)), 503, "1"), // The header has no room.
        ("/dawdle", String::new(), 503, "1"),                     // It comes too late.
        ("/store", String::new(), 503, "5"),                      // What a second does not mend.
    ] {
        let request = TestRequest::get().uri(path).insert_header((COOKIE, format!("{session}{more}")));
        let answer = call_service(&app, request.to_request()).await;
        let retry = answer.headers().get(RETRY_AFTER).map_or("", |field| field.to_str().unwrap());
        assert_eq!((answer.status().as_u16(), retry), (status, seconds), "{path} with {} bytes more", more.len());
        if session.is_empty() {
            let line = answer.headers().get(SET_COOKIE).unwrap().to_str().unwrap();
            assert!(line.starts_with("__Host-visitor="), "{line}");
            session = line.split(';').next().unwrap().to_owned();
        }
    }
}
