//! JOSE messages made by somebody who knows the key, with the cryptography right and all else as the test wants it.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as B64};
use ring::{aead, hmac};

/// A JWS of any header and payload, with a MAC that holds.
pub fn hs256(secret: &[u8], header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
    hs256_over(secret, &format!("{}.{}", B64.encode(header), B64.encode(payload)))
}

/// The same over parts that are encoded already, be it wrongly.
pub fn hs256_over(secret: &[u8], input: &str) -> String {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), input.as_bytes());
    format!("{input}.{}", B64.encode(tag))
}

/// The same with SHA-512.
pub fn hs512(secret: &[u8], header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>) -> String {
    let input = format!("{}.{}", B64.encode(header), B64.encode(payload));
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA512, secret), input.as_bytes());
    format!("{input}.{}", B64.encode(tag))
}

/// The five parts of a JWE of any header and plaintext, with a tag that holds.
pub fn dir_a256gcm(key: &[u8], header: &str, plaintext: &[u8]) -> [String; 5] {
    dir(&aead::AES_256_GCM, key, header, plaintext)
}

/// The same with any cipher.
pub fn dir(cipher: &'static aead::Algorithm, key: &[u8], header: &str, plaintext: &[u8]) -> [String; 5] {
    let cipher = aead::UnboundKey::new(cipher, key).expect("a key of the cipher's length");
    let (header, iv) = (B64.encode(header), [7; 12]);
    let mut text = plaintext.to_vec();
    let tag = aead::LessSafeKey::new(cipher)
        .seal_in_place_separate_tag(
            aead::Nonce::assume_unique_for_key(iv),
            aead::Aad::from(header.as_bytes()),
            &mut text,
        )
        .expect("a short text");
    [header, String::new(), B64.encode(iv), B64.encode(text), B64.encode(tag)]
}

/// The JWK of a symmetric key.
pub fn oct(alg: &str, kid: &str, secret: &[u8]) -> String {
    format!(r#"{{"kty":"oct","alg":"{alg}","kid":"{kid}","k":"{}"}}"#, B64.encode(secret))
}
