//! Staging, revoking, pruning and checking a ring: what logs nobody out, and what is said before it would.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a failing test should stop where it fails")]

mod kit;

use kit::{Cart, HOUR, Kind, NOW, cart, later, shared_ring};
use orderslip::{
    Alg, ErrorKind, Finding, Key, KeyId, Keyring, Lifetime, RotationPolicy, Sealer, SharedKeyring, Standing,
};
use proptest::prelude::*;
use std::time::Duration;

const POLICY: RotationPolicy =
    RotationPolicy { propagation: Duration::from_secs(100), longest_life: Duration::from_secs(1_000) };

fn new_key() -> (Key, KeyId) {
    let key = Key::generate(Alg::HkdfA256Gcm).unwrap();
    let id = key.id().clone();
    (key, id)
}

fn ring() -> (Keyring, KeyId) {
    let (key, id) = new_key();
    (Keyring::new(vec![key]).unwrap(), id)
}

fn sealer(ring: &Keyring) -> Sealer<Cart> {
    let lifetime = Lifetime::absolute(POLICY.longest_life);
    Sealer::encrypted(ring).lifetime(lifetime).leeway(Duration::ZERO).build().unwrap()
}

#[test]
fn t82_a_staged_key_opens_at_once_and_seals_in_its_time() {
    let (before, old) = ring();
    let (next, next_id) = new_key();
    let after = before.stage(next, later(100), &POLICY, NOW).unwrap();
    assert!(after.check(&POLICY, NOW).is_empty());
    assert_eq!(after.sealing_id(Alg::HkdfA256Gcm, later(99)), Some(&old));
    assert_eq!(after.sealing_id(Alg::HkdfA256Gcm, later(100)), Some(&next_id));
    let token = sealer(&before).seal_at(&cart(), later(99)).unwrap();
    assert!(sealer(&after).open_at(&token, later(1_050)).is_ok(), "the old key goes on opening");
    let token = sealer(&after).seal_at(&cart(), later(100)).unwrap();
    assert_eq!(sealer(&after).open_at(&token, later(100)).unwrap().standing(), Standing::Current);
}

#[test]
fn t82_staging_refuses_what_checking_would_report() {
    let (ring, _) = ring();
    let error = ring.stage(new_key().0, later(99), &POLICY, NOW).unwrap_err();
    assert!(
        error.is_misuse() && error.to_string().ends_with("member `nbf`: sooner than every server has the key"),
        "{error}"
    );
    // Whenever the key was made, the other servers get it only now.
    let mut old: serde_json::Value = serde_json::from_str(&first_jwk(&self::ring().0)).unwrap();
    old["iat"] = 5.into();
    let old = Key::from_jwk(&old.to_string()).unwrap();
    assert!(ring.stage(old, NOW, &POLICY, NOW).unwrap_err().is_misuse());
    // The first of its use has nobody to wait for.
    assert!(ring.stage(Key::generate(Alg::Hs256).unwrap(), NOW, &POLICY, NOW).is_ok());
    // With a successor in sight, a key may end; a life after that successor seals, and not sooner.
    let (next, _) = new_key();
    let staged = ring.stage(next, later(100), &POLICY, NOW).unwrap();
    let ends = |at| staged.stage(new_key().0.expiring_at(later(at)), later(200), &POLICY, NOW);
    let error = ends(500).unwrap_err();
    assert!(error.to_string().ends_with("member `exp`: sooner than its last token is over"), "{error}");
    let twice = staged.stage(Key::from_jwk(&first_jwk(&staged)).unwrap(), later(300), &POLICY, NOW).unwrap_err();
    assert!(twice.to_string().contains("two keys have this id"), "{twice}");
}

fn first_jwk(ring: &Keyring) -> String {
    let set: serde_json::Value = serde_json::from_str(ring.to_jwks().expose()).unwrap();
    set["keys"][0].to_string()
}

