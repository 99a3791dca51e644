//! Slips of clients that are no browsers, in the field `Authorization`.
//!
//! It may not decide what a slip is worth: it asks an [`Opener`], and a [`Guard`] if there is one.

use super::answer;
use crate::{cookie, error::Error, opener::Opener, revoke::Guard, slip::Slip, state::SlipState};
use axum_core::{
    extract::{FromRef, FromRequestParts},
    response::{IntoResponse, Response},
};
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{AUTHORIZATION, WWW_AUTHENTICATE},
    request::Parts,
};
use std::fmt;

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
#[doc(alias("Authorization", "api token"))]
pub struct Bearer<T>(pub Slip<T>);

/// A bearer token that is missing or not accepted: 401, with the challenge of RFC 6750 section 3; 503 if it is unreadable here.
///
/// [`Bearer`] answers with it.
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
        let token = token(&parts.headers).ok_or(NotBearer(None))?;
        Opener::<T>::from_ref(state).open(token).map(Self).map_err(|error| NotBearer(Some(error)))
    }
}

/// A [`Bearer`] about which a list of revocations has been asked. The application's state gives the [`Guard`], too.
///
/// ```
/// use axum::{Router, extract::FromRef, routing::get};
/// use orderslip::{Error, Keyring, Lifetime, Opener, Sealer, SlipState, revoke::{Guard, MemoryStore}, web::CheckedBearer};
/// use std::time::Duration;
///
/// # #[derive(serde::Serialize, serde::Deserialize)] struct Device { id: u64 }
/// # impl SlipState for Device { const PURPOSE: &'static str = "shop.example/device"; const VERSION: u16 = 1; }
/// #[derive(Clone)]
/// struct App { devices: Sealer<Device>, guard: Guard }
///
/// impl FromRef<App> for Opener<Device> {
///     fn from_ref(app: &App) -> Self { app.devices.opener() }
/// }
///
/// impl FromRef<App> for Guard {
///     fn from_ref(app: &App) -> Self { app.guard.clone() }
/// }
///
/// async fn whoami(CheckedBearer(device): CheckedBearer<Device>) -> String {
///     device.state().id.to_string()
/// }
///
/// # fn main() -> Result<(), Error> {
/// let month = Duration::from_secs(30 * 86_400);
/// let devices = Sealer::<Device>::encrypted(&Keyring::generate()?).lifetime(Lifetime::absolute(month)).build()?;
/// let guard = Guard::fail_closed(MemoryStore::new(100_000)).horizon(month);
/// let app: Router = Router::new().route("/whoami", get(whoami)).with_state(App { devices, guard });
/// # drop(app); Ok(()) }
/// ```
#[derive(Debug)]
pub struct CheckedBearer<T>(pub Slip<T>);

impl<T, S> FromRequestParts<S> for CheckedBearer<T>
where
    T: SlipState,
    S: Sync,
    Opener<T>: FromRef<S>,
    Guard: FromRef<S>,
{
    type Rejection = NotBearer;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, NotBearer> {
        let token = token(&parts.headers).ok_or(NotBearer(None))?;
        let (opener, guard) = (Opener::<T>::from_ref(state), Guard::from_ref(state));
        guard.open(&opener, token).await.map(Self).map_err(|error| NotBearer(Some(error)))
    }
}

/// Of the one field that there may be.
fn token(headers: &HeaderMap) -> Option<&str> {
    let mut fields = headers.get_all(AUTHORIZATION).iter();
    let (Some(field), None) = (fields.next(), fields.next()) else { return None };
    field.to_str().ok().and_then(credentials)
}

/// The scheme is written in any case (RFC 9110 section 11.1), and one space or more follows.
fn credentials(field: &str) -> Option<&str> {
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
