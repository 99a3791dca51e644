//! The fuzz targets without a fuzzer: every file of the committed corpus through the harness that `fuzz/` runs under libFuzzer.
//!
//! `ORDERSLIP_WRITE=1 cargo test --test fuzz_corpus` writes the seeds and the dictionary anew; without it, those in the tree must be what
//! the program makes. `fuzz/` is no part of the published crate: there the tests say so and pass.
#![cfg(feature = "jose")]
#![expect(
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    unsafe_code,
    reason = "a failing target should stop where it fails; an allocator cannot be written without `unsafe`"
)]

#[path = "../forge/mod.rs"]
mod forge;
mod harness;
mod seeds;

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The corpus of a target, if this is the repository.
fn corpus(target: &str) -> Option<Vec<(PathBuf, Vec<u8>)>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let entries = fs::read_dir(folder).ok()?;
    let paths = entries.map(|entry| entry.expect("a folder can be read").path());
    // What a run of the fuzzer has left there is not committed, and as good a test.
    Some(paths.map(|path| (path.clone(), fs::read(path).expect("a file can be read"))).collect())
}

#[test]
fn t37_every_input_of_the_corpus_holds() {
    if !Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz").exists() {
        println!("skipped: `fuzz/` is in the repository only");
        return;
    }
    for (target, run) in harness::TARGETS {
        let inputs = corpus(target).unwrap_or_else(|| panic!("{target} has no corpus"));
        assert!(inputs.len() >= 3, "{target} has {} inputs", inputs.len());
        for (path, input) in inputs {
            // So that a panic names the file.
            println!("{}", path.display());
            run(&input);
        }
    }
}

/// Few bytes at random, everywhere: what a fuzzer begins with.
#[test]
fn t37_no_target_minds_noise() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    for round in 0..160 {
        let noise: Vec<u8> = (0..round / 8).flat_map(|_| next()).collect();
        harness::TARGETS.iter().for_each(|(_, run)| run(&noise));
    }
}