#[test]
fn t82_checking_finds_faults_of_time_and_loading_does_not_mind_them() {
    let (one, one_id) = new_key();
    let (two, _) = new_key();
    // The first key ends 500 s after the second one seals; its last tokens live for 1,000.
    let ring = Keyring::new(vec![one.expiring_at(later(700)), two.activating_at(later(200))]).unwrap();
    assert_eq!(ring.check(&POLICY, NOW), [Finding::StrandsTokens { key: one_id.clone(), earliest: later(1_200) }]);
    let after_the_change = [Finding::StrandsTokens { key: one_id.clone(), earliest: later(1_200) }];
    assert_eq!(ring.check(&POLICY, later(699)), after_the_change, "its tokens live on");
    assert!(ring.check(&POLICY, later(700)).is_empty(), "over is over");
    // Without a successor nothing seals from its end.
    let (one, one_id) = new_key();
    let ring = Keyring::new(vec![one.expiring_at(later(700))]).unwrap();
    assert_eq!(
        ring.check(&POLICY, NOW),
        [
            Finding::NothingSeals { alg: Alg::HkdfA256Gcm, from: later(700) },
            Finding::StrandsTokens { key: one_id, earliest: later(1_700) },
        ]
    );
    assert_eq!(ring.check(&POLICY, later(700)), [Finding::NothingSeals { alg: Alg::HkdfA256Gcm, from: later(700) }]);
    // Nor before the first one does.
    let ring = Keyring::new(vec![new_key().0.activating_at(later(50))]).unwrap();
    assert_eq!(ring.check(&POLICY, NOW), [Finding::NothingSeals { alg: Alg::HkdfA256Gcm, from: NOW }]);
    // A key that was made and seals within the propagation window, beside another.
    let ring = hasty();
    let id = ring.ids().nth(1).unwrap().clone();
    assert_eq!(ring.check(&POLICY, NOW), [Finding::ActivatesTooSoon { key: id, earliest: later(100) }]);
    assert!(ring.check(&POLICY, later(100)).is_empty(), "by then every server has it");
    let secrets = Keyring::from_secrets(
        "Ro3tAcWq81NyV5x/ZkUe7bGhJ0sPdL+94TmiFXKwQ2Y=",
        &[b"m8ZcEwY2+gTtHn5ULx0PRa7JoKd/Q4Sj93yFVbiXkNs="],
    );
    for good in [Keyring::generate().unwrap(), shared_ring(), secrets.unwrap()] {
        assert!(good.check(&POLICY, NOW).is_empty());
    }
}

/// Two keys, of which the second was made now and seals in ten seconds.
fn hasty() -> Keyring {
    let mut set: serde_json::Value = serde_json::from_str(
        Keyring::new(vec![new_key().0, new_key().0.activating_at(later(10))]).unwrap().to_jwks().expose(),
    )
    .unwrap();
    set["keys"][1]["iat"] = NOW.as_secs().into();
    Keyring::from_jwks(&set.to_string()).unwrap()
}

#[test]
fn t82_a_revoked_key_opens_nothing_and_says_expired() {
    let (ring, id) = ring();
    let token = sealer(&ring).seal_at(&cart(), NOW).unwrap();
    let ring = ring.stage(new_key().0, later(100), &POLICY, NOW).unwrap();
    let ring = ring.revoke(id.as_str(), "laptop lost", NOW).unwrap();
    assert_eq!(sealer(&ring).open_at(&token, NOW).unwrap_err().kind(), ErrorKind::KeyRetired);
    assert_eq!(ring.get(id.as_str()).unwrap().revoked_at(), Some(NOW));
    assert_eq!(ring.check(&POLICY, NOW), [Finding::NothingSeals { alg: Alg::HkdfA256Gcm, from: NOW }]);
    let again = ring.revoke(id.as_str(), "again", later(5)).unwrap();
    assert_eq!(again.get(id.as_str()).unwrap().revoked_at(), Some(NOW), "the first revocation stands");
    assert!(ring.revoke("nobody", "x", NOW).unwrap_err().is_misuse());
}

