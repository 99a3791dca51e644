//! Slips as axum's extractors, and errors as its answers.
//!
//! It may not decide what a slip is worth: it asks [`Visits`]. It needs `axum-core` alone, which changes less often than axum.

use crate::{
    cookie::{self, Held, Merged, Missing, Required, Visits},
    error::Error,
    merge::Mergeable,
    opener::Opener,
    slip::Slip,
    state::SlipState,
};
use axum_core::{
    extract::{FromRef, FromRequestParts, OptionalFromRequestParts},
    response::{IntoResponse, Response},
};
use http::{
    HeaderValue, StatusCode,
    header::{AUTHORIZATION, RETRY_AFTER, WWW_AUTHENTICATE},
    request::Parts,
};
use std::{fmt, sync::Arc};

/// The slip of the request, or the default: see [`Held`].
///
/// ```
/// use axum::{Router, routing::get};
/// use orderslip::{Error, Keyring, Lifetime, Sealer, SlipState, cookie::{Held, Jar, Jars}, web::SlipLayer};
/// use std::time::Duration;
///
/// #[derive(Default, serde::Serialize, serde::Deserialize)]
/// struct Visitor { pages: u32 }
///
/// impl SlipState for Visitor {
///     const PURPOSE: &'static str = "blog.example/visitor";
///     const VERSION: u16 = 1;
/// }
///
/// async fn page(visitor: Held<Visitor>) -> Result<String, Error> {
///     let pages = visitor.update(|visitor| { visitor.pages += 1; visitor.pages })?;
///     Ok(format!("page {pages}"))
/// }
///
/// # fn main() -> Result<(), Error> {
/// let sealer = Sealer::<Visitor>::encrypted(&Keyring::generate()?).lifetime(Lifetime::absolute(Duration::from_secs(86_400)));
/// let jars = Jars::new().with(Jar::builder("visitor", sealer).build()?)?;
/// let app: Router = Router::new().route("/", get(page)).layer(SlipLayer::new(jars));
/// # drop(app); Ok(()) }
/// ```
impl<T: SlipState, S: Sync> FromRequestParts<S> for Held<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        held(parts)
    }
}

fn held<T: SlipState>(parts: &Parts) -> Result<Held<T>, Error> {
    visits(parts)?.held()
}

fn visits(parts: &Parts) -> Result<&Visits, Error> {
    let visits = parts.extensions.get::<Arc<Visits>>();
    visits.map(AsRef::as_ref).ok_or_else(|| Error::misuse("no SlipLayer is around this handler"))
}

/// The mergeable state of the request: see [`Merged`].
impl<M: Mergeable, S: Sync> FromRequestParts<S> for Merged<M> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        visits(parts)?.merged()
    }
}

/// A slip that the request brought; without one the handler is not called: see [`Required`].
impl<T: SlipState, S: Sync> FromRequestParts<S> for Required<T> {
    type Rejection = NotHeld;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, NotHeld> {
        Ok(held::<T>(parts)?.required()?)
    }
}

/// `None` without a slip, and still an error if it is the program's fault.
impl<T: SlipState, S: Sync> OptionalFromRequestParts<S> for Required<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Error> {
        Ok(held::<T>(parts)?.required().ok())
    }
}

/// Why a handler that needs a slip was not called.
///
/// As an answer: 401 if there is no slip, 503 with `Retry-After` if there may be one that this server cannot read. To send the user to a
/// page for logging in, take `Result<Required<T>, NotHeld>` in the handler.
#[derive(Clone, Debug, thiserror::Error)]
pub enum NotHeld {
    /// There is no slip.
    #[error(transparent)]
    Missing(#[from] Missing),
    /// The program's fault, or the clock's.
    #[error(transparent)]
    Fault(#[from] Error),
}

impl IntoResponse for Missing {
    fn into_response(self) -> Response {
        answer(self.status(), self.error())
    }
}

impl IntoResponse for NotHeld {
    fn into_response(self) -> Response {
        match self {
            Self::Missing(missing) => missing.into_response(),
            Self::Fault(error) => error.into_response(),
        }
    }
}

/// What a handler can return with `?`: a [status](cookie::status), and no body that says more. The error is in the answer's extensions, for
/// a middleware that words it.
impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut answer = answer(cookie::status(&self), Some(&self));
        answer.extensions_mut().insert(self);
        answer
    }
}

