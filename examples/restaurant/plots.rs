//! The pictures: SVG in the colours of the reader's system, light or dark, with nothing from elsewhere.
//!
//! It may not know what is drawn.

pub(crate) mod costs;
pub(crate) mod leaving;
pub(crate) mod lost;
pub(crate) mod scale;

use crate::architecture::Architecture;
use maud::{Markup, PreEscaped, html};

/// The colours, for a picture and for the page with all of them.
pub(crate) const STYLE: &str = include_str!("plots/style.css");

/// How wide every picture is.
const WIDTH: f64 = 480.0;

/// A picture within a page.
fn picture(height: f64, title: &str, content: &Markup) -> Markup {
    html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox=(format!("0 0 {WIDTH} {height:.0}")) role="img" aria-label=(title) {
            title { (title) }
            (content)
        }
    }
}

/// A picture as a file: it brings its colours and its ground.
pub(crate) fn on_its_own(picture: &Markup) -> String {
    let style = html! { style { (PreEscaped(STYLE)) } rect.ground width="100%" height="100%" {} };
    let text = &picture.0;
    let inside = text.find("</title>").map_or(0, |at| at + "</title>".len());
    let (head, rest) = text.split_at(inside);
    format!("{head}{}{rest}\n", style.0)
}

/// The class of a colour that means this architecture in every picture.
fn colour(architecture: Architecture) -> &'static str {
    match architecture {
        Architecture::MemorySticky => "c-sticky",
        Architecture::Memory => "c-memory",
        Architecture::Database => "c-database",
        Architecture::Redis => "c-redis",
        Architecture::Postgres => "c-postgres",
        Architecture::Slip => "c-slip",
    }
}

fn text(class: &str, x: f64, y: f64, said: &str) -> Markup {
    html! { text class=(class) x=(format!("{x:.1}")) y=(format!("{y:.1}")) { (said) } }
}

fn bar(class: &str, x: f64, y: f64, width: f64, height: f64) -> Markup {
    let [x, y, width, height] = [x, y, width, height].map(|number| format!("{number:.2}"));
    html! { rect class=(class) x=(x) y=(y) width=(width) height=(height) {} }
}

fn line(class: &str, points: impl IntoIterator<Item = (f64, f64)>) -> Markup {
    let points: Vec<String> = points.into_iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    html! { polyline class=(class) points=(points.join(" ")) {} }
}

/// Names beside their colours, so many to a row.
fn legend(top: f64, names: &[(&str, String)]) -> Markup {
    let place = |number: usize| (16.0 + float(number % 3) * 152.0, top + float(number / 3) * 20.0);
    html! {
        @for (number, (class, name)) in names.iter().enumerate() {
            @let (x, y) = place(number);
            (bar(class, x, y - 9.0, 10.0, 10.0))
            (text("", x + 15.0, y, name))
        }
    }
}

/// Where numbers stand: from nothing at the left and at the bottom.
struct Frame {
    top: f64,
    bottom: f64,
    most: [f64; 2],
}

impl Frame {
    const LEFT: f64 = 52.0;
    const RIGHT: f64 = WIDTH - 16.0;

    fn at(&self, x: f64, y: f64) -> (f64, f64) {
        let [most_x, most_y] = self.most;
        let height = (self.bottom - self.top) * y / most_y;
        (Self::LEFT + (Self::RIGHT - Self::LEFT) * x / most_x, self.bottom - height)
    }

    /// Lines and numbers at the left, and what they count.
    fn grid(&self, unit: &str) -> Markup {
        let [_, most] = self.most;
        let step = step(most);
        let ticks = (0..8_u8).map(|number| f64::from(number) * step).take_while(|tick| *tick <= most * 1.001);
        html! {
            (text("quiet", 16.0, self.top - 12.0, unit))
            @for tick in ticks {
                @let (_, y) = self.at(0.0, tick);
                (line("grid", [(Self::LEFT, y), (Self::RIGHT, y)]))
                (text("quiet end", Self::LEFT - 7.0, y + 4.0, &number(tick)))
            }
        }
    }
}

/// One, two or five of a power of ten, so that a handful of steps reach the most.
fn step(most: f64) -> f64 {
    let power = 10_f64.powf((most.max(f64::MIN_POSITIVE) / 5.0).log10().floor());
    [1.0, 2.0, 5.0, 10.0].map(|times| times * power).into_iter().find(|step| step * 5.0 >= most).unwrap_or(most)
}

/// With a space between thousands, and one digit behind the point where there is something.
fn number(number: f64) -> String {
    if number.fract() > 0.001 && number < 100.0 {
        return format!("{number:.1}");
    }
    let digits = format!("{number:.0}");
    match digits.len().checked_sub(3).filter(|at| *at > 0 && digits.len() > 4) {
        Some(at) => digits.split_at(at).0.to_owned() + "\u{202f}" + digits.split_at(at).1,
        None => digits,
    }
}

fn float(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::INFINITY, f64::from)
}
