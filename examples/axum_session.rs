//! Logging in and out with axum: the session is in the browser's cookie, and the server keeps nothing but keys.
//!
//! Run it with `cargo run --example axum_session`: Ada looks around, logs in and logs out again. You see the text of her pages, and the
//! names of her cookies: the one with `-x` says that the guest's slip has ended. With `-- --serve` it is yours, at http://localhost:8080/.
//! A project of your own takes orderslip with the feature `axum`, `cargo add axum`, `cargo add maud --features axum`, `cargo add serde --features
//! derive`, `cargo add tokio --features macros,rt-multi-thread` and `cargo add tracing-subscriber`; it leaves out `mod visitor`, and serves.

#[path = "visitor/axum.rs"]
mod visitor; // who visits this example: not for your application

use axum::{
    Form, Router,
    extract::FromRequestParts,
    http::request::Parts,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use maud::{Markup, html};
use orderslip::{
    Error, Keyring, Lifetime, Sealer, SlipState,
    cookie::{Held, Jar, Jars},
    csrf::SameOrigin,
    web::{SameOriginLayer, SlipLayer},
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

/// Everybody has one: guests, too.
#[derive(Default, Serialize, Deserialize)]
struct Session {
    user: Option<String>,
    pages: u32,
}

impl SlipState for Session {
    const PURPOSE: &'static str = "shop.example/session";
    const VERSION: u16 = 1;
}

/// Who is logged in. A handler that takes one is not called for guests: they are sent to the page where they can log in.
struct User(String);

impl<S: Sync> FromRequestParts<S> for User {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let session = Held::<Session>::from_request_parts(parts, state).await.map_err(IntoResponse::into_response)?;
        let user = session.read(|session| session.user.clone());
        user.map(User).ok_or_else(|| Redirect::to("/").into_response())
    }
}

async fn home(session: Held<Session>) -> Result<Markup, Error> {
    let (user, pages) = session.update(|session| {
        session.pages += 1;
        (session.user.clone(), session.pages)
    })?;
    Ok(html! {
        p { "page " (pages) " of " (user.as_deref().unwrap_or("a guest")) }
        @if user.is_some() {
            form action="/logout" method="post" { a href="/account" { "account" } " " button { "log out" } }
        } @else {
            form action="/login" method="post" { input name="name"; input name="password" type="password"; button { "log in" } }
        }
    })
}

async fn account(User(name): User) -> Markup {
    html! { p { "what only " (name) " sees" } }
}

#[derive(Deserialize)]
struct Login {
    name: String,
    password: String,
}

async fn log_in(session: Held<Session>, Form(login): Form<Login>) -> Result<Redirect, Error> {
    // Yours asks the users' database, which has hashes of passwords.
    if login.password == "soup" {
        // A new slip with a new id: somebody else may have seen the guest's, or planted it. What is carried over is named.
        session.replace_with(|guest| Session { user: Some(login.name), pages: guest.pages })?;
    }
    Ok(Redirect::to("/"))
}

async fn log_out(session: Held<Session>) -> Result<Redirect, Error> {
    session.logout()?;
    Ok(Redirect::to("/"))
}

fn app(keys: &Keyring) -> Result<Router, Error> {
    let sealer = Sealer::<Session>::encrypted(keys).lifetime(Lifetime::absolute(12 * 60 * MINUTE).idle(30 * MINUTE));
    let jars = Jars::new().with(Jar::builder("session", sealer).build()?)?;
    let pages = Router::new().route("/", get(home)).route("/account", get(account));
    let forms = pages.route("/login", post(log_in)).route("/logout", post(log_out));
    // The guard against other sites' forms is outermost: what it refuses begins no session.
    Ok(forms.layer(SlipLayer::new(jars)).layer(SameOriginLayer::new(SameOrigin::new())))
}

#[tokio::main]
async fn main() -> Result<(), visitor::Fault> {
    tracing_subscriber::fmt::init(); // clients are told a status: the log says why, at level debug
    // Yours: `Keyring::from_file` or `from_env`, the same keys on all servers. With these, a restart logs everybody out.
    let keys = Keyring::generate()?;
    let mut ada = visitor::Visitor::new("Ada", visitor::serve(app(&keys)?).await?);
    ada.get("/")?.shows("page 1 of a guest")?;
    ada.get("/account")?.shows("page 2 of a guest")?;
    ada.post("/login", "name=Ada&password=wrong")?.shows("page 3 of a guest")?;
    ada.post("/login", "name=Ada&password=soup")?.shows("page 4 of Ada")?;
    ada.get("/account")?.shows("what only Ada sees")?;
    println!("{:<32} {:?}", "cookies", ada.cookies()?);
    ada.post("/logout", "")?.shows("page 1 of a guest")?;
    Ok(())
}
