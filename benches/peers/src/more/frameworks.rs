//! The cookie stores of actix-session and tower-sessions: what their middleware does with the session's cookie, without the server around it.

use super::at_once;
use crate::stage::{COOKIE, Class, Scene, State};
use ::time::{Duration, OffsetDateTime};
use actix_session::storage::{CookieSessionStore, SessionKey, SessionStore as _};
use std::{collections::HashMap, rc::Rc};
use tower_sessions::session::{Id, Record};
use tower_sessions_cookie_store::{decode_record, encode_record};

pub const ACTIX_SESSION: &str = "actix-session cookie store (private)";
pub const TOWER_SESSIONS: &str = "tower-sessions-cookie-store (private)";
const ENTRY: &str = "state";

/// JSON in JSON in a private cookie. The server checks no expiry.
pub fn actix_session<T: State>(scene: &mut Scene<'_, T>) {
    use actix_web::cookie::{Cookie, CookieJar, Key};
    let key = Key::generate();
    let back = key.clone();
    let (store, reader) = (CookieSessionStore::default(), CookieSessionStore::default());
    scene.enter(
        ACTIX_SESSION,
        Class::Encrypted,
        move |state| {
            let entries = HashMap::from([(ENTRY.to_owned(), serde_json::to_string(state).expect("JSON"))]);
            let session = at_once(store.save(entries, &Duration::minutes(30))).expect("a state that fits");
            let mut jar = CookieJar::new();
            jar.private_mut(&key).add(Cookie::new(COOKIE, String::from(session)));
            jar.delta().next().expect("what was just added").encoded().to_string()
        },
        move |header| {
            let mut jar = CookieJar::new();
            jar.add_original(Cookie::parse_encoded(header.to_owned()).ok()?);
            let value = jar.private(&back).get(COOKIE)?.value().to_owned();
            let entries = at_once(reader.load(&SessionKey::try_from(value).ok()?)).ok()??;
            serde_json::from_str(entries.get(ENTRY)?).ok()
        },
    );
}

/// A record with an id, an end and values of JSON, as base64 of JSON in a signed or private cookie.
pub fn tower_sessions<T: State>(scene: &mut Scene<'_, T>) {
    use cookie::{Cookie, CookieJar, Key};
    let jar_of = |header: &str| {
        let mut jar = CookieJar::new();
        jar.add_original(Cookie::parse_encoded(header.to_owned()).ok()?);
        Some(jar)
    };
    let encoded = |jar: &CookieJar| jar.delta().next().expect("what was just added").encoded().to_string();
    let key = Rc::new(Key::generate());
    let back = Rc::clone(&key);
    scene.enter(
        TOWER_SESSIONS,
        Class::Encrypted,
        move |state| {
            let mut jar = CookieJar::new();
            jar.private_mut(&key).add(Cookie::new(COOKIE, record(state)));
            encoded(&jar)
        },
        move |header| state_of(jar_of(header)?.private(&back).get(COOKIE)?.value()),
    );
    let key = Rc::new(Key::generate());
    let back = Rc::clone(&key);
    scene.enter(
        "tower-sessions-cookie-store (signed)",
        Class::Signed,
        move |state| {
            let mut jar = CookieJar::new();
            jar.signed_mut(&key).add(Cookie::new(COOKIE, record(state)));
            encoded(&jar)
        },
        move |header| state_of(jar_of(header)?.signed(&back).get(COOKIE)?.value()),
    );
}

fn record(state: &impl State) -> String {
    let data = HashMap::from([(ENTRY.to_owned(), serde_json::to_value(state).expect("JSON"))]);
    let expiry_date = OffsetDateTime::now_utc() + Duration::minutes(30);
    encode_record(&Record { id: Id::default(), data, expiry_date }).expect("JSON")
}

fn state_of<T: State>(value: &str) -> Option<T> {
    let mut record = decode_record(value).ok()?;
    (record.expiry_date > OffsetDateTime::now_utc()).then_some(())?;
    serde_json::from_value(record.data.remove(ENTRY)?).ok()
}
