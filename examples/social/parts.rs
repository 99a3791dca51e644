//! What several pages have in them: faces, times, what somebody said, a place to say something.
//!
//! It may not know what a page is about.

use crate::{forms::Forms, posts::Said};
use maud::{Markup, html};
use orderslip::UnixTime;
use serde::Deserialize;

/// The most characters of a post or a letter.
pub(crate) const MOST: usize = 500;

/// A form in which somebody says something.
#[derive(Deserialize)]
pub(crate) struct Saying {
    text: String,
}

impl Saying {
    /// What was said, if it was something, and not too much of it.
    pub(crate) fn text(&self) -> Option<&str> {
        let text = self.text.trim();
        // No database of ours takes a NUL in a text.
        ((1..=MOST).contains(&text.chars().count()) && !text.contains('\0')).then_some(text)
    }
}

/// A form without fields of its own.
#[derive(Deserialize)]
pub(crate) struct Nothing {}

pub(crate) fn composer(forms: &Forms, action: &str, prompt: &str, button: &str) -> Markup {
    html! {
        form.composer action=(action) method="post" {
            (forms.hidden())
            textarea name="text" rows="3" maxlength=(MOST) required placeholder=(prompt) aria-label=(prompt) {}
            button { (button) }
        }
    }
}

pub(crate) fn all_said(all: &[Said], now: UnixTime) -> Markup {
    html! { @for said in all { (post(said, now)) } }
}

fn post(said: &Said, now: UnixTime) -> Markup {
    html! {
        article.post {
            (face(&said.author))
            div {
                p.by { a href={ "/people/" (said.author) } { (said.author) } " " time { (ago(said.at, now)) } }
                p.text { (said.text) }
            }
        }
    }
}

/// The first letter of a name, in a colour of its own.
pub(crate) fn face(name: &str) -> Markup {
    let colour = name.bytes().fold(0_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte)) % 8;
    html! { span class={ "face c" (colour) } aria-hidden="true" { (name.chars().take(1).collect::<String>()) } }
}

/// Roughly how long ago: the largest unit that there are two of.
pub(crate) fn ago(at: UnixTime, now: UnixTime) -> String {
    match now.since(at).as_secs() {
        0..60 => "just now".to_owned(),
        secs => format!("{} ago", span(secs)),
    }
}

pub(crate) fn span(secs: u64) -> String {
    match secs {
        0..120 => format!("{secs} s"),
        120..7200 => format!("{} min", secs / 60),
        7200..172_800 => format!("{} h", secs / 3600),
        _ => format!("{} days", secs / 86_400),
    }
}
