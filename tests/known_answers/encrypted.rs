//! COSE_Encrypt: the context of the derivation, known answers, and whole tokens.

use crate::outside::{
    ID, NOW, Order, SECRET, base64url, check_claims, check_foreign_slip, claims, encoded, external_aad, from_base64url,
    keyring, lifetime, order, secret_wire_id,
};
use ciborium::Value;
use coset::{
    CborSerializable, CoseEncrypt, CoseEncryptBuilder, CoseKdfContextBuilder, CoseRecipientBuilder, EncryptionContext,
    HeaderBuilder, Label, ProtectedHeader, SuppPubInfo, TaggedCborSerializable, iana::Algorithm,
};
use orderslip::{Alg, Key, Sealer, SlipState, hazmat};
use ring::{aead, hkdf};

const SALT: [u8; 16] = *b"sixteen of salt!";
const IV: [u8; 12] = *b"twelve bytes";

fn key(alg: Alg) -> Key {
    Key::from_jwk_as(&format!(r#"{{"kty":"oct","k":"{}"}}"#, base64url(SECRET)), alg).unwrap()
}

/// One content algorithm in the words of each library.
struct Content {
    ours: Alg,
    coset: Algorithm,
    ring: &'static aead::Algorithm,
    jwk: &'static str,
}

const CONTENTS: [Content; 3] = [
    Content {
        ours: Alg::HkdfA256Gcm,
        coset: Algorithm::A256GCM,
        ring: &aead::AES_256_GCM,
        jwk: r#""alg":"direct+HKDF-SHA-256","enc":"A256GCM""#,
    },
    Content {
        ours: Alg::HkdfChaCha20Poly1305,
        coset: Algorithm::ChaCha20Poly1305,
        ring: &aead::CHACHA20_POLY1305,
        jwk: r#""alg":"direct+HKDF-SHA-256","enc":"ChaCha20/Poly1305""#,
    },
    Content {
        ours: Alg::HkdfA128Gcm,
        coset: Algorithm::A128GCM,
        ring: &aead::AES_128_GCM,
        jwk: r#""alg":"direct+HKDF-SHA-256","enc":"A128GCM""#,
    },
];

impl Content {
    /// RFC 9053 section 5.2, as coset writes it.
    fn context(&self, recipient: ProtectedHeader, other: Option<Vec<u8>>) -> Vec<u8> {
        let bits = u64::try_from(self.ring.key_len() * 8).unwrap();
        let public = SuppPubInfo { key_data_length: bits, protected: recipient, other };
        CoseKdfContextBuilder::new().algorithm(self.coset).supp_pub_info(public).build().to_vec().unwrap()
    }

    fn content_key(&self, salt: &[u8], context: &[u8]) -> aead::LessSafeKey {
        let prk = hkdf::Salt::new(hkdf::HKDF_SHA256, salt).extract(SECRET);
        let key = prk.expand(&[context], self.ring).unwrap().into();
        aead::LessSafeKey::new(key)
    }

    /// Opens a message by coset's reading of it.
    fn open(&self, message: &CoseEncrypt, external_aad: &[u8]) -> Vec<u8> {
        let [recipient] = &message.recipients[..] else { panic!("not one recipient") };
        let salt = recipient.unprotected.rest.iter().find(|(label, _)| *label == Label::Int(-20));
        let context = self.context(recipient.protected.clone(), None);
        let key = self.content_key(salt.unwrap().1.as_bytes().unwrap(), &context);
        let nonce = aead::Nonce::try_assume_unique_for_key(&message.unprotected.iv).unwrap();
        // What coset hands over with the ciphertext is the Enc_structure (RFC 9052 section 5.3).
        let decrypt = |ciphertext: &[u8], structure: &[u8]| {
            let mut buffer = ciphertext.to_vec();
            key.open_in_place(nonce, aead::Aad::from(structure), &mut buffer).map(|plaintext| plaintext.to_vec())
        };
        message.decrypt_ciphertext(external_aad, || ring::error::Unspecified, decrypt).unwrap()
    }

    /// A whole message in our shape, made without us.
    fn seal(&self, plaintext: &[u8], aad: &[u8]) -> Vec<u8> {
        let recipient = CoseRecipientBuilder::new()
            .protected(HeaderBuilder::new().algorithm(Algorithm::Direct_HKDF_SHA_256).build())
            .unprotected(HeaderBuilder::new().key_id(secret_wire_id()).value(-20, Value::Bytes(SALT.to_vec())).build())
            .ciphertext(Vec::new())
            .build();
        let key = self.content_key(&SALT, &self.context(recipient.protected.clone(), None));
        let message = CoseEncryptBuilder::new()
            .protected(HeaderBuilder::new().algorithm(self.coset).build())
            .unprotected(HeaderBuilder::new().iv(IV.to_vec()).build())
            .create_ciphertext(plaintext, aad, |plaintext, aad| {
                let mut buffer = plaintext.to_vec();
                let nonce = aead::Nonce::assume_unique_for_key(IV);
                key.seal_in_place_append_tag(nonce, aead::Aad::from(aad), &mut buffer).unwrap();
                buffer
            })
            .add_recipient(recipient)
            .build();
        message.to_tagged_vec().unwrap()
    }
}

const DIRECT_HKDF: [u8; 3] = [0xa1, 0x01, 0x29];

fn recipient_protected() -> ProtectedHeader {
    ProtectedHeader {
        original_data: Some(DIRECT_HKDF.to_vec()),
        header: HeaderBuilder::new().algorithm(Algorithm::Direct_HKDF_SHA_256).build(),
    }
}

#[test]
fn kdf_contexts_are_cosets() {
    for content in &CONTENTS {
        for other in [None, Some(&b""[..]), Some(b"whatever else the two sides know")] {
            let expected = content.context(recipient_protected(), other.map(<[u8]>::to_vec));
            assert_eq!(hazmat::cose::kdf_context(content.ours, &DIRECT_HKDF, other), expected);
        }
        let empty = content.context(ProtectedHeader::default(), None);
        assert_eq!(hazmat::cose::kdf_context(content.ours, b"", None), empty);
    }
}

/// Every byte of a message, from salt and IV to the tag, is what `coset` and `ring` make of the same parts.
#[test]
fn sealed_messages_are_cosets() {
    for content in &CONTENTS {
        for (plaintext, aad) in [(&b""[..], &b""[..]), (b"payload", b"context"), (&[7; 5_000], &[8; 300])] {
            let ours = hazmat::cose::encrypt_seal(plaintext, &key(content.ours), aad, &SALT, &IV).unwrap();
            assert_eq!(ours, content.seal(plaintext, aad), "{:?}", content.ours);
            assert_eq!(hazmat::cose::encrypt_open(&ours, &key(content.ours), aad).unwrap(), plaintext);
            let message = CoseEncrypt::from_tagged_slice(&ours).unwrap();
            assert_eq!(message.clone().to_tagged_vec().unwrap(), ours);
            assert_eq!(content.open(&message, aad), plaintext);
            // RFC 9052 section 5.3, spelled out.
            let structure = coset::enc_structure_data(EncryptionContext::CoseEncrypt, message.protected.clone(), aad);
            let protected = Value::Bytes(message.protected.original_data.unwrap());
            assert_eq!(
                structure,
                encoded(&Value::Array(vec!["Encrypt".into(), protected, Value::Bytes(aad.to_vec())]))
            );
        }
    }
}

/// The one message that other implementations may be checked against by hand.
#[test]
fn the_default_message_is_this() {
    let sealed = hazmat::cose::encrypt_seal(b"payload", &key(Alg::HkdfA256Gcm), b"context", &SALT, &IV).unwrap();
    // By Python's cryptography and cbor2.
    let expected = concat!(
        "d8608443a10103a1054c7477656c766520627974657357075adce5047e121d1099c8d6f5624f0d1482f2a8bc9111",
        "818343a10129a204487328882309989f0a33507369787465656e206f662073616c742140"
    );
    assert_eq!(hex(&sealed), expected);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn encrypted_tokens_open_without_us_and_ours_open_others() {
    // A128GCM is not for tokens.
    for content in CONTENTS.iter().filter(|content| content.ours != Alg::HkdfA128Gcm) {
        let sealer = Sealer::<Order>::encrypted(&keyring(content.jwk))
            .lifetime(lifetime())
            .bind("eu-central")
            .bind(b"\xff\x00")
            .build()
            .unwrap();
        let deployment: [&[u8]; 2] = [b"eu-central", b"\xff\x00"];
        for call in [&[][..], &[&b"tenant 7"[..], b""]] {
            let aad = external_aad(Order::PURPOSE, &deployment, call);
            let token = sealer.bound(call).seal_at(&order(), NOW).unwrap();
            let bytes = from_base64url(&token);
            let message = CoseEncrypt::from_tagged_slice(&bytes).unwrap();
            assert_eq!(message.clone().to_tagged_vec().unwrap(), bytes);
            assert_eq!(message.recipients[0].unprotected.key_id, secret_wire_id());
            check_claims(&content.open(&message, &aad), &sealer.bound(call).open_at(&token, NOW).unwrap());

            let (began, sealed) = (NOW.as_secs() - 600, NOW.as_secs() - 60);
            let foreign = base64url(&content.seal(&claims(ID, began, sealed), &aad));
            check_foreign_slip(&sealer.bound(call).open_at(&foreign, NOW).unwrap(), ID, began, sealed);
            assert!(sealer.bound(&["tenant 8"]).open_at(&foreign, NOW).is_err_and(|error| error.is_rejected()));
        }
    }
}
