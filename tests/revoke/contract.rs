//! What every store keeps to, whatever it is made of.
//!
//! It may not know engines: each brings an empty store that knows all since 1970, and the time.

use crate::{
    kit::{Kind, NOW, later, shared_ring},
    world::{DAY, Device, Session, sealer},
};
use orderslip::{
    UnixTime,
    revoke::{Guard, MAX_RECORD, Redeemed, Redeemer, Redemption, Redemptions, Revocations, SlipRef},
};
use std::time::Duration;

pub(crate) async fn revocations(list: impl Revocations + Clone) {
    one_slip(&Guard::fail_closed(list.clone()).horizon(DAY)).await;
    a_subject(&Guard::fail_closed(list.clone()).horizon(DAY)).await;
    a_key(&Guard::fail_closed(list)).await;
}

/// A revoked slip does not come back by being sealed again, before or after.
async fn one_slip(guard: &Guard) {
    for kind in Kind::all() {
        let sealer = kind.sealer_for(&kind.ring(), orderslip::Lifetime::absolute(DAY)).unwrap();
        let (mut here, there) = (Device::of(&sealer, "ada", NOW), Device::of(&sealer, "ada", NOW));
        let copy = Device { text: here.text.clone(), slip: sealer.open_at(&here.text, NOW).unwrap() };
        here.slip.state_mut().note = "changed".into();
        let resealed = sealer.reseal_at(&here.slip, later(60)).unwrap();
        assert!(here.is_good(guard, &sealer, later(60)).await);

        guard.revoke(&here.slip).await.unwrap();
        guard.revoke(&here.slip).await.unwrap();
        let resealed = Device { text: resealed, ..here };
        let again = Device {
            text: sealer.reseal_at(&copy.slip, later(120)).unwrap(),
            slip: sealer.open_at(&copy.text, NOW).unwrap(),
        };
        for gone in [&copy, &resealed, &again] {
            assert!(!gone.is_good(guard, &sealer, later(120)).await, "{kind:?}");
        }
        assert!(there.is_good(guard, &sealer, later(120)).await, "{kind:?}");

        // From a list that the application keeps.
        guard.revoke_ref(&SlipRef::of(&there.slip).to_string().parse().unwrap()).await.unwrap();
        assert!(!there.is_good(guard, &sealer, later(120)).await);
    }
}

async fn a_subject(guard: &Guard) {
    let ring = shared_ring();
    let sealer = sealer(Kind::Encrypted, &ring);
    let ada = |secs| Device::of(&sealer, "ada@example.org", later(secs));
    let (phone, laptop, tablet, next, third) = (ada(0), ada(5), ada(10), ada(11), ada(16));
    let bob = Device::of(&sealer, "bob@example.org", NOW);

    guard.log_out_at("ada@example.org", Some(&SlipRef::of(&laptop.slip)), later(10)).await.unwrap();
    let late = Device {
        text: sealer.reseal_at(&phone.slip, later(300)).unwrap(),
        slip: sealer.open_at(&phone.text, NOW).unwrap(),
    };
    for (device, is_good) in
        [(&phone, false), (&laptop, true), (&tablet, false), (&late, false), (&next, true), (&bob, true)]
    {
        assert_eq!(device.is_good(guard, &sealer, later(300)).await, is_good);
    }
    // What was said first does not undo what was said last, though it arrives later; and it counts, too.
    guard.log_out_at("ada@example.org", Some(&SlipRef::of(&phone.slip)), later(9)).await.unwrap();
    assert!(!phone.is_good(guard, &sealer, later(300)).await);
    assert!(!tablet.is_good(guard, &sealer, later(300)).await, "of the later time");
    assert!(!laptop.is_good(guard, &sealer, later(300)).await, "one of all others, seen from the phone");
    // A slip that was ended is not spared any more, whoever asks: a thief may have begun to ask before he was logged out.
    guard.log_out_at("ada@example.org", Some(&SlipRef::of(&next.slip)), later(12)).await.unwrap();
    assert!(next.is_good(guard, &sealer, later(300)).await, "it began after the others were ended");
    guard.log_out_at("ada@example.org", Some(&SlipRef::of(&next.slip)), later(13)).await.unwrap();
    assert!(next.is_good(guard, &sealer, later(300)).await, "spared twice");
    guard.log_out_at("ada@example.org", Some(&SlipRef::of(&laptop.slip)), later(14)).await.unwrap();
    assert!(!laptop.is_good(guard, &sealer, later(300)).await, "for good");
    assert!(!next.is_good(guard, &sealer, later(300)).await);
    // Nor by what is said late, of a server whose clock is behind.
    guard.log_out_at("ada@example.org", Some(&SlipRef::of(&third.slip)), later(17)).await.unwrap();
    assert!(third.is_good(guard, &sealer, later(300)).await);
    guard.log_out_at("ada@example.org", None, later(15)).await.unwrap();
    assert!(third.is_good(guard, &sealer, later(300)).await, "it began after that");
    guard.log_out_at("ada@example.org", None, later(16)).await.unwrap();
    assert!(!third.is_good(guard, &sealer, later(300)).await, "everywhere, and so here");
    // And everything.
    guard.log_out_at("ada@example.org", None, later(20)).await.unwrap();
    for device in [&phone, &laptop, &tablet, &next] {
        assert!(!device.is_good(guard, &sealer, later(300)).await);
    }
    assert!(bob.is_good(guard, &sealer, later(300)).await);
    assert!(ada(21).is_good(guard, &sealer, later(300)).await);
}