/// Sealers, openers and their clones follow the shared ring at once; those of a fixed ring stay.
#[test]
fn t82_a_replaced_ring_is_followed_at_once() {
    let (first, old) = ring();
    let shared = SharedKeyring::new(first.clone());
    let lifetime = Lifetime::absolute(POLICY.longest_life);
    let running = Sealer::<Cart>::encrypted(&shared).lifetime(lifetime).build().unwrap();
    let (opener, fixed) = (running.opener(), sealer(&first));
    let before = running.seal_at(&cart(), NOW).unwrap();
    let staged = first.stage(new_key().0, later(100), &POLICY, NOW).unwrap();
    shared.replace(staged.revoke(old.as_str(), "lost", NOW).unwrap());
    assert_eq!(opener.open_at(&before, NOW).unwrap_err().kind(), ErrorKind::KeyRetired);
    assert!(running.seal_at(&cart(), NOW).unwrap_err().is_misuse(), "nothing seals until the next key does");
    let after = running.clone().seal_at(&cart(), later(100)).unwrap();
    assert!(opener.open_at(&after, later(100)).is_ok());
    assert!(fixed.open_at(&before, NOW).is_ok());
    assert_eq!(shared.clone().current().ids().count(), 2);
}

/// Swapped as fast as it goes under four threads that seal and open: whatever was sealed opens, under some ring or other.
#[test]
fn t82_swapping_under_load_refuses_nobody() {
    let rings: Vec<Keyring> = (0..2).fold(vec![ring().0], |mut rings, _| {
        let last = rings.last().unwrap();
        rings.push(last.stage(new_key().0, later(100), &POLICY, NOW).unwrap());
        rings
    });
    // Each ring has the keys of the ones before it; all tokens are of keys that the first one has.
    let shared = SharedKeyring::new(rings[0].clone());
    let running = Sealer::<Cart>::encrypted(&shared).lifetime(Lifetime::absolute(HOUR)).build().unwrap();
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    for _ in 0..300 {
                        let token = running.seal_at(&cart(), NOW).unwrap();
                        assert_eq!(running.open_at(&token, NOW).unwrap().state(), &cart());
                    }
                })
            })
            .collect();
        let mut swaps = rings.iter().cycle();
        while workers.iter().any(|worker| !worker.is_finished()) {
            shared.replace(swaps.next().unwrap().clone());
        }
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// As long as `check` finds nothing, no token is refused before its end, whichever server opens it: one that has the new
    /// ring, or one that gets it as late as the policy allows.
    #[test]
    fn t82_what_check_lets_pass_strands_nobody(
        staged in 0_u64..300, end in proptest::option::of(0_u64..2_500), seals in 0_u64..1_500, by_new in any::<bool>()
    ) {
        let (old, _) = new_key();
        let old_ring = Keyring::new(vec![old]).unwrap();
        let mut set: serde_json::Value = serde_json::from_str(old_ring.to_jwks().expose()).unwrap();
        let (next, _) = new_key();
        let next_ring = Keyring::new(vec![next.activating_at(later(staged))]).unwrap();
        let mut next: serde_json::Value = serde_json::from_str(next_ring.to_jwks().expose()).unwrap();
        next["keys"][0]["iat"] = NOW.as_secs().into();
        set["keys"].as_array_mut().unwrap().push(next["keys"][0].take());
        if let Some(end) = end {
            set["keys"][0]["exp"] = later(end).as_secs().into();
        }
        let new_ring = Keyring::from_jwks(&set.to_string()).unwrap();
        prop_assume!(new_ring.check(&POLICY, NOW).is_empty());
        // A server has the old ring until the propagation is over.
        let ring_at = |time: u64, is_new: bool| if is_new || time >= 100 { &new_ring } else { &old_ring };
        let token = sealer(ring_at(seals, by_new)).seal_at(&cart(), later(seals)).unwrap();
        for age in [0, 1, 50, 99, 100, 500, 999] {
            for is_new in [true, false] {
                let opened = sealer(ring_at(seals + age, is_new)).open_at(&token, later(seals + age));
                prop_assert!(opened.is_ok(), "sealed at {}, opened after {}: {:?}", seals, age, opened.map(drop));
            }
        }
    }
}

