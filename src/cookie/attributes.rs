//! The name and the attributes of one cookie, and the lines of `Set-Cookie` that they make.
//!
//! It may not know what a value means. Nothing gets into a line that could end it or add to it (docs/threats.md T74), and nothing
//! contradictory is built (T71).

use crate::error::Error;
use std::time::Duration;

/// The longest `Max-Age`: 400 days (RFC 6265bis section 5.5).
///
/// All defaults and limits with their reasons: [`manual::defaults`](crate::manual::defaults).
pub const MAX_AGE: Duration = Duration::from_secs(400 * 24 * 60 * 60);

/// The longest value of an attribute; a browser ignores a longer one (RFC 6265bis section 5.6).
const MAX_ATTRIBUTE: usize = 1024;

/// What a cookie's name begins with, and so what a browser demands of whoever sets it.
///
/// [`JarBuilder::prefix`](crate::cookie::JarBuilder::prefix) takes it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Prefix {
    /// `__Host-`: set over TLS, for this host alone and its whole tree (RFC 6265bis section 4.1.3.2). No other host of the site, not
    /// even a subdomain, can plant one: the default.
    #[default]
    Host,
    /// `__Host-Http-`: the same, and set by a server, not by a script (draft-ietf-httpbis-layered-cookies section 4.1.3). A browser that
    /// does not know it takes it for `__Host-`.
    HostHttp,
    /// `__Secure-`: set over TLS. The one to take with a domain or a path.
    Secure,
    /// None: anybody who can answer for a neighbouring host, or on plain HTTP, can plant one.
    None,
}

impl Prefix {
    const fn text(self) -> &'static str {
        match self {
            Self::Host => "__Host-",
            Self::HostHttp => "__Host-Http-",
            Self::Secure => "__Secure-",
            Self::None => "",
        }
    }

    const fn is_of_host(self) -> bool {
        matches!(self, Self::Host | Self::HostHttp)
    }
}

/// With which requests from other sites a cookie goes (RFC 6265bis section 5.6.7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SameSite {
    /// With none: not even with a link that is followed from elsewhere.
    Strict,
    /// With links that are followed, not with forms and scripts: the default.
    #[default]
    Lax,
    /// With all. Browsers demand `Secure` of it.
    None,
}

/// The attributes as they are set, before they are checked.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) prefix: Prefix,
    pub(crate) path: String,
    pub(crate) domain: Option<String>,
    pub(crate) same_site: SameSite,
    pub(crate) partitioned: bool,
    pub(crate) http_only: bool,
    /// False in development alone.
    pub(crate) secure: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            prefix: Prefix::default(),
            path: "/".to_owned(),
            domain: None,
            same_site: SameSite::default(),
            partitioned: false,
            http_only: true,
            secure: true,
        }
    }
}

/// A cookie's checked name and attributes.
#[derive(Clone, Debug)]
pub(crate) struct Attributes {
    /// As it is on the wire, prefix and all.
    name: String,
    /// All attributes but `Max-Age`.
    fixed: String,
}

/// The longest `; Max-Age=…`: of [`MAX_AGE`].
const LONGEST_AGE: &str = "; Max-Age=34560000";

impl Attributes {
    pub(crate) fn new(name: &str, settings: &Settings) -> Result<Self, Error> {
        if let Some(why) = fault_of_name(name).or_else(|| contradiction(settings)) {
            return Err(Error::misuse(why));
        }
        // Browsers refuse the prefixed names over plain HTTP.
        let prefix = if settings.secure { settings.prefix.text() } else { "" };
        Ok(Self { name: format!("{prefix}{name}"), fixed: Self::fixed(settings) })
    }

    /// Of a cookie that had this name, which says what its prefix was.
    pub(crate) fn of_former(name: &str, mut settings: Settings) -> Result<Self, Error> {
        if !is_token(name) {
            return Err(Error::misuse("a cookie's former name is a token, 1 to 256 bytes"));
        }
        let prefixes = [Prefix::HostHttp, Prefix::Host, Prefix::Secure];
        let had = prefixes.into_iter().find(|prefix| begins_with(name, prefix.text()));
        settings.prefix = had.unwrap_or(Prefix::None);
        settings.http_only |= settings.prefix == Prefix::HostHttp;
        // In development there is no such cookie: nothing to contradict.
        settings.partitioned &= settings.secure;
        match contradiction(&settings) {
            Some(why) => Err(Error::misuse(format!("the former cookie `{name}`: {why}: see `Former`"))),
            None => Ok(Self { name: name.to_owned(), fixed: Self::fixed(&settings) }),
        }
    }

