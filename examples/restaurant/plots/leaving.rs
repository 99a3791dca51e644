//! What happens when a waiter leaves: for each architecture all requests of the evening, in slices of time.
//!
//! It may not know how a state is kept.

use super::{WIDTH, bar, float, legend, line, picture, text};
use crate::{
    programme::Change,
    run::{Moment, Run},
    tally::Outcome,
};
use maud::{Markup, html};
use std::time::Duration;

const LEFT: f64 = 16.0;
const RIGHT: f64 = WIDTH - 16.0;
const TOP: f64 = 96.0;
const ROW: f64 = 76.0;
/// Of the highest bar.
const BAR: f64 = 44.0;
const SLICES: u32 = 64;

/// So many of a slice of time: answered well, well at last, and lost or not at all.
type Slice = [u32; 3];

pub(crate) fn plot(runs: &[Run]) -> Markup {
    let height = TOP + ROW * float(runs.len()) + 12.0;
    let is_lost = |run: &Run| run.requests_lost + run.requests_failed;
    picture(
        height,
        "What happens to the requests of guests when a waiter is killed",
        &html! {
            (text("name", LEFT, 24.0, "When a waiter leaves"))
            (legend(46.0, &[("s-good", "answered".into()), ("s-again", "asked again".into()), ("s-bad", "order lost".into())]))
            (text("quiet", LEFT, 68.0, "All requests over time, the bills on grey at the end. A line:"))
        (text("quiet", LEFT, 84.0, "a waiter is killed. Dots: one begins, or two."))
            @for (number, run) in runs.iter().enumerate() {
                @let base = TOP + ROW * float(number) + 20.0 + BAR;
                (text("name", LEFT, base - BAR - 8.0, run.architecture.name()))
                @if is_lost(run) == 0 {
                    (text("fine end", RIGHT, base - BAR - 8.0, "no order lost"))
                } @else {
                    (text("bad end", RIGHT, base - BAR - 8.0, &format!("lost in {} of {} requests", is_lost(run), run.requests)))
                }
                (strip(run, base))
            }
        },
    )
}

fn strip(run: &Run, base: f64) -> Markup {
    let slices = slices(run);
    let most = slices.iter().map(|slice| slice.iter().sum::<u32>()).max().unwrap_or(0).max(1);
    let width = (RIGHT - LEFT) / f64::from(SLICES);
    let high = |count: u32| BAR * f64::from(count) / f64::from(most);
    let x = |at: Duration| LEFT + (RIGHT - LEFT) * share(at, run.took);
    html! {
        @for Moment { at, .. } in run.moments.iter().filter(|moment| moment.change == Change::Bills) {
            (bar("bills", x(*at), base - BAR, RIGHT - x(*at), BAR))
        }
        @for (number, [good, again, bad]) in slices.into_iter().enumerate() {
            @let x = LEFT + width * float(number);
            // What was lost stands on the ground, so that it can be compared.
            @for (class, below, count) in [("s-bad", 0, bad), ("s-again", bad, again), ("s-good", bad + again, good)] {
                @if count > 0 { (bar(class, x, base - high(below + count), width - 1.0, high(count))) }
            }
        }
        (line("base", [(LEFT, base), (RIGHT, base)]))
        @for Moment { at, change } in run.moments.iter().filter(|moment| moment.change != Change::Bills) {
            (line(if *change == Change::Lose { "mark" } else { "came" }, [(x(*at), base - BAR - 2.0), (x(*at), base + 5.0)]))
        }
    }
}

fn slices(run: &Run) -> Vec<Slice> {
    (0..SLICES)
        .map(|number| {
            let from = run.took * number / SLICES;
            // The last answer is at the very end, or a moment later.
            let to = if number + 1 == SLICES { Duration::MAX } else { run.took * (number + 1) / SLICES };
            let of = |outcomes: &[Outcome]| {
                let asked = run.asked.iter().filter(|asked| (from..to).contains(&asked.at));
                u32::try_from(asked.filter(|asked| outcomes.contains(&asked.outcome)).count()).unwrap_or(u32::MAX)
            };
            [of(&[Outcome::Good]), of(&[Outcome::GoodAtLast]), of(&[Outcome::Lost, Outcome::Failed])]
        })
        .collect()
}

fn share(of: Duration, whole: Duration) -> f64 {
    (of.as_secs_f64() / whole.as_secs_f64().max(f64::MIN_POSITIVE)).min(1.0)
}
