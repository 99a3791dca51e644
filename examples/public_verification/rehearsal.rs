//! Whose clock it is: here every request says what time it is, so that the story takes hours and the run a moment.
//!
//! It may not know what a time is for. **Never in a real service**: whoever sets a server's clock brings expired tokens back
//! to life. There, `Now` is `UnixTime::now()`, and for the age of what is cached `Instant`, which does not step back.

use axum::{
    extract::FromRequestParts,
    http::{StatusCode, request::Parts},
};
use orderslip::UnixTime;

/// The header that says what time it is, in Unix seconds.
pub(crate) const HEADER: &str = "x-rehearsal-now";

/// The time of a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Now(pub(crate) UnixTime);

impl<S: Send + Sync> FromRequestParts<S> for Now {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        let header = parts.headers.get(HEADER).and_then(|value| value.to_str().ok()?.parse().ok());
        header.map(|secs| Self(UnixTime::from_secs(secs))).ok_or(StatusCode::BAD_REQUEST)
    }
}
