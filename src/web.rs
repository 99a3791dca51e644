//! The planner between a server and its handlers: a `tower` layer over `http` types.
//!
//! It may not know frameworks: `web/axum.rs` does. It decides nothing: it brings the request's cookies to [`Visits`] and the plan to the
//! answer's header, whatever made the answer: a handler, a redirect, an error, an inner layer.

#[cfg(feature = "axum")]
mod axum;
mod header;
mod same_origin;

#[cfg(feature = "axum")]
#[cfg_attr(docsrs, doc(cfg(feature = "axum")))]
pub use self::axum::{Bearer, CheckedBearer, NotBearer, NotHeld};
pub use same_origin::{SameOriginFuture, SameOriginLayer, SameOriginService};

use crate::cookie::{Cookies, Jars, Visits};
use http::{Request, Response, header::COOKIE};
use pin_project_lite::pin_project;
use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};
use tower_layer::Layer;
use tower_service::Service;

/// Brings slips to the handlers of a service, and what becomes of them to its answers.
///
/// A handler finds its [`Visits`] in the request's extensions as an `Arc<Visits>`; under axum the extractors do that. A slip that nobody
/// asks for costs nothing: its cookie is not opened.
///
/// ```
/// use http::{Request, Response, header::{CACHE_CONTROL, SET_COOKIE, VARY}};
/// use orderslip::{Keyring, Lifetime, Sealer, SlipState, cookie::{Jar, Jars, Visits}, web::SlipLayer};
/// use std::{convert::Infallible, sync::Arc, time::Duration};
/// use tower::{ServiceBuilder, ServiceExt as _, service_fn};
///
/// #[derive(Default, serde::Serialize, serde::Deserialize)]
/// struct Visitor { pages: u32 }
///
/// impl SlipState for Visitor {
///     const PURPOSE: &'static str = "blog.example/visitor";
///     const VERSION: u16 = 1;
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let sealer = Sealer::<Visitor>::encrypted(&Keyring::generate()?).lifetime(Lifetime::absolute(Duration::from_secs(86_400)));
/// let jars = Jars::new().with(Jar::builder("visitor", sealer).build()?)?;
///
/// let page = service_fn(async |request: Request<String>| {
///     let held = request.extensions().get::<Arc<Visits>>().map(|visits| visits.held::<Visitor>());
///     let pages = held.and_then(Result::ok).and_then(|held| held.update(|visitor| { visitor.pages += 1; visitor.pages }).ok());
///     Ok::<_, Infallible>(Response::new(format!("page {pages:?}")))
/// });
/// let service = ServiceBuilder::new().layer(SlipLayer::new(jars)).service(page);
///
/// let answer = service.oneshot(Request::new(String::new())).await?;
/// assert_eq!(answer.body(), "page Some(1)");
/// assert!(answer.headers()[SET_COOKIE].to_str()?.starts_with("__Host-visitor="));
/// assert_eq!((&answer.headers()[VARY], &answer.headers()[CACHE_CONTROL]), (&"cookie".parse()?, &"no-store".parse()?));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[doc(alias("session", "middleware"))]
pub struct SlipLayer {
    jars: Arc<Jars>,
}

impl SlipLayer {
    /// For the jars of an application. One layer has them all: of two, the inner one hides the jars of the outer.
    #[must_use]
    pub fn new(jars: impl Into<Arc<Jars>>) -> Self {
        Self { jars: jars.into() }
    }
}

impl<S> Layer<S> for SlipLayer {
    type Service = SlipService<S>;

    fn layer(&self, inner: S) -> SlipService<S> {
        SlipService { inner, jars: Arc::clone(&self.jars) }
    }
}

/// A service with slips: [`SlipLayer`].
#[derive(Clone, Debug)]
pub struct SlipService<S> {
    inner: S,
    jars: Arc<Jars>,
}

impl<S, B, R> Service<Request<B>> for SlipService<S>
where
    S: Service<Request<B>, Response = Response<R>>,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = SlipFuture<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let fields = request.headers().get_all(COOKIE).iter().map(|value| value.as_bytes());
        let visits = Arc::new(Visits::new(Arc::clone(&self.jars), Cookies::from_fields(fields)));
        request.extensions_mut().insert(Arc::clone(&visits));
        SlipFuture { inner: self.inner.call(request), visits }
    }
}

pin_project! {
    /// The answer of a [`SlipService`].
    #[derive(Debug)]
    pub struct SlipFuture<F> {
        #[pin]
        inner: F,
        visits: Arc<Visits>,
    }
}

impl<F, R, E> Future for SlipFuture<F>
where
    F: Future<Output = Result<Response<R>, E>>,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let answer = ready!(this.inner.poll(context));
        Poll::Ready(answer.map(|mut answer| {
            header::apply(this.visits.plan(), &mut answer);
            answer
        }))
    }
}
