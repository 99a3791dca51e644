//! Ours, with the ends that an application sets: absolute and idle.

use crate::stage::{Class, Scene, State};
use orderslip::{JweEnc, JwsAlg, Keyring, Lifetime, PublicAlg, Sealer};
use std::time::Duration;

pub const ENCRYPTED: &str = "**orderslip** `encrypted`";
pub const POSITIONAL: &str = "**orderslip** `encrypted`, positional";
pub const SIGNED: &str = "**orderslip** `signed`";
pub const JWS: &str = "**orderslip** `jws` HS256";
pub const JWE: &str = "**orderslip** `jwe` dir A256GCM";
pub const PUBLIC: &str = "**orderslip** `publicly_signed` Ed25519";

pub fn lifetime() -> Lifetime {
    Lifetime::absolute(Duration::from_secs(8 * 3_600)).idle(Duration::from_secs(1_800))
}

pub fn enter<T: State>(scene: &mut Scene<'_, T>) {
    let keys = Keyring::generate().expect("a system with randomness");
    let builders = [
        (ENCRYPTED, Class::Encrypted, Sealer::<T>::encrypted(&keys)),
        (JWE, Class::Jwe, Sealer::<T>::jwe(&keys, JweEnc::A256Gcm)),
        (SIGNED, Class::Signed, Sealer::<T>::signed(&keys)),
        (JWS, Class::Jws, Sealer::<T>::jws(&keys, JwsAlg::Hs256)),
        (PUBLIC, Class::PubliclySigned, Sealer::<T>::publicly_signed(&keys, PublicAlg::Ed25519)),
    ];
    for (name, class, builder) in builders {
        let sealer = builder.lifetime(lifetime()).build().expect("keys for every algorithm");
        let opener = sealer.clone();
        let seal = move |state: &T| sealer.seal(state).expect("a state that fits");
        scene.enter(name, class, seal, move |token| Some(opener.open(token).ok()?.into_state()));
    }
    // The state is wrapped before the clock runs: in an application it is the wrapper that is kept.
    let sealer =
        Sealer::<T::ByPosition>::encrypted(&keys).lifetime(lifetime()).build().expect("keys for every algorithm");
    let (opener, state) = (sealer.clone(), scene.state.clone().by_position());
    let seal = move |_: &T| sealer.seal(&state).expect("a state that fits");
    let open = move |token: &str| Some(T::by_name(opener.open(token).ok()?.into_state()));
    scene.enter(POSITIONAL, Class::Encrypted, seal, open);
}
