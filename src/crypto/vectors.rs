//! Public vectors for the primitives: Project Wycheproof, and the intermediate values of the COSE working group's examples.
//!
//! The files are read from the folder that `ORDERSLIP_VECTORS` names, and are no part of the crate. Without the variable
//! the tests say so and pass; with it, a file that is missing, or has another number of cases than it says, is a failure.
//! What this library does not offer must be refused, and is counted by its reason.

use super::*;
use crate::bytes::{secret_bytes, tests::hex};
use serde_json::Value;
use std::{collections::BTreeMap, io::Write as _, path::Path};

const CIPHERS: [Cipher; 3] = [Cipher::Aes128Gcm, Cipher::Aes256Gcm, Cipher::ChaCha20Poly1305];

/// A line past the test harness, which would keep it to itself.
fn say(line: &str) {
    writeln!(std::io::stdout(), "{line}").unwrap();
}

/// A file of the vectors, or nothing if there is no folder to read from.
fn file(name: &str) -> Option<Value> {
    let Some(folder) = std::env::var_os("ORDERSLIP_VECTORS") else {
        say(&format!("{name}: skipped, ORDERSLIP_VECTORS is not set"));
        return None;
    };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    Some(serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}")))
}

fn bytes(value: &Value) -> Vec<u8> {
    hex(value.as_str().unwrap_or_else(|| panic!("hexadecimal digits, not {value}")))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("a text, not {value}"))
}

fn number(value: &Value) -> usize {
    value.as_u64().and_then(|number| number.try_into().ok()).unwrap_or_else(|| panic!("a number, not {value}"))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("a list, not {value}"))
}

/// What became of a case.
enum Outcome {
    /// Valid, and taken.
    Held,
    /// Invalid, and refused.
    Refused,
    /// Not offered, and refused for this reason.
    OutOfScope(&'static str),
}

use Outcome::{Held, OutOfScope, Refused};

/// Judges every case of a Wycheproof file: what `judge` takes must be what the file calls valid.
fn wycheproof(name: &str, mut judge: impl FnMut(&Value, &Value) -> Outcome) -> Option<BTreeMap<&'static str, usize>> {
    let file = file(&format!("wycheproof/{name}_test.json"))?;
    let mut counts = BTreeMap::new();
    let mut judged = 0;
    for group in list(&file["testGroups"]) {
        for test in list(&group["tests"]) {
            let outcome = judge(group, test);
            let at = format!("{name} tcId {}: {}", test["tcId"], test["comment"]);
            let key = match (text(&test["result"]), outcome) {
                ("valid", Held) => "held",
                ("invalid", Refused) => "refused",
                (_, OutOfScope(why)) => why,
                ("valid", Refused) => panic!("{at}: valid, but refused"),
                ("invalid", Held) => panic!("{at}: invalid, but taken"),
                (other, _) => panic!("{at}: result {other:?}"),
            };
            *counts.entry(key).or_insert(0) += 1;
            judged += 1;
        }
    }
    assert_eq!(judged, number(&file["numberOfTests"]), "{name}: all cases judged");
    say(&format!("wycheproof/{name}: {judged} cases, {counts:?}"));
    Some(counts)
}

#[track_caller]
fn assert_counts(counts: Option<BTreeMap<&'static str, usize>>, expected: &[(&'static str, usize)]) {
    if let Some(counts) = counts {
        assert_eq!(counts, expected.iter().copied().collect());
    }
}

const TRUNCATED: &str = "refused as out of scope: truncated tag";

fn hmac(name: &str, hash: Hash) {
    let counts = wycheproof(name, |group, test| {
        let key = MacKey::new(hash, &bytes(&test["key"]));
        let (message, tag) = (bytes(&test["msg"]), bytes(&test["tag"]));
        let held = key.verify(&message, &tag).is_ok();
        let own = key.sign(&message);
        let own = own.as_ref();
        if test["result"] == "valid" {
            assert!(own.starts_with(&tag), "{name}: {}", test["tcId"]);
        }
        if number(&group["tagSize"]) == hash.len() * 8 {
            return if held { Held } else { Refused };
        }
        assert!(!held, "{name}: a truncated tag was taken: {}", test["tcId"]);
        OutOfScope(TRUNCATED)
    });
    assert_counts(counts, &[("held", 33), ("refused", 54), (TRUNCATED, 87)]);
}

