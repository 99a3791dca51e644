//! `docs/scale.md` says what its figures give: its tables are reckoned again, from `docs/scale.json`.
//!
//! It knows the program that makes them (`benches/scale`), and measures nothing.
#![allow(
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::panic,
    unreachable_pub,
    reason = "a failing test should stop where it fails; modules of a program"
)]

#[path = "../benches/scale/figures.rs"]
mod figures;
#[path = "../benches/scale/page.rs"]
mod page;
#[path = "../benches/scale/tables.rs"]
mod tables;

#[test]
fn the_page_says_what_its_figures_give() {
    let page = page::read();
    let again = page::with(&page, &tables::all(&figures::Figures::read()));
    assert!(page == again, "the tables are of other figures: cargo bench --bench scale -- --write");
}

/// The test itself: another figure is another page.
#[test]
fn another_figure_gives_another_page() {
    let (page, mut figures) = (page::read(), figures::Figures::read());
    figures.miss *= 2.0;
    assert!(page != page::with(&page, &tables::all(&figures)));
}

/// What the tables suppose of the library stands in the library.
#[test]
fn the_library_is_what_the_tables_suppose() {
    for (path, line) in [
        ("src/key/derived.rs", "const DRAWERS: usize = 256;"),
        ("src/key/derived.rs", "const DRAWER: usize = 16;"),
        ("src/envelope/cose/epoch.rs", "const MAX_TOKENS: u64 = 1 << 20;"),
        ("src/envelope/cose/epoch.rs", "const MAX_AGE: Duration = Duration::from_secs(60 * 60);"),
        ("src/key/budget.rs", "const MAX_MESSAGES: u64 = 1 << 31;"),
    ] {
        let text = std::fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect(path);
        assert!(text.contains(line), "{path} says something else than {line:?}: see benches/scale/tables.rs");
    }
}

/// The manual's page `scale` quotes, and has no figure of its own.
#[test]
fn the_manual_quotes_the_page() {
    let cells = |page: &str| {
        let rows = page.lines().filter(|line| line.starts_with('|'));
        let cells =
            rows.flat_map(|row| row.split([',', '|'])).map(|cell| cell.trim().trim_end_matches(" at best").to_owned());
        cells.collect::<std::collections::BTreeSet<_>>()
    };
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let manual = std::fs::read_to_string(root.join("src/manual/scale.md")).expect("the manual's page");
    let page = cells(&page::read());
    let mut quoted = 0;
    for section in ["## Bytes", "## Keys"] {
        let section = manual.split(&format!("{section}\n")).nth(1).and_then(|rest| rest.split("\n## ").next());
        for cell in cells(section.expect("a section")).iter().filter(|cell| cell.contains(|c: char| c.is_ascii_digit()))
        {
            assert!(page.contains(cell), "{cell:?} is no cell of docs/scale.md");
            quoted += 1;
        }
    }
    assert!(quoted >= 10, "{quoted}");
    for figure in ["2.6 MB", "2^-29", "690 B"] {
        assert!(manual.contains(figure) && page.contains(figure), "{figure}");
    }
}
