//! The house has storeys: a module imports only from modules that stand before it, and by their full path.
//!
//! The test reads `src/`; it knows the order and nothing else. A fixture with one upward import shows that it can fail.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a failing test should stop where it fails")]

use std::{
    fs,
    path::{Path, PathBuf},
};

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

/// No file is longer, its tests not counted.
const MAX_LINES: usize = 450;

#[test]
fn imports_point_down() {
    let faults = faults_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn an_upward_import_is_found() {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/upward/src");
    let faults = faults_in(&fixture);
    assert_eq!(faults.len(), 3, "{faults:#?}");
    for (fault, part) in faults.iter().zip(["crate::keyring", "crate::Error", "names ring"]) {
        assert!(fault.contains(part), "{fault}");
    }
}

#[test]
fn lib_rs_is_a_contents_page() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
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
    for file in rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let text = fs::read_to_string(&file).unwrap();
        let name = file.display();
        let is_test = file.ends_with("tests.rs") || file.ends_with("vectors.rs");
        assert!(is_test || text.starts_with("//!") || text.starts_with("#![doc"), "{name} opens without its purpose");
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        let code = code.split("#[cfg(test)]\npub(crate) mod tests {").next().unwrap();
        assert!(is_test || code.lines().count() <= MAX_LINES, "{name} has {} lines", code.lines().count());
        for vague in ["utils", "common", "helpers"] {
            assert!(!name.to_string().contains(vague), "{name}");
        }
    }
}

/// Keys, secrets and what proves a message have no `==`: comparing them is the business of `ring`.
#[test]
fn t36_secrets_have_no_comparison_of_their_own() {
    const SECRET: [&str; 7] = ["MacKey", "AeadKey", "Signer", "Verifier", "Secret", "SecretText", "Key"];
    let mut seen = 0;
    for file in rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let text = fs::read_to_string(&file).unwrap();
        let mut derived = "";
        for line in text.lines().map(str::trim_start) {
            assert!(!line.contains("impl PartialEq"), "{}: {line}", file.display());
            if line.starts_with("#[derive") {
                derived = line;
            }
            let name = line.trim_start_matches("pub(crate) ").trim_start_matches("pub ").strip_prefix("struct ");
            if let Some(name) = name.and_then(head) {
                let is_secret = SECRET.contains(&name.as_str());
                seen += usize::from(is_secret);
                assert!(!(is_secret && derived.contains("PartialEq")), "{}: {name}", file.display());
            }
            if !line.starts_with('#') && !line.starts_with("//") {
                derived = "";
            }
        }
    }
    assert_eq!(seen, SECRET.len());
}

/// What stands between a reader's trust and somebody else's code: no `unsafe`, every dependency from the registry and with its reason,
/// `ring` of a version without CVE-2025-4432, no feature on that was not asked for but `jose`.
#[test]
fn t90_dependencies_are_few_and_each_has_its_reason() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    assert!(fs::read_to_string(root.join("src/lib.rs")).unwrap().contains("\n#![forbid(unsafe_code)]\n"));
    // A package has a manifest that cargo wrote, without comments, and the one of the tree beside it.
    let manifest = fs::read_to_string(root.join("Cargo.toml.orig"));
    let manifest = manifest.or_else(|_| fs::read_to_string(root.join("Cargo.toml"))).unwrap();
    assert!(manifest.contains("\ndefault = [\"jose\"]\n") && manifest.contains("\nring = \"0.17.12\""));
    let section = |name: &str| {
        let rest = manifest.split_once(&format!("\n[{name}]\n")).unwrap().1;
        rest.split("\n[").next().unwrap().lines().filter(|line| line.contains(" = "))
    };
    assert!(section("dependencies").count() > 10);
    for line in section("dependencies") {
        let (name, value) = line.split_once(" = ").unwrap();
        assert!(line.contains(" # "), "{name} does not say why it is there");
        let from_registry = !value.contains("git =") && !value.contains("path =") && !value.contains('*');
        assert!(from_registry, "{name} is not a version of the registry's");
    }
}

fn storey(module: &str) -> Option<usize> {
    ORDER.iter().position(|storey| storey.contains(&module))
}

fn rust_files(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut entries: Vec<PathBuf> = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            files.push(path);
        }
    }
    files
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

fn module_of(src: &Path, file: &Path) -> String {
    let first = file.strip_prefix(src).unwrap().components().next().unwrap();
    first.as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned()
}

fn without_comments(code: &str) -> String {
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The first name behind every `crate::`, be it a path or a group.
fn imports(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, token) in code.match_indices("crate::") {
        let rest = code.split_at(at + token.len()).1;
        match rest.strip_prefix('{') {
            Some(group) => found.extend(group_heads(group)),
            None => found.extend(head(rest)),
        }
    }
    found
}

/// The first name of every element of `{a::b, c::{d, e}}`.
fn group_heads(group: &str) -> Vec<String> {
    let mut heads = Vec::new();
    let mut depth = 0;
    let mut element = String::new();
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                heads.extend(head(element.trim()));
                element.clear();
                continue;
            }
            _ => {}
        }
        element.push(c);
    }
    heads.extend(head(element.trim()));
    heads
}

fn head(path: &str) -> Option<String> {
    let name: String = path.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!name.is_empty()).then_some(name)
}
