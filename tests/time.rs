//! When a slip is over, when it is due, and what resealing may and may not move. Time is always given, never waited for.
#![expect(clippy::unwrap_used, reason = "a failing test should stop where it fails")]

mod kit;

use kit::{Cart, HOUR, Kind, NOW, cart, earlier, later, shared_ring};
use orderslip::{Alg, Error, ErrorKind, Key, Keyring, Lifetime, MAX_LEEWAY, Reason, Sealer, Slip, Standing, UnixTime};
use proptest::prelude::*;
use std::time::Duration;

fn sealer(ring: &Keyring, absolute: u64, idle: Option<u64>, leeway: u64) -> Sealer<Cart> {
    let lifetime = Lifetime::absolute(Duration::from_secs(absolute));
    let lifetime = idle.map_or(lifetime, |idle| lifetime.idle(Duration::from_secs(idle)));
    Sealer::encrypted(ring).lifetime(lifetime).leeway(Duration::from_secs(leeway)).build().unwrap()
}

fn kind(result: Result<Slip<Cart>, Error>) -> Option<ErrorKind> {
    result.err().map(|error| error.kind())
}

/// exp == now is over; leeway moves the end once; and nothing is accepted a second later.
#[test]
fn t21_the_end_is_exact() {
    let ring = shared_ring();
    for (idle, leeway, end) in [(None, 0, 1_000), (None, 30, 1_030), (Some(100), 0, 100), (Some(100), 600, 700)] {
        let sealer = sealer(&ring, 1_000, idle, leeway);
        let token = sealer.seal_at(&cart(), NOW).unwrap();
        for before in [0, 1, end - 1] {
            assert_eq!(kind(sealer.open_at(&token, later(before))), None, "{idle:?} {leeway} at {before}");
        }
        for after in [end, end + 1, end + 1_000_000] {
            assert_eq!(
                kind(sealer.open_at(&token, later(after))),
                Some(ErrorKind::Expired),
                "{idle:?} {leeway} at {after}"
            );
        }
        // What the slip says does not include the leeway.
        assert_eq!(sealer.open_at(&token, NOW).unwrap().expires_at(), later(idle.unwrap_or(1_000)));
    }
}

/// A token from the future of this clock: the other server's clock is ahead, so it is held and not destroyed.
#[test]
fn t21_a_token_from_the_future_is_unreadable() {
    let sealer = sealer(&shared_ring(), 1_000, None, 30);
    let token = sealer.seal_at(&cart(), NOW).unwrap();
    assert_eq!(kind(sealer.open_at(&token, earlier(30))), None);
    let error = sealer.open_at(&token, earlier(31)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotYetValid);
    assert!(error.is_unreadable());
    assert_eq!(error.held_until(), Some(later(1_000)));
}

#[test]
fn t21_leeway_has_a_default_and_a_cap() {
    let ring = shared_ring();
    let builder = || Sealer::<Cart>::encrypted(&ring).lifetime(Lifetime::absolute(HOUR));
    let token = builder().build().unwrap().seal_at(&cart(), NOW).unwrap();
    assert_eq!(kind(builder().build().unwrap().open_at(&token, later(3_629))), None);
    assert_eq!(kind(builder().build().unwrap().open_at(&token, later(3_630))), Some(ErrorKind::Expired));
    assert!(builder().leeway(MAX_LEEWAY).build().is_ok());
    assert!(builder().leeway(MAX_LEEWAY + Duration::from_secs(1)).build().unwrap_err().is_misuse());
}

