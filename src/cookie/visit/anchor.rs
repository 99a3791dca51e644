//! What ties mergeable state to the slip of a visit: it goes along with the slip through renewals, logins and changes of id.
//!
//! It may not know what is tied. A slip that begins with nothing has a secret of its own; one that comes after another has the other's as
//! well, if both are the same user's or the other was a guest's.

use crate::{
    claims::{AnchorSecrets, SlipId},
    cookie::{
        event,
        visit::{Fate, Visit},
    },
    error::{Error, ErrorKind},
    slip::{Slip, Standing},
    state::SlipState,
    time::UnixTime,
};
use std::sync::Arc;

/// The id and the secrets of the slip that was brought, and whose it was.
pub(super) struct BroughtAnchor {
    id: SlipId,
    secrets: Arc<AnchorSecrets>,
    subject: Option<String>,
}

pub(super) fn brought<T: SlipState>(slip: &Slip<T>) -> Option<BroughtAnchor> {
    let secrets = Arc::clone(slip.anchor()?);
    Some(BroughtAnchor { id: slip.id(), secrets, subject: slip.state().subject().map(str::to_owned) })
}

/// A slip to which mergeable state is tied.
pub(crate) struct Tied {
    pub(crate) id: SlipId,
    pub(crate) secrets: Arc<AnchorSecrets>,
    /// For however often it is sealed again.
    pub(crate) ends_at: UnixTime,
}

impl<T: SlipState> Visit<T> {
    /// A slip that begins.
    pub(super) fn draft(&self, state: T) -> Result<Slip<T>, Error> {
        let mut slip = self.jar.sealer.draft(state, self.now)?;
        if let Some(secrets) = self.secrets_for(slip.state().subject())? {
            slip.set_anchor(secrets);
        }
        Ok(slip)
    }

    /// The same slip under another id.
    pub(super) fn renamed(&self, slip: Slip<T>) -> Result<Slip<T>, Error> {
        let mut slip = slip.with_id(SlipId::random()?);
        if let Some(secrets) = self.secrets_for(slip.state().subject())? {
            slip.set_anchor(secrets);
        }
        Ok(slip)
    }

    fn secrets_for(&self, subject: Option<&str>) -> Result<Option<AnchorSecrets>, Error> {
        if !self.jar.is_anchor() {
            return Ok(None);
        }
        // What a guest has done goes with the guest; what a user has done, with that user alone.
        let goes_along = |old: &&BroughtAnchor| old.subject.is_none() || old.subject.as_deref() == subject;
        let secrets = match self.brought_anchor.as_ref().filter(goes_along) {
            // Up to the end of this second.
            Some(old) => old.secrets.after(old.id, self.now.as_secs().saturating_mul(1_000).saturating_add(999)),
            None => AnchorSecrets::fresh(None),
        };
        secrets.map(Some)
    }

    /// What the request's siblings are tied to. If that is nothing yet, this answer begins it, and the request must come again.
    pub(crate) fn tie(&mut self, writes: bool) -> Result<Tied, Error>
    where
        T: Default,
    {
        self.mend();
        if let Some(old) = &self.brought_anchor {
            let ends_at = self.slip.as_ref().map_or(self.now, Slip::ends_at);
            return Ok(Tied { id: old.id, secrets: Arc::clone(&old.secrets), ends_at });
        }
        self.may_write()?;
        let is_unknown = self.brought.error.as_ref().is_some_and(|error| error.kind() == ErrorKind::UnknownKey);
        match &mut self.slip {
            Some(slip) if slip.anchor().is_none() => slip.set_changed(),
            None if writes || !is_unknown => self.update(|_| ())?,
            _ => {}
        }
        Err(Error::ask_again("the session begins with this answer: ask again"))
    }

    /// What siblings are tied to from now on, if the client will have it.
    pub(crate) fn tied(&self) -> Option<Tied> {
        let slip = self.slip.as_ref()?;
        let is_there = self.brought_id == Some(slip.id()) || matches!(self.fate, Fate::Write(..));
        let secrets = Arc::clone(slip.anchor().filter(|_| is_there)?);
        Some(Tied { id: slip.id(), secrets, ends_at: slip.ends_at() })
    }

    /// Whether another slip stands in the place of the one that was brought, and takes along what was tied to that.
    pub(crate) fn is_replaced(&self) -> bool {
        let takes_along = |slip: &Slip<T>| slip.anchor().is_some_and(|secrets| secrets.before.is_some());
        self.brought_id.is_some()
            && self.slip.as_ref().is_some_and(|slip| Some(slip.id()) != self.brought_id && takes_along(slip))
    }

    /// Whether the slip that was brought is due, or has been written, with what was before. For one that was written, no state is opened if no handler has asked for any that is tied to it.
    pub(crate) fn remembers_before(&self, is_asked_for: bool) -> bool {
        let remembers = |slip: &Slip<T>| slip.anchor().is_some_and(|secrets| secrets.before.is_some());
        let is_written = is_asked_for && matches!(self.fate, Fate::Write(..));
        let is_due = |slip: &Slip<T>| is_written || self.was_touched || slip.standing() != Standing::Current;
        self.slip.as_ref().is_some_and(|slip| Some(slip.id()) == self.brought_id && remembers(slip) && is_due(slip))
    }

    /// Leaves out what was before: nothing of it is under way any more. What a handler has written is sealed once more.
    pub(crate) fn forget_before(&mut self) {
        if let Some(slip) = &mut self.slip
            && let Some(secrets) = slip.anchor().filter(|secrets| secrets.before.is_some())
            && Some(slip.id()) == self.brought_id
        {
            let alone = secrets.alone();
            slip.set_anchor(alone);
            if matches!(self.fate, Fate::Write(..))
                && let Err(error) = self.write(Vec::new())
            {
                event::left_undone(self.inner().attributes.name(), "renewal", &error);
            }
        }
    }
}
