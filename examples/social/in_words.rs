//! An answer that says nothing gets a page with words.
//!
//! It may not know which handler it was. Status and header fields stay.

use crate::{
    desk::{Desk, Waiter},
    page,
};
use axum::{
    extract::{FromRequestParts as _, Request, State},
    http::{StatusCode, header::CONTENT_LENGTH},
    middleware::Next,
    response::Response,
};
use maud::html;

pub(crate) async fn in_words(State(waiter): State<Waiter>, request: Request, next: Next) -> Response {
    let (mut head, body) = request.into_parts();
    let desk = Desk::from_request_parts(&mut head, &waiter).await;
    let answer = next.run(Request::from_parts(head, body)).await;
    let Some((title, text)) = words(answer.status()) else { return answer };
    let Ok(desk) = desk else { return answer };
    let page = page::without_forms(
        &desk,
        html! {
            section.card {
                p.status { (answer.status().as_u16()) }
                h1 { (title) }
                p { (text) }
                p { a.button href="/" { "To the timeline" } }
            }
        },
    );
    let (mut head, _) = answer.into_parts();
    let (frame, body) = page.into_parts();
    head.headers.remove(CONTENT_LENGTH);
    head.headers.extend(frame.headers);
    Response::from_parts(head, body)
}

fn words(status: StatusCode) -> Option<(&'static str, &'static str)> {
    Some(match status {
        StatusCode::NOT_FOUND => ("Nobody is here", "There is no such page, or no such member."),
        StatusCode::UNAUTHORIZED => ("That is over", "It was good for a while, and that while has passed."),
        StatusCode::FORBIDDEN => {
            ("That was not from us", "It came from another site, or was changed on its way. Nothing has been done.")
        }
        StatusCode::SERVICE_UNAVAILABLE => (
            "One moment, please",
            "The database does not answer, so that nobody knows who is still logged in. Your slip is safe with you: try again in a few seconds.",
        ),
        status if status.is_server_error() => ("Something broke", "It was our fault."),
        status if status.is_client_error() => ("We did not get that", "Please go back and try again."),
        _ => return None,
    })
}
