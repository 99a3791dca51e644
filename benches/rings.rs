//! What a large ring costs: sealing and opening under 1,000 keys against 3, and how long the change of a large ring takes.
//!
//! `cargo bench --bench rings` prints the minima and their ratio; `-- --gate` exits with 1 if a ratio exceeds the gate.
//!
//! The contenders take turns within one process, and the minimum of many short rounds counts: what a machine does besides can
//! only add to it.
#![expect(clippy::print_stdout, reason = "a report is for standard output")]

use orderslip::{Alg, Error, Key, Keyring, Lifetime, RotationPolicy, Sealer, SlipState, UnixTime};
use serde::{Deserialize, Serialize};
use std::{
    hint::black_box,
    process::ExitCode,
    time::{Duration, Instant},
};

/// A ring of a thousand keys opens a token at the same cost as one of three, but for noise and a larger table.
const GATE: f64 = 1.15;
const ROUNDS: usize = 400;
const TOKENS: u32 = 200;
const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);

#[derive(Serialize, Deserialize)]
struct Cart {
    lines: Vec<(String, u32)>,
}

impl SlipState for Cart {
    const PURPOSE: &'static str = "shop.example/cart";
    const VERSION: u16 = 1;
}

/// All of one algorithm, one activating after the other, the last one now.
fn ring_of(size: u64) -> Result<Keyring, Error> {
    let key = |number: u64| {
        let activates = UnixTime::from_secs(NOW.as_secs() + 1 + number - size);
        Ok(Key::generate(Alg::Hs256)?.activating_at(activates))
    };
    Keyring::new((0..size).map(key).collect::<Result<_, Error>>()?)
}

struct Contender {
    sealer: Sealer<Cart>,
    token: String,
    cart: Cart,
    sealing: Duration,
    opening: Duration,
}

impl Contender {
    fn new(size: u64) -> Result<Self, Error> {
        let lifetime = Lifetime::absolute(Duration::from_secs(3_600));
        let sealer = Sealer::<Cart>::signed(&ring_of(size)?).lifetime(lifetime).build()?;
        let cart = Cart { lines: vec![("SOUP".to_owned(), 2)] };
        let token = sealer.seal_at(&cart, NOW)?;
        Ok(Self { sealer, token, cart, sealing: Duration::MAX, opening: Duration::MAX })
    }

    fn take_a_turn(&mut self) -> Result<(), Error> {
        let start = Instant::now();
        for _ in 0..TOKENS {
            black_box(self.sealer.open_at(black_box(&self.token), NOW)?);
        }
        self.opening = self.opening.min(start.elapsed() / TOKENS);
        let start = Instant::now();
        for _ in 0..TOKENS {
            black_box(self.sealer.seal_at(black_box(&self.cart), NOW)?);
        }
        self.sealing = self.sealing.min(start.elapsed() / TOKENS);
        Ok(())
    }
}

fn main() -> Result<ExitCode, Error> {
    let mut small = Contender::new(3)?;
    let mut large = Contender::new(1_000)?;
    for _ in 0..ROUNDS {
        small.take_a_turn()?;
        large.take_a_turn()?;
    }
    let mut worst: f64 = 0.0;
    for (what, small, large) in [("open", small.opening, large.opening), ("seal", small.sealing, large.sealing)] {
        let ratio = large.as_secs_f64() / small.as_secs_f64();
        println!("{what}: {small:?} with 3 keys, {large:?} with 1,000 keys: {ratio:.3}");
        worst = worst.max(ratio);
    }
    let ring = ring_of(1_000)?;
    let policy = RotationPolicy { propagation: Duration::ZERO, longest_life: Duration::from_secs(3_600) };
    let start = Instant::now();
    let text = ring.to_jwks();
    let written = start.elapsed();
    let read = Keyring::from_jwks(text.expose())?;
    let loaded = start.elapsed() - written;
    let findings = read.check(&policy, NOW);
    let checked = start.elapsed() - written - loaded;
    println!(
        "1,000 keys: written in {written:?}, loaded in {loaded:?}, checked in {checked:?} ({} findings)",
        findings.len()
    );
    let fails = worst > GATE && std::env::args().any(|argument| argument == "--gate");
    Ok(if fails { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
