//! A form that was refused though nothing is wrong with it: a page that sends it again.
//!
//! It may not know what a form is for. A write that is refused for the moment is answered 503 with a `Retry-After` of a second, and was not
//! done: the visitor's cookies begin with that very answer, or too many writes of other tabs are under way. So the page has the same form once more,
//! token and all, with a button; where scripts run, it presses the button itself. It stands outside of the layer of the slips, which
//! turns an answer that came too late into such a refusal.

use crate::{page, slips::Preferences};
use axum::{
    body::{Body, to_bytes},
    extract::{Form, FromRequest as _, Request},
    http::{
        Method, StatusCode,
        header::{CONTENT_LENGTH, LOCATION, RETRY_AFTER},
    },
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use maud::{Markup, html};
use orderslip::cookie::RETRY_SOON;

/// The paths whose forms are repeated: all that write to the cart, and none that has a password.
const REPEATED: [&str; 3] = ["/cart/add", "/cart/set", "/checkout"];

/// Of a form: none of ours has more.
const MOST: usize = 16 * 1024;

/// After so many times the page waits for the visitor.
const TRIES: u32 = 9;

/// The field in which a repeated form says how often it was.
const TRIED: &str = "tried";

/// What the page runs: it presses the button when the server says, and a little later than that, as all who were refused were told the same.
pub(crate) const SCRIPT: &str = r#""use strict";
const form = document.querySelector("form.again"), button = form.querySelector("button");
const soon = setTimeout(() => form.requestSubmit(), 1000 * form.dataset.seconds * (1 + Math.random()));
form.addEventListener("submit", () => { clearTimeout(soon); button.disabled = true; });
"#;

pub(crate) async fn again(request: Request, next: Next) -> Response {
    let path = REPEATED.into_iter().find(|path| request.method() == Method::POST && request.uri().path() == *path);
    let Some(path) = path else { return next.run(request).await };
    let (head, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MOST).await else { return StatusCode::PAYLOAD_TOO_LARGE.into_response() };
    let copy = |head| Request::from_parts(head, Body::from(body.clone()));
    let answer = next.run(copy(head.clone())).await;
    let is_soon = answer.headers().get(RETRY_AFTER).is_some_and(|seconds| *seconds == RETRY_SOON.to_string());
    if answer.status() != StatusCode::SERVICE_UNAVAILABLE || !is_soon {
        return answer;
    }
    match Form::<Vec<(String, String)>>::from_request(copy(head), &()).await {
        Ok(Form(fields)) => repeated(answer, path, fields),
        Err(_) => answer,
    }
}

/// The answer with another body. Its cookies stay: a first write finds there what it belongs to.
fn repeated(answer: Response, path: &str, mut fields: Vec<(String, String)>) -> Response {
    let tried = fields.iter().find(|(name, _)| name == TRIED).and_then(|(_, times)| times.parse().ok()).unwrap_or(0);
    fields.retain(|(name, _)| name != TRIED);
    fields.push((TRIED.to_owned(), u32::min(tried, TRIES).saturating_add(1).to_string()));
    let (mut head, _) = answer.into_parts();
    let preferences = head.extensions.get::<Preferences>().copied().unwrap_or_default();
    let page = page::bare(preferences, |texts| {
        let (title, text) = texts.asked_again;
        html! {
            section.sorry {
                h1 { (title) }
                p { (text) }
                (form(path, &fields, tried < TRIES, texts.once_more))
            }
        }
    });
    let (frame, body) = page.into_parts();
    for name in [CONTENT_LENGTH, LOCATION] {
        head.headers.remove(name);
    }
    head.headers.extend(frame.headers);
    Response::from_parts(head, body)
}

fn form(path: &str, fields: &[(String, String)], by_itself: bool, button: &str) -> Markup {
    html! {
        form.again action=(path) method="post" data-seconds=(RETRY_SOON) {
            @for (name, value) in fields { input type="hidden" name=(name) value=(value); }
            button id="once-more" { (button) }
        }
        @if by_itself { script src="/again.js" defer {} }
    }
}
