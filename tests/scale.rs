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
