//! The bridge to `jsonwebtoken` 11: its provider on `ring`, and keys both ways, good and hostile ones.
//!
//! No test in here may touch `jsonwebtoken`'s global: `tests/jsonwebtoken_global.rs` does.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a failing test should stop where it fails")]

#[path = "kit/bridge.rs"]
mod bridge;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as B64},
};
use bridge::{PAYLOAD, RSA, SECRET, Theirs, every_algorithm, holds, hostile_bytes, sign, walk_along_every_path};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey,
    errors::ErrorKind,
    jwk::{EllipticCurve, Jwk, JwkSet, ThumbprintHash},
};
use orderslip::{
    Alg, Error, Key, Keyring, UnixTime, hazmat,
    jsonwebtoken_11::{RING_PROVIDER, public_jwk_set, signing_key, signing_key_with_public, verifying_key},
};

/// RFC 7515 appendix A.1.
const A1: &str = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNv\
    bS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const A1_SECRET: &str = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";

/// RFC 7515 appendix A.3.
const A3: &str = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVl\
    fQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
const A3_X: &str = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
const A3_Y: &str = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";

/// RFC 8037 appendix A.4, with the key of A.1 and its thumbprint in A.3.
const ED: &str = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.\
    hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
const ED_SEED: &str = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
const ED_X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
const ED_THUMBPRINT: &str = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";

/// RFC 8410 section 10.3: one key in both versions, the second with an attribute and the public half.
const ED_V1: &str = "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC";
const ED_V2: &str = "MHICAQEwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhCoB8wHQYKKoZIhvcNAQkJFDEPDA1DdXJkbGUgQ2hh\
    aXJzgSEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=";
/// Section 10.1: its public half.
const ED_SPKI: &str = "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=";

/// Of OpenSSL 3.0: `openssl pkcs8 -topk8 -nocrypt`, the same without the public part (`openssl ec -no_public` before it),
/// and `openssl pkey -pubout`.
const P256: &str = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgSxKF90+BAyawQ31Pv/bbOdOmoiQJ8pItiwvjEd4jZsOhRANCAAQa+sHYgY/0\
    76XmQEU+ktQxrD0mteZ6yRIUtcHK9y1pXij1PIlEjg3mRrffCu9eSwc538fpou0G/gR++QWdiWjU";
const P256_NO_PUBLIC: &str =
    "MEECAQAwEwYHKoZIzj0CAQYIKoZIzj0DAQcEJzAlAgEBBCBLEoX3T4EDJrBDfU+/9ts506aiJAnyki2LC+MR3iNmww==";
const P256_SPKI: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEGvrB2IGP9O+l5kBFPpLUMaw9JrXmeskSFLXByvctaV4o9TyJRI4N5ka33wrvXksHOd/H\
    6aLtBv4EfvkFnYlo1A==";

fn der(text: &str) -> Vec<u8> {
    STANDARD.decode(text).unwrap()
}

fn ec(der: &[u8]) -> EncodingKey {
    EncodingKey::from_ec_der(der)
}

fn ed(der: &[u8]) -> EncodingKey {
    EncodingKey::from_ed_der(der)
}

fn jwk(text: &str) -> Jwk {
    serde_json::from_str(text).unwrap()
}

