//! What this process was told lately of slips that are good.
//!
//! It may not know Redis. It is bounded, and it never makes an answer older than it was said that answers may be.

use crate::revoke::{Query, Verdict};
use std::{
    collections::HashMap,
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Answers in each of two generations: when the younger one is full, the elder one is thrown away.
const GENERATION: usize = 16 * 1_024;

pub(super) struct Recent {
    staleness: Duration,
    answers: Mutex<Answers>,
}

#[derive(Default)]
struct Answers {
    young: HashMap<Query, Instant>,
    old: HashMap<Query, Instant>,
    /// How often everything was forgotten.
    cleared: u64,
}

/// When a question was asked, and of which answers it can become one.
#[derive(Debug)]
pub(super) struct Ticket {
    asked_at: Instant,
    cleared: u64,
}

impl Recent {
    pub(super) fn new(staleness: Duration) -> Self {
        Self { staleness, answers: Mutex::default() }
    }

    pub(super) fn find(&self, query: &Query) -> Result<Verdict, Ticket> {
        let (answers, query) = (self.answers(), timeless(query));
        let now = Instant::now();
        let told_at = answers.young.get(&query).or_else(|| answers.old.get(&query));
        match told_at.is_some_and(|told_at| now.duration_since(*told_at) < self.staleness) {
            true => Ok(Verdict::Good),
            false => Err(Ticket { asked_at: now, cleared: answers.cleared }),
        }
    }

    /// An answer is as old as its question. One that was under way while something was revoked here is not kept.
    pub(super) fn keep(&self, ticket: Ticket, query: &Query, verdict: Verdict) {
        let mut answers = self.answers();
        if verdict != Verdict::Good || ticket.cleared != answers.cleared {
            return;
        }
        if answers.young.len() >= GENERATION {
            answers.old = mem::take(&mut answers.young);
        }
        answers.young.insert(timeless(query), ticket.asked_at);
    }

    /// Forgets everything: something is being revoked.
    pub(super) fn clear(&self) {
        let mut answers = self.answers();
        let cleared = answers.cleared.wrapping_add(1);
        *answers = Answers { cleared, ..Answers::default() };
    }

    /// Nothing that panics runs under the lock.
    fn answers(&self) -> MutexGuard<'_, Answers> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The question, whenever it is asked.
fn timeless(query: &Query) -> Query {
    Query { now: query.began_at, ..*query }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{claims::SlipId, time::UnixTime};

    fn query() -> Query {
        let time = UnixTime::from_secs(1_800_000_000);
        Query { slip: SlipId::from_bytes([7; 16]), began_at: time, ends_at: time, subject: None, key: None, now: time }
    }

    #[test]
    fn t26_an_answer_to_a_question_from_before_a_revocation_is_not_kept() {
        let recent = Recent::new(Duration::from_secs(86_400));
        let ask = || recent.find(&query()).map(|_| ()).unwrap_err();
        recent.keep(ask(), &query(), Verdict::Revoked);
        let under_way = ask();
        recent.clear();
        recent.keep(under_way, &query(), Verdict::Good);
        recent.keep(ask(), &query(), Verdict::Good);
        let later = Query { now: UnixTime::MAX, ..query() };
        assert_eq!(recent.find(&later).ok(), Some(Verdict::Good));
        recent.clear();
        assert!(recent.find(&later).is_err());
    }
}
