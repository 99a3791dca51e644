//! Siblings: any set of authentic items is read without a panic, and what is read depends on the set alone.
//!
//! The join of two jars is that of their union, so it is commutative, associative and idempotent if a jar means the same in whatever order
//! and however often its items are read, and however they are spread over the fields of a request. And what the answer adds, which is a
//! base with the join of what was there, changes nothing.

use super::{
    allocation::bounded,
    byte, piece,
    states::{LIFE, RING},
};
use crate::forge::{
    NOW, base64url,
    items::{self, Session},
};
use orderslip::{
    ErrorKind, Sealer, SlipState, UnixTime,
    cookie::{Cookies, Jar, Jars, MergedJar, Visits},
    merge::{Cart, Line},
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

#[derive(Default, Serialize, Deserialize)]
struct Visitor;

impl SlipState for Visitor {
    const PURPOSE: &'static str = "fuzz.example/visitor";
    const VERSION: u16 = 1;
}

struct Goods;

impl Line for Goods {
    const PURPOSE: &'static str = "fuzz.example/cart";
    const VERSION: u16 = 1;

    fn survives_checkout(register: &str) -> bool {
        register == "t"
    }
}

type Basket = Cart<Goods>;
type Pair = (String, String);

const ANCHOR: &str = "__Host-v";
const PREFIX: &str = "__Host-c";
const TIME: UnixTime = UnixTime::from_secs(NOW);

fn session() -> Session {
    Session::new(<Goods as Line>::PURPOSE, PREFIX)
}

fn jars() -> Arc<Jars> {
    let sealer = Sealer::<Visitor>::encrypted(&*RING).lifetime(LIFE);
    let visitors = Jar::builder("v", sealer).build().expect("good settings");
    let carts = MergedJar::<Basket>::new("c", &visitors).expect("an encrypted anchor");
    Arc::new(Jars::new().with(visitors).and_then(|jars| jars.with_merged(carts)).expect("one of each"))
}

/// The guest's session, which a login has ended a minute ago.
fn session_before() -> Session {
    Session::of(<Goods as Line>::PURPOSE, PREFIX, items::ID_BEFORE, &items::secret_before())
}

/// What the input says is in the browser.
fn pairs(mut data: &[u8]) -> (Vec<Pair>, usize) {
    let (session, before) = (session(), session_before());
    let (mut pairs, mut bases): (Vec<Pair>, usize) = (Vec::new(), 0);
    while !data.is_empty() && pairs.len() < 40 {
        let (kind, time, noise) = (byte(&mut data) % 8, [byte(&mut data), byte(&mut data)], byte(&mut data));
        let at = items::millis(i64::from(i16::from_be_bytes(time)) * 50);
        let bytes = piece(&mut data);
        match kind {
            // An operation with any plaintext.
            0 => pairs.push(session.operation(items::dot(at, [0, 0, noise]), bytes)),
            // Any operation of the cart's version.
            1 => pairs.push(session.operation(items::dot(at, [0, 0, noise]), &items::operation(bytes))),
            // A base with any plaintext.
            2 => {
                bases += 1;
                pairs.push(session.base(bytes));
            }
            // A base of the cart's version whose floor is that time: records and the state are any bytes.
            3 => {
                bases += 1;
                let front = [items::varint(4), items::floor(at)].concat();
                pairs.push(session.base(&[&front, bytes].concat()));
            }
            // The last name once more, with another content.
            4 => {
                bases += 1;
                if let Some((name, _)) = pairs.last().cloned() {
                    let value = session.value(&name, bytes);
                    pairs.push((name, value));
                }
            }
            // The same of the guest's session.
            5 => pairs.push(before.operation(items::dot(at, [0, 0, noise]), &items::operation(bytes))),
            6 => {
                bases += 1;
                let front = [items::varint(4), items::floor(at)].concat();
                pairs.push(before.base(&[&front, bytes].concat()));
            }
            _ => {
                let name = session.name('o', &base64url(items::dot(at, [1, 1, noise])));
                pairs.push((name, base64url(bytes)));
            }
        }
    }
    (pairs, bases)
}

fn visits(jars: &Arc<Jars>, anchor: &str, pairs: &[Pair], fields: usize) -> Visits {
    let all: Vec<String> = std::iter::once(format!("{ANCHOR}={anchor}"))
        .chain(pairs.iter().map(|(name, value)| format!("{name}={value}")))
        .collect();
    let fields: Vec<String> = all.chunks(all.len().div_ceil(fields)).map(|pairs| pairs.join("; ")).collect();
    let cookies = Cookies::from_fields(fields.iter().map(String::as_bytes));
    Visits::new_at(Arc::clone(jars), cookies, TIME)
}

/// What is read of a jar.
#[derive(Debug, PartialEq)]
struct Reading {
    state: String,
    trouble: Option<ErrorKind>,
    is_complete: bool,
}

fn read(visits: &Visits) -> Reading {
    let merged = visits.merged::<Basket>().expect("a jar for it");
    let trouble = merged.trouble().map(|error| error.kind());
    let state = merged.read(|cart| serde_json::to_string(cart).expect("maps of texts"));
    let is_complete = merged.with(|siblings| siblings.is_complete()).unwrap_or_default();
    Reading { state, trouble, is_complete }
}

/// As a browser does.
fn store(pairs: &[Pair], lines: &[String]) -> (Vec<Pair>, Vec<Pair>) {
    let mut added = pairs.to_vec();
    let mut after: BTreeMap<String, String> = pairs.iter().cloned().collect();
    for line in lines.iter().filter(|line| line.starts_with(PREFIX)) {
        let (name, value) = line.split(';').next().and_then(|pair| pair.split_once('=')).expect("a pair");
        if line.contains("Max-Age=0") {
            after.remove(name);
        } else {
            added.push((name.to_owned(), value.to_owned()));
            after.insert(name.to_owned(), value.to_owned());
        }
    }
    (added, after.into_iter().collect())
}

pub fn siblings(data: &[u8]) {
    let anchor = items::anchor(Visitor::PURPOSE, ANCHOR, &items::anchor_claim_after((NOW - 60) * 1_000), &[0xf6]);
    let (pairs, bases) = pairs(data);
    let jars = jars();
    let size: usize = pairs.iter().map(|(name, value)| name.len() + value.len()).sum();
    let first = visits(&jars, &anchor, &pairs, 1);
    let reading = bounded(size + anchor.len(), || read(&first));
    assert!(!reading.is_complete || reading.trouble.is_none());

    let backwards: Vec<Pair> = pairs.iter().rev().cloned().collect();
    let turned: Vec<Pair> =
        pairs.iter().skip(pairs.len() / 2).chain(pairs.iter().take(pairs.len() / 2)).cloned().collect();
    let twice: Vec<Pair> = pairs.iter().chain(&pairs).cloned().collect();
    for (law, other, fields) in [
        ("commutative", &backwards, 1),
        ("commutative", &turned, 2),
        ("associative", &pairs, 3),
        ("idempotent", &twice, 1),
    ] {
        assert_eq!(read(&visits(&jars, &anchor, other, fields)), reading, "{law}");
    }

    let plan = first.plan();
    assert!(
        reading.trouble.is_none() || plan.set_cookie().iter().all(|line| !line.starts_with(PREFIX)),
        "kept as it is"
    );
    let (added, after) = store(&pairs, plan.set_cookie());
    // A browser keeps one cookie of a name and path. Whoever sends two of one name does not say which of them the next answer replaces.
    let one_each = pairs.iter().map(|(name, _)| name).collect::<BTreeSet<_>>().len() == pairs.len();
    // Two bases that contradict each other are none of ours: only one wins, and which one may be another when a third comes.
    if bases <= 1 {
        assert_eq!(
            read(&visits(&jars, &anchor, &added, 1)).state,
            reading.state,
            "what the answer adds changes nothing"
        );
        if one_each {
            assert_eq!(read(&visits(&jars, &anchor, &after, 1)).state, reading.state, "nor does what it takes away");
        }
    }

    // A write on top, stored and read again.
    let visits_of_write = visits(&jars, &anchor, &pairs, 1);
    let merged = visits_of_write.merged::<Basket>().expect("a jar for it");
    let written = merged.with(|cart| cart.add("w", 1)).and_then(|added| added);
    let state = merged.read(|cart| serde_json::to_string(cart).expect("maps of texts"));
    let plan = visits_of_write.plan();
    if written.is_ok() && bases <= 1 && one_each {
        let (_, after) = store(&pairs, plan.set_cookie());
        assert_eq!(read(&visits(&jars, &anchor, &after, 1)).state, state, "what was written is there");
    }
}
