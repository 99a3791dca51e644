//! COSE_Mac0 and COSE_Sign1: whole tokens.

use crate::outside::{
    ID, NOW, Order, SECRET, base64url, check_claims, check_foreign_slip, claims, external_aad, from_base64url, keyring,
    lifetime, order, secret_wire_id, wire_id,
};
use coset::{
    CoseMac0, CoseMac0Builder, CoseSign1, CoseSign1Builder, HeaderBuilder, TaggedCborSerializable, iana::Algorithm,
};
use orderslip::{Keyring, Opener, PublicAlg, Sealer, SlipState};
use ring::{
    hmac,
    rand::SystemRandom,
    signature::{self, EcdsaKeyPair, Ed25519KeyPair},
};

#[test]
fn mac0_tokens_verify_without_us_and_ours_open_others() {
    let sealer = Sealer::<Order>::signed(&keyring(r#""alg":"HS256""#)).lifetime(lifetime()).bind("eu").build().unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET);
    for call in [&[][..], &[&b"tenant 7"[..]]] {
        let aad = external_aad(Order::PURPOSE, &[b"eu"], call);
        let token = sealer.bound(call).seal_at(&order(), NOW).unwrap();
        let bytes = from_base64url(&token);
        let message = CoseMac0::from_tagged_slice(&bytes).unwrap();
        assert_eq!(message.clone().to_tagged_vec().unwrap(), bytes);
        assert_eq!(message.unprotected.key_id, secret_wire_id());
        let verify = |tag: &[u8], structure: &[u8]| hmac::verify(&key, structure, tag);
        message.verify_payload_tag(&aad, || ring::error::Unspecified, verify).unwrap();
        check_claims(&message.payload.unwrap(), &sealer.bound(call).open_at(&token, NOW).unwrap());

        let (began, sealed) = (NOW.as_secs() - 600, NOW.as_secs() - 60);
        let foreign = CoseMac0Builder::new()
            .protected(HeaderBuilder::new().algorithm(Algorithm::HMAC_256_256).build())
            .unprotected(HeaderBuilder::new().key_id(secret_wire_id()).build())
            .payload(claims(ID, began, sealed))
            .create_tag(&aad, |structure| hmac::sign(&key, structure).as_ref().to_vec())
            .build();
        let foreign = base64url(&foreign.to_tagged_vec().unwrap());
        check_foreign_slip(&sealer.bound(call).open_at(&foreign, NOW).unwrap(), ID, began, sealed);
        assert!(sealer.bound(&["tenant 8"]).open_at(&foreign, NOW).is_err_and(|error| error.is_rejected()));
    }
}

type Sign = Box<dyn Fn(&[u8]) -> Vec<u8>>;

/// One signature algorithm in the words of each library, with a key of a ring.
struct Signatures {
    ours: PublicAlg,
    coset: Algorithm,
    ring: &'static dyn signature::VerificationAlgorithm,
    public: Vec<u8>,
    wire_id: Vec<u8>,
    sign: Sign,
}

/// The two pairs of a ring, from its JWK Set.
fn signatures(keys: &Keyring) -> [Signatures; 2] {
    let set: serde_json::Value = serde_json::from_str(keys.to_jwks().expose()).unwrap();
    let find = |kty: &str| set["keys"].as_array().unwrap().iter().find(|key| key["kty"] == kty).unwrap();
    let (okp, ec) = (find("OKP"), find("EC"));
    let bytes = |key: &serde_json::Value, member: &str| from_base64url(key[member].as_str().unwrap());
    let (x, y) = (&okp["x"], &ec["y"]);
    let ed25519 = Ed25519KeyPair::from_seed_and_public_key(&bytes(okp, "d"), &bytes(okp, "x")).unwrap();
    let point = [vec![4], bytes(ec, "x"), bytes(ec, "y")].concat();
    let random = SystemRandom::new();
    let algorithm = &signature::ECDSA_P256_SHA256_FIXED_SIGNING;
    let es256 = EcdsaKeyPair::from_private_key_and_public_key(algorithm, &bytes(ec, "d"), &point, &random).unwrap();
    [
        Signatures {
            ours: PublicAlg::Ed25519,
            coset: Algorithm::EdDSA,
            ring: &signature::ED25519,
            public: bytes(okp, "x"),
            wire_id: wire_id(&format!(r#"{{"crv":"Ed25519","kty":"OKP","x":{x}}}"#)),
            sign: Box::new(move |message| ed25519.sign(message).as_ref().to_vec()),
        },
        Signatures {
            ours: PublicAlg::Es256,
            coset: Algorithm::ES256,
            ring: &signature::ECDSA_P256_SHA256_FIXED,
            public: point,
            wire_id: wire_id(&format!(r#"{{"crv":"P-256","kty":"EC","x":{},"y":{y}}}"#, ec["x"])),
            sign: Box::new(move |message| es256.sign(&random, message).unwrap().as_ref().to_vec()),
        },
    ]
}

#[test]
fn sign1_tokens_verify_without_us_and_ours_open_others() {
    let keys = Keyring::generate().unwrap();
    for Signatures { ours, coset, ring, public, wire_id, sign } in signatures(&keys) {
        let sealer = Sealer::<Order>::publicly_signed(&keys, ours).lifetime(lifetime()).bind("eu").build().unwrap();
        let door = Keyring::from_jwks(&keys.public_jwks()).unwrap();
        let door = Opener::<Order>::publicly_signed(&door).bind("eu").build().unwrap();
        let public = signature::UnparsedPublicKey::new(ring, public);
        for call in [&[][..], &[&b"tenant 7"[..]]] {
            let aad = external_aad(Order::PURPOSE, &[b"eu"], call);
            let token = sealer.bound(call).seal_at(&order(), NOW).unwrap();
            let bytes = from_base64url(&token);
            let message = CoseSign1::from_tagged_slice(&bytes).unwrap();
            assert_eq!(message.clone().to_tagged_vec().unwrap(), bytes);
            assert_eq!(message.unprotected.key_id, wire_id);
            message.verify_signature(&aad, |signature, structure| public.verify(structure, signature)).unwrap();
            check_claims(&message.payload.unwrap(), &door.bound(call).open_at(&token, NOW).unwrap());

            let (began, sealed) = (NOW.as_secs() - 600, NOW.as_secs() - 60);
            let foreign = CoseSign1Builder::new()
                .protected(HeaderBuilder::new().algorithm(coset).build())
                .unprotected(HeaderBuilder::new().key_id(wire_id.clone()).build())
                .payload(claims(ID, began, sealed))
                .create_signature(&aad, &sign)
                .build();
            let foreign = base64url(&foreign.to_tagged_vec().unwrap());
            check_foreign_slip(&door.bound(call).open_at(&foreign, NOW).unwrap(), ID, began, sealed);
            assert!(door.bound(&["tenant 8"]).open_at(&foreign, NOW).is_err_and(|error| error.is_rejected()));
        }
    }
}
