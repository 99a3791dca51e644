//! Why a state was refused by its reader: a constant, and a field's name, which is one, too.
//!
//! It may not know the data.

use crate::{cbor::Fault, error::Undecodable};
use serde::de::{self, Expected, Unexpected};
use std::fmt;

/// One word, so that every answer of the reader fits into registers: whoever reads a good state pays nothing for what might be wrong.
#[derive(Debug)]
pub(super) struct Refusal(pub(super) Box<Undecodable>);

impl Refusal {
    #[cold]
    pub(super) fn new(why: &'static str) -> Self {
        Self(Box::new(Undecodable { why, field: None }))
    }

    #[cold]
    pub(super) fn too_deep() -> Self {
        Self::new("nested too deeply")
    }
}

impl From<Fault> for Refusal {
    fn from(Fault(why): Fault) -> Self {
        Self::new(why)
    }
}

/// serde's messages quote the data ("invalid type: string \"4111 1111…\""): only the constants are kept.
impl de::Error for Refusal {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::new("the state's own Deserialize refused")
    }

    fn invalid_type(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self::new("a value of the wrong type")
    }

    fn invalid_value(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self::new("a value out of range")
    }

    fn invalid_length(_: usize, _: &dyn Expected) -> Self {
        Self::new("the wrong number of elements")
    }

    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self::new("an unknown variant")
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self::new("an unknown field")
    }

    fn missing_field(field: &'static str) -> Self {
        Self(Box::new(Undecodable { why: "a missing field", field: Some(field) }))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self(Box::new(Undecodable { why: "a duplicate field", field: Some(field) }))
    }
}

impl std::error::Error for Refusal {}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
