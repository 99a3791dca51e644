//! What a request costs, and where: a bar for each architecture, in four parts.
//!
//! It may not know how it was measured.

use super::{WIDTH, bar, float, legend, picture, text};
use crate::costs::Cost;
use maud::{Markup, html};

const TOP: f64 = 112.0;
const ROW: f64 = 42.0;
const LEFT: f64 = 16.0;
const RIGHT: f64 = WIDTH - 16.0;

const PARTS: [(&str, &str); 4] = [
    ("p-state", "the state itself"),
    ("p-store", "waiting for a store"),
    ("p-waiter", "the waiter besides"),
    ("p-network", "network and front door"),
];

pub(crate) fn plot(costs: &[Cost]) -> Markup {
    let most = costs.iter().map(|cost| cost.parts().iter().sum::<f64>()).fold(f64::MIN_POSITIVE, f64::max);
    let height = TOP + ROW * float(costs.len());
    let names: Vec<(&str, String)> = PARTS.iter().map(|(class, name)| (*class, (*name).to_owned())).collect();
    picture(
        height,
        "What a request costs, and where",
        &html! {
            (text("name", 16.0, 24.0, "What a request costs, and where"))
            (legend(46.0, &names))
            (text("quiet", LEFT, 92.0, "microseconds, one guest at a time"))
            @for (number, cost) in costs.iter().enumerate() {
                @let y = TOP + ROW * float(number);
                (text("name", LEFT, y + 10.0, cost.architecture.name()))
                (text("quiet end", RIGHT, y + 10.0, &in_words(cost)))
                (parts(cost, y + 16.0, (RIGHT - LEFT) / most))
            }
        },
    )
}

fn in_words(cost: &Cost) -> String {
    let [state, store, waiter, network] = cost.parts();
    format!("{state:.1} + {store:.0} + {waiter:.0} + {network:.0}")
}

fn parts(cost: &Cost, y: f64, scale: f64) -> Markup {
    let ends = cost.parts().into_iter().scan(0.0, |sum, part| {
        *sum += part;
        Some((*sum - part, part))
    });
    html! {
        @for ((class, _), (from, part)) in PARTS.iter().zip(ends) {
            (bar(class, LEFT + from * scale, y, part * scale, 14.0))
        }
    }
}
