//! Sixty-four kilobytes of stack are enough for all that reads, opens, seals and plans, whatever it is given.
//!
//! An overflow ends the process, so each scenario is a process of its own: this program again, told by an environment variable what to do.
//! A build without optimization keeps every value of every step: it has twice that, and 256 KiB for a state that is nested as deeply as states may
//! be, where each level of serde's code takes a kilobyte and more. Where it counts, optimized, as CI runs it, too, it is 64. Under Miri, which has neither processes nor a stack to fill, the same
//! scenarios are run for themselves, with fewer and shorter inputs.
#![expect(clippy::unwrap_used, reason = "a failing test should stop where it fails")]

mod kit;
mod parsers;

use kit::{Cart, HOUR, Kind, NOW, cart, later, shared_ring};
use orderslip::{Alg, Key, Keyring, RotationPolicy, SlipState, cookie::Cookies, cookie::Visits};
use parsers::{Basket, Session};
use serde::{Deserialize, Serialize};
use std::{env, process::Command, sync::Arc};

const SMALL: usize = if cfg!(debug_assertions) { 128 * 1024 } else { 64 * 1024 };
const DEEP: usize = if cfg!(debug_assertions) { 256 * 1024 } else { SMALL };

const LENGTHS: &[usize] = if cfg!(miri) { &[40] } else { &[60, 7_000, 60_000] };
const OPERATIONS: u32 = if cfg!(miri) { 4 } else { 24 };
const STEPS: usize = if cfg!(miri) { 3 } else { 20 };
/// Of a cart that no cookie takes.
const LINES: usize = if cfg!(miri) { 100 } else { 1_000 };

/// Which scenario this process is.
const SCENARIO: &str = "ORDERSLIP_STACK_SCENARIO";

type Work = Box<dyn FnOnce() + Send>;

