//! Whether a request that changes something comes from a page of ours: by what the browser says of itself, before any token is looked at.
//!
//! It may not know HTTP libraries or slips. The form token, for what no browser vouches for, is
//! [`Visit::form_token`](crate::cookie::Visit::form_token).

use crate::error::Error;

/// What is told of a request: the values of its header fields as they stand.
#[derive(Clone, Copy, Debug, Default)]
pub struct Facts<'r> {
    /// The method.
    pub method: &'r str,
    /// `Sec-Fetch-Site` (W3C Fetch Metadata).
    pub sec_fetch_site: Option<&'r [u8]>,
    /// `Origin` (RFC 6454 section 7).
    pub origin: Option<&'r [u8]>,
    /// `Host`, or `:authority` in HTTP/2.
    pub host: Option<&'r [u8]>,
    /// `Upgrade`, with which a `GET` becomes a WebSocket (RFC 6455 section 4.1).
    pub upgrade: Option<&'r [u8]>,
}

/// The value of a field that must stand once: for adapters that fill in [`Facts`]. Said twice, it says nothing that anybody should trust.
#[must_use]
pub fn once<'v>(values: impl IntoIterator<Item = &'v [u8]>) -> Option<&'v [u8]> {
    let mut values = values.into_iter();
    match (values.next(), values.next()) {
        (value, None) => value,
        _ => Some(b""),
    }
}

/// Where a request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a request from another site is answered like any other unless somebody looks"]
pub enum Provenance {
    /// A page of ours, an origin that is trusted, or the user's own hand; or the method is safe (RFC 9110 section 9.2.1) and changes nothing.
    Ours,
    /// A page of another site, or of a neighbouring host: refuse it.
    CrossSite,
    /// Nobody says. No current browser: they all send `Origin` with what is not safe. A program, then, or an old browser: a
    /// [form token](crate::cookie::Visit::check_form) tells them apart.
    Unknown,
}

/// Tells requests of our pages from those of others.
///
/// Safe methods are never refused, so a handler of `GET` must not change anything. The handshake of a WebSocket is a `GET` and is judged all the same: cookies go
/// along with it from any page, and what comes over it afterwards nobody judges.
///
/// ```
/// use orderslip::csrf::{Facts, Provenance, SameOrigin};
///
/// let guard = SameOrigin::new().trust("https://pay.example")?;
/// let post = Facts { method: "POST", host: Some(b"shop.example"), ..Facts::default() };
/// assert_eq!(guard.judge(&Facts { sec_fetch_site: Some(b"same-origin"), ..post }), Provenance::Ours);
/// assert_eq!(guard.judge(&Facts { sec_fetch_site: Some(b"cross-site"), ..post }), Provenance::CrossSite);
/// assert_eq!(guard.judge(&Facts { origin: Some(b"https://shop.example"), ..post }), Provenance::Ours);
/// assert_eq!(guard.judge(&Facts { origin: Some(b"https://pay.example"), ..post }), Provenance::Ours);
/// assert_eq!(guard.judge(&Facts { origin: Some(b"null"), ..post }), Provenance::CrossSite);
/// assert_eq!(guard.judge(&post), Provenance::Unknown);
/// # Ok::<(), orderslip::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[doc(alias("csrf", "xsrf", "origin"))]
pub struct SameOrigin {
    trusted: Vec<String>,
}

impl SameOrigin {
    /// Trusts no origin but the request's own host.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Trusts another origin, such as `https://pay.example`, as a browser writes it: scheme and host in lower case, no path, the port
    /// unless it is the scheme's own.
    ///
    /// # Errors
    /// [`Error::is_misuse`] if no browser would write it so.
    pub fn trust(mut self, origin: &str) -> Result<Self, Error> {
        let is_fit = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b':' | b'[' | b']');
        let host = ["https://", "http://"].iter().find_map(|scheme| origin.strip_prefix(scheme));
        let default_port = if origin.starts_with("https") { ":443" } else { ":80" };
        match host {
            Some(host) if !host.is_empty() && host.bytes().all(is_fit) && !host.ends_with(default_port) => {}
            _ => return Err(Error::misuse("an origin is written as browsers do: https://shop.example, or with :port")),
        }
        self.trusted.push(origin.to_owned());
        Ok(self)
    }

    /// Where a request comes from.
    pub fn judge(&self, facts: &Facts<'_>) -> Provenance {
        if matches!(facts.method, "GET" | "HEAD" | "OPTIONS" | "TRACE") && !facts.upgrade.is_some_and(is_websocket) {
            return Provenance::Ours;
        }
        let is_trusted = |origin: &[u8]| self.trusted.iter().any(|trusted| trusted.as_bytes() == origin);
        match (facts.sec_fetch_site, facts.origin) {
            (_, Some(origin)) if is_trusted(origin) => Provenance::Ours,
            // `none`: the address bar, a bookmark. A `same-site` neighbour is not us.
            (Some(b"same-origin" | b"none"), _) => Provenance::Ours,
            (Some(_), _) => Provenance::CrossSite,
            // The scheme is not known behind a proxy that ends TLS; the host with its port is.
            (None, Some(origin)) => match (host_of(origin), facts.host) {
                (Some(host), Some(ours)) if host.eq_ignore_ascii_case(ours) => Provenance::Ours,
                _ => Provenance::CrossSite,
            },
            (None, None) => Provenance::Unknown,
        }
    }
}