fn answer(status: u16, error: Option<&Error>) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let seconds = error.and_then(cookie::retry_after).filter(|_| status == StatusCode::SERVICE_UNAVAILABLE);
    match seconds {
        Some(seconds) => (status, [(RETRY_AFTER, HeaderValue::from(seconds))]).into_response(),
        None => status.into_response(),
    }
}

/// A slip that came as `Authorization: Bearer …` (RFC 6750 section 2.1), for clients that are no browsers.
///
/// The application's state gives the [`Opener`]. A token of a cookie does not open here, nor one of these in a cookie: the carrier is bound
/// into it. A fresh token goes into the answer's body, wherever the client looks for it.
///
/// ```
/// use axum::{Json, Router, extract::FromRef, routing::get};
/// use orderslip::{Error, Keyring, Lifetime, Opener, Sealer, SlipState, Standing, web::Bearer};
/// use std::time::Duration;
///
/// #[derive(serde::Serialize, serde::Deserialize)]
/// struct Device { id: u64 }
///
/// impl SlipState for Device {
///     const PURPOSE: &'static str = "shop.example/device";
///     const VERSION: u16 = 1;
/// }
///
/// #[derive(Clone)]
/// struct App { devices: Sealer<Device> }
///
/// impl FromRef<App> for Opener<Device> {
///     fn from_ref(app: &App) -> Self { app.devices.opener() }
/// }
///
/// async fn whoami(axum::extract::State(app): axum::extract::State<App>, Bearer(device): Bearer<Device>) -> Result<Json<(u64, Option<String>)>, Error> {
///     let fresh = match device.standing() {
///         Standing::Current => None,
///         Standing::Reseal(_) => Some(app.devices.reseal(&device)?),
///     };
///     Ok(Json((device.state().id, fresh)))
/// }
///
/// # fn main() -> Result<(), Error> {
/// let lifetime = Lifetime::absolute(Duration::from_secs(30 * 86_400)).idle(Duration::from_secs(7 * 86_400));
/// let devices = Sealer::<Device>::encrypted(&Keyring::generate()?).lifetime(lifetime).build()?;
/// let app: Router = Router::new().route("/whoami", get(whoami)).with_state(App { devices });
/// # drop(app); Ok(()) }
/// ```
#[derive(Debug)]
pub struct Bearer<T>(pub Slip<T>);

/// A bearer token that is missing or not accepted: 401, with the challenge of RFC 6750 section 3; 503 if it is unreadable here.
#[derive(Clone)]
pub struct NotBearer(Option<Error>);

impl NotBearer {
    /// Why the token was not accepted; `None` if there was none. For logs, not for the client.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        self.0.as_ref()
    }
}

impl<T, S> FromRequestParts<S> for Bearer<T>
where
    T: SlipState,
    S: Sync,
    Opener<T>: FromRef<S>,
{
    type Rejection = NotBearer;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, NotBearer> {
        let mut fields = parts.headers.get_all(AUTHORIZATION).iter();
        let (Some(field), None) = (fields.next(), fields.next()) else { return Err(NotBearer(None)) };
        let Some(token) = field.to_str().ok().and_then(token) else { return Err(NotBearer(None)) };
        Opener::<T>::from_ref(state).open(token).map(Self).map_err(|error| NotBearer(Some(error)))
    }
}

/// The scheme is written in any case (RFC 9110 section 11.1), and one space or more follows.
fn token(field: &str) -> Option<&str> {
    let (scheme, token) = field.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim_matches(' '))
}

impl IntoResponse for NotBearer {
    fn into_response(self) -> Response {
        let challenge = match &self.0 {
            Some(error) if error.is_unreadable() || error.is_unavailable() => {
                return answer(cookie::status(error), Some(error));
            }
            Some(_) => HeaderValue::from_static("Bearer error=\"invalid_token\""),
            None => HeaderValue::from_static("Bearer"),
        };
        (StatusCode::UNAUTHORIZED, [(WWW_AUTHENTICATE, challenge)]).into_response()
    }
}

impl fmt::Debug for NotBearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("NotBearer").field(&self.0).finish()
    }
}
