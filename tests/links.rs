//! No dead link: what a page names relative to itself is there, and so is the heading behind `#`. Pictures of pages that rustdoc shows are not relative: it has
//! no files. `ORDERSLIP_WRITE=1 cargo test --test links` writes `docs/pictures.md`, which has the README's as data.
//!
//! It reads Markdown. Links to items (`crate::…`) are rustdoc's business, and so are those in brackets alone; their anchors are looked at here.
#![expect(clippy::unwrap_used, reason = "a failing test should stop where it fails")]

use base64::{Engine as _, prelude::BASE64_STANDARD};
use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::{Path, PathBuf},
};

/// What pages name in code style and is not in the tree, and why.
const ELSEWHERE: [(&str, &str); 1] = [("fuzz/corpus-work/figures.jsonl", "written by a run")];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All pages of the tree, but for what is built or belongs to nobody.
fn pages(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let skipped = ["target", ".git", "node_modules", "corpus", "fixtures"];
    let is_skipped = |path: &Path| path.file_name().is_some_and(|name| skipped.iter().any(|skip| name == *skip));
    let kept = entries.filter(|path| !is_skipped(path));
    kept.flat_map(|path| match path.is_dir() {
        true => pages(&path),
        false => vec![path],
    })
    .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
    .collect()
}

/// A page without its blocks of code, and without code in a line.
fn prose(page: &str) -> String {
    let without_blocks: String = page.split("```").step_by(2).collect();
    without_blocks.split('`').step_by(2).collect::<Vec<_>>().join("`")
}

/// The targets of `[…](…)` and of `[…]: …`.
fn targets(page: &str) -> Vec<String> {
    let text = prose(page);
    let inline = text.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next()).map(str::to_owned);
    let defined = text.lines().filter(|line| line.starts_with('[')).filter_map(|line| line.split_once("]: "));
    let defined = defined.map(|(_, target)| target.trim().to_owned());
    inline.chain(defined).collect()
}

/// As rustdoc and the pages of repositories write the id of a heading.
fn anchors(page: &str) -> BTreeSet<String> {
    let blocks_out: String = page.split("```").step_by(2).collect::<Vec<_>>().join("\n");
    let headings =
        blocks_out.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let id = |heading: &str| {
        let kept = heading.to_lowercase();
        let kept = kept.chars().filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect::<String>()
    };
    headings.map(id).collect()
}

/// The text of a page of the manual, with all the files that `manual.rs` puts into it.
fn manual_page(name: &str) -> Option<String> {
    let source = fs::read_to_string(root().join("src/manual.rs")).unwrap();
    let (before, _) = source.split_once(&format!("pub mod {name} {{}}"))?;
    let attributes = before.rsplit_once("\n\n").unwrap().1;
    let files = attributes.split("include_str!(\"").skip(1).filter_map(|rest| rest.split('"').next());
    let texts: Vec<_> = files.map(|file| fs::read_to_string(root().join("src").join(file)).unwrap()).collect();
    (!texts.is_empty()).then(|| texts.join("\n"))
}

/// What is wrong with a link from a page, if anything is.
fn fault(from: &Path, page: &str, target: &str) -> Option<String> {
    if ["https://", "http://", "mailto:", "data:"].iter().any(|scheme| target.starts_with(scheme)) {
        return None;
    }
    let (path, anchor) = target.split_once('#').map_or((target, None), |(path, anchor)| (path, Some(anchor)));
    let is_manual = from.starts_with(root().join("src/manual"));
    let its = match path.strip_prefix("crate::manual::").or_else(|| path.strip_prefix("manual::")) {
        Some(name) => match manual_page(name) {
            None => return Some(format!("no page {name} of the manual")),
            Some(text) => text,
        },
        None if path.contains("::") || path.starts_with(char::is_uppercase) && !path.contains('.') => return None,
        None if path.is_empty() && is_manual => {
            // One of several files of a page.
            let names = from.strip_prefix(root().join("src/manual")).unwrap();
            let first = names.components().next().unwrap().as_os_str().to_str().unwrap();
            manual_page(first.trim_end_matches(".md"))?
        }
        None if path.is_empty() => page.to_owned(),
        None if is_manual => return Some(format!("{target} is a file, and the page is read where there are none")),
        None => {
            let file = from.parent().unwrap().join(path);
            if !file.exists() {
                return Some(format!("{target} is not there"));
            }
            if file.is_dir() || anchor.is_none() {
                return None;
            }
            fs::read_to_string(file).unwrap()
        }
    };
    let anchor = anchor?;
    let line = anchor.strip_prefix('L').is_some_and(|digits| digits.chars().all(|c| c.is_ascii_digit()));
    (!line && !anchors(&its).contains(anchor)).then(|| format!("{target}: no such heading"))
}

#[test]
fn no_link_of_a_page_is_dead() {
    let pages = pages(root());
    let mut looked_at = 0;
    let mut faults = Vec::new();
    for path in &pages {
        let page = fs::read_to_string(path).unwrap();
        for target in targets(&page) {
            looked_at += 1;
            faults.extend(fault(path, &page, &target).map(|why| format!("{}: {why}", path.display())));
        }
    }
    assert!(pages.len() > 20 && looked_at > 300, "{} pages, {looked_at} links", pages.len());
    assert!(faults.is_empty(), "{faults:#?}");
}

/// The definitions of a page, `[label]: target`, of which the first one of a label counts.
fn definitions(page: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let lines = page.lines().filter_map(|line| line.strip_prefix('[')?.split_once("]: "));
    for (label, target) in lines {
        found.entry(label.to_lowercase()).or_insert_with(|| target.trim().to_owned());
    }
    found
}

