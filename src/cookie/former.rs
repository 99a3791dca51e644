//! A name that a cookie had before, and the attributes that it was set with, without which no browser deletes it.
//!
//! It may not know what was in it.

use crate::{
    cookie::attributes::{Attributes, Settings},
    error::Error,
};

/// A cookie that [`JarBuilder::formerly`](crate::cookie::JarBuilder::formerly) takes slips from.
///
/// A browser deletes a cookie by name, domain and path (RFC 6265bis section 5.7), and a partitioned one in its partition. What is not said here is as the jar has
/// it now; a text alone is a name. So a cookie whose domain is given up for a `__Host-` name says what that was:
///
/// ```
/// # use orderslip::{Keyring, Lifetime, Sealer, SlipState, Error, cookie::{Cookies, Former, Jar}}; use std::time::Duration;
/// # #[derive(Default, serde::Serialize, serde::Deserialize)] struct Session {}
/// # impl SlipState for Session { const PURPOSE: &'static str = "shop.example/session"; const VERSION: u16 = 1; }
/// # fn main() -> Result<(), Error> {
/// # let (keys, day) = (Keyring::generate()?, Lifetime::absolute(Duration::from_secs(86_400)));
/// # let sealer = || Sealer::<Session>::encrypted(&keys).lifetime(day);
/// let wide = Former::new("__Secure-session").domain("shop.example");
/// let sessions = Jar::builder("session", sealer()).formerly(wide).build()?;
/// # drop(sessions);
///
/// let contrary = Jar::builder("session", sealer()).formerly(Former::new("__Host-sid").path("/shop")).build();
/// assert!(contrary.unwrap_err().is_misuse(), "no browser would have kept it, and none would delete it");
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "it says how a cookie was set, to `formerly`"]
pub struct Former {
    name: String,
    path: Option<String>,
    domain: Option<Option<String>>,
    partitioned: Option<bool>,
}

impl Former {
    /// The name that it had on the wire, prefix and all.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), path: None, domain: None, partitioned: None }
    }

    /// The path that it had.
    ///
    /// The present one is [`JarBuilder::path`](crate::cookie::JarBuilder::path).
    pub fn path(self, path: &str) -> Self {
        Self { path: Some(path.to_owned()), ..self }
    }

    /// The domain that it had.
    ///
    /// The present one is [`JarBuilder::domain`](crate::cookie::JarBuilder::domain).
    pub fn domain(self, domain: &str) -> Self {
        Self { domain: Some(Some(domain.to_owned())), ..self }
    }

    /// It had no domain, though the jar has one now.
    ///
    /// The opposite is [`domain`](Self::domain).
    pub fn host_only(self) -> Self {
        Self { domain: Some(None), ..self }
    }

    /// Whether it was partitioned.
    ///
    /// The present one is, if [`JarBuilder::partitioned`](crate::cookie::JarBuilder::partitioned) says so.
    pub fn partitioned(self, partitioned: bool) -> Self {
        Self { partitioned: Some(partitioned), ..self }
    }

    pub(crate) fn attributes(&self, present: &Settings) -> Result<Attributes, Error> {
        let mut settings = present.clone();
        settings.path = self.path.clone().unwrap_or(settings.path);
        settings.domain = self.domain.clone().unwrap_or(settings.domain);
        settings.partitioned = self.partitioned.unwrap_or(settings.partitioned);
        Attributes::of_former(&self.name, settings)
    }
}

impl From<&str> for Former {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

impl From<&String> for Former {
    fn from(name: &String) -> Self {
        Self::new(name)
    }
}

impl From<String> for Former {
    fn from(name: String) -> Self {
        Self::new(&name)
    }
}
