//! What the README has of the page: the sentence about speed, made of cells of the page's tables and put between two marks, and a row of sizes.

use super::{micros, ratio, times};
use crate::{
    jars, jwt, more, ours, paseto,
    stage::{STATES, Stage},
};
use std::{fs, path::Path};

pub const BEGIN: &str = "<!-- begin: speed -->\n";
pub const END: &str = "<!-- end: speed -->";
/// How the row of sizes begins, in the README's table of what each library does.
pub const SIZES: &str = "\n| characters |";

/// From the smallest to the largest of the three states.
fn range(stage: &Stage, peer: &str) -> String {
    let contender = stage.contenders.iter().find(|contender| contender.name == peer).expect("a peer that has entered");
    let mut found = STATES.map(|state| times(stage, contender, state)[0].expect("a peer that is compared"));
    found.sort_unstable_by(f64::total_cmp);
    let [least, _, most] = found.map(|times| ratio(Some(times)));
    if least == most { format!("{least} times") } else { format!("{least} to {most} times") }
}

pub fn sentence(stage: &Stage) -> String {
    let [session, cart10, cart30] = STATES.map(|state| micros(stage.both(ours::ENCRYPTED, state)));
    format!(
        "Sealing and opening together, encrypted, took {session} µs for a session of 232 bytes of JSON, {cart10} µs for a cart of 977 and {cart30} µs for \
         one of 2779: {} as fast as `cookie`'s `PrivateJar` with JSON as frameworks use it, {} as fast as HS256 of `jsonwebtoken`, which encrypts nothing, \
         and {} as fast as v4.local of `pasetors`, on one machine in one run.",
        range(stage, jars::PRIVATE),
        range(stage, jwt::RUST_CRYPTO),
        range(stage, paseto::LOCAL),
    )
}

/// In lines of at most so many characters.
pub fn wrapped(text: &str, width: usize) -> String {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("one at least");
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.into());
        }
    }
    lines.join("\n")
}

/// The sizes of the first state, in the order of the README's columns.
pub fn sizes(stage: &Stage) -> String {
    let size = |name| stage.size(name, STATES[0]);
    let peers = [jars::PRIVATE, more::ACTIX_SESSION, more::TOWER_SESSIONS, jwt::RUST_CRYPTO, paseto::LOCAL];
    let peers = peers.map(|peer| size(peer).to_string()).join(" | ");
    format!(" {}, positional {} | {peers} | `tests/sizes.rs` |", size(ours::ENCRYPTED), size(ours::POSITIONAL))
}

/// Puts both into the README.
pub fn put(root: &Path, sentence: &str, sizes: &str) {
    let path = root.join("README.md");
    let readme = fs::read_to_string(&path).expect("a README");
    let (before, rest) = readme.split_once(BEGIN).expect("the mark where it begins");
    let (_, after) = rest.split_once(END).expect("the mark where it ends");
    let readme = format!("{before}{BEGIN}{}\n{END}{after}", wrapped(sentence, 120));
    let (before, rest) = readme.split_once(SIZES).expect("the row of sizes");
    let (_, after) = rest.split_once('\n').expect("a row below a row");
    fs::write(path, format!("{before}{SIZES}{sizes}\n{after}")).expect("a README");
}
