//! How many writes are at the servers.
//!
//! It may not know what they are.

use axum::{
    Router,
    extract::Request,
    http::Method,
    middleware::{self, Next},
};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

#[derive(Debug, Default)]
pub(crate) struct Gauge {
    now: AtomicUsize,
    peak: AtomicUsize,
    arrived: AtomicUsize,
}

impl Gauge {
    pub(crate) fn around(self: &Arc<Self>, server: Router) -> Router {
        let gauge = Arc::clone(self);
        server.layer(middleware::from_fn(move |request: Request, next: Next| {
            let gauge = Arc::clone(&gauge);
            async move {
                if request.method() != Method::POST {
                    return next.run(request).await;
                }
                let _counted = Counted::new(gauge);
                next.run(request).await
            }
        }))
    }

    /// Those that were at the servers at once, at most.
    pub(crate) fn peak(&self) -> usize {
        self.peak.load(Ordering::SeqCst)
    }

    /// All so far.
    pub(crate) fn arrived(&self) -> usize {
        self.arrived.load(Ordering::SeqCst)
    }

    /// Until none is there.
    pub(crate) async fn rest(&self) {
        while self.now.load(Ordering::SeqCst) > 0 {
            tokio::task::yield_now().await;
        }
    }
}

/// One that is there. A server drops a request whose browser has gone.
struct Counted(Arc<Gauge>);

impl Counted {
    fn new(gauge: Arc<Gauge>) -> Self {
        let now = gauge.now.fetch_add(1, Ordering::SeqCst) + 1;
        gauge.peak.fetch_max(now, Ordering::SeqCst);
        gauge.arrived.fetch_add(1, Ordering::SeqCst);
        Self(gauge)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Ordering::SeqCst);
    }
}
