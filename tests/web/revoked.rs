//! Slips that were ended from elsewhere, over real sockets: one line in the jar, and every extractor knows.

use crate::{
    kit::{HOUR, NOW, shared_ring},
    shop::{self, Cart, Session, Theme, routes},
    wire::{Answer, serve},
};
use axum::{Router, extract::FromRef, routing::get};
use orderslip::{
    Error, Keyring, Lifetime, Opener, Sealer, UnixTime,
    cookie::Jars,
    revoke::{Guard, MemoryStore, Query, Revocation, Revocations, SlipRef, Verdict},
    testing::{Browser, TestClock},
    web::{CheckedBearer, NotBearer, SlipLayer},
};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// A list that can be unplugged.
#[derive(Clone)]
struct Plugged(MemoryStore, Arc<AtomicBool>);

impl Plugged {
    fn is_there(&self) -> Result<(), Error> {
        if self.1.load(Ordering::Relaxed) { Ok(()) } else { Err(Error::unavailable("unplugged")) }
    }
}

impl Revocations for Plugged {
    async fn revoke(&self, revocation: &Revocation) -> Result<(), Error> {
        self.is_there()?;
        self.0.revoke(revocation).await
    }

    async fn look_up(&self, query: &Query) -> Result<Verdict, Error> {
        self.is_there()?;
        self.0.look_up(query).await
    }
}

fn list() -> Plugged {
    Plugged(MemoryStore::new(100).that_knows_all_since(UnixTime::from_secs(0)), Arc::new(AtomicBool::new(true)))
}

/// The shop, its session guarded.
fn app(keys: &Keyring, guard: &Guard) -> (Router, Arc<Jars>) {
    let clock = TestClock::new(NOW);
    let session = shop::jar::<Session>("session", keys, &clock).revocations(guard).build().unwrap();
    let cart = shop::jar::<Cart>("cart", keys, &clock).build().unwrap();
    let theme = shop::jar::<Theme>("theme", keys, &clock).build().unwrap();
    let jars = Arc::new(Jars::new().with(session).unwrap().with(cart).unwrap().with(theme).unwrap());
    (routes().layer(SlipLayer::new(Arc::clone(&jars))), jars)
}

#[tokio::test]
async fn t26_every_extractor_knows_what_was_revoked() {
    let (keys, list) = (shared_ring(), list());
    let guard = Guard::fail_closed(list.clone());
    let (router, jars) = app(&keys, &guard);
    let server = serve(router).await;
    let jar = jars.jar::<Session>().unwrap();
    let state = Session { user: Some("ada".into()), seen: 0 };
    let token = jar.mint_at(&state, NOW).unwrap();
    let pair = format!("{}={token}", jar.name());
    let ask = async |path: &str| -> Answer { server.get(path, &pair).await };

    assert_eq!(ask("/").await.body, r#"Some("ada") [] "" Opened"#);
    assert_eq!(ask("/whoami").await.body, r#"Some("ada")"#);

    // Unplugged: nothing is lost, nothing is let in, and whoever can wait is told for how long.
    list.1.store(false, Ordering::Relaxed);
    let down = ask("/").await;
    assert_eq!((down.body.as_str(), down.set_cookie().len()), (r#"None [] "" Unreadable"#, 0));
    for path in ["/whoami", "/perhaps"] {
        let who = ask(path).await;
        assert_eq!((who.status, who.field("retry-after").as_str(), who.set_cookie().len()), (503, "5", 0), "{path}");
    }
    assert_eq!(ask("/adopt").await.status, 200, "what begins anew asks nobody");
    list.1.store(true, Ordering::Relaxed);
    assert_eq!(ask("/").await.body, r#"Some("ada") [] "" Opened"#, "and it goes on");

    let slip = {
        let mut visit = jar.visit_at(orderslip::cookie::Cookies::from_fields([pair.as_bytes()]), NOW);
        visit.check().await;
        SlipRef::of(visit.slip().unwrap())
    };
    guard.revoke_ref(&slip).await.unwrap();
    let over = ask("/").await;
    assert_eq!(over.body, r#"None [] "" Revoked"#);
    assert_eq!(over.named(), ["__Host-session"], "the cookie goes");
    assert!(over.set_cookie()[0].contains("Max-Age=0"));
    assert_eq!((ask("/whoami").await.status, ask("/perhaps").await.body.as_str()), (401, "false"));
    assert_eq!(ask("/or-login").await.field("location"), "/login");

    // Another browser, another slip.
    let mut browser = Browser::at("https://shop.example");
    browser.plant(&orderslip::testing::mint(jar, &state, NOW).unwrap(), NOW);
    assert_eq!(server.get("/", browser.header("/", NOW)).await.body, r#"Some("ada") [] "" Opened"#);
}

#[derive(Clone)]
struct Devices {
    sealer: Sealer<Session>,
    guard: Guard,
}

impl FromRef<Devices> for Opener<Session> {
    fn from_ref(devices: &Devices) -> Self {
        devices.sealer.opener()
    }
}

impl FromRef<Devices> for Guard {
    fn from_ref(devices: &Devices) -> Self {
        devices.guard.clone()
    }
}

async fn whoami(bearer: Result<CheckedBearer<Session>, NotBearer>) -> Result<String, NotBearer> {
    bearer.map(|CheckedBearer(slip)| format!("{:?}", slip.state().user))
}

#[tokio::test]
async fn t26_bearers_are_checked_too() {
    let (keys, clock, list) = (shared_ring(), TestClock::new(NOW), list());
    let sealer = Sealer::encrypted(&keys).lifetime(Lifetime::absolute(HOUR)).clock(clock).build().unwrap();
    let guard = Guard::fail_closed(list.clone());
    let token = sealer.seal(&Session { user: Some("ada".into()), seen: 0 }).unwrap();
    let app = Devices { sealer: sealer.clone(), guard: guard.clone() };
    let server = serve(Router::new().route("/", get(whoami)).with_state(app)).await;
    let field = [format!("Authorization: Bearer {token}")];
    let ask = async || -> Answer { server.send("GET", "/", &field).await };

    assert_eq!(ask().await.body, r#"Some("ada")"#);
    list.1.store(false, Ordering::Relaxed);
    let down = ask().await;
    assert_eq!((down.status, down.field("retry-after").as_str()), (503, "5"));
    assert!(down.all("www-authenticate").is_empty(), "the token may well be good");
    list.1.store(true, Ordering::Relaxed);
    guard.revoke(&sealer.open(&token).unwrap()).await.unwrap();
    let over = ask().await;
    assert_eq!((over.status, over.field("www-authenticate").as_str()), (401, "Bearer error=\"invalid_token\""));
    let nothing: [&str; 0] = [];
    assert_eq!(server.send("GET", "/", &nothing).await.field("www-authenticate"), "Bearer");
}
