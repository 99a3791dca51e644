//! Slips that speak JOSE: what they say to the byte, what another program may write for us, and that nothing else opens.
//!
//! Whoever knows the key makes the hostile ones here: the cryptography is good, and what it carries is not.
#![cfg(feature = "jose")]
#![expect(clippy::unwrap_used, reason = "a failing test should stop where it fails")]

mod kit;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as B64};
use kit::{Cart, HOUR, JOSE, Kind, NOW, Wishlist, cart, jose, later, ring_of, shared_ring};
use orderslip::{
    Alg, Error, ErrorKind, JweEnc, JwsAlg, Key, Keyring, Lifetime, Old, Opener, Reason, Rejection, Sealer, Slip,
    SlipState, Standing, hazmat,
};
use serde::{Deserialize, Serialize};

const SECRET: &[u8; 32] = b"\x9f\x01\x23\x45\x67\x89\xab\xcd\xef\xfe\xdc\xba\x98\x76\x54\x32\x10 fifteen bytes!";
const HEADER: &str = r#"{"alg":"HS256","kid":"k1","typ":"orderslip+jwt"}"#;
const JTI: &str = "AAAAAAAAAAAAAAAAAAAAAA";

fn known_ring() -> Keyring {
    Keyring::new(vec![Key::from_jwk(&jose::oct("HS256", "k1", SECRET)).unwrap()]).unwrap()
}

fn known() -> Sealer<Cart> {
    Kind::Jws(JwsAlg::Hs256).sealer(&known_ring())
}

fn open(header: &str, claims: &str) -> Result<Slip<Cart>, Error> {
    known().open_at(&jose::hs256(SECRET, header, claims), NOW)
}

/// A good claims set, in which `edit` may change what it likes.
fn claims(edit: impl Fn(String) -> String) -> String {
    edit(format!(
        r#"{{"exp":1800003600,"iat":1800000000,"jti":"{JTI}","aud":"shop.example/cart","slip":{{"v":1,"began":1800000000,"ends":1800028800,"st":{{"lines":[["SOUP",1]],"note":null}}}}}}"#
    ))
}

