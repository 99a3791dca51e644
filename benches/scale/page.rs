//! The page's text is written by hand, its tables are not: each stands between two comments with its name.

use std::{fs, path::PathBuf};

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/scale.md")
}

pub fn read() -> String {
    fs::read_to_string(path()).expect("docs/scale.md")
}

#[allow(dead_code, reason = "the test only reads")]
pub fn write(text: &str) {
    fs::write(path(), text).expect("a tree that can be written to");
}

/// The page with these tables in their places.
pub fn with(page: &str, tables: &[(&str, String)]) -> String {
    let mut page = page.to_owned();
    for (name, table) in tables {
        let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->"));
        let (before, rest) = page.split_once(&begin).unwrap_or_else(|| panic!("the page has no place for {name}"));
        let (_, after) = rest.split_once(&end).unwrap_or_else(|| panic!("{name} does not end"));
        page = format!("{before}{begin}{table}{end}{after}");
    }
    page
}
