//! The list in Redis: real servers, one and three, and everything that can be wrong with them.

use crate::{
    contract,
    kit::{
        NOW,
        engines::{Redis, RedisCluster},
        events::told,
        later,
    },
    world::{DAY, Device, encrypted},
};
use orderslip::{
    Error, UnixTime,
    revoke::{Guard, Redeemed, Redeemer, Redemption, RedisStore},
};
use std::{future::Future, time::Duration};
use tracing::Level;

/// Long enough for a server that works on a busy machine.
const PATIENT: Duration = Duration::from_secs(60);

/// For one that must be given up.
const HASTY: Duration = Duration::from_millis(100);

fn run<R>(work: impl Future<Output = R>) -> R {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

fn lazy(url: &str) -> RedisStore {
    RedisStore::new(url).unwrap().time_limit(PATIENT).unwrap()
}

/// A store that knows all since 1970.
async fn old(store: RedisStore) -> RedisStore {
    store.found(UnixTime::from_secs(0)).await.unwrap();
    store
}

/// Its keys, and those that are marks.
fn keys(redis: &Redis) -> (Vec<String>, Vec<String>) {
    let all = redis.ask("EVAL \"return table.concat(redis.call('KEYS', '*'), ' ')\" 0").unwrap();
    all.split(' ').map(str::to_owned).partition(|key| !key.ends_with(":mark"))
}

fn keys_without_end(redis: &Redis) -> usize {
    let count = "local n = 0 for _, key in ipairs(redis.call('KEYS', '*')) do if redis.call('TTL', key) < 0 then n = n + 1 end end return n";
    redis.ask(&format!("EVAL \"{count}\" 0")).unwrap().parse().unwrap()
}

fn end() -> UnixTime {
    UnixTime::now().unwrap().saturating_add(DAY)
}

#[test]
fn t26_redis_keeps_to_the_contract() {
    let Some(redis) = Redis::start() else { return };
    run(async {
        let store = old(lazy(&redis.url())).await;
        contract::revocations(store.clone()).await;
        contract::redemptions(store, end()).await;
    });
}

#[test]
fn t26_a_cluster_keeps_to_the_contract() {
    let Some(cluster) = RedisCluster::start(3) else { return };
    run(async {
        let store = old(RedisStore::cluster(&cluster.urls()).unwrap().time_limit(PATIENT).unwrap()).await;
        contract::revocations(store.clone()).await;
        contract::redemptions(store, end()).await;
        let sizes: Vec<String> = cluster.nodes.iter().map(|node| node.ask("DBSIZE").unwrap()).collect();
        assert!(sizes.iter().all(|size| size != "0"), "every node has a part of it: {sizes:?}");
    });
}

#[test]
fn t26_every_key_has_an_end_and_no_key_has_a_name() {
    let Some(redis) = Redis::start() else { return };
    run(async {
        let store = old(lazy(&redis.url()).prefix("shop").unwrap()).await;
        contract::revocations(store.clone()).await;
        contract::redemptions(store, end()).await;
    });
    // What redis-cli shows: nothing of a person.
    let (keys, marks) = keys(&redis);
    assert!(keys.len() > 20 && marks.len() == 16, "{} {}", keys.len(), marks.len());
    for key in &keys {
        assert!(key.starts_with("{shop:"), "{key}");
        assert!(!key.contains("ada") && !key.contains("example.org"));
    }
    assert_eq!(keys_without_end(&redis), 16, "the marks alone stay");
}

#[test]
fn t26_a_partition_shows_what_was_chosen() {
    let Some(redis) = Redis::start() else { return };
    let (_, sealer) = encrypted();
    let (device, revoked) = (Device::of(&sealer, "ada", NOW), Device::of(&sealer, "ada", NOW));
    run(async {
        let store = old(lazy(&redis.url())).await;
        let hasty = RedisStore::new(&redis.url()).unwrap().time_limit(HASTY).unwrap();
        let (open, closed) = (Guard::fail_open(hasty.clone()), Guard::fail_closed(hasty.clone()));
        Guard::fail_closed(store.clone()).revoke(&revoked.slip).await.unwrap();

        redis.pause();
        for device in [&device, &revoked] {
            assert!(device.is_good(&open, &sealer, NOW).await, "fails open");
            let error = closed.open_at(&sealer.opener(), &device.text, NOW).await.unwrap_err();
            assert!(error.is_unavailable(), "fails closed: {error:?}");
        }
        assert!(open.revoke(&device.slip).await.unwrap_err().is_unavailable(), "no revocation is taken for done");
        let coupon = Redemption::of("coupon", b"partition", end());
        assert!(Redeemer::new(hasty).redeem(&coupon).await.unwrap_err().is_unavailable());
        redis.resume();

        // What was given up may have been done: the coupon as well, by a call that nobody waited for.
        let (open, closed) = (Guard::fail_open(store.clone()), Guard::fail_closed(store.clone()));
        for guard in [&open, &closed] {
            assert!(!revoked.is_good(guard, &sealer, NOW).await);
        }
        let again = Redeemer::new(store).redeem(&coupon.with_record(b"again")).await.unwrap();
        assert!(again == Redeemed::Now || again == Redeemed::Before(Vec::new()), "{again:?}");
    });
}

#[test]
fn t26_a_server_that_comes_back_is_found_again() {
    let Some(mut redis) = Redis::start() else { return };
    let (_, sealer) = encrypted();
    let now = UnixTime::now().unwrap();
    let old_device = Device::of(&sealer, "ada", UnixTime::from_secs(now.as_secs() - 1_000));
    run(async {
        let store = old(lazy(&redis.url())).await;
        let guard = Guard::fail_closed(store.clone());
        let open = Guard::fail_open(store.clone());
        guard.revoke(&old_device.slip).await.unwrap();

        redis.kill();
        assert!(guard.open_at(&sealer.opener(), &old_device.text, now).await.unwrap_err().is_unavailable());
        redis.restart_empty();

        // Empty, it knows nothing of the time before, and says so: what may have been revoked is over, or goes on.
        assert!(!old_device.is_good(&guard, &sealer, now).await, "it was revoked, and nobody knows any more");
        assert!(old_device.is_good(&open, &sealer, now).await, "what failing open means");
        let young = Device::of(&sealer, "ada", later(0));
        assert!(young.is_good(&guard, &sealer, NOW).await, "it heals by itself");
        let link = Redeemer::new(store.clone());
        assert!(link.redeem(&Redemption::of_slip(&old_device.slip)).await.unwrap_err().is_revoked());
        assert_eq!(link.redeem(&Redemption::of_slip(&young.slip)).await.unwrap(), Redeemed::Now);
        assert_eq!(keys(&redis).1.len(), 16, "all its marks are there again");
    });
}

#[test]
fn t26_what_is_written_first_into_an_empty_store_marks_it() {
    let Some(redis) = Redis::start() else { return };
    let (_, sealer) = encrypted();
    let now = UnixTime::now().unwrap();
    let device = Device::of(&sealer, "ada", UnixTime::from_secs(now.as_secs() - 1_000));
    let other = Device::of(&sealer, "ada", UnixTime::from_secs(now.as_secs() - 1_000));
    run(async {
        // Nobody connected: the revocation is what comes first.
        let guard = Guard::fail_closed(lazy(&redis.url()));
        guard.revoke(&device.slip).await.unwrap();
        assert_eq!(keys(&redis).1.len(), 16);
        assert!(!device.is_good(&guard, &sealer, now).await);
        assert!(!other.is_good(&guard, &sealer, now).await, "who knows what was revoked before");
        // Founding it again says nothing new.
        old(lazy(&redis.url())).await;
        assert!(!other.is_good(&guard, &sealer, now).await);
    });
}

#[test]
fn t26_wrong_passwords_wrong_urls_and_nobody_there() {
    let Some(redis) = Redis::start_with_password("hunter2") else { return };
    let (_, sealer) = encrypted();
    let device = Device::of(&sealer, "ada", NOW);
    let port = redis.port();
    run(async {
        let right = old(lazy(&redis.url())).await;
        assert!(device.is_good(&Guard::fail_closed(right), &sealer, NOW).await);
        for url in [
            format!("redis://:wrong@127.0.0.1:{port}"),
            format!("redis://127.0.0.1:{port}"),
            "redis://127.0.0.1:1".into(),
        ] {
            let store = lazy(&url);
            let error =
                Guard::fail_closed(store.clone()).open_at(&sealer.opener(), &device.text, NOW).await.unwrap_err();
            assert!(error.is_unavailable(), "{error:?}");
            assert!(device.is_good(&Guard::fail_open(store.clone()), &sealer, NOW).await);
            for shown in [error.to_string(), format!("{error:?}"), format!("{store:?}")] {
                assert!(!shown.contains("wrong") && !shown.contains("127.0.0.1"), "{shown}");
            }
            assert!(lazy(&url).connect().await.unwrap_err().is_unavailable());
        }
    });
    for url in ["", "no url", "http://127.0.0.1", "redis://:hunter2@:port"] {
        let error = RedisStore::new(url).unwrap_err();
        assert!(error.is_misuse() && !format!("{error} {error:?}").contains("hunter2"), "{error:?}");
    }
    assert!(RedisStore::cluster::<&str>(&[]).unwrap_err().is_misuse());
    for prefix in ["", "a b", "{a}", "ä"] {
        assert!(lazy("redis://127.0.0.1").prefix(prefix).unwrap_err().is_misuse());
    }
    let store = lazy("redis://127.0.0.1");
    let _clone = store.clone();
    assert!(store.time_limit(HASTY).unwrap_err().is_misuse());
}

#[test]
fn t26_a_full_server_takes_no_revocation_and_answers_questions() {
    let Some(redis) = Redis::start() else { return };
    let (_, sealer) = encrypted();
    let (device, revoked) = (Device::of(&sealer, "ada", NOW), Device::of(&sealer, "ada", NOW));
    run(async {
        let store = old(lazy(&redis.url())).await;
        let guard = Guard::fail_closed(store.clone());
        guard.revoke(&revoked.slip).await.unwrap();
        redis.ask("CONFIG SET maxmemory 1").unwrap();
        assert!(guard.revoke(&device.slip).await.unwrap_err().is_unavailable());
        assert!(Redeemer::new(store).redeem(&Redemption::of_slip(&device.slip)).await.unwrap_err().is_unavailable());
        assert!(!revoked.is_good(&guard, &sealer, NOW).await);
        assert!(device.is_good(&guard, &sealer, NOW).await);
    });
}

#[test]
fn t26_what_somebody_else_wrote_is_no_answer() {
    let Some(redis) = Redis::start() else { return };
    let (_, sealer) = encrypted();
    let device = Device::of(&sealer, "ada", NOW);
    run(async {
        let store = old(lazy(&redis.url())).await;
        let guard = Guard::fail_closed(store.clone()).horizon(DAY);
        guard.log_out_at("ada", None, later(0)).await.unwrap();
        let subject = keys(&redis).0.pop().unwrap();
        for (command, what) in [
            (format!("SET {subject} rubbish"), "no numbers"),
            (format!("SET {subject} \"1 2 3 4\""), "too many"),
            (format!("SET {subject} \"1 99999999999999999999 \""), "no time"),
            (format!("SET {subject} \"1 2 !\""), "no id"),
            (format!("DEL {subject}"), ""),
            (format!("LPUSH {subject} 1"), "another type"),
        ] {
            redis.ask(&command).unwrap();
            if what.is_empty() {
                continue;
            }
            let error = guard.open_at(&sealer.opener(), &device.text, NOW).await.unwrap_err();
            assert!(error.is_unavailable(), "{what}: {error:?}");
        }
        assert!(guard.log_out_at("ada", None, later(0)).await.unwrap_err().is_unavailable());
        redis.ask(&format!("DEL {subject}")).unwrap();
        for mark in keys(&redis).1 {
            redis.ask(&format!("SET {mark} rubbish")).unwrap();
        }
        assert!(guard.open_at(&sealer.opener(), &device.text, NOW).await.unwrap_err().is_unavailable());
    });
}

#[test]
fn t26_an_answer_is_believed_as_long_as_was_said_and_no_longer() {
    let Some(redis) = Redis::start() else { return };
    let (_, sealer) = encrypted();
    let devices: Vec<Device> = (0..3).map(|_| Device::of(&sealer, "ada", NOW)).collect();
    run(async {
        let elsewhere = Guard::fail_closed(old(lazy(&redis.url())).await);
        let believing = Guard::fail_closed(lazy(&redis.url()).stale_up_to(Duration::from_secs(86_400)).unwrap());
        let asking = Guard::fail_closed(lazy(&redis.url()).stale_up_to(Duration::ZERO).unwrap());
        assert!(devices[0].is_good(&believing, &sealer, NOW).await);
        assert!(devices[0].is_good(&asking, &sealer, NOW).await);
        for device in &devices[..2] {
            elsewhere.revoke(&device.slip).await.unwrap();
        }
        assert!(devices[0].is_good(&believing, &sealer, NOW).await, "what it was told before");
        assert!(!devices[1].is_good(&believing, &sealer, NOW).await, "it did not know this one");
        assert!(!devices[0].is_good(&asking, &sealer, NOW).await);
        assert!(!devices[1].is_good(&believing, &sealer, NOW).await, "what is revoked is asked each time");
        // What is revoked here counts here at once, and all that was believed is asked again.
        believing.revoke(&devices[2].slip).await.unwrap();
        assert!(!devices[2].is_good(&believing, &sealer, NOW).await);
        assert!(!devices[0].is_good(&believing, &sealer, NOW).await);
    });
}

/// One node of three is gone: what lies on it is unavailable, the rest goes on.
#[test]
fn t26_a_cluster_without_a_node() {
    let Some(cluster) = RedisCluster::start(3) else { return };
    let (_, sealer) = encrypted();
    let devices: Vec<Device> = (0..32).map(|_| Device::of(&sealer, "ada", NOW)).collect();
    run(async {
        let store = old(RedisStore::cluster(&cluster.urls()).unwrap().time_limit(PATIENT).unwrap()).await;
        let closed = Guard::fail_closed(store);
        for device in &devices {
            assert!(device.is_good(&closed, &sealer, NOW).await);
        }
        let hasty = RedisStore::cluster(&cluster.urls()).unwrap().time_limit(2 * HASTY).unwrap();
        let (closed, open) = (Guard::fail_closed(hasty.clone()), Guard::fail_open(hasty));
        cluster.nodes[1].pause();
        let mut unavailable = 0;
        for device in &devices {
            let answer: Result<_, Error> = closed.open_at(&sealer.opener(), &device.text, NOW).await;
            unavailable += usize::from(answer.is_err_and(|error| error.is_unavailable()));
            assert!(device.is_good(&open, &sealer, NOW).await);
        }
        assert!(unavailable > 0);
        cluster.nodes[1].resume();
    });
}

#[test]
fn t26_a_server_that_throws_out_what_was_revoked_is_told_of() {
    let Some(redis) = Redis::start() else { return };
    let connect = || told(Level::WARN, || run(lazy(&redis.url()).connect()).unwrap()).1;
    assert!(connect().is_empty(), "Redis' own default is right");
    redis.ask("CONFIG SET maxmemory-policy allkeys-lru").unwrap();
    let [event] = &connect()[..] else { panic!("one event") };
    assert!(event.contains("eviction") && event.contains("allkeys-lru"), "{event}");
}
