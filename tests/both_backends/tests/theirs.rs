//! Why the library keeps its hands off: with both backends on and nothing installed, `jsonwebtoken` panics, and
//! whoever installs a provider after that is too late.
//!
//! One test in a process of its own, as the global is spoiled thereafter.

#[path = "../../kit/bridge.rs"]
mod bridge;

use bridge::walk_along_every_path;
use jsonwebtoken::{DecodingKey, EncodingKey, Header, Validation, decode, encode};
use orderslip::jsonwebtoken_11::RING_PROVIDER;
use serde_json::{Value, json};
use std::panic::catch_unwind;

const SECRET: &[u8] = b"thirty-two or more bytes by chance";

#[test]
fn theirs_panics_for_good_and_ours_goes_on() {
    let encodes = || encode(&Header::default(), &json!({}), &EncodingKey::from_secret(SECRET)).is_ok();
    let decodes = || {
        let token = "eyJhbGciOiJIUzI1NiJ9.e30.AA";
        decode::<Value>(token, &DecodingKey::from_secret(SECRET), &Validation::default()).is_ok()
    };
    assert!(catch_unwind(encodes).is_err());
    assert!(catch_unwind(decodes).is_err());
    assert!(RING_PROVIDER.install_default().is_err(), "the provider that panics is installed");
    assert!(catch_unwind(encodes).is_err());
    walk_along_every_path();
}
