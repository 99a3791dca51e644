//! biscuit-auth: the state as one fact of the first block, and a check of the time. Not what it is for, but what it costs.

use crate::stage::{Class, Scene, State};
use biscuit_auth::{
    Biscuit, KeyPair,
    builder::{AuthorizerBuilder, BiscuitBuilder, Fact, Term, date},
    builder_ext::AuthorizerExt as _,
    datalog::RunLimits,
};
use std::time::{Duration, SystemTime};

/// By default it gives up after a millisecond on the wall clock, which on a busy machine is luck.
const PATIENCE: Duration = Duration::from_secs(10);

pub fn enter<T: State>(scene: &mut Scene<'_, T>) {
    let pair = KeyPair::new();
    let public = pair.public();
    scene.enter(
        "biscuit-auth (the state as one fact)",
        Class::PubliclySigned,
        move |state| {
            let json = Term::Bytes(serde_json::to_vec(state).expect("JSON"));
            let end = SystemTime::now() + Duration::from_secs(1_800);
            let params = [("end".to_owned(), date(&end))].into();
            BiscuitBuilder::new()
                .fact(Fact::new("state".to_owned(), vec![json]))
                .and_then(|builder| builder.code_with_params("check if time($time), $time < {end}", params, [].into()))
                .and_then(|builder| builder.build(&pair)?.to_base64())
                .expect("a token")
        },
        move |token| {
            let token = Biscuit::from_base64(token, public).ok()?;
            let limits = RunLimits { max_time: PATIENCE, ..RunLimits::default() };
            let mut authorizer = AuthorizerBuilder::new().time().allow_all().set_limits(limits).build(&token).ok()?;
            authorizer.authorize().ok()?;
            let (json,): (Vec<u8>,) = authorizer.query_exactly_one("data($state) <- state($state)").ok()?;
            serde_json::from_slice(&json).ok()
        },
    );
}