    fn fixed(settings: &Settings) -> String {
        let mut fixed = format!("; Path={}", settings.path);
        if let Some(domain) = &settings.domain {
            fixed.push_str("; Domain=");
            fixed.push_str(domain);
        }
        for (is_set, text) in [
            (settings.secure, "; Secure"),
            (settings.http_only, "; HttpOnly"),
            (settings.same_site == SameSite::Strict, "; SameSite=Strict"),
            (settings.same_site == SameSite::Lax, "; SameSite=Lax"),
            (settings.same_site == SameSite::None, "; SameSite=None"),
            (settings.partitioned, "; Partitioned"),
        ] {
            fixed.push_str(if is_set { text } else { "" });
        }
        fixed
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Whether a browser takes the two for one cookie, as far as is known here.
    pub(crate) fn is_one_with(&self, other: &Self) -> bool {
        (&self.name, &self.fixed) == (&other.name, &other.fixed)
    }

    /// The line that sets the cookie, or another whose name ends in something more.
    pub(crate) fn set(&self, suffix: &str, value: &str, lives: Option<Duration>) -> String {
        let pair = [self.name.as_str(), suffix, "=", value];
        let room = pair.into_iter().chain([LONGEST_AGE, self.fixed.as_str()]).map(str::len).sum();
        let mut line = String::with_capacity(room);
        for part in pair {
            line.push_str(part);
        }
        if let Some(lives) = lives {
            line.push_str("; Max-Age=");
            line.push_str(&lives.min(MAX_AGE).as_secs().to_string());
        }
        line.push_str(&self.fixed);
        line
    }

    /// The line that deletes it: the same name and attributes, or the browser would take it for another cookie (T76).
    pub(crate) fn delete(&self, suffix: &str) -> String {
        self.set(suffix, "", Some(Duration::ZERO))
    }
}

/// Browsers know the prefixes in any case (RFC 6265bis section 5.7).
fn begins_with(name: &str, prefix: &str) -> bool {
    name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

fn fault_of_name(name: &str) -> Option<&'static str> {
    if !is_token(name) {
        return Some("a cookie's name is a token (RFC 9110 section 5.6.2), 1 to 256 bytes");
    }
    // Behind our own prefix the last of them would make one: `__Host-Http-`.
    let is_prefixed = ["__Host-", "__Secure-", "__Http-", "Http-"].into_iter().any(|prefix| begins_with(name, prefix));
    is_prefixed.then_some("a cookie's prefix is set by `prefix`, not by its name")
}

fn contradiction(settings: &Settings) -> Option<&'static str> {
    let Settings { prefix, path, domain, same_site, partitioned, http_only, secure } = settings;
    match () {
        () if !is_path(path) => {
            Some("a cookie's path begins with a slash, is printable ASCII without semicolons, at most 1024 bytes")
        }
        () if domain.as_deref().is_some_and(|domain| !is_domain(domain)) => {
            Some("a cookie's domain is a host name in ASCII, without a dot before or behind it")
        }
        () if prefix.is_of_host() && domain.is_some() => Some("a __Host- cookie has no domain: take `Prefix::Secure`"),
        () if prefix.is_of_host() && path != "/" => Some("a __Host- cookie has the path /: take `Prefix::Secure`"),
        () if *prefix == Prefix::HostHttp && !http_only => Some("a __Host-Http- cookie is hidden from scripts"),
        () if !secure && *same_site == SameSite::None => Some("browsers refuse SameSite=None without Secure"),
        () if !secure && *partitioned => Some("browsers refuse Partitioned without Secure"),
        () => None,
    }
}

/// A token of HTTP, which is what a cookie's name is (RFC 6265 section 4.1.1). The bound leaves nearly all of the 4096 to the value.
fn is_token(name: &str) -> bool {
    let is_tchar = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.len() <= 256 && name.bytes().all(is_tchar)
}

/// The av-octets of RFC 6265 section 4.1.1, from the root.
fn is_path(path: &str) -> bool {
    let is_fit = |byte: u8| matches!(byte, b' '..=b'~') && byte != b';';
    path.starts_with('/') && path.len() <= MAX_ATTRIBUTE && path.bytes().all(is_fit)
}

