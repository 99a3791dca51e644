//! What the parts of a token cost, each by itself: where the time goes, and what no code around them can win back.

use crate::{
    floor::Common,
    race::Race,
    states::{cart10, cart30, session},
};
use base64::Engine as _;
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    hmac,
};
use serde::{Serialize, de::DeserializeOwned};
use std::{hint::black_box, time::SystemTime};

pub fn enter(race: &mut Race<'_>) {
    of(race, "Session", session());
    of(race, "Cart10", cart10());
    of(race, "Cart30", cart30());
    let common = Common::default();
    race.add("part/system random, 28 bytes", move || {
        black_box(common.random::<28>());
    });
    race.add("part/clock", || {
        black_box(SystemTime::now());
    });
    race.add("part/process id", || {
        black_box(std::process::id());
    });
    race.add("part/AES-256-GCM key", || {
        black_box(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, black_box(&[7; 32])).unwrap()));
    });
    race.add("part/a String of 1 KiB", || {
        black_box(String::with_capacity(black_box(1_024)));
    });
}

fn of<T: Serialize + DeserializeOwned + 'static>(race: &mut Race<'_>, name: &str, state: T) {
    let (cbor, json) = (cbor4ii::serde::to_vec(Vec::new(), &state).unwrap(), serde_json::to_vec(&state).unwrap());
    let text = Common::default().base64.encode(&cbor);
    let state = std::rc::Rc::new(state);
    let mut out = Vec::with_capacity(8_192);
    let value = std::rc::Rc::clone(&state);
    race.add(format!("part/{name}/CBOR written"), move || {
        out.clear();
        cbor4ii::serde::to_writer(&mut out, black_box(&*value)).unwrap();
        black_box(&out);
    });
    let bytes = cbor.clone();
    race.add(format!("part/{name}/CBOR read"), move || {
        black_box(cbor4ii::serde::from_slice::<T>(black_box(&bytes)).unwrap());
    });
    let mut out = Vec::with_capacity(8_192);
    race.add(format!("part/{name}/JSON written"), move || {
        out.clear();
        serde_json::to_writer(&mut out, black_box(&*state)).unwrap();
        black_box(&out);
    });
    race.add(format!("part/{name}/JSON read"), move || {
        black_box(serde_json::from_slice::<T>(black_box(&json)).unwrap());
    });
    let (common, bytes, mut out) = (Common::default(), cbor.clone(), String::with_capacity(8_192));
    race.add(format!("part/{name}/base64 of the CBOR written"), move || {
        out.clear();
        common.base64.encode_string(black_box(&bytes), &mut out);
        black_box(&out);
    });
    let (common, mut out) = (Common::default(), vec![0; 8_192]);
    race.add(format!("part/{name}/base64 of the CBOR read"), move || {
        black_box(common.base64.decode_slice(black_box(&text), &mut out).unwrap());
    });
    let (key, mut bytes) = (LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &[7; 32]).unwrap()), cbor.clone());
    race.add(format!("part/{name}/AES-256-GCM of the CBOR"), move || {
        let nonce = Nonce::assume_unique_for_key([1; 12]);
        let _ = black_box(key.seal_in_place_separate_tag(nonce, Aad::from(b"purpose"), &mut bytes).unwrap());
    });
    let key = hmac::Key::new(hmac::HMAC_SHA256, &[7; 32]);
    race.add(format!("part/{name}/HMAC-SHA-256 of the CBOR"), move || {
        black_box(hmac::sign(&key, black_box(&cbor)));
    });
}

pub fn report(race: &Race<'_>) {
    println!("\nparts, nanoseconds, minima (medians)");
    for name in race.names().filter(|name| name.starts_with("part/")) {
        println!("{name:<48}{:>8.0} ({:.0})", race.min(name), race.median(name));
    }
}
