//! What the tests share: the times, a session, the new ring, and all that must hold for the cookie of any old crate.
//!
//! It may not know the old crates.
#![allow(dead_code, unreachable_pub, reason = "each test file uses a part of it")]

use orderslip::{Keyring, Lifetime, Reason, Sealer, Standing, UnixTime};
use orderslip_migration::{Session, receive};
use std::time::Duration;

/// The new library's time in all tests. The clocks of the old crates are the system's, and cannot be set.
pub const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);
pub const DAY: u64 = 86_400;
/// Until when the old cookies are adopted.
pub const UNTIL: UnixTime = UnixTime::from_secs(1_800_000_000 + 14 * DAY);

pub fn later(secs: u64) -> UnixTime {
    NOW.saturating_add(Duration::from_secs(secs))
}

pub fn session() -> Session {
    Session { user: 7, name: "Zoë; \"the cook\" = 100%".into(), cart: vec![("SOUP".into(), 2), ("CRÈME".into(), 1)] }
}

pub fn ring() -> Keyring {
    Keyring::generate().expect("randomness")
}

/// A server of the time after: it has the new keys, and neither the old crate nor its key.
pub fn without_the_old_key(ring: &Keyring) -> Sealer<Session> {
    let lifetime = Lifetime::absolute(Duration::from_secs(8 * 3_600));
    Sealer::encrypted(ring).lifetime(lifetime).build().expect("good settings")
}

/// The cookie's value, as a client sends it back.
pub fn value_of<'a>(set_cookie: &'a str, name: &str) -> &'a str {
    let pair = set_cookie.split_once(';').map_or(set_cookie, |(pair, _)| pair);
    pair.strip_prefix(name).and_then(|rest| rest.strip_prefix('=')).expect("a cookie of this name")
}

/// The live session goes over, and nothing else does.
#[track_caller]
pub fn goes_over(sealer: &Sealer<Session>, ring: &Keyring, old: &str) {
    let after = without_the_old_key(ring);
    assert!(after.open_at(old, NOW).unwrap_err().is_rejected(), "nobody reads the old format unasked");

    // The session survives, and its next answer carries a token of ours.
    let (slip, fresh) = receive(sealer, old, NOW).unwrap();
    assert_eq!(slip.state(), &session());
    assert_eq!(slip.standing(), Standing::Reseal(Reason::OldFormat));
    let ours = after.open_at(&fresh.unwrap(), NOW).unwrap();
    assert_eq!((ours.state(), ours.id(), ours.standing()), (&session(), slip.id(), Standing::Current));

    // Whatever one character of it is changed to, the old cookie is no cookie.
    for (at, was) in old.char_indices() {
        let (head, tail) = (old.split_at(at).0, old.split_at(at + was.len_utf8()).1);
        let tampered = format!("{head}{}{tail}", if was == 'A' { 'B' } else { 'A' });
        assert!(sealer.open_at(&tampered, NOW).unwrap_err().is_rejected(), "changed at {at}: {tampered}");
    }
    for cut in [1, 2, 4, old.len() / 2, old.len()] {
        assert!(sealer.open_at(old.split_at(old.len() - cut).0, NOW).unwrap_err().is_rejected(), "cut by {cut}");
    }

    // Until the given second, and not in it. What was adopted before is a slip like any other.
    assert!(sealer.open_at(old, UnixTime::from_secs(UNTIL.as_secs() - 1)).is_ok());
    assert!(sealer.open_at(old, UNTIL).unwrap_err().is_rejected());
    // Until then it can be sent again, and every time it is a new slip.
    assert_ne!(sealer.open_at(old, NOW).unwrap().id(), slip.id());
}
