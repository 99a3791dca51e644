//! The settings of mergeable state, checked: how long answers may be under way, when to compact, when to refuse.
//!
//! It may not know items. Every number has its reason beside it; those that depend on a deployment can be set.

use crate::error::Error;
use std::time::Duration;

/// How long operations stay apart from the snapshot, and what a jar may cost.
///
/// ```
/// use orderslip::merge::Policy;
/// use std::time::Duration;
///
/// let policy = Policy::builder().processes(3).header_limit(16 * 1024).build()?;
/// assert!(policy.window() >= 4 * policy.transit() + 2 * policy.skew());
/// // A window that is too short for the answers that may still be under way does not build.
/// assert!(Policy::builder().window(Duration::from_secs(60)).build().unwrap_err().is_misuse());
/// # Ok::<(), orderslip::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    window: Duration,
    transit: Duration,
    skew: Duration,
    header_limit: usize,
    processes: usize,
    base_limit: usize,
}

/// A [`Policy`] in the making.
#[derive(Clone, Debug)]
#[must_use = "a policy is made by `build`"]
pub struct PolicyBuilder(Policy);

/// A jar is quiet, and may be compacted, when its latest operation is so old: parallel requests that compact while operations still
/// arrive read different jars and write different bases, and bases are large. Measured in Chromium with bursts of 2 to 100 writes.
pub(crate) const QUIET: Duration = Duration::from_millis(320);

/// Four operations cost about as many characters as the base that replaces them.
pub(crate) const LIVE_OPERATIONS: usize = 4;

/// When nothing has been added for so long, even one operation is worth a base: most jars are read far more often than written.
pub(crate) const SETTLED: Duration = Duration::from_secs(10);

/// A second base says little that is new and costs as much as the first.
pub(crate) const LIVE_BASES: usize = 2;

/// What an answer leaves free below the header limit: the name of the header, its line end, and cookies that scripts set meanwhile.
pub(crate) const MARGIN: usize = 300;

/// Chromium keeps 180 cookies of a site and drops the oldest when there are more, Node's HTTP/2 takes 128 header lines and gets each
/// cookie as one; twenty-eight are left for others.
pub(crate) const MOST_ITEMS: usize = 100;

/// Names that one answer expires. Each takes about a hundred bytes of it.
pub(crate) const MOST_EXPIRED: usize = 16;

impl Policy {
    /// The defaults, to be changed.
    pub fn builder() -> PolicyBuilder {
        PolicyBuilder(Self {
            window: Duration::from_secs(600),
            transit: Duration::from_secs(120),
            skew: Duration::from_secs(30),
            header_limit: 8 * 1024,
            processes: 1,
            base_limit: 2_400,
        })
    }

    /// With a window that the builder refuses: the tests show what goes wrong then.
    #[cfg(test)]
    pub(super) fn with_unsafe_window(mut self, window: Duration) -> Self {
        self.window = window;
        self
    }

    /// For so long after it was made an operation is kept apart from the snapshot, so that every answer that does not know it yet
    /// can still be put in its place.
    #[must_use]
    pub fn window(&self) -> Duration {
        self.window
    }

    /// The longest time from a browser's reading its cookies for a request to its storing those of the answer.
    #[must_use]
    pub fn transit(&self) -> Duration {
        self.transit
    }

    // The arithmetic of time. An operation was *asked for* when the browser read its cookies, and *stored* at most one transit D later. Its
    // time is that of a server's clock in between, so it differs from both by at most D + e, e being the skew. docs/siblings-proof.md has it all.

    /// What is earlier than a barrier by so much was stored before the barrier was asked for, hence seen: it was stored at most D + e
    /// after its own time, and the barrier was asked for at most D + e before its.
    pub(crate) fn settled_by(&self) -> Duration {
        2 * (self.transit + self.skew)
    }

    /// A base that speaks of a time so much later than a barrier's must know the barrier. One that is no later has folded nothing that the
    /// barrier had not seen, because that would be earlier than the barrier by [`Self::settled_by`].
    pub(crate) fn overdue(&self) -> Duration {
        self.window.saturating_sub(self.settled_by())
    }

    /// A base that was read before an operation was stored speaks of no time that is so much later than the operation's.
    fn stored_by(&self) -> Duration {
        self.transit + 2 * self.skew
    }

