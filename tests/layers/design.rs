//! docs/design.md says where things are: every file of `src/` in one line, in the words that the file opens with, and a picture of what imports
//! what. Both are drawn from the files, and compared.
//!
//! `ORDERSLIP_WRITE=1 cargo test --test layers` draws them anew.

#![expect(clippy::indexing_slicing, clippy::string_slice, reason = "a failing test should stop where it fails")]

use crate::{
    faults_in,
    source::{imports, module_of, root, rust_files, without_comments},
    storey,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    fmt::Write as _,
    fs,
    sync::Mutex,
};

#[test]
fn the_design_names_every_file() {
    holds("files", &files());
}

#[test]
fn the_picture_is_true() {
    assert!(faults_in(&root().join("src")).is_empty());
    holds("imports", &picture());
}

/// Each test has a part of the page of its own, and both may write it.
static PAGE: Mutex<()> = Mutex::new(());

/// The part of the page between its marks is what was drawn.
fn holds(part: &str, drawn: &str) {
    let _page = PAGE.lock();
    let page = root().join("docs/design.md");
    let text = fs::read_to_string(&page).unwrap();
    let (begin, end) = (format!("<!-- {part} -->\n"), format!("<!-- end of {part} -->\n"));
    let (before, rest) = text.split_once(&begin).unwrap();
    let (present, after) = rest.split_once(&end).unwrap();
    if env::var_os("ORDERSLIP_WRITE").is_some() {
        return fs::write(&page, format!("{before}{begin}{drawn}{end}{after}")).unwrap();
    }
    assert!(
        present == drawn,
        "docs/design.md has other {part}; `ORDERSLIP_WRITE=1 cargo test --test layers` writes\n{drawn}"
    );
}

/// The first sentence of each file's first lines, folders under their module.
fn files() -> String {
    let src = root().join("src");
    let mut list = String::new();
    for file in rust_files(&src) {
        let name = file.strip_prefix(&src).unwrap().to_str().unwrap().replace('\\', "/");
        let text = fs::read_to_string(&file).unwrap();
        let what = match name.as_str() {
            "lib.rs" => "The contents page: attributes, modules in reading order, what is exported.".into(),
            _ if name.ends_with("tests.rs") || name.ends_with("vectors.rs") => "Its tests.".into(),
            _ => first_sentence(&text),
        };
        writeln!(list, "- `{name}` {what}").unwrap();
    }
    list
}

fn first_sentence(text: &str) -> String {
    let lines = text.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim);
    let paragraph: Vec<&str> = lines.take_while(|line| !line.is_empty()).collect();
    let paragraph = paragraph.join(" ");
    let end = paragraph
        .match_indices(". ")
        .find(|(at, _)| !paragraph[..*at].ends_with("section") && !paragraph[..*at].ends_with("RFC"));
    let sentence = end.map_or(paragraph.as_str(), |(at, _)| &paragraph[..=at]);
    assert!(sentence.len() > 10, "{text}");
    sentence.to_owned()
}

/// What each module imports, without what it imports by way of another one.
fn picture() -> String {
    let src = root().join("src");
    let mut direct: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in rust_files(&src) {
        let module = module_of(&src, &file);
        if ["lib", "bin", "manual"].contains(&module.as_str())
            || file.ends_with("tests.rs")
            || file.ends_with("vectors.rs")
        {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        let code = without_comments(text.split("#[cfg(test)]\nmod tests {").next().unwrap());
        let imported = imports(&code).into_iter().filter(|name| *name != module);
        direct.entry(module.clone()).or_default().extend(imported);
    }
    let mut drawn = String::from("```mermaid\nflowchart TD\n");
    let mut modules: Vec<&String> = direct.keys().collect();
    modules.sort_by_key(|module| (std::cmp::Reverse(storey(module)), module.as_str()));
    for module in modules {
        let below = &direct[module];
        let by_another = |name: &String| below.iter().any(|other| other != name && reaches(&direct, other, name));
        for name in below.iter().filter(|name| !by_another(name)) {
            writeln!(drawn, "    {module} --> {name}").unwrap();
        }
    }
    drawn + "```\n"
}

fn reaches(direct: &BTreeMap<String, BTreeSet<String>>, from: &str, to: &str) -> bool {
    direct.get(from).is_some_and(|below| below.contains(to) || below.iter().any(|next| reaches(direct, next, to)))
}
