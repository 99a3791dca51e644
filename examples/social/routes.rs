//! All paths of the network, and the layers around them.
//!
//! It may not know what any of them does. From the outside in: who serves, slips, words for errors, the guard against other sites' forms.

use crate::{account, conversation, desk::Waiter, devices, in_words, invitation, page, people, slips, taste, timeline};
use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderValue, header::CACHE_CONTROL, header::CONTENT_TYPE},
    middleware::{self, Next},
    response::Response,
    routing::{get, post},
};
use orderslip::{
    Error, Keyring,
    csrf::SameOrigin,
    web::{SameOriginLayer, SlipLayer},
};

/// For what is the same for everybody.
const HOUR: &str = "public, max-age=3600";

pub(crate) fn all(waiter: Waiter, keys: &Keyring) -> Result<Router, Error> {
    let pages = Router::new()
        .route("/", get(timeline::show))
        .route("/post", post(timeline::post))
        .route("/people", get(people::all))
        .route("/people/{name}", get(people::one))
        .route("/people/{name}/follow", post(people::follow))
        .route("/people/{name}/leave", post(people::leave))
        .route("/letters", get(conversation::all))
        .route("/letters/{name}", get(conversation::with).post(conversation::send))
        .route("/login", get(account::ask).post(account::log_in))
        .route("/logout", post(account::log_out))
        .route("/devices", get(devices::show))
        .route("/devices/end", post(devices::end))
        .route("/devices/others", post(devices::end_others))
        .route("/devices/all", post(devices::end_all))
        .route("/devices/password", post(devices::change_password))
        .route("/invite", post(invitation::make))
        .route("/join", get(invitation::ask).post(invitation::join))
        .route("/preferences", post(taste::set))
        .layer(SameOriginLayer::new(SameOrigin::new()))
        .layer(middleware::from_fn_with_state(waiter.clone(), in_words::in_words))
        .layer(SlipLayer::new(slips::jars(keys, &waiter.guard)?))
        .layer(middleware::from_fn_with_state(waiter.clone(), signed))
        .with_state(waiter);
    // Outside of the layers: no slip is looked at, and any cache may keep it.
    let file = |kind, file| get(move || async move { ([(CONTENT_TYPE, kind), (CACHE_CONTROL, HOUR)], file) });
    let pages = pages.route("/style.css", file("text/css; charset=utf-8", page::STYLE));
    Ok(pages.route("/icon.svg", file("image/svg+xml", page::ICON)))
}

/// Says which process has answered, for those who look at more than pages.
async fn signed(State(waiter): State<Waiter>, request: Request, next: Next) -> Response {
    let mut answer = next.run(request).await;
    answer.headers_mut().insert("served-by", HeaderValue::from(waiter.process));
    answer
}
