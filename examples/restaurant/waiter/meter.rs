//! Where the time of a request goes, as far as a waiter can tell: into the state itself, into waiting for a store, and all of it.
//!
//! It may not know what is done meanwhile. A waiter is a process, and has one meter.

use crate::costs::Metered;
use axum::{Json, extract::Request, middleware::Next, response::Response};
use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

/// Where to ask. The front door lets no guest through to it.
pub(crate) const METER: &str = "/admin/meter";

static REQUESTS: AtomicU64 = AtomicU64::new(0);
static STATE: AtomicU64 = AtomicU64::new(0);
static STORE: AtomicU64 = AtomicU64::new(0);
static WHOLE: AtomicU64 = AtomicU64::new(0);

/// Reads or writes a state: opens or seals a slip, or turns JSON into a session. What it costs is time of the processor.
pub(super) fn state<R>(work: impl FnOnce() -> R) -> R {
    let begun = on_this_thread();
    let done = work();
    add(&STATE, on_this_thread().saturating_sub(begun));
    done
}

/// Waits for a store. What it costs is time on the wall.
pub(super) async fn store<R>(wait: impl Future<Output = R>) -> R {
    let begun = Instant::now();
    let done = wait.await;
    add(&STORE, begun.elapsed());
    done
}

/// One request, from its routing to its answer.
pub(super) async fn whole(request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let answer = next.run(request).await;
    add(&WHOLE, begun.elapsed());
    REQUESTS.fetch_add(1, Ordering::Relaxed);
    answer
}

pub(super) async fn read() -> Json<Metered> {
    let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    Json(Metered { requests: of(&REQUESTS), state_ns: of(&STATE), store_ns: of(&STORE), whole_ns: of(&WHOLE) })
}

fn add(counter: &AtomicU64, time: Duration) {
    // A request of centuries does not matter here.
    counter.fetch_add(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
}

/// What this thread has had of the processor, so that whoever else runs does not count.
#[cfg(unix)]
fn on_this_thread() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

#[cfg(not(unix))]
fn on_this_thread() -> Duration {
    static BEGUN: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    BEGUN.elapsed()
}
