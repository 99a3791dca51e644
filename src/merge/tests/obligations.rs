//! The obligations of docs/siblings-proof.md as properties, each tested under its letter: J, H, K, B, I, C, F.
//!
//! The jars come from the simulator's schedules, so they are jars that can be. It may not know what the right state is: that is the
//! oracle's.

use super::{
    kit::{ATTRIBUTES, BLOCK, Browser, Order, at},
    simulator::{Run, Scenario, scenarios},
    wire::ops,
    world::{Cookie, Wish},
};
use crate::merge::{
    Mergeable,
    base::{Base, join},
    dot::{Dot, Millis},
    item::{Class, Content, MAX_COOKIE},
    record::{Record, Seen},
    wire,
};
use proptest::{collection::vec, prelude::*};
use std::time::Duration;

/// The schedules of a scenario, step by step.
fn walk(scenario: Scenario, seed: u64, mut look: impl FnMut(&mut Run, usize)) {
    let mut run = Run::new(scenario, seed, None);
    let wishes = run.wishes();
    for (index, wish) in wishes.iter().chain([const { Wish::Look }; 10].iter()).enumerate() {
        run.now += if index < wishes.len() { run.gap() } else { 30_000 };
        run.arrive();
        look(&mut run, index);
        run.request(index, wish, index < wishes.len());
        look(&mut run, index);
    }
}

/// Those in which every answer that comes comes in time, one after the other.
fn in_time() -> impl Strategy<Value = Scenario> {
    let in_time = scenarios().into_iter().filter(|(name, _)| !name.contains("later"));
    proptest::sample::select(in_time.map(|(_, scenario)| scenario).collect::<Vec<_>>())
}

fn bases_of(cookies: &[Cookie]) -> impl Iterator<Item = Base<Order>> {
    cookies.iter().filter_map(|cookie| match cookie.content() {
        Content::Base(_, base) => Some(base),
        _ => None,
    })
}

