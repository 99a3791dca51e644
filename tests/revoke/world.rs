//! What the tests share: sessions of a user on several devices, and a store that can be told to fail.

use crate::kit::{HOUR, Kind, NOW};
use orderslip::{
    Error, Keyring, Lifetime, Sealer, Slip, SlipState, UnixTime,
    revoke::{Guard, Query, Redeemed, Redemption, Redemptions, Revocation, Revocations, Verdict},
};
use serde::{Deserialize, Serialize};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

pub(crate) const DAY: Duration = Duration::from_secs(86_400);

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) user: Option<String>,
    pub(crate) note: String,
}

impl SlipState for Session {
    const PURPOSE: &'static str = "shop.example/session";
    const VERSION: u16 = 1;

    fn subject(&self) -> Option<&str> {
        self.user.as_deref()
    }
}

pub(crate) fn of(user: &str) -> Session {
    Session { user: Some(user.into()), note: String::new() }
}

/// A sealer of every kind for one ring, and the lifetime of its slips.
pub(crate) fn sealer(kind: Kind, ring: &Keyring) -> Sealer<Session> {
    kind.sealer_for(ring, Lifetime::absolute(DAY).idle(HOUR)).unwrap()
}

/// A device: the text that it holds, and what is in it.
pub(crate) struct Device {
    pub(crate) text: String,
    pub(crate) slip: Slip<Session>,
}

impl Device {
    pub(crate) fn of(sealer: &Sealer<Session>, user: &str, now: UnixTime) -> Self {
        let text = sealer.seal_at(&of(user), now).unwrap();
        Self { slip: sealer.open_at(&text, now).unwrap(), text }
    }

    pub(crate) async fn is_good(&self, guard: &Guard, sealer: &Sealer<Session>, now: UnixTime) -> bool {
        match guard.open_at(&sealer.opener(), &self.text, now).await {
            Ok(_) => true,
            Err(error) if error.is_revoked() => false,
            Err(error) => panic!("{error:?}"),
        }
    }
}

/// A store that answers as it is told, and counts how often it is asked.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) answer: Result<Verdict, Error>,
    pub(crate) asked: Arc<AtomicUsize>,
}

impl Told {
    pub(crate) fn to(answer: Result<Verdict, Error>) -> Self {
        Self { answer, asked: Arc::default() }
    }

    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

impl Revocations for Told {
    async fn revoke(&self, _: &Revocation) -> Result<(), Error> {
        self.answer.clone().map(|_| ())
    }

    async fn look_up(&self, _: &Query) -> Result<Verdict, Error> {
        // An answer takes its time: whatever else the request does meanwhile, it does.
        tokio::task::yield_now().await;
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.answer.clone()
    }
}

impl Redemptions for Told {
    async fn redeem(&self, _: &Redemption<'_>) -> Result<Redeemed, Error> {
        self.answer.clone().map(|_| Redeemed::Now)
    }
}

pub(crate) fn encrypted() -> (Keyring, Sealer<Session>) {
    let ring = crate::kit::shared_ring();
    let sealer = sealer(Kind::Encrypted, &ring);
    (ring, sealer)
}

pub(crate) const BEFORE: UnixTime = UnixTime::from_secs(NOW.as_secs() - 100);
