//! Other people's JWTs, while a migration lasts: what a profile expects is met or the token is none, and its end is one.
#![cfg(feature = "jose")]
#![expect(clippy::unwrap_used, reason = "a failing test should stop where it fails")]

mod kit;

use kit::{Cart, HOUR, NOW, cart, jose, later, shared_ring};
use orderslip::{
    Alg, Error, ErrorKind, Expect, ExpectExp, ForeignJwt, JwsAlg, Key, Keyring, Lifetime, Opener, PublicAlg, Reason,
    Sealer, Slip, Standing, UnixTime,
};
use serde::Deserialize;

const SECRET: &[u8; 32] = b"the old program's secret, 32 b..";
const HEADER: &str = r#"{"typ":"JWT","alg":"HS256"}"#;

#[derive(Deserialize)]
struct Claims {
    sub: String,
}

fn ring_of_theirs(kids: &[&str]) -> Keyring {
    let keys = kids.iter().enumerate().map(|(index, kid)| {
        let mut secret = *SECRET;
        secret[0] ^= u8::try_from(index).unwrap();
        Key::from_jwk(&jose::oct("HS256", kid, &secret)).unwrap()
    });
    Keyring::new(keys.collect()).unwrap()
}

/// The strictest profile that the good token meets.
fn profile() -> ForeignJwt {
    ForeignJwt {
        keys: (&ring_of_theirs(&["theirs"])).into(),
        alg: JwsAlg::Hs256,
        typ: Expect::exactly("JWT"),
        iss: Expect::exactly("https://old.example"),
        aud: Expect::exactly("shop"),
        exp: ExpectExp::Required,
        accept_until: later(100_000),
    }
}

fn sealer(profile: ForeignJwt) -> Sealer<Cart> {
    Sealer::encrypted(&shared_ring())
        .lifetime(Lifetime::absolute(2 * HOUR).idle(HOUR))
        .accept_jwt(profile, |old: Claims| (old.sub != "banned").then(|| Cart { note: Some(old.sub), ..cart() }))
        .build()
        .unwrap()
}