fn is_domain(domain: &str) -> bool {
    let is_label = |label: &str| {
        let is_fit = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        (1..=63).contains(&label.len()) && is_fit && !label.starts_with('-') && !label.ends_with('-')
    };
    domain.len() <= 253 && domain.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built(name: &str, change: impl FnOnce(&mut Settings)) -> Result<Attributes, Error> {
        let mut settings = Settings::default();
        change(&mut settings);
        Attributes::new(name, &settings)
    }

    #[test]
    fn t71_the_default_is_the_strictest_that_works() {
        let cookie = built("s", |_| ()).unwrap();
        let line = cookie.set("", "v", Some(Duration::from_secs(60)));
        assert_eq!(line, "__Host-s=v; Max-Age=60; Path=/; Secure; HttpOnly; SameSite=Lax");
        assert_eq!(cookie.set("-x", "v", None), "__Host-s-x=v; Path=/; Secure; HttpOnly; SameSite=Lax");
    }

    #[test]
    fn t71_contradictions_are_refused() {
        type Change = fn(&mut Settings);
        let bad: &[Change] = &[
            |s| s.domain = Some("example.com".into()),
            |s| s.path = "/shop".into(),
            |s| (s.prefix, s.http_only) = (Prefix::HostHttp, false),
            |s| (s.secure, s.same_site) = (false, SameSite::None),
            |s| (s.secure, s.partitioned) = (false, true),
        ];
        for change in bad {
            assert!(built("s", change).unwrap_err().is_misuse());
        }
        for name in
            ["__Host-s", "__host-s", "__Secure-s", "__SECURE-s", "__Http-s", "__Host-Http-s", "Http-s", "http-s"]
        {
            assert!(built(name, |_| ()).unwrap_err().is_misuse(), "{name}");
        }
    }

    #[test]
    fn what_fits_together_is_built() {
        let line = |change: fn(&mut Settings)| built("s", change).unwrap().set("", "v", None);
        assert!(line(|s| s.prefix = Prefix::HostHttp).starts_with("__Host-Http-s=v; Path=/; Secure; HttpOnly"));
        let wide =
            line(|s| (s.prefix, s.domain, s.path) = (Prefix::Secure, Some("example.com".into()), "/shop".into()));
        assert_eq!(wide, "__Secure-s=v; Path=/shop; Domain=example.com; Secure; HttpOnly; SameSite=Lax");
        let embedded = line(|s| (s.same_site, s.partitioned) = (SameSite::None, true));
        assert_eq!(embedded, "__Host-s=v; Path=/; Secure; HttpOnly; SameSite=None; Partitioned");
        assert_eq!(line(|s| s.secure = false), "s=v; Path=/; HttpOnly; SameSite=Lax");
        assert_eq!(line(|s| (s.prefix, s.http_only) = (Prefix::None, false)), "s=v; Path=/; Secure; SameSite=Lax");
    }

    #[test]
    fn t74_nothing_gets_into_a_line() {
        for bad in [
            "",
            "a b",
            "a;b",
            "a=b",
            "a\r\nSet-Cookie: x",
            "a\0",
            "ä",
            "a\u{2000}",
            "a,b",
            "\"a\"",
            "a\t",
            &"a".repeat(257),
        ] {
            assert!(built(bad, |_| ()).unwrap_err().is_misuse(), "name {bad:?}");
            assert!(Attributes::of_former(bad, Settings::default()).unwrap_err().is_misuse(), "former name {bad:?}");
        }
        for bad in [
            "",
            "shop",
            "/a;b",
            "/a\r\nSet-Cookie: x=y",
            "/a\nb",
            "/\0",
            "/ä",
            "/\u{7f}",
            &format!("/{}", "a".repeat(1024)),
        ] {
            let change = |s: &mut Settings| (s.prefix, s.path) = (Prefix::Secure, bad.to_owned());
            assert!(built("s", change).unwrap_err().is_misuse(), "path {bad:?}");
        }
        for bad in
            ["", ".a", "a.", "a..b", "a b", "a;b", "a\r\nSet-Cookie: x=y", "ä.de", "-a", "a-", "a:80", &"a".repeat(64)]
        {
            let change = |s: &mut Settings| (s.prefix, s.domain) = (Prefix::Secure, Some(bad.to_owned()));
            assert!(built("s", change).unwrap_err().is_misuse(), "domain {bad:?}");
        }
    }

    #[test]
    fn t76_deletion_has_the_same_attributes() {
        type Change = fn(&mut Settings);
        let kinds: &[Change] = &[
            |_| (),
            |s| (s.prefix, s.domain, s.path) = (Prefix::Secure, Some("example.com".into()), "/shop".into()),
            |s| (s.same_site, s.partitioned) = (SameSite::None, true),
            |s| s.secure = false,
        ];
        for change in kinds {
            let cookie = built("s", change).unwrap();
            let (set, delete) = (cookie.set("", "v", Some(Duration::from_secs(9))), cookie.delete(""));
            assert_eq!(set.replace("=v; Max-Age=9;", "=; Max-Age=0;"), delete);
            let mut settings = Settings::default();
            change(&mut settings);
            let former = Attributes::of_former("old", settings).unwrap();
            assert_eq!(former.delete(""), delete.replace(cookie.name(), "old"));
        }
    }

    #[test]
    fn t77_no_age_is_over_400_days() {
        let cookie = built("s", |_| ()).unwrap();
        for long in [MAX_AGE, MAX_AGE + Duration::from_secs(1), Duration::MAX] {
            assert!(cookie.set("", "v", Some(long)).contains("; Max-Age=34560000; "));
        }
        assert!(cookie.set("", "v", Some(Duration::from_millis(999))).contains("; Max-Age=0; "));
    }
}
