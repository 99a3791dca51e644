//! Random schedules of several tabs and servers, each judged by the oracle.
//!
//! A few hundred in `cargo test`; as many as you like, and the table, with
//!
//! ```text
//! ORDERSLIP_SCHEDULES=10000 cargo test --release --lib merge::tests::simulator -- --nocapture
//! ```
//!
//! which runs so many of *every* scenario. Seeds are fixed: schedule n is the same each time. It may not know how the core works.

use super::{
    oracle::{LINES, Plain, REGISTERS},
    world::{Answer, Cookie, Cookies, Wish, World, Wrong},
};
use crate::merge::{CartOp, Policy};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    time::Duration,
};

/// The longest that an answer is under way in these worlds.
const TRANSIT: u64 = 20_000;
const SKEW: u64 = 2_000;
const WINDOW: u64 = 4 * TRANSIT + 2 * SKEW;

/// SplitMix64 (Steele, Lea, Flood 2014): a few lines, and the same everywhere.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        // Mixed once, or neighbouring seeds would give the same numbers one step apart.
        Self(Self(seed).roll())
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn below(&mut self, limit: u64) -> u64 {
        self.roll() % limit.max(1)
    }

    fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    fn of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[usize::try_from(self.below(u64::try_from(choices.len()).unwrap())).unwrap()].clone()
    }

    pub(super) fn noise(&mut self) -> [u8; 3] {
        let [a, b, c, ..] = self.roll().to_le_bytes();
        [a, b, c]
    }
}

/// What makes a schedule hard.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Scenario {
    sequential: bool,
    /// Percent of answers that never come.
    lost: u64,
    /// Percent of answers that come after the window.
    late: u64,
    /// Percent of events at which an old cookie is put back.
    replays: u64,
    /// Percent of new cookies that the browser drops.
    dropped: u64,
    /// Every answer takes as long as it may.
    slow: bool,
    skewed: bool,
    login: bool,
    /// Events within seconds.
    dense: bool,
    /// Answers take less time than the clocks are apart.
    quick: bool,
    /// The browser has other cookies, so that there is room for few operations.
    crowded: bool,
}

