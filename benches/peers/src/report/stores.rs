//! The other architecture: an id in the cookie and the state in a store, here on the same machine, with no network between.
//!
//! Stores are started on a free port in a folder of their own and ended by their process id. Their time is that of the wall: most of it is
//! spent waiting for another process.

mod server;

use super::micros;
use crate::stage::STATES;
use crate::states::{cart10, cart30, session};
use serde::{Serialize, de::DeserializeOwned};
use std::{cell::RefCell, collections::HashMap, fmt::Write as _, hint::black_box, sync::Mutex, time::Instant};

const SAMPLES: usize = 3_000;

/// Visits to memory at a time: so many that the clock costs nothing.
const BATCH: u32 = 32;

/// A store of JSON by id.
trait Store {
    fn set(&mut self, id: i64, json: Vec<u8>);
    fn get(&mut self, id: i64) -> Vec<u8>;
}

struct Memory(Mutex<HashMap<i64, Vec<u8>>>);

impl Store for Memory {
    fn set(&mut self, id: i64, json: Vec<u8>) {
        self.0.lock().expect("one thread").insert(id, json);
    }

    fn get(&mut self, id: i64) -> Vec<u8> {
        self.0.lock().expect("one thread").get(&id).expect("what was set").clone()
    }
}

struct Redis(redis::Connection);

impl Store for Redis {
    fn set(&mut self, id: i64, json: Vec<u8>) {
        redis::cmd("SET").arg(id).arg(json).arg("EX").arg(1_800).exec(&mut self.0).expect("Redis");
    }

    fn get(&mut self, id: i64) -> Vec<u8> {
        redis::cmd("GET").arg(id).query(&mut self.0).expect("Redis")
    }
}

struct Postgres {
    client: postgres::Client,
    write: postgres::Statement,
    read: postgres::Statement,
}

impl Postgres {
    fn new(mut client: postgres::Client) -> Self {
        let table =
            "CREATE UNLOGGED TABLE sessions (id bigint PRIMARY KEY, state bytea NOT NULL, ends timestamptz NOT NULL)";
        client.batch_execute(table).expect("PostgreSQL");
        let mut prepare = |text: &str| client.prepare(text).expect("PostgreSQL");
        let write = prepare(
            "INSERT INTO sessions VALUES ($1, $2, now() + interval '30 minutes') \
             ON CONFLICT (id) DO UPDATE SET state = excluded.state, ends = excluded.ends",
        );
        let read = prepare("SELECT state FROM sessions WHERE id = $1 AND ends > now()");
        Self { client, write, read }
    }
}

impl Store for Postgres {
    fn set(&mut self, id: i64, json: Vec<u8>) {
        self.client.execute(&self.write, &[&id, &json]).expect("PostgreSQL");
    }

    fn get(&mut self, id: i64) -> Vec<u8> {
        self.client.query_one(&self.read, &[&id]).expect("PostgreSQL").get(0)
    }
}

/// The table, with a line for each store that is there and a reason for each that is not.
pub fn table() -> String {
    let head = STATES.map(|state| format!("{state}, read and write µs")).join(" | ");
    let mut table = format!("| minimum (median) | {head} |\n|---|---:|---:|---:|\n");
    let kept = [kept(&session()), kept(&cart10()), kept(&cart30())];
    writeln!(table, "| a `HashMap` of states behind a mutex, in the process | {} |", kept.join(" | "))
        .expect("a String");
    line(&mut table, "the same with JSON in it", &mut Memory(Mutex::default()), BATCH);
    match server::redis() {
        Ok((_server, version, connection)) => line(&mut table, &version, &mut Redis(connection), 1),
        Err(why) => missing(&mut table, "Redis", &why),
    }
    match server::postgres() {
        Ok((_server, version, client)) => {
            line(&mut table, &format!("{version}, unlogged table"), &mut Postgres::new(client), 1)
        }
        Err(why) => missing(&mut table, "PostgreSQL", &why),
    }
    table
}

fn missing(table: &mut String, name: &str, why: &str) {
    println!("{name} is not measured: {why}");
    writeln!(table, "| {name}: not measured, {why} | – | – | – |").expect("a String");
}

fn line(table: &mut String, name: &str, store: &mut impl Store, batch: u32) {
    let store = RefCell::new(store);
    let cells =
        [measure(&store, &session(), batch), measure(&store, &cart10(), batch), measure(&store, &cart30(), batch)];
    writeln!(table, "| {name} | {} |", cells.join(" | ")).expect("a String");
}

/// A request of a session: read, and written back.
fn measure<T: Serialize + DeserializeOwned + PartialEq>(
    store: &RefCell<&mut impl Store>,
    state: &T,
    batch: u32,
) -> String {
    let json = || serde_json::to_vec(black_box(state)).expect("JSON");
    let visit = || {
        let mut store = store.borrow_mut();
        let back: T = serde_json::from_slice(&store.get(7)).expect("JSON");
        store.set(7, json());
        black_box(back)
    };
    store.borrow_mut().set(7, json());
    assert!(visit() == *state, "what was set");
    time(batch, || {
        visit();
    })
}

/// The same where nothing is written down at all: copied out, and put back.
fn kept<T: Clone + PartialEq>(state: &T) -> String {
    let map = Mutex::new(HashMap::from([(7, state.clone())]));
    let visit = || {
        let mut map = map.lock().expect("one thread");
        let copy = map.get(black_box(&7)).expect("what was set").clone();
        map.insert(7, black_box(copy));
    };
    visit();
    assert!(map.lock().expect("one thread").get(&7) == Some(state), "what was set");
    time(BATCH, visit)
}

fn time(batch: u32, visit: impl Fn()) -> String {
    let mut samples: Vec<f64> = (0..SAMPLES)
        .map(|_| {
            let start = Instant::now();
            for _ in 0..batch {
                visit();
            }
            start.elapsed().as_secs_f64() * 1e9 / f64::from(batch)
        })
        .collect();
    samples.sort_unstable_by(f64::total_cmp);
    let at = |place: usize| micros(*samples.get(place).expect("samples"));
    format!("{} ({})", at(0), at(SAMPLES / 2))
}
