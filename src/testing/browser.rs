//! A browser's cookie jar, for one site: what it keeps, what it drops, what it sends.
//!
//! It may not know who wrote a cookie: the rules are those of RFC 6265bis sections 5.6 to 5.8, the numbers Chromium's. It has no public
//! suffixes, no redirects and no other sites.

use crate::{cookie::Cookies, testing::set_cookie::SetCookie, time::UnixTime};
use std::{fmt, time::Duration};

/// What Chromium keeps for one site; of one more, it drops down to 150.
const MOST: usize = 180;
const KEPT: usize = 150;

/// A browser's cookie jar, for one site.
#[derive(Clone)]
#[doc(alias("cookie jar", "mock"))]
pub struct Browser {
    host: String,
    is_secure: bool,
    stored: Vec<Stored>,
    /// The next one's place in the order of creation.
    next: u64,
}

#[derive(Clone)]
struct Stored {
    name: String,
    value: String,
    path: String,
    /// `None`: the host alone.
    domain: Option<String>,
    ends_at: Option<UnixTime>,
    secure: bool,
    created: u64,
}

/// Why a browser did not take a cookie. It tells nobody.
///
/// [`Browser`] does: what else does not come back is in [`manual::troubleshooting`](crate::manual::troubleshooting#the-cookie-is-set-and-does-not-come-back).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Dropped {
    /// It cannot be read at all.
    Unreadable,
    /// Name and value have more than 4096 bytes.
    TooLong,
    /// It is for another domain.
    OtherDomain,
    /// `Secure`, and the page is not.
    NotSecure,
    /// Its prefix demands what it does not have.
    Prefix,
    /// `SameSite=None` or `Partitioned` without `Secure`.
    NeedsSecure,
    /// There is a `Secure` one of the name, and the page is not secure.
    WouldOverlaySecure,
}

impl Browser {
    /// A browser with an empty jar, at a site such as `https://shop.example` or `http://localhost`. The port counts for nothing: cookies
    /// have none.
    #[must_use]
    pub fn at(origin: &str) -> Self {
        let (scheme, host) = origin.split_once("://").unwrap_or(("https", origin));
        let host = host.split(['/', ':']).next().unwrap_or_default().to_ascii_lowercase();
        let is_secure = scheme == "https" || host == "localhost" || host == "127.0.0.1";
        Self { host, is_secure, stored: Vec::new(), next: 0 }
    }

    /// Takes the lines of an answer in their order, and says of each what became of it.
    pub fn receive<L: AsRef<str>>(&mut self, lines: &[L], now: UnixTime) -> Vec<Result<(), Dropped>> {
        lines.iter().map(|line| self.store(line.as_ref(), now)).collect()
    }

    /// Puts a cookie `name=value` into the jar as if the site had set it, for a day.
    pub fn plant(&mut self, pair: &str, now: UnixTime) {
        let ends_at = Some(now.saturating_add(Duration::from_secs(86_400)));
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        self.insert(Stored {
            name: name.to_owned(),
            value: value.to_owned(),
            path: "/".to_owned(),
            domain: None,
            ends_at,
            secure: true,
            created: 0,
        });
    }

    /// What a request for a path carries.
    #[must_use]
    pub fn cookies(&self, path: &str, now: UnixTime) -> Cookies {
        Cookies::from_fields([self.header(path, now).as_bytes()])
    }

    /// The same as the value of a `Cookie` field; empty for none.
    #[must_use]
    pub fn header(&self, path: &str, now: UnixTime) -> String {
        let mut sent: Vec<&Stored> = self.live(now).filter(|cookie| self.goes_to(cookie, path)).collect();
        // Longer paths first, then older cookies (RFC 6265bis section 5.8.3).
        sent.sort_by_key(|cookie| (std::cmp::Reverse(cookie.path.len()), cookie.created));
        let pair = |cookie: &&Stored| match cookie.name.as_str() {
            // No `=` either: so `Set-Cookie: =__Host-a=b` would come back as one of ours, if the prefix were not looked for.
            "" => cookie.value.clone(),
            name => format!("{name}={}", cookie.value),
        };
        sent.iter().map(pair).collect::<Vec<_>>().join("; ")
    }

    /// The value of a cookie, if there is one of this name.
    #[must_use]
    pub fn value(&self, name: &str, now: UnixTime) -> Option<&str> {
        self.live(now).find(|cookie| cookie.name == name).map(|cookie| cookie.value.as_str())
    }

    /// The names of all cookies, oldest first.
    ///
    /// See [`Browser`].
    #[must_use]
    pub fn names(&self, now: UnixTime) -> Vec<&str> {
        self.live(now).map(|cookie| cookie.name.as_str()).collect()
    }

