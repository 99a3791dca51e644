//! Keys: Wycheproof's JWK sets, and the keys and thumbprints of RFC 7515, 7638 and 8037.
//!
//! Only what becomes of a key is judged here. The signatures beside them are JWS, which has its own reader.

use crate::files::{folder, list, read, read_all, say, text};
use orderslip::{Alg, Key, Keyring};

/// Cases that importing the keys does not decide as the file has it: what it does, and why.
const OTHERWISE: [(u64, bool, &str); 2] = [
    (3, true, "the keys are right, the signature is not: for the reader of JWS"),
    (5, false, "out of scope, RSA: not supported"),
];

fn jws_alg(name: &str) -> Alg {
    match name {
        "HS256" => Alg::Hs256,
        "ES256" => Alg::Es256,
        "EdDSA" => Alg::Ed25519,
        _ => panic!("a case with {name:?}"),
    }
}

/// Whatever a set has, private keys and their public halves alike, is taken or refused as the case's result says.
#[test]
fn vectors_json_web_key() {
    let Some(folder) = folder("wycheproof") else { return };
    let file = read(&folder.join("json_web_key_test.json"));
    let (mut cases, mut held, mut refused, mut rsa, mut otherwise) = (0, 0, 0, 0, Vec::new());
    for group in list(&file["testGroups"]) {
        let sets: Vec<_> = ["private", "public"].into_iter().filter_map(|half| group.get(half)).collect();
        let outcomes: Vec<_> = sets.iter().map(|set| Keyring::from_jwks(&set.to_string())).collect();
        assert!(!outcomes.is_empty());
        for (set, outcome) in sets.iter().zip(&outcomes) {
            let is_rsa = list(&set["keys"]).iter().any(|key| key.get("n").is_some());
            match outcome {
                Ok(_) => assert!(!is_rsa),
                Err(error) => {
                    assert!(error.is_misuse(), "{error}");
                    assert_eq!(is_rsa, error.to_string().ends_with("a kind of key that is not supported"), "{error}");
                    rsa += u32::from(is_rsa);
                }
            }
        }
        for test in list(&group["tests"]) {
            let id = test["tcId"].as_u64().unwrap();
            let valid = match text(&test["result"]) {
                "valid" => true,
                "invalid" => false,
                other => panic!("tcId {id}: result {other:?}"),
            };
            let exception = OTHERWISE.iter().find(|(listed, ..)| *listed == id);
            let expected = exception.map_or(valid, |(_, taken, _)| *taken);
            assert_ne!(exception.is_some(), expected == valid, "tcId {id}: the table says what the file says");
            for outcome in &outcomes {
                assert_eq!(outcome.is_ok(), expected, "tcId {id}: {outcome:?}");
            }
            match exception {
                Some((_, _, why)) => otherwise.push(format!("  tcId {id}: {why}")),
                None if valid => held += 1,
                None => refused += 1,
            }
            cases += 1;
        }
    }
    assert_eq!(Some(cases), file["numberOfTests"].as_u64());
    assert_eq!((held, refused, otherwise.len(), rsa), (4, 20, OTHERWISE.len(), 10));
    say(&format!("wycheproof/json_web_key: {cases} cases, {held} imported, {refused} refused, otherwise:"));
    otherwise.iter().for_each(|line| say(line));
}

/// Where we differ from the suite's advice in its "ambiguous" case tcId 1, symmetric and asymmetric keys in one set. That set is
/// refused because its EC key is a public one; with the private half it is a ring. What such sets endanger is an algorithm
/// that a token chooses (RFC 8725 section 3.1), and a key of ours has exactly one.
#[test]
fn vectors_json_web_key_deviation() {
    let Some(folder) = folder("wycheproof") else { return };
    let file = read(&folder.join("json_web_key_test.json"));
    let groups = list(&file["testGroups"]);
    let mut set = groups.iter().find(|group| group["tests"][0]["tcId"] == 1).unwrap()["private"].clone();
    let public = Keyring::from_jwks(&set.to_string()).unwrap_err();
    assert!(public.to_string().contains("public keys beside symmetric ones"), "{public}");
    let all_keys = groups.iter().flat_map(|group| list(&group["private"]["keys"]));
    let x = set["keys"][1]["x"].clone();
    let pair = all_keys.into_iter().find(|key| key["x"] == x && key.get("d").is_some()).unwrap();
    set["keys"][1]["d"] = pair["d"].clone();
    let ring = Keyring::from_jwks(&set.to_string()).unwrap();
    assert_eq!(ring.get("kid-aes-sign").map(Key::alg), Some(Alg::Hs256));
    assert_eq!(ring.get("kid-ec-sign").map(Key::alg), Some(Alg::Es256));
    say("wycheproof/json_web_key: deviation: tcId 1 with the private half of its EC key is imported");
}

