//! A model of a fleet: servers that load a ring late and whose clocks differ, an operator who changes it at any time, crashes,
//! and tokens that are sealed and opened everywhere meanwhile.
//!
//! While the propagation time is kept and the library agrees to every change, no live token is refused. And whatever the
//! operator does: if a live token is refused, a check has said so before.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a failing test should stop where it fails")]

mod kit;

use kit::{Cart, cart, later};
use orderslip::{Alg, Error, Key, Keyring, Lifetime, RotationPolicy, Sealer, SharedKeyring, UnixTime};
use proptest::prelude::*;
use std::time::Duration;

/// Every clock is that much before or after the operator's at most, in seconds.
const SKEW: i64 = 10;
/// So two of them differ by at most this.
const LEEWAY: u64 = 20;
const LIFE: u64 = 500;
const POLICY: RotationPolicy =
    RotationPolicy { propagation: Duration::from_secs(100), longest_life: Duration::from_secs(LIFE + 2 * LEEWAY) };
const NO_PROMISE: RotationPolicy = RotationPolicy { propagation: Duration::ZERO, longest_life: Duration::ZERO };
/// A server has a new ring after so many seconds at most: the rest of the propagation time is for its clock.
const SLOWEST: u64 = 90;
const SERVERS: usize = 4;
/// Where the model's time begins, so that a clock can be behind it.
const START: u64 = 1_000;

/// What an operator does with the ring. Numbers choose a key, and are taken modulo their count.
#[derive(Clone, Debug)]
enum Change {
    Stage { after: u64 },
    Promote { key: usize, after: u64 },
    Retire { key: usize },
    Prune,
}

/// What only somebody does who was not told.
#[derive(Clone, Debug)]
enum Blunder {
    /// A key that seals at once, or soon.
    Hasty { after: u64 },
    /// The secret is replaced, and that is all.
    Replace,
    /// A key ends, live tokens or not.
    End { key: usize, after: u64 },
    /// A key is gone from the set.
    Remove { key: usize },
}

#[derive(Clone, Debug)]
enum Event {
    Change(Change),
    Blunder(Blunder),
    Crash { server: usize },
    Visit { server: usize, token: usize },
}

struct Server {
    keys: SharedKeyring,
    sealer: Sealer<Cart>,
    skew: i64,
    slowness: u64,
    /// Which of the published rings it has. It never goes back.
    version: usize,
}

impl Server {
    fn new(ring: &Keyring, version: usize, skew: i64, slowness: u64) -> Self {
        let keys = SharedKeyring::new(ring.clone());
        let lifetime = Lifetime::absolute(Duration::from_secs(LIFE));
        let builder = Sealer::signed(&keys).lifetime(lifetime).leeway(Duration::from_secs(LEEWAY));
        Self { sealer: builder.build().unwrap(), keys, skew, slowness, version }
    }

    fn clock(&self, time: u64) -> UnixTime {
        later(time.checked_add_signed(self.skew).unwrap())
    }
}

struct Fleet {
    servers: Vec<Server>,
    /// Every ring that was published, and when.
    rings: Vec<(u64, Keyring)>,
    /// Tokens, and when they end by the clock of whoever sealed them.
    tokens: Vec<(String, UnixTime)>,
    refused: Vec<String>,
    warned: bool,
    pruned: bool,
    changes: usize,
}

impl Fleet {
    fn new(clocks: &[(i64, u64)]) -> Self {
        let ring = Keyring::new(vec![Key::generate(Alg::Hs256).unwrap()]).unwrap();
        let servers = clocks.iter().map(|(skew, slowness)| Server::new(&ring, 0, *skew, *slowness)).collect();
        Self {
            servers,
            rings: vec![(0, ring)],
            tokens: Vec::new(),
            refused: Vec::new(),
            warned: false,
            pruned: false,
            changes: 0,
        }
    }

    fn ring(&self) -> &Keyring {
        &self.rings.last().unwrap().1
    }

