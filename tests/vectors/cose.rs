//! Messages: the COSE working group's examples, gluecose, and Wycheproof's IVs of other lengths.

use crate::files::{
    READERS, base64url, bytes, folder, from_base64url, hex, jwk, keys_for_all, list, read, read_all, readings, say,
    secret_jwk, text,
};
use orderslip::{Alg, Key, Rejection, hazmat};
use ring::hkdf;
use serde_json::Value;

/// What is refused although it is right, and why. An entry that opens, or that is no longer there, is a failure.
const OUT_OF_SCOPE: [(&str, &str); 14] = [
    ("aes-gcm-examples/aes-gcm-02", "AES-192: ring has none"),
    ("aes-gcm-examples/aes-gcm-05", "a partial IV needs a context that we do not have"),
    ("aes-gcm-examples/aes-gcm-enc-02", "AES-192: ring has none"),
    ("ecdsa-examples/ecdsa-01", "COSE_Sign, a list of signers"),
    ("ecdsa-examples/ecdsa-02", "COSE_Sign, a list of signers"),
    ("ecdsa-examples/ecdsa-03", "COSE_Sign, a list of signers"),
    ("ecdsa-examples/ecdsa-04", "COSE_Sign, a list of signers"),
    ("ecdsa-examples/ecdsa-sig-03", "P-521: ring has none"),
    ("ecdsa-examples/ecdsa-sig-04", "ES512 with a key for P-256"),
    ("eddsa-examples/eddsa-01", "COSE_Sign, a list of signers"),
    ("eddsa-examples/eddsa-02", "COSE_Sign, a list of signers"),
    ("eddsa-examples/eddsa-sig-02", "Ed448: ring has none"),
    ("hmac-examples/HMac-05", "HMAC 256/64: a truncated tag"),
    ("hmac-examples/HMac-enc-05", "HMAC 256/64: a truncated tag"),
];

/// The same for the folder whose content algorithms are not ours; what of it is, `vectors_cose_key_derivation` checks.
const OUT_OF_SCOPE_HKDF: [(&str, &str); 3] = [
    ("hkdf-hmac-sha-examples/hmac-sha-256-01", "AES-CCM: ring has none"),
    ("hkdf-hmac-sha-examples/hmac-sha-256-02", "AES-CCM: ring has none"),
    ("hkdf-hmac-sha-examples/hmac-sha-256-03", "a derived key in a COSE_Mac"),
];

/// Which reader and which algorithm an example is for, by its kind and its own names.
fn expectation(kind: &str, alg: &str) -> (&'static str, Alg) {
    let reader = match kind {
        "mac" => "mac",
        "mac0" => "mac0",
        "sign0" => "sign1",
        "encrypted" => "encrypt0",
        "enveloped" => "encrypt",
        _ => panic!("an example of kind {kind:?}"),
    };
    let alg = match alg {
        "HS256" => Alg::Hs256,
        "HS384" => Alg::Hs384,
        "HS512" => Alg::Hs512,
        "ES256" => Alg::Es256,
        "ES384" => Alg::Es384,
        "EdDSA" => Alg::Ed25519,
        "A128GCM" => Alg::A128Gcm,
        "A256GCM" => Alg::A256Gcm,
        "ChaCha-Poly1305" => Alg::ChaCha20Poly1305,
        _ => panic!("an example with {alg:?}"),
    };
    (reader, alg)
}

/// The part of an example that says what it is: `("mac0", {…})`.
fn content(input: &Value) -> (&str, &Value) {
    let members = input.as_object().unwrap();
    let kinds = ["mac", "mac0", "sign", "sign0", "encrypted", "enveloped"];
    members.iter().find(|(name, _)| kinds.contains(&name.as_str())).map(|(name, value)| (name.as_str(), value)).unwrap()
}

fn key_of(content: &Value) -> &Value {
    let party = ["recipients", "signers"].iter().find_map(|name| content.get(name));
    party.map_or(content, |parties| &parties[0]).get("key").unwrap()
}

fn plaintext(input: &Value) -> Vec<u8> {
    match input.get("plaintext_hex") {
        Some(hex) => bytes(hex),
        None => text(&input["plaintext"]).as_bytes().to_vec(),
    }
}

