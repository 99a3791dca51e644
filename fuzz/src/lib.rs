//! The harness of the fuzz targets. It stands in `tests/fuzz_corpus/harness`, where `cargo test` runs it over the corpus on stable Rust.

#[path = "../../tests/forge/mod.rs"]
mod forge;
#[path = "../../tests/fuzz_corpus/harness/mod.rs"]
mod harness;

#[cfg(feature = "josekit")]
pub mod josekit;

pub use harness::*;
