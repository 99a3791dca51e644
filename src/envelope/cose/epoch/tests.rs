//! Tests of when a content key ends: by time, count, key, ring, process and clock; and of what an idle sealer keeps.

use super::*;
use crate::{key::Alg, keyring::Keyring};
use std::collections::HashMap;

const T: UnixTime = UnixTime::from_secs(1_000_000);

fn later(secs: u64) -> UnixTime {
    T.saturating_add(Duration::from_secs(secs))
}

fn sealing_key(ring: &Keyring) -> Arc<Key> {
    Arc::clone(ring.ring().sealing(&[Alg::HkdfA256Gcm], T).unwrap())
}

fn salt(epochs: &Epochs, ring: &Ring, key: &Arc<Key>, now: UnixTime, process: u32) -> Salt {
    epochs.with(ring, key, now, process, |epoch| *epoch.salt()).unwrap()
}

fn setup() -> (Epochs, Keyring, Arc<Key>) {
    let ring = Keyring::new(vec![Key::generate(Alg::HkdfA256Gcm).unwrap()]).unwrap();
    let key = sealing_key(&ring);
    (Epochs::new(), ring, key)
}

#[test]
fn t31_an_epoch_lasts_while_nothing_changes() {
    let (epochs, ring, key) = setup();
    let first = salt(&epochs, ring.ring(), &key, T, 1);
    for now in [T, later(1), later(3_599)] {
        assert_eq!(salt(&epochs, ring.ring(), &key, now, 1), first);
    }
}

#[test]
fn t31_an_epoch_ends_after_an_hour() {
    let (epochs, ring, key) = setup();
    let first = salt(&epochs, ring.ring(), &key, T, 1);
    assert_ne!(salt(&epochs, ring.ring(), &key, later(3_600), 1), first);
}

#[test]
fn t31_an_epoch_ends_when_the_process_forks() {
    let (epochs, ring, key) = setup();
    let first = salt(&epochs, ring.ring(), &key, T, 1);
    assert_ne!(salt(&epochs, ring.ring(), &key, T, 2), first);
}

#[test]
fn t31_an_epoch_ends_when_the_clock_runs_backwards() {
    let (epochs, ring, key) = setup();
    let first = salt(&epochs, ring.ring(), &key, T, 1);
    assert_eq!(salt(&epochs, ring.ring(), &key, later(100), 1), first);
    assert_eq!(salt(&epochs, ring.ring(), &key, later(99), 1), first, "a tick is no step back");
    let second = salt(&epochs, ring.ring(), &key, later(98), 1);
    assert_ne!(second, first);
    assert_ne!(salt(&epochs, ring.ring(), &key, T, 1), second);
}

#[test]
fn t31_an_epoch_ends_with_its_key() {
    let (epochs, ring, key) = setup();
    let first = salt(&epochs, ring.ring(), &key, T, 1);
    let (_, _, other_key) = setup();
    assert_ne!(salt(&epochs, ring.ring(), &other_key, T, 1), first);
}

/// The same key bytes, in a set that was loaded again.
#[test]
fn t31_an_epoch_ends_with_its_ring() {
    let (epochs, ring, key) = setup();
    let first = salt(&epochs, ring.ring(), &key, T, 1);
    let again = Keyring::from_jwks(ring.to_jwks().expose()).unwrap();
    assert_ne!(salt(&epochs, again.ring(), &key, T, 1), first);
    let (epochs, ring, key) = setup();
    let first = salt(&epochs, ring.ring(), &key, T, 1);
    let again = Keyring::from_jwks(ring.to_jwks().expose()).unwrap();
    assert_ne!(salt(&epochs, ring.ring(), &sealing_key(&again), T, 1), first);
}

#[test]
fn t31_an_epoch_ends_on_demand() {
    let (epochs, ring, key) = setup();
    let first = salt(&epochs, ring.ring(), &key, T, 1);
    epochs.end();
    assert_ne!(salt(&epochs, ring.ring(), &key, T, 1), first);
}

#[test]
fn t30_the_counter_is_never_overshot_by_threads() {
    let (_, ring, key) = setup();
    let epochs = Epochs { max_tokens: 100, ..Epochs::new() };
    let uses: Vec<Salt> = std::thread::scope(|scope| {
        let worker = || (0..250).map(|_| salt(&epochs, ring.ring(), &key, T, 1)).collect::<Vec<_>>();
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(worker)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let mut per_salt: HashMap<_, u32> = HashMap::new();
    for salt in uses {
        *per_salt.entry(salt).or_default() += 1;
    }
    assert_eq!(per_salt.values().sum::<u32>(), 2_000);
    assert!(per_salt.values().all(|used| *used == 100), "{per_salt:?}");
}

#[test]
fn t30_the_limits_are_as_documented() {
    assert_eq!(Epochs::new().max_tokens, 1_048_576);
    assert_eq!(MAX_AGE.as_secs(), 3_600);
}

#[test]
fn t30_without_randomness_there_is_no_epoch() {
    let (epochs, ring, key) = setup();
    let error = crypto::tests::with_broken_randomness(|| epochs.with(ring.ring(), &key, T, 1, |_| ()).unwrap_err());
    assert!(error.is_unavailable());
}

/// An idle sealer remembers which key it sealed with, and does not keep it.
#[test]
fn t35_an_epoch_does_not_keep_its_key_alive() {
    let (epochs, ring, key) = setup();
    salt(&epochs, ring.ring(), &key, T, 1);
    let gone = Arc::downgrade(&key);
    drop((ring, key));
    assert!(gone.upgrade().is_none());
}
