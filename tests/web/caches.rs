//! What caches are told, whatever the handler has said already.

use crate::shop::{Shop, Theme};
use axum::{
    Router,
    extract::Request,
    http::{
        HeaderMap,
        header::{CACHE_CONTROL, SET_COOKIE, VARY},
    },
    response::IntoResponse,
    routing::get,
};
use orderslip::{
    Error, Keyring,
    cookie::{Held, TARGETED},
};

/// Answers with the fields that the request's `X-Vary` and `X-Cache` ask for, each line of them one field.
fn said(request: &HeaderMap) -> HeaderMap {
    let mut header = HeaderMap::new();
    for (asked, name) in [("x-vary", VARY), ("x-cache", CACHE_CONTROL)] {
        for value in request.get_all(asked) {
            header.append(&name, value.clone());
        }
    }
    header.append(SET_COOKIE, "lang=de".parse().unwrap());
    header
}

/// With what is for caches of one kind alone.
fn targeted(header: &HeaderMap) -> HeaderMap {
    let mut header = said(header);
    for name in TARGETED {
        header.append(*name, "max-age=60".parse().unwrap());
    }
    header
}

async fn untouched(request: Request) -> impl IntoResponse {
    targeted(request.headers())
}

async fn reads(theme: Held<Theme>, header: HeaderMap) -> impl IntoResponse {
    (targeted(&header), theme.read(|theme| theme.0.clone()))
}

async fn writes(theme: Held<Theme>, header: HeaderMap) -> Result<impl IntoResponse, Error> {
    theme.update(|theme| theme.0 = "dark".into())?;
    Ok(targeted(&header))
}

#[tokio::test]
async fn t75_what_depends_on_a_slip_stays_out_of_shared_caches() {
    let app =
        Router::new().route("/untouched", get(untouched)).route("/reads", get(reads)).route("/writes", get(writes));
    let shop = Shop::with(app, &Keyring::generate().unwrap()).await;
    // What the handler says, each word a field of its own; `Vary` then, and `Cache-Control` for reading and for writing.
    let vary: [(&[&str], &str); 7] = [
        (&[], "cookie"),
        (&["accept-encoding"], "accept-encoding, cookie"),
        (&["accept-encoding", "accept"], "accept-encoding, accept, cookie"),
        (&["Cookie"], "Cookie"),
        (&["accept, COOKIE"], "accept, COOKIE"),
        (&["*"], "*"),
        (&["cookies"], "cookies, cookie"),
    ];
    let cache: [(&[&str], &str, &str); 9] = [
        (&[], "private, no-cache", "no-store"),
        (&["public, max-age=60"], "max-age=60, private", "no-store"),
        (&["public", "max-age=60"], "max-age=60, private", "no-store"),
        (&["max-age=60, s-maxage=600"], "max-age=60, private", "no-store"),
        (&["private=\"set-cookie\", max-age=60"], "max-age=60, private", "no-store"),
        (&["private"], "private", "no-store"),
        (&["no-cache"], "no-cache, private", "no-store"),
        (&["no-store"], "no-store", "no-store"),
        (&["no-cache, No-Store"], "no-cache, No-Store", "no-cache, No-Store"),
    ];
    let lines = |name: &str, values: &[&str]| values.iter().map(|value| format!("{name}: {value}")).collect::<Vec<_>>();
    for (said, wanted) in vary {
        for path in ["/reads", "/writes"] {
            let answer = shop.server.send("GET", path, &lines("X-Vary", said)).await;
            assert_eq!(answer.field("vary"), wanted, "{path} {said:?}");
        }
        let answer = shop.server.send("GET", "/untouched", &lines("X-Vary", said)).await;
        assert_eq!(answer.all("vary"), said, "no slip had to do with it");
    }
    for name in TARGETED {
        for (path, is_there) in [("/untouched", true), ("/reads", false), ("/writes", false)] {
            assert_eq!(shop.server.get(path, "").await.all(name).is_empty(), !is_there, "{path}: {name}");
        }
    }
    for (said, reading, writing) in cache {
        for (path, wanted) in [("/reads", reading), ("/writes", writing)] {
            let answer = shop.server.send("GET", path, &lines("X-Cache", said)).await;
            assert_eq!(answer.all("cache-control"), [wanted], "{path} {said:?}");
        }
        let answer = shop.server.send("GET", "/untouched", &lines("X-Cache", said)).await;
        assert_eq!(answer.all("cache-control"), said, "no slip had to do with it");
    }
}

#[tokio::test]
async fn t75_an_end_is_no_more_kept_than_a_beginning() {
    let mut shop = Shop::open().await;
    shop.visit("/login").await;
    let out = shop.visit("/logout").await;
    assert_eq!((out.field("cache-control").as_str(), out.field("vary").as_str()), ("no-store", "cookie"));
    let junk = shop.server.get("/", "__Host-cart=junk").await;
    assert_eq!((junk.field("cache-control").as_str(), junk.named()), ("no-store", vec!["__Host-cart"]));
}

#[tokio::test]
async fn a_handlers_own_cookies_stay() {
    let app = Router::new().route("/writes", get(writes)).route("/reads", get(reads));
    let shop = Shop::with(app, &Keyring::generate().unwrap()).await;
    assert_eq!(shop.server.get("/reads", "").await.set_cookie(), ["lang=de"]);
    assert_eq!(shop.server.get("/writes", "").await.named(), ["lang", "__Host-theme"]);
}
