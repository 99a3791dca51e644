//! A shared ring that follows a file: what is taken, what is refused, what is told.
//!
//! The tests look at the file themselves (`reload`), so that nothing depends on when the thread does; `watch_thread.rs` has the
//! thread.
#![expect(clippy::unwrap_used, reason = "a failing test should stop where it fails")]

mod kit;

use kit::{Cart, HOUR, NOW, cart, events::told, later, shared_ring};
use orderslip::{
    Alg, Clock as _, ErrorKind, Key, Keyring, Lifetime, RotationPolicy, Sealer, SharedKeyring, SystemClock, UnixTime,
};
use serde_json::Value;
use std::{fs, path::PathBuf, time::Duration};
use tempfile::TempDir;
use tracing::Level;

const POLICY: RotationPolicy =
    RotationPolicy { propagation: Duration::from_secs(100), longest_life: Duration::from_secs(1_000) };

/// A file with a ring, and a handle that looks only when told.
struct Desk {
    folder: TempDir,
    ring: Keyring,
    keys: SharedKeyring,
}

impl Desk {
    fn new() -> Self {
        Self::with(shared_ring())
    }

    fn with(ring: Keyring) -> Self {
        let folder = tempfile::tempdir().unwrap();
        ring.to_file(folder.path().join("ring.json")).unwrap();
        let keys = SharedKeyring::watch_file_every(folder.path().join("ring.json"), Duration::MAX).unwrap();
        Self { folder, ring, keys }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("ring.json")
    }

    fn sealer(&self) -> Sealer<Cart> {
        Sealer::signed(&self.keys).lifetime(Lifetime::absolute(HOUR)).build().unwrap()
    }

    fn write(&self, text: &str) {
        fs::write(self.path(), text).unwrap();
    }

    /// The ring as JSON, to be spoilt.
    fn json(&self) -> Value {
        serde_json::from_str(self.ring.to_jwks().expose()).unwrap()
    }

    fn mac_key(&self) -> String {
        self.ring.sealing_id(Alg::Hs256, NOW).unwrap().to_string()
    }
}

#[test]
fn t82_a_new_file_is_followed_by_running_sealers() {
    let desk = Desk::new();
    let sealer = desk.sealer();
    let before = sealer.seal_at(&cart(), NOW).unwrap();
    assert!(!desk.keys.reload().unwrap(), "nothing is new");
    assert!(desk.keys.status().checked_at().is_some());
    let next = desk.ring.stage(Key::generate(Alg::Hs256).unwrap(), later(100), &POLICY, NOW).unwrap();
    next.to_file(desk.path()).unwrap();
    let (replaced, told) = told(Level::INFO, || desk.keys.reload().unwrap());
    assert!(replaced);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("INFO message=a new key ring was loaded"), "{told:?}");
    assert!(sealer.open_at(&before, later(100)).is_ok());
    let after = sealer.seal_at(&cart(), later(100)).unwrap();
    let of_the_next = Sealer::<Cart>::signed(&next).lifetime(Lifetime::absolute(HOUR)).build().unwrap();
    assert!(of_the_next.open_at(&after, later(100)).is_ok());
    assert!(desk.keys.clone().status().last_error().is_none());
}

