//! What stands between opened slips and a list of those that are revoked.
//!
//! It may not know engines. What happens when a list does not answer is said when the guard is made, and there is no default: both
//! answers are somebody's outage.

use crate::{
    bytes::public_text,
    error::Error,
    hazmat,
    key::KeyId,
    lifetime::MAX_LEEWAY,
    opener::Opener,
    revoke::{Digest, Query, Revocation, Revocations, SlipRef, Verdict, revocations::AnyRevocations},
    slip::Slip,
    state::SlipState,
    time::UnixTime,
};
use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// Asks a list of revocations about slips, and adds to it. Cheap to clone.
///
/// For cookies it takes one line, [`JarBuilder::revocations`](crate::cookie::JarBuilder::revocations). For everything else [`open`](Self::open)
/// stands in the place of [`Opener::open`]:
///
/// ```
/// use orderslip::{Keyring, Lifetime, Sealer, SlipState, revoke::{Guard, MemoryStore, SlipRef}};
/// use std::time::Duration;
///
/// #[derive(serde::Serialize, serde::Deserialize)]
/// struct Session { user: String }
///
/// impl SlipState for Session {
///     const PURPOSE: &'static str = "shop.example/session";
///     const VERSION: u16 = 1;
///     fn subject(&self) -> Option<&str> { Some(&self.user) }
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), orderslip::Error> {
/// let day = Duration::from_secs(86_400);
/// let guard = Guard::fail_closed(MemoryStore::new(100_000)).horizon(day);
/// let sealer = Sealer::<Session>::encrypted(&Keyring::generate()?).lifetime(Lifetime::absolute(day)).build()?;
/// let (phone, laptop) = (sealer.seal(&Session { user: "ada".into() })?, sealer.seal(&Session { user: "ada".into() })?);
///
/// let slip = guard.open(&sealer.opener(), &laptop).await?;
/// guard.log_out_elsewhere("ada", &SlipRef::of(&slip)).await?;
/// assert!(guard.open(&sealer.opener(), &laptop).await.is_ok());
/// assert!(guard.open(&sealer.opener(), &phone).await.unwrap_err().is_revoked());
///
/// guard.revoke(&slip).await?;
/// assert!(guard.open(&sealer.opener(), &laptop).await.unwrap_err().is_revoked());
/// # Ok(()) }
/// ```
///
/// One list may serve many kinds of slips and many services. Ids of slips are random; subjects are the services' common names, so let them
/// mean the same everywhere (`merchant/7` is not `7`).
///
/// # What it cannot do
///
/// What a handler has begun before a revocation, it ends. "Before" is what clocks say, in seconds: a slip that began on a server whose clock is
/// fast outlives [`log_out_everywhere`](Self::log_out_everywhere) by so much; an [`Epoch`](crate::revoke::Epoch) knows no clock.
#[derive(Clone)]
#[doc(alias("blacklist", "denylist", "blocklist", "logout"))]
pub struct Guard(Arc<Inner>);

struct Inner {
    list: Box<dyn AnyRevocations>,
    policy: Policy,
    /// The longest life of a slip, in seconds.
    horizon: AtomicU64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Policy {
    Open,
    Closed,
}

impl Guard {
    /// If the list does not answer, no slip is good: reads see none, and what must have one is answered 503. For what must not happen once it is
    /// revoked.
    #[must_use]
    pub fn fail_closed(list: impl Revocations) -> Self {
        Self::new(list, Policy::Closed)
    }

    /// If the list does not answer, every slip is good that is authentic and in time, as without a guard: a session that should be over
    /// goes on for so long. An event says so each time. For what must go on.
    ///
    /// The other answer is [`fail_closed`](Self::fail_closed); [`manual::revocation`](crate::manual::revocation#when-the-list-does-not-answer) compares them.
    #[must_use]
    pub fn fail_open(list: impl Revocations) -> Self {
        Self::new(list, Policy::Open)
    }

    fn new(list: impl Revocations, policy: Policy) -> Self {
        Self(Arc::new(Inner { list: Box::new(list), policy, horizon: AtomicU64::new(0) }))
    }

    /// How long a slip may live that the list is asked about: so long is a subject's revocation remembered. The longest of all services that
    /// share the list.
    ///
    /// A guard learns it from its jars by itself; it takes this if there are none, or slips elsewhere that live longer. It is not made
    /// shorter.
    #[must_use]
    pub fn horizon(self, longest_life: Duration) -> Self {
        self.cover(longest_life);
        self
    }

    /// Opens a text, and asks about the slip that comes out.
    ///
    /// # Errors
    /// As [`Opener::open`]; [`Error::is_revoked`] if the slip is; and [`Error::is_unavailable`] if the list did not answer and the guard fails closed.
    pub async fn open<T: SlipState>(&self, opener: &Opener<T>, text: &str) -> Result<Slip<T>, Error> {
        self.open_at(opener, text, opener.core().clock.now()?).await
    }

    /// As [`open`](Self::open), as of the given time.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub async fn open_at<T: SlipState>(&self, opener: &Opener<T>, text: &str, now: UnixTime) -> Result<Slip<T>, Error> {
        let slip = opener.open_at(text, now)?;
        self.check_at(&slip, text, now).await?;
        Ok(slip)
    }

    /// Asks about a slip that was opened otherwise, with [bindings](Opener::bound) for instance; the text is what it came from.
    ///
    /// # Errors
    /// [`Error::is_revoked`] if it is; [`Error::is_unavailable`] if the list did not answer and the guard fails closed, or the clock cannot tell.
    pub async fn check<T: SlipState>(&self, slip: &Slip<T>, text: &str) -> Result<(), Error> {
        self.check_at(slip, text, UnixTime::now()?).await
    }

    /// As [`check`](Self::check), as of the given time.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub async fn check_at<T: SlipState>(&self, slip: &Slip<T>, text: &str, now: UnixTime) -> Result<(), Error> {
        self.ask(&query(slip, text, now)).await
    }

    /// Ends a slip, wherever copies of it are.
    ///
    /// # Errors
    /// [`Error::is_unavailable`] if the list did not take it, however the guard fails: it has not been revoked then.
    pub async fn revoke<T: SlipState>(&self, slip: &Slip<T>) -> Result<(), Error> {
        self.revoke_ref(&SlipRef::of(slip)).await
    }

    /// Ends a slip that is elsewhere: one of the devices on a list that the application keeps.
    ///
    /// # Errors
    /// As [`revoke`](Self::revoke).
    pub async fn revoke_ref(&self, slip: &SlipRef) -> Result<(), Error> {
        let (id, began_at, until) = (slip.id(), slip.began_at(), on_all_clocks(slip.ends_at()));
        self.tell(Revocation::Slip { id, began_at, until }).await
    }

    /// Ends every slip of a subject that began before now, or in this second: also those that are sealed again meanwhile. For a change of
    /// password. A slip of the same second that comes after this is ended too: begin the new one first, and spare it with [`log_out_elsewhere`](Self::log_out_elsewhere).
    ///
    /// # Errors
    /// As [`revoke`](Self::revoke), and [`Error::is_misuse`] if nobody has said how long a slip may live: [`horizon`](Self::horizon).
    #[doc(alias("logout", "sign out"))]
    pub async fn log_out_everywhere(&self, subject: &str) -> Result<(), Error> {
        self.log_out_at(subject, None, UnixTime::now()?).await
    }

    /// The same, but for one slip, if nothing has ended that already: who was logged out with all others cannot spare himself.
    ///
    /// It goes by the slip's id and by when it began. After a change of password begin a new slip, as at a login
    /// ([`replace_with`](crate::cookie::Visit::replace_with)), and spare that: a [new id](crate::cookie::Visit::renew_id) alone leaves it as old as the
    /// copies, and one that it gets later is not spared.
    ///
    /// # Errors
    /// As [`log_out_everywhere`](Self::log_out_everywhere).
    pub async fn log_out_elsewhere(&self, subject: &str, spared: &SlipRef) -> Result<(), Error> {
        self.log_out_at(subject, Some(spared), UnixTime::now()?).await
    }

    /// As [`log_out_everywhere`](Self::log_out_everywhere) and [`log_out_elsewhere`](Self::log_out_elsewhere), of what began before a given
    /// time or at it.
    ///
    /// # Errors
    /// As [`log_out_everywhere`](Self::log_out_everywhere).
    pub async fn log_out_at(&self, subject: &str, spared: Option<&SlipRef>, before: UnixTime) -> Result<(), Error> {
        let horizon = self.0.horizon.load(Ordering::Relaxed);
        if horizon == 0 {
            return Err(Error::misuse("a guard without a jar does not know how long slips live: say its `horizon`"));
        }
        let until = on_all_clocks(before.saturating_add(Duration::from_secs(horizon)));
        self.tell(Revocation::Subject { subject: subject_digest(subject), before, spared: spared.copied(), until })
            .await
    }

    /// Ends every slip that was sealed with a key, until every server's ring says so itself. The ring comes first: a stolen key can make
    /// slips of any id, and with the key goes every honest slip as well.
    ///
    /// # Errors
    /// As [`revoke`](Self::revoke).
    pub async fn revoke_key(&self, key: &KeyId, until: UnixTime) -> Result<(), Error> {
        // Tokens of the two families name a key in two ways.
        for named in [key.to_string(), public_text(key.wire())] {
            self.tell(Revocation::Key { key: key_digest(&named), until }).await?;
        }
        Ok(())
    }

    /// What the policy makes of the answer.
    pub(crate) async fn ask(&self, query: &Query) -> Result<(), Error> {
        match (self.0.list.look_up(query).await, self.0.policy) {
            (Ok(Verdict::Good), _) => Ok(()),
            (Ok(Verdict::Forgotten), Policy::Open) => {
                tracing::debug!(reason = "forgotten", "a list of revocations is younger than a slip, which is let in");
                Ok(())
            }
            (Ok(Verdict::Revoked | Verdict::Forgotten), _) => Err(Error::revoked()),
            (Err(error), Policy::Open) => {
                tracing::warn!(reason = "unavailable", %error, "a list of revocations did not answer, and a slip is let in");
                Ok(())
            }
            (Err(error), Policy::Closed) => {
                tracing::warn!(reason = "unavailable", %error, "a list of revocations did not answer, and a slip is not let in");
                Err(if error.is_unavailable() { error } else { Error::unavailable(error) })
            }
        }
    }

    async fn tell(&self, revocation: Revocation) -> Result<(), Error> {
        let told = self.0.list.revoke(&revocation).await;
        told.map_err(|error| if error.is_unavailable() { error } else { Error::unavailable(error) })
    }

    /// From now on slips live at least so long.
    pub(crate) fn cover(&self, longest_life: Duration) {
        self.0.horizon.fetch_max(longest_life.as_secs(), Ordering::Relaxed);
    }
}

/// What is asked about a slip that came as this text.
pub(crate) fn query<T: SlipState>(slip: &Slip<T>, text: &str, now: UnixTime) -> Query {
    Query {
        slip: slip.id(),
        began_at: slip.began_at(),
        ends_at: slip.ends_at(),
        subject: slip.state().subject().map(subject_digest),
        // What was adopted names no key of ours.
        key: hazmat::inspect(text).ok().map(|token| key_digest(&token.key_id())),
        now,
    }
}

fn subject_digest(subject: &str) -> Digest {
    Digest::of("subject", subject.as_bytes())
}

fn key_digest(named: &str) -> Digest {
    Digest::of("key", named.as_bytes())
}

/// Until no server takes it for good any more, whatever its leeway.
pub(super) fn on_all_clocks(end: UnixTime) -> UnixTime {
    end.saturating_add(MAX_LEEWAY)
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard").field("policy", &self.0.policy).finish_non_exhaustive()
    }
}
