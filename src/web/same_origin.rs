//! The guard against requests from other sites' pages, as a `tower` layer.
//!
//! It may not know slips: it judges by the header alone and leaves what it found in the request's extensions.

use crate::csrf::{self, Facts, Provenance, SameOrigin};
use http::{HeaderValue, Request, Response, StatusCode, header};
use pin_project_lite::pin_project;
use std::{
    pin::Pin,
    task::{Context, Poll},
};
use tower_layer::Layer;
use tower_service::Service;

/// Refuses requests from other sites' pages with 403, before any handler runs.
///
/// What nobody vouches for, because there is neither `Sec-Fetch-Site` nor `Origin`, goes on with [`Provenance::Unknown`] in its
/// extensions, so that a handler can ask for a [form token](crate::cookie::Held::check_form); [`strict`](Self::strict) refuses it.
///
/// ```
/// use http::{Request, Response, StatusCode};
/// use orderslip::{csrf::SameOrigin, web::SameOriginLayer};
/// use tower::{ServiceBuilder, ServiceExt as _, service_fn};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let pay = service_fn(async |_: Request<String>| Ok::<_, std::convert::Infallible>(Response::new("paid".to_owned())));
/// let service = ServiceBuilder::new().layer(SameOriginLayer::new(SameOrigin::new())).service(pay);
///
/// let from_elsewhere = Request::post("/pay").header("sec-fetch-site", "cross-site").body(String::new())?;
/// assert_eq!(service.oneshot(from_elsewhere).await?.status(), StatusCode::FORBIDDEN);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[doc(alias("csrf", "xsrf"))]
pub struct SameOriginLayer {
    guard: SameOrigin,
    is_strict: bool,
}

impl SameOriginLayer {
    /// By these rules.
    #[must_use]
    pub fn new(guard: SameOrigin) -> Self {
        Self { guard, is_strict: false }
    }

    /// Refuses what nobody vouches for, too: for applications that no program but a browser uses.
    ///
    /// See [`Provenance::Unknown`].
    #[must_use]
    pub fn strict(self) -> Self {
        Self { is_strict: true, ..self }
    }
}

impl<S> Layer<S> for SameOriginLayer {
    type Service = SameOriginService<S>;

    fn layer(&self, inner: S) -> SameOriginService<S> {
        SameOriginService { inner, layer: self.clone() }
    }
}

/// A service that is guarded: [`SameOriginLayer`].
#[derive(Clone, Debug)]
pub struct SameOriginService<S> {
    inner: S,
    layer: SameOriginLayer,
}

impl<S, B, R> Service<Request<B>> for SameOriginService<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    R: Default,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = SameOriginFuture<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let provenance = judge(&self.layer.guard, &request);
        match provenance {
            Provenance::Ours => {}
            Provenance::Unknown if !self.layer.is_strict => {}
            Provenance::Unknown | Provenance::CrossSite => {
                tracing::info!(reason = "cross-site", ?provenance, method = %request.method(), "a request was refused");
                return SameOriginFuture { inner: None };
            }
        }
        request.extensions_mut().insert(provenance);
        SameOriginFuture { inner: Some(self.inner.call(request)) }
    }
}

fn judge<B>(guard: &SameOrigin, request: &Request<B>) -> Provenance {
    let field = |name: &str| csrf::once(request.headers().get_all(name).iter().map(HeaderValue::as_bytes));
    let authority = request.uri().authority().map(|authority| authority.as_str().as_bytes());
    guard.judge(&Facts {
        method: request.method().as_str(),
        sec_fetch_site: field("sec-fetch-site"),
        origin: field(header::ORIGIN.as_str()),
        host: authority.or_else(|| field(header::HOST.as_str())),
        upgrade: field(header::UPGRADE.as_str()),
    })
}

pin_project! {
    /// The answer of a [`SameOriginService`].
    #[derive(Debug)]
    pub struct SameOriginFuture<F> {
        // None: refused.
        #[pin]
        inner: Option<F>,
    }
}

impl<F, R, E> Future for SameOriginFuture<F>
where
    F: Future<Output = Result<Response<R>, E>>,
    R: Default,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().inner.as_pin_mut() {
            Some(inner) => inner.poll(context),
            None => {
                let mut answer = Response::new(R::default());
                *answer.status_mut() = StatusCode::FORBIDDEN;
                Poll::Ready(Ok(answer))
            }
        }
    }
}