/// Exactly one reader, with the key under exactly one algorithm, opens a good message; nothing opens any other.
#[test]
fn vectors_cose_wg_examples() {
    let Some(folder) = folder("cose-wg-examples") else { return };
    let (mut held, mut refused, mut out_of_scope) = (0, 0, Vec::new());
    let files = read_all(&folder);
    let table: Vec<_> = OUT_OF_SCOPE.into_iter().chain(OUT_OF_SCOPE_HKDF).collect();
    for (name, file) in &files {
        let (kind, content) = content(&file["input"]);
        let message = bytes(&file["output"]["cbor"]);
        let external_aad = content.get("external").map(bytes).unwrap_or_default();
        let keys = keys_for_all(&jwk(key_of(content)));
        let taken = readings(&message, &keys, &external_aad);
        if table.iter().any(|(listed, _)| listed == name) {
            assert_eq!(taken, [], "{name}: out of scope, but taken");
            out_of_scope.push(name.as_str());
            continue;
        }
        let (reader, alg) = expectation(kind, text(&content["protected"]["alg"]));
        let failures = file["input"].get("failures").is_some() || content.get("failures").is_some();
        if failures || file.get("fail").is_some() {
            assert_eq!(taken, [], "{name}: invalid, but taken");
            // Refused for its tag, and not because the key or the shape would not do.
            let key = keys.iter().find(|key| key.alg() == alg).unwrap();
            let open = READERS.iter().find(|(name, _)| *name == reader).unwrap().1;
            let gate = open(&message, key, &external_aad).unwrap_err().rejection();
            assert_eq!(gate, Some(Rejection::NotAuthentic), "{name}");
            refused += 1;
            continue;
        }
        let plaintext = plaintext(&file["input"]);
        assert_eq!(taken, [(reader, alg, plaintext.clone())], "{name}");
        // RFC 8392 section 6: the same with the CWT tag. What was not authenticated then is not now.
        let cwt = [&hex("d83d"), &message[..]].concat();
        assert_eq!(readings(&cwt, &keys, &external_aad), [(reader, alg, plaintext)], "{name}");
        assert_eq!(readings(&message, &keys, b"another context"), [], "{name}");
        held += 1;
    }
    assert_eq!(out_of_scope.len(), table.len(), "every entry of the table is in the folder: {out_of_scope:?}");
    assert_eq!((held, refused, files.len()), (16, 4, 37));
    say(&format!(
        "cose-wg-examples: {} messages, {held} held, {refused} refused, {} refused as out of scope:",
        files.len(),
        table.len()
    ));
    for (name, why) in table {
        say(&format!("  {name}: {why}"));
    }
}

fn hkdf_sha256(secret: &[u8], salt: &[u8], info: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(secret);
    prk.expand(&[info], hkdf::HKDF_SHA256).unwrap().fill(&mut out).unwrap();
    out
}

/// The contexts of RFC 9053 section 5.2, and the one example with a content algorithm of ours, end to end.
#[test]
fn vectors_cose_key_derivation() {
    let Some(folder) = folder("cose-wg-examples/hkdf-hmac-sha-examples") else { return };
    let file = |number: &str| read(&folder.join(format!("hmac-sha-256-{number}.json")));
    let context = |file: &Value| bytes(&file["intermediates"]["recipients"][0]["Context_hex"]);
    let protected = [0xa1, 0x01, 0x29];
    // AES-CCM is not ours: but for the algorithm's number, the contexts for keys as long are the same.
    for (number, alg, own, theirs) in [("01", Alg::A128Gcm, 1, 10), ("02", Alg::A256Gcm, 3, 11)] {
        let mut expected = context(&file(number));
        assert_eq!(expected.get(1), Some(&theirs));
        *expected.get_mut(1).unwrap() = own;
        assert_eq!(hazmat::cose::kdf_context(alg, &protected, None), expected, "hmac-sha-256-{number}");
    }
    let file = file("03");
    let info = hazmat::cose::kdf_context(Alg::Hs256, &protected, None);
    assert_eq!(info, context(&file));
    let (_, content) = content(&file["input"]);
    let recipient = &content["recipients"][0];
    let secret = from_base64url(text(&recipient["key"]["k"]));
    let key = hkdf_sha256(&secret, text(&recipient["unprotected"]["salt"]).as_bytes(), &info);
    assert_eq!(key[..], bytes(&file["intermediates"]["CEK_hex"]));
    // `mac_verify` takes the recipient `direct` only. What the MAC covers is the same: the content key, given directly.
    let message = bytes(&file["output"]["cbor"]);
    let recipients = hex("818343a10129");
    let at = message.windows(recipients.len()).position(|window| window == recipients).unwrap();
    let direct = [message.split_at(at).0, &hex("818340a1012540")].concat();
    let key = Key::from_jwk_as(&secret_jwk(&key), Alg::Hs256).unwrap();
    assert_eq!(hazmat::cose::mac_verify(&direct, &key, b"").unwrap(), plaintext(&file["input"]));
    say("cose-wg-examples/hkdf-hmac-sha-examples: 3 contexts held, 1 message held under its derived key");
}

