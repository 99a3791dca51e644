//! rusty_paseto: v4.local by its builder and its parser, with the three times that they set and check by default.

use crate::stage::{Class, Scene, State};
use rusty_paseto::prelude::{CustomClaim, Key, Local, PasetoBuilder, PasetoParser, PasetoSymmetricKey, V4};
use std::rc::Rc;

pub fn enter<T: State>(scene: &mut Scene<'_, T>) {
    let key = Rc::new(PasetoSymmetricKey::<V4, Local>::from(Key::from([7; 32])));
    let back = Rc::clone(&key);
    scene.enter(
        "rusty_paseto v4.local (claims)",
        Class::Encrypted,
        move |state| {
            let claim = CustomClaim::try_from(("state", state)).expect("no registered claim");
            PasetoBuilder::<V4, Local>::default().set_claim(claim).build(&key).expect("a token")
        },
        move |token| {
            let mut claims = PasetoParser::<V4, Local>::default().parse(token, &back).ok()?;
            serde_json::from_value(claims.get_mut("state")?.take()).ok()
        },
    );
}
