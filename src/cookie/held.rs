//! A handle on a visit that a handler can hold, clone and pass on: what the extractors of the adapters give.
//!
//! It may not know frameworks. The lock in it is held while a closure runs, never across an `.await`.

use crate::{
    claims::SlipId,
    cookie::{reading::Outcome, visit::Visit},
    error::Error,
    revoke::SlipRef,
    slip::Standing,
    state::SlipState,
    time::UnixTime,
};
use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// A handle on the request's slip. All handles of one request and one type are the same slip.
///
/// A closure must not use a handle of the same type: it would wait for itself. Nor may it use mergeable state that is tied to this slip
/// ([`Merged`](crate::cookie::Merged)), which asks for the slip.
///
/// ```
/// # use orderslip::{Keyring, Lifetime, Sealer, SlipState, Error, cookie::{Cookies, Jar, Jars, Visits}}; use std::{sync::Arc, time::Duration};
/// # #[derive(Default, serde::Serialize, serde::Deserialize)] struct Cart { lines: Vec<String> }
/// # impl SlipState for Cart { const PURPOSE: &'static str = "shop.example/cart"; const VERSION: u16 = 1; }
/// # fn main() -> Result<(), Error> {
/// # let keys = Keyring::generate()?;
/// # let sealer = Sealer::<Cart>::encrypted(&keys).lifetime(Lifetime::absolute(Duration::from_secs(60)));
/// # let jars = Arc::new(Jars::new().with(Jar::builder("cart", sealer).build()?)?);
/// # let visits = Visits::new(jars, Cookies::default());
/// let cart = visits.held::<Cart>()?;
/// cart.update(|cart| cart.lines.push("soup".into()))?;
/// assert_eq!(visits.held::<Cart>()?.read(|cart| cart.lines.len()), 1);
/// # Ok(()) }
/// ```
#[doc(alias("session", "extractor"))]
pub struct Held<T>(Arc<Mutex<Visit<T>>>);

impl<T: SlipState> Held<T> {
    pub(crate) fn new(visit: Arc<Mutex<Visit<T>>>) -> Self {
        Self(visit)
    }

