//! Public vectors through the public API: COSE messages, CBOR that is not well-formed, keys.
//!
//! The files are read from the folder that `ORDERSLIP_VECTORS` names, and are no part of the crate. Without the variable
//! the tests say so and pass; with it, a missing file is a failure. Every case of every file is judged: what is out of
//! scope stands in a table with its reason and must be refused, so that nothing is passed over in silence.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a failing test should stop where it fails"
)]

mod cbor;
mod cose;
mod files;
#[cfg(feature = "jose")]
mod jose;
mod keys;
