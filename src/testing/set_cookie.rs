//! A line of `Set-Cookie`, read as browsers read it.
//!
//! It may not know who wrote the line: the algorithm is that of RFC 6265bis section 5.6, without `Expires`.

use std::time::Duration;

/// The longest value of an attribute (RFC 6265bis section 5.6).
const MAX_ATTRIBUTE: usize = 1024;

/// A line of `Set-Cookie`, read as browsers read it.
///
/// ```
/// use orderslip::testing::SetCookie;
///
/// let cookie = SetCookie::read("__Host-cart=abc; Max-Age=60; Path=/; Secure; HttpOnly; SameSite=Lax").unwrap();
/// assert_eq!((cookie.name.as_str(), cookie.value.as_str()), ("__Host-cart", "abc"));
/// assert!(cookie.secure && cookie.http_only && !cookie.partitioned);
/// assert_eq!(cookie.max_age, Some(60));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SetCookie {
    /// The name, which may be empty.
    pub name: String,
    /// The value.
    pub value: String,
    /// Seconds, as the line has them.
    pub max_age: Option<i64>,
    /// The path, if it begins with a slash.
    pub path: Option<String>,
    /// The domain in lower case, without a leading dot.
    pub domain: Option<String>,
    /// `Secure`.
    pub secure: bool,
    /// `HttpOnly`.
    pub http_only: bool,
    /// `SameSite`, as the line has it.
    pub same_site: Option<String>,
    /// `Partitioned`.
    pub partitioned: bool,
}

impl SetCookie {
    /// Reads a line. `None` if a browser drops it unread: for a control character, or because it is empty.
    #[must_use]
    pub fn read(line: &str) -> Option<Self> {
        if line.chars().any(|char| char.is_ascii_control() && char != '\t') {
            return None;
        }
        let mut parts = line.split(';');
        let pair = parts.next()?;
        let (name, value) = pair.split_once('=').unwrap_or(("", pair));
        let mut cookie = Self { name: trim(name).to_owned(), value: trim(value).to_owned(), ..Self::default() };
        if cookie.name.is_empty() && cookie.value.is_empty() {
            return None;
        }
        for attribute in parts {
            let (name, value) = attribute.split_once('=').unwrap_or((attribute, ""));
            let (name, value) = (trim(name), trim(value));
            if value.len() <= MAX_ATTRIBUTE {
                cookie.attribute(&name.to_ascii_lowercase(), value);
            }
        }
        Some(cookie)
    }

    fn attribute(&mut self, name: &str, value: &str) {
        match name {
            "max-age" => self.max_age = value.parse().ok().or(self.max_age),
            "path" => self.path = value.starts_with('/').then(|| value.to_owned()),
            "domain" => {
                self.domain =
                    Some(value.trim_start_matches('.').to_ascii_lowercase()).filter(|domain| !domain.is_empty())
            }
            "secure" => self.secure = true,
            "httponly" => self.http_only = true,
            "samesite" => self.same_site = Some(value.to_owned()),
            "partitioned" => self.partitioned = true,
            _ => {}
        }
    }

    /// Whether it deletes the cookie of this name.
    ///
    /// See [`Browser`](crate::testing::Browser).
    #[must_use]
    pub fn deletes(&self) -> bool {
        self.max_age.is_some_and(|seconds| seconds <= 0)
    }

    /// How long it is kept, at most 400 days; `None` until the browser closes.
    ///
    /// Longer ones are shortened to [`MAX_AGE`](crate::cookie::MAX_AGE).
    #[must_use]
    pub fn lives(&self) -> Option<Duration> {
        let seconds = u64::try_from(self.max_age?).unwrap_or_default();
        Some(Duration::from_secs(seconds.min(400 * 86_400)))
    }
}

fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}