    /// What the request brought.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.visit().outcome()
    }

    /// Why the request brought no slip, if it brought something: for logs, not for the client.
    #[must_use]
    pub fn error(&self) -> Option<Error> {
        self.visit().error().cloned()
    }

    /// The id of the slip as it is now, if there is one.
    #[must_use]
    pub fn id(&self) -> Option<SlipId> {
        self.visit().slip().map(|slip| slip.id())
    }

    /// What the application keeps of the slip as it is now, to [end](crate::revoke::Guard::revoke_ref) it from elsewhere.
    #[must_use]
    pub fn slip_ref(&self) -> Option<SlipRef> {
        self.visit().slip().map(SlipRef::of)
    }

    /// When the slip as it is now is over, if there is one and nothing is written before.
    #[must_use]
    pub fn expires_at(&self) -> Option<UnixTime> {
        self.visit().slip().map(|slip| slip.expires_at())
    }

    /// When it is over however often it is renewed, if there is one.
    ///
    /// What moves it: [`manual::cookies`](crate::manual::cookies#what-a-handler-may-do).
    #[must_use]
    pub fn ends_at(&self) -> Option<UnixTime> {
        self.visit().slip().map(|slip| slip.ends_at())
    }

    /// Whether the client will be given a fresh token without a handler's word, and why; `None` without a slip.
    #[must_use]
    pub fn standing(&self) -> Option<Standing> {
        self.visit().slip().map(|slip| slip.standing())
    }

    /// As [`Visit::room`].
    #[must_use]
    pub fn room(&self) -> (usize, usize) {
        self.visit().room()
    }

    /// Looks at the state as it is now, or at the default if there is none. Writes of the same request are seen.
    pub fn read<R>(&self, look: impl FnOnce(&T) -> R) -> R
    where
        T: Default,
    {
        let visit = self.visit();
        match visit.state() {
            Some(state) => look(state),
            None => {
                drop(visit);
                look(&T::default())
            }
        }
    }

    /// As [`Visit::update`].
    ///
    /// # Errors
    /// As [`Visit::update`].
    pub fn update<R>(&self, change: impl FnOnce(&mut T) -> R) -> Result<R, Error>
    where
        T: Default,
    {
        self.visit().update(change)
    }

    /// As [`Visit::take`].
    ///
    /// # Errors
    /// As [`Visit::take`].
    #[doc(alias("flash"))]
    pub fn take(&self) -> Result<Option<T>, Error> {
        self.visit().take()
    }

    /// As [`Visit::replace`].
    ///
    /// # Errors
    /// As [`Visit::replace`].
    pub fn replace(&self, state: T) -> Result<(), Error> {
        self.visit().replace(state)
    }

    /// As [`Visit::replace_with`]: a login that keeps the guest's cart.
    ///
    /// # Errors
    /// As [`Visit::replace_with`].
    #[doc(alias("login", "fixation"))]
    pub fn replace_with(&self, carry: impl FnOnce(T) -> T) -> Result<(), Error>
    where
        T: Default,
    {
        self.visit().replace_with(carry)
    }

    /// As [`Visit::renew_id`].
    ///
    /// # Errors
    /// As [`Visit::renew_id`].
    #[doc(alias("regenerate", "cycle_id", "fixation"))]
    pub fn renew_id(&self) -> Result<(), Error> {
        self.visit().renew_id()
    }

    /// As [`Visit::logout`].
    ///
    /// # Errors
    /// As [`Visit::logout`].
    #[doc(alias("destroy", "purge", "sign out"))]
    pub fn logout(&self) -> Result<(), Error> {
        self.visit().logout()
    }

    /// As [`Visit::touch`].
    pub fn touch(&self) {
        self.visit().touch();
    }

    /// As [`Visit::form_token`].
    ///
    /// # Errors
    /// As [`Visit::form_token`].
    #[doc(alias("csrf", "xsrf"))]
    pub fn form_token(&self) -> Result<String, Error>
    where
        T: Default,
    {
        self.visit().form_token()
    }

    /// As [`Visit::check_form`].
    ///
    /// # Errors
    /// As [`Visit::check_form`].
    #[doc(alias("csrf", "xsrf"))]
    pub fn check_form(&self, token: &str) -> Result<(), Error> {
        self.visit().check_form(token)
    }

    /// The slip, if there is one: for handlers that have nothing to do without.
    ///
    /// # Errors
    /// [`Missing`], which says what there was instead.
    pub fn required(self) -> Result<Required<T>, Missing> {
        let visit = self.visit();
        if visit.slip().is_none() {
            return Err(Missing { outcome: visit.outcome(), error: visit.error().cloned() });
        }
        drop(visit);
        Ok(Required(self))
    }

    /// A closure that panicked has left the visit torn, and the visit knows how to mend itself.
    pub(crate) fn visit(&self) -> MutexGuard<'_, Visit<T>> {
        let mut visit = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        visit.mend();
        visit
    }
}

/// A handle on a slip that the request brought, for types that need no default: [`Held::required`].
pub struct Required<T>(Held<T>);

impl<T: SlipState> Required<T> {
    /// Looks at the state as it is now.
    ///
    /// # Errors
    /// [`Error::is_misuse`] if the slip has ended in this request.
    pub fn read<R>(&self, look: impl FnOnce(&T) -> R) -> Result<R, Error> {
        let visit = self.0.visit();
        visit.state().map(look).ok_or_else(|| Error::misuse("the slip has ended in this request"))
    }

    /// As [`Visit::update_existing`].
    ///
    /// # Errors
    /// As [`Visit::update_existing`].
    pub fn update<R>(&self, change: impl FnOnce(&mut T) -> R) -> Result<R, Error> {
        self.0.visit().update_existing(change)
    }

    /// The handle for everything else: `logout`, `replace`, `take` …
    #[must_use]
    pub fn held(&self) -> &Held<T> {
        &self.0
    }
}

/// There is no slip, and the handler needs one: what there was instead.
///
/// Its text may be shown to the client.
///
/// [`Held::required`] gives it.
#[derive(Clone, Debug, thiserror::Error)]
#[error("no valid session")]
pub struct Missing {
    outcome: Outcome,
    error: Option<Error>,
}

impl Missing {
    /// What the request brought.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// Why it brought no slip, if it brought something: for logs, not for the client.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        self.error.as_ref()
    }
}

impl<T> Clone for Held<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Clone for Required<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// Shows nothing of the state.
impl<T> fmt::Debug for Held<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held").finish_non_exhaustive()
    }
}

/// Shows nothing of the state.
impl<T> fmt::Debug for Required<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Required").finish_non_exhaustive()
    }
}
