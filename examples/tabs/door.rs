//! One address for all servers: whoever is next serves.
//!
//! It may not know what is served.

use crate::Fault;
use axum::{
    Router,
    extract::Request,
    response::{IntoResponse as _, Response},
};
use std::{
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::{net::TcpListener, task::AbortHandle};
use tower::ServiceExt as _;

/// A door that is open until it is dropped.
#[derive(Debug)]
pub(crate) struct Door {
    pub(crate) port: u16,
    work: AbortHandle,
}

impl Door {
    pub(crate) async fn open(servers: Vec<Router>) -> Result<Self, Fault> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let port = listener.local_addr()?.port();
        let (servers, turn) = (Arc::new(servers), Arc::new(AtomicUsize::new(0)));
        let all = Router::new().fallback(async move |request: Request| -> Response {
            let turn = turn.fetch_add(1, Ordering::Relaxed) % servers.len();
            let Some(server) = servers.get(turn) else { return Response::default() };
            server.clone().oneshot(request).await.into_response()
        });
        let work = tokio::spawn(async move { axum::serve(listener, all).await }).abort_handle();
        Ok(Self { port, work })
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.work.abort();
    }
}
