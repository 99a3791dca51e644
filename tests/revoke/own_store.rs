//! A list of somebody's own, as the example `social` has it in its database: it keeps to the same contract as ours, in SQLite and in PostgreSQL.
//!
//! It includes the example's files as they are. Verdicts depend on no clock: what must not answer has been stopped.

use crate::{
    contract,
    database::{Database, Value},
    kit::{NOW, earlier, later},
    store::Store,
    world::{BEFORE, DAY, Device, encrypted},
};
use orderslip::{
    Error, UnixTime,
    revoke::{Guard, Redeemed, Redeemer, Redemption},
};
use std::time::Duration;

/// Longer than anything takes, on however busy a machine.
const PATIENT: Duration = Duration::from_secs(120);

async fn store_in(address: &str, since: UnixTime) -> Result<(Database, Store), Error> {
    let database = Database::at(address, PATIENT)?;
    let store = Store::of(database.clone());
    store.set_up(since).await?;
    store.set_up(later(1_000_000)).await?;
    Ok((database, store))
}

async fn in_sqlite(since: UnixTime) -> (tempfile::TempDir, Database, Store) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lists.sqlite");
    let (database, store) = store_in(file.to_str().unwrap(), since).await.unwrap();
    (folder, database, store)
}

async fn keeps_to_the_contract(database: &Database, store: Store) {
    contract::revocations(store.clone()).await;
    contract::redemptions(store.clone(), later(86_400)).await;
    what_is_over_goes(database, &store).await;
    an_emptied_list_knows_that_it_forgot(database, store).await;
}

async fn rows(database: &Database) -> i64 {
    let count = "SELECT (SELECT count(*) FROM revoked) + (SELECT count(*) FROM redeemed)";
    let answer = database.ask(count, []).await.unwrap();
    answer.first().unwrap().number(0).unwrap()
}

async fn what_is_over_goes(database: &Database, store: &Store) {
    let guard = Guard::fail_closed(store.clone());
    let (_, sealer) = encrypted();
    let devices: Vec<Device> = [70, 35, 0].map(|secs| Device::of(&sealer, "cleo", earlier(secs))).into();
    store.prune(later(10_000_000)).await.unwrap();
    assert_eq!(rows(database).await, 1, "it still knows since when it is complete");
    for device in &devices {
        guard.revoke(&device.slip).await.unwrap();
    }
    // A list remembers a slip until it is over on all clocks: ten minutes longer. Of the second one that is this very moment.
    store.prune(later(86_400 + 600 - 35)).await.unwrap();
    assert_eq!(rows(database).await, 2);
    assert!(!devices.last().unwrap().is_good(&guard, &sealer, NOW).await);
    let redeemer = Redeemer::new(store.clone());
    assert_eq!(redeemer.redeem(&Redemption::of("ticket", b"late", later(88_000))).await.unwrap(), Redeemed::Now);
    for (secs, left) in [(86_999, 3), (87_000, 2), (87_999, 2), (88_000, 1)] {
        store.prune(later(secs)).await.unwrap();
        assert_eq!(rows(database).await, left, "after {secs} s");
    }
}

/// A database that is restored without its rows, or made anew, lets nothing in that may have been revoked.
async fn an_emptied_list_knows_that_it_forgot(database: &Database, store: Store) {
    let (_, sealer) = encrypted();
    let (old, young) = (Device::of(&sealer, "dora", NOW), Device::of(&sealer, "dora", later(100)));
    database.ask("DELETE FROM revoked", []).await.unwrap();
    let (closed, open) = (Guard::fail_closed(store.clone()), Guard::fail_open(store.clone()));
    let redeemer = Redeemer::new(store.clone());
    for round in ["without its first row", "begun anew"] {
        assert!(!old.is_good(&closed, &sealer, later(200)).await, "{round}");
        assert!(old.is_good(&open, &sealer, later(200)).await, "{round}");
        assert!(redeemer.redeem(&Redemption::of_slip(&old.slip)).await.unwrap_err().is_revoked(), "{round}");
        store.set_up(later(100)).await.unwrap();
    }
    assert!(young.is_good(&closed, &sealer, later(200)).await);
    assert_eq!(redeemer.redeem(&Redemption::of_slip(&young.slip)).await.unwrap(), Redeemed::Now);
}

#[tokio::test]
async fn t26_a_list_of_ones_own_in_sqlite_keeps_to_the_contract() {
    let (_folder, database, store) = in_sqlite(UnixTime::from_secs(0)).await;
    keeps_to_the_contract(&database, store).await;
}

#[tokio::test]
async fn t26_what_is_in_sqlite_is_there_for_every_process_and_after_a_restart() {
    let (folder, _database, store) = in_sqlite(BEFORE).await;
    let (_, sealer) = encrypted();
    let device = Device::of(&sealer, "ada", NOW);
    let file = folder.path().join("lists.sqlite");
    let (_, other) = store_in(file.to_str().unwrap(), NOW).await.unwrap();
    let (here, there) = (Guard::fail_closed(store).horizon(DAY), Guard::fail_closed(other).horizon(DAY));
    assert!(device.is_good(&there, &sealer, NOW).await);
    here.log_out_at("ada", None, NOW).await.unwrap();
    assert!(!device.is_good(&there, &sealer, NOW).await);
    drop(here);
    let (_, again) = store_in(file.to_str().unwrap(), NOW).await.unwrap();
    assert!(!device.is_good(&Guard::fail_closed(again), &sealer, NOW).await);
}

