//! What is counted: sealing and opening, format by format and state by state, with times that are given.
//!
//! It may not know how it is counted. Ids and IVs are drawn at random as always: how many instructions they take does not depend on what
//! comes of it.

use crate::states::{Positional, cart10, cart30, session};
use orderslip::{JweEnc, JwsAlg, Keyring, Lifetime, PublicAlg, Sealer, SlipState, UnixTime};
use std::{hint::black_box, time::Duration};

const NOW: UnixTime = UnixTime::from_secs(1_800_000_000);
const LIFETIME: Lifetime = Lifetime::absolute(Duration::from_secs(8 * 3_600));

/// A ring that is the same in every run.
const RING: &str = r#"{"keys":[
    {"kty":"oct","alg":"direct+HKDF-SHA-256","enc":"A256GCM","k":"nJZIqg3Ndu7c64M1Gv3qmcJH8yRD2xTvo0KAe5gLZwQ"},
    {"kty":"oct","alg":"HS256","k":"kW4pUb0cXhE1Zr7sQy9vTn2mJ6fGd8aLOiR3xKeB5tA"},
    {"kty":"oct","alg":"dir","enc":"A256GCM","k":"Yt5bRz1uPq8wHs3nVj6kCe0xLmO9aFgD2iXfN7yKhTE"},
    {"kty":"OKP","crv":"Ed25519","alg":"EdDSA","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"}
]}"#;

/// Operations that are counted together, each open on a token of its own: verifying a signature takes one or two per cent more or less, as
/// the signature has it.
pub const TIMES: usize = 32;

/// One thing to do, with the name that it has in the baseline.
pub struct Case {
    pub name: String,
    pub run: Box<dyn FnMut()>,
}

pub fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    of_state(&mut cases, "Session", &session());
    of_state(&mut cases, "Cart10", &cart10());
    of_state(&mut cases, "Cart30", &cart30());
    cases
}

fn of_state<T: SlipState + Clone>(cases: &mut Vec<Case>, name: &str, state: &T)
where
    Positional<T>: SlipState + Clone,
{
    let keys = Keyring::from_jwks(RING).expect("a good ring");
    let positional = Sealer::encrypted(&keys).lifetime(LIFETIME).build().expect("a good setting");
    of_sealer(cases, &format!("encrypted positional/{name}"), &positional, &Positional(state.clone()));
    let named = [
        ("encrypted named", Sealer::encrypted(&keys)),
        ("signed", Sealer::signed(&keys)),
        ("publicly signed", Sealer::publicly_signed(&keys, PublicAlg::Ed25519)),
        ("jws", Sealer::jws(&keys, JwsAlg::Hs256)),
        ("jwe", Sealer::jwe(&keys, JweEnc::A256Gcm)),
    ];
    for (format, builder) in named {
        let sealer = builder.lifetime(LIFETIME).build().expect("a good setting");
        of_sealer(cases, &format!("{format}/{name}"), &sealer, state);
    }
}

fn of_sealer<T: SlipState + Clone>(cases: &mut Vec<Case>, name: &str, sealer: &Sealer<T>, state: &T) {
    let (ours, state) = (sealer.clone(), state.clone());
    let tokens: Vec<String> = (0..TIMES).map(|_| ours.seal_at(&state, NOW).expect("sealed")).collect();
    let seal = move || {
        black_box(ours.seal_at(black_box(&state), NOW).expect("sealed"));
    };
    let (ours, mut next) = (sealer.clone(), 0);
    let open = move || {
        next = (next + 1) % tokens.len();
        black_box(ours.open_at(black_box(&tokens[next]), NOW).expect("opened"));
    };
    cases.push(Case { name: format!("{name}/seal"), run: Box::new(seal) });
    cases.push(Case { name: format!("{name}/open"), run: Box::new(open) });
}
