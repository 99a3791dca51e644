//! Four processes, ten thousand things, and somebody who kills.

use crate::{
    kit::engines::Redis,
    worker::{Task, read},
};
use std::{
    collections::HashMap,
    io::{BufRead as _, BufReader},
    sync::Mutex,
    thread,
};

const THINGS: u32 = 10_000;
const ALL: usize = 10_000;
const WORKERS: u32 = 4;

#[derive(Default)]
struct Said {
    /// Whose each thing is, by everything that anybody was told.
    owners: HashMap<u32, String>,
    /// Who was told that it was the one time.
    now: HashMap<u32, u32>,
    answers: u64,
    kills: u32,
}

#[test]
fn t26_ten_thousand_contended_redemptions_have_one_winner_each() {
    let Some(redis) = Redis::start() else { return };
    let (url, said) = (redis.url(), Mutex::new(Said::default()));
    thread::scope(|scope| {
        for worker in 0..WORKERS {
            let (url, said) = (&url, &said);
            scope.spawn(move || live(url, worker, said));
        }
    });
    let said = said.into_inner().unwrap();
    assert_eq!(said.owners.len(), ALL, "everything was redeemed");
    assert!(said.now.values().all(|times| *times == 1), "once");
    assert!(said.kills >= 12, "{}", said.kills);
    // And so the store says.
    let kept: usize = redis.ask("DBSIZE").unwrap().parse().unwrap();
    assert_eq!(kept, ALL + 16, "and the marks");
    let by: Vec<usize> = (0..WORKERS)
        .map(|worker| said.owners.values().filter(|owner| **owner == format!("w{worker}")).count())
        .collect();
    println!(
        "{THINGS} things, {WORKERS} processes, {} kills, {} answers: one winner each ({by:?}); {} winners heard of it the first time",
        said.kills,
        said.answers,
        said.now.len(),
    );
    assert!(by.iter().all(|won| *won > 0), "all of them took part: {by:?}");
}

/// Starts a worker over and over until one has come by everything: killed after so many answers each time, as is drawn.
fn live(url: &str, worker: u32, said: &Mutex<Said>) {
    let name = format!("w{worker}");
    let mut draw = numbers(worker.into());
    for life in 0.. {
        let mut child = Task { url, name: &name, things: 0..THINGS, polls: None }.start();
        // Later lives are longer: what was redeemed is told again, and some day it comes to an end.
        let answers = draw(3_000) + 1_000 * life;
        let mut heard = 0;
        let mut is_done = false;
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap_or_default();
            is_done |= line == "done" || line.starts_with("done");
            let Some((thing, now, whose)) = read(&line) else { continue };
            heard += 1;
            let mut said = said.lock().unwrap();
            said.answers += 1;
            if now {
                *said.now.entry(thing).or_default() += 1;
            }
            let owner = said.owners.entry(thing).or_insert_with(|| whose.clone());
            assert_eq!(*owner, whose, "{thing} has two winners");
            if heard == answers {
                said.kills += 1;
                drop(said);
                child.kill().unwrap();
            }
        }
        child.wait().unwrap();
        if is_done {
            return;
        }
    }
}

/// Numbers below a bound, different for each worker and the same each time.
fn numbers(seed: u64) -> impl FnMut(u64) -> u64 {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(1);
    move |bound| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        1 + state % bound
    }
}
