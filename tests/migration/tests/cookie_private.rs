//! From the private and the signed jar of `cookie`, as axum-extra hands them to handlers.
//!
//! What stands between the markers is printed in `src/manual/migration.md`.
#![expect(clippy::unwrap_used, reason = "a failing test should stop where it fails")]

mod kit;

use axum::{Router, body::Body, extract::FromRef, http::Request, response::IntoResponse, routing::get};
use axum_extra::extract::{PrivateCookieJar, SignedCookieJar};
use cookie::{Cookie, CookieJar, Key};
use kit::{NOW, UNTIL, goes_over, ring, session, value_of};
use orderslip::{Error, Keyring, Lifetime, Reason, Sealer, Standing, UnixTime};
use orderslip_migration::Session;
use std::time::Duration;
use tower::ServiceExt;

// docs: begin cookie-before
async fn log_in(jar: PrivateCookieJar) -> PrivateCookieJar {
    let json = serde_json::to_string(&session()).unwrap();
    jar.add(Cookie::build(("session", json)).path("/").secure(true).http_only(true))
}
// docs: end

// docs: begin cookie-after
fn from_private_jar(keys: &Keyring, old_key: Key, until: UnixTime) -> Result<Sealer<Session>, Error> {
    Sealer::encrypted(keys)
        .lifetime(Lifetime::absolute(Duration::from_secs(8 * 3600)).idle(Duration::from_secs(1800)))
        .adopt(until, move |text| {
            // As it stands in the header: percent-decoding is the old crate's affair. The name is authenticated with the value.
            let cookie = Cookie::parse_encoded(format!("session={text}")).ok()?.into_owned();
            let cookie = CookieJar::new().private(&old_key).decrypt(cookie)?;
            serde_json::from_str(cookie.value()).ok()
        })
        .build()
}
// docs: end

// docs: begin cookie-signed-after
fn from_signed_jar(keys: &Keyring, old_key: Key, until: UnixTime) -> Result<Sealer<Session>, Error> {
    Sealer::encrypted(keys)
        .lifetime(Lifetime::absolute(Duration::from_secs(8 * 3600)).idle(Duration::from_secs(1800)))
        .adopt(until, move |text| {
            let cookie = Cookie::parse_encoded(format!("session={text}")).ok()?.into_owned();
            let cookie = CookieJar::new().signed(&old_key).verify(cookie)?;
            serde_json::from_str(cookie.value()).ok()
        })
        .build()
}
// docs: end

#[derive(Clone)]
struct Shop(Key);

impl FromRef<Shop> for Key {
    fn from_ref(shop: &Shop) -> Self {
        shop.0.clone()
    }
}

async fn log_in_signed(jar: SignedCookieJar) -> SignedCookieJar {
    jar.add(Cookie::new("session", serde_json::to_string(&session()).unwrap()))
}

/// Another cookie of the same application, which holds a text that its user has typed.
async fn note(jar: SignedCookieJar) -> SignedCookieJar {
    jar.add(Cookie::new("note", r#"{"user":1,"name":"admin","cart":[]}"#))
}

async fn whoami(jar: PrivateCookieJar) -> impl IntoResponse {
    jar.get("session").map(|cookie| cookie.value().to_owned()).unwrap_or_default()
}

fn old_server(key: &Key) -> Router {
    Router::new()
        .route("/login", get(log_in))
        .route("/login-signed", get(log_in_signed))
        .route("/note", get(note))
        .route("/whoami", get(whoami))
        .with_state(Shop(key.clone()))
}

async fn set_cookie(server: Router, path: &str) -> String {
    let answer = server.oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap();
    answer.headers()["set-cookie"].to_str().unwrap().to_owned()
}

async fn greeting(server: Router, cookie: &str) -> String {
    let request = Request::get("/whoami").header("cookie", format!("session={cookie}")).body(Body::empty()).unwrap();
    let answer = server.oneshot(request).await.unwrap();
    String::from_utf8(axum::body::to_bytes(answer.into_body(), 65_536).await.unwrap().to_vec()).unwrap()
}

#[tokio::test]
async fn a_private_cookie_goes_over() {
    let (key, ring) = (Key::generate(), ring());
    let set_cookie = set_cookie(old_server(&key), "/login").await;
    let old = value_of(&set_cookie, "session");
    assert_eq!(greeting(old_server(&key), old).await, serde_json::to_string(&session()).unwrap(), "it is live");
    goes_over(&from_private_jar(&ring, key, UNTIL).unwrap(), &ring, old);
}

#[tokio::test]
async fn a_signed_cookie_goes_over() {
    let (key, ring) = (Key::generate(), ring());
    let set_cookie = set_cookie(old_server(&key), "/login-signed").await;
    goes_over(&from_signed_jar(&ring, key, UNTIL).unwrap(), &ring, value_of(&set_cookie, "session"));
}

#[tokio::test]
async fn the_wrong_key_opens_nothing() {
    let ring = ring();
    let set_cookie = set_cookie(old_server(&Key::generate()), "/login").await;
    let sealer = from_private_jar(&ring, Key::generate(), UNTIL).unwrap();
    assert!(sealer.open_at(value_of(&set_cookie, "session"), NOW).unwrap_err().is_rejected());
}

/// What the old application was open to, the new one is until the old format's end. In `src/manual/migration.md` as a limit.
#[tokio::test]
async fn a_signed_jar_does_not_tell_one_cookie_from_another_and_a_private_one_does() {
    let (key, ring) = (Key::generate(), ring());
    let signed = set_cookie(old_server(&key), "/note").await;
    let slip = from_signed_jar(&ring, key.clone(), UNTIL).unwrap().open_at(value_of(&signed, "note"), NOW).unwrap();
    assert_eq!((slip.state().user, slip.standing()), (1, Standing::Reseal(Reason::OldFormat)));

    let mut jar = CookieJar::new();
    jar.private_mut(&key).add(Cookie::new("note", serde_json::to_string(&session()).unwrap()));
    let private = jar.get("note").unwrap().encoded().to_string();
    let sealer = from_private_jar(&ring, key, UNTIL).unwrap();
    assert!(sealer.open_at(value_of(&private, "note"), NOW).unwrap_err().is_rejected());
}

/// The reason for two deploys: a server of yesterday takes a token of ours for nothing.
#[tokio::test]
async fn an_old_server_knows_no_one_who_has_a_token_of_ours() {
    let (key, ring) = (Key::generate(), ring());
    let ours = from_private_jar(&ring, key.clone(), UNTIL).unwrap().seal_at(&session(), NOW).unwrap();
    assert_eq!(greeting(old_server(&key), &ours).await, "");
}