#[test]
fn t82_pruning_keeps_the_ids_and_one_ring_of_all_kinds_keeps_its_successions_apart() {
    let ring = shared_ring();
    let next = Key::generate(Alg::Hs256).unwrap();
    let ring = ring.stage(next, later(100), &POLICY, NOW).unwrap();
    for kind in [Kind::Encrypted, Kind::Signed, Kind::Ed25519, Kind::Es256] {
        let sealer = kind.sealer_for::<Cart>(&ring, Lifetime::absolute(HOUR)).unwrap();
        let slip = sealer.open_at(&sealer.seal_at(&cart(), later(99)).unwrap(), later(100)).unwrap();
        assert_eq!(slip.standing() == Standing::Current, kind != Kind::Signed, "{kind:?}");
    }
    assert_eq!(ring.prune(later(1_000_000)).unwrap().to_jwks().expose(), ring.to_jwks().expose());
}

#[test]
fn t82_promoting_and_retiring_move_ends_along_and_never_too_late() {
    let (ring, old) = ring();
    let refused = ring.retire(old.as_str(), &POLICY, NOW).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::BadSchedule, "nothing seals after it: {refused}");
    let (next, next_id) = new_key();
    let ring = ring.stage(next, later(500), &POLICY, NOW).unwrap().retire(old.as_str(), &POLICY, NOW).unwrap();
    assert_eq!(ring.get(old.as_str()).unwrap().expires_at(), Some(later(1_500)));
    // Sooner, when every server has it and not before.
    let refused = ring.promote(next_id.as_str(), later(99), &POLICY, later(50)).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::BadSchedule, "{refused}");
    let sooner = ring.promote(next_id.as_str(), later(100), &POLICY, later(100)).unwrap();
    assert_eq!(sooner.sealing_id(Alg::HkdfA256Gcm, later(100)), Some(&next_id));
    assert_eq!(sooner.get(old.as_str()).unwrap().expires_at(), Some(later(1_500)), "an end only moves to later");
    // Later: the old key seals for longer, and so its end moves along.
    let postponed = ring.promote(next_id.as_str(), later(900), &POLICY, later(100)).unwrap();
    assert_eq!(postponed.get(old.as_str()).unwrap().expires_at(), Some(later(1_900)));
    assert!(postponed.check(&POLICY, later(100)).is_empty());
    // Back again: the old key has no end any more. Unless its end is too near for all to hear of it.
    let back = sooner.promote(old.as_str(), later(1_400), &POLICY, later(1_400)).unwrap();
    assert_eq!(back.get(old.as_str()).unwrap().expires_at(), None);
    assert_eq!(back.sealing_id(Alg::HkdfA256Gcm, later(1_400)), Some(&old));
    let refused = sooner.promote(old.as_str(), later(1_401), &POLICY, later(1_401)).unwrap_err();
    assert!(refused.to_string().ends_with("`exp`: sooner than every server hears that it is moved"), "{refused}");
    for error in [
        ring.promote("nobody", NOW, &POLICY, NOW).unwrap_err(),
        ring.retire("nobody", &POLICY, NOW).unwrap_err(),
        ring.promote(old.as_str(), NOW, &POLICY, later(1_500)).unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::BadKey, "{error}");
    }
}

/// Of two keys of one second, the later of the set seals; promoting a key makes it the later one.
#[test]
fn t82_promoting_in_the_same_second_counts() {
    let (ring, old) = ring();
    let (next, next_id) = new_key();
    let ring = ring.stage(next, later(100), &POLICY, NOW).unwrap();
    let both = ring.promote(old.as_str(), later(100), &POLICY, later(100)).unwrap();
    assert_eq!(both.sealing_id(Alg::HkdfA256Gcm, later(100)), Some(&old));
    let other = both.promote(next_id.as_str(), later(100), &POLICY, later(100)).unwrap();
    assert_eq!(other.sealing_id(Alg::HkdfA256Gcm, later(100)), Some(&next_id));
}

