//! josekit on OpenSSL: HS256 and JWE `dir` with A256GCM, each by its claims and by bytes that are ours to write and to read.

use crate::{
    jwt::Claims,
    stage::{Class, Scene, State},
};
use josekit::{
    jwe::{self, Dir, JweHeader},
    jws::{self, HS256, JwsHeader},
    jwt::{self, JwtPayload, JwtPayloadValidator},
};
use std::time::{Duration, SystemTime};

pub fn enter<T: State>(scene: &mut Scene<'_, T>) {
    signed(scene);
    encrypted(scene);
}

fn signed<T: State>(scene: &mut Scene<'_, T>) {
    let header = || {
        let mut header = JwsHeader::new();
        header.set_token_type("JWT");
        header
    };
    let signer = HS256.signer_from_bytes([7; 32]).expect("a key");
    let verifier = HS256.verifier_from_bytes([7; 32]).expect("a key");
    let (first, second) = (header(), header());
    let (sign, verify) = (signer.clone(), verifier.clone());
    scene.enter(
        "josekit HS256 (claims)",
        Class::Jws,
        move |state| jwt::encode_with_signer(&payload(state), &first, &sign).expect("a token"),
        move |token| state_of(jwt::decode_with_verifier(token, &verify).ok()?.0),
    );
    scene.enter(
        "josekit HS256 (bytes)",
        Class::Jws,
        move |state| jws::serialize_compact(&bytes(state), &second, &signer).expect("a token"),
        move |token| from_bytes(&jws::deserialize_compact(token, &verifier).ok()?.0),
    );
}

fn encrypted<T: State>(scene: &mut Scene<'_, T>) {
    let header = || {
        let mut header = JweHeader::new();
        header.set_token_type("JWT");
        header.set_content_encryption("A256GCM");
        header
    };
    let encrypter = Dir.encrypter_from_bytes([7; 32]).expect("a key");
    let decrypter = Dir.decrypter_from_bytes([7; 32]).expect("a key");
    let (first, second) = (header(), header());
    let (encrypt, decrypt) = (encrypter.clone(), decrypter.clone());
    scene.enter(
        "josekit JWE dir A256GCM (claims)",
        Class::Jwe,
        move |state| jwt::encode_with_encrypter(&payload(state), &first, &encrypt).expect("a token"),
        move |token| state_of(jwt::decode_with_decrypter(token, &decrypt).ok()?.0),
    );
    scene.enter(
        "josekit JWE dir A256GCM (bytes)",
        Class::Jwe,
        move |state| jwe::serialize_compact(&bytes(state), &second, &encrypter).expect("a token"),
        move |token| from_bytes(&jwe::deserialize_compact(token, &decrypter).ok()?.0),
    );
}

fn payload(state: &impl State) -> JwtPayload {
    let mut payload = JwtPayload::new();
    payload.set_expires_at(&(SystemTime::now() + Duration::from_secs(1_800)));
    payload.set_claim("state", Some(serde_json::to_value(state).expect("JSON"))).expect("no registered claim");
    payload
}

fn state_of<T: State>(payload: JwtPayload) -> Option<T> {
    let mut validator = JwtPayloadValidator::new();
    validator.set_base_time(SystemTime::now());
    validator.validate(&payload).ok()?;
    T::deserialize(payload.claim("state")?).ok()
}

fn bytes(state: &impl State) -> Vec<u8> {
    serde_json::to_vec(&Claims::of(state)).expect("JSON")
}

fn from_bytes<T: State>(bytes: &[u8]) -> Option<T> {
    serde_json::from_slice::<Claims<T>>(bytes).ok()?.in_time()
}
