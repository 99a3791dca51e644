//! The doorman: the process with the front door, and the place where new waiters say that they are here.
//!
//! It may not know what guests order.

use crate::{
    Fault,
    architecture::Architecture,
    cookies,
    front_door::{Before, FrontDoor},
    staff, waiter,
};
use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    routing::{any, put},
};
use std::sync::Arc;

/// Where a new waiter is announced: `PUT` here, followed by the number, with the address as the body. A real house keeps
/// this on a port that no guest can reach.
pub(crate) const WAITERS: &str = "/admin/waiters/";

/// Forwards until killed, or until whoever started this process is gone.
pub(crate) async fn work(architecture: Architecture) -> Result<(), Fault> {
    let before: Before = match architecture {
        Architecture::MemorySticky => |headers| waiter::waiter_of(cookies::find(headers, waiter::SESSION)?),
        _ => |_| None,
    };
    let door = FrontDoor::new(before)?;
    let routes = Router::new()
        .route(&format!("{WAITERS}{{number}}"), put(announce))
        .route("/admin/{*anything}", any(StatusCode::NOT_FOUND))
        .with_state(Arc::clone(&door))
        .fallback_service(door.routes());
    staff::serve(routes).await
}

async fn announce(State(door): State<Arc<FrontDoor>>, Path(number): Path<u32>, address: String) -> StatusCode {
    let Ok(address) = address.parse() else { return StatusCode::BAD_REQUEST };
    door.announce(number, address);
    StatusCode::NO_CONTENT
}
