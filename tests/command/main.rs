//! The command `orderslip` on real files, as a script would call it; and the pages of `docs/` that show it.
//!
//! Time is what the tests say it is (`ORDERSLIP_NOW`).
#![expect(
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a failing test should stop where it fails"
)]

mod bench;
mod changes;
mod pages;
mod tokens;
