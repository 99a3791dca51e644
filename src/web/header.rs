//! A plan, put into the header of an answer.
//!
//! It may not know where either comes from, and decides nothing: [`Plan::fields`] does.

use crate::cookie::Plan;
use http::{
    HeaderValue, Response, StatusCode,
    header::{CACHE_CONTROL, RETRY_AFTER, SET_COOKIE, VARY},
};
use std::borrow::Cow;

pub(super) fn apply<R>(plan: Plan, answer: &mut Response<R>) {
    let present = |name| answer.headers().get_all(name).iter().map(HeaderValue::as_bytes);
    let fields = plan.fields(present(VARY), present(CACHE_CONTROL));
    if let Some(status) = fields.status.and_then(|status| StatusCode::from_u16(status).ok()) {
        *answer.status_mut() = status;
    }
    if let Some(seconds) = fields.retry_after {
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    let header = answer.headers_mut();
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
    let cache_control = fields.cache_control.map(|wanted| match wanted {
        Cow::Borrowed(wanted) => Ok(HeaderValue::from_static(wanted)),
        Cow::Owned(wanted) => HeaderValue::try_from(wanted),
    });
    if let Some(Ok(wanted)) = cache_control {
        header.insert(CACHE_CONTROL, wanted);
    }
}
