//! What an answer must carry: lines of `Set-Cookie`, and what caches must be told.
//!
//! It may not know how it came about.

use crate::{
    cookie::{
        budget::FIELD,
        status::{retry_after, status},
    },
    error::Error,
};
use std::{borrow::Cow, fmt, str};

/// What one jar, or all of them, want of an answer.
///
/// ```
/// use orderslip::cookie::{CachePolicy, Plan};
///
/// let nothing = Plan::default();
/// assert!(nothing.set_cookie().is_empty());
/// assert_eq!(nothing.cache_policy(), CachePolicy::Any);
/// ```
#[derive(Clone, Default)]
#[must_use = "what is not sent has not happened"]
pub struct Plan {
    pub(crate) lines: Vec<String>,
    pub(crate) was_read: bool,
    /// Why what a handler was told is done is not.
    pub(crate) refusal: Option<Error>,
}

/// What a plan adds to an answer's header: [`Plan::fields`].
#[derive(Default)]
#[must_use = "what is not sent has not happened"]
#[non_exhaustive]
pub struct Fields {
    /// The status in the place of the handler's: if mergeable state did not take what was added to it, the answer must not say that it did.
    pub status: Option<u16>,
    /// The value of the one `Retry-After` field that goes with that status, in seconds.
    pub retry_after: Option<u32>,
    /// The values of further `Set-Cookie` fields, one field each, in this order.
    pub set_cookie: Vec<String>,
    /// The value of a further `Vary` field.
    pub vary: Option<&'static str>,
    /// The value of the one `Cache-Control` field in the place of all that there are.
    pub cache_control: Option<Cow<'static, str>>,
    /// Names of fields that must not be there: [`TARGETED`], or none.
    pub remove: &'static [&'static str],
}

/// The fields by which a handler speaks to one kind of cache alone, which obeys them instead of `Cache-Control` (RFC 9213 section 2.2, and what proxies and services
/// have had before it): an answer that has to do with a slip goes out without them.
///
/// All defaults and limits with their reasons: [`manual::defaults`](crate::manual::defaults).
pub const TARGETED: &[&str] = &[
    "cdn-cache-control",
    "cloudflare-cdn-cache-control",
    "netlify-cdn-cache-control",
    "vercel-cdn-cache-control",
    "surrogate-control",
    "edge-control",
    "x-accel-expires",
    "x-litespeed-cache-control",
];

/// Who may keep an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum CachePolicy {
    /// No slip had to do with it.
    #[default]
    Any,
    /// It depends on a slip: `Vary: Cookie`, and at least `Cache-Control: private`.
    Private,
    /// It carries a slip, or the end of one: `Vary: Cookie` and `Cache-Control: no-store`. A cache that kept it would hand one client's
    /// slip to another (CVE-2023-30861, CVE-2025-48947, CVE-2025-64762).
    NoStore,
}

impl Plan {
    /// The values of the `Set-Cookie` fields, one field each, in this order.
    #[must_use]
    pub fn set_cookie(&self) -> &[String] {
        &self.lines
    }

    /// The same, to be moved into an answer.
    ///
    /// See [`set_cookie`](Self::set_cookie).
    #[must_use]
    pub fn into_set_cookie(self) -> Vec<String> {
        self.lines
    }

    /// Who may keep the answer.
    #[must_use]
    pub fn cache_policy(&self) -> CachePolicy {
        match (self.lines.is_empty(), self.was_read) {
            (false, _) => CachePolicy::NoStore,
            (true, true) => CachePolicy::Private,
            (true, false) => CachePolicy::Any,
        }
    }

    /// Why the answer must not say what its handler has made it say, and carries no slip: mergeable state did not take what was added to it (the answer comes too late,
    /// mostly), or cannot go along with a login. Send the [`status`](crate::cookie::status()) of this error in its place, and `Retry-After` if that is 503.
    #[must_use]
    pub fn refusal(&self) -> Option<&Error> {
        self.refusal.as_ref()
    }

