//! The frame around every page, and the header fields that go with it.
//!
//! It may not know what a page is about. Everything that is put into it is escaped by `maud`.

use crate::{desk::Desk, forms::Forms, panel, slips::Notice, theme::Theme};
use axum::{
    http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY},
    response::{Html, IntoResponse as _, Response},
};
use maud::{DOCTYPE, Markup, html};

pub(crate) const STYLE: &str = include_str!("style.css");

pub(crate) const ICON: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="16" r="15" fill="#2f6d62"/><circle cx="16" cy="16" r="6" fill="#f4f1ea"/><g fill="#e9b44c"><circle cx="16" cy="5.5" r="2.6"/><circle cx="26.5" cy="16" r="2.6"/><circle cx="16" cy="26.5" r="2.6"/><circle cx="5.5" cy="16" r="2.6"/></g></svg>"##;

/// No script, no other site, no frame around it.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// A page whose forms carry the session's token.
pub(crate) fn page(desk: &Desk, content: impl FnOnce(&Forms) -> Markup) -> Response {
    let forms = Forms::of(&desk.session);
    let notice = desk.notice.take().ok().flatten().unwrap_or_default();
    framed(desk, Some(&forms), &notice, content(&forms))
}

/// A page that begins nothing.
pub(crate) fn without_forms(desk: &Desk, content: Markup) -> Response {
    framed(desk, None, &Notice::Nothing, content)
}

fn framed(desk: &Desk, forms: Option<&Forms>, notice: &Notice, content: Markup) -> Response {
    let theme = desk.preferences.read(|preferences| preferences.theme);
    let document = html! {
        (DOCTYPE)
        html lang="en" data-theme=(theme.name()) {
            head {
                meta charset="utf-8";
                title { "Stammtisch" }
                meta name="viewport" content="width=device-width, initial-scale=1";
                link rel="icon" href="/icon.svg" type="image/svg+xml";
                link rel="stylesheet" href="/style.css";
            }
            body {
                (header(desk, forms))
                div.columns {
                    main {
                        @if let Some(said) = said(notice) { p.notice role="status" { (said) } }
                        (content)
                    }
                    aside { (panel::panel(desk)) @if let Some(forms) = forms { (themes(desk, theme, forms)) } }
                }
                footer { "Served by " strong id="waiter" { (desk.waiter.name) } ", process " span id="process" { (desk.waiter.process) } }
            }
        }
    };
    // No cache keeps it, not even the one behind the Back button: it is one member's.
    let fields = [(CACHE_CONTROL, "no-store"), (REFERRER_POLICY, "same-origin"), (CONTENT_SECURITY_POLICY, POLICY)];
    (fields, Html(document.into_string())).into_response()
}

fn header(desk: &Desk, forms: Option<&Forms>) -> Markup {
    let link = |path: &str, name: &str| {
        html! { a href=(path) aria-current=[(desk.path == path).then_some("page")] { (name) } }
    };
    html! {
        header {
            a.brand href="/" { img src="/icon.svg" alt="" width="32" height="32"; "Stammtisch" }
            @if let Some(member) = desk.member() {
                nav { (link("/", "Timeline")) (link("/people", "People")) (link("/letters", "Letters")) (link("/devices", "Devices")) }
                span.user { (crate::parts::face(&member)) a href={ "/people/" (member) } id="member" { (member) } }
                @if let Some(forms) = forms {
                    form action="/logout" method="post" { (forms.hidden()) button.quiet id="log-out" { "Log out" } }
                }
            } @else { nav { (link("/login", "Log in")) } }
        }
    }
}

fn themes(desk: &Desk, now: Theme, forms: &Forms) -> Markup {
    html! {
        form.themes action="/preferences" method="post" {
            (forms.hidden())
            input type="hidden" name="back" value=(desk.path);
            @for (theme, name) in Theme::ALL.into_iter().zip(["As the system", "Light", "Dark"]) {
                button.quiet name="theme" value=(theme.name()) aria-pressed=(theme == now) { (name) }
            }
        }
    }
}

fn said(notice: &Notice) -> Option<&'static str> {
    Some(match notice {
        Notice::Nothing => return None,
        Notice::Welcome => "You are logged in.",
        Notice::Goodbye => "You are logged out.",
        Notice::GoodbyeHere => {
            "You are logged out here. The database did not answer: whoever has a copy of your cookie is still in, until you end it."
        }
        Notice::Ended => "This session was ended from another device. Log in again, if it was yours.",
        Notice::WrongPassword => "Name and password do not match.",
        Notice::DeviceEnded => "That device is logged out, and every copy of its cookie with it.",
        Notice::OthersEnded => "All other devices are logged out.",
        Notice::PasswordChanged => "Your password is new, and all other devices are logged out.",
        Notice::OthersRemain => "Your password is new, but other devices may still be logged in: end them here.",
        Notice::NoPassword => "A password has 15 characters at least, and 128 at most.",
        Notice::NoName => "A name has 2 to 20 small letters and digits.",
        Notice::NameTaken => "Somebody has that name already.",
        Notice::Used => "That invitation was used. Each makes one account.",
        Notice::Saved => "Just as you like it.",
        Notice::NotPosted => "Write something, and not more than 500 characters.",
    })
}
