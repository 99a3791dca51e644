//! The middleware: brings the request's cookies to `Visits`, and the plan to the answer's header.
//!
//! It may not decide anything: the planner does.

use actix_web::{
    Error, HttpMessage as _, HttpResponse, ResponseError,
    body::MessageBody,
    dev::{Service, ServiceRequest, ServiceResponse, Transform},
    http::{
        StatusCode,
        header::{CACHE_CONTROL, COOKIE, HeaderMap, HeaderValue, RETRY_AFTER, SET_COOKIE, VARY},
    },
};
use orderslip::cookie::{CachePolicy, Cookies, Jars, Plan, Visits};
use pin_project_lite::pin_project;
use std::{
    future::{Ready, ready},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

/// The middleware that brings slips to handlers, and what becomes of them to every answer: redirects, errors, and what inner middleware
/// answers. One has all the jars of an application.
#[derive(Clone, Debug)]
pub struct Slips(Arc<Jars>);

impl Slips {
    /// For the jars of an application.
    #[must_use]
    pub fn new(jars: impl Into<Arc<Jars>>) -> Self {
        Self(jars.into())
    }
}

impl<S, B> Transform<S, ServiceRequest> for Slips
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    type Response = ServiceResponse<B>;
    type Error = Error;
    type Transform = SlipService<S>;
    type InitError = ();
    type Future = Ready<Result<SlipService<S>, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(SlipService { inner, jars: Arc::clone(&self.0) }))
    }
}

/// A service with slips: [`Slips`].
#[derive(Debug)]
pub struct SlipService<S> {
    inner: S,
    jars: Arc<Jars>,
}

impl<S, B> Service<ServiceRequest> for SlipService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    type Response = ServiceResponse<B>;
    type Error = Error;
    type Future = SlipServiceFuture<S::Future>;

    fn poll_ready(&self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let cookies = Cookies::from_fields(request.headers().get_all(COOKIE).map(HeaderValue::as_bytes));
        let visits = Arc::new(Visits::new(Arc::clone(&self.jars), cookies));
        request.extensions_mut().insert(Arc::clone(&visits));
        SlipServiceFuture { inner: self.inner.call(request), visits }
    }
}

pin_project! {
    /// The answer of a [`SlipService`].
    #[derive(Debug)]
    pub struct SlipServiceFuture<F> {
        #[pin]
        inner: F,
        visits: Arc<Visits>,
    }
}

impl<F, B> Future for SlipServiceFuture<F>
where
    F: Future<Output = Result<ServiceResponse<B>, Error>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let answer = ready!(this.inner.poll(context));
        let plan = this.visits.plan();
        Poll::Ready(match answer {
            Ok(mut answer) => {
                if let Some(status) = apply(plan, answer.headers_mut()) {
                    answer.response_mut().head_mut().status = status;
                }
                Ok(answer)
            }
            Err(error) if plan.cache_policy() == CachePolicy::Any => Err(error),
            // What an inner middleware fails with becomes an answer further out.
            Err(error) => Err(Carrying { error, plan }.into()),
        })
    }
}

/// Puts a plan into the header, and gives the status that the answer must have instead of its own, if any.
fn apply(plan: Plan, header: &mut HeaderMap) -> Option<StatusCode> {
    let present = |name| header.get_all(name).map(HeaderValue::as_bytes);
    let fields = plan.fields(present(VARY), present(CACHE_CONTROL));
    for name in fields.remove {
        header.remove(*name);
    }
    for line in fields.set_cookie {
        // Every part of a line has been checked when its jar was built; a token is base64url.
        if let Ok(line) = HeaderValue::try_from(line) {
            header.append(SET_COOKIE, line);
        }
    }
    if let Some(vary) = fields.vary {
        header.append(VARY, HeaderValue::from_static(vary));
    }
    if let Some(Ok(wanted)) = fields.cache_control.map(|wanted| HeaderValue::from_str(&wanted)) {
        header.insert(CACHE_CONTROL, wanted);
    }
    if let Some(seconds) = fields.retry_after {
        header.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    fields.status.and_then(|status| StatusCode::from_u16(status).ok())
}

/// An error, and what its answer must carry.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
struct Carrying {
    error: Error,
    plan: Plan,
}

impl ResponseError for Carrying {
    fn status_code(&self) -> StatusCode {
        self.error.as_response_error().status_code()
    }

    fn error_response(&self) -> HttpResponse {
        let mut answer = self.error.error_response();
        // It is an error already: no word in it says that anything was done.
        let _ = apply(self.plan.clone(), answer.headers_mut());
        answer
    }
}
