//! What the page needs and `benches/tokens` does not print: what many live epochs do to opening, what their content keys take of memory, and
//! the lengths of cookies and rings.
//!
//! It may not know what is reckoned from it.

use crate::{
    figures::Figures,
    race::Race,
    redis,
    states::{Session, cart10, cart30, session},
};
use orderslip::{
    Alg, Key, Keyring, Lifetime, Sealer, SlipState,
    cookie::{Cookies, Jar},
};
use std::{collections::BTreeMap, fs, hint::black_box, process::Command, time::Duration};

/// Of tokens opened in turns. The last three are beyond what is remembered.
const EPOCHS: [u32; 10] = [1, 16, 64, 256, 1_024, 2_048, 3_072, 4_096, 8_192, 16_384];
const LIFETIME: Lifetime = Lifetime::absolute(Duration::from_secs(8 * 3_600));
/// Enough for each drawer to be full (`src/key/derived.rs`).
const PLENTY: usize = 12_000;

pub fn all(tokens: &str) -> Figures {
    // First, while the process has no memory to spare.
    let (memory, capacity) = memory();
    let (open_by_epochs, miss) = epochs();
    Figures {
        machine: machine(),
        rustc: first_line("rustc", &["--version"]),
        tokens: ours(tokens),
        open_by_epochs,
        miss,
        memory,
        capacity,
        cookie: [("Session", cookie(session())), ("Cart10", cookie(cart10())), ("Cart30", cookie(cart30()))]
            .map(|(name, lens)| (name.to_owned(), lens))
            .into(),
        id_cookie: id_cookie(),
        ring_key: ring_key(),
        redis: redis::measure(&serde_json::to_string(&session()).unwrap()),
    }
}

/// The minima of our own operations.
fn ours(tokens: &str) -> BTreeMap<String, f64> {
    let all: BTreeMap<String, [f64; 2]> = serde_json::from_str(tokens).expect("what `tokens -- --json` prints");
    let ours = all.into_iter().filter(|(name, _)| name.contains("/ours "));
    ours.map(|(name, [min, _])| (name.replace("/ours ", "/"), min.round())).collect()
}

fn sealer(keys: &Keyring) -> Sealer<Session> {
    Sealer::encrypted(keys).lifetime(LIFETIME).build().unwrap()
}

fn root() -> Keyring {
    Keyring::new(vec![Key::generate(Alg::HkdfA256Gcm).unwrap()]).unwrap()
}

/// A token of each of so many epochs.
fn tokens_of(sealer: &Sealer<Session>, epochs: usize) -> Vec<String> {
    let state = session();
    let token = |_| {
        sealer.new_epoch();
        sealer.seal(&state).unwrap()
    };
    (0..epochs).map(token).collect()
}

fn epochs() -> (BTreeMap<u32, [f64; 2]>, f64) {
    let mut race = Race::default();
    for epochs in EPOCHS {
        // A ring of its own, so that each has a memory of its own.
        let sealer = sealer(&root());
        let tokens = tokens_of(&sealer, epochs as usize);
        let as_many = (0..epochs).map(|_| sealer.seal(&session()).unwrap()).collect();
        in_no_order(&mut race, format!("{epochs} epochs"), sealer.clone(), tokens);
        in_no_order(&mut race, format!("{epochs} tokens of one epoch"), sealer, as_many);
    }
    // One after the other, and far more than are remembered: each was forgotten when its turn comes.
    let sealer = sealer(&root());
    let tokens = tokens_of(&sealer, 2 * PLENTY);
    let mut next = 0;
    race.add("miss", move || {
        next = (next + 1) % tokens.len();
        black_box(sealer.open(&tokens[next]).unwrap());
    });
    race.run(300);
    // Medians: a minimum would be of the samples that happened to find most of it in the processor's own caches.
    let of = |name: &str| race.median(name).round();
    let by_epochs =
        EPOCHS.map(|epochs| (epochs, [of(&format!("{epochs} epochs")), of(&format!("{epochs} tokens of one epoch"))]));
    (by_epochs.into(), of("miss"))
}

fn in_no_order(race: &mut Race<'_>, name: String, sealer: Sealer<Session>, tokens: Vec<String>) {
    let mut seed = 1_u64;
    race.add(name, move || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        black_box(sealer.open(&tokens[(seed >> 33) as usize % tokens.len()]).unwrap());
    });
}

/// What the system says of the process, before and after.
fn memory() -> (f64, u32) {
    let sealer = sealer(&root());
    let tokens = tokens_of(&sealer, PLENTY);
    sealer.open(&tokens[0]).unwrap();
    let before = resident();
    for token in &tokens {
        sealer.open(token).unwrap();
    }
    ((resident() - before).round(), 4_096)
}

fn resident() -> f64 {
    let text = fs::read_to_string("/proc/self/status").expect("a system with /proc");
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("VmRSS");
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() * 1_024.0
}

/// Of the pair in `Cookie`, and of the whole field `Set-Cookie`, as a jar writes them.
fn cookie<T: SlipState>(state: T) -> [u32; 2] {
    let jar = Jar::builder("slip", Sealer::<T>::encrypted(&root()).lifetime(LIFETIME)).build().unwrap();
    let mut visit = jar.visit(Cookies::from_fields([b"".as_slice()])).unwrap();
    visit.replace(state).unwrap();
    let plan = visit.plan();
    let line = &plan.set_cookie()[0];
    let pair = line.split(';').next().unwrap();
    [pair.len(), "Set-Cookie: ".len() + line.len() + "\r\n".len()].map(|len| u32::try_from(len).unwrap())
}

/// The same with 128 bits in base64url in the place of the token: what the id of a session in a store should have.
fn id_cookie() -> [u32; 2] {
    let token = sealer(&root()).seal(&session()).unwrap().len();
    cookie(session()).map(|len| len - u32::try_from(token).unwrap() + 22)
}

/// Bytes of a JWK Set for each key of it.
fn ring_key() -> f64 {
    let ring = |keys: usize| {
        let keys = (0..keys).map(|_| Key::generate(Alg::HkdfA256Gcm).unwrap()).collect();
        Keyring::new(keys).unwrap().to_jwks().expose().len() as f64
    };
    (ring(101) - ring(1)) / 100.0
}

fn machine() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .unwrap_or("unknown")
        .trim_matches([' ', '\t', ':']);
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{processors} processors of {model}")
}

fn first_line(program: &str, arguments: &[&str]) -> String {
    let said = Command::new(program).args(arguments).output().map(|output| output.stdout).unwrap_or_default();
    String::from_utf8_lossy(&said).lines().next().unwrap_or("unknown").to_owned()
}
