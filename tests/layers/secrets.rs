//! Secrets are compared by the crypto layer alone.

use crate::DOUBLE;
use crate::source::{head, root, rust_files, without_comments};
use std::{collections::BTreeSet, fs};

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

/// Keys, secrets, buffers of plaintext and what proves a message have no `==`: comparing them is the business of `ring`, in `crypto.rs`.
#[test]
fn t36_secrets_have_no_comparison_of_their_own() {
    let root = root().join("src");
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
    for file in rust_files(&root().join("src")) {
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
