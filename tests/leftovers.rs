//! What the library's own copies leave in blocks that are given back to the allocator: nothing of keys, and nothing of states.
//!
//! Whole journeys, each searched for one marker: of a root key, a content key, a secret between a session and its siblings, a state. The
//! states here wipe themselves, so that whatever is found is a copy of the library's. What `ring` keeps of a key, it keeps: its objects are
//! alive while the search goes on, and their memory is out of our hands. So is the stack, and what JSON spells with escapes (`serde_json`).
#![expect(unsafe_code, reason = "an allocator cannot be written without")]
#![expect(clippy::unwrap_used, reason = "a failing test should stop where it fails")]

mod kit;
mod watching;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as B64};
use kit::{Cart, HOUR, Kind, NOW, cart, later};
use orderslip::{
    Alg, Key, Keyring, Lifetime, RotationPolicy, Sealer, SharedKeyring, SlipState,
    cookie::{Cookies, Jar, Jars, MergedJar, Outcome, Visits},
    hazmat::{self, BoundTo},
    merge::Mergeable,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fs, sync::Arc};
use watching::leftovers;
use zeroize::Zeroizing;

const MARKER: &str = "4111-1111-1111-1111";

/// A text that wipes itself, as a caller's state can.
#[derive(Clone, Default)]
struct Hidden(Zeroizing<String>);

impl Serialize for Hidden {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Hidden {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(|text| Self(Zeroizing::new(text)))
    }
}

fn hidden() -> Hidden {
    Hidden(Zeroizing::new(MARKER.to_owned()))
}

#[derive(Clone, Default, Serialize, Deserialize)]
struct Session {
    user: Option<u32>,
    card: Hidden,
    pad: String,
}

impl SlipState for Session {
    const PURPOSE: &'static str = "leftovers/session";
    const VERSION: u16 = 1;
}

/// Mergeable state of texts that wipe themselves.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Diary(Vec<Hidden>);

impl SlipState for Diary {
    const PURPOSE: &'static str = "leftovers/diary";
    const VERSION: u16 = 1;
}

impl Mergeable for Diary {
    type Op = Hidden;

    fn apply(&mut self, op: &Hidden) {
        self.0.push(op.clone());
    }
}

fn jars(ring: &Keyring) -> Arc<Jars> {
    let sealer = Sealer::<Session>::encrypted(ring).lifetime(Lifetime::absolute(8 * HOUR).idle(HOUR));
    let sessions = Jar::builder("session", sealer).build().unwrap();
    let diaries = MergedJar::<Diary>::new("diary", &sessions).unwrap();
    Arc::new(Jars::new().with(sessions).unwrap().with_merged(diaries).unwrap())
}

fn pairs(lines: &[String]) -> String {
    lines.iter().map(|line| line.split(';').next().unwrap()).collect::<Vec<_>>().join("; ")
}

fn request(jars: &Arc<Jars>, header: &str) -> Visits {
    Visits::new_at(Arc::clone(jars), Cookies::from_fields([header.as_bytes()]), NOW)
}

/// A whole life in cookies: written, read, too large and undone, logged in, under another id, logged out, broken.
#[test]
fn t35_no_state_in_a_cookie_is_left_in_freed_memory() {
    let jars = jars(&Kind::Encrypted.ring());
    let ((), left) = leftovers(MARKER.as_bytes(), || {
        let visits = request(&jars, "");
        visits.held::<Session>().unwrap().update(|session| session.card = hidden()).unwrap();
        let first = pairs(visits.plan().set_cookie());
        drop(visits);

        let visits = request(&jars, &first);
        let held = visits.held::<Session>().unwrap();
        assert_eq!(held.read(|session| session.card.0.len()), MARKER.len());
        assert!(held.update(|session| session.pad = "x".repeat(9_000)).unwrap_err().is_too_large());
        assert!(held.check_form(&held.form_token().unwrap()).is_ok());
        held.replace_with(|old| Session { user: Some(7), ..old }).unwrap();
        held.renew_id().unwrap();
        let second = pairs(visits.plan().set_cookie());
        drop((held, visits));

        for broken in
            [second.replace("2G", "2H"), format!("{first}; {second}"), second.split_at(second.len() / 2).0.to_owned()]
        {
            let visits = request(&jars, &broken);
            visits.held::<Session>().unwrap().read(|_| ());
            drop(visits.plan());
        }
        let visits = request(&jars, &first);
        let held = visits.held::<Session>().unwrap();
        assert_eq!(held.outcome(), Outcome::Opened);
        drop(held.take().unwrap());
        held.logout().unwrap();
        drop(visits.plan());
    });
    assert_eq!(left, 0);
}

