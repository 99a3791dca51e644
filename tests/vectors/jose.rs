//! JWS and JWE: the examples of the RFCs, the JOSE cookbook, Wycheproof's JSON Web Signatures.

use crate::files::{folder, list, read, read_all, say, text};
use orderslip::{Alg, Error, Key, hazmat};
use serde_json::Value;

fn alg_of(name: &str) -> Option<Alg> {
    Some(match name {
        "HS256" => Alg::Hs256,
        "HS384" => Alg::Hs384,
        "HS512" => Alg::Hs512,
        "ES256" => Alg::Es256,
        "ES384" => Alg::Es384,
        "EdDSA" => Alg::Ed25519,
        _ => return None,
    })
}

/// Every JWS of the RFCs is verified or refused as the case says; the malleable one is verified, as ECDSA has it.
#[test]
fn vectors_rfc_examples_jws() {
    let Some(folder) = folder("rfc-examples") else { return };
    let file = read(&folder.join("rfc_jose_examples.json"));
    let (mut verified, mut refused) = (0, 0);
    for case in list(&file["cases"]) {
        let Some(jws) = case.get("jws") else { continue };
        let id = text(&case["id"]);
        // `none` and the critical header come without a key: no key takes them.
        let keys = match case.get("jwk") {
            Some(jwk) => vec![Key::from_jwk_as(&jwk.to_string(), alg_of(text(&case["alg"])).unwrap()).unwrap()],
            None => crate::files::keys_for_all(
                r#"{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}"#,
            ),
        };
        assert!(!keys.is_empty(), "{id}");
        for key in keys {
            let outcome = hazmat::jws::verify(text(jws), &key);
            match text(&case["expect"]) {
                "valid" | "valid-signature-but-malleated" => {
                    let payload = outcome.unwrap_or_else(|error| panic!("{id}: {error:?}"));
                    assert!(
                        payload.starts_with(b"{\"iss\":\"joe\"") || payload == b"Example of Ed25519 signing",
                        "{id}"
                    );
                    verified += 1;
                }
                "invalid" => {
                    assert!(outcome.unwrap_err().is_rejected(), "{id}");
                    refused += 1;
                }
                other => panic!("{id}: {other}"),
            }
        }
    }
    assert_eq!(verified, 4);
    assert!(refused >= 9, "{refused}");
    say(&format!("rfc-examples, JWS: {verified} verified, {refused} refused"));
}

#[test]
fn vectors_jose_cookbook() {
    let Some(folder) = folder("jose-cookbook") else { return };
    let files = read_all(&folder);
    for (name, file) in &files {
        let (input, compact) = (&file["input"], text(&file["output"]["compact"]));
        let jwk = input["key"].to_string();
        let open = |compact: &str| -> Result<Vec<u8>, Error> {
            match input["alg"].as_str().unwrap() {
                "dir" => hazmat::jwe::open(compact, &Key::from_jwk(&jwk).unwrap()),
                alg => hazmat::jws::verify(compact, &Key::from_jwk_as(&jwk, alg_of(alg).unwrap()).unwrap()),
            }
        };
        let content = input.get("payload").or(input.get("plaintext")).unwrap();
        assert_eq!(open(compact).unwrap(), text(content).as_bytes(), "{name}");
        for json in ["json", "json_flat"] {
            assert!(open(&file["output"][json].to_string()).unwrap_err().is_rejected(), "{name}: a JSON serialization");
        }
        for at in 0..compact.len() {
            let mut changed = compact.as_bytes().to_vec();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(open(&changed).is_err_and(|error| error.is_rejected()), "{name}: changed at {at}");
            assert!(open(compact.split_at(at).0).is_err_and(|error| error.is_rejected()), "{name}: cut at {at}");
        }
    }
    assert_eq!(files.len(), 3);
    say(&format!("jose-cookbook: {} opened", files.len()));
}

/// As `overrides.json` has it: copies of a valid case whose change was lost, and characters outside of the alphabet.
const COPIES_OF_VALID: [u64; 2] = [367, 370];
const MARKED_VALID: [u64; 2] = [372, 373];

#[test]
fn vectors_json_web_signature() {
    let Some(folder) = folder("wycheproof") else { return };
    let file = read(&folder.join("json_web_signature_test.json"));
    let (mut cases, mut verified, mut refused, mut out_of_scope, mut keyless, mut otherwise) =
        (0, 0, 0, 0, 0, Vec::new());
    for group in list(&file["testGroups"]) {
        let jwk = group.get("private").or(group.get("public")).unwrap();
        let key = import(jwk);
        for test in list(&group["tests"]) {
            cases += 1;
            let id = test["tcId"].as_u64().unwrap();
            let valid = text(&test["result"]) == "valid";
            let Some(jws) = test["jws"].as_str() else { panic!("tcId {id}: no compact serialization") };
            let key = match &key {
                Ok(key) => key,
                Err(error) if text(&jwk["kty"]) == "RSA" || jwk["crv"] == "P-521" => {
                    assert!(error.is_misuse(), "tcId {id}");
                    out_of_scope += 1;
                    continue;
                }
                // A key that is not for signatures is refused before any token is.
                Err(error) => {
                    assert!(!valid, "tcId {id}: {error}");
                    keyless += 1;
                    continue;
                }
            };
            let outcome = hazmat::jws::verify(jws, key);
            if COPIES_OF_VALID.contains(&id) || MARKED_VALID.contains(&id) {
                assert_eq!(outcome.is_ok(), COPIES_OF_VALID.contains(&id), "tcId {id}: {outcome:?}");
                otherwise.push(id);
                continue;
            }
            assert_eq!(outcome.is_ok(), valid, "tcId {id} {}: {outcome:?}", test["comment"]);
            assert!(outcome.map_or_else(|error| error.is_rejected(), |_| true), "tcId {id}");
            verified += u32::from(valid);
            refused += u32::from(!valid);
        }
    }
    assert_eq!(Some(cases), file["numberOfTests"].as_u64());
    otherwise.sort_unstable();
    assert_eq!(otherwise, [367, 370, 372, 373]);
    assert_eq!(cases, u64::from(verified + refused) + out_of_scope + keyless + 4);
    say(&format!(
        "wycheproof/json_web_signature: {cases} cases, {verified} verified, {refused} refused, {keyless} refused with their key, \
         {out_of_scope} out of scope (RSA, P-521), {} otherwise (overrides.json)",
        otherwise.len()
    ));
}

fn import(jwk: &Value) -> Result<Key, Error> {
    Key::from_jwk(&jwk.to_string())
}
