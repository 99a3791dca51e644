//! The picture of the page: a line for each contender, three marks on it, on a logarithmic scale. SVG by hand; it brings its own ground, light or
//! dark as the reader's system is.

use super::in_order;
use crate::stage::{STATES, Stage};
use std::fmt::Write as _;

const LEFT: f64 = 330.0;
const RIGHT: f64 = 930.0;
const WIDTH: f64 = 960.0;
const TOP: f64 = 96.0;
const LINE: f64 = 22.0;

const STYLE: &str = "<style>
  .ground { fill: #ffffff } text { fill: #24292f; font: 13px system-ui, sans-serif } .quiet { fill: #57606a } .ours { font-weight: 700 }
  .title { font-size: 16px; font-weight: 600 } .grid { stroke: #d0d7de } .span { stroke: #8c959f; stroke-width: 2 } .band { fill: #ddf4ff }
  .s0 { fill: #0969da } .s1 { fill: #bf8700 } .s2 { fill: #cf222e }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #0d1117 } text { fill: #e6edf3 } .quiet { fill: #9198a1 } .grid { stroke: #30363d } .span { stroke: #6e7681 } .band { fill: #12253d }
    .s0 { fill: #4493f8 } .s1 { fill: #d29922 } .s2 { fill: #f85149 }
  }
</style>";

/// Where a time stands, between the fifths of a power of ten that hold all of them.
struct Scale {
    from: f64,
    to: f64,
}

impl Scale {
    fn x(&self, nanos: f64) -> f64 {
        LEFT + (nanos.log10() - self.from) / (self.to - self.from) * (RIGHT - LEFT)
    }
}

pub fn svg(stage: &Stage) -> String {
    let order = in_order(stage, STATES[1]);
    let all = || order.iter().flat_map(|contender| STATES.map(|state| stage.both(contender.name, state)));
    let least = all().fold(f64::INFINITY, f64::min).log10();
    let scale = Scale { from: (least * 5.0).floor() / 5.0, to: (all().fold(0.0, f64::max).log10() * 5.0).ceil() / 5.0 };
    let mut rows = String::new();
    let (mut y, mut promise) = (TOP, "");
    for contender in order {
        if contender.class.promise() != promise {
            promise = contender.class.promise();
            y += LINE * 0.7;
            writeln!(rows, r#"<text class="quiet" x="16" y="{y:.0}">{promise}</text>"#).expect("a String");
            y += LINE;
        }
        let ours = contender.name.starts_with("**");
        if ours {
            let (top, width) = (y - LINE * 0.7, WIDTH - 16.0);
            writeln!(rows, r#"<rect class="band" x="8" y="{top:.1}" width="{width}" height="{LINE}"/>"#)
                .expect("a String");
        }
        let (class, name) = (if ours { "ours" } else { "" }, contender.name.replace(['*', '`'], ""));
        writeln!(rows, r#"<text class="{class}" x="28" y="{y:.0}">{name}</text>"#).expect("a String");
        marks(&mut rows, STATES.map(|state| scale.x(stage.both(contender.name, state))), y - 4.5);
        y += LINE;
    }
    let height = y + 16.0;
    let mut out = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0}" width="{WIDTH}" height="{height:.0}" role="img">"#
    );
    writeln!(out, "\n<title>Seal and open together, each library and three states</title>\n{STYLE}").expect("a String");
    writeln!(out, r#"<rect class="ground" width="100%" height="100%" rx="6"/>"#).expect("a String");
    writeln!(
        out,
        r#"<text class="title" x="16" y="28">Seal and open together, µs, logarithmic; less is better</text>"#
    )
    .expect("a String");
    legend(&mut out);
    grid(&mut out, &scale, y);
    out + &rows + "</svg>\n"
}

/// A circle, a square and a diamond: told apart without colours, too.
fn marks(out: &mut String, [session, cart10, cart30]: [f64; 3], y: f64) {
    writeln!(out, r#"<line class="span" x1="{session:.1}" y1="{y:.1}" x2="{cart30:.1}" y2="{y:.1}"/>"#)
        .expect("a String");
    mark(out, 0, session, y);
    mark(out, 1, cart10, y);
    mark(out, 2, cart30, y);
}

fn mark(out: &mut String, which: usize, x: f64, y: f64) {
    match which {
        0 => writeln!(out, r#"<circle class="s0" cx="{x:.1}" cy="{y:.1}" r="5"/>"#),
        1 => writeln!(out, r#"<rect class="s1" x="{:.1}" y="{:.1}" width="9" height="9"/>"#, x - 4.5, y - 4.5),
        _ => writeln!(out, r#"<path class="s2" d="M{x:.1} {:.1}l6.5 6.5l-6.5 6.5l-6.5 -6.5z"/>"#, y - 6.5),
    }
    .expect("a String");
}

fn legend(out: &mut String) {
    for (which, (x, text)) in [(340.0, "Session"), (430.0, "Cart10"), (520.0, "Cart30")].into_iter().enumerate() {
        mark(out, which, x, 55.5);
        writeln!(out, r#"<text x="{:.0}" y="60">{text}</text>"#, x + 12.0).expect("a String");
    }
}

/// Lines at 1, 2 and 5 times each power of ten.
fn grid(out: &mut String, scale: &Scale, bottom: f64) {
    for micros in (0..5).flat_map(|power| [1, 2, 5].map(|digit| digit * 10_u32.pow(power))) {
        let x = scale.x(f64::from(micros) * 1e3);
        if (LEFT..=RIGHT).contains(&x) {
            let (from, above) = (TOP - 8.0, TOP - 13.0);
            writeln!(out, r#"<line class="grid" x1="{x:.1}" y1="{from:.0}" x2="{x:.1}" y2="{bottom:.0}"/>"#)
                .expect("a String");
            writeln!(out, r#"<text class="quiet" x="{x:.1}" y="{above:.0}" text-anchor="middle">{micros}</text>"#)
                .expect("a String");
        }
    }
}