#[tokio::test]
async fn t26_tables_that_are_not_there_or_not_ours_are_no_answer() {
    let (_folder, database, store) = in_sqlite(BEFORE).await;
    let (_, sealer) = encrypted();
    let device = Device::of(&sealer, "ada", NOW);
    let closed = Guard::fail_closed(store.clone());
    let refused = |error: Error| assert!(error.is_unavailable(), "{error:?}");
    database.ask("UPDATE revoked SET before = $1 WHERE kind = 'since'", [Value::from("long ago")]).await.unwrap();
    refused(closed.open_at(&sealer.opener(), &device.text, NOW).await.unwrap_err());
    database.ask("DROP TABLE revoked", []).await.unwrap();
    refused(closed.open_at(&sealer.opener(), &device.text, NOW).await.unwrap_err());
    refused(closed.revoke(&device.slip).await.unwrap_err());
    refused(Redeemer::new(store.clone()).redeem(&Redemption::of_slip(&device.slip)).await.unwrap_err());
    assert!(device.is_good(&Guard::fail_open(store), &sealer, NOW).await);
    for nowhere in ["/no/such/folder/lists.sqlite", "postgres://host:no port/"] {
        refused(Database::at(nowhere, PATIENT).err().unwrap());
    }
}

#[cfg(unix)]
mod postgres {
    use super::{DAY, Database, Device, Duration, Guard, NOW, Redeemed, Redeemer, Redemption, Store, UnixTime};
    use crate::{
        kit::engines::Postgres,
        own_store,
        world::{Session, encrypted},
    };
    use orderslip::Sealer;

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Runtime::new().unwrap()
    }

    #[test]
    fn t26_a_list_of_ones_own_in_postgres_keeps_to_the_contract() {
        let Some(postgres) = Postgres::start() else { return };
        runtime().block_on(async {
            let (database, store) = own_store::store_in(&postgres.url(), UnixTime::from_secs(0)).await.unwrap();
            own_store::keeps_to_the_contract(&database, store).await;
        });
    }

    /// Whoever asks a store that does not answer; and nothing hangs.
    async fn is_told(store: &Store, sealer: &Sealer<Session>, devices: &[&Device]) {
        let (closed, open) = (Guard::fail_closed(store.clone()).horizon(DAY), Guard::fail_open(store.clone()));
        for device in devices {
            let asked = closed.open_at(&sealer.opener(), &device.text, NOW).await;
            assert!(asked.unwrap_err().is_unavailable());
            assert!(device.is_good(&open, sealer, NOW).await);
            let redeemed = Redeemer::new(store.clone()).redeem(&Redemption::of_slip(&device.slip)).await;
            assert!(redeemed.unwrap_err().is_unavailable());
        }
        assert!(closed.log_out_everywhere("bob").await.unwrap_err().is_unavailable());
    }

    #[test]
    fn t26_a_postgres_that_does_not_answer_is_not_waited_for() {
        let Some(mut postgres) = Postgres::start() else { return };
        let (_, sealer) = encrypted();
        let (here, there) = (Device::of(&sealer, "ada", NOW), Device::of(&sealer, "ada", NOW));
        let runtime = runtime();
        let (_, patient) = runtime.block_on(own_store::store_in(&postgres.url(), UnixTime::from_secs(0))).unwrap();
        let hasty = Store::of(Database::at(&postgres.url(), Duration::from_millis(50)).unwrap());
        let patient = Guard::fail_closed(patient);
        runtime.block_on(patient.revoke(&here.slip)).unwrap();

        // Over a connection that it has already, and then over one that it must make.
        let _ = runtime.block_on(Guard::fail_closed(hasty.clone()).check_at(&there.slip, &there.text, NOW));
        postgres.pause();
        runtime.block_on(is_told(&hasty, &sealer, &[&here, &there]));
        postgres.resume();
        postgres.kill();
        runtime.block_on(is_told(&hasty, &sealer, &[&here, &there]));

        // What was revoked before is so after, over a connection that was lost. Of what got no answer nobody knows; the same call tells.
        postgres.restart();
        runtime.block_on(async {
            let first = patient.open_at(&sealer.opener(), &there.text, NOW).await;
            assert!(
                first.is_ok() || first.unwrap_err().is_unavailable(),
                "the connection may not know yet that it is lost"
            );
            assert!(!here.is_good(&patient, &sealer, NOW).await);
            assert!(there.is_good(&patient, &sealer, NOW).await);
            let patient = Store::of(Database::at(&postgres.url(), own_store::PATIENT).unwrap());
            let redemption = Redemption::of_slip(&there.slip);
            let (one, two) = (Redeemer::new(patient.clone()), Redeemer::new(patient));
            let (one, two) = tokio::join!(one.redeem(&redemption), two.redeem(&redemption));
            let won = [one.unwrap(), two.unwrap()].iter().filter(|redeemed| **redeemed == Redeemed::Now).count();
            assert!(won <= 1, "once, and perhaps by the call that was not answered");
        });
    }
}