#[test]
fn t82_two_rings_that_disagree_are_found_from_both_sides() {
    let (ring, old) = ring();
    let against = |a: &Keyring, b: &Keyring| a.check_against(b, &POLICY, later(150));
    let (next, next_id) = new_key();
    let staged = ring.stage(next, later(100), &POLICY, NOW).unwrap();
    assert!(against(&ring, &ring).is_empty() && against(&staged, &staged).is_empty());
    assert_eq!(against(&staged, &ring), [Finding::NotThere { key: next_id.clone(), from: later(150) }]);
    assert!(against(&ring, &staged).is_empty(), "whoever was not told seals with a key that the other has");
    let revoked = staged.revoke(old.as_str(), "lost", later(120)).unwrap();
    assert_eq!(against(&staged, &revoked), [Finding::OverThere { key: old.clone(), from: later(120) }]);
    // Pruned there, and alive here.
    let retired = staged.retire(old.as_str(), &POLICY, NOW).unwrap();
    let pruned = retired.prune(later(1_100)).unwrap();
    assert!(retired.check_against(&pruned, &POLICY, later(1_100)).is_empty());
    assert_eq!(against(&staged, &pruned), [Finding::OverThere { key: old.clone(), from: later(1_100) }]);
    let shorter =
        Keyring::new(vec![copy_of(&staged, &old).expiring_at(later(1_099)), copy_of(&staged, &next_id)]).unwrap();
    assert_eq!(against(&staged, &shorter), [Finding::OverThere { key: old.clone(), from: later(1_099) }]);
    let enough =
        Keyring::new(vec![copy_of(&staged, &old).expiring_at(later(1_100)), copy_of(&staged, &next_id)]).unwrap();
    assert_eq!(against(&staged, &enough), [Finding::TimesDiffer { key: old.clone(), member: "exp" }]);
    // Another key under the same name.
    let named = |key: &str| {
        let (ring, _) = self::ring();
        let mut jwk: serde_json::Value = serde_json::from_str(&first_jwk(&ring)).unwrap();
        jwk["kid"] = key.into();
        Keyring::new(vec![Key::from_jwk(&jwk.to_string()).unwrap()]).unwrap()
    };
    assert!(matches!(against(&named("main"), &named("main"))[..], [Finding::OtherKeyThere { .. }]));
}

/// What another ring must have is what tokens still live of, to the second.
#[test]
fn t82_what_another_ring_must_have_ends_to_the_second() {
    let (ring, old) = ring();
    let (next, next_id) = new_key();
    let staged = ring.stage(next, later(100), &POLICY, NOW).unwrap();
    let successor = Keyring::new(vec![copy_of(&staged, &next_id)]).unwrap();
    for (now, is_missed) in
        [(99, true), (100, true), (101, true), (1_099, true), (1_100, false), (1_101, false), (9_000, false)]
    {
        let findings = staged.check_against(&successor, &POLICY, later(now));
        let missed = findings.iter().any(|finding| matches!(finding, Finding::NotThere { key, .. } if *key == old));
        assert_eq!(missed, is_missed, "{now}: {findings:?}");
    }
}

/// An end that retiring would move to later is moved only while every server can still hear of it; one that comes nearer is no matter.
#[test]
fn t82_retiring_moves_no_end_that_is_too_near() {
    let retired = |end: u64| {
        let (first, id) = new_key();
        let (next, _) = new_key();
        let ring = Keyring::new(vec![first.expiring_at(later(end)), next.activating_at(later(10))]).unwrap();
        ring.retire(id.as_str(), &POLICY, NOW).map(|ring| ring.get(id.as_str()).unwrap().expires_at())
    };
    // The successor takes over before every server has the ring: a hundred seconds, and a thousand more.
    for end in [100, 500, 1_099, 1_100, 1_101, 50_000] {
        assert_eq!(retired(end).unwrap(), Some(later(1_100)), "{end}");
    }
    for end in [50, 99] {
        assert!(retired(end).unwrap_err().is_misuse(), "{end}");
    }
}