/// Its name, its stack, and what gives the work that is done on it; what comes before that is done on a stack like any.
type Scenario = (&'static str, usize, fn() -> Work);

const SCENARIOS: [Scenario; 8] = [
    ("readers", SMALL, || {
        let readers: Vec<_> = parsers::all()
            .into_iter()
            .map(|parser| {
                let inputs =
                    LENGTHS.iter().map(|len| parsers::hostile(&parser.sample, *len, parser.sample.len() / STEPS + 1));
                let inputs: Vec<_> = inputs.flatten().step_by(if cfg!(miri) { 23 } else { 1 }).collect();
                (parser, inputs)
            })
            .collect();
        Box::new(move || {
            readers.iter().for_each(|(parser, inputs)| inputs.iter().for_each(|input| (parser.read)(input)))
        })
    }),
    ("tokens", SMALL, || {
        let rings: Vec<_> = Kind::all().map(|kind| (kind, kind.ring())).collect();
        Box::new(move || {
            for (kind, ring) in rings {
                let sealer = kind.sealer::<Cart>(&ring);
                let slip = sealer.open_at(&sealer.seal_at(&cart(), NOW).unwrap(), NOW).unwrap();
                let token = sealer.bound(&["tenant"]).seal_at(&cart(), NOW).unwrap();
                assert!(sealer.open_at(&token, NOW).is_err());
                sealer.open_at(&sealer.reseal_at(&slip, later(60)).unwrap(), later(60)).unwrap();
                let large = Cart { lines: vec![("x".repeat(100), 1); LINES], note: None };
                assert!(sealer.seal_at(&large, NOW).unwrap_err().is_too_large());
            }
        })
    }),
    ("keys", SMALL, || {
        Box::new(|| {
            for alg in [Alg::Hs512, Alg::Ed25519, Alg::Es256, Alg::Es384, Alg::HkdfA256Gcm, Alg::A128Gcm] {
                let ring = Keyring::new(vec![Key::generate(alg).unwrap()]).unwrap();
                let again = Keyring::from_jwks(ring.to_jwks().expose()).unwrap();
                let policy = RotationPolicy { propagation: HOUR, longest_life: 10 * HOUR };
                let next = Key::generate(alg).unwrap();
                let staged = again.stage(next, later(2 * 3_600), &policy, NOW).unwrap();
                let id = staged.ids().next().unwrap().as_str().to_owned();
                let revoked = staged.revoke(&id, "tried", NOW).unwrap().prune(later(10)).unwrap();
                drop(revoked.check(&policy, NOW));
                Keyring::from_public_jwks(&revoked.public_jwks()).map(drop).ok();
            }
            Keyring::from_secrets(b"Ro3tAcWq81NyV5x/ZkUe7bGhJ0sPdL+94TmiFXKwQ2Y=", &[]).unwrap();
        })
    }),
    ("jars", SMALL, || {
        let jars = parsers::jars(&shared_ring());
        Box::new(move || {
            let mut field = String::new();
            for round in 0..if cfg!(miri) { 5 } else { 40_u32 } {
                let visits = Visits::new_at(Arc::clone(&jars), Cookies::from_fields([field.as_bytes()]), NOW);
                let held = visits.held::<Session>().unwrap();
                let user = format!("user {round}");
                match round % 5 {
                    0 => held.update(|session| session.user = Some(user)).unwrap(),
                    1 => held.replace_with(|_| Session { user: Some(user) }).unwrap(),
                    2 => held.renew_id().unwrap(),
                    3 => held.check_form(&held.form_token().unwrap()).unwrap(),
                    _ => held.logout().unwrap(),
                }
                let plan = visits.plan();
                field = parsers::header(plan.set_cookie());
            }
        })
    }),
    ("siblings", SMALL, || {
        let jars = parsers::jars(&shared_ring());
        let field = parsers::with_basket(&jars, OPERATIONS);
        Box::new(move || {
            let visits = Visits::new_at(Arc::clone(&jars), Cookies::from_fields([field.as_bytes()]), NOW);
            let basket = visits.merged::<Basket>().unwrap();
            assert_eq!(basket.read(|cart| cart.lines().count()), usize::try_from(OPERATIONS).unwrap());
            basket.with(|cart| cart.add("one more", 1)).unwrap().unwrap();
            basket.with(|cart| cart.checkout().map(drop)).unwrap().unwrap();
            // A login takes the basket along.
            visits.held::<Session>().unwrap().replace(Session { user: Some("7".into()) }).unwrap();
            assert!(visits.plan().refusal().is_none());
            parsers::with_basket(&jars, 3);
        })
    }),
    ("deepest of our own", DEEP, || {
        let sealer = Kind::Encrypted.sealer::<Nested>(&Kind::Encrypted.ring());
        let inner =
            (0..10).fold(Deep::End, |inner, _| Deep::Map { next: [("k".to_owned(), inner)].into(), pad: [1; 4] });
        Box::new(move || {
            let token = sealer.seal_at(&Nested(inner), NOW).unwrap();
            sealer.open_at(&token, NOW).unwrap();
        })
    }),
    ("deepest of any", DEEP, || {
        let kinds: Vec<_> = Kind::all().map(|kind| (kind, kind.ring())).collect();
        Box::new(move || {
            // JSON holds half as deep a state: its own claims stand around it.
            for (kind, ring) in kinds {
                let depth = if kit::JOSE.contains(&kind) { 10 } else { 32 };
                let arrays = (0..depth).fold(serde_json::Value::Null, |inner, _| serde_json::Value::Array(vec![inner]));
                let sealer = kind.sealer::<Any>(&ring);
                sealer.open_at(&sealer.seal_at(&Any(arrays), NOW).unwrap(), NOW).unwrap();
            }
        })
    }),
    (OVERFLOW, SMALL, || Box::new(|| println!("{}", endless(0)))),
];

/// What shows that the others could fail.
const OVERFLOW: &str = "overflow";

fn endless(depth: u64) -> u64 {
    let pad = [depth; 64];
    if std::hint::black_box(pad)[3] == u64::MAX { 0 } else { endless(depth + 1) + std::hint::black_box(pad)[1] }
}

#[derive(Debug, Serialize, Deserialize)]
enum Deep {
    End,
    Map { next: std::collections::BTreeMap<String, Deep>, pad: [u64; 4] },
}

#[derive(Debug, Serialize, Deserialize)]
struct Nested(Deep);

impl SlipState for Nested {
    const PURPOSE: &'static str = "stack/nested";
    const VERSION: u16 = 1;
}

#[derive(Debug, Serialize, Deserialize)]
struct Any(serde_json::Value);

impl SlipState for Any {
    const PURPOSE: &'static str = "stack/any";
    const VERSION: u16 = 1;
}

/// The part of this file that another process is: nothing, unless it was asked.
#[test]
fn scenario() {
    let Ok(asked) = env::var(SCENARIO) else { return };
    let (_, size, prepare) = SCENARIOS.into_iter().find(|(name, ..)| *name == asked).unwrap();
    let work = prepare();
    std::thread::Builder::new().stack_size(size).spawn(work).unwrap().join().unwrap();
}

/// Whatever Miri sees of it, each for itself: so it says which it is at.
#[cfg(miri)]
mod under_miri {
    use super::SCENARIOS;

    fn play(asked: &str) {
        let (.., prepare) = SCENARIOS.into_iter().find(|(name, ..)| *name == asked).unwrap();
        prepare()();
    }

    #[test]
    fn readers() {
        play("readers");
    }

    #[test]
    fn tokens() {
        play("tokens");
    }

    #[test]
    fn keys() {
        play("keys");
    }

    #[test]
    fn jars() {
        play("jars");
    }

    #[test]
    fn siblings() {
        play("siblings");
    }

    #[test]
    fn deepest() {
        play("deepest of our own");
        play("deepest of any");
    }
}

#[test]
#[cfg_attr(miri, ignore = "has no processes")]
fn t37_all_that_reads_and_plans_fits_a_stack_of_64_kilobytes() {
    for (name, size, _) in SCENARIOS {
        let mut program = Command::new(env::current_exe().unwrap());
        let output = program.args(["--exact", "scenario", "--nocapture"]).env(SCENARIO, name).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.success(), name != OVERFLOW, "{name}, on {size} bytes of stack: {told}");
    }
}
