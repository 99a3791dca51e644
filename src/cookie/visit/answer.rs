//! The answer of a visit in the making: what is written, what ends, what it costs, and how all of it is undone.
//!
//! It may not know what a handler wants. A line gets into the answer only if all of the answer fits.

use crate::{
    claims::AnchorSecrets,
    cookie::{
        attributes::{Attributes, MAX_AGE},
        budget::{Cost, FIELD, Over},
        event,
        jar::Inner,
        reading::{self, Outcome},
        visit::{Fate, Visit},
    },
    error::Error,
    slip::Standing,
    state::SlipState,
};

impl<T: SlipState> Visit<T> {
    /// Without a handler's word: renews what is due and deletes what is of no use.
    pub(super) fn go_on(&mut self) {
        match &self.slip {
            Some(slip) => {
                let is_moved = self.brought.is_former();
                let gains = || self.was_touched && self.inner().sealer.would_gain(slip, self.now);
                if slip.standing() == Standing::Current && !is_moved && !gains() {
                    return;
                }
                if let Err(error) = self.write(Vec::new()) {
                    event::left_undone(self.inner().attributes.name(), "renewal", &error);
                }
            }
            None if self.brought.is_useless => self.end(),
            None => {}
        }
    }

    pub(super) fn begin(&mut self, state: T) -> Result<(), Error> {
        let ended = self.ended_lines();
        match self.draft(state) {
            Ok(slip) => self.slip = Some(slip),
            Err(error) => {
                self.restore();
                return Err(error);
            }
        }
        self.write(ended)
    }

    /// Seals the slip and puts its line into the answer, if all of it fits. If not, all is as it was.
    pub(super) fn write(&mut self, ended: Vec<String>) -> Result<(), Error> {
        let written = self.try_write(&ended);
        match &written {
            Ok(()) if !ended.is_empty() => (self.has_ended, self.tombstones) = (true, ended),
            Ok(()) => {}
            Err(error) => {
                if error.is_too_large() {
                    event::too_large(self.inner().attributes.name(), error);
                }
                self.restore();
            }
        }
        written
    }

    fn try_write(&mut self, ended: &[String]) -> Result<(), Error> {
        let jar = &self.jar;
        let Some(slip) = &mut self.slip else { return Err(Error::misuse("there is no slip")) };
        if jar.is_anchor() && slip.anchor().is_none() {
            slip.set_anchor(AnchorSecrets::fresh(None)?);
        }
        let token = jar.sealer.renew(slip, self.now)?;
        let Some(slip) = &self.slip else { return Err(Error::misuse("there is no slip")) };
        let (name, budget) = (jar.attributes.name().len(), &jar.budget);
        let line = jar.line(slip, &token, self.now);
        let too_large = |over: Over| Error::too_large(over.size, over.limit, jar.sealer.measure(slip.state()));
        for (size, limit) in [(name + token.len(), budget.pair), (line.len(), budget.line)] {
            if size > limit {
                return Err(too_large(Over { size, limit }));
            }
        }
        let token = name + 1..name + 1 + token.len();
        let more = if ended.is_empty() { &self.tombstones } else { ended };
        let cost = self.cost_of(Some(&line), Some(token.end), more);
        self.request.tally.settle(self.cost, cost, self.cookies().size(), budget).map_err(too_large)?;
        self.cost = cost;
        if let (Fate::Open, Outcome::Unreadable, Some(error)) = (&self.fate, self.brought.outcome, &self.brought.error)
        {
            event::overwritten(jar.attributes.name(), error);
        }
        self.fate = Fate::Write(line, token);
        Ok(())
    }

    /// Deletes the cookie, whatever it takes.
    pub(super) fn end(&mut self) {
        let ended = self.ended_lines();
        if !ended.is_empty() {
            (self.has_ended, self.tombstones) = (true, ended);
        }
        self.slip = None;
        self.brought_anchor = None;
        self.fate = Fate::Delete;
        let line = self.brought.is_there.then(|| self.inner().attributes.delete(""));
        let cost = self.cost_of(line.as_deref(), None, &self.tombstones);
        self.request.tally.settle_anyhow(self.cost, cost);
        self.cost = cost;
    }