fn claims(more: &str) -> String {
    format!(r#"{{"sub":"7","iss":"https://old.example","aud":"shop","iat":1799999000,"exp":1800005000{more}}}"#)
}

fn good() -> String {
    jose::hs256(SECRET, HEADER, claims(""))
}

fn open(token: &str) -> Result<Slip<Cart>, Error> {
    sealer(profile()).open_at(token, NOW)
}

#[test]
fn a_live_session_survives_and_is_sealed_anew() {
    let sealer = sealer(profile());
    let slip = sealer.open_at(&good(), NOW).unwrap();
    assert_eq!(slip.state().note.as_deref(), Some("7"));
    assert_eq!(slip.standing(), Standing::Reseal(Reason::OldFormat));
    let fresh = sealer.reseal_at(&slip, NOW).unwrap();
    let again = sealer.open_at(&fresh, NOW).unwrap();
    assert_eq!((again.id(), again.standing()), (slip.id(), Standing::Current));
    // The absolute lifetime counts from when their program issued the token: using it again gains nothing.
    assert_eq!((slip.began_at(), slip.ends_at()), (UnixTime::from_secs(1_799_999_000), later(2 * 3_600 - 1_000)));
    let replayed = sealer.open_at(&good(), later(4_000)).unwrap();
    assert_eq!(replayed.ends_at(), slip.ends_at());
    assert_ne!(replayed.id(), slip.id());
    let without_iat = jose::hs256(SECRET, HEADER, claims("").replace("\"iat\":1799999000,", ""));
    assert_eq!(sealer.open_at(&without_iat, NOW).unwrap().began_at(), NOW);
    // An opener takes them as well.
    let opener = Opener::<Cart>::publicly_signed(&shared_ring())
        .lifetime(Lifetime::absolute(HOUR))
        .accept_jwt(profile(), |old: Claims| Some(Cart { note: Some(old.sub), ..cart() }))
        .build()
        .unwrap();
    assert!(opener.open_at(&good(), NOW).is_ok());
}

#[test]
fn t20_t21_their_end_ours_and_the_end_of_the_migration() {
    let short = |until| sealer(ForeignJwt { accept_until: until, ..profile() });
    assert!(short(later(10)).open_at(&good(), later(9)).is_ok());
    assert!(short(later(10)).open_at(&good(), later(10)).unwrap_err().is_rejected(), "the migration is over");
    let sealer = sealer(profile());
    assert!(sealer.open_at(&good(), later(5_029)).is_ok(), "exp and the leeway");
    assert!(sealer.open_at(&good(), later(5_030)).unwrap_err().is_expired());
    // Our absolute lifetime has passed since their iat, whatever their exp says.
    let long = jose::hs256(SECRET, HEADER, claims("").replace("1800005000", "1900000000"));
    assert!(sealer.open_at(&long, later(6_199)).is_ok());
    assert!(sealer.open_at(&long, later(6_200)).unwrap_err().is_expired());
    for (name, secs, taken) in [("nbf", 1_800_000_030, true), ("nbf", 1_800_000_031, false)] {
        let token = jose::hs256(SECRET, HEADER, claims(&format!(r#","{name}":{secs}"#)));
        assert_eq!(sealer.open_at(&token, NOW).is_ok(), taken, "{name} {secs}");
    }
    let from_the_future = jose::hs256(SECRET, HEADER, claims("").replace("1799999000", "1800000031"));
    assert!(sealer.open_at(&from_the_future, NOW).unwrap_err().is_rejected());
}

/// Each decision, met and not met.
#[test]
fn t23_every_decision_is_heeded() {
    let takes = |profile: ForeignJwt, header: &str, claims: &str| {
        sealer(profile).open_at(&jose::hs256(SECRET, header, claims), NOW).is_ok()
    };
    let all = claims("");
    let without = |claim: &str| all.replace(claim, "");
    let untyped = r#"{"alg":"HS256"}"#;
    for (typ, [jwt, at, none]) in [
        (Expect::exactly("JWT"), [true, false, false]),
        (Expect::Absent, [false, false, true]),
        (Expect::Ignored, [true, true, true]),
    ] {
        let takes = |header| takes(ForeignJwt { typ: typ.clone(), ..profile() }, header, &all);
        assert_eq!((takes(HEADER), takes(r#"{"alg":"HS256","typ":"at+jwt"}"#), takes(untyped)), (jwt, at, none));
    }
    let other = all.replace("old.example", "evil.example");
    let none = without(r#""iss":"https://old.example","#);
    for (iss, expected) in [
        (Expect::exactly("https://old.example"), [true, false, false]),
        (Expect::Absent, [false, false, true]),
        (Expect::Ignored, [true, true, true]),
    ] {
        let takes = |claims: &str| takes(ForeignJwt { iss: iss.clone(), ..profile() }, HEADER, claims);
        assert_eq!([takes(&all), takes(&other), takes(&none)], expected, "{iss:?}");
    }
    let several = all.replace("\"shop\"", "[\"shop\",\"bank\"]");
    let other = all.replace("\"shop\"", "[\"shops\",\"sho\",\"SHOP\"]");
    let none = without(r#""aud":"shop","#);
    for (aud, expected) in [
        (Expect::exactly("shop"), [true, true, false, false]),
        (Expect::Absent, [false, false, false, true]),
        (Expect::Ignored, [true, true, true, true]),
    ] {
        let takes = |claims: &str| takes(ForeignJwt { aud: aud.clone(), ..profile() }, HEADER, claims);
        assert_eq!([takes(&all), takes(&several), takes(&other), takes(&none)], expected, "{aud:?}");
    }
    let past = all.replace("1800005000", "1799999500");
    let none = without(r#","exp":1800005000"#);
    for (exp, expected) in [(ExpectExp::Required, [true, false, false]), (ExpectExp::Ignored, [true, true, true])] {
        let takes = |claims: &str| takes(ForeignJwt { exp, ..profile() }, HEADER, claims);
        assert_eq!([takes(&all), takes(&past), takes(&none)], expected, "{exp:?}");
    }
}

/// CVE-2026-25537 and its kin: a claim of another type is no absent one, even where it is ignored.
#[test]
fn t08_t20_t22_t23_cve_2026_25537_claims_of_other_types_and_claims_twice() {
    let lax = || ForeignJwt { iss: Expect::Ignored, aud: Expect::Ignored, exp: ExpectExp::Ignored, ..profile() };
    let (good, all) = (sealer(lax()), claims(""));
    for (from, to) in [
        (r#""iss":"https://old.example""#, r#""iss":["https://old.example"]"#),
        (r#""iss":"https://old.example""#, r#""iss":null"#),
        (r#""aud":"shop""#, r#""aud":[]"#),
        (r#""aud":"shop""#, r#""aud":["shop",1]"#),
        (r#""aud":"shop""#, r#""aud":{"shop":1}"#),
        (r#""aud":"shop""#, r#""aud":null"#),
        ("1800005000", "1800005000.5"),
        ("1800005000", "1.8000050e9"),
        ("1800005000", "\"1800005000\""),
        ("1800005000", "null"),
        ("1800005000", "-1"),
        ("1800005000", "1e400"),
        ("1800005000", "253402300800"),
        ("1800005000", "18446744073709551616"),
        ("1799999000", "1799999000.0"),
        ("1799999000", "\"0\""),
        ("\"sub\":\"7\"", "\"sub\":\"7\",\"nbf\":\"0\""),
        ("\"sub\":\"7\"", "\"sub\":\"7\",\"exp\":1"),
        ("\"sub\":\"7\"", "\"sub\":\"7\",\"sub\":\"8\""),
        ("\"sub\":\"7\"", "\"sub\":\"7\",\"\\u0073ub\":\"8\""),
        ("\"sub\":\"7\"", "\"sub\":\"7\",\"x\":{\"a\":1,\"a\":2}"),
        ("\"sub\":\"7\"", "\"sub\":7"),
        ("\"sub\":\"7\"", "\"sub\":\"banned\""),
    ] {
        let changed = all.replace(from, to);
        assert_ne!(changed, all);
        let token = jose::hs256(SECRET, HEADER, &changed);
        assert!(good.open_at(&token, NOW).unwrap_err().is_rejected(), "{changed}");
    }
    for claims in ["", "[]", "null", "{} {}", "{\"sub\":\"7\"", "\u{feff}{}"] {
        assert!(good.open_at(&jose::hs256(SECRET, HEADER, claims), NOW).unwrap_err().is_rejected(), "{claims}");
    }
    let deep = claims(&format!(r#","x":{}{}"#, "[".repeat(2_500), "]".repeat(2_500)));
    assert!(good.open_at(&jose::hs256(SECRET, HEADER, deep), NOW).unwrap_err().is_rejected());
    let mut bytes = claims(",\"x\":\"?\"").into_bytes();
    let at = bytes.iter().position(|byte| *byte == b'?').unwrap();
    bytes[at] = 0xff;
    assert!(good.open_at(&jose::hs256(SECRET, HEADER, bytes), NOW).unwrap_err().is_rejected(), "not UTF-8");
}

#[test]
fn t01_t06_t18_their_header_is_compared_and_their_proof_must_hold() {
    for header in [
        r#"{"typ":"JWT","alg":"none"}"#,
        r#"{"typ":"JWT","alg":"HS512"}"#,
        r#"{"typ":"JWT","alg":"HS256","crit":["exp"]}"#,
        r#"{"typ":"JWT","alg":"HS256","zip":"DEF"}"#,
        r#"{"typ":"JWT","alg":"HS256","jwk":{}}"#,
        r#"{"typ":"JWT","alg":"HS256","alg":"HS256"}"#,
        r#"{"typ":"JWT","alg":"HS256","kid":7}"#,
    ] {
        assert!(open(&jose::hs256(SECRET, header, claims(""))).unwrap_err().is_rejected(), "{header}");
    }
    let token = good();
    assert!(open(&token).is_ok());
    for at in 0..token.len() {
        let mut changed = token.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        assert!(open(&String::from_utf8(changed).unwrap()).unwrap_err().is_rejected(), "at {at}");
    }
    // A ring of other algorithms verifies nothing, and a token of ours is none of theirs.
    let others = Keyring::new(vec![Key::generate(Alg::Hs512).unwrap()]).unwrap();
    let none = sealer(ForeignJwt { keys: (&others).into(), ..profile() });
    // Nor does a key of the ring bring its own algorithm in.
    let key = Key::from_jwk(&jose::oct("HS512", "k512", &[&SECRET[..], b"and as much again, to be long en"].concat()));
    let hs512 = Keyring::new(vec![key.unwrap()]).unwrap();
    let header = r#"{"typ":"JWT","alg":"HS512","kid":"k512"}"#;
    let good = jose::hs512(&[&SECRET[..], b"and as much again, to be long en"].concat(), header, claims(""));
    let as_hs512 = ForeignJwt { keys: (&hs512).into(), alg: JwsAlg::Hs512, ..profile() };
    assert!(sealer(as_hs512.clone()).open_at(&good, NOW).is_ok());
    let as_hs256 = ForeignJwt { alg: JwsAlg::Hs256, ..as_hs512 };
    assert!(sealer(as_hs256).open_at(&good, NOW).unwrap_err().is_rejected());
    assert_eq!(none.open_at(&token, NOW).unwrap_err().kind(), ErrorKind::Rejected);
}

/// One key or none, and never one after another.
#[test]
fn t04_t32_the_key_id_chooses_one_key() {
    let named = |kid: &str| format!(r#"{{"typ":"JWT","alg":"HS256","kid":"{kid}"}}"#);
    let with = |kids: &[&str]| sealer(ForeignJwt { keys: (&ring_of_theirs(kids)).into(), ..profile() });
    let token = |header: &str| jose::hs256(SECRET, header, claims(""));
    assert!(with(&["a"]).open_at(&token(HEADER), NOW).is_ok(), "the only one");
    assert!(with(&["a", "b"]).open_at(&token(&named("a")), NOW).is_ok());
    for (kids, header) in [
        (&["a", "b"][..], HEADER.to_owned()),
        (&["a", "b"], named("b")),
        (&["a", "b"], named("c")),
        (&["a"], named("A")),
        (&["a"], named("")),
    ] {
        assert!(with(kids).open_at(&token(&header), NOW).unwrap_err().is_rejected(), "{kids:?} {header}");
    }
    // Of two without a key id neither is chosen, also not the one that would be tried first.
    let mut second = *SECRET;
    second[0] ^= 1;
    let of_the_second = jose::hs256(&second, HEADER, claims(""));
    assert!(with(&["a", "b"]).open_at(&of_the_second, NOW).unwrap_err().is_rejected());
    let ended = Key::from_jwk(&jose::oct("HS256", "a", SECRET)).unwrap().expiring_at(NOW);
    let ended = Keyring::new(vec![ended]).unwrap();
    let ended = sealer(ForeignJwt { keys: (&ended).into(), ..profile() });
    assert!(ended.open_at(&token(HEADER), NOW).unwrap_err().is_rejected());
}

/// CVE-2026-39324: our own formats come first, and what claims to be of ours is none of theirs.
#[test]
fn t19_a_token_of_ours_is_never_read_as_one_of_theirs() {
    let ring = Keyring::new(vec![Key::from_jwk(&jose::oct("HS256", "k1", SECRET)).unwrap()]).unwrap();
    let lax = ForeignJwt {
        keys: (&ring).into(),
        typ: Expect::Ignored,
        iss: Expect::Ignored,
        aud: Expect::Ignored,
        exp: ExpectExp::Ignored,
        ..profile()
    };
    let sealer = Sealer::<Cart>::jws(&ring, JwsAlg::Hs256)
        .lifetime(Lifetime::absolute(HOUR))
        .accept_jwt(lax, |_: serde_json::Value| Some(Cart::default()))
        .build()
        .unwrap();
    let token = sealer.seal_at(&cart(), NOW).unwrap();
    assert_eq!(sealer.open_at(&token, NOW).unwrap().state(), &cart());
    assert!(sealer.open_at(&token, later(10_000)).unwrap_err().is_expired());
    assert!(sealer.open_at(&good(), NOW).is_ok());
    let other_purpose = r#"{"alg":"HS256","kid":"k1","typ":"orderslip+jwt"}"#;
    assert!(sealer.open_at(&jose::hs256(SECRET, other_purpose, claims("")), NOW).is_err());
}

/// Also by a sealer of another format, whose own tokens are no JWTs: a slip that such a profile took would lose its end, its purpose and
/// what it was bound to. Its own opener, in `adopt`, looks at all of them.
#[test]
fn t19_a_slip_is_no_foreign_jwt() {
    let ring = Keyring::new(vec![Key::from_jwk(&jose::oct("HS256", "k1", SECRET)).unwrap()]).unwrap();
    let token = Sealer::<Cart>::jws(&ring, JwsAlg::Hs256)
        .lifetime(Lifetime::absolute(HOUR))
        .build()
        .unwrap()
        .seal_at(&cart(), NOW)
        .unwrap();
    for typ in [Expect::Ignored, Expect::exactly("orderslip+jwt")] {
        let lax = ForeignJwt {
            keys: (&ring).into(),
            typ,
            iss: Expect::Ignored,
            aud: Expect::Ignored,
            exp: ExpectExp::Ignored,
            ..profile()
        };
        let sealer = Sealer::<Cart>::encrypted(&shared_ring())
            .lifetime(Lifetime::absolute(HOUR))
            .accept_jwt(lax, |_: serde_json::Value| Some(Cart::default()))
            .build()
            .unwrap();
        assert!(sealer.open_at(&token, NOW).unwrap_err().is_rejected());
    }
}

#[test]
fn several_profiles_and_readers_stand_beside_each_other() {
    let ring = shared_ring();
    let second = ForeignJwt { iss: Expect::exactly("https://older.example"), ..profile() };
    let sealer = Sealer::<Cart>::publicly_signed(&ring, PublicAlg::Ed25519)
        .lifetime(Lifetime::absolute(HOUR))
        .adopt(later(10), |text| (text == "legacy").then(Cart::default))
        .accept_jwt(profile(), |_: Claims| Some(cart()))
        .accept_jwt(second, |_: Claims| Some(Cart { note: None, ..cart() }))
        .build()
        .unwrap();
    let older = jose::hs256(SECRET, HEADER, claims("").replace("old.example", "older.example"));
    assert_eq!(sealer.open_at("legacy", NOW).unwrap().state(), &Cart::default());
    assert_eq!(sealer.open_at(&good(), NOW).unwrap().state(), &cart());
    assert_eq!(sealer.open_at(&older, NOW).unwrap().state().note, None);
    assert!(sealer.open_at("legacy", later(10)).is_err());
    let lifeless = Opener::<Cart>::publicly_signed(&ring).accept_jwt(profile(), |_: Claims| None);
    assert!(lifeless.build().unwrap_err().is_misuse());
}
