//! A gate between the browser and the shop, at which an answer can be held back: the shop has given it, and the browser has not
//! got it yet. So "in flight" is something that a scenario decides, and no matter of time.
//!
//! It may not know what the requests are about. It keeps a list of them.

use crate::Fault;
use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{
        HeaderMap, Method, StatusCode, Uri,
        header::{CONNECTION, CONTENT_LENGTH, COOKIE, SET_COOKIE, TRANSFER_ENCODING},
    },
    response::Response,
};
use reqwest::{Client, redirect::Policy};
use std::{
    net::Ipv4Addr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    net::TcpListener,
    sync::oneshot::{self, Receiver, Sender},
};

/// What has taken so long is not answered.
const NO_ANSWER: Duration = Duration::from_secs(60);

/// A request that came through, and its answer.
#[derive(Clone, Debug)]
pub struct Request {
    /// `POST /cart/add`.
    pub line: String,
    /// The request's `Cookie` field, if it had one.
    pub cookies: Option<String>,
    /// The answer's status.
    pub status: u16,
    /// The answer's `Set-Cookie` lines.
    pub set: Vec<String>,
}

/// A running gate.
#[derive(Clone, Debug)]
pub struct Gate {
    inner: Arc<Inner>,
    /// Where it listens on this machine.
    pub port: u16,
}

#[derive(Debug)]
struct Inner {
    client: Client,
    shop: u16,
    holds: Mutex<Vec<Waiting>>,
    seen: Mutex<Vec<Request>>,
}

#[derive(Debug)]
struct Waiting {
    line: String,
    answered: Sender<Request>,
    released: Receiver<()>,
}

/// An answer that is held back, once it is there.
#[derive(Debug)]
pub struct Hold {
    answered: Receiver<Request>,
    release: Sender<()>,
}

impl Hold {
    /// Waits until the shop has answered.
    ///
    /// # Errors
    /// If it never does.
    pub async fn answered(&mut self) -> Result<Request, Fault> {
        Ok((&mut self.answered).await?)
    }

    /// Lets the answer go on to the browser.
    pub fn release(self) {
        // The browser may have given up waiting.
        let _ = self.release.send(());
    }
}

impl Gate {
    /// Opens a gate before the shop at this port.
    ///
    /// # Errors
    /// If there is no port for it.
    pub async fn open(shop: u16) -> Result<Self, Fault> {
        let client = Client::builder().no_proxy().redirect(Policy::none()).timeout(NO_ANSWER).build()?;
        let inner = Arc::new(Inner { client, shop, holds: Mutex::default(), seen: Mutex::default() });
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let routes = Router::new().fallback(pass).with_state(Arc::clone(&inner));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Ok(Self { inner, port })
    }

    /// Holds back the answer to the next such request: `POST /cart/add`.
    #[must_use]
    pub fn hold(&self, line: &str) -> Hold {
        let ((answered, hears), (release, released)) = (oneshot::channel(), oneshot::channel());
        lock(&self.inner.holds).push(Waiting { line: line.to_owned(), answered, released });
        Hold { answered: hears, release }
    }

    /// Waits until so many such requests have been answered since the first `before` of all.
    pub async fn has_seen(&self, line: &str, times: usize, before: usize) {
        while self.seen().iter().skip(before).filter(|request| request.line == line).count() < times {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// All requests so far for pages and forms, in the order of their answers.
    #[must_use]
    pub fn seen(&self) -> Vec<Request> {
        lock(&self.inner.seen).clone()
    }
}

async fn pass(
    State(gate): State<Arc<Inner>>,
    method: Method,
    uri: Uri,
    mut headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let cookies = headers.get(COOKIE).map(|field| String::from_utf8_lossy(field.as_bytes()).into_owned());
    let line = format!("{method} {path}");
    for name in [CONNECTION, CONTENT_LENGTH, TRANSFER_ENCODING] {
        headers.remove(name);
    }
    let asked = gate.client.request(method, format!("http://127.0.0.1:{}{path}", gate.shop)).headers(headers);
    let Ok(mut answer) = read(asked.body(body)).await else {
        let mut failed = Response::new(Body::empty());
        *failed.status_mut() = StatusCode::BAD_GATEWAY;
        return failed;
    };
    answer.headers_mut().remove(CONTENT_LENGTH);
    answer.headers_mut().remove(TRANSFER_ENCODING);
    let set = answer.headers().get_all(SET_COOKIE).iter();
    let set = set.map(|line| String::from_utf8_lossy(line.as_bytes()).into_owned()).collect();
    let request = Request { line, cookies, status: answer.status().as_u16(), set };
    lock(&gate.seen).push(request.clone());
    let waiting = {
        let mut holds = lock(&gate.holds);
        let place = holds.iter().position(|hold| hold.line == request.line);
        place.map(|place| holds.remove(place))
    };
    if let Some(waiting) = waiting {
        // A scenario that has failed waits for nothing.
        let _ = waiting.answered.send(request);
        let _ = waiting.released.await;
    }
    answer
}

async fn read(asked: reqwest::RequestBuilder) -> Result<Response, reqwest::Error> {
    let mut answer = asked.send().await?;
    let (status, headers) = (answer.status(), std::mem::take(answer.headers_mut()));
    let mut response = Response::new(Body::from(answer.bytes().await?));
    (*response.status_mut(), *response.headers_mut()) = (status, headers);
    Ok(response)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