    /// So long after a barrier's time it can still be set by a request that was told of it, and is in time for [`Self::overdue`].
    pub(crate) fn commit_within(&self) -> Duration {
        self.overdue().saturating_sub(self.stored_by()).min(self.transit)
    }

    /// When the latest operation is so old, all are folded: whatever is still under way, even a barrier that was committed late, has a time
    /// behind the floor that is set then.
    pub(crate) fn rest(&self) -> Duration {
        self.window + self.stored_by()
    }

    /// How far apart the clocks of two servers may be.
    #[must_use]
    pub fn skew(&self) -> Duration {
        self.skew
    }

    /// The longest `Cookie` header that every proxy on the way takes, in bytes. Slips have a limit of their own for it:
    /// [`Budget::request`](crate::cookie::Budget::request).
    #[must_use]
    pub fn header_limit(&self) -> usize {
        self.header_limit
    }

    /// How many processes answer one browser at the same time.
    #[must_use]
    pub fn processes(&self) -> usize {
        self.processes
    }

    /// The longest cookie of a base, name included, in bytes.
    ///
    /// What crosses it is refused as [`Error::is_too_large`].
    #[must_use]
    pub fn base_limit(&self) -> usize {
        self.base_limit
    }
}

impl Default for Policy {
    fn default() -> Self {
        let PolicyBuilder(policy) = Self::builder();
        policy
    }
}

impl PolicyBuilder {
    /// See [`Policy::window`]. Ten minutes unless set; a longer one costs bytes, as more operations are kept apart.
    pub fn window(mut self, window: Duration) -> Self {
        self.0.window = window;
        self
    }

    /// See [`Policy::transit`]. Two minutes unless set, which is beyond the timeouts of common proxies (60 s in nginx); half of it is
    /// the handler's, which may emit nothing later.
    pub fn transit(mut self, transit: Duration) -> Self {
        self.0.transit = transit;
        self
    }

    /// See [`Policy::skew`]. Thirty seconds unless set, as [`DEFAULT_LEEWAY`](crate::DEFAULT_LEEWAY).
    pub fn skew(mut self, skew: Duration) -> Self {
        self.0.skew = skew;
        self
    }

    /// See [`Policy::header_limit`]. 8 KiB unless set, as nginx (`large_client_header_buffers 4 8k`) and Apache
    /// (`LimitRequestFieldSize 8190`) have it.
    pub fn header_limit(mut self, bytes: usize) -> Self {
        self.0.header_limit = bytes;
        self
    }

    /// See [`Policy::processes`]. One unless set: say how many there are, or a burst over all of them may fill the header.
    pub fn processes(mut self, processes: usize) -> Self {
        self.0.processes = processes;
        self
    }

    /// See [`Policy::base_limit`]. 2,400 unless set, so that an old base, a new one and two dozen operations fit into 8 KiB.
    pub fn base_limit(mut self, bytes: usize) -> Self {
        self.0.base_limit = bytes;
        self
    }

    /// Checks the settings.
    ///
    /// # Errors
    /// [`Error::is_misuse`] if the window is shorter than four transits and two skews, or than three and four, which is more only where a
    /// transit is shorter than two skews (below that, an operation could be folded before a checkout that did not see it is known); if a transit is shorter than a second, no process answers, two bases do not fit into a header, or one does not fit into a cookie.
    pub fn build(self) -> Result<Policy, Error> {
        let Self(policy) = self;
        let sum = |transits, skews| policy.transit.checked_mul(transits)?.checked_add(policy.skew.checked_mul(skews)?);
        let needed = sum(4, 2).zip(sum(3, 4)).map(|(one, other)| one.max(other));
        if needed.is_none_or(|needed| policy.window < needed) {
            return Err(Error::misuse("the window is at least four transits and two skews, and three and four"));
        }
        if policy.transit < Duration::from_secs(1) || policy.processes == 0 {
            return Err(Error::misuse("a transit takes a second or more, and a process or more answers"));
        }
        if policy.base_limit > super::item::MAX_COOKIE || policy.base_limit.saturating_mul(2) > policy.header_limit {
            return Err(Error::misuse("two bases fit into a header, and one into a cookie"));
        }
        Ok(policy)
    }
}
