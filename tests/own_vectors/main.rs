//! Vectors of our own: one scenario a file, in `tests/vectors`, for this library and for others (`tests/vectors/README.md`).
//!
//! `ORDERSLIP_WRITE=1 cargo test --test own_vectors` writes them anew; without it, the files must be what the program makes, byte for byte, and
//! the library must judge each as the file says.
#![cfg(feature = "jose")]
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a failing test should stop where it fails"
)]

mod asked;
mod claims_cwt;
mod claims_jwt;
mod cookies;
mod cose;
mod file;
#[path = "../forge/mod.rs"]
mod forge;
mod jose;
mod judge;
mod key_files;
mod kinds;
mod parts;
mod siblings;
mod signatures;

use self::{file::Vector, forge::keys::Alg, judge::judge, kinds::Kind};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// Every vector by its name.
fn made() -> BTreeMap<String, Vector> {
    let mut all = Vec::new();
    for kind in [
        Kind::Encrypted(Alg::Root),
        Kind::Encrypted(Alg::RootChaCha),
        Kind::Proven(Alg::Hs256),
        Kind::Proven(Alg::EdDsa),
        Kind::Proven(Alg::Es256),
        Kind::Jws(Alg::Hs256),
        Kind::Jws(Alg::Hs384),
        Kind::Jws(Alg::Hs512),
        Kind::Jws(Alg::EdDsa),
        Kind::Jws(Alg::Es256),
        Kind::Jwe(Alg::A256Gcm),
        Kind::Jwe(Alg::A128Gcm),
    ] {
        // What the proof has no part in is told once for each way of writing it.
        let mut rows = Vec::new();
        if !matches!(
            kind,
            Kind::Encrypted(Alg::RootChaCha)
                | Kind::Jws(Alg::Hs384 | Alg::Hs512 | Alg::EdDsa | Alg::Es256)
                | Kind::Jwe(Alg::A128Gcm)
        ) {
            rows.extend(asked::rows(kind));
        }
        match kind {
            Kind::Encrypted(Alg::Root) => {
                rows.extend(cose::encrypted(kind).into_iter().chain(claims_cwt::rows()).chain(claims_cwt::texts(kind)))
            }
            Kind::Proven(Alg::Hs256) => rows.extend(cose::proven(kind).into_iter().chain(claims_cwt::texts(kind))),
            Kind::Proven(_) => rows.extend(cose::proven(kind)),
            Kind::Jws(Alg::Hs256) => {
                rows.extend(jose::jws(kind).into_iter().chain(claims_jwt::rows()).chain(claims_cwt::texts(kind)))
            }
            Kind::Jwe(Alg::A256Gcm) => rows.extend(jose::jwe(kind)),
            // And what it has a part in, for each.
            Kind::Encrypted(_) => rows.extend(cose::sealings(kind)),
            Kind::Jws(_) => rows.extend(jose::proofs(kind).into_iter().chain(jose::confusions(kind))),
            Kind::Jwe(_) => rows.extend(jose::sealings(kind)),
        }
        all.extend(parts::vectors(kind, rows));
    }
    all.extend(key_files::vectors());
    all.extend(cookies::vectors());
    all.extend(siblings::vectors());
    let count = all.len();
    let all: BTreeMap<String, Vector> = all.into_iter().collect();
    assert_eq!(all.len(), count, "two of one name");
    all
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors")
}

/// The committed ones.
fn committed() -> BTreeMap<String, Vector> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "txt") {
                let name = path.strip_prefix(folder()).unwrap().with_extension("");
                files.insert(
                    name.to_str().unwrap().replace('\\', "/"),
                    Vector::read(&fs::read_to_string(&path).unwrap()),
                );
            }
        }
    }
    files
}

#[test]
fn vectors_are_what_the_program_makes() {
    let made = made();
    if std::env::var_os("ORDERSLIP_WRITE").is_some() {
        for subject in ["slips", "keys", "cookies", "siblings"] {
            let _ = fs::remove_dir_all(folder().join(subject));
        }
        for (name, vector) in &made {
            let path = folder().join(format!("{name}.txt"));
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, vector.written()).unwrap();
        }
    }
    for (name, vector) in &made {
        let path = folder().join(format!("{name}.txt"));
        assert_eq!(fs::read(&path).unwrap_or_default(), vector.written(), "{name}");
    }
    assert!(committed().keys().eq(made.keys()), "a file that the program does not make");
    assert!(made.len() >= 300, "{} vectors", made.len());
}

#[test]
fn vectors_of_our_own_are_judged_as_they_say() {
    let all = committed();
    let mut wrong = Vec::new();
    for (name, vector) in &all {
        let found = judge(vector);
        if found != vector.demand("expect") {
            wrong.push(format!("{name}: {found}, and not {}: {}", vector.demand("expect"), vector.demand("comment")));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), all.len(), wrong.join("\n"));
}

/// So that each is refused for what is said of it, and for nothing else.
#[test]
fn vectors_differ_in_one_thing_from_a_good_one() {
    let all = committed();
    let mut good = BTreeSet::new();
    for (name, vector) in &all {
        let Some(of) = vector.get("good") else {
            good.insert(name.as_str());
            continue;
        };
        assert_eq!(vector.differences(&all[of]), 1, "{name}");
    }
    // And those are good.
    for name in &good {
        let found = judge(&all[*name]);
        assert!(["opens", "opened", "taken"].contains(&&*found) || found.starts_with("reads {\""), "{name}: {found}");
    }
    assert_eq!(good.len(), 12 + 9 + 3 + 1 + 1);
}
