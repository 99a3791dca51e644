//! Cookies, as far as a restaurant needs them: the header a server reads, the one it writes, and the jar of a guest.
//!
//! It may not know what the values mean.

use axum::{
    http::{
        HeaderMap, HeaderName,
        header::{COOKIE, SET_COOKIE},
    },
    response::AppendHeaders,
};
use std::collections::BTreeMap;

/// The value of the first cookie of this name in a request.
pub(crate) fn find<'a>(request: &'a HeaderMap, name: &str) -> Option<&'a str> {
    request
        .get_all(COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(found, value)| (found == name).then_some(value))
}

/// A `Set-Cookie` value. With TLS, call the cookie `__Host-…` and add `Secure`.
pub(crate) fn line(name: &str, value: &str) -> String {
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax")
}

/// The `Set-Cookie` headers of a response, none or several.
pub(crate) type SetCookies = AppendHeaders<Vec<(HeaderName, String)>>;

pub(crate) fn set<const N: usize>(lines: [Option<String>; N]) -> SetCookies {
    AppendHeaders(lines.into_iter().flatten().map(|line| (SET_COOKIE, line)).collect())
}

/// The cookies of one guest. One site, one path and a short evening: a name and a value are all there is to keep.
#[derive(Debug, Default)]
pub(crate) struct Jar(BTreeMap<String, String>);

impl Jar {
    pub(crate) fn keep_from(&mut self, response: &HeaderMap) {
        let set = response.get_all(SET_COOKIE).iter().filter_map(|header| header.to_str().ok());
        let pairs = set.filter_map(|cookie| cookie.split(';').next()?.split_once('='));
        self.0.extend(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    /// The `Cookie` header, if there is anything to send.
    pub(crate) fn header(&self) -> Option<String> {
        let pairs: Vec<String> = self.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    /// The bytes of all names and values, with the `=` between them.
    pub(crate) fn bytes(&self) -> usize {
        self.0.iter().map(|(name, value)| name.len() + 1 + value.len()).sum()
    }
}
