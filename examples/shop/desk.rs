//! What every page needs to know: all that the visitor carries, and who serves.
//!
//! It may not know what a page is about.

use crate::{
    book::Book,
    cart::Cart,
    rehearsal::Rehearsal,
    slips::{Notice, Preferences, Session, Visitor},
    texts::{self, Texts},
};
use axum::{
    extract::FromRequestParts,
    http::{header::COOKIE, request::Parts},
};
use orderslip::{
    Error,
    cookie::{Held, Merged, Outcome},
};
use std::{path::PathBuf, sync::Arc};

/// The process that serves, and where it writes orders down.
#[derive(Clone, Debug)]
pub(crate) struct Waiter {
    pub(crate) name: Arc<str>,
    pub(crate) process: u32,
    pub(crate) book: Book,
    pub(crate) rehearsal: Rehearsal,
}

impl Waiter {
    pub(crate) fn new(name: impl Into<Arc<str>>, book: PathBuf, rehearsal: Rehearsal) -> Self {
        let book = Book::new(book, rehearsal.clone());
        Self { name: name.into(), process: std::process::id(), book, rehearsal }
    }
}

/// All that the visitor carries. Whatever another extractor of the same request does with one of them is seen here.
pub(crate) struct Desk {
    pub(crate) session: Held<Session>,
    pub(crate) visitor: Held<Visitor>,
    pub(crate) preferences: Held<Preferences>,
    pub(crate) notice: Held<Notice>,
    pub(crate) waiter: Waiter,
    /// The page that is asked for: where the visitor comes back to after a form in its frame.
    pub(crate) path: String,
    pub(crate) brought: Brought,
    cart: Option<Merged<Cart>>,
}

/// The cookies of the cart that came with the request.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Brought {
    pub(crate) cookies: usize,
    pub(crate) bytes: usize,
}

impl FromRequestParts<Waiter> for Desk {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, waiter: &Waiter) -> Result<Self, Error> {
        let desk = Self::as_brought(parts, waiter).await?;
        let cart = Some(Merged::from_request_parts(parts, waiter).await?);
        Ok(Self { cart, ..desk })
    }
}

impl Desk {
    /// For a page that begins nothing: a look at the cart of a visitor who has no slip would begin one.
    pub(crate) async fn as_brought(parts: &mut Parts, waiter: &Waiter) -> Result<Self, Error> {
        let visitor = Held::<Visitor>::from_request_parts(parts, waiter).await?;
        let cart = match visitor.outcome() {
            Outcome::Opened => Some(Merged::from_request_parts(parts, waiter).await?),
            _ => None,
        };
        Ok(Self {
            session: Held::from_request_parts(parts, waiter).await?,
            visitor,
            preferences: Held::from_request_parts(parts, waiter).await?,
            notice: Held::from_request_parts(parts, waiter).await?,
            waiter: waiter.clone(),
            path: parts.uri.path().to_owned(),
            brought: Brought::of(parts),
            cart,
        })
    }

    pub(crate) fn cart<R>(&self, look: impl FnOnce(&Cart) -> R) -> R {
        match &self.cart {
            Some(cart) => cart.read(look),
            None => look(&Cart::default()),
        }
    }

    /// Fails if the cart cannot be read here and now: it is not an empty one. Where none has begun there is nothing to read.
    pub(crate) fn can_read_the_cart(&self) -> Result<(), Error> {
        let trouble = self.cart.as_ref().and_then(Merged::trouble);
        trouble.filter(Error::is_unreadable).map_or(Ok(()), Err)
    }

    pub(crate) fn texts(&self) -> &'static Texts {
        texts::of(self.preferences.read(|preferences| preferences.locale))
    }

    pub(crate) fn user(&self) -> Option<String> {
        self.session.read(|session| session.user.clone())
    }
}

impl Brought {
    fn of(parts: &Parts) -> Self {
        let fields = parts.headers.get_all(COOKIE).iter();
        let pairs = fields.flat_map(|field| field.as_bytes().split(|byte| *byte == b';')).map(<[u8]>::trim_ascii);
        let ours = pairs.filter(|pair| pair.starts_with(b"__Host-cart"));
        ours.fold(Self::default(), |all, pair| Self { cookies: all.cookies + 1, bytes: all.bytes + pair.len() })
    }
}
