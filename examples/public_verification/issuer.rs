//! The issuer: it has the private ring, makes tickets, and says with which keys they are verified.
//!
//! It may not know who verifies. A real one asks who wants a ticket; this one gives one to everybody.
//!
//! | request | answer |
//! |---|---|
//! | `POST /tickets/{seat}` | a ticket |
//! | `GET /.well-known/jwks.json` | the public keys, or 304 |
//! | `POST /rehearsal/reload` | looks at the ring's file |
//! | `POST /rehearsal/outage/{n}` | the next `n` requests for the keys get a 503 |

use crate::{Fault, process, published, rehearsal::Now, ticket};
use axum::{
    Router,
    extract::{Path as PathParam, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use orderslip::{PublicAlg, Sealer, SharedKeyring};
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
use ticket::Ticket;

struct Issuer {
    keys: SharedKeyring,
    sealer: Sealer<Ticket>,
    outage: AtomicU32,
}

/// Serves until killed, or until whoever started this process is gone.
pub(crate) async fn work(ring: &Path) -> Result<(), Fault> {
    // A real one takes `watch_file`, which looks every two seconds. Here the story says when.
    let keys = SharedKeyring::watch_file_every(ring, Duration::MAX)?;
    let sealer = Sealer::publicly_signed(&keys, PublicAlg::Ed25519).lifetime(ticket::LIFETIME).build()?;
    let routes = Router::new()
        .route("/tickets/{seat}", post(issue))
        .route(published::PATH, get(publish))
        .route("/rehearsal/reload", post(reload))
        .route("/rehearsal/outage/{requests}", post(break_down))
        .with_state(Arc::new(Issuer { keys, sealer, outage: AtomicU32::new(0) }));
    process::serve(routes).await
}

async fn issue(
    State(issuer): State<Arc<Issuer>>,
    Now(now): Now,
    PathParam(seat): PathParam<u16>,
) -> Result<String, StatusCode> {
    issuer.sealer.seal_at(&Ticket { seat }, now).map_err(|error| {
        eprintln!("issuer: {error}");
        StatusCode::INTERNAL_SERVER_ERROR
    })
}

async fn publish(State(issuer): State<Arc<Issuer>>, request: HeaderMap) -> Response {
    let is_down = |left: u32| left.checked_sub(1);
    match issuer.outage.fetch_update(Ordering::Relaxed, Ordering::Relaxed, is_down) {
        Ok(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Err(_) => published::answer(&issuer.keys.current(), &request),
    }
}

async fn reload(State(issuer): State<Arc<Issuer>>) -> StatusCode {
    match issuer.keys.reload() {
        Ok(true) => StatusCode::NO_CONTENT,
        Ok(false) => StatusCode::CONFLICT,
        Err(error) => {
            eprintln!("issuer: {error}");
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}

async fn break_down(State(issuer): State<Arc<Issuer>>, PathParam(requests): PathParam<u32>) -> StatusCode {
    issuer.outage.store(requests, Ordering::Relaxed);
    StatusCode::NO_CONTENT
}
