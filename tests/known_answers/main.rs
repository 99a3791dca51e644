//! Our tokens and messages taken apart, and put together, by independent code: `coset` for COSE, `ciborium` for CBOR,
//! `ring`'s primitives called directly, and the context of DESIGN section 4 written out in `outside.rs`.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a failing test should stop where it fails"
)]

mod encrypted;
mod outside;
mod proven;
