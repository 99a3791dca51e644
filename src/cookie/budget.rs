//! How many bytes a cookie, an answer and the next request may have, and the count of what is spent.
//!
//! It may not know what the bytes are. A browser drops what is too long without a word, and a proxy that is sent too much locks the user
//! out before any server of yours sees the request: so the count is exact, and it is taken before anything is sent.

use crate::error::Error;
use std::sync::{Mutex, PoisonError};

/// What browsers keep of one cookie, name and value together (RFC 6265bis section 5.6; one more is dropped without a word).
///
/// All defaults and limits with their reasons: [`manual::defaults`](crate::manual::defaults).
pub const MAX_PAIR: usize = 4096;

/// The bytes that a header field takes besides its value: `Set-Cookie: ` and the line's end.
pub(crate) const FIELD: usize = 14;

/// The limits that a jar keeps to, in bytes. Each is there because somebody on the way drops or refuses what is longer.
///
/// ```
/// use orderslip::cookie::Budget;
///
/// // Nothing but browsers before this server, which takes 16 KiB of cookies:
/// let budget = Budget::default().answer(16_000).request(15_000);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a budget does something only when a jar gets it"]
#[doc(alias("4096", "431", "header too large"))]
pub struct Budget {
    pub(crate) pair: usize,
    pub(crate) line: usize,
    pub(crate) answer: usize,
    pub(crate) request: usize,
}

impl Default for Budget {
    /// What gets through browsers and the proxies with their defaults: [`pair`](Self::pair) 4096, [`line`](Self::line) 4096,
    /// [`answer`](Self::answer) 3500, [`request`](Self::request) 7800.
    fn default() -> Self {
        Self { pair: MAX_PAIR, line: 4096, answer: 3500, request: 7800 }
    }
}

impl Budget {
    /// Name and value of one cookie: at most, and by default, [`MAX_PAIR`].
    pub const fn pair(self, bytes: usize) -> Self {
        Self { pair: bytes, ..self }
    }

    /// One line of `Set-Cookie` with its attributes: 4096, because Google's front end drops *all* cookies of an answer in which one is
    /// longer.
    ///
    /// The others: [`Budget::default`].
    pub const fn line(self, bytes: usize) -> Self {
        Self { line: bytes, ..self }
    }

    /// All lines of `Set-Cookie` of all jars in one answer: 3500, because nginx takes 4096 bytes of header from a server behind it
    /// (`proxy_buffer_size`) and says 502 to more. What is left is for the answer's other fields: if those of yours have more than some
    /// 500 bytes (a content security policy is easily that long), take less.
    pub const fn answer(self, bytes: usize) -> Self {
        Self { answer: bytes, ..self }
    }

    /// The `Cookie` field of the next request, other people's cookies included: 7800, because nginx says 400 to a line of more than 8192
    /// (`large_client_header_buffers`), and Apache to one of more than 8190, to every request from then on.
    ///
    /// Mergeable state has a limit of its own for the same field, `merge::Policy::header_limit`: raise both, or neither.
    pub const fn request(self, bytes: usize) -> Self {
        Self { request: bytes, ..self }
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.pair > MAX_PAIR {
            return Err(Error::misuse("no browser keeps a cookie of more than 4096 bytes"));
        }
        Ok(())
    }
}

/// What one jar adds to an answer and to the requests that follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cost {
    /// The bytes of its lines.
    pub(crate) lines: usize,
    /// The bytes by which the cookies of the next request are more, and those by which they are fewer.
    pub(crate) more: usize,
    pub(crate) fewer: usize,
}

/// What all jars of one answer have spent.
#[derive(Debug, Default)]
pub(crate) struct Tally(Mutex<Cost>);

/// A limit that would be crossed, with what would cross it.
pub(crate) struct Over {
    pub(crate) size: usize,
    pub(crate) limit: usize,
}

