//! The list in memory: bounded, expiring, and honest about what it has forgotten.

use crate::{
    contract,
    kit::{NOW, later},
    world::{BEFORE, DAY, Device, encrypted},
};
use orderslip::{
    UnixTime,
    revoke::{Guard, MemoryStore, Redeemed, Redeemer, Redemption},
    testing::TestClock,
};
use std::time::Duration;

/// An empty one that has been there for ever.
fn store(entries: usize) -> (MemoryStore, TestClock) {
    let clock = TestClock::new(NOW);
    (MemoryStore::new(entries).that_knows_all_since(UnixTime::from_secs(0)).clock(clock.clone()), clock)
}

#[tokio::test]
async fn t26_the_list_in_memory_keeps_to_the_contract() {
    contract::revocations(store(1_000).0).await;
    contract::redemptions(store(1_000).0, later(86_400)).await;
}

#[tokio::test]
async fn t26_a_full_list_refuses_and_forgets_only_what_is_over() {
    let (list, clock) = store(3);
    let guard = Guard::fail_closed(list.clone()).horizon(DAY);
    let (_, sealer) = encrypted();
    let devices: Vec<Device> = (0..4).map(|_| Device::of(&sealer, "ada", NOW)).collect();
    for device in &devices[..3] {
        guard.revoke(&device.slip).await.unwrap();
    }
    assert_eq!(list.len(), 3);
    let error = guard.revoke(&devices[3].slip).await.unwrap_err();
    assert!(error.is_unavailable(), "{error:?}");
    assert_eq!(error.to_string(), "the list in memory is full");
    guard.revoke(&devices[0].slip).await.expect("what is there takes no more room");
    for device in &devices[..3] {
        assert!(!device.is_good(&guard, &sealer, NOW).await, "nothing was thrown out");
    }
    assert!(guard.log_out_at("bob", None, NOW).await.unwrap_err().is_unavailable());

    // As long as any server may take one for good, it is there: a day, and the longest leeway.
    clock.set(later(86_400 + 599));
    assert!(guard.revoke(&devices[3].slip).await.is_err());
    clock.set(later(86_400 + 600));
    let young = Device::of(&sealer, "ada", later(86_400));
    guard.revoke(&young.slip).await.unwrap();
    assert_eq!(list.len(), 1);
    assert!(!young.is_good(&guard, &sealer, later(86_400)).await);
}

/// Whatever an entry is of, it takes the room of one; and all of them are over in the end.
#[tokio::test]
async fn t26_entries_of_all_kinds_are_counted_together() {
    let (list, clock) = store(5);
    let guard = Guard::fail_closed(list.clone()).horizon(DAY);
    let (ring, sealer) = encrypted();
    let device = Device::of(&sealer, "ada", NOW);
    let key = ring.ids().next().unwrap().clone();
    let redeemer = Redeemer::new(list.clone());
    assert!(list.is_empty());
    guard.revoke(&device.slip).await.unwrap();
    assert!(!list.is_empty());
    guard.log_out_at("bob", None, NOW).await.unwrap();
    guard.revoke_key(&key, later(86_400)).await.unwrap();
    assert_eq!(list.len(), 4, "a key has a name in each of the two families");
    let redeem = |name: &'static [u8]| Redemption::of("coupon", name, later(86_400));
    assert_eq!(redeemer.redeem(&redeem(b"soup")).await.unwrap(), Redeemed::Now);
    assert_eq!(list.len(), 5);
    assert!(redeemer.redeem(&redeem(b"bread")).await.unwrap_err().is_unavailable(), "full");
    clock.set(later(2 * 86_400));
    assert_eq!(redeemer.redeem(&Redemption::of("coupon", b"bread", later(3 * 86_400))).await.unwrap(), Redeemed::Now);
    assert_eq!(list.len(), 1);
}

/// Looking at all of a list takes time: it is done when there is no room, and not before.
#[tokio::test]
async fn what_is_over_is_thrown_out_when_room_is_needed() {
    let (list, clock) = store(3);
    let redeemer = Redeemer::new(list.clone());
    for (name, at, entries) in [(b"a", 0, 1), (b"b", 1_000, 2), (b"c", 2_000, 3), (b"d", 3_000, 1)] {
        clock.set(later(at));
        let redeemed = redeemer.redeem(&Redemption::of("coupon", name, later(at + 100))).await;
        assert_eq!(redeemed.unwrap(), Redeemed::Now);
        assert_eq!(list.len(), entries, "after {at} s");
    }
}

#[tokio::test]
async fn t26_a_list_that_was_lost_says_so() {
    let (_, sealer) = encrypted();
    let (old, young) = (Device::of(&sealer, "ada", BEFORE), Device::of(&sealer, "ada", NOW));
    // As after a restart at NOW.
    let list = MemoryStore::new(10).that_knows_all_since(NOW);
    let (closed, open) = (Guard::fail_closed(list.clone()), Guard::fail_open(list.clone()));
    assert!(!old.is_good(&closed, &sealer, NOW).await, "somebody may have revoked it");
    assert!(young.is_good(&closed, &sealer, NOW).await);
    assert!(old.is_good(&open, &sealer, NOW).await);
    // What it does know counts for both.
    open.revoke(&old.slip).await.unwrap();
    assert!(!old.is_good(&open, &sealer, NOW).await);

    let redeemer = Redeemer::new(list);
    assert!(
        redeemer.redeem(&Redemption::of_slip(&old.slip)).await.unwrap_err().is_revoked(),
        "it may have been redeemed"
    );
    assert_eq!(redeemer.redeem(&Redemption::of_slip(&young.slip)).await.unwrap(), Redeemed::Now);
}

#[tokio::test]
async fn t26_a_new_list_knows_nothing_of_the_time_before_it() {
    let (_, sealer) = encrypted();
    let now = UnixTime::now().unwrap();
    let old = Device::of(&sealer, "ada", UnixTime::from_secs(now.as_secs() - 100));
    let list = MemoryStore::new(10);
    assert!(!old.is_good(&Guard::fail_closed(list.clone()), &sealer, now).await);
    let list = list.that_knows_all_since(UnixTime::from_secs(0));
    assert!(old.is_good(&Guard::fail_closed(list), &sealer, now).await);
}

#[test]
fn it_shows_how_much_and_not_what() {
    let (list, _) = store(3);
    assert_eq!(format!("{list:?}"), "MemoryStore { entries: 0, .. }");
    assert!(list.is_empty());
    let guard = Guard::fail_open(list.clone()).horizon(Duration::from_secs(1));
    assert_eq!(format!("{guard:?}"), "Guard { policy: Open, .. }");
    assert_eq!(format!("{:?}", Redeemer::new(list)), "Redeemer { .. }");
}
