//! What handlers write reaches the client with every kind of answer.

use crate::{
    kit::NOW,
    shop::{Session, Shop, Theme, catch, jars, routes},
    wire::serve,
};
use axum::{Router, middleware, routing::get};
use orderslip::{Keyring, cookie::Held, testing::TestClock, web::SlipLayer};

#[tokio::test]
async fn several_types_of_state_live_in_one_app() {
    let mut shop = Shop::open().await;
    let first = shop.visit("/").await;
    assert_eq!((first.status, first.body.as_str()), (200, "None [] \"\" Absent"));
    assert!(first.set_cookie().is_empty(), "nothing is written unless somebody writes");

    assert_eq!(shop.visit("/add").await.named(), ["__Host-cart"]);
    assert_eq!(shop.visit("/dark").await.named(), ["__Host-theme"]);
    assert_eq!(shop.visit("/login").await.named(), ["__Host-session"]);
    assert_eq!(shop.visit("/").await.body, r#"Some("ada") ["soup", "bread"] "dark" Opened"#);

    let session = shop.browser.header("/", NOW);
    let out = shop.visit("/logout").await;
    assert_eq!(out.named().len(), 2, "the end of the session, and its tombstone: {:?}", out.named());
    assert!(out.set_cookie()[1].starts_with("__Host-session=; Max-Age=0; "));
    assert_eq!(shop.visit("/").await.body, r#"None ["soup", "bread"] "dark" Absent"#);

    // An answer that was in flight puts the session back, and this browser knows better.
    let late = session.split("; ").find(|pair| pair.starts_with("__Host-session=")).unwrap();
    shop.browser.plant(late, NOW);
    assert_eq!(shop.visit("/").await.body, r#"None ["soup", "bread"] "dark" LoggedOut"#);
}

#[tokio::test]
async fn extracted_twice_it_is_the_same_slip() {
    let mut shop = Shop::open().await;
    let answer = shop.visit("/add").await;
    assert_eq!((answer.body.as_str(), answer.set_cookie().len()), ("2", 1), "one cookie with both");
    assert_eq!(shop.lines(), ["soup", "bread"]);
    // Before, in and after the handler:
    let answer = shop.visit("/counted").await;
    assert_eq!((answer.body.as_str(), answer.set_cookie().len()), ("2", 1));
    assert_eq!(shop.state::<Session>().unwrap().seen, 12);
}

#[tokio::test]
async fn writes_reach_redirects_errors_and_the_answers_of_inner_layers() {
    let mut shop = Shop::open().await;
    let redirect = shop.visit("/login").await;
    assert_eq!((redirect.status, redirect.field("location").as_str()), (303, "/"));
    assert_eq!(shop.state::<Session>().unwrap().user.as_deref(), Some("ada"));

    let error = shop.visit("/fails").await;
    assert_eq!((error.status, error.body.as_str()), (409, "out of soup"));
    assert_eq!(shop.lines(), ["soup"]);

    let inner = shop.visit("/closed").await;
    assert_eq!((inner.status, inner.body.as_str()), (503, "closed"));
    assert_eq!(shop.state::<Theme>(), Some(Theme("closed".into())));
    for answer in [redirect, error, inner] {
        assert_eq!((answer.field("vary").as_str(), answer.field("cache-control").as_str()), ("cookie", "no-store"));
    }
}

#[tokio::test]
async fn of_a_handler_that_panics_what_it_wrote_whole_is_kept() {
    let mut shop = Shop::open().await;
    let answer = shop.visit("/panics").await;
    assert_eq!((answer.status, answer.named()), (500, vec!["__Host-cart"]));
    assert_eq!(shop.lines(), ["soup"], "and nothing of the update that did not come back");
}

#[tokio::test]
async fn a_panic_that_is_caught_outside_of_the_layer_leaves_the_client_what_it_had() {
    async fn panics(theme: Held<Theme>) {
        theme.update(|theme| theme.0 = "dark".into()).unwrap();
        panic!("as this test wants it")
    }
    let slips = SlipLayer::new(jars(&Keyring::generate().unwrap(), &TestClock::new(NOW)));
    let app = routes().merge(Router::new().route("/panics-plainly", get(panics)));
    let server = serve(app.layer(slips).layer(middleware::from_fn(catch))).await;
    let answer = server.get("/panics-plainly", "").await;
    assert_eq!((answer.status, answer.set_cookie().len()), (500, 0));
    assert_eq!(server.get("/dark", "").await.set_cookie().len(), 1, "and the server goes on");
}

#[tokio::test]
async fn a_slip_that_is_due_is_renewed_and_none_other() {
    let mut shop = Shop::open().await;
    shop.visit("/login").await;
    assert!(shop.visit("/").await.set_cookie().is_empty());
    shop.clock.advance(std::time::Duration::from_secs(1_800));
    assert_eq!(shop.visit("/").await.named(), ["__Host-session"], "half of the idle time has passed");
    shop.clock.advance(crate::kit::HOUR);
    let over = shop.visit("/whoami").await;
    assert_eq!((over.status, over.set_cookie().len()), (401, 0), "the browser has forgotten it as well");
}
