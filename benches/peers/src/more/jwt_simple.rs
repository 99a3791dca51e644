//! jwt-simple without BoringSSL: HS256, and JWE with a wrapped key, as it has no `dir`.

use crate::stage::{Class, Scene, State};
use jwt_simple::prelude::{A256KWKey, Claims, Duration, HS256Key, MACLike as _};

pub fn enter<T: State>(scene: &mut Scene<'_, T>) {
    let key = HS256Key::from_bytes(&[7; 32]);
    let back = key.clone();
    scene.enter(
        "jwt-simple HS256 (pure-rust)",
        Class::Jws,
        move |state| key.authenticate(Claims::with_custom_claims(state, Duration::from_secs(1_800))).expect("a token"),
        move |token| Some(back.verify_token::<T>(token, None).ok()?.custom),
    );
    let key = A256KWKey::from_bytes(&[7; 32]).expect("a key");
    let back = key.clone();
    scene.enter(
        "jwt-simple JWE A256KW, A256GCM (pure-rust)",
        Class::Jwe,
        move |state| key.encrypt(Claims::with_custom_claims(state, Duration::from_secs(1_800))).expect("a token"),
        move |token| Some(back.decrypt_token::<T>(token, None).ok()?.custom),
    );
}
