//! The middleware and the extractors, over real sockets: what a client sends, and what it is answered.
//!
//! The planner has its own tests, and so has the layer for tower; what counts here is that plans reach every answer of actix-web.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a failing test should stop where it fails")]

use actix_web::{
    App, Error, HttpResponse, HttpServer,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    error::{ErrorConflict, ErrorImATeapot},
    http::header::{CACHE_CONTROL, LOCATION, VARY},
    middleware::{Next, from_fn},
    rt::System,
    web::{self, Bytes},
};
use orderslip::{
    Alg, Key, Keyring, Lifetime, Sealer, SlipState, UnixTime,
    cookie::{Jar, Jars},
    csrf::{Provenance, SameOrigin},
    testing::{Browser, TestClock, mint},
};
use orderslip_actix::{Failure, Held, Required, Slips, same_origin};
use serde::{Deserialize, Serialize};
use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    pin::Pin,
    sync::{Arc, mpsc},
    task::{Context, Poll},
    thread,
    time::Duration,
};

const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);

macro_rules! state {
    ($name:ident, $purpose:literal, $version:literal, { $($field:ident: $type:ty),* }) => {
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
        struct $name {
            $($field: $type),*
        }

        impl SlipState for $name {
            const PURPOSE: &'static str = $purpose;
            const VERSION: u16 = $version;
        }
    };
}

state!(Session, "shop.example/session", 1, { user: Option<String>, seen: u32 });
state!(NextSession, "shop.example/session", 2, { tenant: u32 });
state!(Cart, "shop.example/cart", 1, { lines: Vec<String>, note: String });
state!(Theme, "shop.example/theme", 1, { name: String });
state!(Stranger, "shop.example/stranger", 1, {});

async fn page(session: Held<Session>, cart: Held<Cart>, theme: Held<Theme>) -> String {
    let user = session.read(|session| session.user.clone());
    let lines = cart.read(|cart| cart.lines.clone());
    format!("{user:?} {lines:?} {:?} {:?}", theme.read(|theme| theme.name.clone()), session.outcome())
}

fn home() -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, "/")).finish()
}

async fn login(session: Held<Session>) -> Result<HttpResponse, Failure> {
    session.replace_with(|guest| Session { user: Some("ada".into()), ..guest })?;
    Ok(home())
}

async fn logout(session: Held<Session>) -> Result<HttpResponse, Failure> {
    session.logout()?;
    Ok(home())
}

async fn add(cart: Held<Cart>, again: Held<Cart>) -> Result<String, Failure> {
    cart.update(|cart| cart.lines.push("soup".into()))?;
    again.update(|cart| cart.lines.push("bread".into()))?;
    Ok(cart.read(|cart| cart.lines.len()).to_string())
}

async fn fails(cart: Held<Cart>) -> Result<String, Error> {
    cart.update(|cart| cart.lines.push("soup".into())).map_err(Failure::from)?;
    Err(ErrorConflict("out of soup"))
}

async fn stuff(cart: Held<Cart>) -> Result<String, Failure> {
    cart.update(|cart| cart.note = "x".repeat(5_000))?;
    Ok(String::new())
}

async fn count(session: Held<Session>) -> Result<String, Failure> {
    session.update(|session| session.seen += 1)?;
    Ok(session.read(|session| session.seen).to_string())
}

async fn whoami(session: Required<Session>) -> Result<String, Failure> {
    Ok(session.read(|session| format!("{:?}", session.user))?)
}

async fn or_login(session: Result<Required<Session>, Failure>) -> Result<HttpResponse, Failure> {
    match session {
        Ok(_) => Ok(HttpResponse::Ok().body("in")),
        Err(Failure::Missing(_)) => Ok(HttpResponse::SeeOther().insert_header((LOCATION, "/login")).finish()),
        Err(fault) => Err(fault),
    }
}

async fn public(theme: Held<Theme>) -> HttpResponse {
    let name = theme.read(|theme| theme.name.clone());
    HttpResponse::Ok().insert_header((CACHE_CONTROL, "public, max-age=60")).body(name)
}

async fn varied() -> HttpResponse {
    HttpResponse::Ok().insert_header((CACHE_CONTROL, "public")).insert_header((VARY, "accept")).finish()
}

/// A body that writes into the cart when it is asked for its one piece, and says what came of it.
struct Late(Option<Held<Cart>>);

impl MessageBody for Late {
    type Error = Error;

    fn size(&self) -> actix_web::body::BodySize {
        actix_web::body::BodySize::Stream
    }

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        let Some(cart) = self.0.take() else { return Poll::Ready(None) };
        let written = cart.update(|cart| cart.lines.push("too late".into()));
        Poll::Ready(Some(Ok(format!("misuse: {}", written.is_err_and(|error| error.is_misuse())).into())))
    }
}

