//! A list of what has been revoked: what it is told, what it is asked.
//!
//! It may not know engines, nor what is done if one does not answer: that is the guard's.

use crate::{
    claims::SlipId,
    error::Error,
    revoke::{Digest, SlipRef},
    time::UnixTime,
};
use std::{future::Future, pin::Pin};

/// A list of revocations that all servers share.
///
/// [`MemoryStore`](crate::revoke::MemoryStore) is one for a single process. A list of your own needs these two functions; a [`Guard`](crate::revoke::Guard) does the rest.
/// The example `social` has one over SQLite and PostgreSQL, in a file to take along: `examples/social/store.rs`.
/// It must answer in bounded time, also if what it asks does not: the request waits.
///
/// ```
/// use orderslip::{Error, revoke::{Query, Revocation, Revocations, Verdict}};
/// use std::{collections::HashMap, sync::Mutex};
///
/// /// Slips alone, and nobody forgets.
/// #[derive(Default)]
/// struct Slips(Mutex<HashMap<[u8; 16], u64>>);
///
/// impl Revocations for Slips {
///     async fn revoke(&self, revocation: &Revocation) -> Result<(), Error> {
///         let Revocation::Slip { id, until, .. } = revocation else { return Err(Error::unavailable("slips alone")) };
///         self.0.lock().map_err(|_| Error::unavailable("poisoned"))?.insert(*id.as_bytes(), until.as_secs());
///         Ok(())
///     }
///
///     async fn look_up(&self, query: &Query) -> Result<Verdict, Error> {
///         let slips = self.0.lock().map_err(|_| Error::unavailable("poisoned"))?;
///         Ok(if slips.contains_key(query.slip.as_bytes()) { Verdict::Revoked } else { Verdict::Good })
///     }
/// }
/// # fn main() { let guard = orderslip::revoke::Guard::fail_closed(Slips::default()); drop(guard); }
/// ```
#[doc(alias("blacklist", "denylist", "store"))]
pub trait Revocations: Send + Sync + 'static {
    /// Remembers a revocation, and returns once every later [`look_up`](Self::look_up) of any server will see it.
    ///
    /// Told the same twice, it remembers it once; of two revocations of one subject, everything that either of them ends: the later `before`, and of the
    /// slip that goes with it no more than what the other one spares, too, or began after it. Otherwise whoever was logged out with all others could
    /// spare himself by logging out all others.
    ///
    /// # Errors
    /// [`Error::is_unavailable`] if it cannot remember it: make it with [`Error::unavailable`].
    fn revoke(&self, revocation: &Revocation) -> impl Future<Output = Result<(), Error>> + Send;

    /// What it knows of a slip.
    ///
    /// # Errors
    /// [`Error::is_unavailable`] if it does not answer: make it with [`Error::unavailable`].
    fn look_up(&self, query: &Query) -> impl Future<Output = Result<Verdict, Error>> + Send;
}

/// What ends before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Revocation {
    /// One slip, however often it was sealed again.
    Slip {
        /// Its id.
        id: SlipId,
        /// When it began: as constant as its id, and so a way to divide a long list.
        began_at: UnixTime,
        /// When it is over anyway, on all clocks: may be forgotten then.
        until: UnixTime,
    },
    /// Every slip of a subject that began before a time, or at it. Not those that were *sealed* before: a server that has not heard of this
    /// yet may seal an old one again.
    Subject {
        /// Whose slips.
        subject: Digest,
        /// The last second whose slips are revoked.
        before: UnixTime,
        /// The one that is not: that of the device on which somebody asked for this.
        spared: Option<SlipRef>,
        /// When all of them are over anyway.
        until: UnixTime,
    },
    /// Every slip that was sealed with a key.
    Key {
        /// The key's id as tokens name it.
        key: Digest,
        /// When all of them are over anyway, or no server has the key any more.
        until: UnixTime,
    },
}

/// Of a subject: until when its slips began, and the one that is spared.
pub(super) type OfSubject = (UnixTime, Option<SlipRef>);