impl Tally {
    /// Puts what a jar will send in the place of what it would have sent, if all that the jars send fits.
    pub(crate) fn settle(&self, old: Cost, new: Cost, request: usize, budget: &Budget) -> Result<(), Over> {
        // Only numbers are in there: whoever panicked left them whole.
        let mut spent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let after = Cost {
            lines: spent.lines.saturating_sub(old.lines).saturating_add(new.lines),
            more: spent.more.saturating_sub(old.more).saturating_add(new.more),
            fewer: spent.fewer.saturating_sub(old.fewer).saturating_add(new.fewer),
        };
        if new.lines > old.lines && after.lines > budget.answer {
            return Err(Over { size: after.lines, limit: budget.answer });
        }
        // A request that is over the limit has got through: whatever stands before this server takes more than was thought.
        let next = request.saturating_add(after.more).saturating_sub(after.fewer);
        if request <= budget.request && next > budget.request {
            return Err(Over { size: next, limit: budget.request });
        }
        *spent = after;
        Ok(())
    }

    /// What has been spent so far.
    pub(crate) fn spent(&self) -> Cost {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long the `Cookie` header of the next request will be by what others than this one do.
    pub(crate) fn next_header(&self, request: usize, own: Cost) -> usize {
        let Cost { more, fewer, .. } = self.spent();
        let (more, fewer) = (more.saturating_sub(own.more), fewer.saturating_sub(own.fewer));
        request.saturating_add(more).saturating_sub(fewer)
    }

    /// The same without a limit: for what must be sent whatever it takes, such as the end of a session.
    pub(crate) fn settle_anyhow(&self, old: Cost, new: Cost) {
        let unlimited = Budget { pair: 0, line: 0, answer: usize::MAX, request: usize::MAX };
        let settled = self.settle(old, new, 0, &unlimited);
        debug_assert!(settled.is_ok(), "nothing is more than everything");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(lines: usize) -> Cost {
        Cost { lines, ..Cost::default() }
    }

    #[test]
    fn the_answer_is_counted_over_all_jars() {
        let (tally, budget) = (Tally::default(), Budget::default().answer(100));
        assert!(tally.settle(lines(0), lines(60), 0, &budget).is_ok());
        assert!(tally.settle(lines(0), lines(41), 0, &budget).is_err_and(|over| (over.size, over.limit) == (101, 100)));
        assert!(tally.settle(lines(0), lines(40), 0, &budget).is_ok());
        assert!(tally.settle(lines(60), lines(20), 0, &budget).is_ok());
        assert!(tally.settle(lines(40), lines(80), 0, &budget).is_ok());
        tally.settle_anyhow(lines(80), lines(500));
        assert!(tally.settle(lines(500), lines(400), 0, &budget).is_ok(), "less than before is never too much");
    }

    /// The end of a session is sent whatever it takes; who then writes no more than before is not to blame for it.
    #[test]
    fn what_is_sent_anyhow_is_counted_and_is_nobodys_fault() {
        let (tally, budget) = (Tally::default(), Budget::default().answer(100));
        assert_eq!(tally.spent(), lines(0));
        assert!(tally.settle(lines(0), lines(50), 0, &budget).is_ok());
        tally.settle_anyhow(lines(0), lines(200));
        assert_eq!(tally.spent(), lines(250));
        assert!(tally.settle(lines(50), lines(50), 0, &budget).is_ok());
        assert!(tally.settle(lines(50), lines(51), 0, &budget).is_err_and(|over| over.size == 251));
        assert_eq!(tally.spent(), lines(250));
    }

    #[test]
    fn nobody_crosses_the_limit_of_a_request_but_it_may_be_crossed_already() {
        let grows = |more: usize, fewer: usize| Cost { lines: 0, more, fewer };
        let budget = Budget::default().request(100);
        assert!(Tally::default().settle(lines(0), grows(21, 0), 80, &budget).is_err_and(|over| over.size == 101));
        assert!(Tally::default().settle(lines(0), grows(21, 1), 80, &budget).is_ok());
        assert!(Tally::default().settle(lines(0), grows(20, 0), 80, &budget).is_ok());
        assert!(Tally::default().settle(lines(0), grows(51, 50), 500, &budget).is_ok());
    }
}
