//! Slips as extractors, and errors as answers.
//!
//! It may not decide what a slip is worth, nor what an error is to a client: the core does.

use actix_web::{
    FromRequest, HttpMessage as _, HttpRequest, HttpResponse, ResponseError,
    dev::Payload,
    http::{StatusCode, header::RETRY_AFTER},
};
use orderslip::{
    Error, SlipState,
    cookie::{self, Missing, Visits},
    merge::Mergeable,
};
use std::{ops::Deref, pin::Pin, sync::Arc};

/// A slip may have to be asked about: see [`orderslip::cookie::JarBuilder::revocations`].
type Extracted<T> = Pin<Box<dyn Future<Output = Result<T, Failure>>>>;

/// The slip of the request, or the default: [`orderslip::cookie::Held`] as an extractor.
#[derive(Clone, Debug)]
pub struct Held<T: SlipState>(pub cookie::Held<T>);

/// A slip that the request brought: [`orderslip::cookie::Required`] as an extractor. Without one the handler is not called.
///
/// To do something else then, take `Result<Required<T>, Failure>`, and treat as a guest only whose [status](Missing::status) is 401.
/// `Option<Required<T>>` hides the program's faults, and slips that this server cannot read now.
#[derive(Clone, Debug)]
pub struct Required<T: SlipState>(pub cookie::Required<T>);

/// The mergeable state of the request: [`orderslip::cookie::Merged`] as an extractor.
#[derive(Clone, Debug)]
pub struct Merged<M: Mergeable>(pub cookie::Merged<M>);

/// What a handler can return with `?`, and why one was not called. As an answer: the [status](cookie::status) of the error, and no body
/// that says more.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Failure {
    /// There is no slip, and the handler needs one: 401, or 503 if there is an authentic one that this server cannot read now.
    #[error(transparent)]
    Missing(#[from] Missing),
    /// Anything else.
    #[error(transparent)]
    Error(#[from] Error),
}

impl<T: SlipState> FromRequest for Held<T> {
    type Error = Failure;
    type Future = Extracted<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let visits = visits(request);
        Box::pin(async move { Ok(Self(visits.checked().await?)) })
    }
}

impl<T: SlipState> FromRequest for Required<T> {
    type Error = Failure;
    type Future = Extracted<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let visits = visits(request);
        Box::pin(async move { Ok(Self(visits.checked().await?.required()?)) })
    }
}

impl<M: Mergeable> FromRequest for Merged<M> {
    type Error = Failure;
    type Future = Extracted<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let visits = visits(request);
        Box::pin(async move { Ok(Self(visits.checked_merged().await?)) })
    }
}

/// Without the middleware there are no jars: none is for the type that is asked for, which is the error that says what is wrong.
fn visits(request: &HttpRequest) -> Arc<Visits> {
    let found = request.extensions().get::<Arc<Visits>>().cloned();
    found.unwrap_or_else(|| Arc::new(Visits::new(Arc::default(), cookie::Cookies::default())))
}

impl<T: SlipState> Deref for Held<T> {
    type Target = cookie::Held<T>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<M: Mergeable> Deref for Merged<M> {
    type Target = cookie::Merged<M>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<T: SlipState> Deref for Required<T> {
    type Target = cookie::Required<T>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        let status = match self {
            Self::Missing(missing) => missing.status(),
            Self::Error(error) => cookie::status(error),
        };
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        let status = self.status_code();
        let mut answer = HttpResponse::build(status);
        let error = match self {
            Self::Missing(missing) => missing.error(),
            Self::Error(error) => Some(error),
        };
        let seconds = error.and_then(cookie::retry_after).filter(|_| status == StatusCode::SERVICE_UNAVAILABLE);
        if let Some(seconds) = seconds {
            answer.insert_header((RETRY_AFTER, seconds.to_string()));
        }
        answer.finish()
    }
}