/// What two revocations of one subject end together.
pub(super) fn both(one: OfSubject, other: OfSubject) -> OfSubject {
    let (later, earlier) = if one.0 < other.0 { (other, one) } else { (one, other) };
    let is_spared_by_both =
        |slip: &SlipRef| slip.began_at() > earlier.0 || earlier.1.is_some_and(|other| other.id() == slip.id());
    (later.0, later.1.filter(is_spared_by_both))
}

impl Revocation {
    /// When it may be forgotten.
    #[must_use]
    pub const fn until(&self) -> UnixTime {
        match self {
            Self::Slip { until, .. } | Self::Subject { until, .. } | Self::Key { until, .. } => *until,
        }
    }
}

/// A slip that somebody has opened: everything that it may be revoked by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Query {
    /// Its id.
    pub slip: SlipId,
    /// When it began.
    pub began_at: UnixTime,
    /// When it is over anyway.
    pub ends_at: UnixTime,
    /// Whose it is, if the state tells: [`SlipState::subject`](crate::SlipState::subject).
    pub subject: Option<Digest>,
    /// The id of the key that sealed it, as the token names it.
    pub key: Option<Digest>,
    /// Now: nobody needs another clock.
    pub now: UnixTime,
}

impl Query {
    /// Whether a revocation that is remembered means this slip.
    ///
    /// A store of your own has it for [`Revocations`].
    #[must_use]
    pub fn is_meant_by(&self, revocation: &Revocation) -> bool {
        match revocation {
            Revocation::Slip { id, .. } => self.slip == *id,
            Revocation::Subject { subject, before, spared, .. } => {
                self.subject.as_ref() == Some(subject)
                    && self.began_at <= *before
                    && spared.is_none_or(|spared| spared.id() != self.slip)
            }
            Revocation::Key { key, .. } => self.key.as_ref() == Some(key),
        }
    }
}

/// What a list knows of a slip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[must_use]
pub enum Verdict {
    /// Nobody has revoked it.
    Good,
    /// It has been revoked.
    Revoked,
    /// The list was lost since the slip began: somebody may have revoked it. Who fails open lets it pass, who fails closed does not.
    Forgotten,
}

/// The answer of a list whose type is not known any more.
pub(super) type Answer<'a, R> = Pin<Box<dyn Future<Output = Result<R, Error>> + Send + 'a>>;

/// [`Revocations`] of whatever type.
pub(super) trait AnyRevocations: Send + Sync {
    fn revoke<'a>(&'a self, revocation: &'a Revocation) -> Answer<'a, ()>;
    fn look_up<'a>(&'a self, query: &'a Query) -> Answer<'a, Verdict>;
}

impl<S: Revocations> AnyRevocations for S {
    fn revoke<'a>(&'a self, revocation: &'a Revocation) -> Answer<'a, ()> {
        Box::pin(Revocations::revoke(self, revocation))
    }

    fn look_up<'a>(&'a self, query: &'a Query) -> Answer<'a, Verdict> {
        Box::pin(Revocations::look_up(self, query))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a store of one's own goes by.
    #[test]
    fn t26_a_revocation_means_what_it_names_and_nothing_else() {
        let at = UnixTime::from_secs;
        let [slip, other] = [[1; 16], [2; 16]].map(SlipId::from_bytes);
        let digest = |text: &str| Digest::of("name", text.as_bytes());
        let (subject, key) = (Some(digest("ada")), Some(digest("key")));
        let query = Query { slip, began_at: at(5), ends_at: at(100), subject, key, now: at(10) };
        let until = at(100);
        let of_slip = |id| Revocation::Slip { id, began_at: at(5), until };
        assert!(query.is_meant_by(&of_slip(slip)) && !query.is_meant_by(&of_slip(other)));
        let of_key = |text: &str| Revocation::Key { key: digest(text), until };
        assert!(query.is_meant_by(&of_key("key")) && !query.is_meant_by(&of_key("another")));
        let of =
            |text: &str, before| Revocation::Subject { subject: digest(text), before: at(before), spared: None, until };
        assert!(
            query.is_meant_by(&of("ada", 5)) && !query.is_meant_by(&of("ada", 4)) && !query.is_meant_by(&of("bob", 5))
        );
        let nobodys = Query { subject: None, key: None, ..query };
        assert!(!nobodys.is_meant_by(&of("ada", 5)) && !nobodys.is_meant_by(&of_key("key")));
    }
}
