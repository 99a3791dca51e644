//! Keys of `jsonwebtoken` of every algorithm that both libraries have, and a walk along every path of the bridge.
//!
//! It is also built by the crate `tests/both_backends`, so it names nothing of the kit's other files.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "each test file uses a part of it, and stops where it fails"
)]

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as B64};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey,
    crypto::CryptoProvider,
    errors::Error,
    jwk::{EllipticCurve, JwkSet, ThumbprintHash},
};
use orderslip::{
    Alg, Key, Keyring, UnixTime, hazmat,
    jsonwebtoken_11::{RING_PROVIDER, public_jwk_set, signing_key, signing_key_with_public, verifying_key},
};
use ring::{
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _,
    },
};

pub const SECRET: [u8; 64] =
    *b"\x01\x23\x45\x67\x89\xab\xcd\xef\xfe\xdc\xba\x98\x76\x54\x32\x10, sixty-four bytes to have enough for each hash!";

pub const PAYLOAD: &str = r#"{"sub":"ada","exp":4000000000}"#;

/// What `jsonwebtoken` signs and verifies with, and which algorithm of ours that is.
pub struct Theirs {
    pub algorithm: Algorithm,
    pub alg: Alg,
    pub encoding: EncodingKey,
    pub decoding: DecodingKey,
}

