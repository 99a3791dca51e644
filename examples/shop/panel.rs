//! The panel beside every page: what is on the slips, what room is left on them, when they end.
//!
//! It may not change anything. A real shop has no such panel: this is what only its servers can read.

use crate::{cart, desk::Desk, texts::Texts};
use maud::{Markup, html};
use orderslip::{
    SlipState, UnixTime,
    cookie::{Held, Outcome},
};
use serde::Serialize;
use serde_json::json;

pub(crate) fn panel(desk: &Desk) -> Markup {
    let texts = desk.texts();
    let (title, text) = texts.panel;
    html! {
        aside {
            h2 { (title) }
            p { (text) }
            (slip("session", &desk.session, texts))
            (cart(desk, texts))
            (slip("visitor", &desk.visitor, texts))
            (slip("preferences", &desk.preferences, texts))
            p.served {
                (texts.served_by) " " strong id="waiter" { (desk.waiter.name) }
                br;
                (texts.process) " " span id="process" { (desk.waiter.process) }
            }
        }
    }
}

/// The cart is no slip: it is as many cookies as were written and not yet put together.
fn cart(desk: &Desk, texts: &Texts) -> Markup {
    let lines = desk.cart(|cart| shown(&json!({ "lines": cart::lines(cart).collect::<Vec<_>>() })));
    html! {
        section.slip id="slip-cart" {
            h3 { "cart" span.outcome { span.cookies { (desk.brought.cookies) } " " (texts.cookies) } }
            pre { (lines) }
            p.room { span.taken { (desk.brought.bytes) } " B" }
        }
    }
}

fn slip<T: SlipState + Default>(name: &str, held: &Held<T>, texts: &Texts) -> Markup {
    let (taken, limit) = held.room();
    let ends_in = held.expires_at().map(|end| UnixTime::now().map_or_else(|_| end.since(end), |now| end.since(now)));
    html! {
        section.slip id={ "slip-" (name) } {
            h3 { (name) span.outcome { (outcome(held.outcome(), texts)) } }
            @match ends_in {
                None => p.none { (texts.none) },
                Some(ends_in) => {
                    pre { (held.read(shown)) }
                    meter min="0" max=(limit) high=(limit * 3 / 4) value=(taken) {}
                    p.room {
                        span.taken { (taken) } " B, " span.left { (limit.saturating_sub(taken)) } " " (texts.bytes_left) br;
                        (texts.ends_in) " " (texts.locale.span(ends_in))
                    }
                }
            }
        }
    }
}

fn shown<T: Serialize>(state: &T) -> String {
    serde_json::to_string_pretty(state).unwrap_or_else(|error| error.to_string())
}

fn outcome(outcome: Outcome, texts: &Texts) -> &'static str {
    let [absent, opened, expired, rejected, unreadable, logged_out] = texts.outcomes;
    match outcome {
        Outcome::Opened => opened,
        Outcome::Expired => expired,
        Outcome::Rejected => rejected,
        Outcome::Unreadable => unreadable,
        Outcome::LoggedOut => logged_out,
        _ => absent,
    }
}
