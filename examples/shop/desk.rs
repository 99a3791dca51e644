//! What every page needs to know: all that the visitor carries, and who serves.
//!
//! It may not know what a page is about.

use crate::{
    slips::{Cart, Notice, Preferences, Session},
    texts::{self, Texts},
};
use axum::{extract::FromRequestParts, http::request::Parts};
use orderslip::{Error, cookie::Held};
use std::sync::Arc;

/// The process that serves.
#[derive(Clone, Debug)]
pub(crate) struct Waiter {
    pub(crate) name: Arc<str>,
    pub(crate) process: u32,
}

impl Waiter {
    pub(crate) fn new(name: impl Into<Arc<str>>) -> Self {
        Self { name: name.into(), process: std::process::id() }
    }
}

/// All slips of the visitor. Whatever another extractor of the same request does with one of them is seen here.
pub(crate) struct Desk {
    pub(crate) session: Held<Session>,
    pub(crate) cart: Held<Cart>,
    pub(crate) preferences: Held<Preferences>,
    pub(crate) notice: Held<Notice>,
    pub(crate) waiter: Waiter,
    /// The page that is asked for: where the visitor comes back to after a form in its frame.
    pub(crate) path: String,
}

impl FromRequestParts<Waiter> for Desk {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, waiter: &Waiter) -> Result<Self, Error> {
        Ok(Self {
            session: Held::from_request_parts(parts, waiter).await?,
            cart: Held::from_request_parts(parts, waiter).await?,
            preferences: Held::from_request_parts(parts, waiter).await?,
            notice: Held::from_request_parts(parts, waiter).await?,
            waiter: waiter.clone(),
            path: parts.uri.path().to_owned(),
        })
    }
}

impl Desk {
    pub(crate) fn texts(&self) -> &'static Texts {
        texts::of(self.preferences.read(|preferences| preferences.locale))
    }

    pub(crate) fn user(&self) -> Option<String> {
        self.session.read(|session| session.user.clone())
    }
}
