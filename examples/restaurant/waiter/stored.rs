//! A waiter who keeps sessions in a store that all share: the guest carries a session id, and the store has the rest under it.
//!
//! It may not know which store. A session is read whole and written whole, as session stores do it: of two requests of one guest at the very
//! same time one is forgotten. Guests here ask for one thing after the other.

use super::{SESSION, meter, new_session_id, postgres, redis};
use crate::{
    Fault,
    architecture::Architecture,
    cookies::{self, SetCookies},
    order::{Bill, Cart},
    stores::Place,
};
use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    routing::{get, post, put},
};
use std::sync::Arc;

/// The environment variable with the place, as JSON. It may hold a password: the list of processes shows arguments to everybody.
pub(crate) const STORE: &str = "RESTAURANT_STORE";

pub(super) async fn routes(architecture: Architecture, number: u32) -> Result<Router, Fault> {
    let place: Place = serde_json::from_str(&std::env::var(STORE)?)?;
    let store = match architecture {
        Architecture::Redis => Store::Redis(redis::Sessions::at(&place)?),
        _ => Store::Postgres(postgres::Sessions::at(&place)?),
    };
    Ok(Router::new()
        .route("/welcome", post(welcome))
        .route("/cart/{dish}", put(order))
        .route("/cart", get(show))
        .with_state(Arc::new(Waiter { number, store })))
}

struct Waiter {
    number: u32,
    store: Store,
}

enum Store {
    Redis(redis::Sessions),
    Postgres(postgres::Sessions),
}

impl Waiter {
    async fn load(&self, id: &str) -> Result<Option<Bill>, StatusCode> {
        let json = match &self.store {
            Store::Redis(sessions) => meter::store(sessions.load(id)).await,
            Store::Postgres(sessions) => meter::store(sessions.load(id)).await,
        };
        let read = |json: Vec<u8>| meter::state(|| serde_json::from_slice(&json)).map_err(sorry);
        json.map_err(sorry)?.map(read).transpose()
    }

    async fn save(&self, id: &str, bill: &Bill) -> Result<(), StatusCode> {
        let json = meter::state(|| serde_json::to_vec(bill)).map_err(sorry)?;
        let saved = match &self.store {
            Store::Redis(sessions) => meter::store(sessions.save(id, &json)).await,
            Store::Postgres(sessions) => meter::store(sessions.save(id, &json)).await,
        };
        saved.map_err(sorry)
    }
}

async fn welcome(State(waiter): State<Arc<Waiter>>, guest: String) -> Result<SetCookies, StatusCode> {
    let id = new_session_id(waiter.number);
    waiter.save(&id, &Bill { guest: Some(guest), cart: Cart::default() }).await?;
    Ok(cookies::set([Some(cookies::line(SESSION, &id))]))
}

async fn order(
    State(waiter): State<Arc<Waiter>>,
    Path(dish): Path<String>,
    headers: HeaderMap,
    Json(quantity): Json<u32>,
) -> Result<(SetCookies, Json<Bill>), StatusCode> {
    let told = cookies::find(&headers, SESSION).unwrap_or_default();
    let known = waiter.load(told).await?;
    let begun = known.is_none().then(|| new_session_id(waiter.number));
    let mut bill = known.unwrap_or_default();
    bill.cart.set(&dish, quantity);
    waiter.save(begun.as_deref().unwrap_or(told), &bill).await?;
    Ok((cookies::set([begun.map(|id| cookies::line(SESSION, &id))]), Json(bill)))
}

async fn show(State(waiter): State<Arc<Waiter>>, headers: HeaderMap) -> Result<Json<Bill>, StatusCode> {
    let bill = waiter.load(cookies::find(&headers, SESSION).unwrap_or_default()).await?;
    Ok(Json(bill.unwrap_or_default()))
}

fn sorry(error: impl std::fmt::Display) -> StatusCode {
    eprintln!("waiter: {error}");
    StatusCode::SERVICE_UNAVAILABLE
}