#[test]
fn the_text_is_as_documented() {
    let token = known().seal_at(&cart(), NOW).unwrap();
    let parts: Vec<&str> = token.split('.').collect();
    let text = |part: &str| String::from_utf8(B64.decode(part).unwrap()).unwrap();
    assert_eq!(text(parts[0]), HEADER);
    let id = known().open_at(&token, NOW).unwrap().id();
    assert_eq!(
        text(parts[1]),
        format!(
            "{{\"exp\":1800003600,\"iat\":1800000000,\"jti\":\"{id}\",\"aud\":\"shop.example/cart\",\"slip\":{{\"v\":1,\
             \"began\":1800000000,\"ends\":1800028800,\"st\":{}}}}}",
            serde_json::to_string(&cart()).unwrap()
        )
    );
    assert_eq!(hazmat::jws::verify(&token, known_ring().get("k1").unwrap()).unwrap(), text(parts[1]).into_bytes());
    let ring = ring_of(Alg::A256Gcm);
    let token = Kind::Jwe(JweEnc::A256Gcm).sealer::<Cart>(&ring).seal_at(&cart(), NOW).unwrap();
    let kid = ring.ids().next().unwrap();
    let header = format!(r#"{{"alg":"dir","enc":"A256GCM","kid":"{kid}","typ":"orderslip+jwt"}}"#);
    assert!(token.starts_with(&format!("{}..", B64.encode(header))));
    let plain = hazmat::jwe::open(&token, ring.keys().next().unwrap()).unwrap();
    assert!(plain.starts_with(b"{\"exp\":1800003600,\"iat\":1800000000,\"jti\":"));
}

/// Claims in our own order, with others behind them that end as ours do: there, too, the state is what it is, and what restricts the token
/// is heeded.
#[test]
fn t20_what_stands_behind_our_claims_is_read() {
    let with = |more: &str| claims(|text| format!("{},{more}}}", text.strip_suffix('}').unwrap()));
    for more in [r#""x":{"y":{}}"#, r#""x":{}"#, r#""x":1"#, r#""x":[{"y":{"st":{"lines":[]}}}]"#] {
        assert_eq!(open(HEADER, &with(more)).unwrap().state().lines, [("SOUP".to_owned(), 1)], "{more}");
    }
    for more in [r#""iss":{"y":{}}"#, r#""nbf":{}"#, r#""cnf":{"jwk":{}}"#, r#""exp":{}"#, r#""slip":{"v":1}"#] {
        assert!(open(HEADER, &with(more)).unwrap_err().is_unreadable(), "{more}");
    }
}

/// Other programs write members in other orders, with white space, and know claims of their own.
#[test]
fn what_another_program_makes_for_us_opens() {
    let headers = [
        HEADER,
        r#"{"typ":"orderslip+jwt","alg":"HS256","kid":"k1"}"#,
        "{ \"kid\" : \"k1\",\n\"typ\":\"orderslip+jwt\", \"alg\":\"HS256\" }",
    ];
    let sorted = format!(
        r#"{{"aud":"shop.example/cart","exp":1800003600,"iat":1800000000,"jti":"{JTI}","slip":{{"began":1800000000,"ends":1800028800,"st":{{"lines":[["SOUP",1]],"note":null}},"v":1}}}}"#
    );
    let more = claims(|good| good.replacen('{', r#"{"scope":{"a":[1,{"b":null}]},"n":1.5,"#, 1));
    let spaced = claims(|good| good.replace(':', " : ").replace(',', "\r\n,\t"));
    let escaped = claims(|good| good.replace("\"exp\"", "\"\\u0065xp\"").replace("shop.", "sh\\u006fp."));
    for header in headers {
        for claims in [claims(|good| good), sorted.clone(), more.clone(), spaced.clone(), escaped.clone()] {
            let slip = open(header, &claims).unwrap_or_else(|error| panic!("{header} {claims}: {error:?}"));
            assert_eq!(slip.state(), &Cart { lines: vec![("SOUP".into(), 1)], note: None });
            assert_eq!((slip.id().to_string().as_str(), slip.expires_at()), (JTI, later(3_600)));
        }
    }
}

proptest::proptest! {
    /// In our order the state is decoded in passing, in another from its raw text: to the same end.
    #[test]
    fn both_ways_of_reading_a_state_agree(lines in proptest::collection::vec((".{0,8}", 0_u32..9), 0..6), note in proptest::option::of(".{0,20}")) {
        let cart = Cart { lines, note };
        let ours = known().seal_at(&cart, NOW).unwrap();
        let slip = known().open_at(&ours, NOW).unwrap();
        let payload = hazmat::jws::verify(&ours, known_ring().get("k1").unwrap()).unwrap();
        // serde_json's maps are sorted by name: `st` comes before `v`.
        let sorted: serde_json::Value = serde_json::from_slice(&payload).unwrap();
        let again = open(HEADER, &sorted.to_string()).unwrap();
        proptest::prop_assert_eq!(slip.state(), &cart);
        proptest::prop_assert_eq!((again.state(), again.id(), again.ends_at()), (&cart, slip.id(), slip.ends_at()));
    }
}

/// The header is compared: nothing in it chooses, nothing else may be in it.
#[test]
fn t01_t06_t08_t23_only_our_header_is_taken() {
    let good = claims(|good| good);
    for header in [
        r#"{"alg":"none","kid":"k1","typ":"orderslip+jwt"}"#,
        r#"{"alg":"HS512","kid":"k1","typ":"orderslip+jwt"}"#,
        r#"{"alg":"EdDSA","kid":"k1","typ":"orderslip+jwt"}"#,
        r#"{"alg":"hs256","kid":"k1","typ":"orderslip+jwt"}"#,
        r#"{"alg":256,"kid":"k1","typ":"orderslip+jwt"}"#,
        r#"{"alg":["HS256"],"kid":"k1","typ":"orderslip+jwt"}"#,
        r#"{"kid":"k1","typ":"orderslip+jwt"}"#,
        r#"{"alg":"HS256","typ":"orderslip+jwt"}"#,
        r#"{"alg":"HS256","kid":"k1"}"#,
        r#"{"alg":"HS256","kid":"k1","typ":"JWT"}"#,
        r#"{"alg":"HS256","kid":"k1","typ":"application/orderslip+jwt"}"#,
        r#"{"alg":"HS256","kid":"k1","typ":"ORDERSLIP+JWT"}"#,
        r#"{"alg":"HS256","kid":1,"typ":"orderslip+jwt"}"#,
        r#"{"alg":"HS256","kid":["k1"],"typ":"orderslip+jwt"}"#,
        r#"{"alg":"HS256","kid":"k1","typ":"orderslip+jwt","typ":"orderslip+jwt"}"#,
        r#"{"alg":"HS256","alg":"HS256","kid":"k1","typ":"orderslip+jwt"}"#,
        r#"{"alg":"HS25\u0036","kid":"k1","typ":"orderslip+jwt"}"#,
        r#"{"\u0061lg":"HS256","kid":"k1","typ":"orderslip+jwt"}"#,
        r#"{"alg":"HS256","kid":"k1","typ":"orderslip+jwt","crit":["exp"],"exp":1}"#,
        r#"{"alg":"HS256","kid":"k1","typ":"orderslip+jwt","crit":[]}"#,
        r#"{"alg":"HS256","kid":"k1","typ":"orderslip+jwt","b64":true}"#,
        r#"{"alg":"HS256","kid":"k1","typ":"orderslip+jwt","zip":"DEF"}"#,
        r#"{"alg":"HS256","kid":"k1","typ":"orderslip+jwt","enc":"A256GCM"}"#,
        r#"{"alg":"HS256","kid":"k1","typ":"orderslip+jwt","cty":"JWT"}"#,
        r#"{"alg":"HS256","kid":"k1","typ":"orderslip+jwt","jwk":{"kty":"oct","k":"AA"}}"#,
        r#"{"alg":"HS256","kid":"k1","typ":"orderslip+jwt","x":{"y":{"z":1}}}"#,
        r#"{"alg":"HS256","kid":"k1","typ":"orderslip+jwt"} "x""#,
        "[]",
        "",
        "\u{feff}{}",
    ] {
        let error = open(header, &good).map(drop).expect_err(header);
        assert_eq!(error.kind(), ErrorKind::Rejected, "{header}");
    }
    for unknown in ["k2", "K1", "k1 ", "", "../k1", "k1' OR '1'='1", "k1\\\\", "k1\\\""] {
        let header = HEADER.replace("k1", unknown);
        assert_eq!(open(&header, &good).map(drop).unwrap_err().kind(), ErrorKind::UnknownKey, "{unknown}");
    }
    let long = HEADER.replace("k1", &"k".repeat(5_000));
    assert!(open(&long, &good).unwrap_err().is_rejected());
    assert!(open(&HEADER.replace("k1", "k\\u0031"), &good).unwrap_err().is_rejected(), "one spelling");
}

/// Authentic claims that are not ours to the letter are unreadable: nobody's session, and nobody's forgery.
#[test]
fn t08_t13_t20_t22_t23_claims_are_read_strictly() {
    let with = |from: &str, to: &str| {
        let changed = claims(|good| good.replacen(from, to, 1));
        assert_ne!(changed, claims(|good| good), "{from}");
        changed
    };
    let mut bad = vec![
        String::new(),
        "{}".to_owned(),
        "[]".to_owned(),
        "null".to_owned(),
        claims(|good| good + " {}"),
        claims(|good| good + "x"),
        claims(|good| format!("\u{feff}{good}")),
        claims(|good| good.trim_end_matches('}').to_owned()),
        claims(|good| good.replace(r#""note":null"#, r#""note":null,"#)),
        claims(|good| good.replace('"', "'")),
        with(r#""iat":1800000000,"#, ""),
        with(r#""exp":1800003600,"#, ""),
        with(&format!(r#""jti":"{JTI}","#), ""),
        with(r#""aud":"shop.example/cart","#, ""),
        with(r#""began":1800000000,"#, ""),
        with(r#""ends":1800028800,"#, ""),
        with(r#""v":1,"#, ""),
        // Twice, be it with another spelling, another value, or in a claim that nobody understands.
        with(r#"{"exp""#, r#"{"exp":1900000000,"exp""#),
        with(r#"{"exp""#, r#"{"\u0065xp":1800003600,"exp""#),
        with(r#""aud""#, r#""aud":"shop.example/cart","aud""#),
        with(r#""slip""#, r#""slip":{},"slip""#),
        with(r#""v":1"#, r#""v":1,"v":1"#),
        with(r#""ends""#, r#""ends":1,"ends""#),
        with(r#""note":null"#, r#""note":null,"note":null"#),
        with(r#"{"exp""#, r#"{"x":1,"x":2,"exp""#),
        with(r#"{"exp""#, r#"{"x":{"y":{"z":1,"z":1}},"exp""#),
        // Somebody would have to evaluate them.
        with(r#"{"exp""#, r#"{"iss":"https://a.example","exp""#),
        with(r#"{"exp""#, r#"{"sub":"1","exp""#),
        with(r#"{"exp""#, r#"{"nbf":1800000000,"exp""#),
        with(r#"{"exp""#, r#"{"cnf":{},"exp""#),
        with(r#""v":1"#, r#""v":1,"more":1"#),
        // Other types and contents.
        with(r#""aud":"shop.example/cart""#, r#""aud":["shop.example/cart"]"#),
        with(r#""aud":"shop.example/cart""#, r#""aud":null"#),
        with(JTI, "AAAAAAAAAAAAAAAAAAAAAB"),
        with(JTI, "AAAAAAAAAAAAAAAAAAAAA"),
        with(JTI, ""),
        with(r#""v":1"#, r#""v":"1""#),
        with(r#""v":1"#, r#""v":1.0"#),
        with(r#""v":1"#, r#""v":-1"#),
        with(r#"{"exp""#, r#"{"x":"\ud800","exp""#),
        with(r#"[["SOUP",1]]"#, &format!("{}{}", "[".repeat(40), "]".repeat(40))),
        with(r#"{"exp""#, &format!(r#"{{"x":{}{},"exp""#, "[".repeat(5_000 / 4), "]".repeat(5_000 / 4))),
        // Times that contradict each other.
        with(r#""began":1800000000"#, r#""began":1800000001"#),
        with(r#""ends":1800028800"#, r#""ends":1800003599"#),
    ];
    for number in
        ["null", "\"1800003600\"", "true", "1800003600.0", "1.8000036e9", "-1", "-0", "1e400", "NaN", "[1800003600]"]
    {
        bad.push(with(r#""exp":1800003600"#, &format!(r#""exp":{number}"#)));
    }
    for number in ["253402300800", "9007199254740993000", "18446744073709551615", "18446744073709551616", "01"] {
        bad.push(with(r#""exp":1800003600"#, &format!(r#""exp":{number}"#)));
    }
    for claims in bad {
        let error = open(HEADER, &claims).map(drop).expect_err(&claims);
        assert_eq!(error.kind(), ErrorKind::Undecodable, "{claims}");
    }
    let mut payload = claims(|good| good.replacen('{', r#"{"x":"?","#, 1)).into_bytes();
    let at = payload.iter().position(|byte| *byte == b'?').unwrap();
    payload[at] = 0xff;
    let not_utf8 = jose::hs256(SECRET, HEADER, payload);
    assert_eq!(known().open_at(&not_utf8, NOW).map(drop).unwrap_err().kind(), ErrorKind::Undecodable);
}

#[test]
fn t23_t24_another_audience_is_rejected_and_not_held() {
    for aud in ["shop.example/cart2", "shop.example/car", "SHOP.example/cart", "", "shop.example/cart\\u0000"] {
        let claims = claims(|good| good.replace("shop.example/cart", aud));
        let error = open(HEADER, &claims).map(drop).unwrap_err();
        assert_eq!(error.rejection(), Some(Rejection::NotAuthentic), "{aud}");
    }
    let with_ctx = claims(|good| good.replacen("\"slip\"", "\"ctx\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"slip\"", 1));
    assert!(open(HEADER, &with_ctx).unwrap_err().is_rejected(), "bound to something that we are not");
}

/// Kinds × purposes × bindings: only the diagonal opens.
#[test]
fn t24_t25_purposes_and_bindings_of_jose_tokens_are_told_apart() {
    for &kind in JOSE {
        let ring = kind.ring();
        let sealer = kind.sealer::<Cart>(&ring);
        let contexts: [&[&str]; 5] = [&[], &[""], &["a", "bc"], &["ab", "c"], &["bc", "a"]];
        for from in contexts {
            let token = sealer.bound(from).seal_at(&cart(), NOW).unwrap();
            for to in contexts {
                let opened = sealer.bound(to).open_at(&token, NOW);
                assert_eq!(opened.is_ok(), from == to, "{kind:?} {from:?} {to:?}");
                assert!(opened.map_or_else(|error| error.is_rejected(), |_| true));
            }
            let other = kind.sealer::<Wishlist>(&ring).bound(from).open_at(&token, NOW).unwrap_err();
            assert!(other.is_rejected());
        }
    }
    let ring = known_ring();
    let deployment = |bind: &str| {
        let builder = Sealer::<Cart>::jws(&ring, JwsAlg::Hs256).lifetime(Lifetime::absolute(HOUR));
        builder.bind(bind).build().unwrap()
    };
    let token = deployment("eu").seal_at(&cart(), NOW).unwrap();
    let payload = B64.decode(token.split('.').nth(1).unwrap()).unwrap();
    assert!(String::from_utf8(payload).unwrap().contains(",\"ctx\":\""));
    assert!(deployment("eu").open_at(&token, NOW).is_ok());
    for other in [deployment("us").open_at(&token, NOW), known().open_at(&token, NOW)] {
        assert!(other.unwrap_err().is_rejected());
    }
}

#[test]
fn t18_every_character_of_every_jose_token() {
    for &kind in JOSE {
        let sealer = kind.sealer::<Cart>(&kind.ring());
        let token = sealer.seal_at(&cart(), NOW).unwrap();
        let refused = |text: &str, what: &str| {
            let error = sealer.open_at(text, NOW).map(drop).expect_err(what);
            assert!(error.is_rejected() || error.kind() == ErrorKind::UnknownKey, "{kind:?} {what}: {error:?}");
        };
        for at in 0..token.len() {
            let (head, tail) = token.split_at(at);
            let (one, rest) = tail.split_at(1);
            for bit in 0..7 {
                let changed = char::from(one.as_bytes()[0] ^ (1 << bit));
                refused(&format!("{head}{changed}{rest}"), "a bit");
            }
            for changed in [format!("{head}{rest}"), format!("{head}{one}{one}{rest}"), head.into(), tail.into()] {
                if changed != token {
                    refused(&changed, "a character less or more");
                }
            }
        }
        // The parts of two good tokens never mix.
        let other = sealer.seal_at(&Cart::default(), NOW).unwrap();
        let [one, two] = [&token, &other].map(|token| token.split('.').collect::<Vec<_>>());
        for at in 0..one.len() {
            let mut mixed = one.clone();
            mixed[at] = two[at];
            let mixed = mixed.join(".");
            if mixed != token && mixed != other {
                refused(&mixed, "parts of two");
            }
        }
    }
}

/// A JWS is no JWE, and neither is a COSE message; nor does an algorithm stand in for another.
#[test]
fn t01_t14_no_kind_is_taken_for_another() {
    let ring = Keyring::new(
        [Alg::HkdfA256Gcm, Alg::Hs256, Alg::Hs384, Alg::Hs512, Alg::Ed25519, Alg::Es256, Alg::A128Gcm, Alg::A256Gcm]
            .into_iter()
            .map(|alg| Key::generate(alg).unwrap())
            .collect(),
    )
    .unwrap();
    let kinds: Vec<Kind> = Kind::all().filter(|kind| *kind != Kind::EncryptedChaCha).collect();
    for from in &kinds {
        let token = from.sealer::<Cart>(&ring).seal_at(&cart(), NOW).unwrap();
        for to in &kinds {
            let opened = to.sealer::<Cart>(&ring).open_at(&token, NOW);
            let either = [from, to].iter().all(|kind| matches!(kind, Kind::Ed25519 | Kind::Es256));
            assert_eq!(opened.is_ok(), from == to || either, "{from:?} {to:?}");
        }
    }
}

#[test]
fn every_sealer_finds_a_key_in_a_generated_ring() {
    let ring = Keyring::generate().unwrap();
    for kind in Kind::all().filter(|kind| *kind != Kind::EncryptedChaCha) {
        let token = kind.sealer::<Cart>(&ring).seal_at(&cart(), NOW).unwrap();
        assert_eq!(kind.sealer::<Cart>(&ring).open_at(&token, NOW).unwrap().state(), &cart());
    }
    let foreign = known().seal_at(&cart(), NOW).unwrap();
    assert!(Kind::Jws(JwsAlg::Hs256).sealer::<Cart>(&ring).open_at(&foreign, NOW).unwrap_err().is_rejected());
}

#[test]
fn verifiers_have_public_keys_only_and_cannot_seal() {
    let ring = shared_ring();
    let public = Keyring::from_public_jwks(&ring.public_jwks()).unwrap();
    for alg in [JwsAlg::Ed25519, JwsAlg::Es256] {
        let sealer = Kind::Jws(alg).sealer::<Cart>(&ring);
        let token = sealer.seal_at(&cart(), NOW).unwrap();
        let opener = Opener::<Cart>::jws(&public, alg).build().unwrap();
        let slip = opener.open_at(&token, NOW).unwrap();
        assert_eq!((slip.state(), slip.standing()), (&cart(), Standing::Current));
        assert!(opener.open_at(&token, later(3_630)).unwrap_err().is_expired());
        let builder = Sealer::<Cart>::jws(&public, alg).lifetime(Lifetime::absolute(HOUR));
        assert!(builder.build().unwrap_err().is_misuse());
    }
    assert!(Opener::<Cart>::jwe(&public, JweEnc::A256Gcm).build().unwrap_err().is_misuse());
    let jwe = ring_of(Alg::A128Gcm);
    let token = Kind::Jwe(JweEnc::A128Gcm).sealer::<Cart>(&jwe).seal_at(&cart(), NOW).unwrap();
    assert!(Opener::<Cart>::jwe(&jwe, JweEnc::A128Gcm).build().unwrap().open_at(&token, NOW).is_ok());
    assert!(hazmat::jwe::open(&token, jwe.keys().next().unwrap()).is_ok(), "and as what it is to others");
}

/// A key that a set calls by a name of its own is named so in tokens, whatever the name needs in JSON.
#[test]
fn t04_the_names_of_keys_survive() {
    for name in [
        "k1",
        "2026-11 \u{fc}",
        "a\\\"b",
        "back\\\\slash",
        "C:\\\\users\\\\u0041",
        "/etc/passwd",
        "'; DROP TABLE keys; --",
    ] {
        let ring = Keyring::new(vec![Key::from_jwk(&jose::oct("HS256", name, SECRET)).unwrap()]).unwrap();
        let sealer = Kind::Jws(JwsAlg::Hs256).sealer::<Cart>(&ring);
        let token = sealer.seal_at(&cart(), NOW).unwrap();
        assert_eq!(sealer.open_at(&token, NOW).unwrap().state(), &cart(), "{name}");
        assert_eq!(hazmat::inspect(&token).unwrap().key(&ring).unwrap().id(), ring.ids().next().unwrap());
    }
    assert!(
        Key::from_jwk(&jose::oct("HS256", "a\\nb", SECRET)).unwrap_err().to_string().contains("control characters")
    );
}

#[test]
fn t82_jose_keys_rotate_as_all_others_do() {
    let generate = || Key::generate(Alg::Hs256).unwrap();
    let old = Keyring::new(vec![generate()]).unwrap();
    let new = Keyring::new(vec![generate().activating_at(later(10)).expiring_at(later(5_000))]).unwrap();
    let mut sets = [&old, &new].map(|ring| serde_json::from_str::<serde_json::Value>(ring.to_jwks().expose()).unwrap());
    let staged = sets[1]["keys"][0].take();
    sets[0]["keys"].as_array_mut().unwrap().push(staged);
    let both = Keyring::from_jwks(&sets[0].to_string()).unwrap();
    let token = Kind::Jws(JwsAlg::Hs256).sealer::<Cart>(&old).seal_at(&cart(), NOW).unwrap();
    let sealer = Kind::Jws(JwsAlg::Hs256).sealer::<Cart>(&both);
    assert_eq!(sealer.open_at(&token, NOW).unwrap().standing(), Standing::Current);
    let slip = sealer.open_at(&token, later(10)).unwrap();
    assert_eq!(slip.standing(), Standing::Reseal(Reason::OldKey));
    let fresh = sealer.reseal_at(&slip, later(10)).unwrap();
    assert_eq!(sealer.open_at(&fresh, later(10)).unwrap().standing(), Standing::Current);
    assert_eq!(
        Kind::Jws(JwsAlg::Hs256).sealer::<Cart>(&old).open_at(&fresh, later(10)).unwrap_err().kind(),
        ErrorKind::UnknownKey,
        "not a forgery: this server has not the key yet"
    );
    assert_eq!(sealer.open_at(&fresh, later(5_000)).unwrap_err().kind(), ErrorKind::KeyRetired);
}

/// A retired key's tokens are over, and a name that is given again means the key that has it now.
#[test]
fn t82_the_name_of_a_retired_key() {
    let named = |name: &str| Key::generate(Alg::Hs256).unwrap().named(name).unwrap();
    let ring = Keyring::new(vec![named("k1").expiring_at(later(10)), named("k2")]).unwrap().prune(later(20)).unwrap();
    let sealer = Kind::Jws(JwsAlg::Hs256).sealer::<Cart>(&ring);
    let of_k1 = jose::hs256(SECRET, HEADER, claims(|good| good));
    assert_eq!(sealer.open_at(&of_k1, later(20)).unwrap_err().kind(), ErrorKind::KeyRetired);
    let mut set: serde_json::Value = serde_json::from_str(ring.to_jwks().expose()).unwrap();
    set["keys"].as_array_mut().unwrap().push(serde_json::from_str(&jose::oct("HS256", "k1", SECRET)).unwrap());
    let again = Keyring::from_jwks(&set.to_string()).unwrap();
    assert!(Kind::Jws(JwsAlg::Hs256).sealer::<Cart>(&again).open_at(&of_k1, later(20)).is_ok());
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Old1 {
    skus: Vec<String>,
}

impl SlipState for Old1 {
    const PURPOSE: &'static str = "jose/versions";
    const VERSION: u16 = 1;
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct New2 {
    lines: Vec<(String, u32)>,
}

impl SlipState for New2 {
    const PURPOSE: &'static str = "jose/versions";
    const VERSION: u16 = 2;

    fn upgrade(old: Old<'_>) -> Result<Self, Error> {
        #[derive(Deserialize)]
        struct Borrowed<'a> {
            #[serde(borrow)]
            skus: Vec<&'a str>,
        }
        let old: Borrowed<'_> = old.decode()?;
        Ok(Self { lines: old.skus.into_iter().map(|sku| (sku.to_owned(), 1)).collect() })
    }
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Other1 {
    skus: u64,
}

impl SlipState for Other1 {
    const PURPOSE: &'static str = "jose/versions";
    const VERSION: u16 = 1;
}

#[test]
fn states_in_json_are_upgraded_held_and_refused_as_in_cbor() {
    for &kind in JOSE {
        let ring = kind.ring();
        let token = kind.sealer::<Old1>(&ring).seal_at(&Old1 { skus: vec!["SOUP".into()] }, NOW).unwrap();
        let slip = kind.sealer::<New2>(&ring).open_at(&token, NOW).unwrap();
        assert_eq!(slip.state(), &New2 { lines: vec![("SOUP".into(), 1)] });
        assert_eq!(slip.standing(), Standing::Reseal(Reason::OldVersion));
        let newer = kind.sealer::<New2>(&ring).seal_at(slip.state(), NOW).unwrap();
        let error = kind.sealer::<Old1>(&ring).open_at(&newer, NOW).unwrap_err();
        assert_eq!((error.kind(), error.held_until()), (ErrorKind::NewerVersion, Some(later(3_600))));
        let error = kind.sealer::<Other1>(&ring).open_at(&token, NOW).unwrap_err();
        assert_eq!((error.kind(), error.held_until()), (ErrorKind::Undecodable, Some(later(3_600))));
        assert!(!format!("{error:?} {error}").contains("SOUP"));
        // An end that has passed comes before a state that does not decode.
        assert!(kind.sealer::<Other1>(&ring).open_at(&token, later(4_000)).unwrap_err().is_expired());
    }
}

#[derive(Serialize, Deserialize)]
struct Nest(Option<Box<Nest>>, Vec<Nest>);

impl SlipState for Nest {
    const PURPOSE: &'static str = "jose/nest";
    const VERSION: u16 = 1;
}

#[test]
fn what_json_cannot_carry_is_refused_when_sealing() {
    #[derive(Serialize, Deserialize)]
    struct Keys(std::collections::BTreeMap<(u8, u8), u8>);
    impl SlipState for Keys {
        const PURPOSE: &'static str = "jose/keys";
        const VERSION: u16 = 1;
    }
    let ring = known_ring();
    let sealer = Kind::Jws(JwsAlg::Hs256).sealer::<Keys>(&ring);
    assert!(sealer.seal_at(&Keys([((1, 2), 3)].into()), NOW).unwrap_err().is_misuse());
    let sealer = Kind::Jws(JwsAlg::Hs256).sealer::<Nest>(&ring);
    let nest = |levels| (0..levels).fold(Nest(None, vec![]), |inner, _| Nest(None, vec![inner]));
    let token = sealer.seal_at(&nest(15), NOW).unwrap();
    assert!(sealer.open_at(&token, NOW).is_ok());
    assert!(sealer.seal_at(&nest(16), NOW).unwrap_err().is_misuse(), "33 levels");
    // Nor is more read than would be written, whoever wrote it.
    for (more, taken) in [(15, true), (16, false), (100, false)] {
        let state = (0..more).fold("[null,[]]".to_owned(), |inner, _| format!("[null,[{inner}]]"));
        let claims = claims(|good| good.replace("shop.example/cart", "jose/nest"));
        let (head, _) = claims.split_once("\"st\":").unwrap();
        let token = jose::hs256(SECRET, HEADER, format!("{head}\"st\":{state}}}}}"));
        assert_eq!(sealer.open_at(&token, NOW).is_ok(), taken, "{more}");
    }
}

#[test]
fn too_large_names_the_largest_fields_with_their_bytes_of_json() {
    #[derive(Serialize, Deserialize)]
    struct Order {
        customer: String,
        comments: Vec<String>,
    }
    impl SlipState for Order {
        const PURPOSE: &'static str = "jose/order";
        const VERSION: u16 = 1;
    }
    for &kind in JOSE {
        let sealer = kind.sealer::<Order>(&kind.ring());
        let order = |len| Order { customer: "Ada".into(), comments: vec!["x".repeat(len)] };
        let error = sealer.seal_at(&order(6_000), NOW).unwrap_err();
        assert_eq!(error.largest(), [("comments", 6_004), ("customer", 5)], "{kind:?}");
        let sizes: Vec<_> = (5_400..6_100).map(|len| sealer.seal_at(&order(len), NOW)).collect();
        let fitting = sizes.iter().take_while(|sealed| sealed.is_ok()).count();
        let longest = sizes[fitting - 1].as_ref().unwrap();
        assert!((orderslip::MAX_TOKEN_TEXT - 3..=orderslip::MAX_TOKEN_TEXT).contains(&longest.len()), "{kind:?}");
        assert!(sealer.open_at(longest, NOW).is_ok());
        let over = sizes.iter().skip(fitting).map(|sealed| sealed.as_ref().unwrap_err());
        assert!(over.into_iter().all(|error| error.is_too_large() && error.size() > error.limit()));
        // Three bytes more of a state are four characters more of a token.
        let short = sealer.seal_at(&order(0), NOW).unwrap().len();
        if matches!(kind, Kind::Jwe(_)) {
            assert_eq!(error.size(), Some(short + 6_000 / 3 * 4), "to the character");
        }
    }
}

/// From one format of ours to another: the old one's opener reads what the new one's does not know.
#[test]
fn a_jws_of_ours_is_adopted_by_a_sealer_of_another_format() {
    let ring = shared_ring();
    let old = Opener::<Cart>::jws(&ring, JwsAlg::Hs256).build().unwrap();
    let sealer = Sealer::<Cart>::encrypted(&ring)
        .lifetime(Lifetime::absolute(HOUR))
        .adopt(later(1_000), move |text| old.open_at(text, NOW).ok().map(Slip::into_state))
        .build()
        .unwrap();
    let token = Kind::Jws(JwsAlg::Hs256).sealer::<Cart>(&ring).seal_at(&cart(), NOW).unwrap();
    let slip = sealer.open_at(&token, NOW).unwrap();
    assert_eq!((slip.state(), slip.standing()), (&cart(), Standing::Reseal(Reason::OldFormat)));
    assert!(sealer.open_at(&token, later(1_000)).unwrap_err().is_rejected());
}

/// CVE-2026-39324: what claims to be a token of ours and fails gets no second reader.
#[test]
fn t19_cve_2026_39324_a_forged_jose_token_gets_no_second_reader() {
    for &kind in JOSE {
        let ring = kind.ring();
        let lifetime = Lifetime::absolute(HOUR);
        let greedy = match kind {
            Kind::Jws(alg) => Sealer::<Cart>::jws(&ring, alg),
            Kind::Jwe(enc) => Sealer::<Cart>::jwe(&ring, enc),
            _ => continue,
        };
        let greedy = greedy.lifetime(lifetime).adopt(later(1_000), |_| Some(Cart::default())).build().unwrap();
        assert!(greedy.open_at("eyJhbGciOiJIUzI1NiJ9.e30.AAAA", NOW).is_ok(), "somebody else's");
        for from in Kind::all() {
            let forged = from.sealer::<Cart>(&from.ring()).seal_at(&cart(), NOW).unwrap();
            for text in [forged.clone(), format!(" {forged}"), format!("{forged}."), format!("\"{forged}\"")] {
                assert!(greedy.open_at(&text, NOW).is_err(), "{from:?} for {kind:?}");
            }
        }
    }
}

/// Whatever is wrong with its header: what names our type is no text of somebody else's.
#[test]
fn t19_a_header_of_ours_that_does_not_parse_gets_no_second_reader() {
    let ring = shared_ring();
    let greedy = Sealer::<Cart>::jws(&ring, JwsAlg::Hs256).lifetime(Lifetime::absolute(HOUR));
    let greedy = greedy.adopt(later(1_000), |_| Some(Cart::default())).build().unwrap();
    let typ = r#""typ":"orderslip+jwt""#;
    let long = format!(r#"{{"alg":"HS256",{typ},"x":"{}"}}"#, "x".repeat(4_200));
    let ours = [
        format!(r#"{{"alg":"HS256","crit":["exp"],{typ}}}"#),
        format!(r#"{{"alg":"HS256","kid":7,{typ}}}"#),
        format!(r#"{{"alg":"HS256","alg":"HS256",{typ}}}"#),
        format!(r#"{{"alg":"HS256",{typ}"#),
        r#"{"alg":"HS256","typ":"orderslip\u002bjwt"}"#.to_owned(),
        r#"{"alg":"HS256","typ":"\u006Frderslip\u002Bjwt"}"#.to_owned(),
        long,
    ];
    for header in ours {
        let part = B64.encode(&header);
        for text in [format!("{part}.e30.AAAA"), format!("{part}=.e30.AAAA"), format!(" {part}.e30"), part] {
            assert!(greedy.open_at(&text, NOW).is_err(), "{header}");
        }
    }
    for header in [r#"{"alg":"HS256","crit":["exp"]}"#, r#"{"alg":"HS256","typ":"orderslip"}"#, r#"{"alg":"\u0048S"}"#]
    {
        assert!(greedy.open_at(&format!("{}.e30.AAAA", B64.encode(header)), NOW).is_ok(), "somebody else's: {header}");
    }
}

#[test]
fn looking_into_a_jose_token_shows_what_stands_in_it() {
    let ring = Keyring::generate().unwrap();
    for format in [hazmat::Format::Jws(JwsAlg::Es256), hazmat::Format::Jwe(JweEnc::A128Gcm)] {
        let spec = hazmat::Mint {
            format,
            bound_to: hazmat::BoundTo::purpose("shop.example/cart"),
            version: 1,
            lifetime: Lifetime::absolute(HOUR),
            state: &cart(),
        };
        let token = hazmat::mint(&ring, &spec, NOW).unwrap();
        let shown = hazmat::inspect(&token).unwrap();
        let is_signed = format == hazmat::Format::Jws(JwsAlg::Es256);
        assert_eq!(shown.format(), if is_signed { "JWS" } else { "JWE" });
        assert_eq!(shown.alg(), if is_signed { Alg::Es256 } else { Alg::A128Gcm });
        assert_eq!(shown.key(&ring).unwrap().id().as_str(), shown.key_id());
        assert_eq!(shown.claims().is_some(), is_signed);
        let claims = hazmat::reveal(&token, &ring, &spec.bound_to, NOW).unwrap();
        assert!(claims.is_json());
        assert_eq!(claims.state(), serde_json::to_vec(&cart()).unwrap());
        assert_eq!((claims.version(), claims.ends_at()), (1, later(3_600)));
        let elsewhere = hazmat::BoundTo::purpose("shop.example/wishlist");
        assert!(hazmat::reveal(&token, &ring, &elsewhere, NOW).unwrap_err().is_rejected());
    }
    let odd = r#"{"alg":"dir","enc":"HS256","kid":"k1","typ":"orderslip+jwt"}"#;
    let odd = format!("{}..{}.AAAA.{}", B64.encode(odd), B64.encode([7; 12]), B64.encode([7; 16]));
    for junk in [odd.as_str(), "eyJ", "eyJhbGciOiJub25lIn0.e30.", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.AA"] {
        assert!(hazmat::inspect(junk).unwrap_err().is_rejected());
    }
}

/// Every finite number, to the last bit, however often it is sealed again.
#[test]
fn a_fraction_is_opened_as_what_it_was() {
    #[derive(Serialize, Deserialize)]
    struct Numbers(Vec<f64>);
    impl SlipState for Numbers {
        const PURPOSE: &'static str = "jose/numbers";
        const VERSION: u16 = 1;
    }
    let odd = |n: u64| f64::from_bits(n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let mut numbers: Vec<f64> = (0..4_000).map(odd).filter(|number| number.is_finite()).collect();
    numbers.extend([1.900_000_000_000_000_3e43, f64::MAX, f64::MIN_POSITIVE, 5e-324, 0.1, -1.0 / 3.0]);
    for &kind in JOSE {
        let sealer = kind.sealer::<Numbers>(&kind.ring());
        for some in numbers.chunks(100) {
            let token = sealer.seal_at(&Numbers(some.to_vec()), NOW).unwrap();
            let opened = sealer.open_at(&token, NOW).unwrap();
            let bits = |numbers: &[f64]| numbers.iter().map(|number| number.to_bits()).collect::<Vec<_>>();
            assert_eq!(bits(&opened.state().0), bits(some), "{kind:?}");
        }
    }
}