async fn stream(cart: Held<Cart>) -> HttpResponse<Late> {
    HttpResponse::Ok().message_body(Late(Some(cart))).unwrap()
}

/// Counts before the handler and after it.
async fn counted<B: MessageBody>(mut request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    let session = request.extract::<Held<Session>>().await?;
    session.update(|session| session.seen += 1).map_err(Failure::from)?;
    let answer = next.call(request).await?;
    session.update(|session| session.seen += 10).map_err(Failure::from)?;
    Ok(answer)
}

/// Fails in the handler's place: no answer yet, but an error on its way out.
async fn broken<B: MessageBody>(mut request: ServiceRequest, _: Next<B>) -> Result<ServiceResponse<B>, Error> {
    let theme = request.extract::<Held<Theme>>().await?;
    theme.update(|theme| theme.name = "closed".into()).map_err(Failure::from)?;
    Err(ErrorImATeapot("closed"))
}

async fn paid(provenance: web::ReqData<Provenance>) -> String {
    format!("{:?}", *provenance)
}

fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/", web::get().to(page))
        .route("/login", web::get().to(login))
        .route("/logout", web::get().to(logout))
        .route("/add", web::get().to(add))
        .route("/fails", web::get().to(fails))
        .route("/stuff", web::get().to(stuff))
        .route("/count", web::get().to(count))
        .route("/whoami", web::get().to(whoami))
        .route("/or-login", web::get().to(or_login))
        .route("/public", web::get().to(public))
        .route("/varied", web::get().to(varied))
        .route("/stream", web::get().to(stream))
        .route("/stranger", web::get().to(async |_: Held<Stranger>| ""))
        .service(web::resource("/counted").wrap(from_fn(counted)).get(count))
        .service(web::resource("/broken").wrap(from_fn(broken)).get(page))
        .app_data(web::Data::new(SameOrigin::new()))
        .service(web::resource("/pay").wrap(from_fn(same_origin)).post(paid));
}

struct Shop {
    address: SocketAddr,
    jars: Arc<Jars>,
    clock: TestClock,
    browser: Browser,
}

#[derive(Debug)]
struct Answer {
    status: u16,
    fields: Vec<(String, String)>,
    body: String,
}

fn ring() -> Keyring {
    Keyring::new(vec![Key::generate(Alg::HkdfA256Gcm).unwrap()]).unwrap()
}

fn jar<T: SlipState>(name: &str, keys: &Keyring, clock: &TestClock) -> Jar<T> {
    let hours = |hours: u64| Duration::from_secs(hours * 3_600);
    let lifetime = Lifetime::absolute(hours(8)).idle(hours(1));
    Jar::builder(name, Sealer::<T>::encrypted(keys).lifetime(lifetime).clock(clock.clone())).build().unwrap()
}

/// A server that runs as long as the test does; without slips if there are none.
fn serve(slips: Option<Slips>) -> SocketAddr {
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        System::new().block_on(async move {
            let app = move || {
                let slips = actix_web::middleware::Condition::new(
                    slips.is_some(),
                    slips.clone().unwrap_or(Slips::new(Jars::new())),
                );
                App::new().configure(routes).wrap(slips)
            };
            let server = HttpServer::new(app).workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
            send.send(server.addrs()[0]).unwrap();
            server.run().await.unwrap();
        });
    });
    receive.recv().unwrap()
}

fn send<L: AsRef<[u8]>>(address: SocketAddr, method: &str, path: &str, lines: &[L]) -> Answer {
    let mut request = format!("{method} {path} HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n").into_bytes();
    for line in lines {
        request.extend_from_slice(line.as_ref());
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(if method == "GET" { b"\r\n" } else { b"Content-Length: 0\r\n\r\n" });
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(&request).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let field = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()));
    Answer { status, fields: lines.filter_map(field).collect(), body: body.to_owned() }
}

impl Answer {
    fn all(&self, name: &str) -> Vec<&str> {
        self.fields.iter().filter(|(found, _)| found == name).map(|(_, value)| value.as_str()).collect()
    }

    fn field(&self, name: &str) -> String {
        self.all(name).join(", ")
    }

    fn named(&self) -> Vec<&str> {
        self.all("set-cookie").iter().filter_map(|line| line.split('=').next()).collect()
    }
}

impl Shop {
    fn open() -> Self {
        Self::with(&ring())
    }

