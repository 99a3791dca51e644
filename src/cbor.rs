//! Strict CBOR (RFC 8949): heads and strings, the codec of the state, the walk over what is skipped.
//!
//! It may not know what a token, a claim or a key is. It is ours from the first byte, because no crate refuses what is not in its shortest
//! form while it reads it, and because reading states is most of what opening a token takes (`docs/benchmarks.md`). `ciborium` and
//! `cbor4ii` are its oracles in the tests.
//!
//! | Rust | CBOR |
//! |---|---|
//! | integers, up to 128 bits | shortest integer; above 64 bits tag 2 or 3 around the shortest byte string |
//! | floats | shortest of binary16, 32 and 64 that keeps the value; one NaN |
//! | `char`, strings | text |
//! | `&[u8]` through `serde_bytes` | byte string (a plain `Vec<u8>` is an array of integers) |
//! | `()`, unit structs, `None` | null; `Some(x)` is `x`, hence `Some(())` and `Some(None)` read back as `None` |
//! | sequences, tuples, tuple structs | array |
//! | structs | [`Layout::Named`]: map with the field names; [`Layout::Positional`]: array |
//! | newtype structs | what they hold |
//! | unit variants | text, the name; other variants: map of one, name to content |
//!
//! All lengths are definite. The semantics are those of the `ciborium` crate, pinned by tests against it.

pub(crate) mod de;
pub(crate) mod float;
pub(crate) mod read;
pub(crate) mod ser;
pub(crate) mod walk;
pub(crate) mod write;

/// How deep the frame of a token, with its headers, may nest; tags count (CVE-2019-25001).
pub(crate) const MAX_FRAME_DEPTH: usize = 16;

/// How deep a state may nest, tags included: a quarter of what serde_json allows, and enough that
/// typed decoding of any shape stays within a 256 KiB stack in a debug build (`tests/hostile.rs`).
pub(crate) const MAX_STATE_DEPTH: usize = 32;

/// How a state's structs are written. Reading takes both.
///
/// ```
/// # use orderslip::{Layout, SlipState};
/// # #[derive(serde::Serialize, serde::Deserialize)] struct Basket { lines: Vec<(u32, u8)> }
/// impl SlipState for Basket {
///     const PURPOSE: &'static str = "shop.example/basket";
///     const VERSION: u16 = 1; // every change of a field is a new version now
///     const LAYOUT: Layout = Layout::Positional;
/// }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Layout {
    /// A struct is a map with its field names: fields may come, go and move as with any self-describing format.
    #[default]
    Named,
    /// A struct is an array of its fields: without the names, which takes a fifth to two fifths off a token, and *every* change of a field needs a new
    /// [`SlipState::VERSION`](crate::SlipState::VERSION). Sealing refuses fields that `skip_serializing_if` skips, and
    /// adjacently tagged enums; and what looks like one, a struct of one or two fields whose first is a variant without content of an enum of the same name.
    /// Not supported, and not seen when sealing: untagged enums, fields that are skipped in one
    /// direction only (`skip_serializing`, `skip_deserializing`), `#[serde(tag = "…")]` on a struct.
    Positional,
}

/// Why some CBOR was refused: a constant text, without any of the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fault(pub(crate) &'static str);

/// How many bytes the shortest head for this argument takes (RFC 8949 section 4.2.1).
pub(crate) const fn head_len(argument: u64) -> usize {
    match argument {
        0..=23 => 1,
        24..=0xff => 2,
        0x100..=0xffff => 3,
        0x1_0000..=0xffff_ffff => 5,
        _ => 9,
    }
}

#[cfg(test)]
mod tests;
