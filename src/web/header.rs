//! A plan, put into the header of an answer.
//!
//! It may not know where either comes from. What the handler has set is kept as far as it is no looser.

use crate::cookie::{CachePolicy, Plan};
use http::{
    HeaderMap, HeaderValue, Response, StatusCode,
    header::{CACHE_CONTROL, RETRY_AFTER, SET_COOKIE, VARY},
};

const ONE: HeaderValue = HeaderValue::from_static("1");
const COOKIE: HeaderValue = HeaderValue::from_static("cookie");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
const PRIVATE: HeaderValue = HeaderValue::from_static("private, no-cache");

pub(super) fn apply<R>(plan: Plan, answer: &mut Response<R>) {
    if plan.refusal().is_some() {
        // What the handler says is done is not: the body, which says so, is all that is left of it.
        *answer.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        answer.headers_mut().insert(RETRY_AFTER, ONE);
    }
    let header = answer.headers_mut();
    let policy = plan.cache_policy();
    if policy == CachePolicy::Any {
        return;
    }
    for line in plan.into_set_cookie() {
        // Every part of a line has been checked when its jar was built; a token is base64url.
        if let Ok(line) = HeaderValue::try_from(line) {
            header.append(SET_COOKIE, line);
        }
    }
    if !varies_by_cookie(header) {
        header.append(VARY, COOKIE);
    }
    cache(policy, header);
}

fn varies_by_cookie(header: &HeaderMap) -> bool {
    let listed = header.get_all(VARY).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    listed.map(str::trim).any(|field| field == "*" || field.eq_ignore_ascii_case("cookie"))
}

fn cache(policy: CachePolicy, header: &mut HeaderMap) {
    let mut present = header.get_all(CACHE_CONTROL).iter();
    let wanted = match (present.next(), present.next()) {
        (None, _) if policy == CachePolicy::NoStore => Some(NO_STORE),
        (None, _) => Some(PRIVATE),
        (Some(one), None) => wanted(policy, one.to_str().ok()),
        (Some(_), Some(_)) => {
            let all: Option<Vec<&str>> =
                header.get_all(CACHE_CONTROL).iter().map(|value| value.to_str().ok()).collect();
            wanted(policy, all.map(|all| all.join(", ")).as_deref())
        }
    };
    if let Some(wanted) = wanted {
        header.insert(CACHE_CONTROL, wanted);
    }
}

/// What is not text says nothing.
fn wanted(policy: CachePolicy, present: Option<&str>) -> Option<HeaderValue> {
    let Some(present) = present else { return Some(NO_STORE) };
    policy.cache_control(present).map(|wanted| HeaderValue::try_from(wanted).unwrap_or(NO_STORE))
}
