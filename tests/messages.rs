//! The words of every error, and what no word may ever hold.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a failing test should stop where it fails")]

mod kit;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as B64};
use kit::{Cart, HOUR, Kind, NOW, cart, earlier, later, shared_ring};
use orderslip::{
    Error, ErrorKind, Key, Keyring, Lifetime, Old, Opener, RotationPolicy, Sealer, SharedKeyring, SlipState, hazmat,
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
struct Changed {
    other: u8,
}

impl SlipState for Changed {
    const PURPOSE: &'static str = Cart::PURPOSE;
    const VERSION: u16 = 1;
}

#[derive(Debug, Serialize, Deserialize)]
struct Newer {}

impl SlipState for Newer {
    const PURPOSE: &'static str = Cart::PURPOSE;
    const VERSION: u16 = 2;

    fn upgrade(old: Old<'_>) -> Result<Self, Error> {
        Err(old.refuse("carts of version 1 are too old"))
    }
}

/// What a store's own error may say.
const STORE: &str = "redis://user:hunter2@127.0.0.1";

/// One error of every kind.
fn all() -> Vec<(ErrorKind, &'static str, Error)> {
    let ring = shared_ring();
    let sealer = Kind::Encrypted.sealer::<Cart>(&ring);
    let token = sealer.seal_at(&cart(), NOW).unwrap();
    let newer = Kind::Encrypted.sealer::<Newer>(&ring);
    let expired_key = {
        let key = Key::generate(orderslip::Alg::HkdfA256Gcm).unwrap().expiring_at(later(10));
        let sealer = Kind::Encrypted.sealer::<Cart>(&Keyring::new(vec![key]).unwrap());
        let token = sealer.seal_at(&cart(), NOW).unwrap();
        sealer.open_at(&token, later(10)).unwrap_err()
    };
    let hasty = {
        let policy = RotationPolicy { propagation: HOUR, longest_life: HOUR };
        let key = r#"{"kty":"oct","alg":"HS256","kid":"next","k":"nJZIqg3Ndu7c64M1Gv3qmcJH8yRD2xTvo0KAe5gLZwQ"}"#;
        ring.stage(Key::from_jwk(key).unwrap(), NOW, &policy, NOW).unwrap_err()
    };
    let large = Cart { lines: vec![("x".repeat(100), 1); 100], note: Some("y".repeat(50)) };
    let store = std::io::Error::new(std::io::ErrorKind::TimedOut, STORE);
    vec![
        (ErrorKind::Rejected, "the token was rejected", sealer.open_at("x", NOW).unwrap_err()),
        (ErrorKind::BadSchedule, "key \"next\": member `nbf`: sooner than every server has the key", hasty),
        (ErrorKind::Expired, "the token has expired", sealer.open_at(&token, later(90_000)).unwrap_err()),
        (ErrorKind::KeyRetired, "the key of this token has been retired", expired_key),
        (
            ErrorKind::UnknownKey,
            "the token names a key that is not in the key ring",
            Kind::Encrypted.sealer::<Cart>(&shared_ring()).open_at(&token, NOW).unwrap_err(),
        ),
        (
            ErrorKind::NewerVersion,
            "the state is of a newer version than this program knows",
            sealer.open_at(&newer.seal_at(&Newer {}, NOW).unwrap(), NOW).unwrap_err(),
        ),
        (
            ErrorKind::Undecodable,
            "the token is authentic, but does not decode: a missing field `other`",
            Kind::Encrypted.sealer::<Changed>(&ring).open_at(&token, NOW).unwrap_err(),
        ),
        (
            ErrorKind::Refused,
            "the token is authentic, but its state was refused: carts of version 1 are too old",
            newer.open_at(&token, NOW).unwrap_err(),
        ),
        (
            ErrorKind::NotYetValid,
            "the token was sealed later than this clock tells",
            sealer.open_at(&token, earlier(31)).unwrap_err(),
        ),
        (ErrorKind::Revoked, "the token has been revoked", Error::revoked()),
        (
            ErrorKind::TooLarge,
            "the sealed text would take 14130 bytes, the limit is 8192; largest fields: lines (10408), note (57)",
            sealer.seal_at(&large, NOW).unwrap_err(),
        ),
        (ErrorKind::Misuse, "misuse: a sealer needs a lifetime", Sealer::<Cart>::encrypted(&ring).build().unwrap_err()),
        (ErrorKind::BadKey, "not one JSON object with unique members", Keyring::from_jwks("").unwrap_err()),
        (ErrorKind::Unavailable, "a store did not answer", Error::unavailable(store)),
    ]
}

#[test]
fn every_message_is_pinned_and_every_kind_has_one_predicate() {
    for (kind, message, error) in all() {
        assert_eq!(error.kind(), kind);
        assert_eq!(error.to_string(), message);
        let predicates = [
            error.is_rejected(),
            error.is_expired(),
            error.is_unreadable(),
            error.is_revoked(),
            error.is_too_large(),
            error.is_misuse(),
            error.is_unavailable(),
        ];
        assert_eq!(predicates.into_iter().filter(|is| *is).count(), 1, "{kind:?}");
        assert_eq!(error.rejection().is_some(), error.is_rejected());
        assert_eq!(error.size().is_some(), error.is_too_large());
        assert_eq!(error.held_until().is_some(), error.is_unreadable() && kind != ErrorKind::UnknownKey, "{kind:?}");
    }
}

/// Why a token was rejected is nobody's business: not whether it was malformed, forged, or for another purpose.
#[test]
fn t36_all_rejections_look_alike() {
    let ring = shared_ring();
    let sealer = Kind::Encrypted.sealer::<Cart>(&ring);
    let token = sealer.seal_at(&cart(), NOW).unwrap();
    let mut flipped = B64.decode(&token).unwrap();
    flipped[60] ^= 1;
    let bound = sealer.bound(&["x"]).seal_at(&cart(), NOW).unwrap();
    let expired_and_forged = {
        let mut bytes = B64.decode(sealer.seal_at(&cart(), earlier(100_000)).unwrap()).unwrap();
        bytes[60] ^= 1;
        B64.encode(bytes)
    };
    for text in ["", "junk", &B64.encode(&flipped), &bound, &"x".repeat(10_000), &expired_and_forged] {
        let error = sealer.open_at(text, NOW).unwrap_err();
        assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Rejected, "the token was rejected"));
        assert!(std::error::Error::source(&error).is_none());
    }
}

