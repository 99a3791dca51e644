//! A slip of a jar with a guard: until the list of revocations has been asked, the visit has none.
//!
//! It may not know lists. Whoever forgets to ask finds no slip and cannot write: nothing goes around the guard.

use super::{Visit, anchor::BroughtAnchor};
use crate::{
    claims::SlipId,
    cookie::{
        event,
        reading::{self, Outcome},
    },
    error::Error,
    revoke::{Guard, Query, query},
    slip::Slip,
    state::SlipState,
};

/// What a visit will have if the list says nothing against it.
pub(super) struct Withheld<T> {
    slip: Slip<T>,
    id: Option<SlipId>,
    anchor: Option<BroughtAnchor>,
    guard: Guard,
}

impl<T: SlipState> Visit<T> {
    /// Asks the list of revocations of a jar that [has one](crate::cookie::JarBuilder::revocations) about the slip that was brought. Before that the visit has no
    /// slip, its [`error`](Self::error) says why, and it writes nothing but [`replace`](Self::replace).
    ///
    /// Of a revoked slip the cookie is deleted. If the list does not answer and the guard fails closed, the cookie stays, reads see no
    /// state, and writes are refused: "503, try again".
    pub async fn check(&mut self) {
        if let Some((guard, query)) = self.question() {
            let answer = guard.ask(&query).await;
            self.answer(answer);
        }
    }

    pub(super) fn withhold(&mut self) {
        let Some(guard) = self.jar.guard.clone() else { return };
        let Some(slip) = self.slip.take() else { return };
        self.unchecked_id = self.brought_id;
        self.withheld = Some(Withheld { slip, id: self.brought_id.take(), anchor: self.brought_anchor.take(), guard });
        self.brought.outcome = Outcome::Unreadable;
        self.brought.error = Some(Error::misuse("a slip of a jar with a guard is there once it has been checked"));
    }

    pub(crate) fn is_withheld(&self) -> bool {
        self.withheld.is_some()
    }

    /// What must be asked, if anything.
    pub(crate) fn question(&self) -> Option<(Guard, Query)> {
        let withheld = self.withheld.as_ref()?;
        let text = self.brought.place.as_ref().and_then(|place| reading::text(self.cookies(), place));
        Some((withheld.guard.clone(), query(&withheld.slip, text.unwrap_or_default(), self.now)))
    }

    /// What the guard says of it. Said twice, as two extractors may, it is said once.
    pub(crate) fn answer(&mut self, answer: Result<(), Error>) {
        let Some(withheld) = self.withheld.take() else { return };
        let is_untouched = matches!(self.fate, super::Fate::Open);
        match answer {
            Ok(()) => {
                (self.brought.outcome, self.brought.error) = (Outcome::Opened, None);
                (self.brought_id, self.brought_anchor, self.unchecked_id) = (withheld.id, withheld.anchor, None);
                // What a handler has begun meanwhile stays.
                if is_untouched {
                    self.slip = Some(withheld.slip);
                }
            }
            Err(error) => {
                let is_revoked = error.is_revoked();
                let text = self.brought.place.as_ref().and_then(|place| reading::text(self.cookies(), place));
                event::refused(self.jar.attributes.name(), &error, text, text.map_or(0, str::len));
                self.brought.outcome = if is_revoked { Outcome::Revoked } else { Outcome::Unreadable };
                self.brought.is_useless = is_revoked;
                self.unchecked_id = withheld.id.filter(|_| !is_revoked);
                self.brought.error = Some(error);
            }
        }
    }
}
