//! A model of a browser with tabs, and of servers: the library's planner and its model of a browser's jar, and chance from a seed.
//!
//! It may not know HTTP. Time is the model's own: what would take a minute takes nothing.

use crate::{
    Fault,
    burst::Burst,
    counter,
    dice::Dice,
    jars::{self, Goods},
    judge::Seen,
    op::{Kind, Op},
    orders::Orders,
    rehearsal::SERVERS,
    shop::DELAY,
};
use orderslip::{
    Error, Keyring, UnixTime,
    cookie::{Cookies, Jars, Plan, Visits},
    merge::Cart,
    testing::{Browser, TestClock},
};
use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    sync::Arc,
    time::{Duration, SystemTime},
};

pub(crate) struct Model {
    clock: TestClock,
    /// Milliseconds since the beginning.
    now: u64,
    servers: Vec<Arc<Jars>>,
    orders: Orders,
    dice: Dice,
    browser: Browser,
}

/// What happens next to a write.
enum Step {
    Ask,
    Arrive(Cookies),
    Answer { visits: Visits, done: Result<(), Error> },
    Store { plan: Plan, done: bool },
}

/// On the wire, one way.
const WAY: usize = 5;

/// After a refusal.
const RETRY: usize = 1_000;

impl Model {
    pub(crate) fn new(seed: u64) -> Result<Self, Fault> {
        let today = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs();
        let (clock, keys) = (TestClock::new(UnixTime::from_secs(today)), Keyring::generate()?);
        let server = |_| jars::jars(&keys, clock.clone(), SERVERS).map(Arc::new);
        let servers = (0..SERVERS).map(server).collect::<Result<_, Error>>()?;
        Ok(Self {
            clock,
            now: 0,
            servers,
            orders: Orders::default(),
            dice: Dice::new(seed, 0),
            browser: Browser::at("https://tabs.example"),
        })
    }

    pub(crate) fn play(&mut self, kind: Kind, burst: &Burst) -> Result<Seen, Fault> {
        self.browser = Browser::at("https://tabs.example");
        self.open_the_page()?;
        for op in &burst.first {
            if self.at_once(kind, std::slice::from_ref(op))?.0 != [true] {
                return Err("the first writes failed".into());
            }
        }
        let (done, refusals) = self.at_once(kind, &burst.at_once)?;
        let visits = self.visits(self.browser.cookies("/", self.clock.time()))?;
        Ok(Seen { done, refusals, cart: counter::look(kind, &visits)?, orders: self.orders.take() })
    }

    /// All of them are asked before one is answered, unless they were refused first.
    fn at_once(&mut self, kind: Kind, ops: &[Op]) -> Result<(Vec<bool>, u64), Fault> {
        let (mut done, mut refusals) = (vec![false; ops.len()], 0);
        let mut steps: Vec<Step> = ops.iter().map(|_| Step::Ask).collect();
        let mut times: BinaryHeap<_> = (0..ops.len()).map(|write| Reverse((self.now, write))).collect();
        while let Some(Reverse((time, write))) = times.pop() {
            self.clock.advance(Duration::from_millis(time - self.now));
            self.now = time;
            let (Some(step), Some(op)) = (steps.get_mut(write), ops.get(write)) else { continue };
            let (next, after) = match std::mem::replace(step, Step::Ask) {
                Step::Ask => (Step::Arrive(self.browser.cookies("/", self.clock.time())), self.dice.below(WAY)),
                Step::Arrive(cookies) => {
                    let visits = self.visits(cookies)?;
                    let done = counter::act(kind, &visits, &self.orders, op);
                    (Step::Answer { visits, done }, self.dice.below(DELAY))
                }
                Step::Answer { visits, done } => {
                    let plan = visits.plan();
                    let done = match done {
                        Ok(()) => plan.refusal().is_none(),
                        Err(error) if error.is_unavailable() => false,
                        Err(error) => return Err(error.into()),
                    };
                    (Step::Store { plan, done }, self.dice.below(WAY))
                }
                Step::Store { plan, done: is_done } => {
                    self.receive(&plan)?;
                    if is_done {
                        if let Some(done) = done.get_mut(write) {
                            *done = true;
                        }
                        continue;
                    }
                    refusals += 1;
                    (Step::Ask, RETRY + self.dice.below(RETRY))
                }
            };
            *step = next;
            times.push(Reverse((time + u64::try_from(after)?, write)));
        }
        Ok((done, refusals))
    }

    /// Which begins the session.
    fn open_the_page(&mut self) -> Result<(), Fault> {
        let visits = self.visits(self.browser.cookies("/", self.clock.time()))?;
        let _ = visits.merged::<Cart<Goods>>()?;
        self.receive(&visits.plan())
    }

    /// At one of the servers, now.
    fn visits(&mut self, cookies: Cookies) -> Result<Visits, Fault> {
        let server = self.dice.below(self.servers.len());
        Ok(Visits::new(Arc::clone(self.servers.get(server).ok_or("no server")?), cookies))
    }

    fn receive(&mut self, plan: &Plan) -> Result<(), Fault> {
        let stored = self.browser.receive(plan.set_cookie(), self.clock.time());
        if stored.iter().any(Result::is_err) { Err("the browser dropped a cookie".into()) } else { Ok(()) }
    }
}
