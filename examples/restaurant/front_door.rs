//! The front door: a reverse proxy that sends each request to a waiter, in turn or back to the same one.
//!
//! It may not know what guests order. It remembers who is on duty, and nothing about guests.

use crate::{Fault, architecture::Architecture, cookies, staff, waiter};
use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{
        HeaderMap, HeaderName, Method, StatusCode, Uri,
        header::{CONNECTION, CONTENT_LENGTH, HOST, TE, TRAILER, TRANSFER_ENCODING, UPGRADE},
    },
    response::{IntoResponse, Response},
    routing::{any, put},
};
use reqwest::Client;
use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicUsize, Ordering},
    },
};

/// Where a new waiter is announced: `PUT` here, followed by the number, with the address as the body. A real house keeps
/// this on a port that no guest can reach.
pub(crate) const WAITERS: &str = "/admin/waiters/";

/// Forwards until killed, or until whoever started this process is gone.
pub(crate) async fn work(architecture: Architecture) -> Result<(), Fault> {
    let door = FrontDoor {
        sticky: architecture == Architecture::MemorySticky,
        on_duty: Mutex::default(),
        turn: AtomicUsize::new(0),
        client: staff::client()?,
    };
    let routes = Router::new()
        .route(&format!("{WAITERS}{{number}}"), put(announce))
        .route("/admin/{*anything}", any(StatusCode::NOT_FOUND))
        .fallback(forward)
        .with_state(Arc::new(door));
    staff::serve(routes).await
}

struct FrontDoor {
    sticky: bool,
    on_duty: Mutex<Vec<Waiter>>,
    turn: AtomicUsize,
    client: Client,
}

#[derive(Clone, Copy)]
struct Waiter {
    number: u32,
    address: SocketAddr,
}

impl FrontDoor {
    fn on_duty(&self) -> MutexGuard<'_, Vec<Waiter>> {
        self.on_duty.lock().expect("nobody panics while reading the list")
    }

    /// The waiter whom the guest had before, if that counts here and the waiter is still there; else the next one.
    fn choose(&self, headers: &HeaderMap) -> Option<Waiter> {
        let on_duty = self.on_duty();
        let before = || waiter::waiter_of(cookies::find(headers, waiter::SESSION)?);
        let same = self.sticky.then(before).flatten().and_then(|number| on_duty.iter().find(|it| it.number == number));
        let next = || on_duty.get(self.turn.fetch_add(1, Ordering::Relaxed).checked_rem(on_duty.len())?);
        same.or_else(next).copied()
    }

    /// A waiter who does not answer is sent nobody any more.
    fn sign_off(&self, gone: Waiter) {
        self.on_duty().retain(|waiter| waiter.number != gone.number);
    }
}

async fn announce(State(door): State<Arc<FrontDoor>>, Path(number): Path<u32>, address: String) -> StatusCode {
    let Ok(address) = address.parse() else { return StatusCode::BAD_REQUEST };
    door.on_duty().push(Waiter { number, address });
    StatusCode::NO_CONTENT
}

async fn forward(
    State(door): State<Arc<FrontDoor>>,
    method: Method,
    uri: Uri,
    mut headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(waiter) = door.choose(&headers) else { return StatusCode::SERVICE_UNAVAILABLE.into_response() };
    drop_hop_by_hop(&mut headers);
    let url = format!("http://{}{}", waiter.address, uri.path_and_query().map_or("/", |path| path.as_str()));
    let asked = door.client.request(method, url).headers(headers).body(body).send();
    // A real proxy would now try the next waiter if the request may be repeated. Here the guest does.
    match answer(asked).await {
        Ok(answer) => answer,
        Err(_) => {
            door.sign_off(waiter);
            StatusCode::BAD_GATEWAY.into_response()
        }
    }
}

async fn answer(asked: impl Future<Output = reqwest::Result<reqwest::Response>>) -> reqwest::Result<Response> {
    let mut answer = asked.await?;
    let status = answer.status();
    let mut headers = std::mem::take(answer.headers_mut());
    drop_hop_by_hop(&mut headers);
    Ok((status, headers, answer.bytes().await?).into_response())
}

/// What belongs to one connection and not to the message (RFC 9110 section 7.6.1), and what is measured anew.
fn drop_hop_by_hop(headers: &mut HeaderMap) {
    const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
    for name in [CONNECTION, KEEP_ALIVE, TE, TRAILER, TRANSFER_ENCODING, UPGRADE, HOST, CONTENT_LENGTH] {
        headers.remove(name);
    }
}
