//! What it costs to read mergeable state: a jar of one base and 16 operations, and how that grows.
//!
//! `cargo bench --bench siblings` prints the minima; `-- --gate` exits with 1 if 16 operations take more than 20 µs over
//! what opening the session takes anyway, or 64 operations more than their share of that.
//!
//! The contenders take turns within one process, and the minimum of many short rounds counts: what a machine does besides can only add
//! to it.
#![expect(clippy::print_stdout, reason = "a report is for standard output")]

use orderslip::{
    Error, Keyring, Lifetime, Sealer, SlipState, UnixTime,
    cookie::{Cookies, Jar, Jars, MergedJar, Visits},
    merge::{Cart, CartOp, Line},
    testing::{Browser, TestClock},
};
use serde::{Deserialize, Serialize};
use std::{
    hint::black_box,
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

/// For a base and 16 operations, on top of the session.
const GATE: Duration = Duration::from_micros(20);
/// How much an operation may cost with 64 of them, against 16.
const LINEAR: f64 = 1.3;
const ROUNDS: usize = 400;
const READS: u32 = 50;
const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);

#[derive(Default, Serialize, Deserialize)]
struct Session {}

impl SlipState for Session {
    const PURPOSE: &'static str = "shop.example/session";
    const VERSION: u16 = 1;
}

struct Goods;

impl Line for Goods {
    const PURPOSE: &'static str = "shop.example/cart";
    const VERSION: u16 = 1;
}

struct Contender {
    operations: u32,
    jars: Arc<Jars>,
    header: String,
    session: Duration,
    merged: Duration,
}

impl Contender {
    /// A browser with a session, a base of ten quiet lines, and so many operations.
    fn new(operations: u32) -> Result<Self, Error> {
        let clock = TestClock::new(NOW);
        let life = Lifetime::absolute(Duration::from_secs(86_400));
        let sealer = Sealer::<Session>::encrypted(&Keyring::generate()?).lifetime(life).clock(clock.clone());
        let sessions = Jar::builder("session", sealer).build()?;
        let policy = orderslip::merge::Policy::builder().header_limit(32 * 1024).build()?;
        let carts = MergedJar::<Cart<Goods>>::with_policy("cart", &sessions, policy)?;
        let jars = Arc::new(Jars::new().with(sessions)?.with_merged(carts)?);
        let mut browser = Browser::at("https://shop.example");
        let mut ask = |op: Option<CartOp>| -> Result<(), Error> {
            let visits = Visits::new(Arc::clone(&jars), browser.cookies("/", clock.time()));
            let cart = visits.merged::<Cart<Goods>>()?;
            op.map_or(Ok(()), |op| cart.update(&op))?;
            drop(browser.receive(visits.plan().set_cookie(), clock.time()));
            Ok(())
        };
        ask(None)?;
        for line in 0..10 {
            ask(Some(CartOp::Add(format!("SKU-{line:06}"), 1)))?;
        }
        // Until all of them are in one base.
        for _ in 0..40 {
            clock.advance(Duration::from_secs(60));
            ask(None)?;
        }
        for n in 0..operations {
            ask(Some(CartOp::Add(format!("SKU-{:06}", n % 10), 1)))?;
        }
        let header = browser.header("/", clock.time());
        Ok(Self { operations, jars, header, session: Duration::MAX, merged: Duration::MAX })
    }

    fn take_a_turn(&mut self) -> Result<(), Error> {
        let visits = || Visits::new(Arc::clone(&self.jars), Cookies::from_fields([self.header.as_bytes()]));
        let start = Instant::now();
        for _ in 0..READS {
            black_box(visits().held::<Session>()?);
        }
        let session = start.elapsed() / READS;
        let start = Instant::now();
        for _ in 0..READS {
            black_box(visits().merged::<Cart<Goods>>()?);
        }
        self.merged = self.merged.min(start.elapsed() / READS);
        self.session = self.session.min(session);
        Ok(())
    }

    fn own(&self) -> Duration {
        self.merged.saturating_sub(self.session)
    }
}

fn main() -> Result<ExitCode, Error> {
    let mut contenders = [0, 16, 32, 64].map(Contender::new).into_iter().collect::<Result<Vec<_>, Error>>()?;
    for _ in 0..ROUNDS {
        for contender in &mut contenders {
            contender.take_a_turn()?;
        }
    }
    println!("operations  cookies  session   siblings on top");
    for contender in &contenders {
        let (operations, cookies) = (contender.operations, contender.header.split(';').count());
        println!("{operations:>10}  {cookies:>7}  {:>7.1?}  {:>7.1?}", contender.session, contender.own());
    }
    let [none, sixteen, _, many] = &contenders[..] else { return Ok(ExitCode::FAILURE) };
    let each = |contender: &Contender| {
        contender.own().saturating_sub(none.own()).as_secs_f64() / f64::from(contender.operations)
    };
    let ratio = each(many) / each(sixteen);
    println!(
        "an operation of 64 costs {ratio:.2} times one of 16 (gate {LINEAR}); 16 cost {:.1?} (gate {GATE:?})",
        sixteen.own()
    );
    let is_gate = std::env::args().any(|argument| argument == "--gate");
    let is_over = sixteen.own() > GATE || ratio > LINEAR;
    Ok(if is_gate && is_over { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
