//! Making a token for a test of a service, and only when told that it is one.
//!
//! It may not know the service's types: purpose, version and state are what the command line says.

use crate::{
    args::Mint,
    failure::Failure,
    input::{Bindings, argument_or_input},
    report::{Document, Report},
    ring_file,
};
use orderslip::{Lifetime, UnixTime, hazmat};

pub(crate) fn mint(mint: &Mint, now: UnixTime) -> Result<Report, Failure> {
    if !mint.for_testing {
        let why = "whoever has a token is whomever it names: say --for-testing if that is what it is for";
        return Err(Failure::Bad(why.to_owned()));
    }
    let ring = ring_file::read(&mint.ring)?;
    let state: serde_json::Value = serde_json::from_str(&argument_or_input(&mint.state)?).map_err(|error| {
        Failure::Bad(format!("the state is no JSON: line {}, column {}", error.line(), error.column()))
    })?;
    let none = || Failure::Bad("JOSE has no such format: a JWE is for the use `a256gcm` or `a128gcm`".to_owned());
    let bindings = Bindings::of(&mint.bound);
    let spec = hazmat::Mint {
        format: mint.format.format(mint.jose).ok_or_else(none)?,
        bound_to: bindings.bound_to(&mint.purpose, &mint.bound.carrier),
        version: mint.state_version,
        lifetime: Lifetime::absolute(mint.lifetime),
        state: &state,
    };
    Ok(Report { document: Some(Document::Public(hazmat::mint(&ring, &spec, now)?)), ..Report::default() })
}