/// A key that is promoted keeps its end, if that comes late enough.
#[test]
fn t82_an_end_that_is_late_enough_is_kept() {
    let (first, _) = new_key();
    let (other, id) = new_key();
    let (last, _) = new_key();
    let other = other.activating_at(later(40_000)).expiring_at(later(50_000));
    let ring = Keyring::new(vec![first, other, last.activating_at(later(45_000))]).unwrap();
    let promoted = ring.promote(id.as_str(), later(200), &POLICY, NOW).unwrap();
    assert_eq!(promoted.get(id.as_str()).unwrap().expires_at(), Some(later(50_000)));
}

fn copy_of(ring: &Keyring, id: &KeyId) -> Key {
    let set: serde_json::Value = serde_json::from_str(ring.to_jwks().expose()).unwrap();
    let jwk = set["keys"].as_array().unwrap().iter().find(|jwk| jwk["kid"] == id.as_str()).unwrap();
    Key::from_jwk(&jwk.to_string()).unwrap()
}

/// A verifier has the public keys, and no others are asked about.
#[test]
fn t82_public_rings_are_compared_by_what_they_can_have() {
    let ring = shared_ring();
    let public = Keyring::from_jwks(&ring.public_jwks()).unwrap();
    assert!(ring.check_against(&public, &POLICY, NOW).is_empty());
    let staged = ring.stage(Key::generate(Alg::Es256).unwrap(), later(100), &POLICY, NOW).unwrap();
    assert!(matches!(staged.check_against(&public, &POLICY, NOW)[..], [Finding::NotThere { .. }]));
}

#[test]
fn t82_the_policy_travels_with_the_ring_and_nothing_of_the_set_is_lost() {
    let ring = shared_ring().with_policy(POLICY);
    let mut set: serde_json::Value = serde_json::from_str(ring.to_jwks().expose()).unwrap();
    assert_eq!(set["rotation"], serde_json::json!({ "propagation": 100, "longest_life": 1_000 }));
    set["comment"] = serde_json::json!({ "of": ["operations"] });
    let read = Keyring::from_jwks(&set.to_string()).unwrap();
    let staged = read.stage(Key::generate(Alg::Hs256).unwrap(), later(100), &POLICY, NOW).unwrap();
    let staged = staged.revoke(staged.ids().next().unwrap().as_str(), "x", NOW).unwrap().prune(NOW).unwrap();
    assert_eq!(staged.policy(), Some(&POLICY));
    let written: serde_json::Value = serde_json::from_str(staged.to_jwks().expose()).unwrap();
    assert_eq!((&written["comment"], &written["rotation"]), (&set["comment"], &set["rotation"]));
    assert!(!staged.public_jwks().contains("operations") && !staged.public_jwks().contains("rotation"));
    for bad in [
        serde_json::json!(7),
        serde_json::json!({ "propagation": 1 }),
        serde_json::json!({ "propagation": -1, "longest_life": 1 }),
    ] {
        set["rotation"] = bad;
        let error = Keyring::from_jwks(&set.to_string()).unwrap_err();
        assert!(error.to_string().starts_with("member `rotation`"), "{error}");
    }
}

/// The secret of a revoked symmetric key is of no use to anybody but a thief; a revoked key pair tells verifiers.
#[test]
fn t82_pruning_erases_revoked_secrets() {
    let ring = shared_ring();
    let ids: Vec<KeyId> = ring.ids().cloned().collect();
    let revoked = ids.iter().fold(ring, |ring, id| ring.revoke(id.as_str(), "lost", NOW).unwrap());
    let pruned = revoked.prune(later(5)).unwrap();
    assert_eq!(
        pruned.retired().map(|(id, at)| (id.clone(), at)).collect::<Vec<_>>(),
        [(ids[0].clone(), NOW), (ids[1].clone(), NOW)]
    );
    assert_eq!(pruned.ids().cloned().collect::<Vec<_>>(), ids[2..]);
    assert!(pruned.public_jwks().contains("revoked"));
}

