//! The measured figures, as `docs/scale.json` keeps them. It may not know what is reckoned from them.

use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fs, path::PathBuf};

#[derive(Serialize, Deserialize)]
pub struct Figures {
    pub machine: String,
    pub rustc: String,
    /// Nanoseconds, minima: `<format>/<state>/<seal, open or reseal>`, from `cargo bench --bench tokens -- --json`.
    pub tokens: BTreeMap<String, f64>,
    /// Nanoseconds to open a session's token, medians, by how many there are to open in no order: each of an epoch of its own, and all of
    /// one epoch. The second is what the tokens themselves do to the processor's caches.
    pub open_by_epochs: BTreeMap<u32, [f64; 2]>,
    /// The same for a token whose content key is derived, and of which there are 24,000.
    pub miss: f64,
    /// Resident bytes that the memory of one key's content keys takes when it is full, and how many it then holds.
    pub memory: f64,
    pub capacity: u32,
    /// Characters of a `Cookie` pair, and of a `Set-Cookie` line.
    pub cookie: BTreeMap<String, [u32; 2]>,
    /// The same of a cookie with the id of a session in a store.
    pub id_cookie: [u32; 2],
    /// Bytes of a ring's JWK Set, a key.
    pub ring_key: f64,
    /// `None` where no `redis-server` was installed.
    pub redis: Option<Redis>,
}

/// Of a session of 232 bytes of JSON, on loopback.
#[derive(Clone, Serialize, Deserialize)]
pub struct Redis {
    pub version: String,
    /// Nanoseconds of one operation: the round trip's wall clock at best, and the CPU time of client and server, one command at a time and
    /// 64 at a time. The client's code is this bench's own, without a library.
    pub get: Operation,
    pub set: Operation,
    /// Bytes that 100,000 sessions take, for each.
    pub memory: f64,
}

#[derive(Clone, Serialize, Deserialize)]
pub struct Operation {
    pub round_trip: f64,
    pub client: f64,
    pub server: f64,
    pub client_of_64: f64,
    pub server_of_64: f64,
    /// Bytes of command and answer.
    pub wire: u32,
}

pub fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/scale.json")
}

impl Figures {
    pub fn read() -> Self {
        let text = fs::read_to_string(path()).expect("docs/scale.json");
        serde_json::from_str(&text).expect("figures that this program wrote")
    }

    #[allow(dead_code, reason = "the test only reads")]
    pub fn write(&self) {
        let text = serde_json::to_string_pretty(self).expect("plain data");
        fs::write(path(), text + "\n").expect("a tree that can be written to");
    }

    pub fn token(&self, name: &str) -> f64 {
        *self.tokens.get(name).unwrap_or_else(|| panic!("no figure {name:?}"))
    }
}
