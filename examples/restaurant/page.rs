//! The page with the pictures: one file, which asks for nothing else.
//!
//! It may not know how the numbers came about.

use crate::{
    plots::{self, costs, leaving, lost, scale},
    report::{Report, milliseconds},
    run::Run,
};
use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = include_str!("page.css");

pub(crate) fn html(report: &Report) -> String {
    let guests = report.runs.first().map_or(0, |run| run.guests);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "The restaurant: when a waiter leaves" }
                style { (PreEscaped(STYLE)) (PreEscaped(plots::STYLE)) }
            }
            body { main {
                h1 { "When a waiter leaves, who still knows what you ordered?" }
                p {
                    "A stateful server is a waiter who remembers your order: when that waiter leaves, it is gone. An order slip is written down, and any "
                    "waiter can pick it up. " (guests) " guests ordered, over HTTP and with cookies, from web servers that are processes of their own. "
                    (report.happened)
                }
                div.pictures {
                    (figure(&leaving::plot(&report.runs), "Every request of the evening. An order is lost when the answer shows a cart that lacks \
                        something ordered before, or knows nothing of the guest."))
                    (figure(&lost::plot(&report.runs), "What a waiter remembered stays lost: those who had ordered before find out when they ask for the bill. What is on \
                        slips or in a store is not lost."))
                    @if !report.scale.is_empty() {
                        (figure(&scale::throughput(&report.scale), &format!("Quiet evenings, the best of three. Guests, front door, waiters and stores share {} processors, \
                            so the line ends where those are busy.", processors())))
                        (figure(&scale::p99(&report.scale), &format!("The same evenings, {} guests at a time.", crate::SEATS)))
                    }
                    @if !report.costs.is_empty() {
                        (figure(&costs::plot(&report.costs), "On average. The state itself: opening and sealing slips, or JSON. The network is loopback, \
                            twice, with the front door between; a real one is slower, and a store waits for it once more. A database may wait for its disk, too."))
                    }
                }
                h2 { "In numbers" }
                div.table { (table(&report.runs)) }
                h2 { "Tokens that no waiter takes" }
                p.quiet {
                    "Tampered with: " (report.refused.tampered) ". Past its end: " (report.refused.expired) ". A session for a cart: "
                    (report.refused.foreign_purpose) "."
                }
            } }
        }
    };
    page.into_string()
}

fn figure(picture: &Markup, caption: &str) -> Markup {
    html! { figure { (picture) figcaption { (caption) } } }
}

fn table(runs: &[Run]) -> Markup {
    const HEAD: [&str; 9] =
        ["", "carts intact", "carts lost", "requests", "lost", "asked again", "p50, ms", "p99, ms", "held by servers"];
    html! {
        table {
            tr { @for name in HEAD { th scope="col" { (name) } } }
            @for run in runs {
                tr {
                    td { (run.architecture.name()) }
                    td { (run.carts_intact) }
                    td.bad[run.carts_lost > 0].fine[run.carts_lost == 0] { (run.carts_lost) }
                    td { (run.requests) }
                    td.bad[run.requests_lost > 0] { (run.requests_lost) }
                    td { (run.requests_retried) }
                    td { (milliseconds(run.p50_us)) }
                    td { (milliseconds(run.p99_us)) }
                    td { (run.server_state_bytes) " B" }
                }
            }
        }
    }
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, Into::into)
}
