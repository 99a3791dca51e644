//! Nothing: the bench `peers` is the crate.