#[test]
fn t28_resealing_keeps_id_and_beginning_and_never_passes_the_absolute_end() {
    let sealer = sealer(&shared_ring(), 1_000, Some(300), 0);
    let mut slip = sealer.open_at(&sealer.seal_at(&cart(), NOW).unwrap(), NOW).unwrap();
    let (id, mut now) = (slip.id(), 0);
    while now + 250 < 1_000 {
        now += 250;
        slip = sealer.open_at(&sealer.reseal_at(&slip, later(now)).unwrap(), later(now)).unwrap();
        assert_eq!((slip.id(), slip.began_at(), slip.ends_at()), (id, NOW, later(1_000)));
        assert_eq!(slip.sealed_at(), later(now));
        assert_eq!(slip.expires_at(), later((now + 300).min(1_000)));
    }
    assert!(sealer.reseal_at(&slip, later(999)).is_ok());
    for over in [1_000, 1_001, 5_000] {
        assert!(sealer.reseal_at(&slip, later(over)).unwrap_err().is_expired());
    }
    // Leeway never extends issuance: the absolute end is the absolute end.
    let lenient = Sealer::<Cart>::encrypted(&shared_ring())
        .lifetime(Lifetime::absolute(HOUR))
        .leeway(MAX_LEEWAY)
        .build()
        .unwrap();
    let slip = lenient.open_at(&lenient.seal_at(&cart(), NOW).unwrap(), later(3_700)).unwrap();
    assert!(lenient.reseal_at(&slip, later(3_700)).unwrap_err().is_expired());
}

#[test]
fn t28_shortening_a_lifetime_takes_effect_on_live_tokens_and_lengthening_does_not() {
    let ring = shared_ring();
    let token = sealer(&ring, 10_000, Some(5_000), 0).seal_at(&cart(), NOW).unwrap();
    let shorter = sealer(&ring, 1_000, Some(500), 0);
    assert_eq!(kind(shorter.open_at(&token, later(499))), None);
    assert_eq!(kind(shorter.open_at(&token, later(500))), Some(ErrorKind::Expired));
    let slip = shorter.open_at(&token, later(1)).unwrap();
    assert_eq!((slip.expires_at(), slip.ends_at()), (later(500), later(1_000)));
    let resealed = shorter.reseal_at(&slip, later(400)).unwrap();
    assert_eq!(shorter.open_at(&resealed, later(400)).unwrap().expires_at(), later(900));
    let longer = sealer(&ring, 100_000, Some(50_000), 0);
    let slip = longer.open_at(&token, later(1)).unwrap();
    assert_eq!((slip.expires_at(), slip.ends_at()), (later(5_000), later(10_000)));
    let resealed = longer.reseal_at(&slip, later(1)).unwrap();
    assert_eq!(longer.open_at(&resealed, later(1)).unwrap().ends_at(), later(10_000), "the absolute end stays");
}

#[test]
fn t22_the_ends_of_time() {
    let sealer = sealer(&shared_ring(), 1_000, Some(100), 600);
    for now in [UnixTime::from_secs(0), UnixTime::from_secs(u64::from(u32::MAX)), UnixTime::from_secs(253_402_299_000)]
    {
        let token = sealer.seal_at(&cart(), now).unwrap();
        let slip = sealer.open_at(&token, now).unwrap();
        assert!(sealer.reseal_at(&slip, now).is_ok());
        assert!(sealer.open_at(&token, now.saturating_add(Duration::from_secs(700))).unwrap_err().is_expired());
    }
    for now in [UnixTime::MAX, UnixTime::from_secs(u64::MAX), UnixTime::from_secs(UnixTime::MAX.as_secs() - 999)] {
        assert!(sealer.seal_at(&cart(), now).unwrap_err().is_misuse());
    }
    let ring = shared_ring();
    for absurd in [Duration::ZERO, Duration::from_millis(999)] {
        assert!(Sealer::<Cart>::signed(&ring).lifetime(Lifetime::absolute(absurd)).build().unwrap_err().is_misuse());
        let lifetime = Lifetime::absolute(HOUR).idle(absurd);
        assert!(Sealer::<Cart>::signed(&ring).lifetime(lifetime).build().unwrap_err().is_misuse());
    }
    let eternal = Sealer::<Cart>::signed(&ring).lifetime(Lifetime::absolute(Duration::MAX)).build().unwrap();
    assert!(eternal.seal_at(&cart(), NOW).unwrap_err().is_misuse());
    assert!(
        Sealer::<Cart>::signed(&ring)
            .lifetime(Lifetime::absolute(HOUR).idle(2 * HOUR))
            .build()
            .unwrap_err()
            .is_misuse()
    );
}

#[test]
fn t20_a_sealer_without_a_lifetime_is_not_built() {
    assert!(Sealer::<Cart>::encrypted(&shared_ring()).build().unwrap_err().is_misuse());
}

