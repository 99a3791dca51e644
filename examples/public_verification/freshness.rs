//! When to fetch again: a pure function of times.
//!
//! It may not know keys or HTTP. Together with `remote_keys.rs` it is the verifier's part to copy.

use orderslip::UnixTime;
use std::time::Duration;

/// At least so long from one request to the next, whatever the reason for either, and whatever became of the first.
///
/// A key id is an attacker's text until its token is verified, so an unknown one may cost the issuer no more than this; and
/// an issuer that is down is asked no more often.
pub(crate) const PAUSE: Duration = Duration::from_secs(30);

/// Whatever the issuer says, it is asked once a day.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// How old the keys are that are in use.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Freshness {
    /// When the issuer was last asked, whatever the answer.
    asked_at: UnixTime,
    /// When it last answered, and for how long that answer holds.
    answered_at: UnixTime,
    max_age: Duration,
}

impl Freshness {
    /// After the first answer.
    pub(crate) fn new(now: UnixTime, max_age: Duration) -> Self {
        Self { asked_at: now, answered_at: now, max_age: max_age.min(LONGEST) }
    }

    /// Whether `max-age` is over. A clock that stepped back counts as over: nothing is known of the age then.
    pub(crate) fn is_stale(&self, now: UnixTime) -> bool {
        now < self.answered_at || now.since(self.answered_at) >= self.max_age
    }

    /// Whether the issuer may be asked now; if so, it counts as asked.
    pub(crate) fn take_turn(&mut self, now: UnixTime) -> bool {
        let may = now < self.asked_at || now.since(self.asked_at) >= PAUSE;
        if may {
            self.asked_at = now;
        }
        may
    }

    /// The issuer answered, with the same keys or with others.
    pub(crate) fn answered(&mut self, now: UnixTime, max_age: Duration) {
        *self = Self { asked_at: self.asked_at, ..Self::new(now, max_age) };
    }
}
