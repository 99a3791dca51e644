//! A waiter: one web server, in one of the ways to keep an order. All of them answer the same three requests.
//!
//! | request | body | answer |
//! |---|---|---|
//! | `POST /welcome` | the guest's name | a new session |
//! | `PUT /cart/{dish}` | how many, 0 to take it off | the [`Bill`](crate::order::Bill) as it is now |
//! | `GET /cart` | | the same |
//!
//! A waiter who does not know a guest takes an order all the same, as any shop lets strangers fill a cart.

mod database;
mod memory;
mod meter;
pub(crate) mod postgres;
pub(crate) mod redis;
mod slip;
mod slip_cookie;
mod stored;

pub(crate) use self::{
    database::{DATABASE, database_bytes, prepare_database},
    memory::HELD,
    meter::METER,
    slip::{AN_EVENING, KEYS},
    stored::STORE,
};

use crate::{Fault, architecture::Architecture, staff};
use axum::{middleware, routing::get};
use ring::rand::{SystemRandom, generate};

/// Serves until killed, or until whoever started this process is gone.
pub(crate) async fn work(architecture: Architecture, number: u32) -> Result<(), Fault> {
    let routes = match architecture {
        Architecture::MemorySticky | Architecture::Memory => memory::routes(number),
        Architecture::Database => database::routes(number)?,
        Architecture::Redis | Architecture::Postgres => stored::routes(architecture, number).await?,
        Architecture::Slip => slip::routes()?,
    };
    staff::serve(routes.layer(middleware::from_fn(meter::whole)).route(METER, get(meter::read))).await
}

/// How long a store keeps a session that nobody asks for: as long as a slip lasts.
const AN_EVENING_SECS: u64 = 8 * 3600;

/// The cookie that says which session a request belongs to.
pub(crate) const SESSION: &str = "session";

/// A new session id, for a waiter who keeps the session in memory or in a database.
///
/// It ends in the waiter's number, so that a sticky front door finds the way back without remembering anything.
fn new_session_id(waiter: u32) -> String {
    let random = generate::<[u8; 16]>(&SystemRandom::new()).expect("a system without randomness serves nobody");
    format!("{:032x}.{waiter}", u128::from_be_bytes(random.expose()))
}

/// The number of the waiter in a session id.
pub(crate) fn waiter_of(session_id: &str) -> Option<u32> {
    session_id.rsplit_once('.')?.1.parse().ok()
}
