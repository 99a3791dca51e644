//! The jars of `cookie`, under axum-extra, tower-cookies and Rocket: JSON in them, a jar for each request.
//!
//! "As frameworks use them": the value percent-encoded on the way out and decoded on the way in, which is what their layers do with every
//! cookie. "Raw" spares that; a signed value is base64url of the JSON then, as JSON itself is no value of a cookie. The jars have no expiry.

use crate::stage::{COOKIE, Class, Scene, State};
use cookie::{Cookie, CookieJar, Key};

pub const PRIVATE: &str = "cookie PrivateJar (as frameworks use it)";
pub const PRIVATE_RAW: &str = "cookie PrivateJar (raw)";
pub const SIGNED: &str = "cookie SignedJar (as frameworks use it)";
#[cfg(feature = "all")]
pub const SIGNED_RAW: &str = "cookie SignedJar (raw)";

pub fn enter<T: State>(scene: &mut Scene<'_, T>) {
    let key = Key::generate();
    let (out, back) = (key.clone(), key.clone());
    scene.enter(
        PRIVATE,
        Class::Encrypted,
        move |state| {
            let mut jar = CookieJar::new();
            jar.private_mut(&out).add(Cookie::new(COOKIE, json(state)));
            encoded(&jar)
        },
        move |header| {
            let jar = jar_of(Cookie::parse_encoded(header.to_owned()).ok()?);
            from_json(jar.private(&back).get(COOKIE)?.value())
        },
    );
    let (out, back) = (key.clone(), key.clone());
    scene.enter(
        PRIVATE_RAW,
        Class::Encrypted,
        move |state| {
            let mut jar = CookieJar::new();
            jar.private_mut(&out).add(Cookie::new(COOKIE, json(state)));
            raw(&jar)
        },
        move |header| {
            let jar = jar_of(Cookie::parse(header.to_owned()).ok()?);
            from_json(jar.private(&back).get(COOKIE)?.value())
        },
    );
    let (out, back) = (key.clone(), key.clone());
    scene.enter(
        SIGNED,
        Class::Signed,
        move |state| {
            let mut jar = CookieJar::new();
            jar.signed_mut(&out).add(Cookie::new(COOKIE, json(state)));
            encoded(&jar)
        },
        move |header| {
            let jar = jar_of(Cookie::parse_encoded(header.to_owned()).ok()?);
            from_json(jar.signed(&back).get(COOKIE)?.value())
        },
    );
    #[cfg(feature = "all")]
    signed_raw(scene, key);
}

#[cfg(feature = "all")]
fn signed_raw<T: State>(scene: &mut Scene<'_, T>, key: Key) {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let back = key.clone();
    scene.enter(
        SIGNED_RAW,
        Class::Signed,
        move |state| {
            let mut jar = CookieJar::new();
            jar.signed_mut(&key).add(Cookie::new(COOKIE, URL_SAFE_NO_PAD.encode(json(state))));
            raw(&jar)
        },
        move |header| {
            let jar = jar_of(Cookie::parse(header.to_owned()).ok()?);
            let json = URL_SAFE_NO_PAD.decode(jar.signed(&back).get(COOKIE)?.value()).ok()?;
            serde_json::from_slice(&json).ok()
        },
    );
}

fn json(state: &impl State) -> String {
    serde_json::to_string(state).expect("JSON")
}

fn from_json<T: State>(json: &str) -> Option<T> {
    serde_json::from_str(json).ok()
}

fn jar_of(cookie: Cookie<'static>) -> CookieJar {
    let mut jar = CookieJar::new();
    jar.add_original(cookie);
    jar
}

fn encoded(jar: &CookieJar) -> String {
    jar.delta().next().expect("what was just added").encoded().to_string()
}

fn raw(jar: &CookieJar) -> String {
    jar.delta().next().expect("what was just added").to_string()
}
