//! The cookies that a request brought, read as bytes.
//!
//! It may not know what any of them is for. What it does not do is the point (docs/threats.md T71): no percent-decoding, no Unicode
//! trimming, no quoting, no `$Version`, no case folding. Two spellings of one name are two names.

use memchr::{memchr, memchr_iter};
use std::{fmt, iter, mem, ops::Range};

/// All the cookies of one request, in the order in which they came.
///
/// A browser on HTTP/2 may split them over several `Cookie` fields (RFC 9113 section 8.2.3): give all of them.
///
/// ```
/// use orderslip::cookie::Cookies;
///
/// let cookies = Cookies::from_fields([b"theme=dark; __Host-cart=abc".as_slice(), b"lang=de"]);
/// assert_eq!(cookies.named("lang").collect::<Vec<_>>(), [b"de"]);
/// assert_eq!(cookies.named("LANG").count(), 0);
/// ```
#[derive(Clone, Default)]
pub struct Cookies {
    /// As HTTP/1.1 would have had them: one field, the pairs apart by `; `.
    joined: Vec<u8>,
}

impl Cookies {
    /// From the values of all `Cookie` fields of a request. Any bytes will do: what is no pair is passed over.
    pub fn from_fields<'a>(fields: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut joined = Vec::new();
        for field in fields {
            if !joined.is_empty() {
                joined.extend_from_slice(b"; ");
            }
            joined.extend_from_slice(field);
        }
        Self { joined }
    }

    /// The bytes of the field that holds them all: what proxies and servers count against their limits.
    ///
    /// The limit is [`Budget::request`](crate::cookie::Budget::request).
    #[must_use]
    pub fn size(&self) -> usize {
        self.joined.len()
    }

    /// The values of all cookies of a name, in their order.
    pub fn named<'c>(&'c self, name: &'c str) -> impl Iterator<Item = &'c [u8]> {
        self.places(name).filter_map(|place| self.at(&place))
    }

    /// Where the values of a name stand.
    pub(crate) fn places(&self, name: &str) -> impl Iterator<Item = Range<usize>> {
        self.pairs().filter_map(move |(found, value)| (found == name.as_bytes()).then_some(value))
    }

    pub(crate) fn at(&self, place: &Range<usize>) -> Option<&[u8]> {
        self.joined.get(place.clone())
    }

    /// The cookies whose names begin with a text, with their whole names.
    pub(crate) fn whose_name_begins<'c>(&'c self, prefix: &'c str) -> impl Iterator<Item = (&'c [u8], &'c [u8])> {
        let named = self.pairs().filter(|(name, _)| name.starts_with(prefix.as_bytes()));
        named.filter_map(|(name, value)| Some((name, self.at(&value)?)))
    }

    /// The same with what follows that text in their names.
    pub(crate) fn beginning<'c>(&'c self, prefix: &'c str) -> impl Iterator<Item = (&'c [u8], &'c [u8])> {
        self.whose_name_begins(prefix).filter_map(|(name, value)| Some((name.strip_prefix(prefix.as_bytes())?, value)))
    }

    /// The pairs (RFC 6265 section 4.2.1). What has no `=`, and what has no name, is nobody's cookie: a browser writes a nameless
    /// one as its bare value, so `=__Host-cart=x` is how an attacker would spell our name (RFC 6265bis section 5.7).
    fn pairs(&self) -> impl Iterator<Item = (&[u8], Range<usize>)> {
        let (mut start, mut ends) = (0, memchr_iter(b';', &self.joined).chain([self.joined.len()]));
        let pairs = iter::from_fn(move || {
            let end = ends.next()?;
            Some((mem::replace(&mut start, end + 1), end))
        });
        pairs.filter_map(|(start, end)| {
            let pair = self.joined.get(start..end)?;
            let lead = pair.iter().take_while(|byte| is_blank(**byte)).count();
            let tail = pair.iter().rev().take_while(|byte| is_blank(**byte)).count();
            let equals = memchr(b'=', pair).filter(|at| *at > lead)?;
            // Blanks at the end stop at the `=` at the latest.
            Some((pair.get(lead..equals)?, start + equals + 1..end - tail))
        })
    }
}

/// The blanks of HTTP, and no others (RFC 9110 section 5.6.3).
fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// Says how many bytes there are, and shows none.
impl fmt::Debug for Cookies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cookies").field("size", &self.size()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn values(field: &[u8], name: &str) -> Vec<String> {
        Cookies::from_fields([field]).named(name).map(|value| String::from_utf8_lossy(value).into_owned()).collect()
    }

    #[test]
    fn pairs_are_read_as_they_stand() {
        for (field, found) in [
            ("a=1", vec!["1"]),
            (" a=1 ;b=2;\ta=3\t", vec!["1", "3"]),
            ("a=", vec![""]),
            ("a= ", vec![""]),
            ("b=1;a= ;a=\t", vec!["", ""]),
            ("a==1=", vec!["=1="]),
            ("a=\"1\"", vec!["\"1\""]),
            ("a=1 2", vec!["1 2"]),
            ("b=a=1", vec![]),
            ("", vec![]),
            (";;=;", vec![]),
        ] {
            assert_eq!(values(field.as_bytes(), "a"), found, "{field:?}");
        }
        assert!(values(b"=1; =2", "").is_empty(), "no cookie has no name");
    }

    #[test]
    fn t71_no_other_spelling_is_our_name() {
        let ours = "__Host-s";
        assert_eq!(values(b"__Host-s=1", ours), ["1"]);
        for other in [
            "=__Host-s=1",
            "__host-s=1",
            "__Host-s =1",
            "__Host%2Ds=1",
            "%5F%5FHost-s=1",
            "\u{2000}__Host-s=1",
            "\u{a0}__Host-s=1",
            "\u{b}__Host-s=1",
            "$Version=1,__Host-s=1",
            "\"__Host-s\"=1",
            "__Host-s",
            "__Host-s[]=1",
            "x__Host-s=1",
        ] {
            assert_eq!(values(other.as_bytes(), ours), Vec::<String>::new(), "{other:?}");
        }
        // What is old about `$Version` is a cookie of that name, and ours beside it is ours.
        assert_eq!(values(b"$Version=1; __Host-s=1; $Path=/", ours), ["1"]);
    }

    #[test]
    fn fields_are_joined() {
        let cookies = Cookies::from_fields([b"a=1".as_slice(), b"b=2", b"a=3"]);
        assert_eq!(cookies.named("a").count(), 2);
        assert_eq!(cookies.size(), "a=1; b=2; a=3".len());
        assert_eq!(format!("{cookies:?}"), "Cookies { size: 13, .. }");
    }

    proptest! {
        #[test]
        fn t70_any_bytes_are_read(fields in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..60), 0..4)) {
            let cookies = Cookies::from_fields(fields.iter().map(Vec::as_slice));
            for (name, place) in cookies.pairs() {
                prop_assert!(!name.is_empty());
                prop_assert!(cookies.at(&place).is_some());
            }
        }

        #[test]
        fn what_a_browser_sends_comes_back(pairs in proptest::collection::vec(("[a-zA-Z_-]{1,8}", "[!#-+--:<-~]{0,12}"), 0..8)) {
            let field = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
            for (name, _) in &pairs {
                let sent: Vec<&str> = pairs.iter().filter(|(n, _)| n == name).map(|(_, v)| v.as_str()).collect();
                prop_assert_eq!(values(field.as_bytes(), name), sent);
            }
        }
    }
}
