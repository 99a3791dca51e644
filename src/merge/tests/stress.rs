//! Endless parallel writers: no browser is ever locked out, and every write that was answered with a success is in the cart.
//!
//! A browser whose `Cookie` line is longer than the proxy's limit gets an error for every request from then on; here such a request ends
//! the run as lost. `ORDERSLIP_SCHEDULES=1 cargo test --release --lib merge::tests::stress -- --nocapture` runs all of the table.

use super::{
    simulator::Dice,
    world::{Cookies, Wish, World},
};
use crate::merge::{CartOp, Policy};
use std::{cmp::Reverse, collections::BinaryHeap};

/// nginx, `large_client_header_buffers 4 8k`, less what stands around the cookies in the line.
const LINE: usize = 8 * 1024 - 10;

struct Outcome {
    applied: u32,
    refused: u64,
    lost: i64,
    largest: usize,
    is_locked_out: bool,
}

/// `told` is the number of processes that the policy knows of.
fn stream(writers: u64, processes: usize, told: usize, writes: u32, seed: u64) -> Outcome {
    let mut dice = Dice::new(seed);
    let policy = Policy::builder().processes(told).build().unwrap();
    let mut world = World::new(&policy, vec![0; processes], None);
    let mut jar = Cookies::default();
    let mut outcome = Outcome { applied: 0, refused: 0, lost: 0, largest: 0, is_locked_out: false };
    let mut asked = 0_u32;
    // A writer's next step, by time: ask, or take the answer.
    let mut steps = BinaryHeap::new();
    let mut answers = Vec::new();
    for writer in 0..writers {
        steps.push(Reverse((dice.below(50), writer, usize::MAX)));
    }
    while let Some(Reverse((now, writer, number))) = steps.pop() {
        if number == usize::MAX {
            if asked == writes {
                continue;
            }
            asked += 1;
            let op = CartOp::Add(format!("article-{:02}", dice.below(40)), 1);
            let (arrived, answered) = (now + dice.below(5), now + 5 + dice.below(50));
            let server = usize::try_from(dice.below(u64::try_from(processes).unwrap())).unwrap();
            let answer = world.serve(&jar, server, &Wish::Do(op), dice.noise(), [now, arrived, answered]);
            if world.largest > LINE {
                outcome.is_locked_out = true;
                break;
            }
            steps.push(Reverse((answered + dice.below(5), writer, answers.len())));
            answers.push(answer);
        } else {
            let answer = &answers[number];
            world.store(&mut jar, answer, now, false, || true);
            outcome.applied += u32::from(answer.is_ok);
            outcome.refused += u64::from(!answer.is_ok);
            // A page that is refused waits, as Retry-After says.
            steps.push(Reverse((now + if answer.is_ok { 1 } else { 400 + dice.below(400) }, writer, usize::MAX)));
        }
    }
    outcome.largest = world.largest;
    let siblings = world.read(&jar, 0, 200_000);
    let there: u32 = siblings.state().lines().map(|(_, quantity)| quantity).sum();
    outcome.lost = i64::from(outcome.applied) - i64::from(there);
    outcome
}

#[test]
fn nobody_is_locked_out_and_nothing_acknowledged_is_lost() {
    let all = std::env::var_os("ORDERSLIP_SCHEDULES").is_some();
    let table: &[(u64, usize)] = if all {
        &[(1, 1), (8, 1), (24, 1), (40, 1), (80, 1), (8, 3), (24, 3), (40, 3), (60, 3), (80, 3)]
    } else {
        &[(24, 3)]
    };
    for (writers, processes) in table {
        for seed in 0..if all { 15 } else { 1 } {
            let outcome = stream(*writers, *processes, *processes, if all { 400 } else { 120 }, seed);
            let Outcome { applied, refused, lost, largest, is_locked_out } = outcome;
            if seed == 0 {
                println!(
                    "{writers:>3} writers, {processes} processes: {applied} written, {refused} refused, {lost} lost, header at most {largest}"
                );
            }
            assert!(
                !is_locked_out && lost == 0,
                "{writers} writers, {processes} processes, seed {seed}: {lost} lost, {largest}"
            );
            assert!(applied > 20, "{applied}");
        }
    }
}

/// Whoever is told of one process when there are three can be locked out: the number is no decoration.
#[test]
fn the_number_of_processes_matters() {
    let locked_out = (0..6).filter(|seed| stream(80, 3, 1, 400, *seed).is_locked_out).count();
    println!("80 writers, 3 processes, told of one: {locked_out} of 6 locked out");
    assert!(locked_out > 0);
}
