//! A guest: when they come, to which server, and what they order, drawn from a seed.
//!
//! It may not know tokens or keys. Guests who come at any odd time meet no change of keys. So there are two kinds of guests:
//! regulars come all the time, and more often while a key is rotated; travellers come when a key takes over, and then not
//! until their cart is nearly over.

use crate::{
    dice::Dice,
    post::SERVERS,
    times::{A_LIFE, BEGIN, END, EVERYWHERE, LEEWAY, ROTATIONS, Rotation, hours, seconds},
};
use orderslip::UnixTime;
use std::time::Duration;

const MENU: [&str; 6] = ["bread", "olives", "onion-soup", "risotto", "cheese", "wine"];

/// The longest time after which any server is bound to go on with a cart: whichever clock began it, and whichever reads.
pub(crate) const LONGEST_PAUSE: Duration = A_LIFE.saturating_sub(LEEWAY).saturating_sub(seconds(1));

pub(crate) struct Guest {
    /// In the order of time.
    pub(crate) visits: Vec<Visit>,
}

#[derive(Clone, Copy)]
pub(crate) struct Visit {
    pub(crate) time: UnixTime,
    /// Which server the network sends the guest to.
    pub(crate) server: usize,
    pub(crate) dish: &'static str,
}

impl Guest {
    /// The same guest for the same two numbers, on every machine.
    pub(crate) fn new(seed: u64, number: u32) -> Self {
        let mut dice = Dice::new(seed, number);
        let mut times = match number % 3 {
            2 => traveller(&mut dice),
            _ => regular(&mut dice),
        };
        times.retain(|time| *time < END);
        times.sort_unstable();
        let mut visit =
            |time| Visit { time: BEGIN.saturating_add(time), server: dice.below(SERVERS), dish: dice.one_of(&MENU) };
        Self { visits: times.into_iter().map(&mut visit).collect() }
    }
}

/// Comes after minutes, after hours, or when the cart is nearly over; and often while a key is rotated.
fn regular(dice: &mut Dice) -> Vec<Duration> {
    let mut times = Vec::new();
    let mut time = up_to(hours(8), dice);
    while time < END {
        times.push(time);
        time += match dice.below(3) {
            0 => seconds(1) + up_to(seconds(600), dice),
            1 => hours(1) + up_to(hours(7), dice),
            _ => LONGEST_PAUSE - up_to(hours(1), dice),
        };
    }
    for rotation in ROTATIONS {
        times.extend(in_a_row(rotation.staged + up_to(EVERYWHERE, dice), dice));
        times.extend(in_a_row(around_the_takeover(rotation, dice), dice));
    }
    times
}

/// Comes when a key takes over, and once more when the cart is nearly over; does not leave again before being back.
fn traveller(dice: &mut Dice) -> Vec<Duration> {
    let mut times = Vec::new();
    for rotation in ROTATIONS {
        let comes = around_the_takeover(rotation, dice);
        if times.last().is_none_or(|back| *back < comes) {
            times.extend([comes, comes + LONGEST_PAUSE - up_to(seconds(60), dice)]);
        }
    }
    times
}

/// At most a minute before or after the next key begins to seal.
fn around_the_takeover(rotation: Rotation, dice: &mut Dice) -> Duration {
    rotation.staged + EVERYWHERE + up_to(seconds(120), dice) - seconds(60)
}

/// Three times, seconds apart.
fn in_a_row(first: Duration, dice: &mut Dice) -> [Duration; 3] {
    let second = first + seconds(1) + up_to(seconds(15), dice);
    [first, second, second + seconds(1) + up_to(seconds(15), dice)]
}

/// Whole seconds, less than so many.
fn up_to(limit: Duration, dice: &mut Dice) -> Duration {
    seconds(dice.roll() % limit.as_secs())
}
