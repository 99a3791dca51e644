//! The thread that follows a key file: it brings the new ring some time, and ends with the last who has the ring.
//!
//! A file of its own, so that no other test has such a thread. It waits for as long as it takes, and fails when it never comes.
#![expect(clippy::unwrap_used, reason = "a failing test should stop where it fails")]

mod kit;

use kit::{Cart, HOUR, NOW, cart, later, shared_ring};
use orderslip::{Alg, Key, Lifetime, RotationPolicy, Sealer, SharedKeyring};
use std::{fs, time::Duration};

const PAUSE: Duration = Duration::from_millis(2);

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..30_000 {
        if is_so() {
            return;
        }
        std::thread::sleep(PAUSE);
    }
    assert!(is_so(), "{what}: never");
}

#[test]
fn t82_the_thread_follows_the_file_and_ends_with_the_last_sealer() {
    let policy = RotationPolicy { propagation: Duration::from_secs(100), longest_life: HOUR };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ring.json");
    let first = shared_ring();
    first.to_file(&path).unwrap();
    let keys = SharedKeyring::watch_file_every(&path, PAUSE).unwrap();
    let sealer = Sealer::<Cart>::signed(&keys).lifetime(Lifetime::absolute(HOUR)).build().unwrap();
    let second = first.stage(Key::generate(Alg::Hs256).unwrap(), later(100), &policy, NOW).unwrap();
    second.to_file(&path).unwrap();
    wait_until("the second ring", || keys.current().ids().count() == 5);
    fs::write(&path, "no ring").unwrap();
    wait_until("the error", || keys.status().last_error().is_some());
    // A sealer alone keeps it going.
    drop(keys);
    let third = second.revoke(first.sealing_id(Alg::Hs256, NOW).unwrap().as_str(), "lost", NOW).unwrap();
    third.to_file(&path).unwrap();
    wait_until("the third ring", || sealer.seal_at(&cart(), NOW).is_err());
    #[cfg(target_os = "linux")]
    {
        assert!(is_watching());
        drop(sealer);
        wait_until("the thread's end", || !is_watching());
    }
}

#[cfg(target_os = "linux")]
fn is_watching() -> bool {
    let tasks = fs::read_dir("/proc/self/task").unwrap().filter_map(Result::ok);
    let mut names = tasks.filter_map(|task| fs::read_to_string(task.path().join("comm")).ok());
    names.any(|name| name.trim_end() == "orderslip-keys")
}
