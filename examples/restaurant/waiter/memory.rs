//! A waiter who remembers: sessions and carts in the memory of this process.
//!
//! It may not know other waiters. What it knows is gone when it is.

use super::{SESSION, meter, new_session_id};
use crate::{
    cookies::{self, SetCookies},
    order::{Bill, Cart},
};
use axum::{
    Json, Router,
    extract::{Path, State},
    http::HeaderMap,
    routing::{get, post, put},
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
};

/// Where to ask how many bytes this waiter remembers. The front door lets no guest through to it.
pub(crate) const HELD: &str = "/admin/held";

pub(super) fn routes(number: u32) -> Router {
    Router::new()
        .route("/welcome", post(welcome))
        .route("/cart/{dish}", put(order))
        .route("/cart", get(show))
        .route(HELD, get(held))
        .with_state(Arc::new(Memory { number, guests: Mutex::default() }))
}

struct Memory {
    number: u32,
    guests: Mutex<HashMap<String, Bill>>,
}

impl Memory {
    fn guests(&self) -> MutexGuard<'_, HashMap<String, Bill>> {
        self.guests.lock().expect("nobody panics while remembering")
    }

    fn begin(&self, bill: Bill) -> SetCookies {
        let id = new_session_id(self.number);
        let cookie = cookies::line(SESSION, &id);
        self.guests().insert(id, bill);
        cookies::set([Some(cookie)])
    }
}

async fn welcome(State(memory): State<Arc<Memory>>, guest: String) -> SetCookies {
    memory.begin(Bill { guest: Some(guest), cart: Cart::default() })
}

async fn order(
    State(memory): State<Arc<Memory>>,
    Path(dish): Path<String>,
    headers: HeaderMap,
    Json(quantity): Json<u32>,
) -> (SetCookies, Json<Bill>) {
    let id = cookies::find(&headers, SESSION).unwrap_or_default();
    let known = meter::state(|| {
        let mut guests = memory.guests();
        let bill = guests.get_mut(id)?;
        bill.cart.set(&dish, quantity);
        Some(bill.clone())
    });
    if let Some(bill) = known {
        return (cookies::set([]), Json(bill));
    }
    let mut stranger = Bill::default();
    stranger.cart.set(&dish, quantity);
    (memory.begin(stranger.clone()), Json(stranger))
}

async fn show(State(memory): State<Arc<Memory>>, headers: HeaderMap) -> Json<Bill> {
    let id = cookies::find(&headers, SESSION).unwrap_or_default();
    Json(memory.guests().get(id).cloned().unwrap_or_default())
}

async fn held(State(memory): State<Arc<Memory>>) -> String {
    let text = serde_json::to_string(&*memory.guests()).expect("texts and numbers are JSON");
    text.len().to_string()
}
