//! A list of devices, and logging them out from elsewhere: by one list of what was revoked, which all servers share.
//!
//! Run it with `cargo run --example logout_everywhere`: Ada ends her phone's session from the laptop; somebody has copied the laptop's
//! cookies, and her new password throws him out and keeps her in. With `-- --serve` it is yours, at http://localhost:8080/. With
//! `REDIS_URL=redis://localhost/ cargo run --features redis --example logout_everywhere` the list is in Redis, for any number of servers.

#[path = "visitor/axum.rs"]
mod visitor; // who visits this example: not for your application

use axum::{Form, Router, extract::Path, extract::State, response::Redirect, routing::get, routing::post};
use maud::{Markup, html};
use orderslip::cookie::{Held, Jar, Jars, Required};
use orderslip::revoke::{Guard, MemoryStore, SlipRef};
use orderslip::web::{SameOriginLayer, SlipLayer};
use orderslip::{Error, Keyring, Lifetime, Sealer, SlipState, csrf::SameOrigin};
use serde::{Deserialize, Serialize};
use std::{sync::Arc, time::Duration};
use tokio::sync::Mutex;

/// Only those who are logged in have one.
#[derive(Serialize, Deserialize)]
struct Session {
    user: String,
}

impl SlipState for Session {
    const PURPOSE: &'static str = "shop.example/session";
    const VERSION: u16 = 1;

    fn subject(&self) -> Option<&str> {
        Some(&self.user) // what "everywhere" goes by
    }
}

/// In the place of a table of yours: user, device, and a reference to the slip, which opens nothing (43 characters as a text).
type Devices = Arc<Mutex<Vec<(String, String, SlipRef)>>>;
type Table = State<(Guard, Devices)>;
type Done = Result<Redirect, Error>;

async fn home(State((_, devices)): Table, session: Option<Required<Session>>) -> Result<Markup, Error> {
    let Some(session) = session else {
        let fields = html! { input name="user"; input name="device"; button { "log in" } };
        return Ok(html! { p { "hello, guest" } form action="/login" method="post" { (fields) } });
    };
    let (user, devices) = (session.read(|session| session.user.clone())?, devices.lock().await);
    Ok(html! {
        p { "hello, " (user) }
        @for (_, device, slip) in devices.iter().filter(|row| row.0 == user) {
            form action={ "/end/" (slip) } method="post" { button { "end " (device) } }
        }
        form action="/password" method="post" { button { "change the password" } }
    })
}

#[derive(Deserialize)]
struct Login {
    user: String,
    device: String,
}

async fn log_in(State((_, devices)): Table, session: Held<Session>, Form(login): Form<Login>) -> Done {
    session.replace(Session { user: login.user.clone() })?; // where yours has checked the password
    devices.lock().await.extend(session.slip_ref().map(|slip| (login.user, login.device, slip)));
    Ok(Redirect::to("/"))
}

async fn end(State((guard, devices)): Table, session: Required<Session>, slip: Path<String>) -> Done {
    let (user, slip) = (session.read(|session| session.user.clone())?, slip.parse::<SlipRef>()?);
    let mut devices = devices.lock().await;
    // Nobody ends what is another's.
    if devices.iter().any(|row| row.0 == user && row.2 == slip) {
        guard.revoke_ref(&slip).await?;
        devices.retain(|row| row.2 != slip);
    }
    Ok(Redirect::to("/"))
}

async fn new_password(State((guard, devices)): Table, session: Required<Session>) -> Done {
    // Where yours stores the new one. Then this device gets a new slip, as at a login, and all others of the user end.
    let user = session.read(|session| session.user.clone())?;
    session.held().replace(Session { user: user.clone() })?;
    let Some(here) = session.held().slip_ref() else { return Err(Error::revoked()) };
    guard.log_out_elsewhere(&user, &here).await?;
    let mut devices = devices.lock().await;
    devices.retain(|row| row.0 != user);
    devices.push((user, "this one".into(), here));
    Ok(Redirect::to("/"))
}

fn app(keys: &Keyring, guard: Guard) -> Result<Router, Error> {
    let sealer = Sealer::<Session>::encrypted(keys).lifetime(Lifetime::absolute(Duration::from_secs(30 * 86_400)));
    let jars = Jars::new().with(Jar::builder("session", sealer).revocations(&guard).build()?)?;
    let pages = Router::new().route("/", get(home)).route("/login", post(log_in)).route("/end/{slip}", post(end));
    let pages = pages.route("/password", post(new_password)).with_state((guard, Devices::default()));
    Ok(pages.layer(SlipLayer::new(jars)).layer(SameOriginLayer::new(SameOrigin::new())))
}

/// If the list does not answer, nobody is let in: take `fail_open` where a wrong logout costs more than a late one.
async fn guard() -> Result<Guard, Error> {
    #[cfg(feature = "redis")]
    if let Ok(url) = std::env::var("REDIS_URL") {
        return Ok(Guard::fail_closed(orderslip::revoke::RedisStore::new(&url)?.connect().await?));
    }
    Ok(Guard::fail_closed(MemoryStore::new(100_000)))
}

#[tokio::main]
async fn main() -> Result<(), visitor::Fault> {
    // Yours: `Keyring::from_file` or `from_env`, the same keys on all servers.
    let at = visitor::serve(app(&Keyring::generate()?, guard().await?)?).await?;
    let (mut laptop, mut phone) = (visitor::Visitor::new("laptop", at), visitor::Visitor::new("phone", at));
    phone.post("/login", "user=Ada&device=phone")?.shows("end phone")?;
    let devices = laptop.post("/login", "user=Ada&device=laptop")?;
    laptop.post(devices.action("/end/").ok_or("no phone on the list")?, "")?.hides("end phone")?;
    phone.get("/")?.shows("hello, guest")?;
    let mut thief = laptop.copied_by("thief");
    thief.get("/")?.shows("hello, Ada")?;
    laptop.post("/password", "")?.shows("end this one")?;
    thief.get("/")?.shows("hello, guest").map(drop)
}