/// A clock that steps back between two requests does not seal a slip before its beginning.
#[test]
fn t22_a_clock_that_steps_back_does_not_spoil_a_slip() {
    let sealer = sealer(&shared_ring(), 1_000, Some(100), 30);
    let slip = sealer.open_at(&sealer.seal_at(&cart(), NOW).unwrap(), NOW).unwrap();
    let token = sealer.reseal_at(&slip, earlier(20)).unwrap();
    let slip = sealer.open_at(&token, earlier(20)).unwrap();
    assert_eq!((slip.began_at(), slip.sealed_at()), (NOW, NOW));
}

#[test]
fn a_slip_is_due_at_half_of_its_idle_time_and_not_before() {
    let ring = shared_ring();
    let idle = sealer(&ring, 1_000, Some(300), 0);
    let token = idle.seal_at(&cart(), NOW).unwrap();
    assert_eq!(idle.open_at(&token, later(149)).unwrap().standing(), Standing::Current);
    assert_eq!(idle.open_at(&token, later(150)).unwrap().standing(), Standing::Reseal(Reason::HalfIdle));
    // Near the absolute end resealing gains nothing.
    let slip = idle.open_at(&token, later(299)).unwrap();
    let late = idle.reseal_at(&slip, later(750)).unwrap();
    assert_eq!(idle.open_at(&late, later(990)).unwrap().standing(), Standing::Current);
    // Without an idle time nothing is ever due.
    let absolute = sealer(&ring, 1_000, None, 0);
    let token = absolute.seal_at(&cart(), NOW).unwrap();
    assert_eq!(absolute.open_at(&token, later(999)).unwrap().standing(), Standing::Current);
}

/// The three states of a key: opens before it seals, seals, opens until its end; then its tokens are *expired*.
#[test]
fn t82_a_key_opens_before_it_seals_and_until_its_end() {
    let old = Key::generate(Alg::HkdfA256Gcm).unwrap().expiring_at(later(5_000));
    let next = Key::generate(Alg::HkdfA256Gcm).unwrap().activating_at(later(1_000));
    let (old_id, next_id) = (old.id().clone(), next.id().clone());
    let ring = Keyring::new(vec![old, next]).unwrap();
    assert_eq!(ring.sealing_id(Alg::HkdfA256Gcm, later(999)), Some(&old_id));
    assert_eq!(ring.sealing_id(Alg::HkdfA256Gcm, later(1_000)), Some(&next_id));
    let sealer = Sealer::<Cart>::encrypted(&ring).lifetime(Lifetime::absolute(10 * HOUR)).build().unwrap();
    let before = sealer.seal_at(&cart(), later(999)).unwrap();
    let after = sealer.seal_at(&cart(), later(1_000)).unwrap();
    assert_eq!(sealer.open_at(&before, later(999)).unwrap().standing(), Standing::Current);
    assert_eq!(sealer.open_at(&before, later(1_000)).unwrap().standing(), Standing::Reseal(Reason::OldKey));
    // A server whose clock is behind does not yet seal with the next key, but opens what another sealed with it.
    let behind = sealer.open_at(&after, later(990)).unwrap();
    assert_eq!((behind.state(), behind.standing()), (&cart(), Standing::Current), "not back to the old key");
    assert_eq!(kind(sealer.open_at(&before, later(4_999))), None);
    assert_eq!(kind(sealer.open_at(&before, later(5_000))), Some(ErrorKind::KeyRetired));
    assert_eq!(kind(sealer.open_at(&after, later(5_000))), None);
    // Pruned, the secret is gone and the answer is the same, for ever.
    let pruned = ring.prune(later(5_000)).unwrap();
    assert!(
        !pruned
            .to_jwks()
            .expose()
            .contains(ring.to_jwks().expose().split("\"k\": \"").nth(1).unwrap().split('"').next().unwrap())
    );
    for ring in [Keyring::from_jwks(pruned.to_jwks().expose()).unwrap(), pruned] {
        let sealer = Sealer::<Cart>::encrypted(&ring).lifetime(Lifetime::absolute(10 * HOUR)).build().unwrap();
        let error = sealer.open_at(&before, later(6_000)).unwrap_err();
        assert!(error.is_expired() && error.kind() == ErrorKind::KeyRetired);
        assert_eq!(sealer.open_at(&after, later(6_000)).unwrap().state(), &cart());
    }
}