    fn with(keys: &Keyring) -> Self {
        let clock = TestClock::new(NOW);
        let jars = Jars::new().with(jar::<Session>("session", keys, &clock)).unwrap();
        let jars = jars.with(jar::<Cart>("cart", keys, &clock)).unwrap();
        let jars = Arc::new(jars.with(jar::<Theme>("theme", keys, &clock)).unwrap());
        let address = serve(Some(Slips::new(Arc::clone(&jars))));
        Self { address, jars, clock, browser: Browser::at("https://shop.example") }
    }

    fn get(&self, path: &str, cookies: impl AsRef<[u8]>) -> Answer {
        send(self.address, "GET", path, &[[b"Cookie: ", cookies.as_ref()].concat()])
    }

    /// Asks as a browser does, which then keeps what it is given; all of it must please it.
    fn visit(&mut self, path: &str) -> Answer {
        let answer = self.get(path, self.browser.header("/", self.clock.time()));
        let taken = self.browser.receive(&answer.all("set-cookie"), self.clock.time());
        assert!(taken.iter().all(Result::is_ok), "{path}: {taken:?}");
        answer
    }

    fn state<T: SlipState + Clone>(&self) -> Option<T> {
        let visit = self.jars.jar::<T>().unwrap().visit(self.browser.cookies("/", self.clock.time())).unwrap();
        visit.state().cloned()
    }
}

