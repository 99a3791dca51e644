//! For the rehearsal of faults in `tests/faults`: a clock that jumps, and moments of a request at which a process ends as if it were killed.
//!
//! It may not know what is rehearsed. A folder tells: the seconds that the clock is ahead are in its file `clock`, or in `clock-NAME` for one waiter;
//! the first process that comes to a moment whose file is there takes the file away, and ends. Without `--rehearsal` there is no folder, the
//! clock is the system's, and nothing ends.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use orderslip::{Clock, Error, SystemClock, UnixTime};
use std::{fs, path::Path, sync::Arc};

#[derive(Clone, Debug, Default)]
pub(crate) struct Rehearsal(Option<Arc<Told>>);

#[derive(Debug)]
struct Told {
    folder: Box<Path>,
    waiter: String,
}

impl Rehearsal {
    pub(crate) fn of(folder: Option<impl AsRef<Path>>, waiter: &str) -> Self {
        Self(folder.map(|folder| Arc::new(Told { folder: folder.as_ref().into(), waiter: waiter.to_owned() })))
    }

    /// A moment at which this process may have to end.
    pub(crate) fn moment(&self, name: &str) {
        let is_the_end = |told: &Arc<Told>| fs::remove_file(told.folder.join(format!("end-{name}"))).is_ok();
        if self.0.as_ref().is_some_and(is_the_end) {
            end();
        }
    }

    fn seconds_ahead(&self) -> i64 {
        let Some(told) = &self.0 else { return 0 };
        let read = |name: String| fs::read_to_string(told.folder.join(name)).ok()?.trim().parse().ok();
        read(format!("clock-{}", told.waiter)).or_else(|| read("clock".to_owned())).unwrap_or(0)
    }
}

impl Clock for Rehearsal {
    fn now(&self) -> Result<UnixTime, Error> {
        Ok(UnixTime::from_secs(SystemClock.now()?.as_secs().saturating_add_signed(self.seconds_ahead())))
    }

    fn now_millis(&self) -> Result<u64, Error> {
        Ok(SystemClock.now_millis()?.saturating_add_signed(self.seconds_ahead().saturating_mul(1000)))
    }
}

/// The moments outside of the slips: the request has come, and the answer is ready with all of its cookies.
pub(crate) async fn outside(State(rehearsal): State<Rehearsal>, request: Request, next: Next) -> Response {
    rehearsal.moment("request-came");
    let answer = next.run(request).await;
    rehearsal.moment("answer-ready");
    answer
}

/// The moments around the handler: slips are opened, and the handler is done.
pub(crate) async fn inside(State(rehearsal): State<Rehearsal>, request: Request, next: Next) -> Response {
    rehearsal.moment("slips-opened");
    let answer = next.run(request).await;
    rehearsal.moment("handler-done");
    answer
}

#[cfg(unix)]
fn end() {
    use rustix::process::{Signal, getpid, kill_process};
    // It has no time to fail.
    let _ = kill_process(getpid(), Signal::KILL);
}

#[cfg(not(unix))]
fn end() {
    std::process::abort();
}
