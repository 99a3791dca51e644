//! A server: it holds no state but a key ring, which it loads from a file.
//!
//! It may not know other servers, nor when keys are rotated. This file is a part to copy: [`Server::new`] and [`serve`].
//!
//! | request | body | answer |
//! |---|---|---|
//! | `POST /order` | an [`Order`] | [`Served`], or a [`Refusal`] |
//! | `POST /look` | | looks at the ring's file now |

use crate::{
    Fault,
    cart::{Cart, Order, Refusal, Served},
    staff,
    times::{A_LIFE, LEEWAY},
};
use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
};
use orderslip::{Error, Lifetime, Reason, Sealer, SharedKeyring, Standing, UnixTime};
use std::{path::PathBuf, sync::Arc, time::Duration};

/// The environment variable with the path of the ring's file: all that a server is told.
pub(crate) const RING: &str = "REHEARSAL_RING";
pub(crate) const ORDER: &str = "/order";
pub(crate) const LOOK: &str = "/look";

/// Serves until killed, or until whoever started this process is gone.
pub(crate) async fn work(clock_error: i64) -> Result<(), Fault> {
    let ring = std::env::var_os(RING).ok_or_else(|| format!("{RING} is not set"))?;
    let server = Server::new(ring.into(), clock_error)?;
    staff::serve(Router::new().route(ORDER, post(order)).route(LOOK, post(look)).with_state(Arc::new(server))).await
}

struct Server {
    keys: SharedKeyring,
    carts: Sealer<Cart>,
    /// Seconds by which this server's clock is ahead.
    clock_error: i64,
}

impl Server {
    /// A server that nobody rehearses with says `watch_file(ring)`: then the file is looked at every two seconds, there is
    /// nothing to call, and the rest stays as it is. Here the driver says when.
    fn new(ring: PathBuf, clock_error: i64) -> Result<Self, Error> {
        let keys = SharedKeyring::watch_file_every(ring, Duration::MAX)?;
        let carts = Sealer::encrypted(&keys).lifetime(Lifetime::absolute(A_LIFE)).leeway(LEEWAY).build()?;
        Ok(Self { keys, carts, clock_error })
    }

    /// What this server takes the time to be. A real one leaves that to `seal`, `open` and `reseal`, which read its clock.
    fn now(&self, time: u64) -> UnixTime {
        UnixTime::from_secs(time.saturating_add_signed(self.clock_error))
    }
}

/// Nothing in here knows that keys are rotated. The standing is asked for the rehearsal's tally alone: whoever changes a state
/// reseals it anyway.
fn serve(carts: &Sealer<Cart>, order: &Order, now: UnixTime) -> Result<Served, Error> {
    let Some(token) = &order.token else {
        let mut cart = Cart::default();
        cart.add(&order.dish);
        return Ok(Served { token: carts.seal_at(&cart, now)?, cart, of_an_older_key: false });
    };
    let mut slip = carts.open_at(token, now)?;
    let of_an_older_key = slip.standing() == Standing::Reseal(Reason::OldKey);
    slip.state_mut().add(&order.dish);
    Ok(Served { token: carts.reseal_at(&slip, now)?, cart: slip.into_state(), of_an_older_key })
}

async fn order(State(server): State<Arc<Server>>, Json(order): Json<Order>) -> Result<Json<Served>, Sorry> {
    let now = server.now(order.time);
    Ok(Json(serve(&server.carts, &order, now)?))
}

async fn look(State(server): State<Arc<Server>>) -> Result<StatusCode, Sorry> {
    server.keys.reload()?;
    Ok(StatusCode::NO_CONTENT)
}

/// What goes wrong is told as the library tells it: the rehearsal counts it. A real server keeps the reason to itself.
struct Sorry(Error);

impl From<Error> for Sorry {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for Sorry {
    fn into_response(self) -> Response {
        let Self(error) = self;
        let (status, refusal) = match &error {
            error if error.is_expired() => (StatusCode::UNAUTHORIZED, Refusal::Expired),
            error if error.is_rejected() => (StatusCode::UNAUTHORIZED, Refusal::Rejected),
            error if error.is_unreadable() => (StatusCode::SERVICE_UNAVAILABLE, Refusal::Unreadable),
            _ => return (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
        };
        (status, Json(refusal)).into_response()
    }
}