#[test]
fn several_types_of_state_live_in_one_app() {
    let mut shop = Shop::open();
    let first = shop.visit("/");
    assert_eq!((first.body.as_str(), first.named().len()), (r#"None [] "" Absent"#, 0));
    assert_eq!((first.field("vary").as_str(), first.field("cache-control").as_str()), ("cookie", "private, no-cache"));
    assert_eq!(shop.visit("/add").named(), ["__Host-cart"]);
    assert_eq!(shop.visit("/login").named(), ["__Host-session"]);
    assert_eq!(shop.visit("/").body, r#"Some("ada") ["soup", "bread"] "" Opened"#);

    let session = shop.browser.header("/", NOW);
    let out = shop.visit("/logout");
    assert_eq!((out.status, out.named().len()), (303, 2), "the end of the session, and its tombstone");
    assert!(out.all("set-cookie")[1].starts_with("__Host-session=; Max-Age=0; "));
    let late = session.split("; ").find(|pair| pair.starts_with("__Host-session=")).unwrap();
    shop.browser.plant(late, NOW);
    assert_eq!(
        shop.visit("/").body,
        r#"None ["soup", "bread"] "" LoggedOut"#,
        "an answer in flight brings nothing back"
    );
}

#[test]
fn extracted_twice_it_is_the_same_slip() {
    let mut shop = Shop::open();
    let answer = shop.visit("/add");
    assert_eq!((answer.body.as_str(), answer.named().len()), ("2", 1));
    let answer = shop.visit("/counted");
    assert_eq!((answer.body.as_str(), answer.named().len()), ("2", 1));
    assert_eq!(shop.state::<Session>().unwrap().seen, 12, "before, in and after the handler");
}

#[test]
fn writes_reach_redirects_errors_and_what_inner_middleware_fails_with() {
    let mut shop = Shop::open();
    let redirect = shop.visit("/login");
    assert_eq!((redirect.status, redirect.field("location").as_str()), (303, "/"));
    let error = shop.visit("/fails");
    assert_eq!((error.status, error.body.as_str()), (409, "out of soup"));
    assert_eq!(shop.state::<Cart>().unwrap().lines, ["soup"]);
    let inner = shop.visit("/broken");
    assert_eq!((inner.status, inner.body.as_str()), (418, "closed"));
    assert_eq!(shop.state::<Theme>().unwrap().name, "closed");
    for answer in [redirect, error, inner] {
        assert_eq!((answer.field("vary").as_str(), answer.field("cache-control").as_str()), ("cookie", "no-store"));
    }
}

#[test]
fn a_body_that_writes_after_the_header_is_told_so() {
    let mut shop = Shop::open();
    shop.visit("/add");
    let answer = shop.visit("/stream");
    assert!(answer.body.contains("misuse: true") && answer.named().is_empty(), "{answer:?}");
    assert_eq!(shop.state::<Cart>().unwrap().lines, ["soup", "bread"]);
}

#[test]
fn caches_are_told_what_the_handler_did_not() {
    let shop = Shop::open();
    let read = shop.get("/public", "");
    assert_eq!(read.all("cache-control"), ["max-age=60, private"]);
    let untouched = shop.get("/varied", "__Host-cart=junk");
    let said = (untouched.field("vary"), untouched.field("cache-control"), untouched.named().len());
    assert_eq!(said, ("accept".to_owned(), "public".to_owned(), 0), "no slip had to do with it");
    assert_eq!(shop.get("/none", "").status, 404);
}

#[test]
fn junk_costs_one_answer() {
    let shop = Shop::open();
    let good =
        mint(shop.jars.jar::<Cart>().unwrap(), &Cart { lines: vec!["soup".into()], note: String::new() }, NOW).unwrap();
    let two_hundred = (0..200).map(|number| format!("__Host-cart=junk{number}")).collect::<Vec<_>>().join("; ");
    let big = format!("big={}", "A".repeat(16_384));
    let others: [&[u8]; 4] =
        [two_hundred.as_bytes(), big.as_bytes(), b"__Host-session=\xff\xfe", b";;=;\"; a=\"b; c\""];
    for junk in others {
        let answer = shop.get("/", [junk, b"; ", good.as_bytes()].concat());
        assert_eq!(answer.status, 200);
        assert!(answer.body.contains(r#"["soup"]"#) && !answer.named().contains(&"__Host-cart"), "{answer:?}");
    }
    let junk = shop.get("/", "__Host-cart=junk");
    assert!(junk.status == 200 && junk.all("set-cookie")[0].starts_with("__Host-cart=; Max-Age=0; "), "{junk:?}");
    let split = send(shop.address, "GET", "/", &["Cookie: a=b".to_owned(), format!("Cookie: {good}")]);
    assert!(split.body.contains(r#"["soup"]"#), "several fields are one list");
}

#[test]
fn who_needs_a_slip_is_not_called_without_one() {
    let mut shop = Shop::open();
    for cookies in ["", "__Host-session=junk"] {
        let answer = shop.get("/whoami", cookies);
        assert_eq!((answer.status, answer.body.as_str()), (401, ""));
        assert_eq!(answer.named().len(), usize::from(!cookies.is_empty()), "junk is deleted with a refusal, too");
        assert_eq!(shop.get("/or-login", cookies).field("location"), "/login");
    }
    shop.visit("/login");
    assert_eq!(shop.visit("/whoami").body, "Some(\"ada\")");
    assert_eq!(shop.visit("/or-login").body, "in");
}

#[test]
fn an_authentic_slip_of_a_newer_version_is_held() {
    let keys = ring();
    let shop = Shop::with(&keys);
    let newer = jar::<NextSession>("session", &keys, &shop.clock);
    let cookie = mint(&newer, &NextSession { tenant: 7 }, NOW).unwrap();
    for path in ["/whoami", "/or-login", "/count"] {
        let answer = shop.get(path, &cookie);
        let status = if path == "/or-login" { 303 } else { 503 };
        assert_eq!((answer.status, answer.named().len(), answer.body.as_str()), (status, 0, ""), "{path}");
        assert_eq!(answer.field("retry-after"), if status == 503 { "5" } else { "" }, "{path}");
    }
    let read = shop.get("/", &cookie);
    assert_eq!((read.body.as_str(), read.named().len()), (r#"None [] "" Unreadable"#, 0));
}

#[test]
fn what_does_not_fit_is_said_and_the_client_keeps_what_it_had() {
    let mut shop = Shop::open();
    shop.visit("/add");
    let answer = shop.visit("/stuff");
    assert_eq!((answer.status, answer.body.as_str(), answer.named().len()), (413, "", 0));
    assert_eq!(shop.state::<Cart>().unwrap().lines, ["soup", "bread"]);
}

#[test]
fn a_program_that_is_wrong_says_so() {
    let bare = serve(None);
    for path in ["/", "/whoami", "/or-login", "/add"] {
        let answer = send::<&str>(bare, "GET", path, &[]);
        assert_eq!((answer.status, answer.body.as_str()), (500, ""), "{path} without the middleware");
    }
    assert_eq!(Shop::open().get("/stranger", "").status, 500, "without a jar");
}

#[test]
fn requests_from_pages_of_other_sites_are_refused() {
    let shop = Shop::open();
    let table: [(&[&str], u16); 8] = [
        (&["Sec-Fetch-Site: same-origin"], 200),
        (&["Sec-Fetch-Site: cross-site"], 403),
        (&["Sec-Fetch-Site: same-site"], 403),
        (&["Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: cross-site"], 403),
        (&["Origin: https://shop.example"], 200),
        (&["Origin: https://evil.example"], 403),
        (&["Origin: null"], 403),
        (&[], 200),
    ];
    for (lines, status) in table {
        let answer = send(shop.address, "POST", "/pay", lines);
        assert_eq!((answer.status, answer.body.is_empty()), (status, status == 403), "{lines:?}");
    }
    assert_eq!(send::<&str>(shop.address, "POST", "/pay", &[]).body, "Unknown");
}
