//! What the layer costs a handler that only reads: `SlipLayer` and `Held` against a handler that opens the token by hand.
//!
//! `cargo bench --bench web` prints minima, medians and allocations; `-- --gate` exits with 1 if the layer costs more
//! than 3 µs or 6 allocations over the bare slip.
//!
//! Both contenders are one `axum::Router` with one route, and both have a layer, as axum boxes once more for any layer, be it an empty one;
//! what an empty one costs is printed as well. They take turns within one process and thread; the minimum of many short rounds counts: what
//! a machine does besides can only add to it.
#![expect(clippy::print_stdout, reason = "a report is for standard output")]
#![expect(unsafe_code, reason = "an allocator cannot be written without")]

#[path = "../tests/kit/states.rs"]
#[allow(dead_code, unreachable_pub, reason = "the states of all measurements; this one takes the session")]
mod states;

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{HeaderMap, Request, StatusCode, header::COOKIE},
    response::Response,
    routing::get,
};
use orderslip::{
    Error, Keyring, Lifetime, Sealer,
    cookie::{Held, Jar, Jars},
    web::SlipLayer,
};
use states::{Session, session};
use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    hint::black_box,
    pin::pin,
    process::ExitCode,
    task::{Context, Poll, Waker},
    time::Duration,
};
use tower::{Layer, Service};

const GATE: Duration = Duration::from_micros(3);
const GATE_OF_ALLOCATIONS: usize = 6;
const ROUNDS: usize = 1_500;
const REQUESTS: u32 = 100;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call is handed to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller keeps to the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller keeps to the contract of `realloc`.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps to the contract of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// The thread's own time, where there is such a clock.
#[cfg(unix)]
fn thread_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or_default())
}

#[cfg(not(unix))]
fn thread_time() -> Duration {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    START.get_or_init(std::time::Instant::now).elapsed()
}

/// The bare slip: the cookie is looked for, and its token opened.
async fn by_hand(State(sealer): State<Sealer<Session>>, request: Request<Body>) -> Result<String, StatusCode> {
    let token = token(request.headers()).ok_or(StatusCode::UNAUTHORIZED)?;
    let slip = sealer.open(token).map_err(|_| StatusCode::UNAUTHORIZED)?;
    Ok(slip.state().name.clone())
}

fn token(header: &HeaderMap) -> Option<&str> {
    header.get(COOKIE)?.to_str().ok()?.split("; ").find_map(|pair| pair.strip_prefix("__Host-session="))
}

async fn held(session: Held<Session>) -> String {
    session.read(|session| session.name.clone())
}

/// A layer that does nothing.
#[derive(Clone)]
struct Empty<S>(S);

#[derive(Clone)]
struct EmptyLayer;

impl<S> Layer<S> for EmptyLayer {
    type Service = Empty<S>;

    fn layer(&self, inner: S) -> Empty<S> {
        Empty(inner)
    }
}

impl<R, S: Service<R>> Service<R> for Empty<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: R) -> S::Future {
        self.0.call(request)
    }
}

struct Contender {
    name: &'static str,
    app: Router,
    cookie: String,
    rounds: Vec<Duration>,
    allocations: usize,
}

impl Contender {
    fn new(name: &'static str, app: Router, token: &str) -> Self {
        let cookie = format!("theme=dark; __Host-session={token}; lang=de");
        Self { name, app, cookie, rounds: Vec::with_capacity(ROUNDS), allocations: usize::MAX }
    }

    /// A request is made before the clock runs, and an answer is dropped after it has stopped.
    fn take_a_turn(&mut self) -> Result<(), Box<dyn std::error::Error>> {
        let request = || Request::get("/").header(COOKIE, &self.cookie).body(Body::empty());
        let requests = (0..REQUESTS).map(|_| request()).collect::<Result<Vec<_>, _>>()?;
        let mut answers = Vec::with_capacity(requests.len());
        let (counted, start) = (ALLOCATIONS.get(), thread_time());
        for request in requests {
            answers.push(black_box(answer(&mut self.app, request)));
        }
        self.rounds.push((thread_time() - start) / REQUESTS);
        self.allocations = self.allocations.min((ALLOCATIONS.get() - counted) / answers.len());
        let is_read =
            |answer: &Option<Response>| answer.as_ref().is_some_and(|answer| answer.status() == StatusCode::OK);
        if answers.iter().all(is_read) { Ok(()) } else { Err("a slip was not read".into()) }
    }

    fn minimum(&self) -> Duration {
        self.rounds.iter().min().copied().unwrap_or_default()
    }

    fn median(&mut self) -> Duration {
        self.rounds.sort();
        self.rounds.get(self.rounds.len() / 2).copied().unwrap_or_default()
    }
}

/// Nothing in here waits.
fn answer(app: &mut Router, request: Request<Body>) -> Option<Response> {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(app.call(request)).poll(&mut context) {
        Poll::Ready(answer) => answer.ok(),
        Poll::Pending => None,
    }
}

fn contenders() -> Result<[Contender; 3], Error> {
    let keys = Keyring::generate()?;
    let sealer = || Sealer::<Session>::encrypted(&keys).lifetime(Lifetime::absolute(Duration::from_secs(8 * 3_600)));
    let bare = sealer().build()?;
    let by_hand = |sealer: &Sealer<Session>| Router::new().route("/", get(by_hand)).with_state(sealer.clone());
    let jar = Jar::builder("session", sealer()).build()?;
    let held_token = jar.mint_at(&session(), orderslip::Clock::now(&orderslip::SystemClock)?)?;
    let slips = SlipLayer::new(Jars::new().with(jar)?);
    let token = bare.seal(&session())?;
    Ok([
        Contender::new("by hand", by_hand(&bare), &token),
        Contender::new("by hand, an empty layer", by_hand(&bare).layer(EmptyLayer), &token),
        Contender::new("SlipLayer and Held", Router::new().route("/", get(held)).layer(slips), &held_token),
    ])
}

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let mut all = contenders()?;
    for _ in 0..ROUNDS {
        for contender in &mut all {
            contender.take_a_turn()?;
        }
    }
    for contender in &mut all {
        let (minimum, median) = (contender.minimum(), contender.median());
        println!(
            "{:<24} {minimum:>10.2?} at least, {median:>10.2?} in the middle, {} allocations",
            contender.name, contender.allocations
        );
    }
    let [_, bare, layer] = &mut all;
    let (over, over_median) =
        (layer.minimum().saturating_sub(bare.minimum()), layer.median().saturating_sub(bare.median()));
    let allocations = layer.allocations.saturating_sub(bare.allocations);
    println!("over the bare slip: {over:.2?} ({over_median:.2?} in the middle), {allocations} allocations");
    let is_over = over > GATE || allocations > GATE_OF_ALLOCATIONS;
    let fails = is_over && std::env::args().any(|argument| argument == "--gate");
    Ok(if fails { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
