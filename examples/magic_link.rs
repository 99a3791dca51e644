//! Logging in by a link in a mail, which works once: a sealed token of a quarter of an hour, and a list of those that were used.
//!
//! Run it with `cargo run --example magic_link`: Ada asks for a link, logs in with it, and somebody who reads her mail later finds it
//! used. With `-- --serve` it is yours, at http://localhost:8080/, and the mails are printed.

#[path = "visitor/axum.rs"]
mod visitor; // who visits this example: not for your application

use axum::{
    Form, Router,
    extract::{Path, State},
    http::header::REFERRER_POLICY,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use maud::{Markup, html};
use orderslip::{
    Error, Keyring, Lifetime, Sealer, SlipState,
    cookie::{Held, Jar, Jars},
    csrf::SameOrigin,
    revoke::{MemoryStore, Redeemed, Redeemer, Redemption},
    web::{SameOriginLayer, SlipLayer},
};
use serde::{Deserialize, Serialize};
use std::{sync::mpsc, time::Duration};

const HOUR: Duration = Duration::from_secs(3600);

#[derive(Default, Serialize, Deserialize)]
struct Session {
    mail: Option<String>,
}

impl SlipState for Session {
    const PURPOSE: &'static str = "shop.example/session";
    const VERSION: u16 = 1;
}

/// What the link holds. It is encrypted: mail servers and histories see no address in it.
#[derive(Serialize, Deserialize)]
struct LoginLink {
    mail: String,
}

impl SlipState for LoginLink {
    const PURPOSE: &'static str = "shop.example/login-link"; // so that no session is ever taken for a link, nor a link for one
    const VERSION: u16 = 1;
}

#[derive(Clone)]
struct Login {
    links: Sealer<LoginLink>,
    used: Redeemer,
    outbox: mpsc::Sender<String>,
}

async fn home(session: Held<Session>) -> Markup {
    let mail = session.read(|session| session.mail.clone()).unwrap_or("guest".into());
    html! {
        p { "hello, " (mail) }
        form action="/login" method="post" { input name="mail"; button { "send me a link" } }
    }
}

#[derive(Deserialize)]
struct Ask {
    mail: String,
}

async fn ask(State(login): State<Login>, Form(Ask { mail }): Form<Ask>) -> Result<&'static str, Error> {
    // Yours looks whether the address has an account, and how often it was asked for. The answer is the same in any case.
    let link = login.links.seal(&LoginLink { mail })?;
    println!("a mail, with http://localhost:8080/link/{link}");
    login.outbox.send(format!("/link/{link}")).map_err(Error::unavailable)?;
    Ok("look into your mail")
}

/// A link that is followed changes nothing: mail filters and previews follow links, too. The button does it.
async fn show(Path(token): Path<String>) -> impl IntoResponse {
    let button = html! { form action={ "/link/" (token) } method="post" { button { "log in" } } };
    ([(REFERRER_POLICY, "no-referrer")], button)
}

async fn press(State(login): State<Login>, session: Held<Session>, token: Path<String>) -> Result<Response, Error> {
    let link = match login.links.open(&token) {
        Ok(link) => link,
        Err(error) if error.is_expired() => return Ok("this link is too old: ask for another".into_response()),
        Err(error) => return Err(error),
    };
    if login.used.redeem(&Redemption::of_slip(&link)).await? != Redeemed::Now {
        return Ok("this link was used: ask for another".into_response());
    }
    session.replace(Session { mail: Some(link.into_state().mail) })?; // a new slip, whatever the guest had
    Ok(Redirect::to("/").into_response())
}

fn app(keys: &Keyring, used: Redeemer, outbox: mpsc::Sender<String>) -> Result<Router, Error> {
    let links = Sealer::encrypted(keys).lifetime(Lifetime::absolute(HOUR / 4)).build()?;
    let sessions = Jar::builder("session", Sealer::<Session>::encrypted(keys).lifetime(Lifetime::absolute(12 * HOUR)));
    let jars = Jars::new().with(sessions.build()?)?;
    let pages = Router::new().route("/", get(home)).route("/login", post(ask));
    let pages = pages.route("/link/{token}", get(show).post(press)).with_state(Login { links, used, outbox });
    Ok(pages.layer(SlipLayer::new(jars)).layer(SameOriginLayer::new(SameOrigin::new())))
}

#[tokio::main]
async fn main() -> Result<(), visitor::Fault> {
    // Yours: keys by `Keyring::from_file` or `from_env`; a `RedisStore` or a table for what several servers must know is used.
    let (keys, used, (outbox, mails)) =
        (Keyring::generate()?, Redeemer::new(MemoryStore::new(100_000)), mpsc::channel());
    let at = visitor::serve(app(&keys, used, outbox)?).await?;
    let (mut ada, mut eve) = (visitor::Visitor::new("Ada", at), visitor::Visitor::new("Eve", at));
    ada.post("/login", "mail=ada%40example.org")?.shows("look into your mail")?;
    let link = mails.recv()?;
    ada.get(&link)?.shows("log in")?;
    ada.post(&link, "")?.shows("hello, ada@example.org")?;
    eve.post(&link, "")?.shows("this link was used")?;
    eve.get("/")?.shows("hello, guest")?;
    Ok(())
}
