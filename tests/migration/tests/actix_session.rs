//! From the cookie store of actix-session.
//!
//! What stands between the markers is printed in `src/manual/migration.md`.
#![expect(clippy::unwrap_used, reason = "a failing test should stop where it fails")]

mod kit;

use actix_session::{
    SessionMiddleware,
    config::{CookieContentSecurity, PersistentSession},
    storage::CookieSessionStore,
};
use actix_web::{
    App, HttpResponse,
    cookie::{Cookie, CookieJar, Key, time},
    test, web,
};
use kit::{NOW, UNTIL, goes_over, ring, session, value_of};
use orderslip::{Error, Keyring, Lifetime, Sealer, UnixTime};
use orderslip_migration::Session;
use std::{collections::HashMap, time::Duration};

// docs: begin actix-before
async fn log_in(session: actix_session::Session) -> actix_web::Result<HttpResponse> {
    session.insert("user", 7)?;
    session.insert("name", "Zoë; \"the cook\" = 100%")?;
    session.insert("cart", [("SOUP", 2), ("CRÈME", 1)])?;
    Ok(HttpResponse::Ok().finish())
}

fn sessions(key: Key) -> SessionMiddleware<CookieSessionStore> {
    SessionMiddleware::new(CookieSessionStore::default(), key)
}
// docs: end

// docs: begin actix-after
fn from_actix_session(keys: &Keyring, old_key: Key, until: UnixTime) -> Result<Sealer<Session>, Error> {
    Sealer::encrypted(keys)
        .lifetime(Lifetime::absolute(Duration::from_secs(8 * 3600)).idle(Duration::from_secs(1800)))
        .adopt(until, move |text| {
            let mut jar = CookieJar::new();
            jar.add_original(Cookie::parse_encoded(format!("id={text}")).ok()?.into_owned());
            let cookie = jar.private(&old_key).get("id")?; // `signed` if you have set CookieContentSecurity::Signed
            // JSON of a map of texts, each of which is JSON once more.
            let entries: HashMap<String, String> = serde_json::from_str(cookie.value()).ok()?;
            Some(Session {
                user: serde_json::from_str(entries.get("user")?).ok()?,
                name: serde_json::from_str(entries.get("name")?).ok()?,
                cart: entries.get("cart").map_or(Some(Vec::new()), |cart| serde_json::from_str(cart).ok())?,
            })
        })
        .build()
}
// docs: end

async fn whoami(session: actix_session::Session) -> actix_web::Result<String> {
    Ok(session.get::<String>("name")?.unwrap_or_default())
}

/// The answer of an old server: its `Set-Cookie`, if it has one, and its body.
async fn ask(sessions: SessionMiddleware<CookieSessionStore>, path: &str, cookie: &str) -> (Option<String>, String) {
    let app = App::new().wrap(sessions).route("/login", web::get().to(log_in)).route("/whoami", web::get().to(whoami));
    let server = test::init_service(app).await;
    let request = test::TestRequest::get().uri(path).insert_header(("cookie", format!("id={cookie}")));
    let answer = test::call_service(&server, request.to_request()).await;
    assert!(answer.status().is_success());
    let set_cookie = answer.headers().get("set-cookie").map(|value| value.to_str().unwrap().to_owned());
    (set_cookie, String::from_utf8(test::read_body(answer).await.to_vec()).unwrap())
}

#[actix_web::test]
async fn a_private_session_goes_over() {
    let (key, ring) = (Key::generate(), ring());
    let set_cookie = ask(sessions(key.clone()), "/login", "").await.0.unwrap();
    let old = value_of(&set_cookie, "id");
    assert_eq!(ask(sessions(key.clone()), "/whoami", old).await.1, session().name, "it is live");
    goes_over(&from_actix_session(&ring, key, UNTIL).unwrap(), &ring, old);
}

/// Nothing in the cookie says when it is over: the old server takes it long after its `Max-Age`, and so must we, until `until`.
#[actix_web::test]
async fn the_old_crate_has_no_end_that_could_be_enforced() {
    let (key, ring) = (Key::generate(), ring());
    let lifecycle = PersistentSession::default().session_ttl(time::Duration::ZERO);
    let builder = SessionMiddleware::builder(CookieSessionStore::default(), key.clone());
    let set_cookie = ask(builder.session_lifecycle(lifecycle).build(), "/login", "").await.0.unwrap();
    assert!(set_cookie.contains("Max-Age=0"), "over as soon as it is made: {set_cookie}");
    let old = value_of(&set_cookie, "id");
    assert_eq!(ask(sessions(key.clone()), "/whoami", old).await.1, session().name, "and it is live all the same");
    let sealer = from_actix_session(&ring, key, UNTIL).unwrap();
    assert_eq!(sealer.open_at(old, NOW).unwrap().state(), &session());
    assert!(sealer.open_at(old, UNTIL).unwrap_err().is_rejected());
}

#[actix_web::test]
async fn a_signed_session_is_none_that_is_private() {
    let (key, ring) = (Key::generate(), ring());
    let builder = SessionMiddleware::builder(CookieSessionStore::default(), key.clone());
    let signed = builder.cookie_content_security(CookieContentSecurity::Signed).build();
    let set_cookie = ask(signed, "/login", "").await.0.unwrap();
    let sealer = from_actix_session(&ring, key, UNTIL).unwrap();
    assert!(sealer.open_at(value_of(&set_cookie, "id"), NOW).unwrap_err().is_rejected());
}

/// The reason for two deploys, and for another name: an old server finds nobody in a token of ours, and a login writes over it.
#[actix_web::test]
async fn an_old_server_knows_no_one_who_has_a_token_of_ours() {
    let (key, ring) = (Key::generate(), ring());
    let ours = from_actix_session(&ring, key.clone(), UNTIL).unwrap().seal_at(&session(), NOW).unwrap();
    assert_eq!(ask(sessions(key.clone()), "/whoami", &ours).await, (None, String::new()));
    assert!(ask(sessions(key), "/login", &ours).await.0.is_some());
}
