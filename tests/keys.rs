//! What is refused when keys are loaded, each with its own clear error that names the key and the member, never the value.
#![expect(clippy::unwrap_used, reason = "a failing test should stop where it fails")]

mod kit;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as B64};
use kit::{Cart, HOUR, Kind, NOW, cart, events::told, later, shared_ring};
use orderslip::{Alg, ErrorKind, Key, Keyring, Lifetime, PublicAlg, Sealer};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::time::Duration;

const SECRET: &str = "nJZIqg3Ndu7c64M1Gv3qmcJH8yRD2xTvo0KAe5gLZwQ";

fn mac() -> Value {
    json!({"kty": "oct", "alg": "HS256", "k": SECRET, "kid": "mac"})
}

fn root() -> Value {
    json!({"kty": "oct", "alg": "direct+HKDF-SHA-256", "enc": "A256GCM", "k": SECRET, "kid": "root"})
}

fn ec() -> Value {
    serde_json::from_str(
        r#"{"kty":"EC","alg":"ES256","crv":"P-256","kid":"ec","x":"04N0xi21hshyvBp7I167sbE_bXqyqkAPfefdklMO7wY",
        "y":"UI8exy-C06a7DUnjIdENkxeFtHM4-l_41LqEw9nVgmw","d":"yy49oPcINGK2ps0LmtxpB6UTEOiITghHBif6wDqmJ3c"}"#,
    )
    .unwrap()
}

/// RFC 8037 appendix A.1.
fn okp() -> Value {
    serde_json::from_str(
        r#"{"kty":"OKP","alg":"EdDSA","crv":"Ed25519","kid":"okp","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        "d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"}"#,
    )
    .unwrap()
}

fn with(mut jwk: Value, member: &str, value: Value) -> Value {
    jwk.as_object_mut().unwrap().insert(member.into(), value);
    jwk
}

fn without(mut jwk: Value, member: &str) -> Value {
    jwk.as_object_mut().unwrap().remove(member);
    jwk
}

#[track_caller]
fn refused(jwk: &Value, message: &str) {
    let error = Key::from_jwk(&jwk.to_string()).map(drop).unwrap_err();
    assert!(error.is_misuse());
    assert_eq!(error.kind(), ErrorKind::BadKey);
    assert_eq!(error.to_string(), message);
}

#[test]
fn t80_good_keys_are_taken() {
    for jwk in
        [mac(), root(), ec(), okp(), with(okp(), "alg", json!("Ed25519")), without(ec(), "d"), without(okp(), "d")]
    {
        assert!(Key::from_jwk(&jwk.to_string()).is_ok(), "{jwk}");
    }
    for (jwk, alg) in [(mac(), Alg::Hs256), (ec(), Alg::Es256), (okp(), Alg::Ed25519)] {
        assert_eq!(Key::from_jwk_as(&without(jwk, "alg").to_string(), alg).unwrap().alg(), alg);
    }
    for uses in [json!(["sign", "verify"]), json!(["verify"])] {
        let key = Key::from_jwk(&with(ec(), "key_ops", uses.clone()).to_string()).unwrap();
        assert_eq!(key.can_seal(), uses[0] == "sign");
    }
}

