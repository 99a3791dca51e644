//! What goes wrong, in words that a visitor can do something with.
//!
//! It may not know which handler it was. An answer without words gets a page, and keeps its status and its other headers.

use crate::{
    desk::{Desk, Waiter},
    page,
    texts::Texts,
};
use axum::{
    extract::{Request, State},
    http::{StatusCode, header::CONTENT_LENGTH},
    middleware::Next,
    response::Response,
};
use maud::{Markup, html};
use orderslip::Error;

/// Puts a page into every answer that is an error and says nothing.
///
/// Only what the request brought is read for it, and nothing begun: the browser sends no cookies with another site's form, and a
/// session that began in the answer to one would take the place of the visitor's own.
pub(crate) async fn in_words(State(waiter): State<Waiter>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let desk = Desk::as_brought(&mut parts, &waiter).await;
    let mut answer = next.run(Request::from_parts(parts, body)).await;
    if let Ok(desk) = &desk {
        // For a page that is made further out, where no slips are.
        answer.extensions_mut().insert(desk.preferences.read(|preferences| *preferences));
    }
    let is_to_be_said = answer.status().is_client_error() || answer.status().is_server_error();
    if let (true, Ok(desk)) = (is_to_be_said, desk) {
        let words = words(desk.texts(), answer.status(), answer.extensions().get());
        let (frame, page) = page::without_forms(&desk, words).into_parts();
        answer.headers_mut().remove(CONTENT_LENGTH);
        answer.headers_mut().extend(frame.headers);
        *answer.body_mut() = page;
    }
    answer
}

fn words(texts: &Texts, status: StatusCode, error: Option<&Error>) -> Markup {
    let too_large = error.filter(|error| error.is_too_large());
    let (title, text) = match status {
        _ if too_large.is_some() => texts.too_large,
        StatusCode::NOT_FOUND => texts.not_found,
        StatusCode::FORBIDDEN => texts.forbidden,
        StatusCode::SERVICE_UNAVAILABLE => texts.unavailable,
        status if status.is_server_error() => texts.failed,
        _ => texts.not_understood,
    };
    html! {
        section.sorry {
            p.status { (status.as_u16()) }
            h1 { (title) }
            p { (text) }
            @if let Some(error) = too_large { (sizes(texts, error)) }
            p { a.button href="/" { (texts.to_catalogue) } " " a.button.quiet href="/cart" { (texts.to_cart) } }
        }
    }
}

/// What takes so much room, the largest first.
fn sizes(texts: &Texts, error: &Error) -> Markup {
    html! {
        table.sizes {
            @for (field, bytes) in error.largest() {
                tr { th scope="row" { code { (field) } } td { (bytes) " B" } }
            }
            @if let (Some(size), Some(limit)) = (error.size(), error.limit()) {
                tr.total { th scope="row" { (texts.would_take) } td { (size) " B" } }
                tr { th scope="row" { (texts.at_most) } td { (limit) " B" } }
            }
        }
    }
}
