//! Every public item has an example, is shown by name in one of the crate, or links to an item that is, or to a page of the manual, in one step or two. Every
//! feature has a row in the README.
//!
//! It reads `src/` as text. That everything `pub` in there can be reached is the lint `unreachable_pub`; that it has a comment at all is
//! `missing_docs`; that links lead somewhere is rustdoc's business, and `tests/links.rs`'s.
#![expect(clippy::unwrap_used, reason = "a failing test should stop where it fails")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Items with none of it, and why that is right. Empty: keep it so.
const EXCEPTIONS: [(&str, &str); 0] = [];

#[derive(Debug)]
struct Item {
    file: String,
    kind: String,
    name: String,
    comment: String,
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

fn files(dir: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let all = entries.flat_map(|path| if path.is_dir() { files(&path, extension) } else { vec![path] });
    all.filter(|path| path.extension().is_some_and(|found| found == extension)).collect()
}

/// The Rust of the blocks of a page or a comment: those whose fence says so, or says nothing and stands in a comment.
fn blocks(page: &str, unnamed_too: bool) -> String {
    let mut found = String::new();
    for block in page.split("```").skip(1).step_by(2) {
        let (fence, code) = block.split_once('\n').unwrap_or_default();
        let is_rust = fence.starts_with("rust") || (unnamed_too && (fence.is_empty() || fence.starts_with("no_run")));
        found.push_str(if is_rust { code } else { "" });
    }
    found
}

/// What `#[doc = include_str!("…")]` brings into the comment of the item below it.
fn included(line: &str, file: &Path) -> Option<String> {
    let path = line.split_once("doc = include_str!(\"")?.1.split('"').next()?;
    Some(text(&file.parent()?.join(path)))
}

/// The public items of one file, with what stands above each, and all comments of the file.
fn items(file: &Path) -> (Vec<Item>, String) {
    let source = text(file);
    let code = source.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let code = code.split("#[cfg(test)]\npub(crate) mod tests {").next().unwrap();
    let (mut items, mut comment, mut comments) = (Vec::new(), String::new(), String::new());
    for line in code.lines().map(str::trim_start) {
        if let Some(words) = line.strip_prefix("///").or_else(|| line.strip_prefix("//!")) {
            comment.push_str(words.strip_prefix(' ').unwrap_or(words));
            comment.push('\n');
            continue;
        }
        if line.starts_with("#[") || line.starts_with("#![") {
            comment.push_str(&included(line, file).unwrap_or_default());
            continue;
        }
        if let Some((kind, name)) = public(line) {
            if kind == "mod" && line.ends_with(';') {
                let module = file.parent().unwrap().join(format!("{name}.rs"));
                comment
                    .push_str(&text(&module).lines().filter_map(|line| line.strip_prefix("//!")).collect::<String>());
            }
            items.push(Item { file: file.display().to_string(), kind, name, comment: comment.clone() });
        }
        comments.push_str(&comment);
        comment.clear();
    }
    (items, comments)
}

/// The kind and the name of what a line makes public.
fn public(line: &str) -> Option<(String, String)> {
    let mut words = line.strip_prefix("pub ")?.split_whitespace().filter(|word| !["const", "async"].contains(word));
    let first = words.next()?;
    let kinds = ["fn", "struct", "enum", "trait", "type", "static", "mod"];
    // `pub const NAME` has lost its word.
    let (kind, name) = if kinds.contains(&first) { (first, words.next()?) } else { ("const", first) };
    let name: String = name.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    let is_item = line.starts_with("pub const ") || kinds.contains(&first);
    (is_item && !name.is_empty()).then(|| (kind.to_owned(), name))
}

/// Whether an example names it: a function where it is called, anything else as a word.
fn is_shown(item: &Item, examples: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    examples.match_indices(&item.name).any(|(at, name)| {
        let (before, rest) = examples.split_at(at);
        let after = rest.split_at(name.len()).1;
        let whole = !before.ends_with(is_word) && !after.starts_with(is_word);
        let called = item.kind != "fn" || before.ends_with(['.', ':']) || after.starts_with(['(', ':']);
        whole && called
    })
}

/// What the links of a comment are called: an item, and the type or trait that it belongs to.
fn linked(comment: &str) -> Vec<String> {
    let in_code = comment.split("[`").skip(1).map(|link| {
        let (text, rest) = link.split_once("`]").unwrap_or((link, ""));
        rest.strip_prefix('(').and_then(|rest| rest.split([')', '#']).next()).unwrap_or(text)
    });
    let in_words = comment.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
    let mut names = Vec::new();
    for target in in_code.chain(in_words) {
        let mut parts = target.rsplit("::").map(|part| part.trim_matches(['(', ')', '`']).to_owned());
        names.extend(parts.next());
        names.extend(parts.next().filter(|part| part.starts_with(char::is_uppercase) && part != "Self"));
    }
    names
}

/// Whether it has an example or is shown by name.
fn has_example(item: &Item, examples: &str) -> bool {
    item.comment.contains("```") || is_shown(item, examples)
}

/// Whether it has an example, or a link to one of these.
fn is_documented(item: &Item, shown: &BTreeSet<String>, examples: &str) -> bool {
    has_example(item, examples) || linked(&item.comment).iter().any(|name| shown.contains(name))
}

#[test]
fn every_public_item_has_an_example_or_a_link_to_one() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sources = files(&root.join("src"), "rs");
    let is_private = |path: &&PathBuf| path.starts_with(root.join("src/bin")) || path.ends_with("tests.rs");
    let (mut all, mut examples) = (Vec::new(), blocks(&text(&root.join("README.md")), false));
    for page in files(&root.join("src/manual"), "md") {
        examples.push_str(&blocks(&text(&page), false));
    }
    for file in sources.iter().filter(|path| !is_private(path)) {
        let (items, comments) = items(file);
        examples.push_str(&blocks(&comments, true));
        all.extend(items);
    }
    assert!(all.len() > 400, "{}", all.len());
    // A page of the manual shows, be it in words.
    let is_page = |item: &Item| item.kind == "mod" && item.file.ends_with("src/manual.rs");
    let shown = all.iter().filter(|item| has_example(item, &examples) || is_page(item));
    let shown: BTreeSet<String> = shown.map(|item| item.name.clone()).collect();
    // And so does what links to one that does: "as `Visit::take`".
    let once_more = all.iter().filter(|item| is_documented(item, &shown, &examples)).map(|item| &item.name);
    let shown = once_more.chain(&shown).cloned().collect();
    let bare: BTreeSet<String> = all
        .iter()
        .filter(|item| !is_documented(item, &shown, &examples))
        .filter(|item| !EXCEPTIONS.iter().any(|(name, _)| *name == item.name))
        .map(|item| format!("{}: {} {}", item.file, item.kind, item.name))
        .collect();
    assert!(bare.is_empty(), "neither an example nor a link:\n{bare:#?}");
}

