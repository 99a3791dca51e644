//! One slip through one request: what the request brought, what the handler did with it, what the answer must say.
//!
//! It may not know HTTP: its input is [`Cookies`], its output a [`Plan`]. Whatever fails leaves the client with the slip that it had.

mod anchor;
mod answer;
mod checking;

pub(crate) use anchor::Tied;

use crate::{
    claims::SlipId,
    cookie::{
        budget::Cost,
        jar::{Inner, Request},
        plan::Plan,
        reading::{self, Brought, Outcome},
        request::Cookies,
    },
    error::Error,
    slip::{Reason, Slip, Standing},
    state::SlipState,
    time::UnixTime,
};
use std::{fmt, ops::Range, sync::Arc};

/// One jar's slip in one request, and what is done with it: [`Jar::visit`](crate::cookie::Jar::visit).
///
/// Every writing method measures what it would send before it says yes: what does not fit is an error there and then, and neither the
/// state nor the client's cookie has changed.
///
/// | found | reading | [`update`](Self::update) | [`replace`](Self::replace), [`logout`](Self::logout) |
/// |---|---|---|---|
/// | nothing, expired, rejected, logged out, revoked | no state | begins a slip | begins one; ends none |
/// | opened | its state | goes on | ends it with a tombstone |
/// | unreadable, authentic | no state | refused: [`Error::is_unreadable`], "503, try again" | overwrites it |
/// | the list of revocations did not answer | no state | refused: [`Error::is_unavailable`], "503, try again" | overwrites it |
/// | unreadable, unknown key | no state | begins a slip | overwrites it |
pub struct Visit<T> {
    jar: Arc<Inner<T>>,
    request: Arc<Request>,
    now: UnixTime,
    brought: Brought<T>,
    /// The id that the client's token has.
    brought_id: Option<SlipId>,
    /// The same of a slip that the list of revocations said nothing of: it is not there, and ends all the same.
    unchecked_id: Option<SlipId>,
    /// What ties mergeable state to the slip that was brought, and to whom that belongs.
    brought_anchor: Option<anchor::BroughtAnchor>,
    /// The slip as it is now.
    slip: Option<Slip<T>>,
    fate: Fate,
    /// Lines that set and delete tombstones, once what was brought has ended.
    tombstones: Vec<String>,
    has_ended: bool,
    /// Until the list of revocations has been asked.
    withheld: Option<checking::Withheld<T>>,
    cost: Cost,
    was_touched: bool,
    /// A closure has not come back: the state may be half changed.
    is_torn: bool,
    is_planned: bool,
}

/// What becomes of the cookie.
enum Fate {
    /// Nobody wrote: it is renewed if it is due, and deleted if it is of no use.
    Open,
    /// The line, and where in it the token stands.
    Write(String, Range<usize>),
    Delete,
}

impl<T: SlipState> Visit<T> {
    pub(crate) fn new(jar: Arc<Inner<T>>, request: Arc<Request>, now: UnixTime) -> Self {
        let mut brought = reading::read(&jar, &request.cookies, now);
        let slip = brought.slip.take();
        // What was adopted has an id that no client knows of.
        let is_ours = |slip: &&Slip<T>| slip.standing() != Standing::Reseal(Reason::OldFormat);
        let brought_id = slip.as_ref().filter(is_ours).map(Slip::id);
        let brought_anchor = slip.as_ref().filter(is_ours).and_then(anchor::brought);
        let mut visit = Self {
            jar,
            request,
            now,
            brought,
            brought_id,
            unchecked_id: None,
            brought_anchor,
            slip,
            fate: Fate::Open,
            tombstones: Vec::new(),
            has_ended: false,
            withheld: None,
            cost: Cost::default(),
            was_touched: false,
            is_torn: false,
            is_planned: false,
        };
        visit.withhold();
        visit
    }

