//! Throughput and p99 against the number of waiters.
//!
//! It may not know how a state is kept.

use super::{Frame, colour, float, legend, line, number, picture, text};
use crate::{architecture::Architecture, scale::Point};
use maud::{Markup, html};

pub(crate) fn throughput(points: &[Point]) -> Markup {
    let value = |point: &Point| u32::try_from(point.requests_per_second).map_or(f64::INFINITY, f64::from);
    plot(points, "Requests a second against the number of waiters", "requests a second", value)
}

pub(crate) fn p99(points: &[Point]) -> Markup {
    let value = |point: &Point| u32::try_from(point.p99_us).map_or(f64::INFINITY, f64::from) / 1e3;
    plot(points, "The slowest request of a hundred (p99)", "milliseconds", value)
}

fn plot(points: &[Point], title: &str, unit: &str, value: impl Fn(&Point) -> f64) -> Markup {
    let mut waiters: Vec<u32> = points.iter().map(|point| point.waiters).collect();
    waiters.sort_unstable();
    waiters.dedup();
    let most = points.iter().map(&value).fold(0.0, f64::max).max(f64::MIN_POSITIVE);
    // Each number of waiters as far from the next, as they mostly double.
    let frame = Frame { top: 60.0, bottom: 280.0, most: [float(waiters.len()), most] };
    let place = |of: u32| waiters.iter().position(|waiters| *waiters == of).map_or(0.0, float) + 0.5;
    let architectures: Vec<Architecture> =
        Architecture::ALL.into_iter().filter(|one| points.iter().any(|point| point.architecture == *one)).collect();
    let series = |one: Architecture| points.iter().filter(move |point| point.architecture == one);
    let at = |point: &Point| frame.at(place(point.waiters), value(point));
    let names: Vec<(&str, String)> = architectures.iter().map(|one| (colour(*one), one.name().to_owned())).collect();
    picture(
        352.0,
        title,
        &html! {
            (text("name", 16.0, 24.0, title))
            (frame.grid(unit))
            @for count in &waiters {
                @let (x, _) = frame.at(place(*count), 0.0);
                (text("quiet middle", x, 298.0, &waiters_in_words(*count)))
            }
            @for one in architectures {
                (line(colour(one), series(one).map(at)))
                @for point in series(one) {
                    @let (x, y) = at(point);
                    circle class=(colour(one)) cx=(format!("{x:.1}")) cy=(format!("{y:.1}")) r="4" {
                        title { (one.name()) ", " (waiters_in_words(point.waiters)) ": " (number(value(point))) " " (unit) }
                    }
                }
            }
            (legend(322.0, &names))
        },
    )
}

fn waiters_in_words(count: u32) -> String {
    if count == 1 { "1 waiter".into() } else { format!("{count} waiters") }
}
