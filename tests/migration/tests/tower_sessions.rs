//! From tower-sessions with its cookie store, tower-sessions-cookie-store.
//!
//! What stands between the markers is printed in `src/manual/migration.md`.
#![expect(clippy::unwrap_used, reason = "a failing test should stop where it fails")]

mod kit;

use axum::{Router, body::Body, http::Request, routing::get};
use cookie::{Cookie, CookieJar, Key};
use kit::{NOW, UNTIL, goes_over, ring, session, value_of};
use orderslip::{Error, Keyring, Lifetime, Sealer, UnixTime};
use orderslip_migration::Session;
use std::time::Duration;
use time::OffsetDateTime;
use tower::ServiceExt;
use tower_sessions_cookie_store::{
    CookieController, CookieSessionConfig, CookieSessionManagerLayer, Expiry, PrivateCookie,
};

// docs: begin tower-before
async fn log_in(session: tower_sessions::Session) -> Result<(), tower_sessions::session::Error> {
    session.insert("user", 7).await?;
    session.insert("name", "Zoë; \"the cook\" = 100%").await?;
    session.insert("cart", [("SOUP", 2), ("CRÈME", 1)]).await
}

fn sessions(key: Key) -> CookieSessionManagerLayer<PrivateCookie> {
    let config = CookieSessionConfig::default().with_expiry(Expiry::OnInactivity(time::Duration::hours(8)));
    CookieSessionManagerLayer::private(key).with_config(config)
}
// docs: end

// docs: begin tower-after
fn from_tower_sessions(keys: &Keyring, old_key: Key, until: UnixTime) -> Result<Sealer<Session>, Error> {
    Sealer::encrypted(keys)
        .lifetime(Lifetime::absolute(Duration::from_secs(8 * 3600)).idle(Duration::from_secs(1800)))
        .adopt(until, move |text| {
            let cookie = Cookie::parse_encoded(format!("session={text}")).ok()?.into_owned();
            let cookie = CookieJar::new().private(&old_key).decrypt(cookie)?; // signed(&old_key).verify(cookie) of a signed one
            let record = tower_sessions_cookie_store::decode_record(cookie.value()).ok()?;
            if record.expiry_date <= OffsetDateTime::now_utc() {
                return None; // decoding looks at no date
            }
            let entry = |name| record.data.get(name).cloned();
            Some(Session {
                user: serde_json::from_value(entry("user")?).ok()?,
                name: serde_json::from_value(entry("name")?).ok()?,
                cart: entry("cart").map_or(Some(Vec::new()), |cart| serde_json::from_value(cart).ok())?,
            })
        })
        .build()
}
// docs: end

async fn whoami(session: tower_sessions::Session) -> String {
    session.get::<String>("name").await.unwrap().unwrap_or_default()
}

/// The answer of an old server: its `Set-Cookie`, if it has one, and its body.
async fn ask<C: CookieController>(
    sessions: CookieSessionManagerLayer<C>,
    path: &str,
    cookie: &str,
) -> (Option<String>, String) {
    let routes = Router::new()
        .route("/login", get(|session| async { log_in(session).await.unwrap() }))
        .route("/whoami", get(whoami));
    let request = Request::get(path).header("cookie", format!("session={cookie}")).body(Body::empty()).unwrap();
    let answer = routes.layer(sessions).oneshot(request).await.unwrap();
    assert!(answer.status().is_success());
    let set_cookie = answer.headers().get("set-cookie").map(|value| value.to_str().unwrap().to_owned());
    let body = axum::body::to_bytes(answer.into_body(), 65_536).await.unwrap();
    (set_cookie, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn a_private_session_goes_over() {
    let (key, ring) = (Key::generate(), ring());
    let set_cookie = ask(sessions(key.clone()), "/login", "").await.0.unwrap();
    let old = value_of(&set_cookie, "session");
    assert_eq!(ask(sessions(key.clone()), "/whoami", old).await.1, session().name, "it is live");
    goes_over(&from_tower_sessions(&ring, key, UNTIL).unwrap(), &ring, old);
}

/// The end is inside, the old server holds to it, and so do we.
#[tokio::test]
async fn an_expired_session_stays_expired() {
    let (key, ring) = (Key::generate(), ring());
    let sealer = from_tower_sessions(&ring, key.clone(), UNTIL).unwrap();
    let ends = |hours| OffsetDateTime::now_utc() + time::Duration::hours(hours);
    for (hours, live) in [(-3, false), (3, true)] {
        let config = CookieSessionConfig::default().with_expiry(Expiry::AtDateTime(ends(hours)));
        let layer = CookieSessionManagerLayer::private(key.clone()).with_config(config);
        let set_cookie = ask(layer, "/login", "").await.0.unwrap();
        let old = value_of(&set_cookie, "session");
        let name = ask(sessions(key.clone()), "/whoami", old).await.1;
        assert_eq!(name == session().name, live, "the old server, {hours} h");
        assert_eq!(sealer.open_at(old, NOW).is_ok(), live, "the new server, {hours} h");
        assert!(live || sealer.open_at(old, NOW).unwrap_err().is_rejected());
    }
}

#[tokio::test]
async fn a_signed_session_is_none_that_is_private() {
    let (key, ring) = (Key::generate(), ring());
    let set_cookie = ask(CookieSessionManagerLayer::signed(key.clone()), "/login", "").await.0.unwrap();
    let sealer = from_tower_sessions(&ring, key, UNTIL).unwrap();
    assert!(sealer.open_at(value_of(&set_cookie, "session"), NOW).unwrap_err().is_rejected());
}

/// The reason for two deploys, and for another name: an old server takes a token of ours away from the client.
#[tokio::test]
async fn an_old_server_deletes_a_token_of_ours() {
    let (key, ring) = (Key::generate(), ring());
    let ours = from_tower_sessions(&ring, key.clone(), UNTIL).unwrap().seal_at(&session(), NOW).unwrap();
    let (set_cookie, name) = ask(sessions(key.clone()), "/whoami", &ours).await;
    let set_cookie = set_cookie.unwrap();
    assert!(name.is_empty() && set_cookie.starts_with("session=;") && set_cookie.contains("Max-Age=0"), "{set_cookie}");

    let config = CookieSessionConfig::default().with_clear_on_decode_error(false);
    let patient = CookieSessionManagerLayer::private(key).with_config(config);
    assert_eq!(ask(patient, "/whoami", &ours).await, (None, String::new()), "unless it is told not to");
}
