//! Public vectors for the primitives.
