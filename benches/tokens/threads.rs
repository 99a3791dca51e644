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

/// From the first thread's first token to the last thread's last. Each tells its own times: whoever waits for them may be woken late.
fn time(sealer: &Sealer<Session>, threads: usize) -> Duration {
    let ready = Barrier::new(threads);
    let state = session();
    let times: Vec<(Instant, Instant)> = thread::scope(|scope| {
        let work = || {
            ready.wait();
            let start = Instant::now();
            for _ in 0..TOKENS {
                let token = sealer.seal(black_box(&state)).unwrap();
                black_box(&sealer.open(&token));
            }
            (start, Instant::now())
        };
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let (first, last) = (times.iter().map(|(start, _)| *start).min(), times.iter().map(|(_, end)| *end).max());
    last.unwrap() - first.unwrap()
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
