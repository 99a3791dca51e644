//! The frame around every page, and the header fields that go with it.
//!
//! It may not know what a page is about. Everything that is put into it is escaped by `maud`.

use crate::{
    cart, catalogue,
    desk::Desk,
    forms::Forms,
    locale::Locale,
    panel,
    slips::{Notice, Preferences},
    texts::{self, Texts},
    theme::Theme,
};
use axum::{
    http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY},
    response::{Html, IntoResponse as _, Response},
};
use maud::{DOCTYPE, Markup, html};

pub(crate) const STYLE: &str = include_str!("style.css");

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

/// A page that knows nothing of the visitor but this, and may run one script of ours.
pub(crate) fn bare(preferences: Preferences, content: impl FnOnce(&Texts) -> Markup) -> Response {
    let texts = texts::of(preferences.locale);
    let body = html! { main { (content(texts)) } footer { (texts.motto) } };
    with_policy(&format!("{POLICY}; script-src 'self'"), document(texts, preferences, body))
}

fn framed(desk: &Desk, forms: Option<&Forms>, notice: &Notice, content: Markup) -> Response {
    let (texts, preferences) = (desk.texts(), desk.preferences.read(|preferences| *preferences));
    let body = html! {
        (header(desk, texts, forms))
        @if let Some(said) = said(texts, notice) { p.notice role="status" { (said) } }
        div.columns { main { (content) } (panel::panel(desk)) }
        footer { (texts.motto) " · " (texts.served_by) " " (desk.waiter.name) ", " (texts.process) " " (desk.waiter.process) }
    };
    with_policy(POLICY, document(texts, preferences, body))
}

fn document(texts: &Texts, preferences: Preferences, body: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(texts.locale.tag()) data-theme=(preferences.theme.name()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Slip & Saucer" }
                link rel="stylesheet" href="/style.css";
                link rel="icon" href="/icon.svg" type="image/svg+xml";
            }
            body { (body) }
        }
    }
}

fn with_policy(policy: &str, page: Markup) -> Response {
    // A page shows what is on somebody's slips: no cache keeps it, not even the one behind the Back button.
    let fields = [(CACHE_CONTROL, "no-store"), (CONTENT_SECURITY_POLICY, policy), (REFERRER_POLICY, "same-origin")];
    (fields, Html(page.into_string())).into_response()
}

fn header(desk: &Desk, texts: &Texts, forms: Option<&Forms>) -> Markup {
    let count = desk.cart(cart::count);
    html! {
        header {
            a.brand href="/" { span { "Slip" } " & " span { "Saucer" } }
            nav {
                a href="/" { (texts.catalogue) }
                a href="/cart" { (texts.cart) " " span.count { (count) } }
                @match desk.user() {
                    Some(user) => {
                        a href="/orders" { (texts.orders) }
                        span.user { (user) }
                        @if let Some(forms) = forms {
                            form action="/logout" method="post" { (forms.hidden()) button.quiet id="log-out" { (texts.log_out) } }
                        }
                    }
                    None => a id="log-in" href="/login" { (texts.log_in) },
                }
            }
            @if let Some(forms) = forms { (preferences(desk, texts, forms)) }
        }
    }
}

fn preferences(desk: &Desk, texts: &Texts, forms: &Forms) -> Markup {
    let theme = desk.preferences.read(|preferences| preferences.theme);
    html! {
        form.preferences action="/preferences" method="post" {
            (forms.hidden())
            input type="hidden" name="back" value=(desk.path);
            select name="theme" aria-label=(texts.theme) {
                @for (choice, name) in Theme::ALL.iter().zip(texts.themes) {
                    option value=(choice.name()) selected[*choice == theme] { (name) }
                }
            }
            select name="locale" aria-label=(texts.language) {
                @for choice in Locale::ALL {
                    option value=(choice.tag()) selected[choice == texts.locale] { (choice.name()) }
                }
            }
            button.quiet id="apply" { (texts.apply) }
        }
    }
}

fn said(texts: &Texts, notice: &Notice) -> Option<Markup> {
    let product = |sku: &str| catalogue::find(sku).map_or("", |product| product.name(texts.locale));
    Some(match notice {
        Notice::Nothing => return None,
        Notice::Added(sku) => html! { (texts.added) " " strong { (product(sku)) } },
        Notice::Removed(sku) => html! { (texts.removed) " " strong { (product(sku)) } },
        Notice::Welcome => html! { (texts.welcome) },
        Notice::Goodbye => html! { (texts.goodbye) },
        Notice::WrongPassword => html! { (texts.wrong_password) },
        Notice::NothingToBuy => html! { (texts.nothing_to_buy) },
        Notice::Saved => html! { (texts.saved) },
        Notice::Ordered(number) => html! { (texts.ordered) " " strong { (number) } "." },
    })
}
