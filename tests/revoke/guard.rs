//! What the guard makes of a list's answers.

use crate::{
    kit::{NOW, later},
    world::{DAY, Device, Told, encrypted},
};
use orderslip::{
    Error, UnixTime,
    revoke::{Guard, MemoryStore, Redeemer, Redemption, SlipRef, Verdict},
};

const SECRET: &str = "redis://ops:hunter2@10.0.0.7";

fn down() -> Error {
    Error::unavailable(std::io::Error::new(std::io::ErrorKind::ConnectionRefused, SECRET))
}

#[tokio::test]
async fn t26_each_answer_under_each_policy() {
    let (_, sealer) = encrypted();
    let device = Device::of(&sealer, "ada", NOW);
    // Answer, and what becomes of the slip if the guard fails open, and if it fails closed.
    let table: [(Result<Verdict, Error>, &str, &str); 6] = [
        (Ok(Verdict::Good), "good", "good"),
        (Ok(Verdict::Revoked), "revoked", "revoked"),
        (Ok(Verdict::Forgotten), "good", "revoked"),
        (Err(down()), "good", "unavailable"),
        // A store of somebody's own that gives the wrong error has not answered either.
        (Err(Error::revoked()), "good", "unavailable"),
        (Err(sealer.open_at("junk", NOW).unwrap_err()), "good", "unavailable"),
    ];
    for (answer, open, closed) in table {
        for (guard, expected) in
            [(Guard::fail_open(Told::to(answer.clone())), open), (Guard::fail_closed(Told::to(answer.clone())), closed)]
        {
            let found = match guard.open_at(&sealer.opener(), &device.text, later(5)).await {
                Ok(_) => "good",
                Err(error) if error.is_revoked() => "revoked",
                Err(error) if error.is_unavailable() => {
                    assert!(!format!("{error} {error:?}").contains("hunter2"));
                    "unavailable"
                }
                Err(error) => panic!("{error:?}"),
            };
            assert_eq!(found, expected, "{answer:?} {guard:?}");
            let checked = guard.check_at(&device.slip, &device.text, later(5)).await;
            assert_eq!(checked.is_ok(), expected == "good");
        }
    }
}

#[tokio::test]
async fn t26_what_does_not_open_is_not_asked_about() {
    let (_, sealer) = encrypted();
    let told = Told::to(Ok(Verdict::Good));
    let guard = Guard::fail_closed(told.clone());
    let device = Device::of(&sealer, "ada", NOW);
    for (text, now) in [("junk", NOW), (device.text.split_at(1).1, NOW), (device.text.as_str(), later(90_000))] {
        assert!(guard.open_at(&sealer.opener(), text, now).await.is_err());
    }
    assert_eq!(told.asked(), 0, "no attacker makes the store work");
    assert!(guard.open_at(&sealer.opener(), &device.text, NOW).await.is_ok());
    assert_eq!(told.asked(), 1);
}

#[tokio::test]
async fn t26_a_revocation_that_was_not_taken_is_an_error_whatever_the_policy() {
    let (ring, sealer) = encrypted();
    let device = Device::of(&sealer, "ada", NOW);
    for guard in [Guard::fail_open(Told::to(Err(down()))), Guard::fail_closed(Told::to(Err(down())))] {
        let guard = guard.horizon(DAY);
        let key = ring.ids().next().unwrap();
        for told in [
            guard.revoke(&device.slip).await,
            guard.log_out_everywhere("ada").await,
            guard.log_out_elsewhere("ada", &SlipRef::of(&device.slip)).await,
            guard.revoke_key(key, later(10)).await,
        ] {
            assert!(told.unwrap_err().is_unavailable());
        }
        let redeemer = Redeemer::new(Told::to(Err(down())));
        assert!(redeemer.redeem(&Redemption::of_slip(&device.slip)).await.unwrap_err().is_unavailable());
    }
}

#[tokio::test]
async fn t26_who_does_not_know_how_long_slips_live_cannot_end_them_all() {
    let guard = Guard::fail_closed(MemoryStore::new(10));
    let error = guard.log_out_everywhere("ada").await.unwrap_err();
    assert!(error.is_misuse(), "{error:?}");
    assert!(guard.clone().horizon(DAY).log_out_everywhere("ada").await.is_ok());
    assert!(guard.log_out_everywhere("ada").await.is_ok(), "clones are the same guard");
}

/// The clock of the system: what `_at` is not given.
#[tokio::test]
async fn t26_now_is_now() {
    let (_, sealer) = encrypted();
    let now = UnixTime::now().unwrap();
    let list = MemoryStore::new(10).that_knows_all_since(UnixTime::from_secs(0));
    let guard = Guard::fail_closed(list).horizon(DAY);
    let (here, there) = (Device::of(&sealer, "ada", now), Device::of(&sealer, "ada", now));
    guard.log_out_elsewhere("ada", &SlipRef::of(&here.slip)).await.unwrap();
    assert!(here.is_good(&guard, &sealer, now).await && !there.is_good(&guard, &sealer, now).await);
    guard.log_out_everywhere("ada").await.unwrap();
    assert!(!here.is_good(&guard, &sealer, now).await);
    assert!(guard.check(&here.slip, &here.text).await.unwrap_err().is_revoked());
    assert!(guard.open(&sealer.opener(), &here.text).await.unwrap_err().is_revoked());
}