fn set(keys: &str) -> Result<Keyring, Error> {
    Keyring::try_from(&serde_json::from_str::<JwkSet>(&format!(r#"{{"keys":[{keys}]}}"#)).unwrap())
}

/// Misuse, in these words.
fn refused<T>(outcome: Result<T, Error>, why: &str) {
    let error = outcome.err().unwrap_or_else(|| panic!("taken: {why}"));
    assert!(error.is_misuse(), "{error}");
    assert!(error.to_string().contains(why), "{error} and not {why}");
}

fn signer_error(algorithm: Algorithm, key: &EncodingKey) -> ErrorKind {
    (RING_PROVIDER.signer_factory)(&algorithm, key).err().unwrap().into_kind()
}

fn verifier_error(algorithm: Algorithm, key: &DecodingKey) -> ErrorKind {
    (RING_PROVIDER.verifier_factory)(&algorithm, key).err().unwrap().into_kind()
}

#[test]
fn what_one_signs_the_other_verifies() {
    walk_along_every_path();
}

#[test]
fn vectors_of_the_rfcs() {
    let secret = B64.decode(A1_SECRET).unwrap();
    let point = DecodingKey::from_ec_components(A3_X, A3_Y).unwrap();
    let edwards = DecodingKey::from_ed_components(ED_X).unwrap();
    for (token, algorithm, key) in [
        (A1, Algorithm::HS256, &DecodingKey::from_secret(&secret)),
        (A3, Algorithm::ES256, &point),
        (ED, Algorithm::EdDSA, &edwards),
    ] {
        assert!(holds(&RING_PROVIDER, algorithm, key, token).unwrap(), "{algorithm:?}");
    }
    // Two of the algorithms always give the same signature.
    let seed = [&der(ED_V1)[..16], &B64.decode(ED_SEED).unwrap()].concat();
    for (token, algorithm, key) in
        [(A1, Algorithm::HS256, EncodingKey::from_secret(&secret)), (ED, Algorithm::EdDSA, ed(&seed))]
    {
        let (message, signature) = token.rsplit_once('.').unwrap();
        let signer = (RING_PROVIDER.signer_factory)(&algorithm, &key).unwrap();
        assert_eq!(B64.encode(signer.try_sign(message.as_bytes()).unwrap()), signature, "{algorithm:?}");
    }
    let key = verifying_key(&edwards, Alg::Ed25519).unwrap();
    assert_eq!(key.id().as_str(), ED_THUMBPRINT);
    assert_eq!(hazmat::jws::verify(ED, &key).unwrap(), b"Example of Ed25519 signing");
}

#[test]
fn t01_t02_a_key_of_another_family_is_refused() {
    for theirs in every_algorithm() {
        for other in every_algorithm() {
            if other.algorithm.family() == theirs.algorithm.family() {
                continue;
            }
            assert_eq!(signer_error(theirs.algorithm, &other.encoding), ErrorKind::InvalidKeyFormat);
            assert_eq!(verifier_error(theirs.algorithm, &other.decoding), ErrorKind::InvalidKeyFormat);
            refused(signing_key(&other.encoding, theirs.alg), "not of the algorithm's family");
            refused(verifying_key(&other.decoding, theirs.alg), "not of the algorithm's family");
        }
        for rsa in RSA {
            assert_eq!(signer_error(rsa, &theirs.encoding), ErrorKind::UnsupportedAlgorithm);
            assert_eq!(verifier_error(rsa, &theirs.decoding), ErrorKind::UnsupportedAlgorithm);
        }
    }
    for rsa in RSA {
        assert_eq!(signer_error(rsa, &EncodingKey::from_rsa_der(b"a key")), ErrorKind::UnsupportedAlgorithm);
        let components = DecodingKey::from_rsa_raw_components(b"n", b"e");
        assert_eq!(verifier_error(rsa, &components), ErrorKind::UnsupportedAlgorithm);
    }
    for alg in [Alg::A256Gcm, Alg::HkdfA256Gcm, Alg::ChaCha20Poly1305] {
        refused(signing_key(&EncodingKey::from_secret(&SECRET), alg), "an algorithm that `jsonwebtoken` does not have");
        refused(
            verifying_key(&DecodingKey::from_secret(&SECRET), alg),
            "an algorithm that `jsonwebtoken` does not have",
        );
    }
}

#[test]
fn t01_a_curve_is_not_taken_for_another() {
    let all = every_algorithm();
    let of = |wanted: Algorithm| all.iter().find(|theirs| theirs.algorithm == wanted).unwrap();
    let (p256, p384) = (of(Algorithm::ES256), of(Algorithm::ES384));
    for (algorithm, alg, other) in [(Algorithm::ES256, Alg::Es256, p384), (Algorithm::ES384, Alg::Es384, p256)] {
        assert_eq!(signer_error(algorithm, &other.encoding), ErrorKind::InvalidEcdsaKey);
        assert_eq!(verifier_error(algorithm, &other.decoding), ErrorKind::InvalidEcdsaKey);
        refused(signing_key(&other.encoding, alg), "not a key of this algorithm's curve");
        refused(verifying_key(&other.decoding, alg), "not a key of this algorithm's curve");
    }
    // An Ed25519 key that says it is a key of elliptic curves, and the other way round.
    assert_eq!(signer_error(Algorithm::ES256, &ec(&der(ED_V1))), ErrorKind::InvalidEcdsaKey);
    assert_eq!(signer_error(Algorithm::EdDSA, &ed(&der(P256))), ErrorKind::InvalidEddsaKey);
    assert_eq!(
        verifier_error(Algorithm::EdDSA, &DecodingKey::from_ed_der(&der(P256_SPKI))),
        ErrorKind::InvalidEddsaKey
    );
    // A SubjectPublicKeyInfo of a curve of the same size.
    let mut spki = der(P256_SPKI);
    assert_eq!(spki[22], 7, "the last of the curve's numbers");
    spki[22] = 8;
    assert_eq!(verifier_error(Algorithm::ES256, &DecodingKey::from_ec_der(&spki)), ErrorKind::InvalidEcdsaKey);
    refused(verifying_key(&DecodingKey::from_ec_der(&spki), Alg::Es256), "not a key of this algorithm's curve");
    // The curve is named a second time within the key, and must be the same (RFC 5915 section 3).
    let twice = |curve: &[u8]| {
        let mut bytes = der(P256);
        bytes.splice(68..68, [&[0xa0, 10], curve].concat());
        for length in [2, 28, 30] {
            bytes[length] += 12;
        }
        signing_key(&ec(&bytes), Alg::Es256)
    };
    assert!(twice(&hex(b"06082a8648ce3d030107")).is_ok());
    refused(twice(&hex(b"06082a8648ce3d030108")), "not a key of this algorithm's curve");
    // P-256 by its length, and no point of it.
    let mut off_the_curve = [4; 65];
    assert_eq!(verifier_error(Algorithm::ES256, &DecodingKey::from_ec_der(&off_the_curve)), ErrorKind::InvalidEcdsaKey);
    refused(verifying_key(&DecodingKey::from_ec_der(&off_the_curve), Alg::Es256), "no point of the curve");
    off_the_curve[0] = 2;
    assert_eq!(verifier_error(Algorithm::ES256, &DecodingKey::from_ec_der(&off_the_curve)), ErrorKind::InvalidEcdsaKey);
    refused(verifying_key(&DecodingKey::from_ec_der(&off_the_curve), Alg::Es256), "member `x`: of the wrong length");
}

#[test]
fn t03_short_secrets_are_refused_everywhere() {
    for (algorithm, alg, len) in
        [(Algorithm::HS256, Alg::Hs256, 32), (Algorithm::HS384, Alg::Hs384, 48), (Algorithm::HS512, Alg::Hs512, 64)]
    {
        for short in [&SECRET[..len - 1], b"secret", b""] {
            let (encoding, decoding) = (EncodingKey::from_secret(short), DecodingKey::from_secret(short));
            let why = ErrorKind::Provider("an HMAC secret shorter than the hash (RFC 7518 section 3.2)".to_owned());
            assert_eq!(signer_error(algorithm, &encoding), why);
            assert_eq!(verifier_error(algorithm, &decoding), why);
            refused(signing_key(&encoding, alg), "member `k`: shorter than the hash (RFC 7518 section 3.2)");
            refused(verifying_key(&decoding, alg), "member `k`: shorter than the hash (RFC 7518 section 3.2)");
        }
        let enough = EncodingKey::from_secret(&SECRET[..len]);
        assert!(sign(&RING_PROVIDER, algorithm, &enough).is_ok() && signing_key(&enough, alg).is_ok());
    }
    // Long enough and known to everybody: a key, as examples need one, and never part of a ring.
    let published = EncodingKey::from_secret(&B64.decode(A1_SECRET).unwrap());
    refused(Keyring::new(vec![signing_key(&published, Alg::Hs256).unwrap()]), "a secret from a published example");
}

#[test]
fn t17_t18_no_other_signature_and_no_other_message_holds() {
    for Theirs { algorithm, encoding, decoding, .. } in every_algorithm() {
        let signer = (RING_PROVIDER.signer_factory)(&algorithm, &encoding).unwrap();
        let verifier = (RING_PROVIDER.verifier_factory)(&algorithm, &decoding).unwrap();
        let signature = signer.try_sign(PAYLOAD.as_bytes()).unwrap();
        assert!(verifier.verify(PAYLOAD.as_bytes(), &signature).is_ok());
        for bit in 0..signature.len() * 8 {
            let mut changed = signature.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(verifier.verify(PAYLOAD.as_bytes(), &changed).is_err(), "{algorithm:?}, bit {bit}");
        }
        for len in 0..signature.len() {
            assert!(
                verifier.verify(PAYLOAD.as_bytes(), &signature[..len].to_vec()).is_err(),
                "{algorithm:?}, {len} bytes"
            );
        }
        assert!(verifier.verify(PAYLOAD.as_bytes(), &[&signature[..], &[0]].concat()).is_err());
        assert!(verifier.verify(&PAYLOAD.as_bytes()[1..], &signature).is_err());
        assert!(verifier.verify(b"", &signature).is_err());
    }
}

#[test]
fn parts_of_keys_for_those_who_make_jwks() {
    let utils = &RING_PROVIDER.key_utils;
    let (curve, x, y) = (utils.ec_pub_components_from_private_key)(&der(P256), Algorithm::ES256).unwrap();
    let point = der(P256_SPKI).split_off(26);
    assert_eq!((curve, [&[4], &x[..], &y].concat()), (EllipticCurve::P256, point));
    let wrong = (utils.ec_pub_components_from_private_key)(&der(P256), Algorithm::ES384);
    assert_eq!(wrong.unwrap_err().into_kind(), ErrorKind::InvalidEcdsaKey);
    let wrong = (utils.ec_pub_components_from_private_key)(&der(P256), Algorithm::HS256);
    assert_eq!(wrong.unwrap_err().into_kind(), ErrorKind::UnsupportedAlgorithm);
    let wrong = (utils.ec_pub_components_from_private_key)(&der(P256_NO_PUBLIC), Algorithm::ES256);
    let why = "an EC private key without its public part, which `ring` does not compute";
    assert_eq!(wrong.unwrap_err().into_kind(), ErrorKind::Provider(why.to_owned()));

    let public = der(ED_SPKI).split_off(12);
    for text in [ED_V1, ED_V2] {
        assert_eq!((utils.ed_pub_components_from_private_key)(&der(text), &EllipticCurve::Ed25519).unwrap(), public);
    }
    let wrong = (utils.ed_pub_components_from_private_key)(&der(ED_V1), &EllipticCurve::P256);
    assert_eq!(wrong.unwrap_err().into_kind(), ErrorKind::UnsupportedAlgorithm);
    for rsa in [utils.rsa_pub_components_from_private_key, utils.rsa_pub_components_from_public_key] {
        assert_eq!(rsa(b"").unwrap_err().into_kind(), ErrorKind::UnsupportedAlgorithm);
    }
    // FIPS 180-2, appendix B.1 and C.1, and SHA-384's D.1.
    for (hash, start, len) in [
        (ThumbprintHash::SHA256, [0xba, 0x78, 0x16, 0xbf], 32),
        (ThumbprintHash::SHA384, [0xcb, 0x00, 0x75, 0x3f], 48),
        (ThumbprintHash::SHA512, [0xdd, 0xaf, 0x35, 0xa1], 64),
    ] {
        let digest = (utils.compute_digest)(b"abc", hash).unwrap();
        assert_eq!((&digest[..4], digest.len()), (&start[..], len));
    }
}

#[test]
fn private_keys_in_all_their_forms() {
    let private = der(ED_V1);
    let public = der(ED_SPKI).split_off(12);
    let old_ring = [&hex(b"3053020101300506032b657004220420"), &private[16..], &hex(b"a123032100"), &public].concat();
    let ids: Vec<String> = [private.clone(), der(ED_V2), old_ring.clone()]
        .iter()
        .map(|bytes| signing_key(&ed(bytes), Alg::Ed25519).unwrap().id().to_string())
        .collect();
    let verifying = verifying_key(&DecodingKey::from_ed_der(&public), Alg::Ed25519).unwrap();
    assert!(ids.iter().all(|id| id == verifying.id().as_str()), "{ids:?}");

    let key = signing_key(&ec(&der(P256)), Alg::Es256).unwrap();
    let spki = DecodingKey::from_ec_der(&der(P256_SPKI));
    let point = DecodingKey::from_ec_der(&der(P256_SPKI).split_off(26));
    assert_eq!(verifying_key(&spki, Alg::Es256).unwrap().id(), key.id());
    assert_eq!(verifying_key(&point, Alg::Es256).unwrap().id(), key.id());
    assert_eq!(verifying_key(&DecodingKey::from_ed_der(&der(ED_SPKI)), Alg::Ed25519).unwrap().id(), verifying.id());
    let token = sign(&RING_PROVIDER, Algorithm::ES256, &ec(&der(P256))).unwrap();
    assert!(holds(&RING_PROVIDER, Algorithm::ES256, &spki, &token).unwrap());

    // Without the public part, it must come from elsewhere.
    let bare = ec(&der(P256_NO_PUBLIC));
    refused(signing_key(&bare, Alg::Es256), "without its public part, which `ring` does not compute");
    let why = "an EC private key without its public part, which `ring` does not compute";
    assert_eq!(signer_error(Algorithm::ES256, &bare), ErrorKind::Provider(why.to_owned()));
    let whole = signing_key_with_public(&bare, &spki, Alg::Es256).unwrap();
    assert!(whole.id() == key.id() && whole.can_seal());
    refused(
        signing_key_with_public(&EncodingKey::from_secret(&SECRET), &DecodingKey::from_secret(&SECRET), Alg::Hs256),
        "a public half for a symmetric algorithm",
    );
}

#[test]
fn t80_halves_that_do_not_belong_together() {
    let foreign = DecodingKey::from_ec_components(A3_X, A3_Y).unwrap();
    refused(
        signing_key_with_public(&ec(&der(P256_NO_PUBLIC)), &foreign, Alg::Es256),
        "member `d`: does not belong to the public key",
    );
    refused(signing_key_with_public(&ec(&der(P256)), &foreign, Alg::Es256), "not a key of this algorithm's curve");
    let mut crossed = der(P256);
    crossed.truncate(crossed.len() - 64);
    crossed.extend(B64.decode(A3_X).unwrap());
    crossed.extend(B64.decode(A3_Y).unwrap());
    refused(signing_key(&ec(&crossed), Alg::Es256), "member `d`: does not belong to the public key");
    assert_eq!(signer_error(Algorithm::ES256, &ec(&crossed)), ErrorKind::InvalidEcdsaKey);

    let foreign = DecodingKey::from_ed_components(ED_X).unwrap();
    for text in [ED_V1, ED_V2] {
        let crossed = signing_key_with_public(&ed(&der(text)), &foreign, Alg::Ed25519);
        refused(crossed, "not a key of this algorithm's curve");
    }

    // Version 2 of Ed25519, in the standard's tag and in that of old `ring`: RUSTSEC-2022-0093.
    let foreign = B64.decode(ED_X).unwrap();
    let mut crossed = der(ED_V2);
    crossed.truncate(crossed.len() - 32);
    crossed.extend(&foreign);
    let seed = &der(ED_V1)[16..];
    let old_ring = [&hex(b"3053020101300506032b657004220420"), seed, &hex(b"a123032100"), &foreign].concat();
    for crossed in [crossed, old_ring] {
        assert!(signing_key(&ed(&crossed), Alg::Ed25519).is_err_and(|error| error.is_misuse()));
        assert_eq!(signer_error(Algorithm::EdDSA, &ed(&crossed)), ErrorKind::InvalidEddsaKey);
    }
}

/// Whatever is cut off or changed: refused, or the very same key, and never a panic.
#[test]
fn t37_any_change_of_a_private_key() {
    for (text, alg) in [(ED_V1, Alg::Ed25519), (ED_V2, Alg::Ed25519), (P256, Alg::Es256), (P256_NO_PUBLIC, Alg::Es256)]
    {
        let good = der(text);
        let read = |bytes: &[u8]| {
            signing_key(&if alg == Alg::Ed25519 { ed(bytes) } else { ec(bytes) }, alg).map(|key| key.id().to_string())
        };
        for len in 0..good.len() {
            assert!(read(&good[..len]).is_err(), "{text}, {len} bytes");
        }
        assert!(read(&[&good[..], &[0]].concat()).is_err(), "{text}, with a byte behind it");
        for at in 0..good.len() {
            for value in [0, 1, 0x30, 0x7f, 0x80, 0x84, 0xff] {
                let mut changed = good.clone();
                changed[at] = value;
                // All functions together take long; some of the bytes will do.
                if at % 5 == 0 && value == 0xff {
                    hostile_bytes(&changed);
                }
                // A seed without its public half is as good as any other; all else must agree.
                if text != ED_V1 && read(&good).is_ok_and(|id| read(&changed).is_ok_and(|other| other != id)) {
                    panic!("{text}: byte {at} is {value}, and it is another key");
                }
            }
        }
    }
}

#[test]
fn keys_keep_what_they_may() {
    for Theirs { alg, encoding, decoding, .. } in every_algorithm() {
        let (seals, opens) = (signing_key(&encoding, alg).unwrap(), verifying_key(&decoding, alg).unwrap());
        assert!(seals.can_seal() && !opens.can_seal(), "{alg:?}");
        assert_eq!((seals.id(), seals.alg(), opens.alg()), (opens.id(), alg, alg));
        // Written and read again.
        let again = Keyring::from_jwks(Keyring::new(vec![opens]).unwrap().to_jwks().expose()).unwrap();
        assert!(again.keys().all(|key| !key.can_seal()), "{alg:?}");
    }
}

#[test]
fn t80_public_jwks_of_theirs() {
    let okp = format!(r#""kty":"OKP","crv":"Ed25519","x":"{ED_X}""#);
    let point = format!(r#""kty":"EC","crv":"P-256","x":"{A3_X}","y":"{A3_Y}""#);
    let key = |members: &str| Key::try_from(&jwk(&format!("{{{members}}}")));

    let taken = key(&format!(r#"{okp},"kid":"here","use":"sig","alg":"EdDSA","key_ops":["verify"]"#)).unwrap();
    assert_eq!((taken.id().as_str(), taken.alg(), taken.can_seal()), ("here", Alg::Ed25519, false));
    assert_eq!(key(&okp).unwrap().id().as_str(), ED_THUMBPRINT, "by its thumbprint, if it has no name");
    assert_eq!(key(&point).unwrap().alg(), Alg::Es256, "the one algorithm of the curve");
    assert_eq!(hazmat::jws::verify(A3, &key(&point).unwrap()).unwrap().len(), 70);
    let all = every_algorithm();
    let p384 = all.iter().find(|theirs| theirs.alg == Alg::Es384).unwrap();
    let p384 = Jwk::from_decoding_key(&p384.decoding, None).unwrap();
    assert_eq!(Key::try_from(&p384).unwrap().alg(), Alg::Es384);

    for (members, why) in [
        (format!(r#"{okp},"kid":"here","use":"enc""#), "key \"here\": member `use`: does not fit the algorithm"),
        (format!(r#"{okp},"use":"tls""#), "member `use`: does not fit the algorithm"),
        (format!(r#"{okp},"key_ops":["encrypt"]"#), "member `key_ops`: does not fit the algorithm"),
        (format!(r#"{okp},"key_ops":["verify","bless"]"#), "member `key_ops`: does not fit the algorithm"),
        (format!(r#"{okp},"key_ops":["sign"]"#), "member `key_ops`: does not fit the algorithm"),
        (format!(r#"{okp},"kid":"""#), "member `kid`: empty, or longer than 256 bytes"),
        (format!(r#"{okp},"alg":"ES256""#), "member `kty`: does not fit the algorithm"),
        (format!(r#"{okp},"alg":"HS256""#), "member `kty`: does not fit the algorithm"),
        (format!(r#"{okp},"alg":"Ed25519""#), "member `alg`: an algorithm that is not supported"),
        (format!(r#"{okp},"alg":"RS256""#), "member `alg`: an algorithm that is not supported"),
        (format!(r#"{point},"alg":"ES384""#), "member `crv`: does not fit the algorithm"),
        (point.replace("P-256", "P-384"), "member `x`: of the wrong length"),
        (point.replace("P-256", "P-521"), "member `alg`: missing: name the algorithm"),
        (point.replace("P-256", "Ed25519"), "member `kty`: does not fit the algorithm"),
        (okp.replace("Ed25519", "P-256"), "member `kty`: does not fit the algorithm"),
        (point.replace(A3_Y, A3_X), "member `x`: no point of the curve"),
        (point.replace(A3_Y, ""), "member `y`: of the wrong length"),
        (okp.replace(ED_X, &format!("{ED_X}=")), "member `x`: not canonical base64url"),
        (
            r#""kty":"RSA","n":"AQAB","e":"AQAB","kid":"r""#.to_owned(),
            "key \"r\": member `kty`: a kind of key that is not supported",
        ),
        (r#""kty":"AKP","pub":"AQAB""#.to_owned(), "member `kty`: a kind of key that is not supported"),
        (
            format!(r#""kty":"oct","k":"{A1_SECRET}","kid":"s""#),
            "key \"s\": member `kty`: `oct`, a secret that a `Jwk` does not keep",
        ),
    ] {
        refused(key(&members), why);
    }
}

#[test]
fn t80_sets_of_theirs_are_read_as_texts_are() {
    let okp = format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{ED_X}","kid":"a"}}"#);
    let point = format!(r#"{{"kty":"EC","crv":"P-256","x":"{A3_X}","y":"{A3_Y}","kid":"b","alg":"ES256"}}"#);
    let foreign = r#"{"kty":"RSA","alg":"RS256","kid":"c","n":"AQAB","e":"AQAB"},{"kty":"AKP","alg":"ML-DSA-44","pub":"AQAB"},
        {"kty":"EC","crv":"P-521","x":"AQAB","y":"AQAB"},{"kty":"EC","crv":"secp256k1","x":"AQAB","y":"AQAB","alg":"ES256K"},
        {"kty":"OKP","crv":"X25519","x":"AQAB"},{"kty":7},{}"#;
    let for_encryption = format!(r#"{{"kty":"EC","crv":"P-256","x":"{A3_X}","y":"{A3_Y}","kid":"d","use":"enc"}}"#);
    let ring = set(&format!("{okp},{foreign},{for_encryption},{point}")).unwrap();
    assert!(ring.ids().map(|id| id.as_str()).eq(["a", "b"]));

    for secret in [
        r#"{"kty":"oct","k":"AQAB","kid":"s"}"#,
        r#"{"kty":"AKP","d":"AQAB","kid":"s"}"#,
        r#"{"kty":"oct","k":7,"kid":"s"}"#,
    ] {
        refused(set(&format!("{okp},{secret}")), "a secret, in a document for the public");
        refused(set(&format!("{okp},{secret}")), "key \"s\": member `");
    }
    refused(set(&format!("{okp},{}", point.replace("\"b\"", "\"a\""))), "key \"a\"");
    refused(
        set(&format!("{okp},{}", okp.replace("\"a\"", "\"b\""))),
        "key \"b\": another key of the set has the same wire id",
    );
    refused(set(&format!("{okp},{}", point.replace(A3_Y, A3_X))), "key \"b\": member `x`: no point of the curve");
    refused(set(&format!("{okp},{}", point.replace(A3_Y, "_"))), "key \"b\": member `y`");
    refused(set(&format!("{okp},{}", point.replace(&format!("\"{A3_Y}\""), "7"))), "key \"b\": member `y`: not a text");
    for none in ["", foreign] {
        assert!(set(none).is_err_and(|error| error.is_misuse()), "{none}");
    }
}

#[test]
fn our_keys_as_theirs() {
    let now = UnixTime::from_secs(1_800_000_000);
    let later = UnixTime::from_secs(1_800_000_100);
    let generate = |alg| Key::generate(alg).unwrap();
    let keys = vec![generate(Alg::Ed25519), generate(Alg::Es256).expiring_at(later), generate(Alg::Es384)];
    let ring = Keyring::new(keys).unwrap();
    let set = public_jwk_set(&ring, now);
    // As good as the text.
    let texts: serde_json::Value = serde_json::from_str(&ring.public_jwks()).unwrap();
    for (theirs, ours) in set.keys.iter().zip(texts["keys"].as_array().unwrap()) {
        let theirs = serde_json::to_value(theirs).unwrap();
        assert!(theirs.as_object().unwrap().iter().all(|(name, value)| ours[name] == *value), "{theirs} {ours}");
        assert!(
            ours.as_object().unwrap().keys().all(|name| name == "exp" || theirs.get(name).is_some()),
            "{theirs} {ours}"
        );
    }
    assert!(Keyring::try_from(&set).unwrap().ids().eq(ring.ids()));
    // What is over is not in it: a `Jwk` could not say so.
    assert_eq!(public_jwk_set(&ring, later).keys.len(), 2);
    let revoked = ring.ids().next().unwrap().to_string();
    let ring = ring.revoke(&revoked, "stolen", now).unwrap();
    assert_eq!(public_jwk_set(&ring, now).keys.len(), 2);
    assert!(public_jwk_set(&ring, now).find(&revoked).is_none());
    refused(DecodingKey::try_from(ring.get(&revoked).unwrap()), "revoked");

    assert!(
        public_jwk_set(&Keyring::new(vec![generate(Alg::Hs256), generate(Alg::HkdfA256Gcm)]).unwrap(), now)
            .keys
            .is_empty()
    );
    for alg in [Alg::A128Gcm, Alg::A256Gcm, Alg::ChaCha20Poly1305, Alg::HkdfA256Gcm, Alg::HkdfChaCha20Poly1305] {
        refused(DecodingKey::try_from(&generate(alg)), "of an algorithm that `jsonwebtoken` does not have");
    }
}

#[test]
fn t34_nothing_of_the_bridge_shows_a_secret() {
    let seed = &der(ED_V1)[16..];
    let scalar = &der(P256)[36..68];
    let all = every_algorithm();
    let hs512 = all.iter().find(|theirs| theirs.alg == Alg::Hs512).unwrap();
    let mut shown = format!("{RING_PROVIDER:?}");
    for (encoding, alg) in
        [(&hs512.encoding, Alg::Hs512), (&ed(&der(ED_V1)), Alg::Ed25519), (&ec(&der(P256)), Alg::Es256)]
    {
        let key = signing_key(encoding, alg).unwrap();
        shown += &format!("{key:?} {:?} {encoding:?}", DecodingKey::try_from(&key).unwrap());
        // Of the right form, and each refused for another reason.
        let errors = [signing_key(encoding, Alg::Es384).err(), signing_key(encoding, Alg::A256Gcm).err()];
        shown += &format!("{errors:?}");
        shown += &format!("{:?}", signer_error(Algorithm::ES384, encoding));
    }
    shown += &format!("{:?}", signing_key(&EncodingKey::from_secret(b"hush-hush"), Alg::Hs256).err());
    shown += &format!("{:?}", signer_error(Algorithm::HS256, &EncodingKey::from_secret(b"hush-hush")));
    shown += &format!("{:?}", Key::try_from(&jwk(&format!(r#"{{"kty":"oct","k":"{A1_SECRET}"}}"#))).err());
    for secret in [seed, scalar, &SECRET, b"hush-hush", &B64.decode(A1_SECRET).unwrap()] {
        for form in
            [B64.encode(secret), STANDARD.encode(secret), format!("{secret:?}"), String::from_utf8_lossy(secret).into()]
        {
            assert!(!shown.contains(&form), "{form}");
        }
    }
}

fn hex(digits: &[u8]) -> Vec<u8> {
    digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}
