//! The front door: a reverse proxy that sends each request to a waiter, in turn or back to the same one.
//!
//! It may not know what guests order. It remembers who is on duty, and nothing about guests. The examples `shop` and `social` have the
//! same door.

use crate::{Fault, staff};
use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{
        HeaderMap, HeaderName, Method, StatusCode, Uri,
        header::{CONNECTION, CONTENT_LENGTH, TE, TRAILER, TRANSFER_ENCODING, UPGRADE},
    },
    response::{IntoResponse, Response},
};
use reqwest::Client;
use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

/// How long a waiter may take to answer. Who takes longer counts as gone.
const PATIENCE: Duration = Duration::from_secs(20);

/// Which waiter a guest had before, by what its request says; `None` sends it to the next one.
pub(crate) type Before = fn(&HeaderMap) -> Option<u32>;

pub(crate) struct FrontDoor {
    before: Before,
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
    /// A door with nobody behind it yet.
    pub(crate) fn new(before: Before) -> Result<Arc<Self>, Fault> {
        Self::with_patience(before, PATIENCE)
    }

    /// A door that waits so long for each waiter.
    pub(crate) fn with_patience(before: Before, patience: Duration) -> Result<Arc<Self>, Fault> {
        let (on_duty, turn) = (Mutex::default(), AtomicUsize::new(0));
        Ok(Arc::new(Self { before, on_duty, turn, client: staff::client(patience)? }))
    }

    /// Everything that comes in goes to a waiter.
    pub(crate) fn routes(self: &Arc<Self>) -> Router {
        Router::new().fallback(forward).with_state(Arc::clone(self))
    }

    /// From now on this waiter serves, too.
    pub(crate) fn announce(&self, number: u32, address: SocketAddr) {
        self.on_duty().push(Waiter { number, address });
    }

    /// A waiter who is gone is sent nobody any more.
    pub(crate) fn sign_off(&self, gone: u32) {
        self.on_duty().retain(|waiter| waiter.number != gone);
    }

    fn on_duty(&self) -> MutexGuard<'_, Vec<Waiter>> {
        self.on_duty.lock().expect("nobody panics while reading the list")
    }

    /// The waiter whom the guest had before, if that counts here and the waiter is still there; else the next one.
    fn choose(&self, headers: &HeaderMap) -> Option<Waiter> {
        let on_duty = self.on_duty();
        let same = (self.before)(headers).and_then(|number| on_duty.iter().find(|it| it.number == number));
        let next = || on_duty.get(self.turn.fetch_add(1, Ordering::Relaxed).checked_rem(on_duty.len())?);
        same.or_else(next).copied()
    }
}

async fn forward(
    State(door): State<Arc<FrontDoor>>,
    method: Method,
    uri: Uri,
    mut headers: HeaderMap,
    body: Bytes,
) -> Response {
    drop_hop_by_hop(&mut headers);
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    while let Some(waiter) = door.choose(&headers) {
        let asked = door.client.request(method.clone(), format!("http://{}{path}", waiter.address));
        match answer(asked.headers(headers.clone()).body(body.clone()).send()).await {
            Ok(answer) => return answer,
            Err(error) => {
                door.sign_off(waiter.number);
                // Nobody has heard the request, or it may be made again (RFC 9110 section 9.2.2): the next waiter gets it.
                // Of any other one nobody knows whether it was done, and the guest must decide.
                if !(error.is_connect() || method.is_idempotent()) {
                    return StatusCode::BAD_GATEWAY.into_response();
                }
            }
        }
    }
    StatusCode::SERVICE_UNAVAILABLE.into_response()
}

async fn answer(asked: impl Future<Output = reqwest::Result<reqwest::Response>>) -> reqwest::Result<Response> {
    let mut answer = asked.await?;
    let (status, mut headers) = (answer.status(), std::mem::take(answer.headers_mut()));
    drop_hop_by_hop(&mut headers);
    let mut forwarded = Response::new(Body::from(answer.bytes().await?));
    (*forwarded.status_mut(), *forwarded.headers_mut()) = (status, headers);
    Ok(forwarded)
}

/// What belongs to one connection and not to the message (RFC 9110 section 7.6.1), and what is measured anew. `Host` stays: a
/// waiter that wants to know whether a form is one of its own compares it with `Origin`.
fn drop_hop_by_hop(headers: &mut HeaderMap) {
    const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
    for name in [CONNECTION, KEEP_ALIVE, TE, TRAILER, TRANSFER_ENCODING, UPGRADE, CONTENT_LENGTH] {
        headers.remove(name);
    }
}