/// Every value of the public interface in every form of formatting, searched for every form of every secret.
#[test]
fn t34_nothing_shows_a_secret() {
    const PLAINTEXT: &str = "hunter2-in-the-cart";
    let ring = shared_ring();
    let jwks: serde_json::Value = serde_json::from_str(ring.to_jwks().expose()).unwrap();
    let secret =
        |key: &serde_json::Value| B64.decode(key.get("k").or(key.get("d")).unwrap().as_str().unwrap()).unwrap();
    let mut needles: Vec<Vec<u8>> = jwks["keys"].as_array().unwrap().iter().map(secret).collect();
    needles.push(PLAINTEXT.into());
    needles.push(STORE.into());

    let mut shown = String::new();
    let mut show = |value: &dyn std::fmt::Debug| shown.push_str(&format!("{value:?}\n{value:#?}\n"));
    let state = || Cart { lines: vec![(PLAINTEXT.into(), 1)], note: None };
    for kind in [Kind::Encrypted, Kind::Signed, Kind::Ed25519, Kind::Es256] {
        let sealer = kind.sealer::<Cart>(&ring);
        let token = sealer.seal_at(&state(), NOW).unwrap();
        needles.push(B64.decode(&token).unwrap().split_off(20));
        let slip = sealer.open_at(&token, NOW).unwrap();
        needles.push(slip.id().as_bytes().to_vec());
        show(&slip);
        show(&slip.id());
        show(&slip.standing());
        show(&sealer);
        show(&sealer.opener());
        show(&sealer.bound(&[PLAINTEXT]));
        show(&sealer.opener().bound(&[PLAINTEXT]));
        show(&hazmat::reveal(&token, &ring, &hazmat::BoundTo::purpose(Cart::PURPOSE), NOW).unwrap());
        if !kind.is_encrypted() {
            show(&hazmat::inspect(&token).unwrap());
        }
        show(&sealer.open_at(&format!("{token}A"), NOW).map(drop));
        show(&sealer.open_at(&token, later(1_000_000)).map(drop));
        show(&sealer.bound(&["y"]).open_at(&token, NOW).map(drop));
        show(&kind.sealer::<Changed>(&ring).open_at(&token, NOW).map(drop));
        show(&kind.sealer::<Newer>(&ring).open_at(&token, NOW).map(drop));
    }
    let large = Cart { lines: vec![(PLAINTEXT.repeat(10), 1); 200], note: None };
    show(&Kind::Encrypted.sealer::<Cart>(&ring).seal_at(&large, NOW));
    show(&ring);
    show(&orderslip::Keys::from(&ring));
    show(&ring.to_jwks());
    show(&SharedKeyring::new(ring.clone()));
    show(&SharedKeyring::new(ring.clone()).status());
    show(&ring.ids().filter_map(|id| ring.get(id.as_str())).collect::<Vec<_>>());
    show(&Sealer::<Cart>::encrypted(&ring).lifetime(Lifetime::absolute(HOUR)).bind(PLAINTEXT));
    show(&Opener::<Cart>::publicly_signed(&ring).build().unwrap());
    for (_, _, error) in all() {
        show(&error);
        show(&error.to_string());
    }
    // Broken key texts, whose errors serde_json would quote.
    let text = ring.to_jwks().expose().to_owned();
    for broken in
        [text.replace("\"k\": \"", "\"k\": \"="), text.replace("\"alg\": ", "\"alg\": 1, \"x\": "), format!("{text},")]
    {
        show(&Keyring::from_jwks(&broken).map(drop));
    }
    for needle in needles {
        for form in forms(&needle) {
            assert!(!shown.contains(&form), "{form}");
        }
    }
}

/// Raw, hexadecimal, base64 and as a list of numbers: sixteen bytes are enough to give a secret away.
fn forms(secret: &[u8]) -> Vec<String> {
    let head = &secret[..secret.len().min(16)];
    let hex: String = head.iter().map(|byte| format!("{byte:02x}")).collect();
    let list: Vec<String> = head.iter().map(u8::to_string).collect();
    let mut forms = vec![hex.to_uppercase(), hex, B64.encode(&head[..head.len() / 3 * 3]), list.join(", ")];
    forms.extend(std::str::from_utf8(head).ok().map(str::to_owned));
    forms
}