#[test]
fn t82_a_bad_new_file_is_refused_and_the_ring_in_use_stays() {
    let desk = Desk::new();
    let sealer = desk.sealer();
    let token = sealer.seal_at(&cart(), NOW).unwrap();
    let mut twice = desk.json();
    let first = twice["keys"][0].clone();
    twice["keys"].as_array_mut().unwrap().push(first);
    let cut = desk.ring.to_jwks().expose().split_at(300).0.to_owned();
    for bad in
        [String::new(), "{}".to_owned(), cut, r#"{"keys":[]}"#.to_owned(), twice.to_string(), "x".repeat(5 << 20)]
    {
        desk.write(&bad);
        let (error, lines) = told(Level::WARN, || desk.keys.reload().unwrap_err());
        assert!(error.is_misuse(), "{error}");
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].starts_with("ERROR message=the new key ring was refused"), "{lines:?}");
        let has_no_list = !bad.contains("keys") || bad.len() == 300;
        assert_eq!(lines[0].contains("revocations_read=false"), has_no_list, "{lines:?}");
        assert_eq!(desk.keys.status().last_error().unwrap().to_string(), error.to_string());
        // Looked at once more, it is the same bad text, and is not told again.
        let (again, lines) = told(Level::WARN, || desk.keys.reload());
        assert!(again.unwrap_err().is_misuse() && lines.is_empty(), "{lines:?}");
        assert!(desk.keys.status().last_error().is_some());
        assert!(sealer.open_at(&token, NOW).is_ok());
    }
    // A file that is gone is another matter than one that is bad, and when it is back, the first is forgotten.
    fs::remove_file(desk.path()).unwrap();
    let (error, lines) = told(Level::WARN, || desk.keys.reload().unwrap_err());
    assert!(error.is_unavailable() && lines.len() == 1, "{lines:?}");
    let (_, lines) = told(Level::WARN, || desk.keys.reload().unwrap_err());
    assert!(lines.is_empty(), "told once: {lines:?}");
    assert!(desk.keys.status().last_error().unwrap().is_unavailable());
    fs::create_dir(desk.path()).unwrap();
    assert!(desk.keys.reload().unwrap_err().is_unavailable());
    fs::remove_dir(desk.path()).unwrap();
    desk.ring.to_file(desk.path()).unwrap();
    assert!(desk.keys.reload().unwrap());
    assert!(desk.keys.status().last_error().is_none());
    assert!(sealer.open_at(&token, NOW).is_ok());
}

#[test]
fn t82_a_stray_fault_does_not_keep_a_stolen_key_alive() {
    let desk = Desk::new();
    let sealer = desk.sealer();
    let token = sealer.seal_at(&cart(), NOW).unwrap();
    let stolen = desk.mac_key();
    let mut bad = desk.json();
    let keys = bad["keys"].as_array_mut().unwrap();
    let at = keys.iter().position(|key| key["kid"] == stolen.as_str()).unwrap();
    // Revocations that are not well formed, or of keys that are not in use, are nothing.
    for revoked in [Value::Null, 7.into(), serde_json::json!({}), serde_json::json!({ "revoked_at": "now" })] {
        keys[at]["revoked"] = revoked;
        keys[0]["alg"] = "none".into();
        desk.write(&serde_json::json!({ "keys": keys }).to_string());
        assert!(desk.keys.reload().unwrap_err().is_misuse());
        assert!(sealer.open_at(&token, NOW).is_ok());
    }
    keys[at]["revoked"] = serde_json::json!({ "revoked_at": NOW.as_secs(), "reason": "laptop stolen" });
    keys.push(serde_json::json!({ "kid": "nobody", "revoked": { "revoked_at": 1 } }));
    desk.write(&serde_json::json!({ "keys": keys }).to_string());
    let (error, lines) = told(Level::WARN, || desk.keys.reload().unwrap_err());
    assert!(error.is_misuse());
    assert!(lines.iter().any(|line| line.contains("the key was revoked") && line.contains(&stolen)), "{lines:?}");
    assert!(!lines.iter().any(|line| line.contains("nobody")), "{lines:?}");
    assert_eq!(sealer.open_at(&token, NOW).unwrap_err().kind(), ErrorKind::KeyRetired);
    let current = desk.keys.current();
    assert_eq!(current.get(&stolen).unwrap().revoked_because(), Some("laptop stolen"));
    assert_eq!(current.ids().count(), 4, "the other keys are as they were");
}

/// In a key file a `kid` may be left out.
#[test]
fn t82_a_key_without_a_name_is_revoked_by_a_refused_file_too() {
    let desk = Desk::new();
    let token = desk.sealer().seal_at(&cart(), NOW).unwrap();
    let stolen = desk.mac_key();
    let mut bad = desk.json();
    let keys = bad["keys"].as_array_mut().unwrap();
    let key = keys.iter_mut().find(|key| key["kid"] == stolen.as_str()).unwrap();
    key.as_object_mut().unwrap().remove("kid");
    key["revoked"] = serde_json::json!({ "revoked_at": NOW.as_secs() });
    keys.push(serde_json::json!({ "kty": "oct", "alg": "none", "revoked": { "revoked_at": 1 } }));
    desk.write(&bad.to_string());
    assert!(desk.keys.reload().unwrap_err().is_misuse());
    assert_eq!(desk.sealer().open_at(&token, NOW).unwrap_err().kind(), ErrorKind::KeyRetired);
}