#[test]
fn t35_no_mergeable_state_is_left_in_freed_memory() {
    let jars = jars(&Kind::Encrypted.ring());
    let begun = request(&jars, "");
    begun.merged::<Diary>().unwrap().read(|_| ());
    let session = pairs(begun.plan().set_cookie());
    let (header, left) = leftovers(MARKER.as_bytes(), || {
        let mut header = session.clone();
        for _ in 0..12 {
            let visits = request(&jars, &session);
            visits.merged::<Diary>().unwrap().update(&hidden()).unwrap();
            header = format!("{header}; {}", pairs(visits.plan().set_cookie()));
        }
        header
    });
    assert_eq!(left, 0, "operations");
    // Read, folded into a base, and taken along by a login.
    let ((), left) = leftovers(MARKER.as_bytes(), || {
        let visits = request(&jars, &header);
        let diary = visits.merged::<Diary>().unwrap();
        assert_eq!(diary.read(|diary| diary.0.len()), 12);
        diary.update(&hidden()).unwrap();
        visits.held::<Session>().unwrap().replace(Session { user: Some(7), ..Session::default() }).unwrap();
        let plan = visits.plan();
        assert!(plan.set_cookie().len() > 1);
        drop((diary, visits));
        let visits = request(&jars, &header.replace("=2G", "=2H"));
        drop(visits.merged::<Diary>().unwrap().trouble());
    });
    assert_eq!(left, 0, "the state");
}

/// The secret that ties siblings to a session, as it stands in the session's claims.
#[test]
fn t35_no_secret_between_a_session_and_its_siblings_is_left_in_freed_memory() {
    let ring = Kind::Encrypted.ring();
    let jars = jars(&ring);
    let begun = request(&jars, "");
    begun.merged::<Diary>().unwrap().read(|_| ());
    let session = pairs(begun.plan().set_cookie());
    let (name, token) = session.split_once('=').unwrap();
    let bound_to = BoundTo { carrier: name, ..BoundTo::purpose(Session::PURPOSE) };
    let aad = hazmat::external_aad(&bound_to).unwrap();
    let key = ring.keys().next().unwrap();
    let claims = hazmat::cose::encrypt_open(&B64.decode(token).unwrap(), key, &aad).unwrap();
    let label = [0x3a, 0x00, 0x01, 0x00, 0x04, 0x81, 0x58, 0x20];
    let at = claims.windows(label.len()).position(|window| window == label).unwrap() + label.len();
    let secret = claims[at..at + 32].to_vec();
    let ((), left) = leftovers(&secret[..16], || {
        let visits = request(&jars, &session);
        let diary = visits.merged::<Diary>().unwrap();
        diary.update(&hidden()).unwrap();
        let held = visits.held::<Session>().unwrap();
        held.replace(Session { user: Some(7), ..Session::default() }).unwrap();
        held.renew_id().unwrap();
        let after = pairs(visits.plan().set_cookie());
        drop((diary, held, visits));
        request(&jars, &after).merged::<Diary>().unwrap().read(|_| ());
        request(&jars, &format!("{session}; {after}")).merged::<Diary>().unwrap().read(|_| ());
    });
    assert_eq!(left, 0);
}

const ROOT: &str = "nJZIqg3Ndu7c64M1Gv3qmcJH8yRD2xTvo0KAe5gLZwQ";

