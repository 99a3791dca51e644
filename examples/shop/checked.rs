//! A form that came from a page of ours.
//!
//! It may not know what is in the form. A browser says where a form comes from, and `SameOriginLayer` has refused what comes from
//! elsewhere; of whoever says nothing, the form's token is asked.

use crate::{slips::Session, sorry::Sorry};
use axum::{
    Form,
    body::{Body, Bytes},
    extract::{FromRequest, FromRequestParts as _, Request},
    response::IntoResponse as _,
};
use orderslip::{cookie::Held, csrf::Provenance};
use serde::{Deserialize, de::DeserializeOwned};

pub(crate) struct Checked<F>(pub(crate) F);

/// The hidden field of every form.
#[derive(Deserialize)]
struct Token {
    #[serde(default)]
    token: String,
}

impl<F: DeserializeOwned, S: Send + Sync> FromRequest<S> for Checked<F> {
    type Rejection = Sorry;

    async fn from_request(request: Request, state: &S) -> Result<Self, Sorry> {
        let (mut parts, body) = request.into_parts();
        let session = Held::<Session>::from_request_parts(&mut parts, state).await?;
        let is_vouched_for = parts.extensions.get() == Some(&Provenance::Ours);
        let bytes = read::<Bytes, S>(Request::from_parts(parts.clone(), body), state).await?;
        let form = || Request::from_parts(parts.clone(), Body::from(bytes.clone()));
        if !is_vouched_for {
            let Form(Token { token }) = read(form(), state).await?;
            session.check_form(&token)?;
        }
        let Form(form) = read(form(), state).await?;
        Ok(Self(form))
    }
}

/// What cannot be read is refused with axum's status, and in our words.
async fn read<E: FromRequest<S>, S: Send + Sync>(request: Request, state: &S) -> Result<E, Sorry> {
    E::from_request(request, state).await.map_err(|refused| Sorry::Status(refused.into_response().status()))
}
