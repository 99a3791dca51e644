//! What an answer must carry: lines of `Set-Cookie`, and what caches must be told.
//!
//! It may not know how it came about.

use crate::error::Error;
use std::fmt;

/// What one jar, or all of them, want of an answer.
///
/// ```
/// use orderslip::cookie::{CachePolicy, Plan};
///
/// let nothing = Plan::default();
/// assert!(nothing.set_cookie().is_empty());
/// assert_eq!(nothing.cache_policy(), CachePolicy::Any);
/// ```
#[derive(Default)]
#[must_use = "what is not sent has not happened"]
pub struct Plan {
    pub(crate) lines: Vec<String>,
    pub(crate) was_read: bool,
    /// Why what a handler was told is done is not.
    pub(crate) refusal: Option<Error>,
}

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

    /// Why the answer must not say what its handler has made it say: it comes too late for what was added to mergeable state. Send 503 with
    /// `Retry-After` in its place.
    #[must_use]
    pub fn refusal(&self) -> Option<&Error> {
        self.refusal.as_ref()
    }

    /// The plans of two jars for one answer.
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
        let directives = || present.split(',').map(str::trim).filter(|directive| !directive.is_empty());
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
        ] {
            assert_eq!(CachePolicy::Private.cache_control(present).as_deref(), wanted, "{present:?}");
            assert_eq!(CachePolicy::Any.cache_control(present), None);
            let no_store = CachePolicy::NoStore.cache_control(present);
            assert_eq!(no_store.as_deref(), (!present.contains("no-store")).then_some("no-store"), "{present:?}");
        }
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