    /// Every server has loaded what it must have loaded by now.
    fn load(&mut self, time: u64) {
        for server in &mut self.servers {
            let reached =
                self.rings.iter().rposition(|(published, _)| published + server.slowness <= time).unwrap_or(0);
            if reached > server.version {
                server.version = reached;
                server.keys.replace(self.rings[reached].1.clone());
            }
        }
    }

    fn happen(&mut self, time: u64, event: &Event) {
        self.load(time);
        match event {
            Event::Change(change) => {
                let warned = self.warned;
                self.publish(time, self.change(time, change));
                // With a key that is erased goes the memory of when it sealed: who stood before it seems to have sealed for
                // longer, and `check` may be too careful, but never too careless.
                if matches!(change, Change::Prune) {
                    self.warned = warned;
                    self.pruned = true;
                }
            }
            Event::Blunder(blunder) => self.publish(time, self.blunder(time, blunder)),
            Event::Crash { server } => {
                let ring = self.ring().clone();
                let at = server % self.servers.len();
                let Server { skew, slowness, .. } = self.servers[at];
                self.servers[at] = Server::new(&ring, self.rings.len() - 1, skew, slowness);
            }
            Event::Visit { server, token } => self.visit(time, *server, *token),
        }
    }

    /// What the library makes of it: a new ring, or no.
    fn change(&self, time: u64, change: &Change) -> Result<Keyring, Error> {
        let (ring, now) = (self.ring(), later(time));
        let id = |key: &usize| ring.ids().nth(key % ring.ids().count()).unwrap().to_string();
        match change {
            Change::Stage { after } => {
                let ring = ring.stage(Key::generate(Alg::Hs256)?, later(time + after), &POLICY, now)?;
                Ok(ring)
            }
            Change::Promote { key, after } => ring.promote(&id(key), later(time + after), &POLICY, now),
            Change::Retire { key } => ring.retire(&id(key), &POLICY, now),
            Change::Prune => ring.prune(now),
        }
    }

    fn blunder(&self, time: u64, blunder: &Blunder) -> Result<Keyring, Error> {
        let (ring, now) = (self.ring(), later(time));
        let mut set: serde_json::Value = serde_json::from_str(ring.to_jwks().expose()).unwrap();
        let keys = set["keys"].as_array_mut().unwrap();
        let live = ring.ids().count();
        match blunder {
            Blunder::Hasty { after } => {
                return ring.stage(Key::generate(Alg::Hs256)?, later(time + after), &NO_PROMISE, now);
            }
            Blunder::Replace => return Keyring::new(vec![Key::generate(Alg::Hs256)?]),
            Blunder::End { key, after } => keys[key % live]["exp"] = later(time + after).as_secs().into(),
            Blunder::Remove { key } => drop(keys.remove(key % live)),
        }
        Keyring::from_jwks(&set.to_string())
    }

    fn publish(&mut self, time: u64, ring: Result<Keyring, Error>) {
        let Ok(ring) = ring else { return };
        let now = later(time);
        let faults = ring.check(&POLICY, now).len() + self.ring().check_against(&ring, &POLICY, now).len();
        // That another time was said for a key is no fault: nobody is refused for it.
        let differ = |finding: &orderslip::Finding| matches!(finding, orderslip::Finding::TimesDiffer { .. });
        let harmless = self.ring().check_against(&ring, &POLICY, now).iter().filter(|found| differ(found)).count();
        self.warned |= faults > harmless;
        self.rings.push((time, ring));
        self.changes += 1;
    }

