//! The house has storeys: a module imports only from modules that stand before it, and by their full path.
//!
//! The test reads `src/`; it knows the order and nothing else. A fixture with one upward import shows that it can fail.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a failing test should stop where it fails")]

mod dependencies;
mod design;
mod secrets;
mod source;

use source::{imports, module_of, root, rust_files, without_comments};
use std::{fs, path::Path};

/// From the ground up. A module and its children stand at one height; `lib.rs` is the contents page above all.
const ORDER: &[&[&str]] = &[
    &["error"],
    &["bytes", "json", "time"],
    &["cbor"],
    &["codec", "crypto"],
    &["context", "key"],
    &["keyring"],
    &["envelope"],
    &["lifetime"],
    &["claims", "state"],
    &["algs", "slip"],
    &["foreign_jwt"],
    &["builder"],
    &["opener"],
    &["sealer"],
    &["merge"],
    &["hazmat"],
    &["revoke"],
    &["cookie", "csrf"],
    &["testing"],
    &["web"],
    &["jsonwebtoken_11"],
    &["manual"],
];

/// What stands in for `crypto.rs` under Miri.
pub(crate) const DOUBLE: &str = "crypto/double.rs";

/// No file is longer, its tests not counted.
const MAX_LINES: usize = 450;

#[test]
fn imports_point_down() {
    let faults = faults_in(&root().join("src"));
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn an_upward_import_is_found() {
    let fixture = root().join("tests/fixtures/upward/src");
    let faults = faults_in(&fixture);
    assert_eq!(faults.len(), 3, "{faults:#?}");
    for (fault, part) in faults.iter().zip(["crate::keyring", "crate::Error", "names ring"]) {
        assert!(fault.contains(part), "{fault}");
    }
}

#[test]
fn lib_rs_is_a_contents_page() {
    let text = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    for forbidden in ["fn ", "struct ", "impl ", "macro_rules"] {
        assert!(!text.contains(forbidden), "{forbidden}");
    }
    let modules: Vec<&str> =
        text.lines().filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod ")).collect();
    let storeys: Vec<usize> = modules.iter().map(|name| storey(name.trim_end_matches(';')).unwrap()).collect();
    assert!(storeys.is_sorted(), "modules stand in reading order: {modules:?}");
}

#[test]
fn every_file_says_what_it_is_for_and_stays_readable() {
    for file in rust_files(&root().join("src")) {
        let text = fs::read_to_string(&file).unwrap();
        let name = file.display();
        let is_test = file.ends_with("tests.rs") || file.ends_with("vectors.rs");
        let is_said = ["//!", "#![doc", "#![cfg_attr(not(doctest), doc"].iter().any(|way| text.starts_with(way));
        assert!(is_test || is_said, "{name} opens without its purpose");
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        let code = code.split("#[cfg(test)]\npub(crate) mod tests {").next().unwrap();
        assert!(is_test || code.lines().count() <= MAX_LINES, "{name} has {} lines", code.lines().count());
        for vague in ["utils", "common", "helpers"] {
            assert!(!name.to_string().contains(vague), "{name}");
        }
    }
}

fn storey(module: &str) -> Option<usize> {
    ORDER.iter().position(|storey| storey.contains(&module))
}

/// Every import of ours that does not point down, and every name of `ring` outside `crypto`.
fn faults_in(src: &Path) -> Vec<String> {
    let mut faults = Vec::new();
    for file in rust_files(src) {
        let module = module_of(src, &file);
        // The command is a crate of its own, and sees what any program sees.
        if module == "lib" || module == "bin" {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        let is_test = file.ends_with("tests.rs") || file.ends_with("vectors.rs");
        let at = storey(&module).unwrap_or_else(|| panic!("{module} has no storey: give it one"));
        let code = without_comments(text.split("#[cfg(test)]\nmod tests {").next().unwrap());
        for imported in imports(&code).into_iter().filter(|_| !is_test) {
            match storey(&imported) {
                _ if imported == module => {}
                Some(below) if below < at => {}
                Some(_) => faults.push(format!("{}: crate::{imported} is not below {module}", file.display())),
                None => faults.push(format!("{}: crate::{imported} is no module", file.display())),
            }
        }
        if module != "crypto" && names_ring(&code) {
            faults.push(format!("{}: names ring", file.display()));
        }
    }
    faults
}

/// `ring` in an import or at the head of a path, and not our variable of that name or the end of `keyring`.
fn names_ring(code: &str) -> bool {
    let code = code.replace("crate::", "").replace("self::", "");
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices("ring").any(|(at, name)| {
        let (before, rest) = code.split_at(at);
        let after = rest.split_at(name.len()).1;
        let whole = !before.ends_with(is_word) && !after.starts_with(is_word);
        whole && (after.starts_with("::") || before.ends_with("use ") || before.ends_with("extern crate "))
    })
}
