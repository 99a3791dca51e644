//! What stands between a reader's trust and somebody else's code.

use crate::DOUBLE;
use crate::source::{root, rust_files};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// The stand-in for `crypto.rs` under Miri keeps no secret: one line leads to it, no other build takes it, and it has the same surface.
#[test]
fn t90_the_double_of_crypto_is_for_miri_alone() {
    let src = root().join("src");
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
    let root = root();
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

/// The manifests of the tree, but for those that cargo has written: a package has none but its own.
fn manifests(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let kept = entries.filter(|path| !["target", ".git", "node_modules"].iter().any(|name| path.ends_with(name)));
    let all = kept.flat_map(|path| if path.is_dir() { manifests(&path) } else { vec![path] });
    all.filter(|path| path.ends_with("Cargo.toml") && !path.with_extension("toml.orig").exists()).collect()
}

/// The dependencies of a manifest that do not say why they are there.
fn without_a_reason(manifest: &str) -> Vec<&str> {
    let mut is_of_dependencies = false;
    let mut found = Vec::new();
    for line in manifest.lines() {
        if let Some(section) = line.strip_prefix('[') {
            is_of_dependencies = section.trim_end_matches(']').ends_with("dependencies");
        } else if is_of_dependencies && line.contains(" = ") && !line.starts_with('#') && !line.contains(" # ") {
            found.push(line.split(' ').next().unwrap());
        }
    }
    found
}

/// The crates beside the library as well: a dependency of a test is somebody else's code, too.
#[test]
fn every_manifest_says_what_it_is_for_and_why_each_dependency_is_there() {
    let manifests = manifests(root());
    for path in &manifests {
        let text = fs::read_to_string(path).unwrap();
        assert!(text.starts_with("# "), "{} opens without its purpose", path.display());
        let bare = without_a_reason(&text);
        assert!(bare.is_empty(), "{}: {bare:?}", path.display());
    }
    assert!(manifests.len() > 5 || !root().join(".ci").exists(), "{manifests:?}");
    let bare = "[package]\nname = \"a\"\n\n[dev-dependencies]\nb = \"1\" # a reason\nc = \"2\"\n[features]\nd = []\n";
    assert_eq!(without_a_reason(bare), ["c"]);
}
