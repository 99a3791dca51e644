//! The application of these tests: three types of state in one app, a handler for everything that can be done with them, and a client
//! with a browser's cookie jar.

use crate::{
    kit::{HOUR, NOW},
    wire::{Answer, Server, serve},
};
use axum::{
    Router,
    extract::Request,
    http::StatusCode,
    middleware::{self, Next},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use orderslip::{
    Error, Keyring, Lifetime, Sealer, SlipState,
    cookie::{Held, Jar, JarBuilder, Jars, Required},
    testing::{Browser, TestClock},
    web::{NotHeld, SlipLayer},
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) user: Option<String>,
    pub(crate) seen: u32,
}

impl SlipState for Session {
    const PURPOSE: &'static str = "shop.example/session";
    const VERSION: u16 = 1;
}

/// What the next release of the shop makes of it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct NextSession {
    pub(crate) user: Option<String>,
    pub(crate) tenant: u32,
}

impl SlipState for NextSession {
    const PURPOSE: &'static str = "shop.example/session";
    const VERSION: u16 = 2;
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Cart {
    pub(crate) lines: Vec<String>,
    pub(crate) note: String,
}

impl SlipState for Cart {
    const PURPOSE: &'static str = "shop.example/cart";
    const VERSION: u16 = 1;
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Theme(pub(crate) String);

impl SlipState for Theme {
    const PURPOSE: &'static str = "shop.example/theme";
    const VERSION: u16 = 1;
}

/// No jar is for it.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Stranger {}

impl SlipState for Stranger {
    const PURPOSE: &'static str = "shop.example/stranger";
    const VERSION: u16 = 1;
}

/// A shop that is served, its jars for looking into cookies, and a client.
pub(crate) struct Shop {
    pub(crate) server: Server,
    pub(crate) jars: Arc<Jars>,
    pub(crate) clock: TestClock,
    pub(crate) browser: Browser,
}

pub(crate) fn jar<T: SlipState>(name: &str, keys: &Keyring, clock: &TestClock) -> JarBuilder<T> {
    let lifetime = Lifetime::absolute(8 * HOUR).idle(HOUR);
    Jar::builder(name, Sealer::<T>::encrypted(keys).lifetime(lifetime).clock(clock.clone()))
}

pub(crate) fn jars(keys: &Keyring, clock: &TestClock) -> Jars {
    let jars = Jars::new().with(jar::<Session>("session", keys, clock).build().unwrap()).unwrap();
    let jars = jars.with(jar::<Cart>("cart", keys, clock).build().unwrap()).unwrap();
    jars.with(jar::<Theme>("theme", keys, clock).build().unwrap()).unwrap()
}

async fn page(session: Held<Session>, cart: Held<Cart>, theme: Held<Theme>) -> String {
    let user = session.read(|session| session.user.clone());
    let lines = cart.read(|cart| cart.lines.clone());
    format!("{user:?} {lines:?} {:?} {:?}", theme.read(|theme| theme.0.clone()), session.outcome())
}

async fn login(session: Held<Session>) -> Result<Redirect, Error> {
    session.replace_with(|guest| Session { user: Some("ada".into()), ..guest })?;
    Ok(Redirect::to("/"))
}

async fn logout(session: Held<Session>) -> Result<Redirect, Error> {
    session.logout()?;
    Ok(Redirect::to("/"))
}

async fn add(cart: Held<Cart>, again: Held<Cart>) -> Result<String, Error> {
    cart.update(|cart| cart.lines.push("soup".into()))?;
    again.update(|cart| cart.lines.push("bread".into()))?;
    Ok(format!("{}", cart.read(|cart| cart.lines.len())))
}

async fn dark(theme: Held<Theme>) -> Result<(), Error> {
    theme.update(|theme| theme.0 = "dark".into())
}

async fn fails(cart: Held<Cart>) -> Result<String, (StatusCode, &'static str)> {
    cart.update(|cart| cart.lines.push("soup".into())).unwrap();
    Err((StatusCode::CONFLICT, "out of soup"))
}

async fn panics(cart: Held<Cart>) -> String {
    cart.update(|cart| cart.lines.push("soup".into())).unwrap();
    cart.update(|cart| {
        cart.lines.push("half a bread".into());
        panic!("as this test wants it")
    })
    .unwrap()
}

async fn stuff(cart: Held<Cart>) -> Result<(), Error> {
    cart.update(|cart| cart.note = "x".repeat(5_000))
}

async fn whoami(session: Required<Session>) -> Result<String, Error> {
    session.read(|session| format!("{:?}", session.user))
}

async fn perhaps(session: Option<Required<Session>>) -> String {
    session.is_some().to_string()
}

async fn or_login(session: Result<Required<Session>, NotHeld>) -> Response {
    match session {
        Ok(_) => "in".into_response(),
        Err(NotHeld::Missing(_)) => Redirect::to("/login").into_response(),
        Err(fault) => fault.into_response(),
    }
}

async fn adopt(session: Held<Session>) -> Result<(), Error> {
    session.replace(Session::default())
}

async fn count(session: Held<Session>) -> Result<String, Error> {
    session.update(|session| {
        session.seen += 1;
        session.seen.to_string()
    })
}

/// Counts before the handler, and remembers the user agent after it.
async fn counted(session: Held<Session>, request: Request, next: Next) -> Result<Response, Error> {
    session.update(|session| session.seen += 1)?;
    let answer = next.run(request).await;
    session.update(|session| session.seen += 10)?;
    Ok(answer)
}

/// Answers in the handler's place.
async fn closed(theme: Held<Theme>, _: Request, _: Next) -> Result<Response, Error> {
    theme.update(|theme| theme.0 = "closed".into())?;
    Ok((StatusCode::SERVICE_UNAVAILABLE, "closed").into_response())
}

/// What a layer that catches panics does: the task is what tokio catches them of.
pub(crate) async fn catch(request: Request, next: Next) -> Response {
    tokio::spawn(next.run(request)).await.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

async fn stranger(_: Held<Stranger>) {}

async fn needed_stranger(_: Option<Required<Stranger>>) {}

pub(crate) fn routes() -> Router {
    Router::new()
        .route("/", get(page))
        .route("/login", get(login))
        .route("/logout", get(logout))
        .route("/add", get(add))
        .route("/dark", get(dark))
        .route("/fails", get(fails))
        .route("/stuff", get(stuff))
        .route("/whoami", get(whoami))
        .route("/perhaps", get(perhaps))
        .route("/or-login", get(or_login))
        .route("/adopt", get(adopt))
        .route("/count", get(count))
        .route("/counted", get(count).layer(middleware::from_fn(counted)))
        .route("/closed", get(page).layer(middleware::from_fn(closed)))
        .route("/panics", get(panics).layer(middleware::from_fn(catch)))
        .route("/stranger", get(stranger))
        .route("/needed-stranger", get(needed_stranger))
}

impl Shop {
    pub(crate) async fn open() -> Self {
        Self::with(routes(), &Keyring::generate().unwrap()).await
    }

    pub(crate) async fn with(app: Router, keys: &Keyring) -> Self {
        let clock = TestClock::new(NOW);
        let jars = Arc::new(jars(keys, &clock));
        let server = serve(app.layer(SlipLayer::new(Arc::clone(&jars)))).await;
        Self { server, jars, clock, browser: Browser::at("https://shop.example") }
    }

    /// Asks as a browser does, which then keeps what it is given; all of it must please it.
    pub(crate) async fn visit(&mut self, path: &str) -> Answer {
        let answer = self.server.get(path, self.browser.header("/", self.clock.time())).await;
        let taken = self.browser.receive(&answer.set_cookie(), self.clock.time());
        assert!(taken.iter().all(Result::is_ok), "{path}: {taken:?}");
        answer
    }

    /// The state that the browser's cookie has, if it has one that opens.
    pub(crate) fn state<T: SlipState + Clone>(&self) -> Option<T> {
        let visit = self.jars.jar::<T>().unwrap().visit(self.browser.cookies("/", self.clock.time())).unwrap();
        visit.state().cloned()
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.state::<Cart>().map(|cart| cart.lines).unwrap_or_default()
    }
}
