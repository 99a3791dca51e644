//! The guard against requests from other sites' pages.
//!
//! It may not know slips: it judges by the header alone and leaves what it found in the request's extensions.

use actix_web::{
    Error, HttpMessage as _, HttpResponse,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    error::InternalError,
    http::header::{HOST, HeaderValue, ORIGIN, UPGRADE},
    middleware::Next,
    web::Data,
};
use orderslip::csrf::{self, Facts, Provenance, SameOrigin};

/// Refuses requests from other sites' pages with 403, before any handler runs: for `middleware::from_fn`. The rules are in the data of the
/// application, a `web::Data<SameOrigin>`; without them nothing is answered but 500.
///
/// What nobody vouches for goes on with [`Provenance::Unknown`] in its extensions, so that a handler can ask for a form token.
///
/// # Errors
/// If the request is refused, and what comes from further in.
pub async fn same_origin<B: MessageBody>(
    guard: Data<SameOrigin>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let provenance = judge(&guard, &request);
    if provenance == Provenance::CrossSite {
        tracing::info!(reason = "cross-site", ?provenance, method = %request.method(), "a request was refused");
        let refusal = InternalError::from_response("from another site's page", HttpResponse::Forbidden().finish());
        return Err(refusal.into());
    }
    request.extensions_mut().insert(provenance);
    next.call(request).await
}

fn judge(guard: &SameOrigin, request: &ServiceRequest) -> Provenance {
    let field = |name: &str| csrf::once(request.headers().get_all(name).map(HeaderValue::as_bytes));
    let authority = request.uri().authority().map(|authority| authority.as_str().as_bytes());
    guard.judge(&Facts {
        method: request.method().as_str(),
        sec_fetch_site: field("sec-fetch-site"),
        origin: field(ORIGIN.as_str()),
        host: authority.or_else(|| field(HOST.as_str())),
        upgrade: field(UPGRADE.as_str()),
    })
}
