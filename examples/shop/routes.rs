//! All paths of the shop, and the layers around them.
//!
//! It may not know what any of them does. From the outside in: forms that are sent again, slips, words for errors, the guard against other
//! sites' forms.

use crate::{account, again, basket, browse, desk::Waiter, in_words, page, pictures, rehearsal, slips, taste, till};
use axum::{
    Router,
    http::header::{CACHE_CONTROL, CONTENT_TYPE},
    middleware,
    routing::{get, post},
};
use orderslip::{
    Error, SharedKeyring,
    csrf::SameOrigin,
    web::{SameOriginLayer, SlipLayer},
};

/// For what is the same for everybody.
const HOUR: &str = "public, max-age=3600";

/// For one of so many processes.
pub(crate) fn all(waiter: Waiter, keys: &SharedKeyring, processes: usize) -> Result<Router, Error> {
    let pages = Router::new()
        .route("/", get(browse::all))
        .route("/item/{sku}", get(browse::one))
        .route("/cart", get(basket::show))
        .route("/cart/add", post(basket::add))
        .route("/cart/set", post(basket::set))
        .route("/login", get(account::ask).post(account::log_in))
        .route("/logout", post(account::log_out))
        .route("/checkout", get(till::look).post(till::buy))
        .route("/orders", get(till::orders))
        .route("/preferences", post(taste::set))
        .layer(SameOriginLayer::new(SameOrigin::new()))
        .layer(middleware::from_fn_with_state(waiter.clone(), in_words::in_words))
        .layer(middleware::from_fn_with_state(waiter.rehearsal.clone(), rehearsal::inside))
        .layer(SlipLayer::new(slips::jars(keys, &waiter.rehearsal, processes)?))
        .layer(middleware::from_fn(again::again))
        .layer(middleware::from_fn_with_state(waiter.rehearsal.clone(), rehearsal::outside))
        .with_state(waiter);
    // Outside of the layers: no slip is looked at, and any cache may keep it.
    let style = get(|| async { ([(CONTENT_TYPE, "text/css; charset=utf-8"), (CACHE_CONTROL, HOUR)], page::STYLE) });
    let icon = get(|| async { ([(CONTENT_TYPE, "image/svg+xml"), (CACHE_CONTROL, HOUR)], pictures::ICON) });
    let script = get(|| async { ([(CONTENT_TYPE, "text/javascript"), (CACHE_CONTROL, HOUR)], again::SCRIPT) });
    Ok(pages.route("/again.js", script).route("/style.css", style).route("/icon.svg", icon))
}
