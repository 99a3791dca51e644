//! A verified state, and whether it is time to seal it again.
//!
//! It may not know keys or formats. Nothing outside the façade can make a [`Slip`], so having one is the proof that a token
//! was authentic and in time.

use crate::{
    claims::{AnchorSecrets, SlipId},
    context::CallDigest,
    lifetime::Times,
    time::UnixTime,
};
use std::{fmt, sync::Arc};

/// A state that came out of a token: verified, in time, and of the current version.
///
/// There is no other way to get one: no constructor, no `Deserialize`, no `Default`.
///
/// ```compile_fail,E0451
/// # use orderslip::Slip;
/// fn forge(state: u8) -> Slip<u8> { Slip { state, ..todo!() } }
/// ```
///
/// ```compile_fail,E0277
/// # use orderslip::{Slip, SlipState};
/// # #[derive(serde::Serialize, serde::Deserialize)] struct Cart {}
/// # impl SlipState for Cart { const PURPOSE: &'static str = "shop.example/cart"; const VERSION: u16 = 1; }
/// let slip: Slip<Cart> = serde_json::from_str("{}").unwrap();
/// ```
#[doc(alias("session", "token", "claims"))]
pub struct Slip<T> {
    state: T,
    id: SlipId,
    times: Times,
    provenance: Provenance,
    changed: bool,
    half_idle: bool,
    call: Option<CallDigest>,
    anchor: Option<Arc<AnchorSecrets>>,
}

#[derive(Clone, Copy)]
pub(crate) enum Provenance {
    Current,
    OldKey,
    OldVersion,
    OldFormat,
}

impl Provenance {
    pub(crate) fn of(upgraded: bool, key_is_current: bool) -> Self {
        match (upgraded, key_is_current) {
            (true, _) => Self::OldVersion,
            (false, false) => Self::OldKey,
            (false, true) => Self::Current,
        }
    }
}

/// Whether the client should get a fresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a slip that is due and not resealed expires, or stays with an old key"]
pub enum Standing {
    /// The client's token is as good as a new one.
    Current,
    /// It is time to reseal.
    Reseal(Reason),
}

/// Why it is time to reseal; of several reasons, the first of this list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// [`Slip::state_mut`] was called: the client's token does not hold the state any more.
    Changed,
    /// The text was of another format and was adopted.
    OldFormat,
    /// The state was upgraded from an older version.
    OldVersion,
    /// A newer key seals now.
    OldKey,
    /// Half of the idle time has passed, and resealing gains some.
    HalfIdle,
}

impl<T> Slip<T> {
    /// The state.
    #[must_use]
    pub fn state(&self) -> &T {
        &self.state
    }

    /// The state, to be changed. From now on the standing is [`Reason::Changed`], whether or not it is.
    pub fn state_mut(&mut self) -> &mut T {
        self.changed = true;
        &mut self.state
    }

    /// The state alone. What was verified about it is forgotten.
    ///
    /// [`state`](Self::state) and [`state_mut`](Self::state_mut) leave the slip whole, which a reseal takes.
    #[must_use]
    pub fn into_state(self) -> T {
        self.state
    }

    /// The slip's id, which all its resealings share.
    #[must_use]
    #[doc(alias("jti", "cti", "session id"))]
    pub fn id(&self) -> SlipId {
        self.id
    }

    /// When the token was sealed.
    ///
    /// The idle time counts from it: [`Lifetime::idle`](crate::Lifetime::idle).
    #[must_use]
    pub fn sealed_at(&self) -> UnixTime {
        self.times.sealed_at
    }

    /// When the slip began: when its state was first sealed.
    ///
    /// How the three times hang together: [`manual::lifetimes`](crate::manual::lifetimes#two-ends-and-a-leeway).
    #[must_use]
    pub fn began_at(&self) -> UnixTime {
        self.times.began_at
    }

    /// When the token is over: at its absolute or its idle end, by what it says or by what is configured now, whichever is
    /// the earliest. Leeway is not part of it.
    #[must_use]
    pub fn expires_at(&self) -> UnixTime {
        self.times.expires_at
    }

    /// When the slip is over however often it is resealed.
    ///
    /// See [`Lifetime::absolute`](crate::Lifetime::absolute).
    #[must_use]
    pub fn ends_at(&self) -> UnixTime {
        self.times.ends_at
    }

    /// Whether the client should get a fresh token, and why.
    #[doc(alias("refresh", "renew", "sliding"))]
    pub fn standing(&self) -> Standing {
        match self.provenance {
            _ if self.changed => Standing::Reseal(Reason::Changed),
            Provenance::OldFormat => Standing::Reseal(Reason::OldFormat),
            Provenance::OldVersion => Standing::Reseal(Reason::OldVersion),
            Provenance::OldKey => Standing::Reseal(Reason::OldKey),
            Provenance::Current if self.half_idle => Standing::Reseal(Reason::HalfIdle),
            Provenance::Current => Standing::Current,
        }
    }

    #[inline]
    pub(crate) fn opened(
        state: T,
        id: SlipId,
        times: Times,
        provenance: Provenance,
        half_idle: bool,
        call: Option<CallDigest>,
        anchor: Option<AnchorSecrets>,
    ) -> Self {
        Self { state, id, times, provenance, changed: false, half_idle, call, anchor: anchor.map(Arc::new) }
    }

    /// A slip that begins, before its first token.
    pub(crate) fn begun(state: T, id: SlipId, times: Times) -> Self {
        Self {
            state,
            id,
            times,
            provenance: Provenance::Current,
            changed: true,
            half_idle: false,
            call: None,
            anchor: None,
        }
    }

    /// The same state, times and all under another id.
    pub(crate) fn with_id(self, id: SlipId) -> Self {
        Self { id, changed: true, ..self }
    }

    /// A token with these times is on its way to the client.
    pub(crate) fn resealed(&mut self, times: Times) {
        (self.times, self.provenance, self.changed, self.half_idle) = (times, Provenance::Current, false, false);
    }

    pub(crate) fn adopted(state: T, id: SlipId, times: Times, call: Option<CallDigest>) -> Self {
        Self {
            state,
            id,
            times,
            provenance: Provenance::OldFormat,
            changed: false,
            half_idle: false,
            call,
            anchor: None,
        }
    }

    /// What ties mergeable state to it, if any is.
    pub(crate) fn anchor(&self) -> Option<&Arc<AnchorSecrets>> {
        self.anchor.as_ref()
    }

    /// Ties what it is given from now on.
    pub(crate) fn set_anchor(&mut self, anchor: AnchorSecrets) {
        self.anchor = Some(Arc::new(anchor));
    }

    /// The client's token does not hold it any more.
    pub(crate) fn set_changed(&mut self) {
        self.changed = true;
    }

    pub(crate) fn times(&self) -> &Times {
        &self.times
    }

    /// What the slip's token was bound to besides what its sealer binds.
    pub(crate) fn call(&self) -> Option<CallDigest> {
        self.call
    }
}

/// Shows the times and nothing of the state or the id.
impl<T> fmt::Debug for Slip<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slip")
            .field("began_at", &self.times.began_at)
            .field("sealed_at", &self.times.sealed_at)
            .field("expires_at", &self.times.expires_at)
            .field("ends_at", &self.times.ends_at)
            .field("standing", &self.standing())
            .finish_non_exhaustive()
    }
}