#[test]
fn t80_every_member_must_agree() {
    refused(&without(mac(), "alg"), r#"key "mac": member `alg`: missing: name the algorithm"#);
    refused(&with(mac(), "alg", json!("none")), r#"key "mac": member `alg`: an algorithm that is not supported"#);
    refused(&with(mac(), "alg", json!("hs256")), r#"key "mac": member `alg`: an algorithm that is not supported"#);
    refused(&with(mac(), "alg", json!("HS256 ")), r#"key "mac": member `alg`: an algorithm that is not supported"#);
    refused(&with(mac(), "alg", json!(256)), r#"key "mac": member `alg`: not a text"#);
    refused(&with(mac(), "alg", json!("ES256")), r#"key "mac": member `kty`: does not fit the algorithm"#);
    refused(&with(mac(), "enc", json!("A256GCM")), r#"key "mac": member `enc`: does not go with `alg`"#);
    refused(&without(root(), "enc"), r#"key "root": member `alg`: an algorithm that is not supported"#);
    refused(&without(root(), "alg"), r#"key "root": member `enc`: without `alg`"#);
    refused(&without(mac(), "kty"), r#"key "mac": member `kty`: missing"#);
    refused(&with(mac(), "kty", json!("RSA")), r#"key "mac": member `kty`: does not fit the algorithm"#);
    refused(
        &json!({"kty": "RSA", "alg": "RS256", "kid": "r"}),
        r#"key "r": member `kty`: a kind of key that is not supported"#,
    );
    refused(&with(mac(), "use", json!("enc")), r#"key "mac": member `use`: does not fit the algorithm"#);
    refused(&with(root(), "use", json!("sig")), r#"key "root": member `use`: does not fit the algorithm"#);
    refused(&with(ec(), "key_ops", json!(["encrypt"])), r#"key "ec": member `key_ops`: does not fit the algorithm"#);
    refused(&with(ec(), "key_ops", json!([])), r#"key "ec": member `key_ops`: does not fit the algorithm"#);
    refused(
        &with(ec(), "key_ops", json!(["sign", "sign"])),
        r#"key "ec": member `key_ops`: does not fit the algorithm"#,
    );
    refused(&with(ec(), "key_ops", json!("sign")), r#"key "ec": member `key_ops`: not a list"#);
    refused(&with(ec(), "key_ops", json!([1])), r#"key "ec": member `key_ops`: not a list of texts"#);
    refused(&with(ec(), "crv", json!("P-384")), r#"key "ec": member `crv`: does not fit the algorithm"#);
    refused(&without(ec(), "crv"), r#"key "ec": member `crv`: does not fit the algorithm"#);
    refused(&with(mac(), "crv", json!("P-256")), r#"key "mac": member `crv`: does not fit the algorithm"#);
    refused(
        &with(ec(), "k", json!(SECRET)),
        r#"key "ec": member `kty`: a key pair, with the member of a symmetric key"#,
    );
    refused(&with(mac(), "d", json!(SECRET)), r#"key "mac": member `kty`: `oct`, with members of a key pair"#);
    refused(&with(okp(), "y", json!(SECRET)), r#"key "okp": member `y`: of no use to this curve"#);
    refused(&with(mac(), "kid", json!("")), "key \"\": member `kid`: empty, or longer than 256 bytes");
    refused(&with(mac(), "kid", json!(7)), "member `kid`: not a text");
    for retired in [json!(true), json!(false), json!("soon")] {
        // A ring that took it would write a set that nobody can read.
        let why = "of a key that has been erased, and this one has not";
        let error = Key::from_jwk(&with(mac(), "retired", retired).to_string()).unwrap_err();
        assert_eq!(error.to_string(), format!(r#"key "mac": member `retired`: {why}"#));
    }
    let error = Key::from_jwk_as(&mac().to_string(), Alg::Hs384).unwrap_err();
    assert_eq!(error.to_string(), r#"key "mac": member `alg`: names another algorithm"#);
    // An explicit algorithm does not make an encryption key a signature key.
    assert!(Key::from_jwk_as(&with(without(ec(), "alg"), "use", json!("enc")).to_string(), Alg::Es256).is_err());
}

#[test]
fn t03_t80_short_and_crooked_material() {
    refused(&with(mac(), "k", json!("")), r#"key "mac": member `k`: shorter than the hash (RFC 7518 section 3.2)"#);
    refused(
        &with(mac(), "k", json!(B64.encode([7; 31]))),
        r#"key "mac": member `k`: shorter than the hash (RFC 7518 section 3.2)"#,
    );
    refused(&with(root(), "k", json!(B64.encode([7; 31]))), r#"key "root": member `k`: shorter than 32 bytes"#);
    refused(&with(root(), "k", json!(B64.encode([7; 513]))), r#"key "root": member `k`: longer than 512 bytes"#);
    refused(&with(mac(), "k", json!(format!("{SECRET}="))), r#"key "mac": member `k`: not canonical base64url"#);
    refused(&with(mac(), "k", json!(SECRET.replace("wQ", "wR"))), r#"key "mac": member `k`: not canonical base64url"#);
    refused(&with(mac(), "k", json!(["x"])), r#"key "mac": member `k`: not a text"#);
    refused(&without(mac(), "k"), r#"key "mac": member `k`: missing"#);
    let aes = json!({"kty": "oct", "alg": "A256GCM", "k": B64.encode([7; 16]), "kid": "a"});
    refused(&aes, r#"key "a": member `k`: not of the cipher's length"#);
    refused(&without(ec(), "y"), r#"key "ec": member `y`: missing"#);
    refused(&with(ec(), "x", json!(B64.encode([7; 31]))), r#"key "ec": member `x`: of the wrong length"#);
    refused(
        &with(ec(), "y", json!("UI8exy-C06a7DUnjIdENkxeFtHM4-l_41LqEw9nVgnw")),
        r#"key "ec": member `x`: no point of the curve"#,
    );
    refused(&with(ec(), "d", json!(SECRET)), r#"key "ec": member `d`: does not belong to the public key"#);
    refused(&with(ec(), "d", json!(B64.encode([7; 33]))), r#"key "ec": member `d`: of the wrong length"#);
    refused(&with(okp(), "d", json!(SECRET)), r#"key "okp": member `d`: does not belong to the public key"#);
}

/// Whoever takes such a key takes signatures that anybody can make: with a public key of order 8 or less, `[h]A` has at most eight values,
/// whatever the message is (RFC 8032 section 5.1.7). All y of such points, in every spelling, with either sign bit.
#[test]
fn t80_public_keys_of_small_order_are_refused() {
    // 0, 1, the two y of order 8, p - 1, and p and p + 1 for 0 and 1; little endian.
    let ends = |first: u8, middle: u8, last: u8| {
        let mut y = [middle; 32];
        (y[0], y[31]) = (first, last);
        y
    };
    let a = [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf,
        0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
    ];
    let b = [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20,
        0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
    ];
    let small =
        [ends(0, 0, 0), ends(1, 0, 0), a, b, ends(0xec, 0xff, 0x7f), ends(0xed, 0xff, 0x7f), ends(0xee, 0xff, 0x7f)];
    for mut y in small {
        for sign in [0, 0x80] {
            y[31] = y[31] & 0x7f | sign;
            let jwk = with(without(okp(), "d"), "x", json!(B64.encode(y)));
            refused(&jwk, r#"key "okp": member `x`: a point of small order, for which anybody can sign"#);
            let public = Keyring::from_public_jwks(&set(&[jwk])).unwrap_err();
            assert_eq!(public.kind(), ErrorKind::BadKey);
        }
    }
    // What stands beside them is refused or not for its own reasons.
    assert!(Key::from_jwk(&without(okp(), "d").to_string()).is_ok());
}

/// Work on a key text is linear in its length, and what is said of it is bounded.
#[test]
fn t11_long_members_cost_no_more_than_their_length() {
    for ops in [vec!["sign"; 200_000], vec!["x"; 200_000], (0..200_000).map(|_| "verify").collect()] {
        refused(&with(ec(), "key_ops", json!(ops)), r#"key "ec": member `key_ops`: does not fit the algorithm"#);
    }
    let distinct: Vec<String> = (0..200_000).map(|i| i.to_string()).collect();
    refused(&with(ec(), "key_ops", json!(distinct)), r#"key "ec": member `key_ops`: does not fit the algorithm"#);
    refused(&with(mac(), "kid", json!("x".repeat(1_000_000))), "member `kid`: empty, or longer than 256 bytes");
    // Nor is a long name repeated by whoever refuses an entry before its name is looked at.
    let long = json!("x".repeat(1_000_000));
    set_refused(&[json!({"kid": long, "retired": true})], "member `exp`: missing, or not whole seconds");
    let secret = Keyring::from_public_jwks(&set(&[with(mac(), "kid", long)])).unwrap_err();
    assert_eq!(secret.to_string(), "member `k`: a secret, in a document for the public");
    let retired = json!({"kid": "x".repeat(256), "retired": true});
    let named = Keyring::from_jwks(&set(&[retired])).unwrap_err().to_string();
    assert!(named.contains(&"x".repeat(256)), "up to what a name may have");
}

/// RFC 7638's own example is RSA; RFC 8037 appendix A.3 has one for this curve.
#[test]
fn t81_the_id_is_the_thumbprint() {
    let key = Key::from_jwk(&without(okp(), "kid").to_string()).unwrap();
    assert_eq!(key.id().as_str(), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    let public = Key::from_jwk(&without(without(okp(), "kid"), "d").to_string()).unwrap();
    assert_eq!(public.id(), key.id());
    assert_eq!(Key::from_jwk(&okp().to_string()).unwrap().id().as_str(), "okp");
}

#[test]
fn t08_t13_texts_that_are_no_jwk() {
    for bad in [
        "",
        "{}x",
        "[]",
        "null",
        "\"k\"",
        "{\"kty\":\"oct\",\"kty\":\"oct\"}",
        "{\"kty\":\"oct\",\"\\u006bty\":\"oct\"}",
        &"[".repeat(20_000),
        &format!("{{\"a\":{}1{}}}", "[".repeat(100), "]".repeat(100)),
        "\u{feff}{}",
        "{\"kty\":\"oct\",}",
    ] {
        let error = Key::from_jwk(bad).unwrap_err();
        assert_eq!(error.to_string(), "not one JSON object with unique members");
        assert!(Keyring::from_jwks(bad).unwrap_err().is_misuse());
    }
}

fn set(keys: &[Value]) -> String {
    json!({ "keys": keys }).to_string()
}

#[track_caller]
fn set_refused(keys: &[Value], message: &str) {
    let error = Keyring::from_jwks(&set(keys)).unwrap_err();
    assert!(error.is_misuse());
    assert_eq!(error.to_string(), message);
}

#[test]
fn t80_sets_with_structural_faults() {
    let other = |jwk: Value, kid: &str| {
        with(with(jwk, "kid", json!(kid)), "k", json!(B64.encode(*b"another-32-byte-secret-value-!x9")))
    };
    set_refused(&[], "a ring without keys");
    set_refused(&[mac(), other(mac(), "mac")], r#"key "mac": two keys have this id"#);
    set_refused(
        &[mac(), with(mac(), "kid", json!("b"))],
        r#"key "b": the same secret as another key: one secret, one algorithm"#,
    );
    set_refused(&[mac(), root()], r#"key "root": the same secret as another key: one secret, one algorithm"#);
    set_refused(&[mac(), without(ec(), "d")], "public keys beside symmetric ones: two sets, one for each");
    set_refused(
        &[with(mac(), "k", json!(B64.encode([7; 32])))],
        r#"key "mac": a secret of few different bytes, which is easy to guess"#,
    );
    set_refused(
        &[with(mac(), "k", json!(B64.encode(*b"AbCdEfGhIjKlMnOpAbCdEfGhIjKlMnOp")))],
        r#"key "mac": a secret that repeats itself, which is easy to guess"#,
    );
    set_refused(
        &[with(mac(), "k", json!("hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg"))],
        r#"key "mac": a secret from a published example"#,
    );
    for (alg, published) in [
        ("HS384", "a-valid-string-secret-that-is-at-least-384-bits-long"),
        ("HS512", "a-valid-string-secret-that-is-at-least-512-bits-long-which-is-very-long"),
    ] {
        set_refused(
            &[with(with(mac(), "alg", json!(alg)), "k", json!(B64.encode(published)))],
            r#"key "mac": a secret from a published example"#,
        );
    }
    set_refused(&[json!(1)], "member `keys`: holds no object");
    assert_eq!(Keyring::from_jwks("{}").unwrap_err().to_string(), "member `keys`: missing");
    assert_eq!(Keyring::from_jwks(r#"{"keys":{}}"#).unwrap_err().to_string(), "member `keys`: not a list");
    // Several kinds in one ring are its purpose: each key has one algorithm, so none is taken for another.
    assert!(Keyring::from_jwks(&set(&[mac(), other(root(), "root"), ec(), okp()])).is_ok());
}

/// The private half of a pair is drawn at random as any secret is.
#[test]
fn t03_guessable_private_halves_are_refused() {
    let pair = |jwk: Value, private: &str, x: &str, y: Option<&str>| {
        let jwk = with(with(jwk, "d", json!(private)), "x", json!(x));
        y.map_or(jwk.clone(), |y| with(jwk, "y", json!(y)))
    };
    // Seeds of 32 zeros, and of 32 times 7; the scalar 1, whose point is the generator (SEC 2 section 2.4.2).
    let zeros = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let sevens = B64.encode([7; 32]);
    let mut one = [0; 32];
    one[31] = 1;
    let (g_x, g_y) = ("axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY", "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU");
    for weak in [
        pair(okp(), zeros, "O2onvM62pC1io6jQKm8Nc2UyFXcd4kOmOsBIoYtZ2ik", None),
        pair(okp(), &sevens, "6kpsY-KcUgq-9VB7Ey7F-ZVHdq6-vnuSQh7qaRRG0iw", None),
        pair(ec(), &B64.encode(one), g_x, Some(g_y)),
    ] {
        let kid = weak["kid"].as_str().unwrap().to_owned();
        assert!(Key::from_jwk(&weak.to_string()).is_ok(), "a key for checking vectors, and none for a ring");
        set_refused(
            &[weak],
            &format!(
                "key {kid:?}: a private half of few different bytes or that repeats itself, which is easy to guess"
            ),
        );
    }
}

#[test]
fn t20_t80_times_of_keys() {
    for bad in [json!("1"), json!(-1), json!(1.5), json!(null), json!(253_402_300_800_u64), json!(1e300)] {
        for member in ["iat", "nbf", "exp"] {
            refused(
                &with(mac(), member, bad.clone()),
                &format!("key \"mac\": member `{member}`: not whole seconds between 1970 and 9999"),
            );
        }
    }
    refused(&with(mac(), "revoked", json!(true)), r#"key "mac": member `revoked`: not an object"#);
    refused(&with(mac(), "revoked", json!({})), r#"key "mac": member `revoked_at`: missing"#);
    let revoked = json!({"revoked_at": 5, "reason": "lost laptop"});
    let ring = Keyring::from_jwks(&set(&[with(mac(), "revoked", revoked.clone())])).unwrap();
    let written: Value = serde_json::from_str(ring.to_jwks().expose()).unwrap();
    assert_eq!(written["keys"][0]["revoked"], revoked);
    let sealer = Sealer::<Cart>::signed(&ring).lifetime(Lifetime::absolute(HOUR)).build().unwrap();
    assert!(sealer.seal_at(&cart(), NOW).unwrap_err().is_misuse(), "a revoked key seals nothing");
    let live = Keyring::from_jwks(&set(&[mac()])).unwrap();
    let token = Kind::Signed.sealer::<Cart>(&live).seal_at(&cart(), NOW).unwrap();
    assert_eq!(sealer.open_at(&token, NOW).unwrap_err().kind(), ErrorKind::KeyRetired);
}

#[test]
fn t82_retired_keys_are_remembered_by_their_id() {
    let kept = json!({"kid": "mac", "wire_id": "AAECAwQFBgc", "exp": 5, "retired": true});
    let ring = Keyring::from_jwks(&set(&[kept.clone(), ec()])).unwrap();
    let written: Value = serde_json::from_str(ring.to_jwks().expose()).unwrap();
    assert_eq!(written["keys"][1], kept);
    set_refused(
        &[with(kept.clone(), "k", json!(SECRET)), ec()],
        r#"key "mac": member `retired`: a retired key must not keep its secret"#,
    );
    set_refused(&[with(kept.clone(), "retired", json!(1)), ec()], "member `retired`: not `true`");
    set_refused(&[without(kept.clone(), "exp"), ec()], r#"key "mac": member `exp`: missing, or not whole seconds"#);
    set_refused(
        &[without(kept.clone(), "wire_id"), ec()],
        r#"key "mac": member `kid`: neither a thumbprint nor beside a `wire_id`"#,
    );
    for bad in ["", "a\nb", &"x".repeat(257)] {
        let error = Keyring::from_jwks(&set(&[with(kept.clone(), "kid", json!(bad)), ec()])).unwrap_err();
        assert!(error.is_misuse(), "held to what the names of keys in use are held to");
    }
    set_refused(&[kept], "a ring without keys");
    let expired = Keyring::from_jwks(&set(&[with(mac(), "exp", json!(NOW.as_secs()))])).unwrap();
    assert!(expired.prune(NOW).unwrap_err().is_misuse(), "nothing would be left");
}

/// Reading and writing again changes nothing, not even members that mean nothing to us.
#[test]
fn t80_nothing_of_a_set_is_lost() {
    let keys = [
        with(with(mac(), "x-owner", json!({"team": ["a", null]})), "nbf", json!(7)),
        with(ec(), "iat", json!(3)),
        okp(),
    ];
    let once = Keyring::from_jwks(&set(&keys)).unwrap().to_jwks();
    let twice = Keyring::from_jwks(once.expose()).unwrap().to_jwks();
    assert_eq!(once.expose(), twice.expose());
    let written: Value = serde_json::from_str(once.expose()).unwrap();
    for (given, written) in keys.iter().zip(written["keys"].as_array().unwrap()) {
        for (name, value) in given.as_object().unwrap() {
            assert_eq!(&written[name], value, "{name}");
        }
    }
}

#[test]
fn the_public_set_holds_no_secret() {
    let ring = shared_ring();
    let public: Value = serde_json::from_str(&ring.public_jwks()).unwrap();
    let keys = public["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 2);
    for key in keys {
        assert!(key.get("d").is_none() && key.get("k").is_none() && key["kty"] != "oct");
        assert_eq!(key["use"], "sig");
    }
}

const ONE: &str = "Ro3tAcWq81NyV5x/ZkUe7bGhJ0sPdL+94TmiFXKwQ2Y=";
const TWO: &str = "m8ZcEwY2+gTtHn5ULx0PRa7JoKd/Q4Sj93yFVbiXkNs=";

/// Two servers with the secrets swapped understand each other, which is what rotating them takes.
/// A document of somebody else's: what is not for us is passed over, what is a secret is not.
#[test]
fn t80_public_sets_of_others() {
    let ring = shared_ring();
    let mut set: Value = serde_json::from_str(&ring.public_jwks()).unwrap();
    let good = set["keys"][0].clone();
    let keys = set["keys"].as_array_mut().unwrap();
    let others = [
        json!({"kty": "RSA", "alg": "RS256", "n": "AQAB", "e": "AQAB"}),
        json!({"kty": "EC", "alg": "ES512", "crv": "P-521", "x": "AA", "y": "AA"}),
        json!({"kty": "OKP", "crv": "X25519", "alg": "ECDH-ES", "x": "AA"}),
        json!({"kty": "PQC", "alg": "ML-DSA-65"}),
        without(good.clone(), "alg"),
        with(good.clone(), "use", json!("enc")),
        with(good.clone(), "kty", json!(7)),
        json!({}),
    ];
    keys.extend(others.clone());
    assert!(Keyring::from_jwks(&set.to_string()).is_err());
    let read = Keyring::from_public_jwks(&set.to_string()).unwrap();
    assert_eq!(read.ids().count(), 2);
    assert!(read.keys().all(|key| !key.can_seal()));
    let alone = Keyring::from_public_jwks(&json!({ "keys": others }).to_string()).unwrap_err();
    assert_eq!(alone.to_string(), "a ring without keys");
    for (member, value) in [("d", json!("AA")), ("k", json!("AA")), ("q", json!(null))] {
        let mut published = set.clone();
        published["keys"][3][member] = value;
        let error = Keyring::from_public_jwks(&published.to_string()).unwrap_err();
        assert!(
            error.to_string().ends_with(&format!("member `{member}`: a secret, in a document for the public")),
            "{error}"
        );
    }
    assert!(Keyring::from_public_jwks(ring.to_jwks().expose()).unwrap_err().is_misuse());
    set["keys"][0]["x"] = "AA".into();
    assert!(
        Keyring::from_public_jwks(&set.to_string()).unwrap_err().to_string().contains("member `x`"),
        "one of ours is not passed over"
    );
}

#[test]
fn t82_secrets_rotate_without_logging_anybody_out() {
    let before = Keyring::from_secrets(ONE, &[TWO.as_bytes()]).unwrap();
    let after = Keyring::from_secrets(TWO, &[ONE.as_bytes()]).unwrap();
    for kind in [Kind::Encrypted, Kind::Signed, Kind::Ed25519] {
        let [old, new] = [&before, &after].map(|ring| kind.sealer::<Cart>(ring));
        for (from, to) in [(&old, &new), (&new, &old), (&old, &old)] {
            assert!(to.open_at(&from.seal_at(&cart(), NOW).unwrap(), later(1)).is_ok(), "{kind:?}");
        }
        let alone = kind.sealer::<Cart>(&Keyring::from_secrets(ONE, &[]).unwrap());
        assert!(alone.open_at(&old.seal_at(&cart(), NOW).unwrap(), NOW).is_ok(), "the first one seals");
        assert!(alone.open_at(&new.seal_at(&cart(), NOW).unwrap(), NOW).unwrap_err().is_unreadable());
    }
    let saved = Keyring::from_jwks(before.to_jwks().expose()).unwrap();
    let token = Kind::Encrypted.sealer::<Cart>(&saved).seal_at(&cart(), NOW).unwrap();
    assert!(Kind::Encrypted.sealer::<Cart>(&Keyring::from_secrets(ONE, &[]).unwrap()).open_at(&token, NOW).is_ok());
}

#[test]
fn t03_t83_secrets_are_checked_and_have_no_default() {
    for (sealing, accepted, message) in [
        (&ONE.as_bytes()[..31], None, "a secret shorter than 32 bytes"),
        (b"", None, "a secret shorter than 32 bytes"),
        (&[0; 64], None, "a secret of few different bytes, which is easy to guess"),
        (ONE.as_bytes(), Some(&b"short"[..]), "a secret shorter than 32 bytes"),
    ] {
        let error = Keyring::from_secrets(sealing, accepted.as_slice()).unwrap_err();
        assert_eq!(error.to_string(), message);
    }
    let error = Keyring::from_secrets(ONE, &[ONE.as_bytes()]).unwrap_err();
    assert!(error.to_string().contains("two keys have this id"), "{error}");
    let unset = Keyring::from_env("ORDERSLIP_TEST_THAT_NOBODY_SETS").unwrap_err();
    assert!(unset.is_misuse());
    assert_eq!(unset.to_string(), "misuse: the environment variable \"ORDERSLIP_TEST_THAT_NOBODY_SETS\" is not set");
}

#[test]
fn t83_thirty_two_bytes_are_the_shortest_secret() {
    let (exact, short) = (ONE.split_at(32).0, ONE.split_at(31).0);
    assert!(Keyring::from_secrets(exact, &[]).is_ok());
    assert_eq!(Keyring::from_secrets(short, &[]).unwrap_err().to_string(), "a secret shorter than 32 bytes");
}

/// The environment of a process is set from outside, so another process is asked: this test's own binary.
#[test]
fn t83_the_environment_is_read_as_documented() {
    const VARIABLE: &str = "ORDERSLIP_TEST_KEYS";
    if let Ok(expected) = std::env::var("ORDERSLIP_TEST_EXPECTED") {
        let told =
            Keyring::from_env(VARIABLE).map_or_else(|error| error.to_string(), |ring| ring.ids().count().to_string());
        assert_eq!(told, expected);
        return;
    }
    let ring = shared_ring();
    for (value, expected) in [
        (ring.to_jwks().expose(), "4"),
        (ONE, "3"),
        (ONE.split_at(43).0, "3"),
        (ONE.split_at(42).0, "a secret text of fewer than 43 characters: take `openssl rand -base64 32`"),
        (&format!(" {ONE}\n{TWO} "), "6"),
        ("", "misuse: the environment variable \"ORDERSLIP_TEST_KEYS\" is empty"),
        ("changeme", "a secret text of fewer than 43 characters: take `openssl rand -base64 32`"),
        ("{", "not one JSON object with unique members"),
    ] {
        let status = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "t83_the_environment_is_read_as_documented"])
            .env(VARIABLE, value)
            .env("ORDERSLIP_TEST_EXPECTED", expected)
            .output()
            .unwrap();
        assert!(status.status.success(), "{expected}: {}", String::from_utf8_lossy(&status.stdout));
    }
}

/// How many warnings `work` emits.
fn events<R>(work: impl FnOnce() -> R) -> (R, usize) {
    let (result, lines) = told(tracing::Level::WARN, work);
    (result, lines.len())
}

#[test]
fn t83_files_are_written_whole_and_for_their_owner_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ring.json");
    let ring = shared_ring();
    ring.to_file(&path).unwrap();
    ring.to_file(&path).unwrap();
    assert!(Keyring::from_file(&path).unwrap().ids().eq(ring.ids()));
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left beside it");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        // Others may read it: an event, not an error, because mounted Kubernetes secrets are so.
        let (_, silent) = events(|| Keyring::from_file(&path).unwrap());
        assert_eq!(silent, 0);
        for (mode, expected) in [(0o644, 1), (0o640, 1), (0o604, 1), (0o400, 0)] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(events(|| Keyring::from_file(&path).unwrap()).1, expected, "{mode:o}");
        }
        let public = dir.path().join("public.json");
        std::fs::write(&public, ring.public_jwks()).unwrap();
        std::fs::set_permissions(&public, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(events(|| Keyring::from_file(&public).unwrap()).1, 0, "there is nothing to hide");
    }
    for not_a_file in [dir.path().to_owned(), "/dev/zero".into()] {
        assert!(Keyring::from_file(not_a_file).unwrap_err().is_unavailable(), "read no further");
    }
    let error = Keyring::from_file(dir.path().join("missing.json")).unwrap_err();
    assert!(error.is_unavailable() && std::error::Error::source(&error).is_some());
    assert!(ring.to_file(dir.path().join("no/such/dir.json")).unwrap_err().is_unavailable());
    assert!(ring.to_file("/").unwrap_err().is_unavailable());
}

/// Where files are ours to set the mode of, one that others may read is refused, and one that is changed keeps its owner.
#[test]
#[cfg(unix)]
fn t83_private_files_are_private() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ring.json");
    let ring = shared_ring();
    ring.to_file(&path).unwrap();
    assert!(Keyring::from_private_file(&path).is_ok());
    for mode in [0o644, 0o640, 0o604, 0o610] {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let error = Keyring::from_private_file(&path).unwrap_err();
        assert!(error.is_misuse() && error.to_string().ends_with("`chmod 600` it"), "{mode:o}: {error}");
    }
    std::fs::write(&path, ring.public_jwks()).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(Keyring::from_private_file(&path).is_ok(), "there is nothing to hide");
    // Only the superuser can give files away, so only then can it be seen that they are given back.
    if chown(&path, Some(12_345), Some(12_345)).is_ok() {
        ring.to_file(&path).unwrap();
        let metadata = std::fs::metadata(&path).unwrap();
        assert_eq!((metadata.uid(), metadata.gid(), metadata.mode() & 0o777), (12_345, 12_345, 0o600));
    }
}

/// Too much, or no text: told without being read to its end.
#[test]
fn t11_t80_files_that_are_no_sets_of_keys() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ring.json");
    std::fs::write(&path, vec![b' '; 9 << 20]).unwrap();
    assert_eq!(Keyring::from_file(&path).unwrap_err().to_string(), "longer than any key set");
    std::fs::write(&path, b"{\"keys\":[\xff]}").unwrap();
    assert_eq!(Keyring::from_file(&path).unwrap_err().to_string(), "not UTF-8");
}

#[test]
fn t83_a_ring_must_have_a_key_for_its_sealer() {
    let lifetime = Lifetime::absolute(Duration::from_secs(60));
    let ring = Kind::Signed.ring();
    assert!(Sealer::<Cart>::encrypted(&ring).lifetime(lifetime).build().unwrap_err().is_misuse());
    assert!(
        Sealer::<Cart>::publicly_signed(&ring, PublicAlg::Ed25519).lifetime(lifetime).build().unwrap_err().is_misuse()
    );
    assert!(Sealer::<Cart>::signed(&ring).lifetime(lifetime).build().is_ok());
}

/// Each limit is the last that is taken; and what is said of a key twice may be the same.
#[test]
fn t80_the_limits_of_members_are_exact() {
    let secret = |len: usize| {
        with(mac(), "k", json!(B64.encode((0..len).map(|at| (at % 251).to_le_bytes()[0]).collect::<Vec<u8>>())))
    };
    assert!(Key::from_jwk(&secret(512).to_string()).is_ok());
    refused(&secret(513), r#"key "mac": member `k`: longer than 512 bytes"#);
    assert!(Key::from_jwk(&with(mac(), "kid", json!("k".repeat(256))).to_string()).is_ok());
    assert!(Key::from_jwk(&with(mac(), "kid", json!("k".repeat(257))).to_string()).is_err());
    for (jwk, alg) in [(mac(), Alg::Hs256), (ec(), Alg::Es256), (okp(), Alg::Ed25519)] {
        let text = jwk.to_string();
        assert_eq!(Key::from_jwk_as(&text, alg).unwrap().id(), Key::from_jwk(&text).unwrap().id());
    }
    // Who may sign may verify what was signed.
    for jwk in [ec(), okp(), mac()] {
        assert!(Key::from_jwk(&with(jwk, "key_ops", json!(["sign"])).to_string()).unwrap().can_seal());
    }
    refused(
        &with(without(okp(), "d"), "key_ops", json!(["sign"])),
        r#"key "okp": member `key_ops`: does not fit the algorithm"#,
    );
}

/// What a key may not do it may not do after it was written either; to the public that is no news.
#[test]
fn a_key_that_only_verifies_is_written_as_one() {
    for jwk in [ec(), okp()] {
        let only = with(jwk, "key_ops", json!(["verify"])).to_string();
        let ring = Keyring::new(vec![Key::from_jwk(&only).unwrap()]).unwrap();
        let again = Keyring::from_jwks(ring.to_jwks().expose()).unwrap();
        assert!(!again.keys().next().unwrap().can_seal());
        assert!(!ring.public_jwks().contains("key_ops"));
    }
}

/// Bytes that begin as an uncompressed point of another curve does are Ed25519's all the same.
#[test]
fn a_public_key_that_begins_with_four_is_written_whole() {
    let x = B64.encode([4; 32]);
    let jwk = json!({"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "x": x});
    let ring = Keyring::new(vec![Key::from_jwk(&jwk.to_string()).unwrap()]).unwrap();
    let written: Value = serde_json::from_str(&ring.public_jwks()).unwrap();
    assert_eq!(written["keys"][0]["x"], json!(x));
    assert_eq!(Keyring::from_public_jwks(&ring.public_jwks()).unwrap().ids().next(), ring.ids().next());
}

/// Of a key that is erased the wire id is kept if its name does not tell it, and not otherwise.
#[test]
fn what_is_kept_of_an_erased_key_is_no_more_than_is_needed() {
    for (jwk, is_kept) in [(mac(), true), (without(mac(), "kid"), false)] {
        let jwk = with(jwk, "exp", json!(10));
        let set = json!({"keys": [jwk, ec()]}).to_string();
        let ring = Keyring::from_jwks(&set).unwrap();
        let pruned = ring.prune(orderslip::UnixTime::from_secs(11)).unwrap();
        let text = pruned.to_jwks();
        assert!(text.expose().contains("retired"));
        assert_eq!(text.expose().contains("wire_id"), is_kept, "{}", text.expose());
        assert!(Keyring::from_jwks(text.expose()).is_ok());
    }
}

/// Four megabytes are the last size that is read.
#[test]
fn t11_the_longest_text_of_keys_is_read_and_one_byte_more_is_not() {
    let key = r#"{"kty":"oct","alg":"HS256","kid":"a","k":"nJZIqg3Ndu7c64M1Gv3qmcJH8yRD2xTvo0KAe5gLZwQ"}"#;
    let padded = |text: &str, len: usize| format!("{text}{}", " ".repeat(len - text.len()));
    let limit = 4 * 1024 * 1024;
    assert!(Key::from_jwk(&padded(key, limit)).is_ok());
    assert!(Key::from_jwk(&padded(key, limit + 1)).unwrap_err().is_misuse());
    let set = format!(r#"{{"keys":[{key}]}}"#);
    assert!(Keyring::from_jwks(&padded(&set, limit)).is_ok());
    assert!(Keyring::from_jwks(&padded(&set, limit + 1)).unwrap_err().is_misuse());
}

proptest! {
    /// Any text at all: an error or a ring, never a panic.
    #[test]
    fn t37_any_text_as_a_key_set(text in ".{0,200}", bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Keyring::from_jwks(&text);
        let _ = Keyring::from_jwks(&String::from_utf8_lossy(&bytes));
    }

    /// A good set with one thing changed: an error or a ring, never a panic, and never a word of the secret.
    #[test]
    fn t37_t34_any_change_of_a_key_set(at in 0_usize..900, with in any::<char>()) {
        let mut text: Vec<char> = set(&[mac(), ec(), okp()]).chars().collect();
        let at = at % text.len();
        text[at] = with;
        if let Err(error) = Keyring::from_jwks(&text.iter().collect::<String>()) {
            let shown = [error.to_string(), format!("{error:?}")].concat();
            prop_assert!(!shown.contains("nJZIqg3Ndu7c64M1"));
        }
    }
}

/// A member that is not ours is written again as it was read, a number to its last digit.
#[test]
fn t80_a_number_of_another_program_does_not_drift() {
    let text = with(mac(), "weight", json!(1.900_000_000_000_000_3e43)).to_string();
    let once = Keyring::new(vec![Key::from_jwk(&text).unwrap()]).unwrap().to_jwks();
    assert!(once.expose().contains("1.9000000000000003e+43"), "{}", once.expose());
    let twice = Keyring::from_jwks(once.expose()).unwrap().to_jwks();
    assert_eq!(once.expose(), twice.expose());
}

/// Opening a pipe waits for somebody who writes into it.
#[cfg(unix)]
#[test]
fn t11_a_pipe_is_no_key_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe");
    let Ok(made) = std::process::Command::new("mkfifo").arg(&path).status() else {
        println!("no mkfifo here: passed over");
        return;
    };
    assert!(made.success());
    let (done, is_done) = std::sync::mpsc::channel();
    std::thread::spawn(move || done.send(Keyring::from_file(path).unwrap_err().is_unavailable()));
    assert_eq!(is_done.recv_timeout(Duration::from_secs(20)), Ok(true), "it hangs");
}