pub fn every_algorithm() -> Vec<Theirs> {
    let mac = |algorithm, alg| Theirs {
        algorithm,
        alg,
        encoding: EncodingKey::from_secret(&SECRET),
        decoding: DecodingKey::from_secret(&SECRET),
    };
    let random = SystemRandom::new();
    let ec = |algorithm, alg, signing| {
        let document = EcdsaKeyPair::generate_pkcs8(signing, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(signing, document.as_ref(), &random).unwrap();
        let decoding = DecodingKey::from_ec_der(pair.public_key().as_ref());
        Theirs { algorithm, alg, encoding: EncodingKey::from_ec_der(document.as_ref()), decoding }
    };
    let document = Ed25519KeyPair::generate_pkcs8(&random).unwrap();
    let pair = Ed25519KeyPair::from_pkcs8(document.as_ref()).unwrap();
    vec![
        mac(Algorithm::HS256, Alg::Hs256),
        mac(Algorithm::HS384, Alg::Hs384),
        mac(Algorithm::HS512, Alg::Hs512),
        ec(Algorithm::ES256, Alg::Es256, &ECDSA_P256_SHA256_FIXED_SIGNING),
        ec(Algorithm::ES384, Alg::Es384, &ECDSA_P384_SHA384_FIXED_SIGNING),
        Theirs {
            algorithm: Algorithm::EdDSA,
            alg: Alg::Ed25519,
            encoding: EncodingKey::from_ed_der(document.as_ref()),
            decoding: DecodingKey::from_ed_der(pair.public_key().as_ref()),
        },
    ]
}

pub const RSA: [Algorithm; 6] =
    [Algorithm::RS256, Algorithm::RS384, Algorithm::RS512, Algorithm::PS256, Algorithm::PS384, Algorithm::PS512];

/// A JWS in the compact serialization, signed by a provider that nobody has installed.
pub fn sign(provider: &CryptoProvider, algorithm: Algorithm, key: &EncodingKey) -> Result<String, Error> {
    let header = format!(r#"{{"alg":"{algorithm:?}"}}"#);
    let message = format!("{}.{}", B64.encode(header), B64.encode(PAYLOAD));
    let signer = (provider.signer_factory)(&algorithm, key)?;
    assert_eq!(signer.algorithm(), algorithm);
    Ok(format!("{message}.{}", B64.encode(signer.try_sign(message.as_bytes())?)))
}

/// Whether the signature of a compact JWS holds, as a provider has it that nobody has installed.
pub fn holds(provider: &CryptoProvider, algorithm: Algorithm, key: &DecodingKey, token: &str) -> Result<bool, Error> {
    let verifier = (provider.verifier_factory)(&algorithm, key)?;
    assert_eq!(verifier.algorithm(), algorithm);
    let (message, signature) = token.rsplit_once('.').unwrap();
    Ok(verifier.verify(message.as_bytes(), &B64.decode(signature).unwrap()).is_ok())
}

/// Every function of the bridge, with every key, those that do not fit included.
pub fn walk_along_every_path() {
    let all = every_algorithm();
    for theirs in &all {
        let Theirs { algorithm, alg, encoding, decoding } = theirs;
        let token = sign(&RING_PROVIDER, *algorithm, encoding).unwrap();
        assert!(holds(&RING_PROVIDER, *algorithm, decoding, &token).unwrap());
        let seals = signing_key(encoding, *alg).unwrap();
        for key in [&seals, &verifying_key(decoding, *alg).unwrap()] {
            assert_eq!(hazmat::jws::verify(&token, key).unwrap(), PAYLOAD.as_bytes(), "{alg:?}");
            assert!(holds(&RING_PROVIDER, *algorithm, &DecodingKey::try_from(key).unwrap(), &token).unwrap());
        }
        assert_eq!(signing_key_with_public(encoding, decoding, *alg).is_ok(), !alg.is_symmetric());
        for foreign in &all {
            let _ = sign(&RING_PROVIDER, *algorithm, &foreign.encoding);
            let _ = holds(&RING_PROVIDER, *algorithm, &foreign.decoding, &token);
            let _ = signing_key(&foreign.encoding, *alg);
            let _ = verifying_key(&foreign.decoding, *alg);
            let _ = signing_key_with_public(encoding, &foreign.decoding, *alg);
            let utils = &RING_PROVIDER.key_utils;
            let _ = (utils.ec_pub_components_from_private_key)(foreign.encoding.as_bytes(), *algorithm);
        }
        for rsa in RSA {
            assert!(sign(&RING_PROVIDER, rsa, encoding).is_err());
            assert!(holds(&RING_PROVIDER, rsa, decoding, &token).is_err());
        }
    }
    for junk in [&b""[..], b"\x30", b"\x30\x84\xff\xff\xff\xff", &[0x30; 200], &[0; 65], &[4; 65], &[4; 97], &[9; 32]] {
        hostile_bytes(junk);
    }
    let keys = Keyring::new(
        all.iter()
            .filter(|theirs| !theirs.alg.is_symmetric())
            .map(|theirs| signing_key(&theirs.encoding, theirs.alg).unwrap())
            .collect(),
    )
    .unwrap();
    let set = public_jwk_set(&keys, UnixTime::from_secs(1_800_000_000));
    assert!(Keyring::try_from(&set).unwrap().ids().eq(keys.ids()));
    assert!(set.keys.iter().all(|jwk| Key::try_from(jwk).is_ok()));
    let hostile: JwkSet = serde_json::from_str(
        r#"{"keys":[{"kty":"EC"},{"kty":7},{},{"kty":"oct","k":""},{"kty":"EC","crv":"P-521","x":"","y":""}]}"#,
    )
    .unwrap();
    assert!(Keyring::try_from(&hostile).is_err() && Keyring::try_from(&JwkSet { keys: Vec::new() }).is_err());
    assert!(hostile.keys.iter().map(Key::try_from).all(|key: Result<Key, _>| key.is_err()));
}

/// As a private key and as a public one, of every kind, for every algorithm.
pub fn hostile_bytes(bytes: &[u8]) {
    let private = [EncodingKey::from_ec_der(bytes), EncodingKey::from_ed_der(bytes), EncodingKey::from_rsa_der(bytes)];
    let public = [
        DecodingKey::from_ec_der(bytes),
        DecodingKey::from_ed_der(bytes),
        DecodingKey::from_rsa_der(bytes),
        DecodingKey::from_rsa_raw_components(bytes, bytes),
    ];
    let algorithms = [Algorithm::HS256, Algorithm::ES256, Algorithm::ES384, Algorithm::EdDSA, Algorithm::RS256];
    let algs = [Alg::Hs256, Alg::Es256, Alg::Es384, Alg::Ed25519, Alg::A256Gcm, Alg::HkdfA256Gcm];
    let utils = &RING_PROVIDER.key_utils;
    for algorithm in algorithms {
        for key in &private {
            let _ = (RING_PROVIDER.signer_factory)(&algorithm, key);
        }
        for key in &public {
            if let Ok(verifier) = (RING_PROVIDER.verifier_factory)(&algorithm, key) {
                assert!(verifier.verify(b"message", &bytes.to_vec()).is_err());
            }
        }
        let _ = (utils.ec_pub_components_from_private_key)(bytes, algorithm);
    }
    for alg in algs {
        for key in &private {
            let _ = signing_key(key, alg);
            for public in &public {
                let _ = signing_key_with_public(key, public, alg);
            }
        }
        for key in &public {
            let _ = verifying_key(key, alg);
        }
    }
    for curve in [EllipticCurve::P256, EllipticCurve::P384, EllipticCurve::P521, EllipticCurve::Ed25519] {
        let _ = (utils.ed_pub_components_from_private_key)(bytes, &curve);
    }
    assert!((utils.rsa_pub_components_from_private_key)(bytes).is_err());
    assert!((utils.rsa_pub_components_from_public_key)(bytes).is_err());
    for hash in [ThumbprintHash::SHA256, ThumbprintHash::SHA384, ThumbprintHash::SHA512] {
        assert!((utils.compute_digest)(bytes, hash).is_ok());
    }
}