/// A ring in which nothing seals now: opening goes on, sealing says what is wrong.
#[test]
fn t82_without_an_active_key_nothing_is_sealed() {
    let ring = Keyring::new(vec![Key::generate(Alg::Hs256).unwrap().activating_at(later(100))]).unwrap();
    let sealer = Kind::Signed.sealer::<Cart>(&ring);
    assert!(sealer.seal_at(&cart(), later(99)).unwrap_err().is_misuse());
    let token = sealer.seal_at(&cart(), later(100)).unwrap();
    assert_eq!(sealer.open_at(&token, later(99)).unwrap().standing(), Standing::Current, "there is no other key");
}

/// Whatever a key says of its own activation: once another has taken over, its tokens are due, be it in the second in which both became active.
#[test]
fn t82_the_tokens_of_a_key_that_another_has_followed_are_due() {
    let jwk = |letter: &str, from: u64| {
        let secret = format!("{letter}JZIqg3Ndu7c64M1Gv3qmcJH8yRD2xTvo0KAe5gLZwQ");
        let alg = r#""kty":"oct","alg":"direct+HKDF-SHA-256","enc":"A256GCM""#;
        format!(r#"{{{alg},"kid":"{letter}","nbf":{},"k":"{secret}"}}"#, later(from).as_secs())
    };
    let sealer = |keys: &[String]| {
        let ring = Keyring::from_jwks(&format!(r#"{{"keys":[{}]}}"#, keys.join(","))).unwrap();
        sealer(&ring, 10_000, None, 0)
    };
    for (next, now) in [(10, 10), (10, 11), (10, 5_000), (0, 0), (0, 1)] {
        let (first, second) = (jwk("a", 0), jwk("b", next));
        let token = sealer(std::slice::from_ref(&first)).seal_at(&cart(), NOW).unwrap();
        let both = sealer(&[first, second]);
        assert_eq!(
            both.open_at(&token, later(now)).unwrap().standing(),
            Standing::Reseal(Reason::OldKey),
            "{next} {now}"
        );
    }
}

#[test]
fn an_idle_lifetime_is_as_long_as_the_absolute_one_at_the_most() {
    let built = |absolute, idle| {
        let lifetime = Lifetime::absolute(Duration::from_secs(absolute)).idle(Duration::from_secs(idle));
        Sealer::<Cart>::encrypted(&shared_ring()).lifetime(lifetime).build().map(drop)
    };
    for (absolute, idle) in [(1, 1), (100, 100), (100, 1)] {
        assert!(built(absolute, idle).is_ok(), "{absolute} {idle}");
    }
    for (absolute, idle) in [(100, 101), (0, 0), (100, 0), (0, 1)] {
        assert!(built(absolute, idle).unwrap_err().is_misuse(), "{absolute} {idle}");
    }
}

proptest! {
    /// The schedule against its definition: of the keys that live, the one activated last; of two alike, the later one.
    #[test]
    fn t82_the_schedule_is_what_it_says(
        times in proptest::collection::vec((0_u64..20, proptest::option::of(0_u64..20)), 1..6)
    ) {
        let key = |(from, until): &(u64, Option<u64>)| {
            let key = Key::generate(Alg::Hs256).unwrap().activating_at(later(*from));
            match until {
                Some(until) => key.expiring_at(later(*until)),
                None => key,
            }
        };
        let keys: Vec<Key> = times.iter().map(key).collect();
        let ids: Vec<_> = keys.iter().map(|key| key.id().clone()).collect();
        let ring = Keyring::new(keys).unwrap();
        for now in 0..20 {
            let living = times.iter().zip(&ids).filter(|((_, until), _)| until.is_none_or(|until| now < until));
            let mut active: Vec<_> = living.filter(|((from, _), _)| *from <= now).collect();
            active.sort_by_key(|((from, _), _)| *from);
            prop_assert_eq!(ring.sealing_id(Alg::Hs256, later(now)), active.last().map(|(_, id)| *id));
        }
    }
}
