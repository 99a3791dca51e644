//! Whether an operation fits that a handler adds: into a cookie, into the answer, into a base with all the rest, and into the browser's header.
//!
//! It may not know when a base is written, or what an operation means.

use super::Siblings;
use crate::{
    error::Error,
    merge::{
        Mergeable,
        admission::Load,
        base::CartId,
        canonical,
        dot::{Dot, Millis},
        item::{Class, Item, MAX_COOKIE},
        plan::{Block, Planner},
        record::{Record, Seen},
        wire,
    },
};
use std::collections::HashSet;

impl<T: Mergeable> Siblings<T> {
    /// What the `Cookie` header of the next request will measure, with all that the answer sets but for these siblings.
    pub(crate) fn set_header(&mut self, header: usize) {
        self.header = header;
    }

    /// The same beside others: how many states are tied to the session, this one included.
    pub(crate) fn beside(self, states: usize) -> Self {
        Self { states, ..self }
    }

    /// What the answer has room for, beside all that it carries but for these siblings.
    pub(crate) fn set_answer(&mut self, answer: Block) {
        self.answer = answer;
    }

    /// What the operations that were added take of the answer.
    pub(crate) fn staged_lines(&self) -> usize {
        // Without the "; " of a header.
        self.staged_bytes + self.staged.len() * self.answer.around - 2 * self.staged.len()
    }

    /// What the operations that were added take of that header.
    pub(crate) fn staged_bytes(&self) -> usize {
        self.staged_bytes
    }

    pub(super) fn admitted(&self, op: &T::Op, noise: [u8; Dot::NOISE]) -> Result<Record<T>, Error> {
        let dot = Dot::new(self.next_time()?, noise);
        let seen = if T::is_barrier(op) {
            if !self.is_complete() {
                return Err(Error::busy("a barrier must see everything"));
            }
            let before = self.view().ops.values().filter(|record| !record.is_barrier());
            Some(Seen { floor: self.view().floor, dots: before.map(|record| record.dot).collect() })
        } else {
            None
        };
        let record = Record::new(dot, op, seen)?;
        let plaintext = wire::operation(&record).len();
        let size = self.keys.names.cookie_len(plaintext);
        if size > MAX_COOKIE {
            return Err(Error::too_large(size, MAX_COOKIE, Vec::new()));
        }
        // First what no later request could mend.
        self.check_growth(op)?;
        let lines = self.staged_lines().saturating_add(size + self.answer.around);
        if lines > self.answer.room {
            return Err(Error::too_large(lines, self.answer.room, Vec::new()));
        }
        let (present, planner) = (self.present(), Planner::new(self, Block::default()));
        let load = Load {
            header: self.header,
            items: self.jar.items.len(),
            states: self.states,
            reserve: &|count, bytes| planner.next_base(count, bytes),
            has: &|class, id, at| self.has_arrived(&present, class, id, at),
        };
        // With "; " in front.
        let item = (Class::Operation, dot.to_text(), size + 2);
        let admitted = self.desk.issued.admit(
            self.keys.own.slip,
            &self.desk.policy,
            &load,
            (item.0, &item.1, item.2),
            self.arrival,
        );
        if admitted {
            Ok(record)
        } else {
            Err(Error::ask_again("the browser's cookies leave no room for one more operation"))
        }
    }

    /// Refuses what would make the state longer than a base may be even when everything is folded: waiting would not help.
    fn check_growth(&self, op: &T::Op) -> Result<(), Error> {
        /// Of a base that is all snapshot: version, floor, cart id, last barrier, no records.
        const FRAME: usize = 3 + Millis::LEN + CartId::LEN + Dot::LEN + 1;
        let limit = self.desk.policy.base_limit();
        let size = |state: &T| -> Result<usize, Error> {
            Ok(self.keys.names.cookie_len(FRAME + canonical::encode(state, T::LAYOUT)?.len()))
        };
        let mut after = self.state.clone();
        after.apply(op);
        let grown = size(&after)?;
        if grown > limit && grown > size(&self.state)? {
            return Err(Error::too_large(grown, limit, after.sizes()));
        }
        Ok(())
    }

    /// Whether the request shows an item that was issued then; a base also if a later one has come in its place.
    pub(crate) fn has_arrived(&self, present: &HashSet<(Class, &str)>, class: Class, id: &str, at: Millis) -> bool {
        let is_told = || match class {
            Class::Operation => Dot::from_text(id).is_some_and(|dot| self.joined.knows(dot)),
            Class::Base => self.jar.items.iter().filter_map(Item::base).any(|base| base.latest() > at),
        };
        present.contains(&(class, id)) || is_told()
    }

    /// Class and id of every item of ours that the request brought.
    pub(crate) fn present(&self) -> HashSet<(Class, &str)> {
        let names = self.jar.items.iter().filter_map(|item| self.keys.names.parse(&item.name));
        names.map(|(class, _, id)| (class, id)).collect()
    }
}