/// Kubernetes mounts a secret as links to a folder, and swaps one link: `ring.json -> ..data/ring.json`, `..data -> ..2026_1`.
#[test]
#[cfg(unix)]
fn t82_a_swapped_link_is_a_new_file() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let first = shared_ring();
    let second = first.stage(Key::generate(Alg::Hs256).unwrap(), later(100), &POLICY, NOW).unwrap();
    for (name, ring) in [("..2026_1", &first), ("..2026_2", &second)] {
        fs::create_dir(at(name)).unwrap();
        ring.to_file(at(name).join("ring.json")).unwrap();
    }
    symlink("..2026_1", at("..data")).unwrap();
    symlink("..data/ring.json", at("ring.json")).unwrap();
    let keys = SharedKeyring::watch_file_every(at("ring.json"), Duration::MAX).unwrap();
    assert_eq!(keys.current().ids().count(), 4);
    symlink("..2026_2", at("..data_tmp")).unwrap();
    fs::rename(at("..data_tmp"), at("..data")).unwrap();
    fs::remove_dir_all(at("..2026_1")).unwrap();
    assert!(keys.reload().unwrap());
    assert_eq!(keys.current().ids().count(), 5);
}

#[test]
fn t82_a_ring_that_says_its_policy_is_checked_wherever_it_is_loaded() {
    let (desk, lines) = told(Level::WARN, || Desk::with(shared_ring().with_policy(POLICY)));
    assert!(lines.is_empty(), "{lines:?}");
    // A key that ends in an hour and has no successor.
    let mut faulty = desk.json();
    let now = SystemClock.now().unwrap();
    faulty["keys"][1]["exp"] = now.saturating_add(HOUR).as_secs().into();
    desk.write(&faulty.to_string());
    let (replaced, lines) = told(Level::WARN, || desk.keys.reload().unwrap());
    assert!(replaced, "a fault of time does not keep a ring from being loaded");
    assert!(lines.iter().any(|line| line.contains("nothing seals for Hs256")), "{lines:?}");
    // The secret is replaced, and that is all: who has a token of the old one is refused.
    let (_, lines) = told(Level::WARN, || desk.keys.replace(shared_ring()));
    let lost = lines.iter().filter(|line| line.contains("refuses live tokens") && line.contains("does not know it"));
    assert_eq!(lost.count(), 4, "{lines:?}");
    // A sealer whose tokens live longer than the ring allows for.
    let ring = shared_ring().with_policy(POLICY);
    let build =
        |secs| Sealer::<Cart>::signed(&ring).lifetime(Lifetime::absolute(Duration::from_secs(secs))).build().unwrap();
    assert!(told(Level::WARN, || build(940)).1.is_empty());
    let (_, lines) = told(Level::WARN, || build(941));
    assert!(lines[0].contains("longest=1001 allowed=1000"), "{lines:?}");
}