#[test]
fn vectors_gluecose() {
    let Some(folder) = folder("gluecose") else { return };
    let files = read_all(&folder);
    for (name, file) in &files {
        let case = &file["sign1::verify"];
        assert_eq!(case["shouldVerify"], true, "{name}");
        let message = bytes(&case["taggedCOSESign1"]["cborHex"]);
        let alg = expectation("sign0", text(&file["alg"])).1;
        let external_aad = case.get("external").map(bytes).unwrap_or_default();
        let keys = keys_for_all(&jwk(&file["key"]));
        assert_eq!(keys.len(), 1, "{name}: a public key is for one algorithm");
        let payload = b"This is the content.".to_vec();
        assert_eq!(readings(&message, &keys, &external_aad), [("sign1", alg, payload)], "{name}");
        assert_eq!(readings(&message, &keys, b"another context"), [], "{name}");
    }
    assert_eq!(files.len(), 3);
    say(&format!("gluecose: {} messages, {0} held", files.len()));
}

/// The primitives take an IV of 96 bits by their type; the readers must not cut one to it, nor fill one up.
#[test]
fn vectors_ivs_of_other_lengths() {
    let Some(folder) = folder("wycheproof") else { return };
    for (name, cases) in [("aes_gcm", 80), ("chacha20_poly1305", 9)] {
        let file = read(&folder.join(format!("{name}_test.json")));
        let mut refused = 0;
        for group in list(&file["testGroups"]).iter().filter(|group| group["ivSize"] != 96) {
            for test in list(&group["tests"]) {
                let (key, iv) = (bytes(&test["key"]), bytes(&test["iv"]));
                let (alg, id) = match (name, key.len()) {
                    ("aes_gcm", 16) => (Alg::A128Gcm, 1),
                    ("aes_gcm", 32) => (Alg::A256Gcm, 3),
                    ("aes_gcm", 24) => continue,
                    _ => (Alg::ChaCha20Poly1305, 24),
                };
                let key = Key::from_jwk_as(&secret_jwk(&key), alg).unwrap();
                let headers = coset::HeaderBuilder::new().algorithm(coset_algorithm(id)).build();
                let message = coset::CoseEncrypt0Builder::new()
                    .protected(headers)
                    .unprotected(coset::HeaderBuilder::new().iv(iv).build())
                    .ciphertext([bytes(&test["ct"]), bytes(&test["tag"])].concat())
                    .build();
                let message = coset::TaggedCborSerializable::to_tagged_vec(message).unwrap();
                let error = hazmat::cose::encrypt0_open(&message, &key, b"").unwrap_err();
                assert_eq!(error.rejection(), Some(Rejection::Malformed), "{name} tcId {}", test["tcId"]);
                refused += 1;
            }
        }
        assert_eq!(refused, cases, "{name}");
        say(&format!("wycheproof/{name}: {refused} messages with IVs of other lengths, all refused"));
    }
}

fn coset_algorithm(id: i64) -> coset::iana::Algorithm {
    use coset::iana::EnumI64 as _;
    coset::iana::Algorithm::from_i64(id).unwrap()
}

/// The key spelled in hexadecimal is the key spelled in base64url.
#[test]
fn vectors_keys_in_hexadecimal_are_converted() {
    let key = serde_json::json!({"kty": "oct", "k_hex": "00ff"});
    assert_eq!(jwk(&key), format!(r#"{{"k":"{}","kty":"oct"}}"#, base64url(&[0, 255])));
}