/// Where the pictures of a page lie: `![…](…)` and `![…][…]`.
fn pictures(page: &str) -> Vec<String> {
    let (text, definitions) = (prose(page), definitions(page));
    let of = |rest: &str| {
        let after = rest.split_once(']').unwrap().1;
        let (kind, rest) = after.split_at(1);
        match kind {
            "(" => rest.split([')', ' ']).next().unwrap().to_owned(),
            _ => definitions.get(&rest.split(']').next().unwrap().to_lowercase()).cloned().unwrap_or_default(),
        }
    };
    text.split("![").skip(1).map(of).collect()
}

/// The README's pictures as data. It is included before the README, so that its definitions are the first.
#[test]
fn the_pictures_of_the_crate_page_are_those_of_the_readme() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let defined = definitions(&readme).into_iter().filter(|(_, target)| target.ends_with(".svg"));
    let lines = defined.map(|(label, target)| {
        let picture = BASE64_STANDARD.encode(fs::read(root().join(target)).unwrap());
        format!("[{label}]: data:image/svg+xml;base64,{picture}\n")
    });
    let (expected, path) = (lines.collect::<String>() + "\n", root().join("docs/pictures.md"));
    if env::var_os("ORDERSLIP_WRITE").is_some() {
        fs::write(&path, &expected).unwrap();
    }
    let found = fs::read_to_string(path).unwrap_or_default();
    assert!(
        found == expected,
        "docs/pictures.md is not what the pictures are: `ORDERSLIP_WRITE=1 cargo test --test links`"
    );
}

#[test]
fn no_picture_in_rustdoc_is_a_file() {
    let mut looked_at = 0;
    for source in [root().join("src"), root().join("integrations/actix/src")].iter().flat_map(|dir| sources(dir)) {
        let text = fs::read_to_string(&source).unwrap();
        let included = text.split("include_str!(\"").skip(1).filter_map(|rest| rest.split('"').next());
        let included = included.filter(|file| file.ends_with(".md"));
        let page: String =
            included.map(|file| fs::read_to_string(source.parent().unwrap().join(file)).unwrap()).collect();
        for picture in pictures(&page) {
            looked_at += 1;
            let is_there = ["data:", "https://"].iter().any(|scheme| picture.starts_with(scheme));
            assert!(is_there, "{}: a page that it includes has a picture at {picture:?}", source.display());
        }
    }
    assert_eq!(looked_at, 2, "those of the README");
}

/// Comments link to headings of the manual as well.
#[test]
fn no_link_of_a_comment_into_the_manual_is_dead() {
    let mut faults = Vec::new();
    for path in sources(&root().join("src")) {
        let source = fs::read_to_string(&path).unwrap();
        let comments: String = source
            .lines()
            .filter(|line| line.trim_start().starts_with("//"))
            .flat_map(|line| [line.trim_start().trim_start_matches(['/', '!']), "\n"])
            .collect();
        for target in targets(&comments).into_iter().filter(|target| target.contains("manual::")) {
            faults.extend(fault(&path, &comments, &target).map(|why| format!("{}: {why}", path.display())));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

fn sources(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let all = entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] });
    all.filter(|path| path.extension().is_some_and(|extension| extension == "rs")).collect()
}

/// `docs/…`, `tests/…`, `examples/…` and `src/…` in code style are no links, and go stale as easily.
#[test]
fn files_that_pages_name_are_there() {
    let mut faults = Vec::new();
    let mut looked_at = 0;
    for path in pages(root()).into_iter().filter(|path| !path.ends_with("CHANGELOG.md")) {
        let page = fs::read_to_string(&path).unwrap();
        let without_blocks: String = page.split("```").step_by(2).collect();
        for code in without_blocks.split('`').skip(1).step_by(2) {
            let is_path = ["docs/", "tests/", "examples/", "src/", "benches/", "fuzz/", "integrations/"]
                .iter()
                .any(|folder| code.starts_with(folder) && !code.contains([' ', '*', '<', '{', '…']));
            if is_path {
                looked_at += 1;
                let nearby = path.parent().unwrap().join(code);
                let is_elsewhere = ELSEWHERE.iter().any(|(name, _)| *name == code);
                if !is_elsewhere && !root().join(code).exists() && !nearby.exists() {
                    faults.push(format!("{}: {code} is not there", path.display()));
                }
            }
        }
    }
    assert!(looked_at > 100, "{looked_at}");
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn a_dead_link_is_found() {
    let readme = root().join("README.md");
    let at = |target: &str| fault(&readme, "# One, two\n", target);
    assert_eq!(at("#one-two"), None);
    assert!(at("#three").is_some());
    assert!(at("docs/nowhere.md").is_some());
    assert!(at("docs/threats.md#nowhere").is_some());
    assert_eq!(at("docs/threats.md"), None);
    assert_eq!(at("crate::manual::keys#a-health-check"), None, "a file of several");
    assert!(at("crate::manual::keys#nowhere").is_some());
    assert!(at("crate::manual::nowhere").is_some());
    assert!(fault(&root().join("src/manual/keys.md"), "", "../docs/threats.md").is_some());
    assert_eq!(targets("`[a](b)` [c](d#e)\n[f]: g\n"), ["d#e", "g"]);
    assert_eq!(pictures("[b]: first\n![a](c.svg) `![d](e)` ![f][B]\n\n[b]: second\n"), ["c.svg", "first"]);
}
