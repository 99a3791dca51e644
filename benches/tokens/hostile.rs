//! What a stranger's text costs until it is refused, against what an honest token of the same length costs that no cache knows.

use crate::{
    Verdict,
    contenders::{keys, lifetime},
    race::Race,
    states::{Cart, cart30},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use orderslip::{MAX_TOKEN_TEXT, Sealer};
use std::{hint::black_box, iter};

pub const NAMES: [(&str, &str); 8] = [
    ("hostile/honest miss", "an honest token whose content key is remembered nowhere"),
    ("hostile/random salt", "the same with other salts: a key is derived, and the tag does not hold"),
    ("hostile/wrong tag", "the last token but for one bit of its ciphertext"),
    ("hostile/unknown key", "another key id"),
    ("hostile/nesting", "arrays in arrays, as long"),
    ("hostile/labels", "a map of as many labels as fit, as long"),
    ("hostile/junk", "base64url of noise, as long"),
    ("hostile/8 KiB", "base64url of noise, as long as any token may be"),
];

/// Microseconds for each KiB of text.
const JUNK: f64 = 2.0;

/// As many as make every one a miss: what begins with the same byte of salt shares a drawer of 16 (`src/key/derived.rs`).
const TOKENS: usize = 33;

pub fn enter(race: &mut Race<'_>, only: &str) {
    if !only.is_empty() && !NAMES[0].0.contains(only) {
        return;
    }
    let (keys, cart) = (keys(), cart30());
    let sealer = Sealer::<Cart>::encrypted(&keys).lifetime(lifetime()).build().unwrap();
    let fresh = || {
        sealer.new_epoch();
        sealer.seal(&cart).unwrap()
    };
    let decode = |token: &String| URL_SAFE_NO_PAD.decode(token).unwrap();
    let len = decode(&fresh()).len();
    // The salt stands before the last byte (`src/envelope/cose/encrypt.rs`).
    let honest: Vec<String> =
        iter::repeat_with(fresh).filter(|token| decode(token)[len - 17] == 7).take(TOKENS).collect();
    let bytes: Vec<Vec<u8>> = honest.iter().map(decode).collect();
    let changed = |at: usize| -> Vec<String> {
        let change = |bytes: &Vec<u8>| {
            let mut bytes = bytes.clone();
            bytes[at] ^= 1;
            URL_SAFE_NO_PAD.encode(bytes)
        };
        bytes.iter().map(change).collect()
    };
    let noise = |len: usize| {
        (0..len).scan(7_u32, |seed, _| {
            *seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            Some(seed.to_be_bytes()[0])
        })
    };
    let front = &bytes[0][..10];
    let nesting = [front, &vec![0x81; len - 10][..]].concat();
    let labels: Vec<u8> =
        front.iter().copied().chain([0xb9, 0x03, 0xff]).chain((0..len).map(|_| 0x01)).take(len).collect();
    let texts = |bytes: Vec<u8>| vec![URL_SAFE_NO_PAD.encode(bytes)];
    let inputs = [
        honest.clone(),
        changed(len - 5),
        changed(40),
        changed(len - 25),
        texts(nesting),
        texts(labels),
        texts(noise(len).collect()),
        texts(noise(MAX_TOKEN_TEXT / 4 * 3).collect()),
    ];
    for ((name, _), tokens) in NAMES.iter().zip(inputs) {
        let opener = Sealer::<Cart>::encrypted(&keys).lifetime(lifetime()).build().unwrap();
        for token in &tokens {
            assert_eq!(opener.open(token).is_ok(), *name == NAMES[0].0, "{name}");
        }
        let mut next = 0;
        race.add(*name, move || {
            next = (next + 1) % tokens.len();
            let _ = black_box(opener.open(black_box(&tokens[next])));
        });
    }
}

pub fn gates(race: &Race<'_>, verdict: &mut Verdict) {
    println!("\nhostile texts, over an honest miss of the same length");
    let miss = race.min(NAMES[0].0);
    for (name, _) in &NAMES[1..7] {
        verdict.at_most(name, race.min(name) / miss, 1.0, "");
    }
    let kib = f64::from(u32::try_from(MAX_TOKEN_TEXT).unwrap()) / 1_024.0;
    verdict.at_most("refusing 8 KiB of junk, for each KiB", race.min(NAMES[7].0) / 1_000.0 / kib, JUNK, " µs");
}
