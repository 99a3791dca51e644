//! One sealer, two threads: what they share must not be in their way. On the wall clock, as the threads' own clocks would not see them wait.

use crate::{
    Verdict,
    contenders::{keys, lifetime},
    states::{Session, session},
};
use orderslip::Sealer;
use std::{
    hint::black_box,
    sync::Barrier,
    thread,
    time::{Duration, Instant},
};

const GATE: f64 = 1.8;
const TRIES: usize = 60;
const TOKENS: usize = 4_000;

/// From the moment at which all are ready until the last is done.
fn time(sealer: &Sealer<Session>, threads: usize) -> Duration {
    let ready = Barrier::new(threads + 1);
    let state = session();
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                ready.wait();
                for _ in 0..TOKENS {
                    let token = sealer.seal(black_box(&state)).unwrap();
                    black_box(sealer.open(&token).unwrap());
                }
                ready.wait();
            });
        }
        ready.wait();
        let start = Instant::now();
        ready.wait();
        start.elapsed()
    })
}

pub fn gate(verdict: &mut Verdict) {
    println!();
    if thread::available_parallelism().map_or(1, usize::from) < 2 {
        println!("     one processor: how two threads share a sealer is not measured");
        return;
    }
    let sealer = Sealer::<Session>::encrypted(&keys()).lifetime(lifetime()).build().unwrap();
    let (mut one, mut two) = (Duration::MAX, Duration::MAX);
    for _ in 0..TRIES {
        one = one.min(time(&sealer, 1));
        two = two.min(time(&sealer, 2));
    }
    verdict.at_least("two threads, times the work of one", 2.0 * one.as_secs_f64() / two.as_secs_f64(), GATE, "");
}
