//! The peers that no gate stands on, which the page has nevertheless: `--features all`.

mod biscuit;
mod frameworks;
mod jose;
mod jwt_simple;
mod rusty_paseto;
mod seshcookie;
mod small;

use crate::stage::{Scene, State};
pub use frameworks::{ACTIX_SESSION, TOWER_SESSIONS};
use std::task::{Context, Poll, Waker};

pub fn enter<T: State + Sync>(scene: &mut Scene<'_, T>) {
    jose::enter(scene);
    jwt_simple::enter(scene);
    frameworks::actix_session(scene);
    frameworks::tower_sessions(scene);
    seshcookie::enter(scene);
    rusty_paseto::enter(scene);
    biscuit::enter(scene);
    small::fernet(scene);
    small::branca(scene);
}

/// The outcome of a future that has nothing to wait for, without an executor's cost.
fn at_once<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("a future that waits for nothing"),
    }
}
