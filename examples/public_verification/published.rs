//! The public keys as an HTTP resource: the document, how long it may be kept, and whether it has changed.
//!
//! It may not know who asks, nor how a ring is kept. This is the issuer's part to copy.
//!
//! # How long it may be kept
//!
//! A next key is staged so that it seals no sooner than one *propagation* time `P` later. In the worst case a verifier
//! fetched the document just before the issuer's servers had the new ring. With a `max-age` of `M`:
//!
//! ```text
//! staged   loaded                                       seals
//!   |--- L ---|------- M --------|-------- M -------|.....|
//!             fetch (old set)    fetch fails        fetch (new set)
//! ```
//!
//! `L` is how long it takes until all of the issuer's servers serve the new ring. The verifier has the next key in time, even
//! if it misses one fetch and tries again only when another `M` is over, as long as `L + 2 M <= P`. So `M` is
//! `(P - L) / 2`: less than half of the propagation time. A revocation takes up to `M`, too: that is the other reason to
//! keep `P`, and with it `M`, short.

use axum::{
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH},
    },
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use orderslip::{Keyring, RotationPolicy};
use ring::digest::{SHA256, digest};
use std::time::Duration;

/// Where it is: the name that OpenID providers made usual.
pub(crate) const PATH: &str = "/.well-known/jwks.json";

/// RFC 7517 section 8.5.1.
const JWK_SET: &str = "application/jwk-set+json";

/// `L`: the file is brought to all servers, and each looks at it every two seconds.
const LOADING: Duration = Duration::from_secs(60);

/// For a ring that carries no policy: short, as nothing is known of how soon its next key will seal.
const UNTOLD: Duration = Duration::from_secs(60);

/// `M`: for how long a verifier may keep the document.
pub(crate) fn max_age(policy: Option<&RotationPolicy>) -> Duration {
    policy.map_or(UNTOLD, |policy| policy.propagation.saturating_sub(LOADING) / 2)
}

/// The answer to a `GET`. It is the same for everybody: no `Vary`, no cookie, and any cache may keep it.
pub(crate) fn answer(keys: &Keyring, request: &HeaderMap) -> Response {
    let document = keys.public_jwks();
    let tag = entity_tag(&document);
    let max_age = max_age(keys.policy()).as_secs();
    let headers = [(CACHE_CONTROL, format!("public, max-age={max_age}")), (ETAG, tag.clone())];
    // A 304 says again how long it may be kept (RFC 9110 section 15.4.5).
    if matches(request, &tag) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    ([(CONTENT_TYPE, JWK_SET)], headers, document).into_response()
}

/// A strong one: equal rings give equal bytes on all servers, and other bytes give another tag.
fn entity_tag(document: &str) -> String {
    format!("\"{}\"", URL_SAFE_NO_PAD.encode(digest(&SHA256, document.as_bytes())))
}

/// Whether the asker has this very document. A list is allowed, `*` too, and a cache in between may have made the tag a weak
/// one: for this header that makes no difference (RFC 9110 section 13.1.2).
fn matches(request: &HeaderMap, tag: &str) -> bool {
    let lines = request.get_all(IF_NONE_MATCH).iter().filter_map(|line: &HeaderValue| line.to_str().ok());
    let mut tags = lines.flat_map(|line| line.split(',')).map(str::trim);
    tags.any(|theirs| theirs == "*" || theirs.trim_start_matches("W/") == tag)
}