pub(super) fn scenarios() -> [(&'static str, Scenario); 12] {
    let plain = Scenario::default();
    let lossy = Scenario { lost: 15, skewed: true, ..plain };
    [
        ("sequential", Scenario { sequential: true, ..plain }),
        ("concurrent", plain),
        ("15% lost, skew", lossy),
        ("and replays", Scenario { replays: 20, ..lossy }),
        ("later than the window", Scenario { late: 10, skewed: true, ..plain }),
        ("all as slow as may be", Scenario { slow: true, skewed: true, ..plain }),
        ("5% of new cookies dropped", Scenario { dropped: 5, skewed: true, ..plain }),
        ("login", Scenario { login: true, skewed: true, lost: 5, ..plain }),
        ("dense", Scenario { dense: true, lost: 5, skewed: true, dropped: 5, ..plain }),
        ("quicker than the clocks", Scenario { dense: true, quick: true, skewed: true, ..plain }),
        ("little room, refusals", Scenario { dense: true, crowded: true, skewed: true, ..plain }),
        ("everything", Scenario { login: true, dropped: 5, replays: 10, ..lossy }),
    ]
}

#[derive(Default)]
struct Tally {
    anomalies: u64,
    refused: u64,
    events: u64,
    largest: usize,
}

/// One schedule under way.
pub(super) struct Run {
    scenario: Scenario,
    dice: Dice,
    pub(super) world: World,
    pub(super) jar: Cookies,
    pub(super) now: u64,
    /// Answers under way, by when they come.
    flights: BinaryHeap<Reverse<(u64, usize)>>,
    pub(super) answers: BTreeMap<usize, (Answer, bool)>,
    /// Every cookie there ever was.
    attic: Vec<Cookie>,
}

impl Run {
    pub(super) fn new(scenario: Scenario, seed: u64, wrong: Option<Wrong>) -> Self {
        let millis = Duration::from_millis;
        let policy = Policy::builder().window(millis(WINDOW)).transit(millis(TRANSIT)).skew(millis(SKEW));
        let policy = policy.processes(3).build().unwrap();
        // The clocks of two servers are at most one skew apart.
        let half = i64::try_from(SKEW / 2).unwrap();
        let skews = if scenario.skewed { vec![0, half, -half] } else { vec![0; 3] };
        let mut world = World::new(&policy, skews, wrong);
        world.other_cookies = if scenario.crowded { 6_600 } else { 0 };
        Self {
            scenario,
            dice: Dice::new(seed),
            world,
            jar: Cookies::default(),
            now: 0,
            flights: BinaryHeap::new(),
            answers: BTreeMap::new(),
            attic: Vec::new(),
        }
    }

    pub(super) fn wishes(&mut self) -> Vec<Wish> {
        let mut wishes: Vec<Wish> = (0..12).map(|_| wish(&mut self.dice)).collect();
        if self.scenario.login {
            let at = usize::try_from(self.dice.below(12)).unwrap();
            wishes.insert(at, Wish::Login);
        }
        wishes
    }

    pub(super) fn gap(&mut self) -> u64 {
        match self.scenario {
            Scenario { sequential: true, .. } => TRANSIT + 1 + self.dice.below(TRANSIT),
            Scenario { dense: true, .. } => self.dice.below(800),
            // Now and then long enough for something to be folded between.
            _ if self.dice.percent(8) => self.dice.below(WINDOW + TRANSIT),
            _ if self.dice.percent(50) => self.dice.below(1_500),
            _ => self.dice.below(TRANSIT / 2),
        }
    }

    /// Stores what has come by now, and perhaps puts an old cookie back.
    pub(super) fn arrive(&mut self) {
        while let Some(Reverse((at, number))) = self.flights.peek().copied().filter(|Reverse((at, _))| *at <= self.now)
        {
            self.flights.pop();
            let (answer, is_late) = self.answers.remove(&number).unwrap();
            // A browser drops a cookie that is too long or one too many. The base of a login is neither, and its session is set beside it.
            let dropped = if answer.session.is_some() { 0 } else { self.scenario.dropped };
            self.world.store(&mut self.jar, &answer, at, is_late, || !self.dice.percent(dropped));
            self.attic.extend(answer.add);
        }
        if self.dice.percent(self.scenario.replays) && !self.attic.is_empty() {
            let old = self.dice.of(&self.attic);
            if self.jar.items.iter().all(|cookie| cookie.name != old.name) && self.world.was_stored(&old) {
                self.jar.items.push(old);
            }
        }
    }

    pub(super) fn request(&mut self, index: usize, wish: &Wish, may_fail: bool) {
        let Scenario { slow, dense, quick, lost, late, .. } = self.scenario;
        let up = if slow { TRANSIT / 2 } else { self.dice.below(if quick { 200 } else { TRANSIT / 4 }) };
        let work = if slow { 0 } else { self.dice.below(if quick { 200 } else { TRANSIT / 2 }) };
        let (arrived, answered) = (self.now + up, self.now + up + work);
        let server = usize::try_from(self.dice.below(3)).unwrap();
        let noise = self.dice.noise();
        let answer = self.world.serve(&self.jar, server, wish, noise, [self.now, arrived, answered]);
        if may_fail && self.dice.percent(lost) {
            return;
        }
        let is_late = may_fail && self.dice.percent(late);
        let down = match (slow, is_late) {
            (_, true) => WINDOW + self.dice.below(WINDOW),
            (true, _) => TRANSIT - up,
            _ if quick => self.dice.below(200),
            _ if dense => self.dice.below(2_000),
            _ => self.dice.below(TRANSIT / 4),
        };
        self.flights.push(Reverse((answered + down, index)));
        self.answers.insert(index, (answer, is_late));
    }

    /// What the browser shows when everything has come and was folded.
    fn finish(&mut self, first: usize) -> Plain {
        for look in 0..12 {
            // The last of them long after everything.
            self.now += if look < 8 { TRANSIT } else { WINDOW };
            self.arrive();
            self.request(first + look, &Wish::Look, false);
        }
        self.now += 2 * WINDOW;
        self.arrive();
        self.world.end(&self.jar, self.now)
    }
}

fn run(scenario: Scenario, seed: u64, wrong: Option<Wrong>, tally: &mut Tally) {
    let mut run = Run::new(scenario, seed, wrong);
    let wishes = run.wishes();
    for (index, wish) in wishes.iter().enumerate() {
        run.now += run.gap();
        run.arrive();
        run.request(index, wish, !matches!(wish, Wish::Login));
    }
    let end = run.finish(wishes.len());
    tally.events += u64::try_from(wishes.len() + 12).unwrap();
    tally.refused += run.world.refused;
    tally.largest = tally.largest.max(run.world.largest);
    if !run.world.history.explains(&end) {
        tally.anomalies += 1;
        if wrong.is_none() {
            println!("seed {seed} ends with {end:?} after");
            for event in &run.world.history.events {
                println!("  {event:?}");
            }
        }
    }
}

fn wish(dice: &mut Dice) -> Wish {
    let sku = dice.of(&LINES).to_owned();
    Wish::Do(match dice.below(20) {
        0..=8 => CartOp::Add(sku, dice.of(&[1, 1, 2])),
        9..=10 => CartOp::Add(sku, -1),
        11..=12 => CartOp::Set(sku, u32::try_from(dice.below(4)).unwrap()),
        13 => CartOp::Set(sku, 0),
        14..=15 => {
            let text = dice.below(4);
            CartOp::Register(dice.of(&REGISTERS).to_owned(), (text > 0).then(|| text.to_string()))
        }
        16 => return Wish::Look,
        _ => return Wish::Checkout,
    })
}

fn schedules(few: u64) -> u64 {
    std::env::var("ORDERSLIP_SCHEDULES").ok().and_then(|text| text.parse().ok()).unwrap_or(few)
}

#[test]
fn no_schedule_has_an_anomaly() {
    let schedules = schedules(40);
    let mut all = 0;
    for (name, scenario) in scenarios() {
        let mut tally = Tally::default();
        for seed in 0..schedules {
            run(scenario, seed, None, &mut tally);
        }
        let Tally { anomalies, refused, events, .. } = tally;
        println!(
            "{name:<28} {schedules:>7} schedules {events:>9} requests {refused:>7} refused {anomalies:>5} anomalies"
        );
        all += anomalies;
    }
    assert_eq!(all, 0);
}

/// The oracle has teeth: what is done wrong is found.
#[test]
fn what_is_wrong_is_found() {
    let schedules = schedules(40);
    let worlds = [
        (Wrong::PlainCookie, "concurrent"),
        (Wrong::FullSiblings, "5% of new cookies dropped"),
        (Wrong::OnePhase, "5% of new cookies dropped"),
        (Wrong::ClearsAll, "concurrent"),
        (Wrong::SeesNothing, "concurrent"),
        (Wrong::WallClock, "quicker than the clocks"),
        (Wrong::ShortWindow, "all as slow as may be"),
    ];
    for (wrong, hard) in worlds {
        let (_, scenario) = scenarios().into_iter().find(|(name, _)| *name == hard).unwrap();
        let mut tally = Tally::default();
        for seed in 0..schedules {
            run(scenario, seed, Some(wrong), &mut tally);
        }
        println!("{:<14} {hard:<28} {:>7} anomalies in {schedules} schedules", format!("{wrong:?}"), tally.anomalies);
        assert!(tally.anomalies > 0, "{wrong:?}");
    }
}