#[test]
fn vectors_hmac() {
    hmac("hmac_sha256", Hash::Sha256);
    hmac("hmac_sha384", Hash::Sha384);
    hmac("hmac_sha512", Hash::Sha512);
}

#[test]
fn vectors_hkdf() {
    let counts = wycheproof("hkdf_sha256", |_, test| {
        let mut out = vec![0; number(&test["size"])];
        let info = bytes(&test["info"]);
        let done = hkdf_sha256(&bytes(&test["ikm"]), &bytes(&test["salt"]), &[&info], &mut out);
        if done.is_none() {
            return Refused;
        }
        assert_eq!(out, bytes(&test["okm"]), "tcId {}", test["tcId"]);
        // The parts of `info` are joined without separators.
        let (front, back) = info.split_at(info.len() / 2);
        hkdf_sha256(&bytes(&test["ikm"]), &bytes(&test["salt"]), &[front, back], &mut out).unwrap();
        assert_eq!(out, bytes(&test["okm"]), "tcId {}", test["tcId"]);
        Held
    });
    assert_counts(counts, &[("held", 83), ("refused", 3)]);
    // No function of ours takes another hash, so there is nothing that could refuse.
    for name in ["hkdf_sha384", "hkdf_sha512"] {
        if let Some(file) = file(&format!("wycheproof/{name}_test.json")) {
            let cases = number(&file["numberOfTests"]);
            assert!(cases > 0);
            say(&format!("wycheproof/{name}: {cases} cases not applicable: HKDF is offered with SHA-256 only"));
        }
    }
}

const KEY_LENGTH: &str = "refused as out of scope: 192-bit key";
const IV_LENGTH: &str = "refused as out of scope: IV not of 96 bits";

/// Sealing gives the vector's ciphertext and tag, opening its plaintext.
fn aead(name: &str, ciphers: &[Cipher]) -> Option<BTreeMap<&'static str, usize>> {
    wycheproof(name, |group, test| {
        let key = bytes(&test["key"]);
        let (aad, message) = (bytes(&test["aad"]), bytes(&test["msg"]));
        let (ciphertext, tag) = (bytes(&test["ct"]), bytes(&test["tag"]));
        assert_eq!(number(&group["tagSize"]), TAG_LEN * 8);
        let Some(cipher) = ciphers.iter().find(|cipher| cipher.key_len() == key.len()) else {
            assert!(CIPHERS.iter().all(|cipher| AeadKey::new(*cipher, &key).is_none()));
            return OutOfScope(KEY_LENGTH);
        };
        // Every other length stops at this conversion, here as in the readers of messages.
        let Ok(iv) = <[u8; IV_LEN]>::try_from(bytes(&test["iv"])) else {
            assert_ne!(number(&group["ivSize"]), IV_LEN * 8);
            return OutOfScope(IV_LENGTH);
        };
        let key = AeadKey::new(*cipher, &key).unwrap();
        let at = &test["tcId"];
        let mut sealed = message.clone();
        let own_tag = key.seal(Iv::given(iv), &aad, &mut sealed).unwrap();
        let same = sealed == ciphertext && own_tag[..] == tag[..];
        assert_eq!(same, test["result"] == "valid", "{name} {at}: sealing");
        let mut buffer = [ciphertext, tag].concat();
        match key.open(iv, &aad, &mut buffer) {
            Ok(len) => {
                assert_eq!(buffer[..len], message, "{name} {at}: opening");
                Held
            }
            Err(Unauthentic) => {
                assert!(buffer.iter().all(|byte| *byte == 0), "{name} {at}: plaintext left");
                Refused
            }
        }
    })
}