/// A list of protocols (RFC 9110 section 7.8). What [`once`] does not take for one value may be anything.
fn is_websocket(upgrade: &[u8]) -> bool {
    const NAME: &[u8] = b"websocket";
    let is_named = |one: &[u8]| one.trim_ascii().get(..NAME.len()).is_some_and(|name| name.eq_ignore_ascii_case(NAME));
    upgrade.is_empty() || upgrade.split(|byte| *byte == b',').any(is_named)
}

fn host_of(origin: &[u8]) -> Option<&[u8]> {
    let host = [b"https://".as_slice(), b"http://"].iter().find_map(|scheme| origin.strip_prefix(*scheme))?;
    (!host.is_empty()).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_is_told_by_the_browser() {
        let guard = SameOrigin::new().trust("https://pay.example").unwrap();
        let judge_with = |upgrade: Option<&[u8]>, method: &str, site: Option<&str>, origin: Option<&str>| {
            guard.judge(&Facts {
                method,
                sec_fetch_site: site.map(str::as_bytes),
                origin: origin.map(str::as_bytes),
                host: Some(b"shop.example:8080"),
                upgrade,
            })
        };
        let judge = |method: &str, site: Option<&str>, origin: Option<&str>| judge_with(None, method, site, origin);
        use Provenance::{CrossSite, Ours, Unknown};
        for (site, origin, expected) in [
            (Some("same-origin"), None, Ours),
            (Some("none"), None, Ours),
            (Some("same-site"), Some("http://other.shop.example"), CrossSite),
            (Some("cross-site"), Some("http://shop.example:8080"), CrossSite),
            (Some("Same-Origin"), None, CrossSite),
            (Some(""), None, CrossSite),
            (Some("cross-site"), Some("https://pay.example"), Ours),
            (None, Some("http://shop.example:8080"), Ours),
            (None, Some("https://SHOP.example:8080"), Ours),
            (None, Some("http://shop.example"), CrossSite),
            (None, Some("http://shop.example:8080.evil.example"), CrossSite),
            (None, Some("http://evil.example"), CrossSite),
            (None, Some("https://pay.example.evil.example"), CrossSite),
            (None, Some("null"), CrossSite),
            (None, Some(""), CrossSite),
            (None, Some("ftp://shop.example:8080"), CrossSite),
            (None, None, Unknown),
        ] {
            assert_eq!(judge("POST", site, origin), expected, "{site:?} {origin:?}");
            assert_eq!(judge("get", site, origin), expected, "a method that is not known is not safe");
            assert_eq!(judge("GET", site, origin), Ours);
            // A WebSocket from another site's page would act for the user.
            for upgrade in ["websocket", "WebSocket", "h2c, websocket/13", ""] {
                assert_eq!(judge_with(Some(upgrade.as_bytes()), "GET", site, origin), expected, "{upgrade}");
            }
            assert_eq!(judge_with(Some(b"h2c"), "GET", site, origin), Ours);
        }
        let hostless = Facts { method: "POST", origin: Some(b"http://"), host: Some(b""), ..Facts::default() };
        assert_eq!(guard.judge(&hostless), CrossSite);
    }

    #[test]
    fn an_origin_is_written_as_browsers_do() {
        for good in ["https://pay.example", "http://localhost:8080", "https://[::1]:8443"] {
            assert!(SameOrigin::new().trust(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "pay.example",
            "https://",
            "https://pay.example/",
            "https://Pay.example",
            "https://pay.example:443",
            "null",
            "*",
        ] {
            assert!(SameOrigin::new().trust(bad).unwrap_err().is_misuse(), "{bad}");
        }
    }
}
