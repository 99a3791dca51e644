//! `src/manual/migration.md` prints what is tested: its Rust is that of this crate, word for word, and all of it.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// What stands in a text from each line that begins with `from` to the next that is `to`, with what follows `from`.
fn between<'a>(text: &'a str, from: &str, to: &str) -> Vec<(&'a str, String)> {
    let mut lines = text.lines();
    let mut found = Vec::new();
    while let Some(name) = lines.find_map(|line| line.strip_prefix(from)) {
        let block: Vec<&str> = lines.by_ref().take_while(|line| line.trim() != to).collect();
        found.push((name.trim(), block.join("\n")));
    }
    found
}

#[test]
fn every_block_of_rust_is_tested_and_every_tested_block_is_printed() {
    let mut files = vec![folder("src/lib.rs")];
    files.extend(fs::read_dir(folder("tests")).unwrap().map(|entry| entry.unwrap().path()));
    files.retain(|path| path.extension().is_some_and(|rs| rs == "rs") && !path.ends_with("docs.rs"));
    let texts: Vec<String> = files.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    let mut tested = BTreeMap::new();
    for (name, block) in texts.iter().flat_map(|text| between(text, "// docs: begin ", "// docs: end")) {
        assert!(tested.insert(name, block).is_none(), "two blocks are called {name}");
    }

    let page = fs::read_to_string(folder("../../src/manual/migration.md")).unwrap();
    let mut printed = Vec::new();
    for (_, block) in between(&page, "```rust", "```") {
        let name = tested.iter().find_map(|(name, tested)| (*tested == block).then_some(*name));
        assert!(name.is_some(), "not in any test, word for word:\n{block}");
        printed.extend(name);
    }
    printed.sort_unstable();
    let tested: Vec<&str> = tested.into_keys().collect();
    assert_eq!(printed, tested, "each once");
    assert!(tested.len() >= 11);
}
