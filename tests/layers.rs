//! The house has storeys: a module imports only from modules that stand before it, and by their full path.
//!
//! The test reads `src/`; it knows the order and nothing else. A fixture with one upward import shows that it can fail.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a failing test should stop where it fails")]

use std::{
    collections::BTreeSet,
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

/// What nobody may see or guess, and what is made of it.
const SECRET: [&str; 15] = [
    "MacKey",
    "AeadKey",
    "Signer",
    "Verifier",
    "Secret",
    "SecretText",
    "Wiped",
    "Buffer",
    "Key",
    "DerivedKeys",
    "AnchorSecrets",
    "SecretBefore",
    "Anchor",
    "SiblingKeys",
    "SessionKeys",
];

/// What stands in for `crypto.rs` under Miri.
const DOUBLE: &str = "crypto/double.rs";

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

/// Keys, secrets, buffers of plaintext and what proves a message have no `==`: comparing them is the business of `ring`, in `crypto.rs`.
#[test]
fn t36_secrets_have_no_comparison_of_their_own() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut seen = BTreeSet::new();
    for file in rust_files(&root) {
        let (text, name) = (fs::read_to_string(&file).unwrap(), file.display());
        for line in text.lines().map(str::trim_start) {
            assert!(!line.contains("impl PartialEq"), "{name}: {line}");
        }
        for (declared, derived, fields) in structs(&text) {
            let holds_one = SECRET.iter().any(|secret| names_type(&fields, secret));
            let is_one = SECRET.contains(&declared.as_str());
            seen.extend(is_one.then_some(declared.clone()));
            let compares = derived.contains("PartialEq") || derived.contains("Hash") || derived.contains("Ord");
            assert!(!(compares && (is_one || holds_one)), "{name}: {declared} can be compared");
        }
    }
    assert_eq!(seen.len(), SECRET.len(), "{seen:?}");
}

/// Nor is what they hold taken out and compared by `==`, nor by any other means than `ring`'s.
#[test]
fn t36_what_secrets_hold_is_compared_nowhere() {
    let faults = |has_public_tags: bool, text: &str| -> Vec<String> {
        let code = without_comments(text.split("#[cfg(test)]\nmod tests {").next().unwrap());
        let code = if has_public_tags { code.replace("tag", "label") } else { code };
        code.lines().filter(|line| compares_what_is_secret(line)).map(str::to_owned).collect()
    };
    for file in rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")) {
        let is_test = file.ends_with("tests.rs") || file.ends_with("vectors.rs") || file.ends_with(DOUBLE);
        // Tags of CBOR, and those in the names of siblings, are public.
        let has_public_tags =
            file.components().any(|part| ["cbor", "cose", "merge"].iter().any(|name| part.as_os_str() == *name));
        let found = faults(has_public_tags, &fs::read_to_string(&file).unwrap());
        assert!(is_test || found.is_empty(), "{}: {found:?}", file.display());
    }
    for fault in [
        "if a.expose() == b {",
        "x != key.secret",
        "assert!(tag == theirs)",
        "mac.eq(&theirs)",
        "ct_eq(a, b)",
        "a.expose().starts_with(b)",
    ] {
        assert_eq!(faults(false, fault), [fault]);
    }
    for fine in ["let stage = a == b;", "a.expose().len() == 32", "secret.len() == LEN", "TAG_LEN == 16"] {
        assert!(faults(false, fine).is_empty(), "{fine}");
    }
}