    /// What is to be added to an answer's header, given the values of all `Vary` and all `Cache-Control` fields that its handler has set:
    /// for adapters. Neither is loosened.
    ///
    /// ```
    /// use orderslip::cookie::Plan;
    ///
    /// let fields = Plan::default().fields([b"accept".as_slice()], []);
    /// assert!(fields.set_cookie.is_empty() && fields.vary.is_none() && fields.cache_control.is_none());
    /// ```
    pub fn fields<'v>(
        self,
        vary: impl IntoIterator<Item = &'v [u8]>,
        cache_control: impl IntoIterator<Item = &'v [u8]>,
    ) -> Fields {
        let policy = self.cache_policy();
        if policy == CachePolicy::Any {
            return Fields::default();
        }
        let mut listed = vary.into_iter().flat_map(|value| value.split(|byte| *byte == b',')).map(<[u8]>::trim_ascii);
        let varies = listed.any(|name| name == b"*" || name.eq_ignore_ascii_case(b"cookie"));
        Fields {
            status: self.refusal.as_ref().map(status),
            retry_after: self.refusal.as_ref().and_then(retry_after),
            set_cookie: self.lines,
            vary: (!varies).then_some("cookie"),
            cache_control: policy.over(cache_control.into_iter()),
            remove: TARGETED,
        }
    }

    /// The bytes of its lines.
    pub(crate) fn size(&self) -> usize {
        self.lines.iter().map(|line| line.len() + FIELD).sum()
    }

    /// The plans of two jars for one answer.
    ///
    /// [`Visits::plan`](crate::cookie::Visits::plan) does it for all jars.
    pub fn and(mut self, other: Self) -> Self {
        self.lines.extend(other.lines);
        self.was_read |= other.was_read;
        self.refusal = self.refusal.or(other.refusal);
        self
    }
}

impl CachePolicy {
    /// The `Cache-Control` that an answer should have, given the one that its handler has set; `None` to leave it.
    ///
    /// What the handler says is kept as far as it is no looser.
    ///
    /// ```
    /// use orderslip::cookie::CachePolicy;
    ///
    /// assert_eq!(CachePolicy::Private.cache_control("public, max-age=60").as_deref(), Some("max-age=60, private"));
    /// assert_eq!(CachePolicy::Private.cache_control("").as_deref(), Some("private, no-cache"));
    /// assert_eq!(CachePolicy::Private.cache_control("no-store"), None);
    /// assert_eq!(CachePolicy::NoStore.cache_control("max-age=60").as_deref(), Some("no-store"));
    /// ```
    #[must_use]
    pub fn cache_control(self, present: &str) -> Option<String> {
        let Some(all) = directives(present) else { return (self != Self::Any).then(|| "no-store".to_owned()) };
        let directives = || all.iter().copied();
        let has = |name: &str| directives().any(|directive| directive.eq_ignore_ascii_case(name));
        match self {
            Self::Any => None,
            Self::NoStore => (!has("no-store")).then(|| "no-store".to_owned()),
            Self::Private if has("no-store") => None,
            Self::Private if directives().next().is_none() => Some("private, no-cache".to_owned()),
            Self::Private => {
                // `private="field"` hides a field only, and a shared cache may keep the rest (RFC 9111 section 5.2.2.7).
                let is_shared = |directive: &&str| {
                    let name = directive.split('=').next().unwrap_or_default().trim();
                    ["public", "s-maxage", "private"].iter().any(|shared| name.eq_ignore_ascii_case(shared))
                };
                let mut kept: Vec<&str> = directives().filter(|directive| !is_shared(directive)).collect();
                kept.push("private");
                let wanted = kept.join(", ");
                (wanted != present).then_some(wanted)
            }
        }
    }
}

/// The directives of a `Cache-Control`; none if a quoted string in it has no end. A comma within quotes is not one between directives (RFC 9110 section 5.6.4).
fn directives(value: &str) -> Option<Vec<&str>> {
    let (mut all, mut start, mut is_quoted, mut is_escaped) = (Vec::new(), 0, false, false);
    for (at, byte) in value.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = is_quoted,
            b'"' => is_quoted = !is_quoted,
            b',' if !is_quoted => {
                all.push(value.get(start..at)?);
                start = at + 1;
            }
            _ => {}
        }
    }
    all.push(value.get(start..)?);
    let trimmed = all.into_iter().map(str::trim).filter(|directive| !directive.is_empty());
    (!is_quoted).then(|| trimmed.collect())
}

