//! What every page needs to know: what the visitor carries, who serves, and where what is shared is kept.
//!
//! It may not know what a page is about.

use crate::{
    database::Database,
    letters::Letters,
    members::Members,
    posts::Posts,
    sessions::Sessions,
    slips::{self, Invitation, Notice, Preferences, Session},
    sorry::Sorry,
    store::Store,
};
use axum::{extract::FromRequestParts, http::request::Parts};
use orderslip::{
    Error, Keyring, Sealer,
    cookie::{Held, Outcome},
    revoke::{Guard, Redeemer},
};
use std::sync::Arc;

/// The process that serves. All of them are the same: what is shared is in the database.
#[derive(Clone)]
pub(crate) struct Waiter {
    pub(crate) name: Arc<str>,
    pub(crate) process: u32,
    pub(crate) members: Members,
    pub(crate) posts: Posts,
    pub(crate) letters: Letters,
    pub(crate) sessions: Sessions,
    /// If the database does not say whether a session was ended, it is none: what is on the pages is in the same database anyway.
    pub(crate) guard: Guard,
    pub(crate) redeemer: Redeemer,
    pub(crate) invitations: Sealer<Invitation>,
}

impl Waiter {
    pub(crate) fn new(name: &str, database: &Database, keys: &Keyring) -> Result<Self, Error> {
        let store = Store::of(database.clone());
        Ok(Self {
            name: name.into(),
            process: std::process::id(),
            members: Members(database.clone()),
            posts: Posts(database.clone()),
            letters: Letters(database.clone()),
            sessions: Sessions(database.clone()),
            guard: Guard::fail_closed(store.clone()),
            redeemer: Redeemer::new(store),
            invitations: slips::invitations(keys)?,
        })
    }
}

/// What the visitor carries, and who serves.
pub(crate) struct Desk {
    pub(crate) session: Held<Session>,
    pub(crate) preferences: Held<Preferences>,
    pub(crate) notice: Held<Notice>,
    pub(crate) waiter: Waiter,
    /// The page that is asked for.
    pub(crate) path: String,
}

impl FromRequestParts<Waiter> for Desk {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, waiter: &Waiter) -> Result<Self, Error> {
        Ok(Self {
            session: Held::from_request_parts(parts, waiter).await?,
            preferences: Held::from_request_parts(parts, waiter).await?,
            notice: Held::from_request_parts(parts, waiter).await?,
            waiter: waiter.clone(),
            path: parts.uri.path().to_owned(),
        })
    }
}

impl Desk {
    pub(crate) fn member(&self) -> Option<String> {
        self.session.read(|session| session.member.clone())
    }

    /// For the next page.
    pub(crate) fn say(&self, notice: Notice) -> Result<(), Error> {
        self.notice.replace(notice)
    }
}

/// Somebody who is logged in. Everybody else is sent to log in, and told why if the session was ended from elsewhere.
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) desk: Desk,
}

impl FromRequestParts<Waiter> for Member {
    type Rejection = Sorry;

    async fn from_request_parts(parts: &mut Parts, waiter: &Waiter) -> Result<Self, Sorry> {
        let desk = Desk::from_request_parts(parts, waiter).await?;
        if desk.session.outcome() == Outcome::Revoked {
            desk.say(Notice::Ended)?;
        }
        // Nobody is sent to log in because the list of what was revoked does not answer: that passes.
        desk.session.clone().required().map_err(orderslip::web::NotHeld::from)?;
        Ok(Self { name: desk.member().ok_or(Sorry::LogIn)?, desk })
    }
}