    /// The lines that say that the slip which the request brought has ended.
    pub(super) fn ended_lines(&self) -> Vec<String> {
        let id = self.brought_id.as_ref().or(self.unchecked_id.as_ref());
        let (Some(tombstones), Some(id), false) = (&self.inner().tombstones, id, self.has_ended) else {
            return Vec::new();
        };
        let ends_at = self.brought.ends_at.unwrap_or(self.now);
        tombstones.lines(&self.inner().attributes, (id, ends_at), self.cookies(), self.now).unwrap_or_else(|error| {
            event::left_undone(self.inner().attributes.name(), "tombstone", &error);
            Vec::new()
        })
    }

    /// What the answer costs with this line, which adds a pair of so many bytes to the next request.
    fn cost_of(&self, line: Option<&str>, pair: Option<usize>, tombstones: &[String]) -> Cost {
        let formers = self.brought.formers.iter().filter_map(|index| self.inner().formers.get(*index));
        let former_lines = formers.map(|former| former.attributes.delete("").len() + FIELD).sum::<usize>();
        let own = line.map_or(0, |line| line.len() + FIELD);
        let stones = tombstones.iter().map(|line| line.len() + FIELD).sum::<usize>();
        let stone_pairs = tombstones.iter().filter_map(|line| line.find(';')).map(|pair| pair + 2).sum::<usize>();
        Cost {
            lines: own + former_lines + stones,
            more: pair.map_or(0, |pair| pair + 2) + stone_pairs,
            fewer: self.brought.takes,
        }
    }

    /// What name and value of the cookie may have at most.
    pub(super) fn limit(&self) -> usize {
        let Inner { attributes, budget, .. } = self.inner();
        // The `=`, its age (the longest of a slip that has none), and all other attributes.
        let lives = self.slip.as_ref().map_or(MAX_AGE, |slip| slip.expires_at().since(self.now));
        let around = attributes.set("", "", Some(lives)).len().saturating_sub(attributes.name().len());
        let spent = self.request.tally.spent();
        let others = spent.lines.saturating_sub(self.cost.lines) + self.cost_of(None, None, &self.tombstones).lines;
        let answer = budget.answer.saturating_sub(others + FIELD + around);
        let (request, fewer) = (self.cookies().size(), self.brought.takes);
        let more = spent.more.saturating_sub(self.cost.more);
        // `=` and what separates it from the next.
        let next = budget.request.saturating_sub((request + more + 3).saturating_sub(fewer));
        let next = if request > budget.request { usize::MAX } else { next };
        budget.pair.min(budget.line.saturating_sub(around)).min(answer).min(next)
    }

    /// The former names that the answer deletes: once the present name has what they had, or that is over. A move that could not be made
    /// leaves the slip where it is.
    pub(super) fn formers_to_delete(&self) -> impl Iterator<Item = &Attributes> {
        let is_under_present_name = || self.brought_id.is_some() && !self.brought.is_former();
        let is_settled = !matches!(self.fate, Fate::Open) || is_under_present_name();
        let found = self.brought.formers.iter().filter(move |_| is_settled);
        found.filter_map(|index| Some(&self.inner().formers.get(*index)?.attributes))
    }

    /// Puts back a state that a closure has left half changed when it panicked.
    pub(crate) fn mend(&mut self) {
        if std::mem::take(&mut self.is_torn) {
            self.restore();
        }
    }

    /// Puts the slip back as the client will have it: as it was written last, or as it was brought.
    pub(super) fn restore(&mut self) {
        let jar = &self.jar;
        self.slip = match (&self.fate, &self.brought.place) {
            (Fate::Write(line, token), _) => {
                line.get(token.clone()).and_then(|text| jar.sealer.open_at(text, self.now).ok())
            }
            (Fate::Open, Some(place)) if self.brought.outcome == Outcome::Opened => {
                reading::again(jar, self.cookies(), place, self.now)
            }
            _ => None,
        };
    }
}