#[test]
fn vectors_aead() {
    let counts = aead("aes_gcm", &[Cipher::Aes128Gcm, Cipher::Aes256Gcm]);
    assert_counts(counts, &[("held", 79), ("refused", 54), (KEY_LENGTH, 103), (IV_LENGTH, 80)]);
    let counts = aead("chacha20_poly1305", &[Cipher::ChaCha20Poly1305]);
    assert_counts(counts, &[("held", 256), ("refused", 60), (IV_LENGTH, 9)]);
}

fn signatures(name: &str, curve: Curve, member: &str) -> Option<BTreeMap<&'static str, usize>> {
    wycheproof(name, |group, test| {
        // A case is about the signature, its key is always a good one.
        let verifier = Verifier::new(curve, &bytes(&group["publicKey"][member])).unwrap();
        let held = verifier.verify(&bytes(&test["msg"]), &bytes(&test["sig"])).is_ok();
        if held { Held } else { Refused }
    })
}

#[test]
fn vectors_signatures() {
    assert_counts(signatures("ed25519", Curve::Ed25519, "pk"), &[("held", 88), ("refused", 63)]);
    let counts = signatures("ecdsa_secp256r1_sha256_p1363", Curve::P256, "uncompressed");
    assert_counts(counts, &[("held", 173), ("refused", 89)]);
}

/// The other direction for Ed25519, which is deterministic (RFC 8032 section 5.1.6).
#[test]
fn vectors_ed25519_signing() {
    let pair = |private: &[u8], public: &[u8]| Signer::new(Curve::Ed25519, private, public).unwrap();
    if let Some(file) = file("cose-wg-examples/eddsa-examples/eddsa-sig-01.json") {
        let key = &file["input"]["sign0"]["key"];
        let signer = pair(&bytes(&key["d_hex"]), &bytes(&key["x_hex"]));
        let signature = signer.sign(&bytes(&file["intermediates"]["ToBeSign_hex"])).unwrap();
        assert!(bytes(&file["output"]["cbor"]).ends_with(signature.as_ref()));
        say("cose-wg-examples/eddsa-sig-01: 1 signature reproduced");
    }
    if let Some(file) = file("rfc-examples/rfc_jose_examples.json") {
        let case = list(&file["cases"]).iter().find(|case| case["id"] == "rfc8037-A.4").unwrap();
        let member = |name: &str| secret_bytes(text(&case["jwk"][name])).unwrap();
        let signer = pair(member("d").expose(), member("x").expose());
        let (input, signature) = text(&case["jws"]).rsplit_once('.').unwrap();
        assert_eq!(signer.sign(input.as_bytes()).unwrap().as_ref(), secret_bytes(signature).unwrap().expose());
        say("rfc-examples/rfc8037-A.4: 1 signature reproduced");
    }
}

/// `direct+HKDF-SHA-256` (RFC 9053 section 6.1.2): CEK = HKDF(salt, secret, context), whatever the content algorithm.
#[test]
fn vectors_content_keys_of_the_cose_examples() {
    let mut derived = 0;
    for number in ["01", "02", "03"] {
        let Some(file) = file(&format!("cose-wg-examples/hkdf-hmac-sha-examples/hmac-sha-256-{number}.json")) else {
            return;
        };
        let input = &file["input"];
        let content = input.get("enveloped").or_else(|| input.get("mac")).unwrap();
        let recipient = &content["recipients"][0];
        let secret = secret_bytes(text(&recipient["key"]["k"])).unwrap();
        let context = bytes(&file["intermediates"]["recipients"][0]["Context_hex"]);
        let expected = bytes(&file["intermediates"]["CEK_hex"]);
        let mut key = vec![0; expected.len()];
        let salt = text(&recipient["unprotected"]["salt"]).as_bytes();
        hkdf_sha256(secret.expose(), salt, &[&context], &mut key).unwrap();
        assert_eq!(key, expected, "hmac-sha-256-{number}");
        derived += 1;
    }
    assert_eq!(derived, 3);
    say("cose-wg-examples/hkdf-hmac-sha-examples: 3 content keys derived");
}
