//! JWS and JWE made by an attacker who knows the key: good cryptography around every header that must be refused.
#![cfg(feature = "jose")]
#![expect(clippy::unwrap_used, reason = "a failing test should stop where it fails")]

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as B64};
use orderslip::{Alg, Error, Key, Rejection, hazmat};
use proptest::prelude::*;

const SECRET: [u8; 64] =
    *b"\x01\x23\x45\x67\x89\xab\xcd\xef\xfe\xdc\xba\x98\x76\x54\x32\x10, sixty-four bytes to have enough for each hash!";
const PAYLOAD: &[u8] = b"{\"sub\":\"1\"}";

fn key(alg: Alg) -> Key {
    let len = match alg {
        Alg::A128Gcm => 16,
        Alg::A256Gcm => 32,
        _ => 64,
    };
    let k = B64.encode(SECRET.split_at(len).0);
    Key::from_jwk_as(&format!(r#"{{"kty":"oct","k":"{k}"}}"#), alg).unwrap()
}

/// With a MAC that holds, whatever the header says.
fn jws(header: &str) -> String {
    signed(&B64.encode(header), &B64.encode(PAYLOAD))
}

fn signed(header: &str, payload: &str) -> String {
    let input = format!("{header}.{payload}");
    let tag = ring::hmac::sign(&ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &SECRET), input.as_bytes());
    format!("{input}.{}", B64.encode(tag))
}

/// With a tag that holds, whatever the header says.
fn jwe(header: &str) -> String {
    let header = B64.encode(header);
    let (ciphertext, tag) = encrypted(&header);
    format!("{header}..{}.{ciphertext}.{tag}", B64.encode([7; 12]))
}

fn encrypted(header: &str) -> (String, String) {
    encrypted_with(&ring::aead::AES_256_GCM, header)
}

fn encrypted_with(cipher: &'static ring::aead::Algorithm, header: &str) -> (String, String) {
    let cipher = ring::aead::UnboundKey::new(cipher, SECRET.split_at(cipher.key_len()).0).unwrap();
    let nonce = ring::aead::Nonce::assume_unique_for_key([7; 12]);
    let mut text = PAYLOAD.to_vec();
    let cipher = ring::aead::LessSafeKey::new(cipher);
    let tag = cipher.seal_in_place_separate_tag(nonce, ring::aead::Aad::from(header.as_bytes()), &mut text).unwrap();
    (B64.encode(text), B64.encode(tag))
}

fn verify(token: &str) -> Result<Vec<u8>, Error> {
    hazmat::jws::verify(token, &key(Alg::Hs256))
}

fn open(token: &str) -> Result<Vec<u8>, Error> {
    hazmat::jwe::open(token, &key(Alg::A256Gcm))
}

fn gate(outcome: Result<Vec<u8>, Error>) -> Option<Rejection> {
    outcome.unwrap_err().rejection()
}

#[test]
fn good_headers_of_other_people_are_taken() {
    for header in [
        r#"{"alg":"HS256"}"#,
        r#"{"typ":"JWT","alg":"HS256"}"#,
        "{\r\n  \"alg\" : \"HS256\",\t\"kid\" : \"k\\/1 \u{fc}\", \"cty\": \"x\", \"https://example.com/x\": [1, {\"alg\": null}] }",
        r#"{"alg":"HS256","x5t":"AAAA"}"#,
    ] {
        assert_eq!(verify(&jws(header)).unwrap(), PAYLOAD, "{header}");
    }
    for header in
        [r#"{"alg":"dir","enc":"A256GCM"}"#, r#"{"kid":"k","enc":"A256GCM","typ":"JWT","alg":"dir","cty":"JWT"}"#]
    {
        assert_eq!(open(&jwe(header)).unwrap(), PAYLOAD, "{header}");
    }
    assert_eq!(verify(&signed(&B64.encode(r#"{"alg":"HS256"}"#), "")).unwrap(), b"", "an empty payload is one");
    let dir = format!(r#"{{"kty":"oct","alg":"dir","enc":"A256GCM","k":"{}"}}"#, B64.encode(SECRET.split_at(32).0));
    let dir = Key::from_jwk(&dir).unwrap();
    assert_eq!(hazmat::jwe::open(&jwe(r#"{"alg":"dir","enc":"A256GCM"}"#), &dir).unwrap(), PAYLOAD);
    let header = B64.encode(r#"{"alg":"dir","enc":"A128GCM"}"#);
    let (ciphertext, tag) = encrypted_with(&ring::aead::AES_128_GCM, &header);
    let token = format!("{header}..{}.{ciphertext}.{tag}", B64.encode([7; 12]));
    assert_eq!(hazmat::jwe::open(&token, &key(Alg::A128Gcm)).unwrap(), PAYLOAD);
    assert_eq!(gate(open(&token)), Some(Rejection::NotAuthentic), "another key's");
}

/// CVE-2015-9235, CVE-2018-1000531 and their like: the token says `none`, or anything but what the key is for.
#[test]
fn t01_t02_cve_2015_9235_the_header_does_not_choose() {
    for alg in [
        "none",
        "None",
        "nOnE",
        "",
        "HS384",
        "HS512",
        "RS256",
        "ES256",
        "EdDSA",
        "hs256",
        "HS256 ",
        "dir",
        "HS256\\u0000",
    ] {
        let header = format!(r#"{{"alg":"{alg}"}}"#);
        assert!(verify(&jws(&header)).is_err(), "{alg}");
        let unsigned = format!("{}.{}.", B64.encode(&header), B64.encode(PAYLOAD));
        assert!(verify(&unsigned).unwrap_err().is_rejected(), "{alg}");
    }
    let public = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    let public = Key::from_jwk_as(public, Alg::Ed25519).unwrap();
    for header in [r#"{"alg":"HS256"}"#, r#"{"alg":"EdDSA"}"#] {
        assert_eq!(gate(hazmat::jws::verify(&jws(header), &public)), Some(Rejection::NotAuthentic), "{header}");
    }
    for alg in [Alg::Hs384, Alg::Hs512, Alg::HkdfA256Gcm] {
        assert!(hazmat::jws::verify(&jws(r#"{"alg":"HS256"}"#), &key(alg)).unwrap_err().is_rejected());
    }
    for header in [
        r#"{"alg":"dir","enc":"A128GCM"}"#,
        r#"{"alg":"A256GCM","enc":"A256GCM"}"#,
        r#"{"alg":"dir","enc":"A256CBC-HS512"}"#,
        r#"{"alg":"A256KW","enc":"A256GCM"}"#,
        r#"{"alg":"PBES2-HS256+A128KW","enc":"A256GCM","p2c":2147483647}"#,
        r#"{"alg":"dir"}"#,
        r#"{"enc":"A256GCM"}"#,
    ] {
        assert!(open(&jwe(header)).unwrap_err().is_rejected(), "{header}");
    }
    assert!(hazmat::jwe::open(&jwe(r#"{"alg":"dir","enc":"A256GCM"}"#), &key(Alg::A128Gcm)).is_err());
    assert!(hazmat::jwe::open(&jwe(r#"{"alg":"dir","enc":"A256GCM"}"#), &key(Alg::HkdfA256Gcm)).is_err());
}

/// CVE-2018-0114: a key in the header; and addresses of keys.
#[test]
fn t05_cve_2018_0114_no_key_comes_with_the_token() {
    for member in [
        r#""jwk":{"kty":"oct","k":"AA"}"#,
        r#""jku":"https://x/"#,
        r#""x5u":"https://x""#,
        r#""x5c":["AA"]"#,
        r#""jku":null"#,
    ] {
        let member = if member.ends_with('/') { format!("{member}\"") } else { member.to_owned() };
        assert_eq!(
            gate(verify(&jws(&format!(r#"{{"alg":"HS256",{member}}}"#)))),
            Some(Rejection::Malformed),
            "{member}"
        );
        let header = format!(r#"{{"alg":"dir","enc":"A256GCM",{member}}}"#);
        assert_eq!(gate(open(&jwe(&header))), Some(Rejection::Malformed), "{member}");
    }
}

#[test]
fn t06_critical_extensions_are_refused_whatever_they_name() {
    for crit in [r#"["exp"]"#, "[]", r#"["b64"]"#, "null", "1", r#""exp""#, r#"["alg"]"#] {
        assert_eq!(
            gate(verify(&jws(&format!(r#"{{"alg":"HS256","exp":1,"crit":{crit}}}"#)))),
            Some(Rejection::Malformed)
        );
        let header = format!(r#"{{"alg":"dir","enc":"A256GCM","crit":{crit}}}"#);
        assert_eq!(gate(open(&jwe(&header))), Some(Rejection::Malformed));
    }
}

/// RFC 7797: a payload that is not encoded would be another message to whoever does not know it.
#[test]
fn t07_unencoded_payloads_are_refused() {
    for header in [
        r#"{"alg":"HS256","b64":false}"#,
        r#"{"alg":"HS256","b64":true}"#,
        r#"{"alg":"HS256","b64":false,"crit":["b64"]}"#,
    ] {
        assert_eq!(gate(verify(&jws(header))), Some(Rejection::Malformed), "{header}");
        assert!(verify(&signed(&B64.encode(header), "plain text")).unwrap_err().is_rejected());
    }
}

#[test]
fn t08_duplicate_members_and_escapes_are_refused_in_headers() {
    for header in [
        r#"{"alg":"HS256","alg":"HS256"}"#,
        r#"{"alg":"none","alg":"HS256"}"#,
        r#"{"alg":"HS256","x":{"a":1,"a":2}}"#,
        r#"{"alg":"HS256","x":[{"a":1,"a":2}]}"#,
        r#"{"\u0061lg":"HS256"}"#,
        r#"{"alg":"HS25\u0036"}"#,
        r#"{"alg":"none","\u0061lg":"HS256"}"#,
    ] {
        assert_eq!(gate(verify(&jws(header))), Some(Rejection::Malformed), "{header}");
    }
}

#[test]
fn t09_t13_only_the_compact_serialization_in_canonical_base64url() {
    let good = jws(r#"{"alg":"HS256"}"#);
    let [header, payload, tag] = good.split('.').collect::<Vec<_>>().try_into().unwrap();
    let variants = [
        format!(" {good}"),
        format!("{good} "),
        format!("{good}\n"),
        format!("{good}="),
        format!("{good}."),
        format!(".{good}"),
        format!("{header}.{payload}"),
        format!("{header}.{payload}.{tag}.{tag}.{tag}"),
        format!("{header}..{payload}.{tag}"),
        format!("{header}=.{payload}.{tag}"),
        format!("{header}.{payload}.+{}", tag.split_at(1).1),
        signed(&format!("{header}=="), payload),
        signed(header, &format!("{payload}=")),
        signed(header, &B64.encode(PAYLOAD).replace('J', "/")),
        format!(r#"{{"payload":"{payload}","protected":"{header}","signature":"{tag}"}}"#),
        format!(r#"{{"payload":"{payload}","signatures":[{{"protected":"{header}","signature":"{tag}"}}]}}"#),
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        "....".to_owned(),
        ".".repeat(60_000),
        format!("{}.{payload}.{tag}", B64.encode("[]")),
        format!("{}.{payload}.{tag}", B64.encode("\"alg\"")),
        format!("{}.{payload}.{tag}", B64.encode([0xff, 0xfe])),
    ];
    for variant in variants {
        assert!(verify(&variant).unwrap_err().is_rejected(), "{variant}");
        assert!(open(&variant).unwrap_err().is_rejected(), "{variant}");
    }
    // The last character has bits that carry nothing.
    let last = tag.chars().last().unwrap();
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for other in alphabet.chars().filter(|other| *other != last) {
        let spelled = format!("{}{other}", good.split_at(good.len() - 1).0);
        assert!(verify(&spelled).is_err(), "one token, one spelling: {other}");
    }
}

#[test]
fn t11_t13_deep_and_long_headers_take_bounded_work() {
    let deep = |open: &str, close: &str| format!(r#"{{"alg":"HS256","x":{}{}}}"#, open.repeat(700), close.repeat(700));
    for header in [deep("[", "]"), deep("{\"a\":", "}"), format!(r#"{{"alg":"HS256","x":"{}"}}"#, "y".repeat(4_096))] {
        assert_eq!(gate(verify(&jws(&header))), Some(Rejection::Malformed));
    }
    let huge = "{\"a\":".repeat(20_000);
    assert_eq!(gate(verify(&jws(&huge))), Some(Rejection::Malformed));
    let long = signed(&B64.encode(r#"{"alg":"HS256"}"#), &B64.encode(vec![b'x'; 60_000]));
    assert_eq!(gate(verify(&long)), Some(Rejection::Malformed), "longer than any message");
}

/// CVE-2024-33664 and its like: what inflates is never inflated.
#[test]
fn t15_t60_cve_2024_33664_nothing_is_decompressed_and_no_other_key_management() {
    for header in [
        r#"{"alg":"dir","enc":"A256GCM","zip":"DEF"}"#,
        r#"{"alg":"dir","enc":"A256GCM","zip":null}"#,
        r#"{"alg":"dir","enc":"A256GCM","zip":""}"#,
    ] {
        assert_eq!(gate(open(&jwe(header))), Some(Rejection::Malformed), "{header}");
    }
    let header = B64.encode(r#"{"alg":"dir","enc":"A256GCM"}"#);
    let (ciphertext, tag) = encrypted(&header);
    let iv = B64.encode([7; 12]);
    assert!(open(&format!("{header}..{iv}.{ciphertext}.{tag}")).is_ok());
    // An encrypted key; a shorter IV or tag; nothing at all.
    let cut = B64.encode(B64.decode(&tag).unwrap().split_at(12).0);
    for bad in [
        format!("{header}.AAAA.{iv}.{ciphertext}.{tag}"),
        format!("{header}..{}.{ciphertext}.{tag}", B64.encode([7; 11])),
        format!("{header}..{}.{ciphertext}.{tag}", B64.encode([7; 16])),
        format!("{header}...{ciphertext}.{tag}"),
        format!("{header}..{iv}.{ciphertext}.{cut}"),
        format!("{header}..{iv}.{ciphertext}."),
        format!("{header}..{iv}..{tag}"),
        format!("{header}..{iv}.{ciphertext}{tag}."),
    ] {
        assert!(open(&bad).unwrap_err().is_rejected(), "{bad}");
    }
    // A JWE is no JWS, and the other way round.
    assert!(verify(&jwe(r#"{"alg":"dir","enc":"A256GCM"}"#)).is_err());
    assert_eq!(gate(verify(&jws(r#"{"alg":"HS256","enc":"A256GCM"}"#))), Some(Rejection::Malformed));
}

proptest! {
    #[test]
    fn t37_any_text_is_judged_without_panic(text in ".{0,300}", dotted in "[A-Za-z0-9_-]{0,40}(\\.[A-Za-z0-9_-]{0,40}){0,6}") {
        for text in [&text, &dotted] {
            prop_assert!(verify(text).is_err() && open(text).is_err());
        }
    }

    #[test]
    fn t34_t37_any_header_is_judged_without_panic(header in ".{0,120}") {
        let _ = (verify(&jws(&header)), open(&jwe(&header)));
    }

    /// One changed character, and nothing holds.
    #[test]
    fn t18_every_character_counts(at in any::<prop::sample::Index>(), to in "[A-Za-z0-9_.-]") {
        type Reader = fn(&str) -> Result<Vec<u8>, Error>;
        let readers: [(String, Reader); 2] =
            [(jws(r#"{"alg":"HS256"}"#), verify), (jwe(r#"{"alg":"dir","enc":"A256GCM"}"#), open)];
        for (good, reader) in readers {
            let mut changed = good.clone();
            let at = at.index(good.len());
            changed.replace_range(at..=at, &to);
            prop_assert_eq!(reader(&changed).is_ok(), changed == good);
        }
    }
}
