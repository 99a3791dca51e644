//! What the two lists take: memory for each entry, in this process and in a real Redis, and the time of a question.
//!
//! `cargo bench --features redis --bench stores` prints the tables of the manual's page on revocation. Without `redis-server` the half of it
//! is left out, and says so. Memory is counted and does not depend on the machine; times do.
#![expect(unsafe_code, reason = "an allocator cannot be written without")]
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "a report, which a failure stops"
)]

#[path = "../../tests/kit/mod.rs"]
mod kit;

use kit::engines::Redis;
use orderslip::{
    Keyring, Lifetime, Sealer, SlipState, UnixTime,
    revoke::{Guard, MemoryStore, Redeemer, Redemption, RedisStore, Revocations, SlipRef},
};
use std::{
    alloc::{GlobalAlloc, Layout, System},
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

static LIVE: AtomicUsize = AtomicUsize::new(0);

struct Counting;

// SAFETY: every call is handed to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller keeps to the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller keeps to the contract of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

#[derive(serde::Serialize, serde::Deserialize)]
struct Session {
    user: u32,
}

impl SlipState for Session {
    const PURPOSE: &'static str = "shop.example/session";
    const VERSION: u16 = 1;
}

const DAY: Duration = Duration::from_secs(86_400);
const AT_ONCE: usize = 64;
const PATIENT: Duration = Duration::from_secs(60);

fn sealer() -> Sealer<Session> {
    let keys = Keyring::generate().unwrap();
    // Longer than any is old below: what is over is not kept.
    Sealer::encrypted(&keys).lifetime(Lifetime::absolute(31 * DAY)).build().unwrap()
}

/// Slips that began evenly over so many hours up to now.
fn slips(sealer: &Sealer<Session>, count: u64, hours: u64) -> Vec<SlipRef> {
    let now = UnixTime::now().unwrap();
    let began = |index: u64| UnixTime::from_secs(now.as_secs() - index * hours * 3_600 / count);
    let slip =
        |index| sealer.open_at(&sealer.seal_at(&Session { user: 7 }, began(index)).unwrap(), began(index)).unwrap();
    (0..count).map(|index| SlipRef::of(&slip(index))).collect()
}

/// Does all of it, so many at a time.
async fn all<F: Future<Output = ()> + Send + 'static>(work: impl Iterator<Item = F>) {
    let mut tasks = JoinSet::new();
    for one in work {
        if tasks.len() == AT_ONCE {
            tasks.join_next().await.unwrap().unwrap();
        }
        tasks.spawn(one);
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
}

async fn revoke(guard: &Guard, slips: &[SlipRef]) {
    let one = |slip: &SlipRef| {
        let (guard, slip) = (guard.clone(), *slip);
        async move { guard.revoke_ref(&slip).await.unwrap() }
    };
    all(slips.iter().map(one)).await;
}

async fn log_out(guard: &Guard, subjects: u64) {
    let one = |index: u64| {
        let guard = guard.clone();
        async move { guard.log_out_everywhere(&format!("user-{index}@example.org")).await.unwrap() }
    };
    all((0..subjects).map(one)).await;
}

async fn redeem(redeemer: &Redeemer, count: u64) {
    let until = UnixTime::now().unwrap().saturating_add(DAY);
    let one = |index: u64| {
        let redeemer = redeemer.clone();
        async move { drop(redeemer.redeem(&Redemption::of("link", &index.to_be_bytes(), until)).await.unwrap()) }
    };
    all((0..count).map(one)).await;
}

/// Bytes for each entry, and over what it is measured.
fn row(engine: &str, what: &str, bytes: usize, count: u64) {
    println!("| {engine} | {what} | {count} | {:.0} |", bytes as f64 / count as f64);
}

async fn in_memory(sealer: &Sealer<Session>) {
    for count in [10_000, 100_000, 1_000_000] {
        let slips = slips(sealer, count, 1);
        let list = MemoryStore::new(usize::MAX);
        let guard = Guard::fail_closed(list);
        let before = LIVE.load(Ordering::Relaxed);
        for slip in &slips {
            guard.revoke_ref(slip).await.unwrap();
        }
        row("`MemoryStore`", "a slip", LIVE.load(Ordering::Relaxed) - before, count);
    }
    let count = 100_000;
    let guard = Guard::fail_closed(MemoryStore::new(usize::MAX)).horizon(DAY);
    let before = LIVE.load(Ordering::Relaxed);
    for index in 0..count {
        guard.log_out_everywhere(&format!("user-{index}@example.org")).await.unwrap();
    }
    row("`MemoryStore`", "a subject", LIVE.load(Ordering::Relaxed) - before, count);
    let redeemer = Redeemer::new(MemoryStore::new(usize::MAX));
    let until = UnixTime::now().unwrap().saturating_add(DAY);
    let before = LIVE.load(Ordering::Relaxed);
    for index in 0..count {
        drop(redeemer.redeem(&Redemption::of("link", &index.to_be_bytes(), until)).await.unwrap());
    }
    row("`MemoryStore`", "a redemption without a record", LIVE.load(Ordering::Relaxed) - before, count);
}

fn used(redis: &Redis) -> usize {
    let info = redis.ask("INFO memory").unwrap();
    info.lines().find_map(|line| line.trim().strip_prefix("used_memory:")).unwrap().parse().unwrap()
}

async fn in_redis(redis: &Redis, sealer: &Sealer<Session>) {
    let store = RedisStore::new(&redis.url()).unwrap().time_limit(PATIENT).unwrap();
    let guard = Guard::fail_closed(store.clone()).horizon(DAY);
    // So many a day, of slips that live for eight hours or for thirty days.
    for (count, hours) in
        [(1_000, 8), (10_000, 8), (100_000, 8), (300_000, 8), (10_000, 720), (100_000, 720), (300_000, 720)]
    {
        redis.ask("FLUSHALL").unwrap();
        store.found(UnixTime::from_secs(0)).await.unwrap();
        let (slips, before) = (slips(sealer, count, hours), used(redis));
        revoke(&guard, &slips).await;
        row("Redis", &format!("a slip, of those that began within {hours} hours"), used(redis) - before, count);
    }
    // What it would take with a key for each id, as most do.
    redis.ask("FLUSHALL").unwrap();
    let before = used(redis);
    for slip in slips(sealer, 10_000, 8) {
        redis.ask(&format!("SET revoked:{} 1 EXAT {}", slip.id(), slip.ends_at())).unwrap();
    }
    row("Redis", "a slip, if each had a key of its own", used(redis) - before, 10_000);
    for (what, count) in [("a subject", 100_000), ("a redemption without a record", 100_000)] {
        redis.ask("FLUSHALL").unwrap();
        store.found(UnixTime::from_secs(0)).await.unwrap();
        let before = used(redis);
        match what {
            "a subject" => log_out(&guard, count).await,
            _ => redeem(&Redeemer::new(store.clone()), count).await,
        }
        row("Redis", what, used(redis) - before, count);
    }
}

/// The least and the middle of the time of a question, one after the other.
async fn time(engine: &str, list: impl Revocations, sealer: &Sealer<Session>) {
    let guard = Guard::fail_closed(list);
    let text = sealer.seal(&Session { user: 7 }).unwrap();
    let slip = sealer.open(&text).unwrap();
    let mut times = Vec::new();
    for _ in 0..5_000 {
        let begun = Instant::now();
        guard.check(&slip, &text).await.unwrap();
        times.push(begun.elapsed());
    }
    times.sort();
    println!("| {engine} | {:.1} | {:.1} |", micros(times[0]), micros(times[times.len() / 2]));
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (sealer, redis) = (sealer(), Redis::start());
    runtime.block_on(async {
        println!("| list | entry | measured over | bytes each |\n|---|---|---|---|");
        in_memory(&sealer).await;
        if let Some(redis) = &redis {
            in_redis(redis, &sealer).await;
        }
        println!("\n| list | least µs | median µs |\n|---|---|---|");
        let since = UnixTime::from_secs(0);
        time("`MemoryStore`", MemoryStore::new(1_000).that_knows_all_since(since), &sealer).await;
        if let Some(redis) = &redis {
            let store = || RedisStore::new(&redis.url()).unwrap().time_limit(PATIENT).unwrap();
            store().found(since).await.unwrap();
            time("`RedisStore`, loopback", store(), &sealer).await;
            let believing = store().stale_up_to(Duration::from_secs(60)).unwrap();
            time("`RedisStore`, from what it was told lately", believing, &sealer).await;
        }
    });
}
