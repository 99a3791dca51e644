//! Requests lost over time: how many answers had lost an order by then, a line for each architecture.
//!
//! It may not know how a state is kept.

use super::{Frame, colour, float, legend, line, picture, text};
use crate::{run::Run, tally::Outcome};
use maud::{Markup, html};

pub(crate) fn plot(runs: &[Run]) -> Markup {
    let lost: Vec<Vec<f64>> = runs.iter().map(moments).collect();
    let most_lost = float(lost.iter().map(Vec::len).max().unwrap_or(0)).max(1.0);
    let frame = Frame { top: 60.0, bottom: 280.0, most: [1.0, most_lost] };
    let names: Vec<(&str, String)> = runs
        .iter()
        .zip(&lost)
        .map(|(run, lost)| (colour(run.architecture), format!("{} {}", run.architecture.name(), lost.len())))
        .collect();
    picture(
        352.0,
        "Requests lost over time, for each architecture",
        &html! {
            (text("name", 16.0, 24.0, "Requests lost over time"))
            (frame.grid("requests"))
            (text("quiet", Frame::LEFT, 298.0, "the first guest"))
            (text("quiet end", Frame::RIGHT, 298.0, "the last bill"))
            @for (run, lost) in runs.iter().zip(&lost) {
                (line(colour(run.architecture), steps(lost).map(|(x, y)| frame.at(x, y))))
            }
            (legend(322.0, &names))
        },
    )
}

/// When each was lost, as a part of the evening: no two take as long.
fn moments(run: &Run) -> Vec<f64> {
    let lost = run.asked.iter().filter(|asked| matches!(asked.outcome, Outcome::Lost | Outcome::Failed));
    let whole = run.took.as_secs_f64();
    let mut moments: Vec<f64> = lost.map(|asked| (asked.at.as_secs_f64() / whole).min(1.0)).collect();
    moments.sort_unstable_by(f64::total_cmp);
    moments
}

/// From nothing to all, with no more corners than can be seen.
fn steps(lost: &[f64]) -> impl Iterator<Item = (f64, f64)> {
    let every = (lost.len() / 100).max(1);
    let corners = lost.iter().enumerate().step_by(every).map(|(number, at)| (*at, float(number)));
    let all = float(lost.len());
    [(0.0, 0.0)].into_iter().chain(corners).chain(lost.last().map(|at| (*at, all))).chain([(1.0, all)])
}