/// The stand-in for `crypto.rs` under Miri keeps no secret: one line leads to it, no other build takes it, and it has the same surface.
#[test]
fn t90_the_double_of_crypto_is_for_miri_alone() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let double = fs::read_to_string(src.join(DOUBLE)).unwrap();
    let lib = fs::read_to_string(src.join("lib.rs")).unwrap();
    assert!(lib.contains("\n#[cfg_attr(miri, path = \"crypto/double.rs\")]\nmod crypto;\n"));
    for file in rust_files(&src) {
        let text = fs::read_to_string(&file).unwrap();
        let mentions =
            ["crypto/double", "mod double", "double::"].iter().map(|way| text.matches(way).count()).sum::<usize>();
        let allowed = usize::from(file.ends_with("lib.rs"));
        assert!(file.ends_with(DOUBLE) || mentions == allowed, "{} leads to the double", file.display());
    }
    let guard = "#[cfg(any(not(miri), not(debug_assertions)))]\ncompile_error!(";
    assert!(
        double.contains(guard) && double.contains("env!(\"MIRI_SYSROOT\""),
        "the double does not keep other builds out"
    );
    // No feature, and no variable of a build script, can set what Miri sets.
    let manifest = fs::read_to_string(src.join("../Cargo.toml")).unwrap();
    assert!(!manifest.contains("miri") && !src.join("../build.rs").exists());

    let surface = |text: &str| -> BTreeSet<String> {
        let lines =
            text.lines().map(str::trim).filter(|line| line.starts_with("pub(crate) ") && !line.contains(" struct "));
        // A constant is compared as a whole, but for one that `ring` has a name for.
        lines.map(|line| line.replace("aead::NONCE_LEN", "12")).collect()
    };
    let real = fs::read_to_string(src.join("crypto.rs")).unwrap();
    assert!(surface(&real).len() > 30);
    assert_eq!(surface(&real), surface(&double));
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

/// Every struct with what is derived for it, and its fields.
fn structs(text: &str) -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    let mut derived = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let line = line.trim_start();
        if line.starts_with("#[derive") {
            derived.push_str(line);
        }
        let declared =
            line.trim_start_matches("pub(crate) ").trim_start_matches("pub(super) ").trim_start_matches("pub ");
        if let Some(name) = declared.strip_prefix("struct ").and_then(head) {
            let mut fields = line.to_owned();
            while !fields.contains(';') && !fields.ends_with("\n}") {
                let Some(next) = lines.next() else { break };
                fields.push('\n');
                fields.push_str(if next == "}" { next } else { next.trim() });
            }
            found.push((name, derived.clone(), fields.split_once(['{', '(']).map_or("", |(_, rest)| rest).to_owned()));
        }
        if !line.starts_with('#') && !line.starts_with("//") {
            derived.clear();
        }
    }
    found
}

/// Whether a type of this name stands there, and not one that contains the name.
fn names_type(text: &str, name: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(name).any(|(at, _)| {
        let (before, rest) = text.split_at(at);
        !before.ends_with(is_word) && !rest.split_at(name.len()).1.starts_with(is_word)
    })
}

/// An operand named after a secret, beside an operator or a method that tells as soon as two bytes differ.
fn compares_what_is_secret(line: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let words = |text: &str| text.split(|c| !is_word(c)).map(str::to_owned).collect::<Vec<_>>();
    let is_secret = |text: &str| {
        words(text).iter().any(|word| ["expose", "secret", "tag", "mac", "signature"].contains(&word.as_str()))
    };
    // Lengths are public.
    let public = |text: &str| text.contains("len()") || text.contains("is_empty()") || text.contains("len(");
    let operand = |text: &str, from_end: bool| {
        let stops = ['{', '}', ';', '&', '|', ',', '='];
        let part = if from_end {
            text.rsplit(stops).next()
        } else {
            text.trim_start().trim_start_matches('&').split(stops).next()
        };
        part.unwrap_or_default().to_owned()
    };
    let operators = ["==", "!="].iter().any(|operator| {
        line.match_indices(operator).any(|(at, _)| {
            let (before, rest) = line.split_at(at);
            let (one, other) = (operand(before, true), operand(rest.split_at(2).1, false));
            (is_secret(&one) || is_secret(&other)) && !public(&one) && !public(&other)
        })
    });
    let methods = [".eq(", ".ne(", ".cmp(", ".starts_with(", ".ends_with(", ".contains(", ".strip_prefix("];
    let by_method = methods.iter().any(|method| {
        line.match_indices(method).any(|(at, _)| {
            let before = operand(line.split_at(at).0, true);
            words(&before).last().is_some_and(|last| is_secret(last)) || before.ends_with("expose()")
        })
    });
    operators || by_method || line.contains("ct_eq") || line.contains("constant_time")
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