/// A ring that has a fault can still be changed, as long as the change adds none: or nobody could mend it.
#[test]
fn t82_a_fault_that_was_there_before_does_not_stand_in_the_way_and_a_new_one_does() {
    let (one, one_id) = new_key();
    let mac = Key::generate(Alg::Hs256).unwrap();
    let mac_id = mac.id().clone();
    // The only key of its use ends: a fault. The other use is fine.
    let ring = Keyring::new(vec![one.expiring_at(later(700)), mac]).unwrap();
    let faults = ring.check(&POLICY, NOW);
    assert_eq!(faults.len(), 2, "nothing seals, and tokens are stranded: {faults:?}");
    assert_eq!((faults[0].key(), faults[1].key()), (None, Some(&one_id)));
    let stage = |alg, at, end: Option<u64>| {
        let key = Key::generate(alg).unwrap();
        let key = end.map_or_else(|| Key::generate(alg).unwrap(), |end| key.expiring_at(later(end)));
        ring.stage(key, later(at), &POLICY, NOW)
    };
    // What leaves the faults as they are, or mends one of them.
    assert_eq!(stage(Alg::Hs256, 100, None).unwrap().check(&POLICY, NOW), faults);
    assert!(stage(Alg::HkdfA256Gcm, 100, None).unwrap().check(&POLICY, NOW).len() == 1);
    assert!(ring.promote(mac_id.as_str(), NOW, &POLICY, NOW).is_ok());
    // The same kind of fault for another key; another kind for the same use; the same for another use.
    for (refused, what) in [
        (stage(Alg::Hs256, 100, Some(500)), "ends too soon"),
        (stage(Alg::HkdfA256Gcm, 99, None), "seals too soon"),
        (ring.promote(mac_id.as_str(), later(800), &POLICY, NOW), "nothing seals until then"),
        (ring.promote(one_id.as_str(), later(200), &POLICY, NOW), "nothing seals until then, sooner than before"),
    ] {
        assert_eq!(refused.map(drop).unwrap_err().kind(), ErrorKind::BadSchedule, "{what}");
    }
}

#[test]
fn findings_read_as_sentences() {
    let id = KeyId::clone(ring().0.ids().next().unwrap());
    let key = format!("key {:?}: ", id.as_str());
    for (finding, text) in [
        (
            Finding::ActivatesTooSoon { key: id.clone(), earliest: NOW },
            "seals before every server has it; 1800000000 is the earliest that is not too soon",
        ),
        (
            Finding::StrandsTokens { key: id.clone(), earliest: NOW },
            "ends before its last token does; 1800000000 is the earliest that strands none",
        ),
        (
            Finding::NotThere { key: id.clone(), from: NOW },
            "seals from 1800000000, and the other ring does not know it",
        ),
        (
            Finding::OverThere { key: id.clone(), from: NOW },
            "has live tokens, and is over in the other ring from 1800000000",
        ),
        (Finding::OtherKeyThere { key: id.clone() }, "is another key in the other ring"),
        (Finding::TimesDiffer { key: id.clone(), member: "exp" }, "has another `exp` in the other ring"),
    ] {
        assert_eq!(finding.to_string(), format!("{key}{text}"));
        assert_eq!(finding.key(), Some(&id));
    }
    let vacant = Finding::NothingSeals { alg: Alg::Hs256, from: NOW };
    assert_eq!((vacant.to_string().as_str(), vacant.key()), ("nothing seals for Hs256 from 1800000000", None));
}