    /// What the request brought. What a handler does later does not change it.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.brought.outcome
    }

    /// Why the request brought no slip, if it brought something: for logs, not for the client.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        self.brought.error.as_ref()
    }

    /// The slip as it is now, if there is one.
    #[must_use]
    pub fn slip(&self) -> Option<&Slip<T>> {
        self.slip.as_ref()
    }

    /// The state as it is now, if there is one.
    #[must_use]
    pub fn state(&self) -> Option<&T> {
        self.slip.as_ref().map(Slip::state)
    }

    /// How many bytes name and value of the cookie have as it is now, and how many they may have: by the [`Budget`](crate::cookie::Budget)
    /// for the pair, the line, the answer and the next request, whichever is the least.
    #[must_use]
    pub fn room(&self) -> (usize, usize) {
        let name = self.inner().attributes.name().len();
        let taken = match (&self.fate, &self.brought.place) {
            (Fate::Write(_, token), _) => name + token.len(),
            (Fate::Open, Some(place)) if self.slip.is_some() => name + place.len(),
            _ => 0,
        };
        (taken, self.limit())
    }

    /// Changes the state, and begins a slip with the default if there is none.
    ///
    /// # Errors
    /// [`Error::is_too_large`] if the cookie, the answer or the next request would be over its [`Budget`](crate::cookie::Budget), and
    /// [`Error::is_unreadable`] if an authentic cookie cannot be read here: nothing has changed then. [`Error::is_misuse`] after
    /// [`plan`](Self::plan), or if the state cannot be serialized; [`Error::is_unavailable`] without randomness.
    pub fn update<R>(&mut self, change: impl FnOnce(&mut T) -> R) -> Result<R, Error>
    where
        T: Default,
    {
        self.may_write()?;
        if self.slip.is_none() {
            self.slip = Some(self.draft(T::default())?);
        }
        self.change(change)
    }

    /// Changes the state of the slip that there is.
    ///
    /// # Errors
    /// As [`update`](Self::update), and [`Error::is_misuse`] if there is no slip.
    pub fn update_existing<R>(&mut self, change: impl FnOnce(&mut T) -> R) -> Result<R, Error> {
        self.may_write()?;
        self.change(change)
    }

    /// Ends the slip and begins a new one with this state: a new id, a full lifetime (docs/threats.md T27).
    ///
    /// It overwrites an authentic cookie that cannot be read, which only [`logout`](Self::logout) does beside it.
    ///
    /// # Errors
    /// As [`update`](Self::update), but for [`Error::is_unreadable`].
    pub fn replace(&mut self, state: T) -> Result<(), Error> {
        self.mend();
        self.not_planned()?;
        self.begin(state)
    }

    /// Ends the slip and begins a new one with what `carry` makes of the old state, or of the default: a login that keeps the guest's
    /// cart, a logout that keeps the theme.
    ///
    /// ```
    /// # use orderslip::{Keyring, Lifetime, Sealer, SlipState, Error, cookie::{Cookies, Jar}}; use std::time::Duration;
    /// #[derive(Default, serde::Serialize, serde::Deserialize)]
    /// struct Session { user: Option<u64>, cart: Vec<String> }
    /// # impl SlipState for Session { const PURPOSE: &'static str = "shop.example/session"; const VERSION: u16 = 1; }
    /// # fn main() -> Result<(), Error> {
    /// # let keys = Keyring::generate()?;
    /// # let sealer = Sealer::<Session>::encrypted(&keys).lifetime(Lifetime::absolute(Duration::from_secs(60)));
    /// # let sessions = Jar::builder("session", sealer).build()?;
    /// # let mut visit = sessions.visit(Cookies::default())?;
    /// visit.update(|session| session.cart.push("soup".into()))?;
    /// let guest = visit.slip().map(|slip| slip.id());
    ///
    /// visit.replace_with(|guest| Session { user: Some(7), cart: guest.cart })?;
    /// assert_ne!(visit.slip().map(|slip| slip.id()), guest);
    /// assert_eq!(visit.state().map(|session| session.cart.len()), Some(1));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As [`replace`](Self::replace).
    #[doc(alias("login", "fixation"))]
    pub fn replace_with(&mut self, carry: impl FnOnce(T) -> T) -> Result<(), Error>
    where
        T: Default,
    {
        self.mend();
        self.not_planned()?;
        self.is_torn = true;
        let state = carry(self.slip.take().map(Slip::into_state).unwrap_or_default());
        self.is_torn = false;
        self.begin(state)
    }

    /// Gives the slip a new id and leaves its state and its times: for every change of privilege that is no login (docs/threats.md T27).
    ///
    /// # Errors
    /// As [`update`](Self::update). Without a slip it does nothing.
    #[doc(alias("regenerate", "cycle_id", "fixation"))]
    pub fn renew_id(&mut self) -> Result<(), Error> {
        self.may_write()?;
        let Some(slip) = self.slip.take() else { return Ok(()) };
        let ended = self.ended_lines();
        match self.renamed(slip) {
            Ok(slip) => self.slip = Some(slip),
            Err(error) => {
                self.restore();
                return Err(error);
            }
        }
        self.write(ended)
    }

    /// Ends the slip: the cookie is deleted, and a tombstone keeps an answer in flight from bringing it back.
    ///
    /// Nothing else ends with it: the slips of other jars go on.
    ///
    /// # Errors
    /// [`Error::is_misuse`] after [`plan`](Self::plan).
    #[doc(alias("destroy", "purge", "sign out"))]
    pub fn logout(&mut self) -> Result<(), Error> {
        self.mend();
        self.not_planned()?;
        self.end();
        Ok(())
    }

    /// Takes the state out and ends the slip: for what is shown once, and for a cart that is paid.
    ///
    /// # Errors
    /// [`Error::is_misuse`] after [`plan`](Self::plan).
    #[doc(alias("flash"))]
    pub fn take(&mut self) -> Result<Option<T>, Error> {
        self.mend();
        self.not_planned()?;
        let Some(slip) = self.slip.take() else { return Ok(None) };
        self.end();
        Ok(Some(slip.into_state()))
    }

    /// Asks for a fresh token even if half of the idle time has not passed yet. Nothing is sealed if that would gain nothing.
    ///
    /// When that is worth it by itself: [`Slip::standing`](crate::Slip::standing).
    #[doc(alias("refresh", "keep alive"))]
    pub fn touch(&mut self) {
        self.was_touched = true;
    }

    /// A token for the forms of the page, good with this slip alone: it goes into a hidden field, and
    /// [`check_form`](Self::check_form) gets it back. Begins a slip with the default if there is none.
    ///
    /// # Errors
    /// As [`update`](Self::update).
    #[doc(alias("csrf", "xsrf"))]
    pub fn form_token(&mut self) -> Result<String, Error>
    where
        T: Default,
    {
        self.mend();
        if self.slip.is_none() {
            self.update(|_| ())?;
        }
        let Some(slip) = &self.slip else { return Err(Error::misuse("there is no slip")) };
        self.inner().forms.seal(slip.id(), slip.ends_at(), self.now)
    }

    /// Checks the token of a form against the slip that the request brought.
    ///
    /// # Errors
    /// [`Error::is_rejected`] if it is none, or one of another slip, or there is no slip; [`Error::is_expired`] if its time has passed;
    /// [`Error::is_unreadable`] if its key is unknown here. If there may be a slip that cannot be read here and now, the error says so, as that of
    /// [`update`](Self::update) does: the form may well be good.
    #[doc(alias("csrf", "xsrf"))]
    pub fn check_form(&self, token: &str) -> Result<(), Error> {
        let Some(id) = self.brought_id else {
            let unread = self.brought.error.as_ref().filter(|error| reading::is_kept(error));
            return Err(unread.cloned().unwrap_or_else(|| Error::not_authentic("a form without its session")));
        };
        self.inner().forms.check(token, id, self.now)
    }

    /// What the answer must carry. After this, nothing can be changed.
    pub fn plan(&mut self) -> Plan {
        self.mend();
        if self.is_planned {
            return Plan { was_read: true, ..Plan::default() };
        }
        if matches!(self.fate, Fate::Open) {
            self.go_on();
        }
        self.is_planned = true;
        // Deletions come last: curl brings a deleted cookie back if another line follows (curl 7.88 with -b and -c).
        let mut lines = Vec::new();
        if let Fate::Write(line, _) = &mut self.fate {
            lines.push(std::mem::take(line));
        }
        lines.append(&mut self.tombstones);
        if matches!(self.fate, Fate::Delete) && self.brought.is_there {
            lines.push(self.jar.attributes.delete(""));
        }
        lines.extend(self.formers_to_delete().map(|former| former.delete("")));
        Plan { lines, was_read: true, refusal: None }
    }

    fn change<R>(&mut self, change: impl FnOnce(&mut T) -> R) -> Result<R, Error> {
        let Some(slip) = &mut self.slip else { return Err(Error::misuse("the slip has ended in this request")) };
        self.is_torn = true;
        let result = change(slip.state_mut());
        self.is_torn = false;
        self.write(Vec::new()).map(|()| result)
    }

    fn inner(&self) -> &Inner<T> {
        &self.jar
    }

    fn cookies(&self) -> &Cookies {
        &self.request.cookies
    }

    fn not_planned(&self) -> Result<(), Error> {
        if self.is_planned {
            Err(Error::misuse("the answer has been planned: its header may have been sent"))
        } else {
            Ok(())
        }
    }

    /// Whether an update may go through: an authentic cookie that this server cannot read must not be lost.
    fn may_write(&mut self) -> Result<(), Error> {
        self.mend();
        self.not_planned()?;
        match (&self.fate, &self.brought.error) {
            (Fate::Open, Some(error)) if reading::is_kept(error) => Err(error.clone()),
            _ => Ok(()),
        }
    }
}

/// Shows nothing of the state.
impl<T> fmt::Debug for Visit<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Visit")
            .field("outcome", &self.brought.outcome)
            .field("slip", &self.slip)
            .finish_non_exhaustive()
    }
}
