//! What is answered when there is no slip, when there is one that this server cannot read, and when the program is wrong.

use crate::{
    kit::{self, NOW},
    shop::{NextSession, Shop, Stranger, Theme, jar, routes},
    wire::serve,
};
use axum::{Router, routing::get};
use orderslip::{
    Error, Old, SlipState,
    cookie::{Held, Jars, Required},
    testing::{TestClock, mint},
    web::SlipLayer,
};
use serde::{Deserialize, Serialize};

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
    for refused in ["/whoami", "/perhaps", "/count"] {
        let answer = shop.server.get(refused, &cookie).await;
        assert_eq!((answer.status, answer.field("retry-after").as_str()), (503, "5"), "{refused}");
        assert!(answer.set_cookie().is_empty(), "{refused}");
    }
    let read = shop.server.get("/", &cookie).await;
    assert_eq!((read.status, read.set_cookie().len()), (200, 0));
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
    assert_eq!((shop.visit("/whoami").await.status, shop.visit("/perhaps").await.body.as_str()), (401, "false"));
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

/// An upgrade that asks somebody who does not answer, or that finds out that the slip has been revoked.
#[tokio::test]
async fn an_upgrade_that_fails_otherwise_is_no_forgery() {
    let keys = kit::shared_ring();
    let clock = TestClock::new(NOW);
    let old = jar::<Theme>("theme", &keys, &clock).build().unwrap();
    let app = Router::new().route("/read", get(async |theme: Held<Asking>| theme.read(|theme| theme.0.clone())));
    let app = app.route("/write", get(async |theme: Held<Asking>| theme.update(|theme| theme.0 = "dark".into())));
    let app = app.route("/need", get(async |_: Required<Asking>| ()));
    let jars = Jars::new().with(jar::<Asking>("theme", &keys, &clock).build().unwrap()).unwrap();
    let server = serve(app.layer(SlipLayer::new(jars))).await;
    for (asked, wanted) in [("down", [200, 503, 503]), ("wrong", [200, 500, 500]), ("revoked", [200, 200, 401])] {
        let cookie = mint(&old, &Theme(asked.into()), NOW).unwrap();
        let is_over = asked == "revoked";
        for (path, status) in ["/read", "/write", "/need"].into_iter().zip(wanted) {
            let answer = server.get(path, &cookie).await;
            assert_eq!((answer.status, answer.set_cookie().len()), (status, usize::from(is_over)), "{asked} {path}");
        }
    }
}

/// What the next release makes of a theme.
#[derive(Default, Serialize, Deserialize)]
struct Asking(String);

impl SlipState for Asking {
    const PURPOSE: &'static str = Theme::PURPOSE;
    const VERSION: u16 = 2;

    fn upgrade(old: Old<'_>) -> Result<Self, Error> {
        match old.decode::<Theme>()?.0.as_str() {
            "down" => Err(Error::unavailable("nobody answers")),
            "revoked" => Err(Error::revoked()),
            _ => Err(Jars::new().jar::<Stranger>().map(|_| ()).unwrap_err()),
        }
    }
}