/// A fast server begins a slip under the new key, and a slow one seals it again under the last: it lives by the fast clock, and
/// every server takes it for the leeway longer.
#[test]
fn t82_a_slip_that_goes_back_to_a_slow_clock_is_not_cut_short() {
    let (life, leeway) = (Duration::from_secs(1_000), Duration::from_secs(20));
    let policy = RotationPolicy { propagation: Duration::from_secs(100), longest_life: life + 2 * leeway };
    let (ring, old) = ring();
    let ring = ring.stage(new_key().0, later(100), &policy, NOW).unwrap().retire(old.as_str(), &policy, NOW).unwrap();
    let build =
        |ring: &Keyring| Sealer::<Cart>::encrypted(ring).lifetime(Lifetime::absolute(life)).leeway(leeway).build();
    let sealer = build(&ring).unwrap();
    let begun = sealer.seal_at(&cart(), later(119)).unwrap();
    let slip = sealer.open_at(&begun, later(99)).unwrap();
    let again = sealer.reseal_at(&slip, later(99)).unwrap();
    let last = later(119 + 1_000 + 20 - 1);
    assert!(sealer.open_at(&again, last).is_ok());
    // By so much and not more, a sealer says nothing of its lifetime.
    let told = |longest_life| {
        let ring = ring.with_policy(RotationPolicy { longest_life, ..policy });
        kit::events::told(tracing::Level::WARN, || build(&ring).unwrap()).1.len()
    };
    assert_eq!((told(policy.longest_life), told(policy.longest_life - Duration::from_secs(1))), (0, 1));
}

#[test]
fn t82_the_first_of_a_use_waits_for_nobody() {
    let mut set: serde_json::Value = serde_json::from_str(shared_ring().to_jwks().expose()).unwrap();
    let keys = |nbfs: &[u64]| {
        let keys = nbfs.iter().map(|nbf| {
            let ring = Keyring::new(vec![new_key().0.activating_at(later(*nbf))]).unwrap();
            let mut jwk: serde_json::Value = serde_json::from_str(&first_jwk(&ring)).unwrap();
            jwk["iat"] = NOW.as_secs().into();
            jwk
        });
        keys.collect::<Vec<_>>()
    };
    let mut too_soon = |nbfs: &[u64]| {
        set["keys"] = keys(nbfs).into();
        let findings = Keyring::from_jwks(&set.to_string()).unwrap().check(&POLICY, NOW);
        findings.iter().filter(|finding| matches!(finding, Finding::ActivatesTooSoon { .. })).count()
    };
    assert_eq!(too_soon(&[10]), 0, "alone");
    assert_eq!(too_soon(&[10, 50]), 1, "the second");
    assert_eq!(too_soon(&[50, 10]), 1, "in whatever order they stand");
    assert_eq!(too_soon(&[10, 10]), 2, "which of them is first nobody can tell");
    // And a use that there was not can begin whenever it likes.
    let begun = shared_ring().stage(Key::generate(Alg::Hs512).unwrap(), later(50), &POLICY, NOW).unwrap();
    assert!(begun.check(&POLICY, NOW).contains(&Finding::NothingSeals { alg: Alg::Hs512, from: NOW }));
}

/// One secret, used for another algorithm by the other server: an id is not enough.
#[test]
fn t82_a_key_of_another_algorithm_is_another_key() {
    let secret = B64_SECRET;
    let of = |alg: &str| Keyring::from_jwks(&format!(r#"{{"keys":[{{"kty":"oct","k":"{secret}",{alg}}}]}}"#)).unwrap();
    let (encrypts, signs) = (of(r#""alg":"direct+HKDF-SHA-256","enc":"A256GCM""#), of(r#""alg":"HS256""#));
    assert!(matches!(encrypts.check_against(&signs, &POLICY, NOW)[..], [Finding::OtherKeyThere { .. }]));
}

const B64_SECRET: &str = "nJZIqg3Ndu7c64M1Gv3qmcJH8yRD2xTvo0KAe5gLZwQ";
