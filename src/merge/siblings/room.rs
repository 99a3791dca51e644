//! Whether an operation fits that a handler adds: into a cookie, into the answer, into a base with all the rest, and into the browser's header.
//!
//! It may not know when a base is written, or what an operation means.

use super::Siblings;
use crate::{
    error::Error,
    merge::{
        Mergeable,
        admission::{Load, rivals},
        base::CartId,
        beside::Beside,
        canonical,
        dot::{Dot, Millis},
        item::{Class, Item, MAX_COOKIE},
        plan::{Block, Planner},
        policy::MARGIN,
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

    /// The same beside other states.
    pub(crate) fn beside(self, beside: Beside) -> Self {
        Self { beside, ..self }
    }

    /// What the answer has room for, beside all that it carries but for these siblings.
    pub(crate) fn set_answer(&mut self, answer: Block) {
        self.answer = answer;
    }

    /// Whether what is added becomes no cookie of its own: a login takes it along, in one base, and says whether that fits.
    pub(crate) fn set_carried(&mut self, is_carried: bool) {
        self.is_carried = is_carried;
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
        self.check_growth(op, size)?;
        if self.is_carried {
            return Ok(record);
        }
        let lines = self.staged_lines().saturating_add(size + self.answer.around);
        if lines > self.answer.room {
            return Err(Error::too_large(lines, self.answer.room, Vec::new()));
        }
        let (present, planner) = (self.present(), Planner::new(self, Block::default()));
        let load = Load {
            header: self.header,
            items: self.jar.items.len(),
            beside: &self.beside,
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

    /// Refuses what would make the state longer than a base may be even when everything is folded, or so long that the header would have no
    /// room any more for an operation that makes it shorter: waiting would not help.
    fn check_growth(&self, op: &T::Op, cookie: usize) -> Result<(), Error> {
        /// Of a base that is all snapshot: version, floor, cart id, last barrier, no records.
        const FRAME: usize = 3 + Millis::LEN + CartId::LEN + Dot::LEN + 1;
        let size = |state: &T| -> Result<usize, Error> {
            Ok(self.keys.names.cookie_len(FRAME + canonical::encode(state, T::LAYOUT)?.len()))
        };
        let mut after = self.state.clone();
        after.apply(op);
        let grown = size(&after)?;
        let limit = self.desk.policy.base_limit().min(self.base_that_leaves_room(grown, cookie));
        if grown > limit && grown > size(&self.state)? {
            return Err(Error::too_large(grown, limit, after.sizes()));
        }
        Ok(())
    }

    /// How long the base may be that holds everything, so that one more operation is admitted beside it: the base itself stands in the header
    /// then, and room for the one after it is kept.
    pub(crate) fn base_that_leaves_room(&self, base: usize, cookie: usize) -> usize {
        /// What takes something away may be longer than what added it.
        const SHRINKS: usize = 120;
        let (policy, beside) = (&self.desk.policy, &self.beside);
        let own: usize = self.jar.items.iter().map(|item| item.bytes).sum();
        // What is no state's. Who has more than half of the header fills it, and not this state: that may pass.
        let others = self.header.saturating_sub(own).saturating_sub(beside.bytes());
        if others > policy.header_limit() / 2 {
            return usize::MAX;
        }
        let arriving = (cookie + 2).max(SHRINKS).saturating_mul(policy.processes());
        let next =
            (base.saturating_add(arriving)).min(policy.base_limit()).saturating_add(beside.folded_reserve(arriving));
        let header = others
            .saturating_add(beside.bases())
            .saturating_add(base + 2)
            .saturating_add(arriving.saturating_mul(beside.states()))
            .saturating_add(next.saturating_mul(rivals(policy)))
            .saturating_add(MARGIN);
        // A base that is shorter by a byte frees that in each place.
        let over = header.saturating_sub(policy.header_limit());
        base.saturating_sub(over.div_ceil(1 + rivals(policy)))
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
