//! What comes from the command line or from standard input, in the form that the library takes.
//!
//! It may not know what it is for.

use crate::{args::Bound, failure::Failure};
use orderslip::{MAX_TOKEN_TEXT, hazmat::BoundTo};
use std::io::Read as _;

/// The bindings of a command line, as bytes.
pub(crate) struct Bindings {
    deployment: Vec<Vec<u8>>,
    call: Vec<Vec<u8>>,
}

impl Bindings {
    pub(crate) fn of(bound: &Bound) -> Self {
        let bytes = |texts: &[String]| texts.iter().map(|text| text.as_bytes().to_vec()).collect();
        Self { deployment: bytes(&bound.bind), call: bytes(&bound.bound) }
    }

    pub(crate) fn bound_to<'a>(&'a self, purpose: &'a str, carrier: &'a str) -> BoundTo<'a> {
        BoundTo { carrier, deployment: &self.deployment, call: &self.call, ..BoundTo::purpose(purpose) }
    }
}

/// The argument, or what standard input holds if it is `-`: at most a few times what can be a token.
pub(crate) fn argument_or_input(argument: &str) -> Result<String, Failure> {
    if argument != "-" {
        return Ok(argument.to_owned());
    }
    let mut text = String::new();
    let limit = u64::try_from(MAX_TOKEN_TEXT * 8).unwrap_or(u64::MAX);
    let input = std::io::stdin().lock().take(limit).read_to_string(&mut text);
    input.map_err(|cause| Failure::io("standard input", &cause)).map(|_| text)
}
