//! A waiter who keeps nothing: session and cart are on slips that the guest carries, and any waiter with the keys reads them.
//!
//! It may not know other waiters, and need not. This file and `slip_cookie.rs` are the part to copy.

use super::{SESSION, slip_cookie::SlipCookie};
use crate::{
    cookies::{self, SetCookies},
    order::{Bill, Cart, Session},
};
use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post, put},
};
use orderslip::{Error, Keyring, Lifetime, Sealer, SlipState};
use std::{sync::Arc, time::Duration};

/// The environment variable with the keys, a JWK Set or a secret: all that a waiter is told.
pub(crate) const KEYS: &str = "RESTAURANT_KEYS";

impl SlipState for Session {
    const PURPOSE: &'static str = "restaurant.example/session";
    const VERSION: u16 = 1;
}

impl SlipState for Cart {
    const PURPOSE: &'static str = "restaurant.example/cart";
    const VERSION: u16 = 1;
}

/// Eight hours at most, half an hour between two requests.
pub(crate) const AN_EVENING: Lifetime =
    Lifetime::absolute(Duration::from_secs(8 * 3600)).idle(Duration::from_secs(1800));

struct Waiter {
    session: SlipCookie<Session>,
    cart: SlipCookie<Cart>,
}

pub(super) fn routes() -> Result<Router, Error> {
    let keys = Keyring::from_env(KEYS)?;
    let waiter = Waiter {
        session: SlipCookie::new(SESSION, Sealer::encrypted(&keys).lifetime(AN_EVENING).build()?),
        cart: SlipCookie::new("cart", Sealer::encrypted(&keys).lifetime(AN_EVENING).build()?),
    };
    Ok(Router::new()
        .route("/welcome", post(welcome))
        .route("/cart/{dish}", put(order))
        .route("/cart", get(show))
        .with_state(Arc::new(waiter)))
}

/// A login begins a new slip, and never goes on with an old one, whose id somebody else may have seen.
async fn welcome(State(waiter): State<Arc<Waiter>>, guest: String) -> Result<SetCookies, Sorry> {
    Ok(cookies::set([Some(waiter.session.begin(&Session { guest })?)]))
}

async fn order(
    State(waiter): State<Arc<Waiter>>,
    Path(dish): Path<String>,
    headers: HeaderMap,
    Json(quantity): Json<u32>,
) -> Result<(SetCookies, Json<Bill>), Sorry> {
    let session = waiter.session.pick_up(&headers)?;
    let (line, cart) = waiter.cart.change(&headers, |cart| cart.set(&dish, quantity))?;
    let cookies = cookies::set([waiter.session.renew(session.as_ref())?, Some(line)]);
    Ok((cookies, Json(Bill { guest: session.map(|slip| slip.into_state().guest), cart })))
}

async fn show(State(waiter): State<Arc<Waiter>>, headers: HeaderMap) -> Result<(SetCookies, Json<Bill>), Sorry> {
    let session = waiter.session.pick_up(&headers)?;
    let cart = waiter.cart.pick_up(&headers)?;
    let cookies = cookies::set([waiter.session.renew(session.as_ref())?, waiter.cart.renew(cart.as_ref())?]);
    let bill = Bill {
        guest: session.map(|slip| slip.into_state().guest),
        cart: cart.map(|slip| slip.into_state()).unwrap_or_default(),
    };
    Ok((cookies, Json(bill)))
}

/// What a guest hears when a waiter cannot serve. It says nothing of why a token was refused.
struct Sorry(Error);

impl From<Error> for Sorry {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for Sorry {
    fn into_response(self) -> Response {
        let Self(error) = self;
        eprintln!("waiter: {error}");
        if error.is_unreadable() || error.is_unavailable() {
            (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "1")]).into_response()
        } else if error.is_too_large() {
            StatusCode::PAYLOAD_TOO_LARGE.into_response()
        } else {
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