fn root_jwk() -> String {
    format!(r#"{{"kty":"oct","alg":"direct+HKDF-SHA-256","enc":"A256GCM","kid":"root","k":"{ROOT}"}}"#)
}

/// What is derived for a token is wiped where it was derived; what `ring` made of it is kept with the key, alive here.
#[test]
fn t35_no_content_key_is_left_in_freed_memory() {
    struct Len;
    impl ring::hkdf::KeyType for Len {
        fn len(&self) -> usize {
            32
        }
    }
    let ring_of = || Keyring::from_jwks(&format!("{{\"keys\":[{}]}}", root_jwk())).unwrap();
    let token = Kind::Encrypted.sealer::<Cart>(&ring_of()).seal_at(&cart(), NOW).unwrap();
    let bytes = B64.decode(&token).unwrap();
    // The recipient's protected header is {1: -10} alone, its salt the one string of sixteen bytes behind the label -20.
    let at = bytes.windows(2).position(|window| window == [0x33, 0x50]).unwrap() + 2;
    let salt = &bytes[at..at + 16];
    let info = hazmat::cose::kdf_context(Alg::A256Gcm, &[0xa1, 0x01, 0x29], None);
    let secret = B64.decode(ROOT).unwrap();
    let mut content_key = [0; 32];
    let prk = ring::hkdf::Salt::new(ring::hkdf::HKDF_SHA256, salt).extract(&secret);
    prk.expand(&[&info], Len).unwrap().fill(&mut content_key).unwrap();
    // It is the one: what it opens is the token.
    let key = format!(r#"{{"kty":"oct","alg":"A256GCM","k":"{}"}}"#, B64.encode(content_key));
    assert!(Key::from_jwk(&key).is_ok());

    for needle in [&content_key[..16], &secret[..16]] {
        let (kept, left) = leftovers(needle, || {
            let ring = ring_of();
            let sealer = Kind::Encrypted.sealer::<Cart>(&ring);
            for at in [10, 60, token.len() - 1] {
                let mut broken = token.clone().into_bytes();
                broken[at] = if broken[at] == b'A' { b'B' } else { b'A' };
                assert!(sealer.open_at(std::str::from_utf8(&broken).unwrap(), NOW).is_err());
            }
            let slip = sealer.open_at(&token, NOW).unwrap();
            sealer.open_at(&token, NOW).unwrap();
            sealer.reseal_at(&slip, later(60)).unwrap();
            (ring, sealer)
        });
        assert_eq!(left, 0);
        drop(kept);
    }
}

/// A text that grows while it is made leaves what it was behind, and how far it grows depends on how long the secret is.
#[test]
fn t35_no_secret_of_any_length_is_left_in_freed_memory() {
    let policy = RotationPolicy { propagation: HOUR, longest_life: 2 * HOUR };
    for (alg, lengths) in [
        (r#""alg":"HS256""#, 32..=70),
        (r#""alg":"HS384""#, 48..=70),
        (r#""alg":"HS512""#, 64..=130),
        (r#""alg":"A128GCM""#, 16..=16),
        (r#""alg":"A256GCM""#, 32..=32),
        (r#""alg":"direct+HKDF-SHA-256","enc":"A256GCM""#, 32..=70),
    ] {
        for length in lengths {
            let raw: Vec<u8> = (0..length).map(|at: u8| at.wrapping_mul(37).wrapping_add(length)).collect();
            let k = B64.encode(&raw);
            let jwk = format!(r#"{{"kty":"oct",{alg},"k":"{k}"}}"#);
            // The first round keys of AES are the key, and what `ring` makes of a key it does not wipe.
            let is_round_key = alg.contains("128GCM\"") || alg == r#""alg":"A256GCM""#;
            for needle in [&k.as_bytes()[..20], &raw[..16]].into_iter().take(if is_round_key { 1 } else { 2 }) {
                let (result, left) = leftovers(needle, || {
                    let ring = Keyring::new(vec![Key::from_jwk(&jwk)?])?;
                    let id = ring.ids().next().unwrap().as_str().to_owned();
                    let staged = ring.with_policy(policy).revoke(&id, "tried", NOW)?;
                    drop((ring.to_jwks(), staged.to_jwks()));
                    Ok::<_, orderslip::Error>(())
                });
                assert!(result.is_ok(), "{jwk}: {result:?}");
                assert_eq!(left, 0, "{jwk}");
            }
        }
    }
}

/// A ring of two hundred keys through everything that is done with rings; and files that are refused, having been read in part.
#[test]
fn t35_no_key_of_a_large_or_a_broken_set_is_left_in_freed_memory() {
    let other = |number: u32| {
        let mixed = u64::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let secret =
            [mixed, mixed.rotate_left(9), mixed.rotate_left(23), mixed.rotate_left(41)].map(u64::to_be_bytes).concat();
        format!(r#"{{"kty":"oct","alg":"HS256","kid":"{number}","k":"{}"}}"#, B64.encode(secret))
    };
    let mut keys: Vec<String> = (1..200).map(other).collect();
    keys.insert(100, root_jwk());
    let good = format!("{{\"keys\":[{}]}}", keys.join(","));
    let raw = B64.decode(ROOT).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys.json");
    let policy = RotationPolicy { propagation: HOUR, longest_life: 2 * HOUR };
    let next = other(7_000);
    for needle in [&raw[..16], &ROOT.as_bytes()[..20]] {
        let (kept, left) = leftovers(needle, || {
            let ring = Keyring::from_jwks(&good).unwrap();
            assert!(ring.to_jwks().expose().contains(ROOT));
            assert!(!ring.public_jwks().contains(ROOT));
            let staged = ring.stage(Key::from_jwk(&next).unwrap(), later(7_200), &policy, NOW).unwrap();
            let shared = SharedKeyring::new(staged.clone());
            shared.replace(ring.clone());
            ring.to_file(&path).unwrap();
            (Keyring::from_file(&path).unwrap(), ring, staged, shared)
        });
        assert_eq!(left, 0, "a good set");
        let (_, left) =
            leftovers(needle, || drop(kept.1.revoke("root", "tried", NOW).unwrap().prune(later(10)).unwrap()));
        assert_eq!(left, 0, "a ring that forgets it");
        drop(kept);
        for (what, broken) in [
            ("no list", good.replace("\"keys\":[", "\"keys\":{\"a\":[")),
            ("cut off", good.split_at(good.len() - 2).0.to_owned()),
            ("twice", good.replace("]}", &format!(",{}]}}", root_jwk()))),
            (
                "two algorithms",
                good.replace("]}", &format!(",{}]}}", root_jwk().replace("direct+HKDF-SHA-256", "HS256"))),
            ),
            ("another after it", good.replace("]}", ",{\"kty\":\"oct\"}]}")),
            ("not canonical", good.replace(ROOT, &ROOT.replace("wQ", "wR"))),
            ("not base64url", good.replace(ROOT, &ROOT.replace("wQ", "w="))),
            ("too long", good.replace(ROOT, &format!("{ROOT}{}", "A".repeat(1_000)))),
            ("of another length", good.replace(ROOT, ROOT.split_at(40).0)),
            ("a text that is a number", good.replace(&format!("\"{ROOT}\""), &format!("[\"{ROOT}\"]"))),
            (
                "a member twice",
                good.replace(&format!("\"k\":\"{ROOT}\""), &format!("\"k\":\"{ROOT}\",\"k\":\"{ROOT}\"")),
            ),
        ] {
            let (result, left) = leftovers(needle, || Keyring::from_jwks(&broken).map(drop));
            assert!(result.is_err(), "{what}");
            assert_eq!(left, 0, "{what}");
        }
    }
    // Secrets that are texts, and pairs whose halves do not belong together.
    for (what, jwk) in [
        (
            "d",
            r#"{"kty":"OKP","crv":"Ed25519","alg":"EdDSA","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURp","d":"$"}"#,
        ),
        (
            "d",
            r#"{"kty":"OKP","crv":"Ed25519","alg":"EdDSA","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","d":"$"}"#,
        ),
        (
            "d",
            r#"{"kty":"EC","crv":"P-256","alg":"ES256","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","y":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","d":"$"}"#,
        ),
        ("k", r#"{"kty":"oct","alg":"none","k":"$"}"#),
        ("k", r#"{"kty":"oct","alg":"A128GCM","k":"$"}"#),
    ] {
        let text = jwk.replace('$', ROOT);
        for needle in [&raw[..16], &ROOT.as_bytes()[..20]] {
            let (result, left) = leftovers(needle, || Key::from_jwk(&text).map(drop));
            assert!(result.is_err(), "{what}: {jwk}");
            assert_eq!(left, 0, "{jwk}");
        }
    }
    fs::remove_file(path).unwrap();
}
