//! Pictures of what there is to buy: a few lines each.
//!
//! It may not know prices. They are part of the pages, so that no page waits for them.

use maud::{Markup, PreEscaped, html};

/// The picture of a thing.
pub(crate) fn of(sku: &str) -> Markup {
    html! {
        span.picture data-sku=(sku) aria-hidden="true" {
            svg viewBox="0 0 64 64" { (PreEscaped(lines(sku))) }
        }
    }
}

pub(crate) const ICON: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" rx="14" fill="#b5432b"/><path d="M18 10h28v42l-4.7-4-4.6 4-4.7-4-4.7 4-4.6-4-4.7 4z" fill="#fffaf1"/><path d="M24 20h16M24 28h16M24 36h9" stroke="#b5432b" stroke-width="3" stroke-linecap="round"/></svg>"##;

/// Shapes of the class `f` are filled, all others are drawn.
fn lines(sku: &str) -> &'static str {
    match sku {
        "bowl" => {
            r#"<path class="f" d="M10 30h44c0 12-9 20-22 20S10 42 10 30z"/><path d="M10 30h44M24 50v4h16v-4M24 22c-3-4 3-6 0-10M34 22c-3-4 3-6 0-10"/>"#
        }
        "teapot" => {
            r#"<path class="f" d="M18 28h24c6 0 8 22-2 24H20c-10-2-8-24-2-24z"/><path d="M14 34c-8-4-9 12 1 12M45 40c8 0 6-10 13-12M20 28c2-9 18-9 20 0M30 21v-4"/>"#
        }
        "cup" => {
            r#"<path class="f" d="M16 26h26v10c0 9-6 14-13 14s-13-5-13-14z"/><path d="M42 29c9-2 9 13-1 12M10 54h38M26 20c-2-4 3-5 0-9"/>"#
        }
        "glass" => r#"<path class="f" d="M20 30h24l-2 22H22z"/><path d="M18 12h28l-4 42H22z"/>"#,
        "wine" => {
            r#"<path class="f" d="M20 22h24c0 9-5 14-12 14s-12-5-12-14z"/><path d="M21 10h22c4 16-2 26-11 26s-15-10-11-26zM32 36v18M23 54h18"/>"#
        }
        "plate" => {
            r#"<circle class="f" cx="32" cy="32" r="13"/><circle cx="32" cy="32" r="22"/><path d="M24 32a8 8 0 0 1 8-8"/>"#
        }
        "spoons" => {
            r#"<ellipse class="f" cx="20" cy="18" rx="6" ry="9"/><ellipse class="f" cx="44" cy="18" rx="6" ry="9"/><ellipse class="f" cx="32" cy="16" rx="6" ry="9"/><path d="M20 27v26M44 27v26M32 25v30"/>"#
        }
        "knife" => {
            r#"<path class="f" d="M24 38L52 10c7 10 4 20-8 28l-8 8z"/><path d="M27 41L13 55c-3 3-8-2-5-5l14-14z"/>"#
        }
        "mill" => {
            r#"<path class="f" d="M22 56h20l-4-20H26z"/><path d="M26 36c-7-5-3-14 6-14s13 9 6 14M32 22v-4"/><circle cx="32" cy="13" r="5"/>"#
        }
        "apron" => {
            r#"<path class="f" d="M23 18h18c0 6 4 9 9 10v26H14V28c5-1 9-4 9-10z"/><path d="M23 18c0-12 18-12 18 0M25 38h14v8H25zM14 30l-6 6M50 30l6 6"/>"#
        }
        "candle" => {
            r#"<path class="f" d="M24 28h16v24H24z"/><path d="M18 54h28M32 28v-6M32 8c6 6 5 12 0 13-5-1-6-7 0-13z"/>"#
        }
        "board" => {
            r#"<rect class="f" x="12" y="14" width="30" height="38" rx="4"/><path d="M42 26h10a5 5 0 0 1 0 12H42M20 24v18M27 24v12"/><circle cx="51" cy="32" r="1"/>"#
        }
        _ => "",
    }
}
