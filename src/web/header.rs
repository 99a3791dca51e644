//! A plan, put into the header of an answer.
//!
//! It may not know where either comes from, and decides nothing: [`Plan::fields`] does.

use crate::cookie::Plan;
use http::{
    HeaderMap, HeaderValue,
    header::{CACHE_CONTROL, SET_COOKIE, VARY},
};
use std::borrow::Cow;

pub(super) fn apply(plan: Plan, header: &mut HeaderMap) {
    let present = |name| header.get_all(name).iter().map(HeaderValue::as_bytes);
    let fields = plan.fields(present(VARY), present(CACHE_CONTROL));
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