/// The README has a row for each feature of the manifest, and for no other.
#[test]
fn every_feature_has_a_row() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (manifest, readme) = (text(&root.join("Cargo.toml")), text(&root.join("README.md")));
    let features = manifest.split("\n[features]\n").nth(1).unwrap().split("\n[").next().unwrap();
    let names = features.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(" = "));
    let names: BTreeSet<&str> = names.map(|(name, _)| name).filter(|name| *name != "default").collect();
    let section = readme.split("\n## Features\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    assert_eq!(rows.map(|(name, _)| name).collect::<BTreeSet<_>>(), names);
}

#[test]
fn an_item_without_either_is_found() {
    let item = |comment: &str| Item {
        file: "lib.rs".to_owned(),
        kind: "fn".to_owned(),
        name: "size".to_owned(),
        comment: comment.to_owned(),
    };
    let shown = BTreeSet::from(["Jar".to_owned()]);
    let is_documented = |comment: &str, examples: &str| is_documented(&item(comment), &shown, examples);
    assert!(!is_documented("The size.", "let size = 1; resize(size)"));
    assert!(is_documented("The size.", "let all = jar.size();"));
    assert!(is_documented("The size: see [`Jar`].", ""));
    assert!(is_documented("The size: see [the jar](crate::cookie::Jar#sizes).", ""));
    assert!(!is_documented("The size: see [`Plan`], which has no example either.", ""));
    assert!(is_documented("The size.\n```\n```", ""));
    assert_eq!(public("pub const fn idle(mut self) {"), Some(("fn".to_owned(), "idle".to_owned())));
    assert_eq!(public("pub const MAX: u8 = 1;"), Some(("const".to_owned(), "MAX".to_owned())));
    assert_eq!(public("pub(crate) fn hidden() {"), None);
    assert_eq!(public("pub use crate::error::Error;"), None);
    assert_eq!(public("pub field: u8,"), None);
    assert_eq!(blocks("```rust\na\n```\n```console\nb\n```\n```\nc\n```", false), "a\n");
}
