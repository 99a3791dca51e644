//! pasetors: v4.local and v4.public with claims, among them the three times that it sets and checks by default.

use crate::stage::{Class, Scene, State};
use pasetors::{
    Local, Public,
    claims::{Claims, ClaimsValidationRules},
    keys::{AsymmetricKeyPair, Generate as _, SymmetricKey},
    local, public,
    token::UntrustedToken,
    version4::V4,
};
use std::rc::Rc;

pub const LOCAL: &str = "pasetors v4.local (claims)";
pub const PUBLIC: &str = "pasetors v4.public (claims)";

pub fn enter<T: State>(scene: &mut Scene<'_, T>) {
    let key = Rc::new(SymmetricKey::<V4>::generate().expect("a system with randomness"));
    let (out, rules) = (Rc::clone(&key), ClaimsValidationRules::new());
    scene.enter(
        LOCAL,
        Class::Encrypted,
        move |state| local::encrypt(&out, &claims(state), None, None).expect("a token"),
        move |token| {
            let token = UntrustedToken::<Local, V4>::try_from(token).ok()?;
            state_of(local::decrypt(&key, &token, &rules, None, None).ok()?.payload_claims()?)
        },
    );
    let pair = AsymmetricKeyPair::<V4>::generate().expect("a system with randomness");
    let rules = ClaimsValidationRules::new();
    scene.enter(
        PUBLIC,
        Class::PubliclySigned,
        move |state| public::sign(&pair.secret, &claims(state), None, None).expect("a token"),
        move |token| {
            let token = UntrustedToken::<Public, V4>::try_from(token).ok()?;
            state_of(public::verify(&pair.public, &token, &rules, None, None).ok()?.payload_claims()?)
        },
    );
}

/// They hold values of JSON, so a typed state goes through one both ways; expiry is in an hour.
fn claims(state: &impl State) -> Claims {
    let mut claims = Claims::new().expect("a clock");
    claims.add_additional("state", serde_json::to_value(state).expect("JSON")).expect("no registered claim");
    claims
}

fn state_of<T: State>(claims: &Claims) -> Option<T> {
    T::deserialize(claims.get_claim("state")?).ok()
}