fn barriers_of(cookies: &[Cookie]) -> impl Iterator<Item = Record<Order>> {
    cookies.iter().filter_map(|cookie| match cookie.content() {
        Content::Operation(record) if record.is_barrier() => Some(record),
        _ => None,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Every operation whose cookie was stored stays covered by a cookie in the jar, whatever new cookies are dropped.
    #[test]
    fn j_a_stored_operation_stays_covered(scenario in in_time(), seed: u64) {
        walk(scenario, seed, |run, _| {
            let (jar, now) = (run.jar.clone(), run.now);
            let stored = run.world.stored();
            let joined = run.world.read(&jar, 0, now).joined;
            for dot in stored {
                assert!(joined.knows(dot), "{dot:?} is nowhere in {joined:?}");
            }
        });
    }

    /// An operation is later than all that its request brought, so what has caused it comes first.
    #[test]
    fn h_a_dot_is_later_than_all_that_was_read(scenario in in_time(), seed: u64, noise: [u8; 3], op in ops()) {
        walk(scenario, seed, |run, _| {
            let (jar, now) = (run.jar.clone(), run.now);
            for server in 0..3 {
                let mut siblings = run.world.read(&jar, server, now);
                let before = siblings.latest;
                if siblings.update_with(&op, noise).is_ok() {
                    let first = siblings.staged[0].dot.time();
                    assert!(first > before && siblings.joined.ops.keys().all(|dot| dot.time() < first));
                    if siblings.update_with(&op, noise).is_ok() {
                        assert!(siblings.staged[1].dot.time() > first);
                    }
                }
            }
        });
    }

    /// The floor of a base that did not know an operation is not above it.
    #[test]
    fn k_no_floor_passes_an_operation_that_was_not_read(scenario in in_time(), seed: u64) {
        // Of every base: its floor, and what the request that wrote it covered.
        let mut written: Vec<(Base<Order>, Vec<Dot>)> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        let mut stored = Vec::new();
        walk(scenario, seed, |run, index| {
            stored = run.world.stored();
            if let Some((answer, _)) = run.answers.get(&index) && seen.insert(index) && answer.session.is_none() {
                written.extend(bases_of(&answer.add).map(|base| (base, stored.clone())));
            }
        });
        for (base, read) in written {
            for dot in stored.iter().filter(|dot| !read.contains(dot)) {
                prop_assert!(dot.time() >= base.floor, "{dot:?} is below {base:?}");
            }
        }
    }

    /// What a base has folded, every barrier that it does not know had seen, or the barrier is too late.
    #[test]
    fn b_nothing_is_folded_before_a_barrier_that_has_not_seen_it(scenario in in_time(), seed: u64) {
        let (mut bases, mut barriers, mut stored) = (Vec::new(), Vec::new(), Vec::new());
        let mut seen = std::collections::HashSet::new();
        walk(scenario, seed, |run, index| {
            stored = run.world.stored();
            if let Some((answer, _)) = run.answers.get(&index) && seen.insert(index) && answer.session.is_none() {
                bases.extend(bases_of(&answer.add));
                barriers.extend(barriers_of(&answer.add));
            }
        });
        for base in &bases {
            // One whose answer was lost is in no jar, now or ever: nothing can stand before it.
            let unknown = |barrier: &&Record<Order>| stored.contains(&barrier.dot) && !base.knows(barrier.dot);
            for barrier in barriers.iter().filter(unknown) {
                for dot in stored.iter().filter(|dot| dot.time() < base.floor) {
                    let is_barrier = barriers.iter().any(|other| other.dot == *dot);
                    prop_assert!(is_barrier || barrier.seen.as_ref().unwrap().contains(*dot), "{dot:?} {:?} {base:?}", barrier.dot);
                }
            }
        }
    }

    /// A join means the same in any order, of any item twice, and in any grouping; and folding changes no value.
    #[test]
    fn i_a_join_is_idempotent_commutative_and_associative(scenario in in_time(), seed: u64, picks: [u64; 3]) {
        walk(scenario, seed, |run, _| {
            let (jar, now) = (run.jar.clone(), run.now);
            let whole = run.world.read(&jar, 0, now);
            let (value, limit) = (whole.joined.value(), whole.fold_limit(&whole.joined));
            assert_eq!(whole.joined.clone().fold(limit).value(), value);
            let mut turned = jar.clone();
            turned.items.reverse();
            turned.items.extend(jar.items.iter().filter(|_| picks[0] % 2 == 0).cloned());
            assert_eq!(run.world.read(&turned, 0, now).joined.value(), value);
            // One part of the jar as a base of its own, folded as it would be, beside the other.
            let is_first = |at: usize| (picks[1] >> (at % 64)) & 1 == 0;
            let part = |first: bool| {
                let mut part = jar.clone();
                let mut at = 0;
                part.items.retain(|_| {
                    at += 1;
                    is_first(at) == first
                });
                part
            };
            let (one, two) = (run.world.read(&part(true), 0, now), run.world.read(&part(false), 0, now));
            let bases = [("one", &one.joined), ("two", &two.joined)];
            let grouped = join(bases.into_iter(), std::iter::empty(), Duration::MAX);
            assert_eq!(grouped.value(), value);
        });
    }

    /// Parallel requests that read the same jar write the same base under the same name.
    #[test]
    fn c_one_jar_gives_one_base(scenario in in_time(), seed: u64) {
        let mut compactions = 0;
        walk(scenario, seed, |run, _| {
            let (jar, now) = (run.jar.clone(), run.now);
            let mut written = |server, now: u64| {
                let siblings = run.world.read(&jar, server, now);
                let plan = siblings.plan(BLOCK, Millis::ZERO).unwrap();
                let items = plan.add.into_iter().map(|item| (item.id.clone(), item.plaintext.to_vec()));
                (siblings.is_at_rest(&siblings.joined), items.collect::<Vec<_>>())
            };
            let (rests, first) = written(0, now);
            for (server, later) in [(1, 0), (2, 0), (0, 300)] {
                // A clock may say that it is not time yet, or that it is time to fold all.
                let (other_rests, other) = written(server, now + later);
                assert!(first.is_empty() || other.is_empty() || rests != other_rests || first == other);
            }
            compactions += first.len();
        });
        prop_assert!(compactions > 0, "nothing was compacted");
    }

    /// No cookie and no answer is longer than what browsers and proxies take.
    #[test]
    fn f_every_cookie_and_every_answer_fits(skus in vec(("[a-z]{1,400}", 1_i64..1_000), 1..60), pauses in vec(0_u64..20_000, 60)) {
        let mut browser = Browser::new();
        for ((sku, by), pause) in skus.into_iter().zip(pauses) {
            browser.pass(Duration::from_millis(pause));
            let mut siblings = browser.read();
            let _ = siblings.add(sku, by);
            let plan = siblings.plan(BLOCK, at(browser.now)).unwrap();
            let keys = browser.keys();
            let mut block = 0;
            for item in &plan.add {
                let (name, value) = item.seal(&keys.names, &keys.own).unwrap();
                let size = name.len() + 1 + value.len();
                prop_assert_eq!(size, keys.names.cookie_len(item.plaintext.len()));
                let limit = if item.class == Class::Base { browser.desk.policy.base_limit() } else { MAX_COOKIE };
                prop_assert!(size <= limit);
                block += size + ATTRIBUTES;
            }
            block += plan.expire.iter().map(|name| name.len() + 1 + ATTRIBUTES).sum::<usize>();
            prop_assert!(block <= 3_900, "{}", block);
            browser.store(&plan);
            prop_assert!(browser.header() <= browser.desk.policy.header_limit());
        }
    }

    /// Whatever authentic items there are, joining and folding them is no panic, and any order gives the same.
    #[test]
    fn any_set_of_items_is_a_state(
        records in vec((0_u64..50, any::<[u8; 1]>(), ops(), proptest::option::weighted(0.2, (0_u64..50, any::<u64>()))), 0..30),
        limit in 0_u64..60,
    ) {
        let mut all: Vec<Record<Order>> = Vec::new();
        for (time, [noise], op, seen) in records {
            let dot = Dot::new(at(time), [0, 0, noise % 2]);
            let seen = seen.map(|(floor, bits)| {
                let some = all.iter().enumerate().filter(|(index, _)| (bits >> (index % 64)) & 1 == 1);
                Seen { floor: at(floor), dots: some.map(|(_, record)| record.dot).collect() }
            });
            all.push(Record::new(dot, &op, seen).unwrap());
        }
        let none: [(&str, &Base<Order>); 0] = [];
        let joined = join(none.into_iter(), all.iter(), Duration::MAX);
        let reversed = join(none.into_iter(), all.iter().rev().chain(&all), Duration::MAX);
        prop_assert_eq!(joined.value(), reversed.value());
        let folded = joined.clone().fold(at(limit));
        prop_assert_eq!(folded.value(), joined.value());
        prop_assert_eq!(&*wire::base(&folded).unwrap(), &*wire::base(&reversed.fold(at(limit))).unwrap());
        prop_assert!(folded.ops.keys().all(|dot| dot.time() >= folded.floor));
        let mut once = folded.snap.clone();
        folded.sequence().iter().filter_map(|record| record.body.op.as_ref()).for_each(|op| once.apply(op));
        prop_assert_eq!(once, folded.value());
    }
}