    /// Closes the browser: what has no `Max-Age` is gone.
    ///
    /// See [`JarBuilder::until_the_browser_closes`](crate::cookie::JarBuilder::until_the_browser_closes).
    pub fn close(&mut self) {
        self.stored.retain(|cookie| cookie.ends_at.is_some());
    }

    fn store(&mut self, line: &str, now: UnixTime) -> Result<(), Dropped> {
        let cookie = SetCookie::read(line).ok_or(Dropped::Unreadable)?;
        if cookie.name.len() + cookie.value.len() > 4096 {
            return Err(Dropped::TooLong);
        }
        let is_ours = |domain: &String| self.host == *domain || self.host.ends_with(&format!(".{domain}"));
        if cookie.domain.as_ref().is_some_and(|domain| !is_ours(domain)) {
            return Err(Dropped::OtherDomain);
        }
        if cookie.secure && !self.is_secure {
            return Err(Dropped::NotSecure);
        }
        let is_none = cookie.same_site.as_deref().is_some_and(|site| site.eq_ignore_ascii_case("none"));
        if (is_none || cookie.partitioned) && !cookie.secure {
            return Err(Dropped::NeedsSecure);
        }
        if !keeps_to_its_prefix(&cookie) {
            return Err(Dropped::Prefix);
        }
        if !self.is_secure && self.stored.iter().any(|old| old.secure && old.name == cookie.name) {
            return Err(Dropped::WouldOverlaySecure);
        }
        let ends_at = cookie.lives().map(|lives| now.saturating_add(lives));
        self.insert(Stored {
            path: cookie.path.unwrap_or_else(|| "/".to_owned()),
            name: cookie.name,
            value: cookie.value,
            domain: cookie.domain,
            ends_at,
            secure: cookie.secure,
            created: 0,
        });
        self.stored.retain(|cookie| cookie.ends_at.is_none_or(|end| now < end));
        Ok(())
    }

    /// One of the same name, domain and path is overwritten. It stays as old as it was only if its value does, too: so Chromium has it,
    /// where the RFC lets it stay so in any case (RFC 6265bis section 5.7).
    fn insert(&mut self, mut cookie: Stored) {
        let is_same =
            |old: &Stored| (&old.name, &old.domain, &old.path) == (&cookie.name, &cookie.domain, &cookie.path);
        let unchanged = self.stored.iter().find(|old| is_same(old) && old.value == cookie.value);
        cookie.created = unchanged.map_or(self.next, |old| old.created);
        self.next += 1;
        self.stored.retain(|old| !is_same(old));
        let at = self.stored.partition_point(|old| old.created < cookie.created);
        self.stored.insert(at, cookie);
        if self.stored.len() > MOST {
            self.stored.drain(..self.stored.len() - KEPT);
        }
    }

    fn live(&self, now: UnixTime) -> impl Iterator<Item = &Stored> {
        self.stored.iter().filter(move |cookie| cookie.ends_at.is_none_or(|end| now < end))
    }

    fn goes_to(&self, cookie: &Stored, path: &str) -> bool {
        let below = path.strip_prefix(cookie.path.as_str());
        let matches = below.is_some_and(|rest| rest.is_empty() || cookie.path.ends_with('/') || rest.starts_with('/'));
        matches && (self.is_secure || !cookie.secure)
    }
}

/// In any case (RFC 6265bis section 5.7; draft-ietf-httpbis-layered-cookies for `Http`).
fn keeps_to_its_prefix(cookie: &SetCookie) -> bool {
    let name = cookie.name.to_ascii_lowercase();
    let is_of_host = cookie.secure && cookie.path.as_deref() == Some("/") && cookie.domain.is_none();
    match () {
        () if cookie.name.is_empty() => !["__host-", "__secure-", "__http-"]
            .iter()
            .any(|prefix| cookie.value.to_ascii_lowercase().starts_with(prefix)),
        () if name.starts_with("__host-http-") => is_of_host && cookie.http_only,
        () if name.starts_with("__host-") => is_of_host,
        () if name.starts_with("__http-") => cookie.secure && cookie.http_only,
        () if name.starts_with("__secure-") => cookie.secure,
        () => true,
    }
}