/// RFC 7638, by all the keys of the examples: an id does not depend on the private half.
#[test]
fn vectors_rfc_examples() {
    let Some(folder) = folder("rfc-examples") else { return };
    let file = read(&folder.join("rfc_jose_examples.json"));
    let (mut imported, mut thumbprints, mut out_of_scope, mut keyless) = (0, 0, 0, 0);
    let cases = list(&file["cases"]);
    for case in cases {
        let id = text(&case["id"]);
        let Some(jwk) = case.get("jwk") else {
            assert!(case.get("jws").is_some(), "{id}");
            keyless += 1;
            continue;
        };
        let alg = match (text(&jwk["kty"]), case.get("alg")) {
            (_, Some(alg)) => jws_alg(text(alg)),
            ("OKP", None) => Alg::Ed25519,
            ("EC", None) => Alg::Es256,
            ("RSA", None) => {
                let error = Key::from_jwk(&jwk.to_string()).unwrap_err();
                assert!(error.to_string().ends_with("a kind of key that is not supported"), "{id}: {error}");
                out_of_scope += 1;
                continue;
            }
            (other, None) => panic!("{id}: a key of kind {other:?}"),
        };
        let key = Key::from_jwk_as(&jwk.to_string(), alg).unwrap_or_else(|error| panic!("{id}: {error}"));
        let Some(thumbprint) = case.get("thumbprint_sha256") else {
            // The secret of RFC 7515 A.1 is everybody's: a key for checking vectors, and none for a ring.
            let ring = Keyring::new(vec![key]);
            assert_eq!(ring.is_err(), alg == Alg::Hs256, "{id}");
            imported += 1;
            continue;
        };
        assert_eq!(key.id().as_str(), text(thumbprint), "{id}");
        thumbprints += 1;
        // The same key with its private half, where another case has it.
        for pair in cases.iter().filter_map(|other| other.get("jwk")) {
            if pair.get("d").is_some() && pair["x"] == jwk["x"] {
                assert_eq!(Key::from_jwk_as(&pair.to_string(), alg).unwrap().id(), key.id(), "{id}");
                thumbprints += 1;
            }
        }
    }
    assert_eq!(cases.len(), imported + 2 + out_of_scope + keyless);
    assert_eq!((imported, thumbprints, out_of_scope, keyless), (11, 5, 1, 2));
    say(&format!(
        "rfc-examples: {} cases, {imported} keys imported, {thumbprints} thumbprints held, \
         {out_of_scope} refused as out of scope (RSA), {keyless} without a key",
        cases.len()
    ));
}

/// Keys that name their algorithm, or are told it.
#[test]
fn vectors_jose_cookbook_keys() {
    let Some(folder) = folder("jose-cookbook") else { return };
    let files = read_all(&folder);
    for (name, file) in &files {
        let input = &file["input"];
        let jwk = input["key"].to_string();
        let key = match input["alg"].as_str() {
            Some("EdDSA") => Key::from_jwk_as(&jwk, Alg::Ed25519),
            _ => Key::from_jwk(&jwk),
        };
        let key = key.unwrap_or_else(|error| panic!("{name}: {error}"));
        if let Some(kid) = input["key"].get("kid") {
            assert_eq!(key.id().as_str(), text(kid), "{name}");
        }
    }
    assert_eq!(files.len(), 3);
    say(&format!("jose-cookbook: {} keys imported", files.len()));
}
