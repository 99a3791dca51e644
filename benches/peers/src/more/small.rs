//! Fernet and Branca: bytes in, bytes out, and the reader says how old a token may be.

use crate::stage::{Class, Scene, State};

const AGE: u64 = 1_800;

/// AES-128-CBC and HMAC-SHA-256, on OpenSSL.
pub fn fernet<T: State>(scene: &mut Scene<'_, T>) {
    let key = fernet::Fernet::generate_key();
    let [fernet, back] = [(); 2].map(|()| fernet::Fernet::new(&key).expect("a key"));
    scene.enter(
        "fernet (OpenSSL)",
        Class::Encrypted,
        move |state| fernet.encrypt(&serde_json::to_vec(state).expect("JSON")),
        move |token| serde_json::from_slice(&back.decrypt_with_ttl(token, AGE).ok()?).ok(),
    );
}

/// XChaCha20-Poly1305, and base62 of the whole as one number.
pub fn branca<T: State>(scene: &mut Scene<'_, T>) {
    let key = [7; 32];
    scene.enter(
        "branca",
        Class::Encrypted,
        move |state| {
            let mut branca = branca::Branca::new(&key).expect("a key");
            branca.encode(&serde_json::to_vec(state).expect("JSON")).expect("a token")
        },
        move |token| {
            let age = u32::try_from(AGE).expect("half an hour");
            serde_json::from_slice(&branca::decode(token, &key, age).ok()?).ok()
        },
    );
}