/// Shows names, and no values.
impl fmt::Debug for Browser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.stored.iter().map(|cookie| cookie.name.as_str()).collect();
        f.debug_struct("Browser").field("host", &self.host).field("cookies", &names).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);

    fn after(secs: u64) -> UnixTime {
        NOW.saturating_add(Duration::from_secs(secs))
    }

    fn tried(origin: &str, line: &str) -> Result<(), Dropped> {
        Browser::at(origin).store(line, NOW)
    }

    #[test]
    fn what_is_dropped_and_why() {
        let (tls, plain) = ("https://shop.example", "http://shop.example");
        for (origin, line, expected) in [
            (tls, "a=b", Ok(())),
            (tls, "a", Ok(())),
            (tls, "", Err(Dropped::Unreadable)),
            (tls, "=", Err(Dropped::Unreadable)),
            (tls, "a=b\u{1}", Err(Dropped::Unreadable)),
            (tls, "__Host-a=b; Secure; Path=/", Ok(())),
            (tls, "__Host-a=b; Path=/", Err(Dropped::Prefix)),
            (tls, "__Host-a=b; Secure", Err(Dropped::Prefix)),
            (tls, "__Host-a=b; Secure; Path=/x", Err(Dropped::Prefix)),
            (tls, "__hOST-a=b; Secure; Path=/; Domain=shop.example", Err(Dropped::Prefix)),
            (tls, "=__Host-a=b; Secure; Path=/", Err(Dropped::Prefix)),
            (tls, "__Host-Http-a=b; Secure; Path=/", Err(Dropped::Prefix)),
            (tls, "__Host-Http-a=b; Secure; Path=/; HttpOnly", Ok(())),
            (tls, "__Secure-a=b", Err(Dropped::Prefix)),
            (tls, "__Secure-a=b; Secure", Ok(())),
            (tls, "a=b; SameSite=None", Err(Dropped::NeedsSecure)),
            (tls, "a=b; Partitioned", Err(Dropped::NeedsSecure)),
            (tls, "a=b; Domain=other.example", Err(Dropped::OtherDomain)),
            (tls, "a=b; Domain=op.example", Err(Dropped::OtherDomain)),
            (tls, "a=b; Domain=.Shop.example", Ok(())),
            (plain, "a=b; Secure", Err(Dropped::NotSecure)),
            ("http://localhost:8080", "a=b; Secure", Ok(())),
        ] {
            assert_eq!(tried(origin, line), expected, "{line:?} at {origin}");
        }
        let long = |bytes: usize| format!("name={}; Path=/{}", "x".repeat(bytes), "p".repeat(2_000));
        assert_eq!(tried(tls, &long(4_092)), Ok(()));
        assert_eq!(tried(tls, &long(4_093)), Err(Dropped::TooLong));
    }

    #[test]
    fn one_of_the_same_name_is_overwritten_and_a_past_age_deletes() {
        let mut browser = Browser::at("https://shop.example");
        browser.receive(&["a=1", "b=1; Max-Age=60", "a=2", "b=1; Max-Age=60", "=nameless"], NOW);
        assert_eq!(browser.header("/", NOW), "b=1; a=2; nameless");
        assert_eq!(browser.header("/", after(60)), "a=2; nameless");
        browser.receive(&["=; Max-Age=0", "nameless; Max-Age=0"], NOW);
        browser.receive(&["a=; Max-Age=0"], NOW);
        assert_eq!(browser.names(NOW), ["b"]);
        browser.receive(&["a=1", "b=2; Max-Age=-1", "c=1; Max-Age=99999999999"], NOW);
        browser.close();
        assert_eq!(browser.names(NOW), ["c"]);
        assert_eq!(browser.names(after(400 * 86_400)), Vec::<&str>::new());
    }

    #[test]
    fn paths_are_matched_and_the_longer_goes_first() {
        let mut browser = Browser::at("https://shop.example");
        browser.receive(&["a=root; Path=/", "a=deep; Path=/shop/", "a=other; Path=/shopping"], NOW);
        assert_eq!(browser.header("/shop/cart", NOW), "a=deep; a=root");
        assert_eq!(browser.header("/shop", NOW), "a=root");
        assert_eq!(browser.header("/shopping/x", NOW), "a=other; a=root");
    }

    #[test]
    fn a_plain_page_overlays_no_secure_cookie() {
        let mut browser = Browser::at("http://shop.example");
        browser.plant("a=1", NOW);
        assert_eq!(browser.header("/", NOW), "", "nor is it sent there");
        assert_eq!(browser.store("a=2", NOW), Err(Dropped::WouldOverlaySecure));
    }

    #[test]
    fn the_181st_purges_the_oldest() {
        let mut browser = Browser::at("https://shop.example");
        for n in 0..180 {
            browser.plant(&format!("c{n}=value"), NOW);
        }
        assert_eq!(browser.names(NOW).len(), 180);
        browser.plant("last=value", NOW);
        assert_eq!(browser.names(NOW).len(), 150);
        assert_eq!(browser.names(NOW).first(), Some(&"c31"));
        assert!(!format!("{browser:?}").contains("value"));
    }
}
