//! What others got wrong, tried on us: each class of faults that JOSE libraries have had a number for, as its exploit.
//!
//! docs/threats.md has the list; what stands in other files (`jose.rs`, `jose_tokens.rs`, `foreign_jwt.rs`) is not tried again here.
#![cfg(feature = "jose")]
#![expect(clippy::unwrap_used, reason = "a failing test should stop where it fails")]

mod kit;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as B64},
};
use kit::{Cart, HOUR, JOSE, Kind, NOW, cart, jose, later, ring_of};
use orderslip::{Alg, Error, ErrorKind, JweEnc, JwsAlg, Key, Keyring, Lifetime, Opener, Rejection, Sealer, hazmat};
use serde_json::Value;

const SECRET: &[u8; 32] = b"\x9f\x01\x23\x45\x67\x89\xab\xcd\xef\xfe\xdc\xba\x98\x76\x54\x32\x10 fifteen bytes!";
const CLAIMS: &str = r#"{"exp":1800003600,"iat":1800000000,"jti":"AAAAAAAAAAAAAAAAAAAAAA","aud":"shop.example/cart","slip":{"v":1,"began":1800000000,"ends":1800028800,"st":{"lines":[],"note":null}}}"#;

fn ring(alg: &str) -> Keyring {
    Keyring::new(vec![Key::from_jwk(&jose::oct(alg, "k1", SECRET)).unwrap()]).unwrap()
}

fn jws() -> Sealer<Cart> {
    Kind::Jws(JwsAlg::Hs256).sealer(&ring("HS256"))
}

fn jwe() -> Sealer<Cart> {
    Kind::Jwe(JweEnc::A256Gcm).sealer(&ring("A256GCM"))
}

const JWS_HEADER: &str = r#"{"alg":"HS256","kid":"k1","typ":"orderslip+jwt"}"#;
const JWE_HEADER: &str = r#"{"alg":"dir","enc":"A256GCM","kid":"k1","typ":"orderslip+jwt"}"#;

#[track_caller]
fn assert_rejected<T>(result: Result<T, Error>, what: &str) {
    let error = result.map(drop).expect_err(what);
    assert!(error.is_rejected(), "{what}: {error:?}");
}

/// The ground for all that follows: what the attacker changes is all that is wrong.
#[test]
fn the_unchanged_tokens_are_good() {
    assert!(jws().open_at(&jose::hs256(SECRET, JWS_HEADER, CLAIMS), NOW).is_ok());
    assert!(jwe().open_at(&jose::dir_a256gcm(SECRET, JWE_HEADER, CLAIMS.as_bytes()).join("."), NOW).is_ok());
}

