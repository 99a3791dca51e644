//! What is answered when there is no slip, when there is one that this server cannot read, and when the program is wrong.

use crate::{
    kit::{self, NOW},
    shop::{NextSession, Shop, jar, routes},
    wire::serve,
};
use orderslip::testing::mint;

#[tokio::test]
async fn who_needs_a_slip_is_not_called_without_one() {
    let mut shop = Shop::open().await;
    for cookies in ["", "__Host-session=junk", "__Host-session=", "session=x"] {
        let answer = shop.server.get("/whoami", cookies).await;
        assert_eq!((answer.status, answer.body.as_str()), (401, ""), "{cookies:?}");
        assert_eq!(shop.server.get("/perhaps", cookies).await.body, "false");
        assert_eq!(shop.server.get("/or-login", cookies).await.field("location"), "/login");
    }
    shop.visit("/login").await;
    assert_eq!(shop.visit("/whoami").await.body, "Some(\"ada\")");
    assert_eq!(shop.visit("/perhaps").await.body, "true");
    assert_eq!(shop.visit("/or-login").await.body, "in");
}

#[tokio::test]
async fn an_authentic_slip_of_a_newer_version_is_held() {
    let keys = kit::shared_ring();
    let mut shop = Shop::with(routes(), &keys).await;
    let newer = jar::<NextSession>("session", &keys, &shop.clock).build().unwrap();
    let cookie = mint(&newer, &NextSession { user: Some("ada".into()), tenant: 7 }, NOW).unwrap();
    for refused in ["/whoami", "/count"] {
        let answer = shop.server.get(refused, &cookie).await;
        assert_eq!((answer.status, answer.field("retry-after").as_str()), (503, "5"), "{refused}");
        assert!(answer.set_cookie().is_empty(), "{refused}");
    }
    for read in ["/", "/perhaps"] {
        let answer = shop.server.get(read, &cookie).await;
        assert_eq!((answer.status, answer.set_cookie().len()), (200, 0), "{read}");
    }
    // Who says that it is to be overwritten has it overwritten.
    shop.browser.plant(&cookie, NOW);
    assert_eq!(shop.visit("/adopt").await.named(), ["__Host-session"]);
    assert_eq!(shop.visit("/count").await.body, "1");
}

#[tokio::test]
async fn an_unknown_key_locks_nobody_out() {
    let mut shop = Shop::with(routes(), &kit::shared_ring()).await;
    let elsewhere = jar::<NextSession>("session", &kit::shared_ring(), &shop.clock).build().unwrap();
    shop.browser.plant(&mint(&elsewhere, &NextSession::default(), NOW).unwrap(), NOW);
    assert_eq!(shop.visit("/whoami").await.status, 401);
    let read = shop.visit("/").await;
    assert_eq!(
        (read.body.as_str(), read.set_cookie().len()),
        (r#"None [] "" Unreadable"#, 0),
        "kept, for it may be good elsewhere"
    );
    assert_eq!(shop.visit("/login").await.named(), ["__Host-session"]);
    assert_eq!(shop.visit("/whoami").await.body, "Some(\"ada\")");
}

#[tokio::test]
async fn what_does_not_fit_is_said_and_the_client_keeps_what_it_had() {
    let mut shop = Shop::open().await;
    shop.visit("/add").await;
    let before = shop.browser.header("/", NOW);
    let answer = shop.visit("/stuff").await;
    assert_eq!((answer.status, answer.set_cookie().len()), (413, 0));
    assert_eq!(shop.browser.header("/", NOW), before);
    assert_eq!(shop.lines(), ["soup", "bread"]);
}

#[tokio::test]
async fn a_program_that_is_wrong_says_so() {
    let bare = serve(routes()).await;
    for path in ["/", "/whoami", "/perhaps", "/or-login", "/add"] {
        assert_eq!(bare.get(path, "").await.status, 500, "{path} without the layer");
    }
    let shop = Shop::open().await;
    for path in ["/stranger", "/needed-stranger"] {
        let answer = shop.server.get(path, "").await;
        assert_eq!((answer.status, answer.body.as_str()), (500, ""), "{path} without a jar");
    }
}
