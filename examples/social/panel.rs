//! What is on the visitor's slip, beside every page.
//!
//! It may not change anything. A real network has no such panel: this is what only its servers can read.

use crate::{desk::Desk, parts};
use maud::{Markup, html};
use orderslip::{UnixTime, cookie::Outcome};

pub(crate) fn panel(desk: &Desk) -> Markup {
    let session = &desk.session;
    let (taken, most) = session.room();
    let now = UnixTime::now().unwrap_or(UnixTime::from_secs(0));
    let shown = session.read(serde_json::to_string_pretty).unwrap_or_else(|error| error.to_string());
    html! {
        section.slip id="slip" {
            h2 { "Your slip" span { (outcome(session.outcome())) } }
            @match session.id().zip(session.ends_at()) {
                None => p { "There is none." },
                Some((id, ends_at)) => {
                    pre { (shown) }
                    dl {
                        dt { "Id" } dd { code { (id) } }
                        dt { "Ends" } dd { "in " (parts::span(ends_at.since(now).as_secs())) " at the latest" }
                        dt { "Takes" } dd { (taken) " of " (most) " bytes" }
                    }
                }
            }
            p.small { "Who you are is in your browser, and in no server. What you said, and which slips were ended before their time, is in the database." }
        }
    }
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Opened => "brought",
        Outcome::Expired => "has expired",
        Outcome::Rejected => "was rejected",
        Outcome::Unreadable => "cannot be read now",
        Outcome::LoggedOut => "had been logged out",
        Outcome::Revoked => "was ended elsewhere",
        _ => "not brought",
    }
}
