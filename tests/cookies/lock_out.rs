//! Endless parallel writers behind a proxy with nginx's limits: the browser is never locked out, and holds every write that was
//! answered with a success.
//!
//! A request whose `Cookie` line is too long for the proxy never reaches a server, so it and all that follow it fail for good: here it
//! fails the test. Time is the model's own, chance is from a seed. `ORDERSLIP_FULL=1 cargo test --release --test cookies
//! lock_out -- --nocapture` sends 400 writes by each writer and prints what became of them; `ORDERSLIP_SEEDS=40` tries more seeds.

use crate::kit::{NOW, shared_ring};
use orderslip::{
    Error, Keyring, Lifetime, Sealer, SlipState,
    cookie::{Cookies, Jar, Jars, MergedJar, Plan, Visits},
    merge::{Cart, CartOp, Line, Policy},
    testing::{Browser, TestClock},
};
use serde::{Deserialize, Serialize};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    env,
    sync::Arc,
    time::Duration,
};

/// nginx reads a header line into 8 KiB (`large_client_header_buffers 4 8k`), and the name and the line's end are part of it.
const LINE: usize = 8 * 1024 - "Cookie: \r\n".len();

/// What a page does when it is refused: asks again as often, and then tells its user.
const TRIES: u32 = 3;

#[derive(Default, Serialize, Deserialize)]
struct Session {
    user: Option<String>,
}

impl SlipState for Session {
    const PURPOSE: &'static str = "shop.example/session";
    const VERSION: u16 = 1;
}

struct Goods;

impl Line for Goods {
    const PURPOSE: &'static str = "shop.example/cart";
    const VERSION: u16 = 1;
}

type Goodies = Cart<Goods>;

fn jars(ring: &Keyring, clock: &TestClock, processes: usize) -> Arc<Jars> {
    let life = Lifetime::absolute(Duration::from_secs(86_400)).idle(Duration::from_secs(3_600));
    let sealer = Sealer::<Session>::encrypted(ring).lifetime(life).clock(clock.clone());
    let sessions = Jar::builder("session", sealer).build().unwrap();
    let policy = Policy::builder().processes(processes).build().unwrap();
    let carts = MergedJar::<Goodies>::with_policy("cart", &sessions, policy).unwrap();
    Arc::new(Jars::new().with(sessions).unwrap().with_merged(carts).unwrap())
}

/// SplitMix64 (Steele, Lea, Flood 2014).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }
}

/// Where a writer is.
enum Step {
    Ask,
    Arrive(Cookies),
    Answer(Visits, Result<(), Error>),
    Store(Plan, bool),
}

struct Writer {
    step: Step,
    left: u32,
    tries: u32,
    article: String,
    service: u64,
}

struct Site {
    clock: TestClock,
    browser: Browser,
    servers: Vec<Arc<Jars>>,
    dice: Dice,
    now: u64,
    largest: usize,
    /// When each of a browser's connections is free again. It reads the cookies of a request before the request waits for one, so what
    /// arrives may be old.
    connections: [u64; 6],
    /// Milliseconds that a server takes, at most.
    slow: u64,
}

impl Site {
    fn open(processes: usize, slow: u64, seed: u64) -> Self {
        let (ring, clock) = (shared_ring(), TestClock::new(NOW));
        let servers = (0..processes).map(|_| jars(&ring, &clock, processes)).collect();
        let mut browser = Browser::at("https://shop.example");
        // What others set.
        browser.plant(&format!("_analytics={}", "x".repeat(200)), NOW);
        let mut site =
            Self { clock, browser, servers, dice: Dice(seed), now: 0, largest: 0, connections: [0; 6], slow };
        site.look();
        site
    }

    fn cookies(&mut self) -> Cookies {
        let cookies = self.browser.cookies("/", self.clock.time());
        self.largest = self.largest.max(cookies.size());
        let header = self.browser.header("/", self.clock.time());
        let bases =
            || header.split("; ").filter(|pair| pair.starts_with("__Host-cartb")).map(str::len).collect::<Vec<_>>();
        let (now, size) = (self.now, cookies.size());
        assert!(size <= LINE, "locked out after {now} ms: {size} bytes, bases of {:?}", bases());
        cookies
    }

    fn visits(&mut self, cookies: Cookies) -> Visits {
        let server = usize::try_from(self.dice.below(u64::try_from(self.servers.len()).unwrap())).unwrap();
        Visits::new(Arc::clone(self.servers.get(server).unwrap()), cookies)
    }

    fn store(&mut self, plan: &Plan) {
        let stored = self.browser.receive(plan.set_cookie(), self.clock.time());
        assert!(stored.iter().all(Result::is_ok), "{stored:?}");
        let bytes: usize = plan.set_cookie().iter().map(|line| line.len() + "Set-Cookie: \r\n".len()).sum();
        assert!(bytes < 4096 - 200, "nginx takes an answer's head of 4 KiB (`proxy_buffer_size`): {bytes}");
    }

