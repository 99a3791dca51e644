//! Slips as axum's extractors, and errors as its answers.
//!
//! It may not decide what a slip is worth: it asks [`Visits`]. It needs `axum-core` alone, which changes less often than axum.

mod bearer;

pub use bearer::{Bearer, CheckedBearer, NotBearer};

use crate::{
    cookie::{self, Held, Merged, Missing, Required, Visits},
    error::Error,
    merge::Mergeable,
    state::SlipState,
};
use axum_core::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header::RETRY_AFTER, request::Parts};
use std::sync::Arc;

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
        held(parts).await
    }
}

async fn held<T: SlipState>(parts: &Parts) -> Result<Held<T>, Error> {
    visits(parts)?.checked().await
}

fn visits(parts: &Parts) -> Result<&Visits, Error> {
    let visits = parts.extensions.get::<Arc<Visits>>();
    visits.map(AsRef::as_ref).ok_or_else(|| Error::misuse("no SlipLayer is around this handler"))
}

/// The mergeable state of the request: see [`Merged`].
impl<M: Mergeable, S: Sync> FromRequestParts<S> for Merged<M> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        visits(parts)?.checked_merged().await
    }
}

/// A slip that the request brought; without one the handler is not called: see [`Required`].
impl<T: SlipState, S: Sync> FromRequestParts<S> for Required<T> {
    type Rejection = NotHeld;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, NotHeld> {
        Ok(held::<T>(parts).await?.required()?)
    }
}

/// `None` where [`Required`] would answer 401. Whoever has a slip that this server cannot read now is no guest, and is answered 503 all the
/// same; so is a fault of the program 500.
impl<T: SlipState, S: Sync> OptionalFromRequestParts<S> for Required<T> {
    type Rejection = NotHeld;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, NotHeld> {
        match held::<T>(parts).await?.required() {
            Ok(required) => Ok(Some(required)),
            Err(missing) if missing.status() == StatusCode::UNAUTHORIZED.as_u16() => Ok(None),
            Err(missing) => Err(missing.into()),
        }
    }
}

/// Why a handler that needs a slip was not called.
///
/// As an answer: 401 if there is no slip, or one of a key that this server has never heard of, which proves nothing; 503 with `Retry-After` if
/// there is one that it cannot read now: of a newer version, or its list of what was revoked does not answer. To send the user to a page for
/// logging in, take `Option<Required<T>>` in the handler.
///
/// [`Required`] answers with it.
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
