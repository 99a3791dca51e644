//! Logging in and out with actix-web: the session is in the browser's cookie, and the server keeps nothing but keys.
//!
//! Run it in `integrations/actix` with `cargo run --example actix_session`: Ada looks around, logs in and logs out again. Of her cookies
//! you see the names, of her pages the text. With `-- --serve` it is yours, at http://localhost:8080/.

#[path = "../../../examples/visitor/browser.rs"]
mod browser; // who visits this example: not for your application

use actix_web::{
    App, Either, HttpServer,
    middleware::from_fn,
    rt,
    web::{self, Data, Form, Html, Redirect, ServiceConfig},
};
use browser::{Fault, Visitor};
use maud::html;
use orderslip::{
    Error, Keyring, Lifetime, Sealer, SlipState,
    cookie::{Jar, Jars},
    csrf::SameOrigin,
};
use orderslip_actix::{Failure, Held, Slips, same_origin};
use serde::{Deserialize, Serialize};
use std::{net::SocketAddr, time::Duration};

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

async fn home(session: Held<Session>) -> Result<Html, Failure> {
    let (user, pages) = session.update(|session| {
        session.pages += 1;
        (session.user.clone(), session.pages)
    })?;
    let page = html! {
        p { "page " (pages) " of " (user.as_deref().unwrap_or("a guest")) }
        @if user.is_some() {
            form action="/logout" method="post" { a href="/account" { "account" } " " button { "log out" } }
        } @else {
            form action="/login" method="post" { input name="name"; input name="password" type="password"; button { "log in" } }
        }
    };
    Ok(Html::new(page.into_string()))
}

/// That there is a session says nothing: guests have one, too.
async fn account(session: Held<Session>) -> Either<Html, Redirect> {
    match session.read(|session| session.user.clone()) {
        Some(name) => Either::Left(Html::new(html! { p { "what only " (name) " sees" } }.into_string())),
        None => Either::Right(Redirect::to("/").see_other()),
    }
}

#[derive(Deserialize)]
struct Login {
    name: String,
    password: String,
}

async fn log_in(session: Held<Session>, Form(login): Form<Login>) -> Result<Redirect, Failure> {
    // Yours asks the users' database, which has hashes of passwords.
    if login.password == "soup" {
        // A new slip with a new id: somebody else may have seen the guest's, or planted it. What is carried over is named.
        session.replace_with(|guest| Session { user: Some(login.name), pages: guest.pages })?;
    }
    Ok(Redirect::to("/").see_other())
}

async fn log_out(session: Held<Session>) -> Result<Redirect, Failure> {
    session.logout()?;
    Ok(Redirect::to("/").see_other())
}

fn routes(app: &mut ServiceConfig) {
    app.route("/", web::get().to(home)).route("/account", web::get().to(account));
    app.route("/login", web::post().to(log_in)).route("/logout", web::post().to(log_out));
}

fn slips(keys: &Keyring) -> Result<Slips, Error> {
    let sealer = Sealer::<Session>::encrypted(keys).lifetime(Lifetime::absolute(12 * 60 * MINUTE).idle(30 * MINUTE));
    Ok(Slips::new(Jars::new().with(Jar::builder("session", sealer).build()?)?))
}

#[actix_web::main]
async fn main() -> Result<(), Fault> {
    // Yours: `Keyring::from_file` or `from_env`, the same keys on all servers. With these, a restart logs everybody out.
    let (slips, guard) = (slips(&Keyring::generate()?)?, Data::new(SameOrigin::new()));
    // What is wrapped last is outermost: what the guard refuses begins no session.
    let app =
        move || App::new().configure(routes).app_data(guard.clone()).wrap(slips.clone()).wrap(from_fn(same_origin));
    let port = if std::env::args().any(|argument| argument == "--serve") { 8080 } else { 0 };
    let server = HttpServer::new(app).workers(1).bind(("127.0.0.1", port))?;
    let at = *server.addrs().first().ok_or("no address")?;
    println!("http://localhost:{}/", at.port());
    if port != 0 {
        return Ok(server.run().await?);
    }
    rt::spawn(server.run());
    web::block(move || visit(at)).await?
}

fn visit(at: SocketAddr) -> Result<(), Fault> {
    let mut ada = Visitor::new("Ada", at);
    ada.get("/account")?.shows("page 1 of a guest")?;
    ada.post("/login", "name=Ada&password=soup")?.shows("page 2 of Ada")?;
    ada.get("/account")?.shows("what only Ada sees")?;
    println!("{:<32} {:?}", "cookies", ada.cookies()?);
    ada.post("/logout", "")?.shows("page 1 of a guest").map(drop)
}