impl CachePolicy {
    /// The same for several fields, as bytes. What is not text says nothing.
    fn over<'v>(self, mut present: impl Iterator<Item = &'v [u8]>) -> Option<Cow<'static, str>> {
        let Some(first) = present.next() else {
            let wanted = if self == Self::NoStore { "no-store" } else { "private, no-cache" };
            return Some(Cow::Borrowed(wanted));
        };
        let mut all = Cow::Borrowed(first);
        for more in present {
            all.to_mut().extend_from_slice(b", ");
            all.to_mut().extend_from_slice(more);
        }
        match str::from_utf8(&all) {
            Ok(all) => self.cache_control(all).map(Cow::Owned),
            Err(_) => Some(Cow::Borrowed("no-store")),
        }
    }
}

/// Shows no line.
impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { status, retry_after, set_cookie, vary, cache_control, remove } = self;
        f.debug_struct("Fields")
            .field("status", status)
            .field("retry_after", retry_after)
            .field("set_cookie", &set_cookie.len())
            .field("vary", vary)
            .field("cache_control", cache_control)
            .field("remove", &remove.len())
            .finish()
    }
}

/// Says how many lines there are, and shows none.
impl fmt::Debug for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plan").field("lines", &self.lines.len()).field("cache_policy", &self.cache_policy()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_counted_with_the_name_of_its_field() {
        let lines = ["a=b; Path=/", "cc=d"].map(str::to_owned);
        let sent: usize = lines.iter().map(|line| format!("Set-Cookie: {line}\r\n").len()).sum();
        assert_eq!(Plan { lines: lines.to_vec(), ..Plan::default() }.size(), sent);
    }

    #[test]
    fn t75_no_shared_cache_keeps_what_depends_on_a_slip() {
        for (present, wanted) in [
            ("", Some("private, no-cache")),
            (" , ", Some("private, no-cache")),
            ("private", None),
            ("max-age=5, private", None),
            ("public", Some("private")),
            ("PUBLIC, Max-Age=5", Some("Max-Age=5, private")),
            ("s-maxage=5", Some("private")),
            ("private=\"set-cookie\", max-age=5", Some("max-age=5, private")),
            ("no-cache", Some("no-cache, private")),
            ("public, no-store", None),
            ("private=\"a, b\", max-age=5", Some("max-age=5, private")),
            ("private=\"a\\\", b\", max-age=5", Some("max-age=5, private")),
            ("x=\"no-cache, private\", public", Some("x=\"no-cache, private\", private")),
            ("max-age=5, private=\"a, private", Some("no-store")),
        ] {
            assert_eq!(CachePolicy::Private.cache_control(present).as_deref(), wanted, "{present:?}");
            assert_eq!(CachePolicy::Any.cache_control(present), None);
            let no_store = CachePolicy::NoStore.cache_control(present);
            assert_eq!(no_store.as_deref(), (!present.contains("no-store")).then_some("no-store"), "{present:?}");
        }
    }

    #[test]
    fn t75_fields_are_judged_as_bytes() {
        let fields = |vary: &[&[u8]], cache: &[&[u8]]| {
            let read = Plan { lines: vec![], was_read: true, refusal: None };
            let fields = read.fields(vary.iter().copied(), cache.iter().copied());
            (fields.vary, fields.cache_control.map(Cow::into_owned))
        };
        assert_eq!(fields(&[], &[]), (Some("cookie"), Some("private, no-cache".to_owned())));
        assert_eq!(fields(&[b"accept", b"a, \tCookie "], &[b"private"]), (None, None));
        assert_eq!(fields(&[b"*"], &[b"public", b"max-age=5"]), (None, Some("max-age=5, private".to_owned())));
        assert_eq!(
            CachePolicy::Private.cache_control("x=\"no-store, y\"").as_deref(),
            Some("x=\"no-store, y\", private")
        );
        assert_eq!(fields(&[b"\xff"], &[b"private, \xff"]), (Some("cookie"), Some("no-store".to_owned())));
    }

    #[test]
    fn plans_add_up() {
        let line = || Plan { lines: vec!["a=b".into()], was_read: true, refusal: None };
        let read = || Plan { lines: vec![], was_read: true, refusal: None };
        assert_eq!(line().and(read()).cache_policy(), CachePolicy::NoStore);
        assert_eq!(read().and(Plan::default()).cache_policy(), CachePolicy::Private);
        assert_eq!(line().and(line()).into_set_cookie().len(), 2);
        assert_eq!(format!("{:?}", line()), "Plan { lines: 1, cache_policy: NoStore }");
    }
}
