//! Sites of our own for what the shop has no pages for: one that sets any cookies and says what it was sent, and one that links and
//! posts to the shop.
//!
//! It may not know what a browser does with them.

use crate::Fault;
use axum::{
    Router,
    extract::State,
    http::{
        HeaderMap, HeaderName,
        header::{COOKIE, SET_COOKIE},
    },
    response::{AppendHeaders, Html},
    routing::get,
};
use std::{
    net::Ipv4Addr,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::net::TcpListener;

/// A running site.
#[derive(Debug)]
pub struct Lab {
    next: Arc<Mutex<Vec<String>>>,
    /// Where it listens on this machine.
    pub port: u16,
}

impl Lab {
    /// Opens a site: `/set` sets the cookies of [`sets`](Self::sets), `/sent` and what is below it show the `Cookie` field that came.
    ///
    /// # Errors
    /// If there is no port for it.
    pub async fn open() -> Result<Self, Fault> {
        let next = Arc::new(Mutex::new(Vec::new()));
        let sent = get(|headers: HeaderMap| async move {
            let field = headers.get(COOKIE).map(|field| String::from_utf8_lossy(field.as_bytes()).into_owned());
            field.unwrap_or_default()
        });
        let routes = Router::new()
            .route("/set", get(set))
            .route("/sent", sent.clone())
            .route("/sent/{*below}", sent)
            .with_state(Arc::clone(&next));
        Ok(Self { next, port: serve(routes).await? })
    }

    /// What `/set` sets from now on.
    pub fn sets<L: Into<String>>(&self, lines: impl IntoIterator<Item = L>) {
        *self.next.lock().unwrap_or_else(PoisonError::into_inner) = lines.into_iter().map(Into::into).collect();
    }

    /// Opens a site with one page, and says at which port.
    ///
    /// # Errors
    /// If there is no port for it.
    pub async fn page(html: String) -> Result<u16, Fault> {
        serve(Router::new().route("/", get(|| async { Html(html) }))).await
    }
}

async fn set(State(next): State<Arc<Mutex<Vec<String>>>>) -> AppendHeaders<Vec<(HeaderName, String)>> {
    let lines = next.lock().unwrap_or_else(PoisonError::into_inner).clone();
    AppendHeaders(lines.into_iter().map(|line| (SET_COOKIE, line)).collect())
}

async fn serve(routes: Router) -> Result<u16, Fault> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let port = listener.local_addr()?.port();
    tokio::spawn(async move { axum::serve(listener, routes).await });
    Ok(port)
}