/// A rotation as it should be has nothing to be warned of, at any step, and a withdrawn one neither.
#[test]
fn t82_an_ordinary_rotation_warns_of_nothing() {
    let desk = Desk::with(shared_ring().with_policy(POLICY));
    let now = SystemClock.now().unwrap();
    let seconds = Duration::from_secs;
    let old = desk.mac_key();
    let at = |earlier: u64| UnixTime::from_secs(now.as_secs() - earlier);
    let step = |ring: &Keyring| {
        ring.to_file(desk.path()).unwrap();
        let (replaced, lines) = told(Level::WARN, || desk.keys.reload().unwrap());
        assert!(replaced && lines.is_empty(), "{lines:?}");
    };
    // Staged long ago, or just now; retired; withdrawn before it sealed; pruned when all is over.
    // Ten seconds more than the propagation takes: time passes while the test runs.
    for staged in [at(40), now] {
        let next = Key::generate(Alg::Hs256).unwrap();
        let id = next.id().clone();
        let staged = desk.ring.stage(next, staged.saturating_add(seconds(150)), &POLICY, staged).unwrap();
        step(&staged);
        step(&staged.retire(&old, &POLICY, now).unwrap());
        step(&staged);
        step(&staged.revoke(id.as_str(), "changed our minds", now).unwrap());
        step(&desk.ring);
    }
    // Long after, the first key is erased. A server that slept through all of it is told what it has missed.
    let next = desk.ring.stage(Key::generate(Alg::Hs256).unwrap(), at(2_000), &POLICY, at(2_100)).unwrap();
    let next = next.retire(&old, &POLICY, at(2_100)).unwrap();
    let pruned = next.prune(now).unwrap();
    let awake = SharedKeyring::new(next);
    assert_eq!(told(Level::WARN, || awake.replace(pruned.clone())).1, Vec::<String>::new());
    let (_, lines) = told(Level::WARN, || desk.keys.replace(pruned));
    assert!(lines.len() == 1 && lines[0].contains("is over in the other ring"), "{lines:?}");
}

/// An old copy of the file is put back, and with it a stolen key.
#[test]
fn t82_a_revocation_that_is_taken_back_is_told() {
    let desk = Desk::new();
    let revoked = desk.ring.revoke(&desk.mac_key(), "stolen", NOW).unwrap();
    desk.keys.replace(revoked);
    let (_, lines) = told(Level::WARN, || desk.keys.replace(desk.ring.clone()));
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("a revoked key is accepted again") && lines[0].contains(&desk.mac_key()), "{lines:?}");
}

/// Whoever listens to the events may ask how it stands.
#[test]
fn the_status_can_be_asked_from_within_an_event() {
    struct Asks(SharedKeyring);
    impl tracing::Subscriber for Asks {
        fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
            true
        }
        fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
            tracing::span::Id::from_u64(1)
        }
        fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
        fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
        fn event(&self, _: &tracing::Event<'_>) {
            let _ = self.0.status();
        }
        fn enter(&self, _: &tracing::span::Id) {}
        fn exit(&self, _: &tracing::span::Id) {}
    }
    let desk = Desk::with(shared_ring().with_policy(POLICY));
    tracing::subscriber::with_default(Asks(desk.keys.clone()), || {
        desk.keys.replace(shared_ring().with_policy(POLICY));
        for text in ["no ring", &desk.json().to_string()] {
            desk.write(text);
            let _ = desk.keys.reload();
        }
        fs::remove_file(desk.path()).unwrap();
        assert!(desk.keys.reload().is_err());
    });
}

#[test]
fn a_handle_without_a_file_has_nothing_to_look_at() {
    let keys = SharedKeyring::new(shared_ring());
    assert!(keys.reload().unwrap_err().is_misuse());
    let status = keys.status();
    assert!(status.checked_at().is_none() && status.last_error().is_none());
    assert_eq!(status.age(status.loaded_at().saturating_add(HOUR)), HOUR);
    let missing = SharedKeyring::watch_file("/nowhere/ring.json").unwrap_err();
    assert!(missing.is_unavailable(), "the first ring must be good");
}

/// Of a file that is refused the revocations are heeded up to the length that files may have, and of a longer one nothing is.
#[test]
fn t11_t82_revocations_are_read_up_to_the_longest_file() {
    for (len, is_heeded) in [(4 * 1024 * 1024, true), (4 * 1024 * 1024 + 1, false)] {
        let desk = Desk::new();
        let id = desk.mac_key();
        let mut set = desk.json();
        let keys = set["keys"].as_array_mut().unwrap();
        let at = keys.iter().position(|key| key["kid"] == *id).unwrap();
        keys[at]["revoked"] = serde_json::json!({ "revoked_at": NOW.as_secs(), "reason": "stolen" });
        keys.push(serde_json::json!({ "kty": "oct" }));
        let text = set.to_string();
        desk.write(&format!("{text}{}", " ".repeat(len - text.len())));
        assert!(desk.keys.reload().unwrap_err().is_misuse());
        assert_eq!(desk.keys.current().get(&id).unwrap().revoked_at().is_some(), is_heeded, "{len}");
    }
}