    /// One of the last tokens is shown to a server, which must open it if it is alive, and seals it again; then it seals another.
    fn visit(&mut self, time: u64, server: usize, token: usize) {
        let server = &self.servers[server % self.servers.len()];
        let now = server.clock(time);
        // By the leeway, servers take a token for a little longer than it says.
        let leeway = Duration::from_secs(LEEWAY);
        let mut resealed = None;
        if let Some((text, end)) = self.tokens.iter().rev().nth(token % 12) {
            match server.sealer.open_at(text, now) {
                Ok(slip) => {
                    resealed = server
                        .sealer
                        .reseal_at(&slip, now)
                        .ok()
                        .map(|text| (text, slip.ends_at().saturating_add(leeway)))
                }
                Err(error) if now < *end => self.refused.push(format!("at {time}: {:?}", error.kind())),
                Err(_) => {}
            }
        }
        self.tokens.extend(resealed);
        if let Ok(token) = server.sealer.seal_at(&cart(), now) {
            self.tokens.push((token, now.saturating_add(Duration::from_secs(LIFE + LEEWAY))));
        }
    }
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        3 => (0_u64..300).prop_map(|after| Change::Stage { after }),
        2 => (any::<usize>(), 0_u64..300).prop_map(|(key, after)| Change::Promote { key, after }),
        2 => any::<usize>().prop_map(|key| Change::Retire { key }),
        1 => Just(Change::Prune),
    ]
}

fn blunder() -> impl Strategy<Value = Blunder> {
    prop_oneof![
        (0_u64..150).prop_map(|after| Blunder::Hasty { after }),
        Just(Blunder::Replace),
        (any::<usize>(), 0_u64..700).prop_map(|(key, after)| Blunder::End { key, after }),
        any::<usize>().prop_map(|key| Blunder::Remove { key }),
    ]
}

fn visit() -> impl Strategy<Value = Event> {
    (0..SERVERS, any::<usize>()).prop_map(|(server, token)| Event::Visit { server, token })
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        3 => change().prop_map(Event::Change),
        1 => (0..SERVERS).prop_map(|server| Event::Crash { server }),
        12 => visit(),
    ]
}

fn event_or_blunder() -> impl Strategy<Value = Event> {
    prop_oneof![10 => event(), 1 => blunder().prop_map(Event::Blunder)]
}

/// Both extremes of the clocks are there, and the slowest server.
fn clocks() -> impl Strategy<Value = Vec<(i64, u64)>> {
    let one = || (-SKEW..=SKEW, 0..=SLOWEST);
    (one(), one()).prop_map(|(a, b)| vec![(-SKEW, SLOWEST), (SKEW, 0), a, b])
}

fn run(clocks: &[(i64, u64)], events: &[(u64, Event)]) -> Fleet {
    let mut fleet = Fleet::new(clocks);
    let mut time = START;
    for (gap, event) in events {
        time += gap;
        fleet.happen(time, event);
    }
    fleet
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(250))]

    #[test]
    fn t82_a_fleet_that_keeps_the_propagation_time_refuses_nobody(
        clocks in clocks(), events in proptest::collection::vec((0_u64..40, event()), 20..160)
    ) {
        let fleet = run(&clocks, &events);
        prop_assert!(fleet.refused.is_empty(), "{:?}", fleet.refused);
        prop_assert!(!fleet.warned || fleet.pruned, "and what the library agrees to, no check complains about");
    }

    #[test]
    fn t82_whoever_is_refused_a_check_has_said_so(
        clocks in clocks(), events in proptest::collection::vec((0_u64..40, event_or_blunder()), 20..160)
    ) {
        let fleet = run(&clocks, &events);
        prop_assert!(fleet.refused.is_empty() || fleet.warned, "{:?}", fleet.refused);
    }
}

/// The model can refuse, and most of what is drawn is a change that happens.
#[test]
fn the_model_bites() {
    use proptest::{strategy::ValueTree as _, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let (mut refusing, mut changes) = (0, 0);
    for _ in 0..100 {
        let strategy = (clocks(), proptest::collection::vec((0_u64..40, event_or_blunder()), 60..160));
        let (clocks, events) = strategy.new_tree(&mut runner).unwrap().current();
        let fleet = run(&clocks, &events);
        refusing += usize::from(!fleet.refused.is_empty());
        changes += fleet.changes;
    }
    assert!(refusing > 20, "{refusing} of 100 fleets with blunders refuse somebody");
    assert!(changes > 500, "{changes}");
}