/// What the header says and what the key is must be one, also where the proof is the key's own: an opener takes keys of its algorithm.
#[test]
fn t01_a_key_of_another_algorithm_proves_nothing() {
    let secret: Vec<u8> = (0..64_u8).map(|at| at.wrapping_mul(151)).collect();
    let keys =
        [jose::oct("HS256", "k1", SECRET), jose::oct("HS512", "k5", &secret)].map(|jwk| Key::from_jwk(&jwk).unwrap());
    let both = Keyring::new(keys.into()).unwrap();
    let token = |alg: &str| {
        let header = format!(r#"{{"alg":"{alg}","kid":"k5","typ":"orderslip+jwt"}}"#);
        let signed = format!("{}.{}", B64.encode(header), B64.encode(CLAIMS));
        let tag = ring::hmac::sign(&ring::hmac::Key::new(ring::hmac::HMAC_SHA512, &secret), signed.as_bytes());
        format!("{signed}.{}", B64.encode(tag))
    };
    let open = |alg: JwsAlg, token: &str| Kind::Jws(alg).sealer::<Cart>(&both).open_at(token, NOW);
    assert!(open(JwsAlg::Hs512, &token("HS512")).is_ok());
    for (alg, said) in [(JwsAlg::Hs256, "HS256"), (JwsAlg::Hs256, "HS512"), (JwsAlg::Hs512, "HS256")] {
        assert_rejected(open(alg, &token(said)), said);
    }
    // An algorithm that proves nothing is none of a JWS, to whoever only looks either.
    for alg in ["A256GCM", "A128GCM", "direct+HKDF-SHA-256", "dir", "none"] {
        assert_rejected(hazmat::inspect(&token(alg)), alg);
    }
}

/// Four kibibytes of header and sixty-four of message are the most that is read.
#[test]
fn t11_the_longest_header_and_the_longest_message_are_read() {
    let key = Key::from_jwk(&jose::oct("HS256", "k1", SECRET)).unwrap();
    let header = |len: usize| format!("{{\"alg\":\"HS256\"{}}}", " ".repeat(len - 15));
    for (len, is_taken) in [(4_096, true), (4_097, false)] {
        assert_eq!(header(len).len(), len);
        assert_eq!(hazmat::jws::verify(&jose::hs256(SECRET, header(len), "{}"), &key).is_ok(), is_taken, "{len}");
    }
    let token = |claims: usize| jose::hs256(SECRET, header(20), "x".repeat(claims));
    let claims = (48_000..50_000).find(|claims| token(*claims).len() >= 65_536).unwrap();
    assert_eq!(token(claims).len(), 65_536);
    assert!(hazmat::jws::verify(&token(claims), &key).is_ok());
    assert!(hazmat::jws::verify(&token(claims + 1), &key).is_err());
}

/// Whoever only looks takes states as deep as those who open, and no deeper.
#[test]
fn t13_who_looks_and_who_opens_go_to_one_depth() {
    #[derive(serde::Serialize, serde::Deserialize)]
    struct Any(Value);
    impl orderslip::SlipState for Any {
        const PURPOSE: &'static str = "shop.example/cart";
        const VERSION: u16 = 1;
    }
    let sealer = Kind::Jws(JwsAlg::Hs256).sealer::<Any>(&ring("HS256"));
    let token = |depth: usize| {
        let state = format!("{}7{}", "[".repeat(depth), "]".repeat(depth));
        jose::hs256(SECRET, JWS_HEADER, CLAIMS.replace(r#"{"lines":[],"note":null}"#, &state))
    };
    let deepest = |takes: &dyn Fn(&str) -> bool| (1..200).take_while(|depth| takes(&token(*depth))).last();
    let opened = deepest(&|text| sealer.open_at(text, NOW).is_ok());
    assert_eq!(opened, Some(32));
    assert_eq!(deepest(&|text| hazmat::inspect(text).is_ok_and(|seen| seen.claims().is_some())), opened);
}

/// CVE-2017-11424, CVE-2022-29217, CVE-2024-37568, CVE-2024-33663, CVE-2023-48223, CVE-2026-34950: lists of what public keys look
/// like, and a form that was not on them. Here a public key is of another type than a secret.
#[test]
fn t02_cve_2017_11424_no_form_of_a_public_key_is_a_mac_secret() {
    for alg in [JwsAlg::Es256, JwsAlg::Ed25519] {
        let kind = Kind::Jws(alg);
        let ring = kind.ring();
        let public = Keyring::from_public_jwks(&ring.public_jwks()).unwrap();
        let set: Value = serde_json::from_str(&ring.public_jwks()).unwrap();
        let jwk = &set["keys"][0];
        let raw = |name: &str| jwk[name].as_str().map(|text| B64.decode(text).unwrap()).unwrap_or_default();
        let point = [&[0x04][..], &raw("x"), &raw("y")].concat();
        // SubjectPublicKeyInfo of P-256 (RFC 5480) and of Ed25519 (RFC 8410).
        let spki = match alg {
            JwsAlg::Es256 => {
                let head = b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00";
                [&head[..], &point].concat()
            }
            _ => [&b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00"[..], &raw("x")].concat(),
        };
        let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", STANDARD.encode(&spki));
        let secrets: Vec<Vec<u8>> = vec![
            pem.clone().into_bytes(),
            pem.trim_end().into(),
            format!(" {pem}").into_bytes(),
            format!("\n\t{pem}").into_bytes(),
            pem.replace("PUBLIC KEY", "RSA PUBLIC KEY").into_bytes(),
            STANDARD.encode(&spki).into_bytes(),
            spki,
            raw("x"),
            point,
            jwk.to_string().into_bytes(),
            jwk["x"].as_str().unwrap().into(),
            ring.public_jwks().into_bytes(),
            Vec::new(),
        ];
        let kid = ring.ids().next().unwrap();
        for secret in secrets {
            let header = format!(r#"{{"alg":"HS256","kid":"{kid}","typ":"orderslip+jwt"}}"#);
            let forged = jose::hs256(&secret, header, CLAIMS);
            assert_rejected(kind.sealer::<Cart>(&ring).open_at(&forged, NOW), "the pair");
            let opener = Opener::<Cart>::jws(&public, alg).build().unwrap();
            assert_rejected(opener.open_at(&forged, NOW), "the public key");
            for key in ring.keys().chain(public.keys()) {
                assert_rejected(hazmat::jws::verify(&forged, key), "the bytes");
            }
            // An opener that takes HMAC has no such key to take it with.
            assert!(Opener::<Cart>::jws(&public, JwsAlg::Hs256).build().unwrap_err().is_misuse());
        }
    }
}

/// CVE-2026-44351, CVE-2026-45363, CVE-2019-20933, CVE-2026-44699: a key that is not there taken for an empty one.
#[test]
fn t03_cve_2026_44351_an_empty_key_verifies_nothing() {
    for kid in ["k1", "k2", "", "null", "undefined"] {
        let header = JWS_HEADER.replace("k1", kid);
        for secret in [&b""[..], b"\0", b"null", &[0; 32], &[0; 64]] {
            let error = jws().open_at(&jose::hs256(secret, &header, CLAIMS), NOW).map(drop).unwrap_err();
            assert!(error.is_rejected() || error.kind() == ErrorKind::UnknownKey);
        }
    }
    for k in ["", "AA"] {
        for alg in ["HS256", "A256GCM"] {
            let jwk = format!(r#"{{"kty":"oct","alg":"{alg}","k":"{k}"}}"#);
            assert!(Key::from_jwk(&jwk).unwrap_err().is_misuse());
        }
    }
    let rsa = r#"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#;
    for alg in [Alg::Hs256, Alg::Es256, Alg::A256Gcm] {
        assert!(Key::from_jwk_as(rsa, alg).unwrap_err().is_misuse(), "no RSA key becomes anything");
    }
}

/// CVE-2026-22817, CVE-2021-46743: the header's algorithm stood in where the key named none.
#[test]
fn t80_cve_2026_22817_a_key_names_its_algorithm_or_is_none() {
    let nameless = format!(r#"{{"kty":"oct","k":"{}"}}"#, B64.encode(SECRET));
    assert!(Key::from_jwk(&nameless).unwrap_err().is_misuse());
    assert!(Keyring::from_jwks(&format!(r#"{{"keys":[{nameless}]}}"#)).unwrap_err().is_misuse());
    let key = Key::from_jwk_as(&nameless, Alg::Hs256).unwrap();
    let header = JWS_HEADER.replace("HS256", "HS384");
    assert_rejected(hazmat::jws::verify(&jose::hs256(SECRET, header, CLAIMS), &key), "the header's word");
}

/// The same with ciphers: each key has one, whatever the header says of a message that was made with it.
#[test]
fn t01_a_content_key_is_for_its_own_cipher() {
    let (aes128, chacha) = (&SECRET[..16], &SECRET[..]);
    let keys = [
        jose::oct("A128GCM", "k1", aes128),
        jose::oct("ChaCha20/Poly1305", "k2", chacha),
        jose::oct("A256GCM", "k3", b"another secret of thirty-two b.."),
    ];
    let keys = keys.iter().map(|jwk| Key::from_jwk(jwk).unwrap()).collect();
    let sealer = Kind::Jwe(JweEnc::A256Gcm).sealer::<Cart>(&Keyring::new(keys).unwrap());
    for (cipher, key, kid) in [(&ring::aead::AES_128_GCM, aes128, "k1"), (&ring::aead::CHACHA20_POLY1305, chacha, "k2")]
    {
        let header = JWE_HEADER.replace("k1", kid);
        let token = jose::dir(cipher, key, &header, CLAIMS.as_bytes()).join(".");
        assert_rejected(sealer.open_at(&token, NOW), kid);
    }
}

/// CVE-2025-65945: the secret was looked up by what the token said.
#[test]
fn t04_cve_2025_65945_a_key_id_is_compared_and_nothing_else() {
    let mut hostile = vec![
        "__proto__".to_owned(),
        "constructor".to_owned(),
        "../../dev/null".to_owned(),
        "/proc/self/environ".to_owned(),
        "k1\u{0}".to_owned(),
        "https://evil.example/key".to_owned(),
        "' UNION SELECT 'secret' --".to_owned(),
        "%s%n".to_owned(),
        "k".repeat(256),
    ];
    hostile.push("\u{6b}\u{31}\u{200b}".to_owned());
    for kid in hostile {
        let header = JWS_HEADER.replace("k1", &kid);
        let error = jws().open_at(&jose::hs256(kid.as_bytes(), &header, CLAIMS), NOW).map(drop).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::UnknownKey | ErrorKind::Rejected), "{kid}");
        assert!(!format!("{error:?}{error}").contains(&kid), "{kid}");
    }
}

/// CVE-2018-0114, CVE-2026-27962: the token brought its key.
#[test]
fn t05_cve_2026_27962_no_key_of_the_tokens_own_for_slips_either() {
    let own = [7; 32];
    for member in [
        format!(r#""jwk":{}"#, jose::oct("HS256", "k1", &own)),
        r#""jku":"https://evil.example/keys""#.to_owned(),
        r#""x5u":"https://evil.example/cert""#.to_owned(),
        r#""x5c":["AAAA"]"#.to_owned(),
        r#""x5t":"AAAA""#.to_owned(),
    ] {
        for secret in [&own, SECRET] {
            let header = JWS_HEADER.replacen('{', &format!("{{{member},"), 1);
            assert_rejected(jws().open_at(&jose::hs256(secret, header, CLAIMS), NOW), &member);
        }
        let header = JWE_HEADER.replacen('{', &format!("{{{member},"), 1);
        assert_rejected(jwe().open_at(&jose::dir_a256gcm(SECRET, &header, CLAIMS.as_bytes()).join("."), NOW), &member);
    }
}

/// CVE-2025-59420, CVE-2026-32597: extensions that must be understood, and were not looked at.
#[test]
fn t06_cve_2025_59420_critical_extensions_of_slips() {
    for crit in [r#"["exp"]"#, r#"["b64"]"#, "[]", "null", r#""exp""#, r#"["x"],"x":1"#, r#"["http://x"]"#] {
        for (header, is_signed) in [(JWS_HEADER, true), (JWE_HEADER, false)] {
            let header = header.replacen('{', &format!("{{\"crit\":{crit},"), 1);
            let (token, sealer) = match is_signed {
                true => (jose::hs256(SECRET, &header, CLAIMS), jws()),
                false => (jose::dir_a256gcm(SECRET, &header, CLAIMS.as_bytes()).join("."), jwe()),
            };
            assert_eq!(sealer.open_at(&token, NOW).unwrap_err().rejection(), Some(Rejection::Malformed), "{header}");
        }
    }
}

/// CVE-2019-18848 (a number of parts that nobody checked), CVE-2025-30204, CVE-2025-27144, CVE-2025-61920, CVE-2026-48525 (work
/// and memory that grow with dots and length): the memory is counted in tests/memory.rs.
#[test]
fn t11_cve_2025_27144_parts_are_counted_and_lengths_are_bounded() {
    let signed = jose::hs256(SECRET, JWS_HEADER, CLAIMS);
    let sealed = jose::dir_a256gcm(SECRET, JWE_HEADER, CLAIMS.as_bytes()).join(".");
    for (sealer, token, parts) in [(jws(), signed, 3), (jwe(), sealed, 5)] {
        let split: Vec<&str> = token.split('.').collect();
        for count in (0..9).filter(|count| *count != parts) {
            let text: Vec<&str> = split.iter().copied().chain(std::iter::repeat("")).take(count).collect();
            assert_rejected(sealer.open_at(&text.join("."), NOW), "another number of parts");
            let text: Vec<&str> = split.iter().cycle().copied().take(count).collect();
            assert_rejected(sealer.open_at(&text.join("."), NOW), "another number of parts");
        }
        for text in [".".repeat(1_000_000), format!("{token}{}", ".".repeat(8_000)), "A".repeat(10_000_000)] {
            assert_rejected(sealer.open_at(&text, NOW), "too long");
        }
    }
    let good = jose::hs256(SECRET, r#"{"alg":"HS256"}"#, "x");
    assert!(hazmat::jws::verify(&good, ring("HS256").get("k1").unwrap()).is_ok());
    let unencoded = jose::hs256_over(SECRET, &format!("{}.{}", B64.encode(r#"{"alg":"HS256","b64":false}"#), "x"));
    assert_rejected(hazmat::jws::verify(&unencoded, ring("HS256").get("k1").unwrap()), "b64");
}

/// CVE-2022-39227, CVE-2016-9122, GHSA-jc38-x7x8-2xc8: two serializations, one verified, the other believed.
#[test]
fn t12_cve_2022_39227_there_is_one_serialization() {
    let token = jose::hs256(SECRET, JWS_HEADER, CLAIMS);
    let [header, payload, tag] = token.split('.').collect::<Vec<_>>().try_into().unwrap();
    let forged = B64.encode(CLAIMS.replace("[]", "[[\"GOLD\",9]]"));
    let unprotected = r#""header":{"alg":"HS256","kid":"k1"}"#;
    for text in [
        format!(r#"{{"protected":"{header}","payload":"{payload}","signature":"{tag}"}}"#),
        format!(r#"{{"protected":"{header}","payload":"{forged}","signature":"{tag}",{unprotected}}}"#),
        format!(r#"{{"payload":"{payload}","signatures":[{{"protected":"{header}","signature":"{tag}"}},{{}}]}}"#),
        // python-jwt: a JSON object whose first member holds a good compact token.
        format!(r#"{{" {header}.{forged}.":"","protected":"{header}","payload":"{payload}","signature":"{tag}"}}"#),
        format!("{token},{header}.{forged}.{tag}"),
        format!("{token} {token}"),
        format!("Bearer {token}"),
        format!("{header}.{forged}.{tag}"),
    ] {
        assert_rejected(jws().open_at(&text, NOW), &text);
    }
}

/// CVE-2019-17195, CVE-2025-53864, CVE-2024-58264, CVE-2026-34986, CVE-2024-21664: panics and full stacks by deep or odd JSON.
#[test]
fn t13_t37_cve_2025_53864_deep_and_odd_json_on_a_small_stack() {
    let deep = |open: &str, close: &str, levels: usize| format!("{}{}", open.repeat(levels), close.repeat(levels));
    let odd = move |at: &str| {
        [
            deep("[", "]", 1_200),
            deep("{\"a\":", "}", 400).replace(":}", ":1}"),
            "[".repeat(2_500),
            "{\"a\":".repeat(500),
            "\"\\".to_owned(),
            "\"\\ud83d\"".to_owned(),
            "1e999999".to_owned(),
            "-".to_owned(),
            "1".repeat(2_000),
        ]
        .map(|value| at.replacen('{', &format!("{{\"x\":{value},"), 1))
    };
    let work = move || {
        for claims in odd(CLAIMS).iter().chain(&odd(&CLAIMS.replace("\"st\":{", "\"st\":{\"y\":{},"))) {
            let error = jws().open_at(&jose::hs256(SECRET, JWS_HEADER, claims), NOW).map(drop).unwrap_err();
            assert!(error.is_unreadable() || error.is_rejected());
            let token = jose::dir_a256gcm(SECRET, JWE_HEADER, claims.as_bytes()).join(".");
            assert!(jwe().open_at(&token, NOW).is_err());
        }
        for header in odd(JWS_HEADER) {
            assert_rejected(jws().open_at(&jose::hs256(SECRET, header, CLAIMS), NOW), "a header");
        }
    };
    let small = std::thread::Builder::new().stack_size(256 * 1024);
    small.spawn(work).unwrap().join().unwrap();
}

/// CVE-2023-51774, CVE-2026-29000: a signed token where an encrypted one was due, or an unsigned one within it.
#[test]
fn t14_t16_cve_2026_29000_a_token_within_a_token_is_no_claims_set() {
    let inner = [
        format!("{}.{}.", B64.encode(r#"{"alg":"none"}"#), B64.encode(CLAIMS)),
        jose::hs256(SECRET, JWS_HEADER, CLAIMS),
        jose::dir_a256gcm(SECRET, JWE_HEADER, CLAIMS.as_bytes()).join("."),
    ];
    for inner in inner {
        for header in [JWE_HEADER.to_owned(), JWE_HEADER.replacen('{', r#"{"cty":"JWT","#, 1)] {
            let token = jose::dir_a256gcm(SECRET, &header, inner.as_bytes()).join(".");
            let error = jwe().open_at(&token, NOW).map(drop).unwrap_err();
            assert!(error.is_rejected() || error.kind() == ErrorKind::Undecodable, "{header}");
        }
        let token = jose::hs256(SECRET, JWS_HEADER, &inner);
        assert_eq!(jws().open_at(&token, NOW).map(drop).unwrap_err().kind(), ErrorKind::Undecodable);
        // In clear, to whoever expects a ciphertext.
        if inner.split('.').count() == 3 {
            assert_rejected(jwe().open_at(&inner, NOW), "signed for encrypted");
        }
    }
}

/// CVE-2018-1000539, CVE-2025-54887, CVE-2025-47275, GHSA-6vvh-pxr4-25r7: tags of fewer bytes, down to one that is soon guessed.
#[test]
fn t15_cve_2018_1000539_the_tag_has_sixteen_bytes() {
    let good = jose::dir_a256gcm(SECRET, JWE_HEADER, CLAIMS.as_bytes());
    let tag = B64.decode(&good[4]).unwrap();
    let ring = ring("A256GCM");
    for len in (0..16).chain([17, 32]) {
        let other: Vec<u8> = tag.iter().copied().chain(std::iter::repeat(0)).take(len).collect();
        let mut parts = good.clone();
        parts[4] = B64.encode(other);
        let token = parts.join(".");
        assert_eq!(jwe().open_at(&token, NOW).unwrap_err().rejection(), Some(Rejection::Malformed), "{len} bytes");
        assert_rejected(hazmat::jwe::open(&token, ring.get("k1").unwrap()), "the bytes");
    }
    // Bytes moved from the tag to the ciphertext and back.
    for at in 1..16 {
        let mut parts = good.clone();
        let text = B64.decode(&parts[3]).unwrap();
        parts[3] = B64.encode([&text[..], &tag[..at]].concat());
        parts[4] = B64.encode(&tag[at..]);
        assert_rejected(jwe().open_at(&parts.join("."), NOW), "moved");
    }
    // RFC 7518 section 4.5: nor is there an encrypted key, whatever it be.
    let mut parts = good.clone();
    parts[1] = "AAAA".to_owned();
    assert_eq!(jwe().open_at(&parts.join("."), NOW).unwrap_err().rejection(), Some(Rejection::Malformed));
    for len in [0, 1, 8, 11, 13, 16] {
        let mut parts = good.clone();
        parts[2] = B64.encode(vec![7; len]);
        assert_eq!(jwe().open_at(&parts.join("."), NOW).unwrap_err().rejection(), Some(Rejection::Malformed));
    }
}

/// CVE-2023-49290, CVE-2023-50658, CVE-2023-52428, CVE-2026-27932, CVE-2022-36083, CVE-2023-51775 (iterations without end),
/// CVE-2016-9121 (points off the curve), CVE-2016-6298 (RSA1_5), CVE-2016-9123 (lengths of CBC-HMAC): none of it is here.
#[test]
fn t15_cve_2023_50658_no_other_key_management_is_begun() {
    let ring = ring("A256GCM");
    for alg in [
        r#""PBES2-HS256+A128KW","p2c":2147483647,"p2s":"AAAA""#,
        r#""PBES2-HS512+A256KW","p2c":1,"p2s":"AAAA""#,
        r#""ECDH-ES","epk":{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}"#,
        r#""ECDH-ES+A256KW","epk":{}"#,
        r#""RSA1_5""#,
        r#""RSA-OAEP""#,
        r#""A256KW""#,
        r#""A256GCMKW","iv":"AAAA","tag":"AAAA""#,
        r#""none""#,
    ] {
        for enc in ["A256GCM", "A128CBC-HS256", "A256CBC-HS512", "A192GCM", "C20P", ""] {
            let header = format!(r#"{{"alg":{alg},"enc":"{enc}","kid":"k1","typ":"orderslip+jwt"}}"#);
            let mut parts = jose::dir_a256gcm(SECRET, &header, CLAIMS.as_bytes());
            for encrypted_key in ["", "AAAA"] {
                parts[1] = encrypted_key.to_owned();
                let token = parts.join(".");
                assert_rejected(jwe().open_at(&token, NOW), &header);
                assert_rejected(hazmat::jwe::open(&token, ring.get("k1").unwrap()), &header);
            }
        }
    }
}

/// CVE-2022-21449 (r = s = 0 verified everything), CVE-2020-28042 (a cut signature), CVE-2019-14859 (encodings of a signature).
#[test]
fn t17_cve_2022_21449_signatures_of_zeros_and_of_other_forms() {
    for alg in [JwsAlg::Es256, JwsAlg::Ed25519] {
        let kind = Kind::Jws(alg);
        let sealer = kind.sealer::<Cart>(&kind.ring());
        let token = sealer.seal_at(&cart(), NOW).unwrap();
        let (signed, proof) = token.rsplit_once('.').unwrap();
        let proof = B64.decode(proof).unwrap();
        let (r, s) = proof.split_at(32);
        let integer = |n: &[u8]| {
            let pad = if n[0] & 0x80 == 0 { &[][..] } else { &[0] };
            [&[0x02, u8::try_from(n.len() + pad.len()).unwrap()], pad, n].concat()
        };
        let (r_der, s_der) = (integer(r), integer(s));
        let der = [&[0x30, u8::try_from(r_der.len() + s_der.len()).unwrap()], &r_der[..], &s_der].concat();
        let order = b"\xff\xff\xff\xff\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xff\xbc\xe6\xfa\xad\xa7\x17\x9e\x84\xf3\xb9\xca\xc2\xfc\x63\x25\x51";
        let zero = [0; 32];
        for forged in [
            vec![0; 64],
            [&zero[..], s].concat(),
            [r, &zero].concat(),
            [&order[..], order].concat(),
            [r, order].concat(),
            vec![0xff; 64],
            der,
            proof[..63].to_vec(),
            proof[..32].to_vec(),
            proof[..1].to_vec(),
            Vec::new(),
            [&proof[..], &[0]].concat(),
            [&[0][..], &proof].concat(),
        ] {
            assert_rejected(sealer.open_at(&format!("{signed}.{}", B64.encode(&forged)), NOW), "a forged proof");
        }
    }
    for &kind in JOSE.iter().filter(|kind| matches!(kind, Kind::Jws(JwsAlg::Hs256 | JwsAlg::Hs384 | JwsAlg::Hs512))) {
        let sealer = kind.sealer::<Cart>(&kind.ring());
        let token = sealer.seal_at(&cart(), NOW).unwrap();
        let (signed, tag) = token.rsplit_once('.').unwrap();
        let tag = B64.decode(tag).unwrap();
        for len in 0..tag.len() {
            assert_rejected(sealer.open_at(&format!("{signed}.{}", B64.encode(&tag[..len])), NOW), "a cut MAC");
        }
    }
}

/// CVE-2018-1000025: the signature was never looked at.
#[test]
fn t18_t19_cve_2018_1000025_claims_need_their_proof() {
    for &kind in JOSE {
        let sealer = kind.sealer::<Cart>(&kind.ring());
        let token = sealer.seal_at(&cart(), NOW).unwrap();
        let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
        let last = parts.len() - 1;
        let len = B64.decode(&parts[last]).unwrap().len();
        for proof in [vec![], vec![0; len], vec![0xff; len]] {
            parts[last] = B64.encode(proof);
            assert_rejected(sealer.open_at(&parts.join("."), NOW), "no proof");
        }
    }
}

/// CVE-2020-26160, CVE-2025-30144: lists where one text was expected.
#[test]
fn t23_cve_2020_26160_lists_of_audiences_are_no_audience_of_a_slip() {
    for aud in [r#"["shop.example/cart"]"#, r#"["x","shop.example/cart"]"#, "[]", r#"[""]"#, "null", "\"\"", "{}", "0"]
    {
        let claims = CLAIMS.replace(r#""shop.example/cart""#, aud);
        let error = jws().open_at(&jose::hs256(SECRET, JWS_HEADER, claims), NOW).map(drop).unwrap_err();
        assert!(error.is_rejected() || error.kind() == ErrorKind::Undecodable, "{aud}");
    }
}

/// CVE-2023-48309: a token that the application made for something else was taken for a session.
#[test]
fn t24_cve_2023_48309_a_jwt_of_the_same_key_for_something_else_is_no_slip() {
    for (header, claims) in [
        (r#"{"alg":"HS256","typ":"JWT"}"#, CLAIMS),
        (r#"{"alg":"HS256","kid":"k1","typ":"JWT"}"#, CLAIMS),
        (r#"{"alg":"HS256","kid":"k1","typ":"oauth-state+jwt"}"#, CLAIMS),
        (r#"{"alg":"HS256","kid":"k1"}"#, CLAIMS),
    ] {
        assert_rejected(jws().open_at(&jose::hs256(SECRET, header, claims), NOW), header);
    }
    let state = CLAIMS.replace("shop.example/cart", "shop.example/oauth-state");
    assert_rejected(jws().open_at(&jose::hs256(SECRET, JWS_HEADER, state), NOW), "another purpose");
}

/// CVE-2025-65015, CVE-2019-7644: errors that held the token, or the signature that would have been right.
#[test]
fn t34_cve_2019_7644_errors_hold_nothing_of_a_token() {
    let good = jose::hs256(SECRET, JWS_HEADER, CLAIMS);
    let (signed, tag) = good.rsplit_once('.').unwrap();
    for text in [format!("{signed}.AAAA"), good.repeat(20), format!("{good}.x"), jose::hs256(SECRET, JWS_HEADER, "[]")]
    {
        let error = jws().open_at(&text, NOW).map(drop).unwrap_err();
        let shown = format!("{error} {error:?} {error:#?}");
        assert!(!shown.contains(tag) && !shown.contains("eyJ") && shown.len() < 400, "{shown}");
    }
}

/// CVE-2024-51744: a token both forged and expired is forged, and nobody learns that it is also expired.
#[test]
fn t36_cve_2024_51744_forged_and_expired_is_forged() {
    for &kind in JOSE {
        let ring = kind.ring();
        let sealer = kind.sealer_for::<Cart>(&ring, Lifetime::absolute(HOUR)).unwrap();
        let token = sealer.seal_at(&cart(), NOW).unwrap();
        assert!(sealer.open_at(&token, later(100_000)).unwrap_err().is_expired());
        let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
        let payload = parts.len() - 2;
        let first = if parts[payload].starts_with('A') { "B" } else { "A" };
        parts[payload].replace_range(..1, first);
        for now in [NOW, later(100_000)] {
            assert_rejected(sealer.open_at(&parts.join("."), now), "forged");
        }
    }
}

/// CVE-2026-35039: a cache told one token for another. There is none for JOSE: two tokens that differ in a byte are two.
#[test]
fn t39_cve_2026_35039_what_was_opened_before_opens_nothing_else() {
    let ring = ring_of(Alg::A256Gcm);
    let sealer = Kind::Jwe(JweEnc::A256Gcm).sealer::<Cart>(&ring);
    let token = sealer.seal_at(&cart(), NOW).unwrap();
    for _ in 0..3 {
        assert!(sealer.open_at(&token, NOW).is_ok());
        let mut forged = token.clone().into_bytes();
        let at = forged.len() - 30;
        forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
        assert_rejected(sealer.open_at(&String::from_utf8(forged).unwrap(), NOW), "a byte");
        assert!(sealer.open_at(&token, later(30_000)).unwrap_err().is_expired(), "the end is looked at each time");
    }
}