    fn goes_on(&mut self, until: u64) {
        self.clock.advance(Duration::from_millis(until - self.now));
        self.now = until;
    }

    /// The page with the cart.
    fn look(&mut self) -> BTreeMap<String, u32> {
        let cookies = self.cookies();
        let visits = self.visits(cookies);
        let cart = visits.merged::<Goodies>().unwrap();
        let lines = cart.read(|cart| cart.lines().map(|(article, quantity)| (article.to_owned(), quantity)).collect());
        self.store(&visits.plan());
        lines
    }

    /// Gives what was answered with a success, and how often a write was refused.
    fn stream(&mut self, writers: usize, each: u32) -> (BTreeMap<String, u32>, u64) {
        let (mut done, mut refusals) = (BTreeMap::new(), 0);
        let mut all: Vec<Writer> = (0..writers)
            .map(|_| Writer { step: Step::Ask, left: each, tries: 0, article: String::new(), service: 0 })
            .collect();
        let mut times: BinaryHeap<_> =
            (0..writers).map(|writer| Reverse((self.now + self.dice.below(50), writer))).collect();
        while let Some(Reverse((time, number))) = times.pop() {
            self.goes_on(time);
            let writer = all.get_mut(number).unwrap();
            let after = match std::mem::replace(&mut writer.step, Step::Ask) {
                Step::Ask => {
                    if writer.tries == 0 {
                        writer.article = format!("article-{:02}", self.dice.below(40));
                    }
                    writer.step = Step::Arrive(self.cookies());
                    writer.service = self.dice.below(self.slow);
                    let way = self.dice.below(5);
                    let free = self.connections.iter_mut().min().unwrap();
                    let arrives = time.max(*free) + way;
                    *free = arrives + writer.service;
                    arrives - time
                }
                Step::Arrive(cookies) => {
                    let visits = self.visits(cookies);
                    let op = CartOp::Add(writer.article.clone(), 1);
                    let did = visits.merged::<Goodies>().unwrap().update(&op);
                    writer.step = Step::Answer(visits, did);
                    writer.service
                }
                Step::Answer(visits, did) => {
                    let plan = visits.plan();
                    assert!(did.as_ref().err().is_none_or(Error::is_unavailable), "{did:?}");
                    let is_done = did.is_ok() && plan.refusal().is_none();
                    writer.step = Step::Store(plan, is_done);
                    self.dice.below(5)
                }
                Step::Store(plan, is_done) => {
                    self.store(&plan);
                    writer.tries += 1;
                    refusals += u64::from(!is_done);
                    if is_done {
                        *done.entry(writer.article.clone()).or_default() += 1;
                    }
                    if is_done || writer.tries == TRIES {
                        (writer.left, writer.tries) = (writer.left - 1, 0);
                    }
                    if writer.left == 0 {
                        continue;
                    }
                    if is_done { 1 } else { 1_000 + self.dice.below(1_000) }
                }
            };
            times.push(Reverse((time + after, number)));
        }
        (done, refusals)
    }
}

fn nothing_is_lost(writers: usize, processes: usize) {
    // A quick server, and one so slow that a request waits for seconds in the browser.
    for slow in [50, 600] {
        nothing_is_lost_at(writers, processes, slow);
    }
}

fn nothing_is_lost_at(writers: usize, processes: usize, slow: u64) {
    let is_full = env::var_os("ORDERSLIP_FULL").is_some();
    let number = env::var("ORDERSLIP_SEEDS").ok().and_then(|number| number.parse().ok()).unwrap_or(2);
    let (each, seeds) = if is_full { (400, 0..3) } else { (8, 0..number) };
    for seed in seeds {
        let mut site = Site::open(processes, slow, seed);
        let (done, refusals) = site.stream(writers, each);
        let count: u32 = done.values().sum();
        if is_full {
            let (largest, minutes) = (site.largest, site.now / 60_000);
            println!(
                "{writers} writers, {processes} processes, seed {seed}: {count} done, {refusals} refused, {minutes} min, {largest} bytes at most"
            );
        }
        assert!(count > 40, "{count} of {writers} writers");
        assert_eq!(site.look(), done, "{writers} writers, seed {seed}");
        // And a quarter of an hour later, when all is one cookie.
        for _ in 0..30 {
            site.goes_on(site.now + 60_000);
            assert_eq!(site.look(), done, "{writers} writers, seed {seed}, afterwards");
        }
        let siblings = site.browser.names(site.clock.time()).into_iter().filter(|name| name.contains("cart")).count();
        assert_eq!(siblings, 1, "{writers} writers, seed {seed}");
    }
}

#[test]
fn forty_writers_at_three_processes() {
    nothing_is_lost(40, 3);
}

#[test]
fn eighty_writers_at_three_processes() {
    nothing_is_lost(80, 3);
}

#[test]
fn forty_writers_at_eight_processes() {
    nothing_is_lost(40, 8);
}

#[test]
fn eighty_writers_at_one_process() {
    nothing_is_lost(80, 1);
}
