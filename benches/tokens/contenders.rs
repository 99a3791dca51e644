//! The library and the floor, format by format. Each opens what the other has sealed before either is timed.

use crate::{
    floor, floor_jose,
    race::Race,
    states::{CartTuple, Positional, SessionTuple, cart10, cart30, session},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use orderslip::{Alg, JweEnc, JwsAlg, Key, Keyring, Lifetime, Sealer, SlipState};
use serde::{Serialize, de::DeserializeOwned};
use std::{cell::RefCell, hint::black_box, rc::Rc, time::Duration};

pub const FORMATS: [&str; 5] = ["encrypted named", "encrypted positional", "signed", "jws", "jwe"];
pub const STATES: [&str; 3] = ["Session", "Cart10", "Cart30"];

/// One secret for each algorithm, as anything else would be a mistake.
fn secret(alg: Alg) -> Vec<u8> {
    let name = format!("{alg:?}");
    (0..32_u8).map(|index| index.wrapping_mul(89) ^ name.as_bytes()[usize::from(index) % name.len()]).collect()
}

fn key(alg: Alg) -> Key {
    let jwk = format!(r#"{{"kty":"oct","k":"{}"}}"#, URL_SAFE_NO_PAD.encode(secret(alg)));
    Key::from_jwk_as(&jwk, alg).unwrap()
}

pub fn keys() -> Keyring {
    Keyring::new([Alg::HkdfA256Gcm, Alg::Hs256, Alg::A256Gcm].map(key).into()).unwrap()
}

pub fn lifetime() -> Lifetime {
    Lifetime::absolute(Duration::from_secs(floor::ABSOLUTE)).idle(Duration::from_secs(floor::IDLE))
}

fn wire_id(alg: Alg) -> [u8; 8] {
    URL_SAFE_NO_PAD.decode(key(alg).id().as_str()).unwrap()[..8].try_into().unwrap()
}

/// What a floor does.
trait Floor {
    fn seal<T: Serialize>(&mut self, state: &T) -> &str;
    fn open<T: DeserializeOwned>(&mut self, text: &str) -> ([u8; 16], T);
}

macro_rules! floors {
    ($($floor:ty),+) => {$(
        impl Floor for $floor {
            fn seal<T: Serialize>(&mut self, state: &T) -> &str {
                self.seal(state)
            }

            fn open<T: DeserializeOwned>(&mut self, text: &str) -> ([u8; 16], T) {
                self.open(text)
            }
        }
    )+};
}

floors!(floor::Encrypted, floor::Signed, floor_jose::Jws, floor_jose::Jwe);

pub fn enter(race: &mut Race<'_>, only: &str) {
    one_state(race, only, "Session", session(), SessionTuple::from(session()));
    one_state(race, only, "Cart10", cart10(), CartTuple::from(cart10()));
    one_state(race, only, "Cart30", cart30(), CartTuple::from(cart30()));
}

fn one_state<T, M>(race: &mut Race<'_>, only: &str, name: &str, state: T, mirror: M)
where
    T: SlipState + Clone + PartialEq + std::fmt::Debug,
    Positional<T>: SlipState + Clone,
    M: Serialize + DeserializeOwned + 'static,
{
    let keys = keys();
    let (encrypted, signed) = (Sealer::<T>::encrypted(&keys), Sealer::<T>::signed(&keys));
    let positional = Sealer::<Positional<T>>::encrypted(&keys).lifetime(lifetime()).build().unwrap();
    let [encrypted, signed] = [encrypted, signed].map(|builder| builder.lifetime(lifetime()).build().unwrap());
    let jws = Sealer::<T>::jws(&keys, JwsAlg::Hs256).lifetime(lifetime()).build().unwrap();
    let jwe = Sealer::<T>::jwe(&keys, JweEnc::A256Gcm).lifetime(lifetime()).build().unwrap();

    let of = |format: &str| format!("{format}/{name}");
    let wants = |format: &str| format.contains(only);
    let root = || (secret(Alg::HkdfA256Gcm), wire_id(Alg::HkdfA256Gcm));
    if wants("encrypted named") {
        let ((secret, kid), salt) = (root(), salt_of(&encrypted.seal(&state).unwrap()));
        let floor = floor::Encrypted::new(T::PURPOSE, &secret, kid, salt);
        one_format::<T, T>(race, &of("encrypted named"), encrypted, floor, state.clone(), state.clone());
    }
    if wants("encrypted positional") {
        let state = Positional(state.clone());
        let ((secret, kid), salt) = (root(), salt_of(&positional.seal(&state).unwrap()));
        let floor = floor::Encrypted::new(Positional::<T>::PURPOSE, &secret, kid, salt);
        one_format(race, &of("encrypted positional"), positional, floor, state, mirror);
    }
    if wants("signed") {
        let floor = floor::Signed::new(T::PURPOSE, &secret(Alg::Hs256), wire_id(Alg::Hs256));
        one_format::<T, T>(race, &of("signed"), signed, floor, state.clone(), state.clone());
    }
    let header = |token: String| token.split('.').next().unwrap().to_owned();
    if wants("jws") {
        let floor = floor_jose::Jws::new(T::PURPOSE, &secret(Alg::Hs256), &header(jws.seal(&state).unwrap()));
        one_format::<T, T>(race, &of("jws"), jws, floor, state.clone(), state.clone());
    }
    if wants("jwe") {
        let floor = floor_jose::Jwe::new(T::PURPOSE, &secret(Alg::A256Gcm), &header(jwe.seal(&state).unwrap()));
        one_format::<T, T>(race, &of("jwe"), jwe, floor, state.clone(), state);
    }
}

/// The salt stands before the last byte (`src/envelope/cose/encrypt.rs`).
fn salt_of(token: &str) -> [u8; 16] {
    let bytes = URL_SAFE_NO_PAD.decode(token).unwrap();
    bytes[bytes.len() - 17..bytes.len() - 1].try_into().unwrap()
}

fn one_format<T, M>(
    race: &mut Race<'_>,
    name: &str,
    ours: Sealer<T>,
    mut floor: impl Floor + 'static,
    state: T,
    mirror: M,
) where
    T: SlipState + Clone,
    M: Serialize + DeserializeOwned + 'static,
{
    // Each reads the other, to the last byte of the state.
    let theirs = floor.seal(&mirror).to_owned();
    let slip = ours.open(&theirs).expect("the floor's token is one of ours");
    let own = ours.seal(&state).unwrap();
    let (id, back) = floor.open::<M>(&own);
    assert_eq!(id, *ours.open(&own).unwrap().id().as_bytes());
    assert_eq!(json(slip.state()), json(&state));
    assert_eq!(json(&back), json(&mirror));
    assert_eq!(theirs.len(), own.len(), "the same bytes on the wire");

    let floor = Rc::new(RefCell::new(floor));
    let mirror = Rc::new(mirror);
    {
        let (floor, mirror) = (Rc::clone(&floor), Rc::clone(&mirror));
        race.add(format!("{name}/floor seal"), move || {
            black_box(floor.borrow_mut().seal(black_box(&*mirror)));
        });
    }
    race.add(format!("{name}/floor open"), move || {
        black_box(&floor.borrow_mut().open::<M>(black_box(&theirs)));
    });
    let state = Rc::new(state);
    {
        let (ours, state) = (ours.clone(), Rc::clone(&state));
        race.add(format!("{name}/ours seal"), move || {
            black_box(&ours.seal(black_box(&*state)));
        });
    }
    {
        let ours = ours.clone();
        race.add(format!("{name}/ours open"), move || {
            black_box(&ours.open(black_box(&own)));
        });
    }
    race.add(format!("{name}/ours reseal"), move || {
        black_box(&ours.reseal(black_box(&slip)));
    });
}

fn json(state: &impl Serialize) -> String {
    serde_json::to_string(state).unwrap()
}