/// However a token names its key.
async fn a_key(guard: &Guard) {
    for kind in Kind::all() {
        let (ring, others) = (kind.ring(), kind.ring());
        let sealer = kind.sealer_for(&ring, orderslip::Lifetime::absolute(DAY)).unwrap();
        let device = Device::of(&sealer, "ada", NOW);
        let other = kind.sealer_for::<Session>(&others, orderslip::Lifetime::absolute(DAY)).unwrap();
        let elsewhere = Device::of(&other, "ada", NOW);
        guard.revoke_key(ring.ids().next().unwrap(), later(86_400)).await.unwrap();
        assert!(!device.is_good(guard, &sealer, NOW).await, "{kind:?}");
        assert!(elsewhere.is_good(guard, &other, NOW).await, "{kind:?}");
    }
}

pub(crate) async fn redemptions(list: impl Redemptions + Clone, end: UnixTime) {
    let redeemer = Redeemer::new(list);
    let coupon = |name: &'static str| Redemption::of("coupon", name.as_bytes(), end);
    assert_eq!(redeemer.redeem(&coupon("SOUP10").with_record(b"ada")).await.unwrap(), Redeemed::Now);
    assert_eq!(
        redeemer.redeem(&coupon("SOUP10").with_record(b"bob")).await.unwrap(),
        Redeemed::Before(b"ada".to_vec())
    );
    assert_eq!(redeemer.redeem(&coupon("SOUP10")).await.unwrap(), Redeemed::Before(b"ada".to_vec()));
    assert_eq!(redeemer.redeem(&coupon("SOUP20")).await.unwrap(), Redeemed::Now);
    assert_eq!(redeemer.redeem(&coupon("SOUP20")).await.unwrap(), Redeemed::Before(Vec::new()));
    assert_eq!(
        redeemer.redeem(&Redemption::of("ticket", b"SOUP10", end)).await.unwrap(),
        Redeemed::Now,
        "another kind"
    );

    let ring = shared_ring();
    let sealer = sealer(Kind::Encrypted, &ring);
    let slip = Device::of(&sealer, "ada", NOW).slip;
    let other = Device::of(&sealer, "ada", NOW).slip;
    assert_eq!(redeemer.redeem(&Redemption::of_slip(&slip)).await.unwrap(), Redeemed::Now);
    assert_ne!(redeemer.redeem(&Redemption::of_slip(&slip)).await.unwrap(), Redeemed::Now);
    assert_eq!(redeemer.redeem(&Redemption::of_slip(&other)).await.unwrap(), Redeemed::Now);

    // Every byte, and the most of them.
    let record: Vec<u8> = (0..=u8::MAX).cycle().take(MAX_RECORD).collect();
    let large = Redemption::of("order", b"large", end).with_record(&record);
    assert_eq!(redeemer.redeem(&large).await.unwrap(), Redeemed::Now);
    assert_eq!(redeemer.redeem(&large).await.unwrap(), Redeemed::Before(record.clone()));
    let larger = [record.as_slice(), b"!"].concat();
    let error = redeemer.redeem(&Redemption::of("order", b"larger", end).with_record(&larger)).await.unwrap_err();
    assert_eq!((error.is_too_large(), error.size(), error.limit()), (true, Some(MAX_RECORD + 1), Some(MAX_RECORD)));

    contended(&redeemer, end).await;
}

/// Many at once: one of each.
async fn contended(redeemer: &Redeemer, end: UnixTime) {
    let mut tasks = tokio::task::JoinSet::new();
    for attempt in 0..200_u32 {
        let redeemer = redeemer.clone();
        tasks.spawn(async move {
            let name = (attempt % 10).to_be_bytes();
            let record = attempt.to_be_bytes();
            let redemption = Redemption::of("contended", &name, end).with_record(&record);
            let redeemed =
                tokio::time::timeout(Duration::from_secs(60), redeemer.redeem(&redemption)).await.unwrap().unwrap();
            (attempt, redeemed)
        });
    }
    let all = tasks.join_all().await;
    for name in 0..10 {
        let of_name = || all.iter().filter(|(attempt, _)| attempt % 10 == name);
        let winners: Vec<u32> =
            of_name().filter(|(_, redeemed)| *redeemed == Redeemed::Now).map(|(attempt, _)| *attempt).collect();
        let [winner] = winners[..] else { panic!("{winners:?}") };
        for (attempt, redeemed) in of_name().filter(|(attempt, _)| *attempt != winner) {
            assert_eq!(*redeemed, Redeemed::Before(winner.to_be_bytes().to_vec()), "{attempt}");
        }
    }
}
