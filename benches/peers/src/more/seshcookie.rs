//! seshcookie, whose only public way in is its layer: so a request goes through it, and its figures have the layer's own cost in them.

use super::at_once;
use crate::stage::{COOKIE, Class, Scene, State};
use axum_core::extract::FromRequestParts as _;
use http::{Request, Response, header};
use seshcookie::{Session, SessionConfig, SessionKeys, SessionLayer};
use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
};
use tower::{Layer as _, Service as _, service_fn};

pub fn enter<T: State>(scene: &mut Scene<'_, T>) {
    let config = || SessionConfig::default().cookie_name(COOKIE).max_age(std::time::Duration::from_secs(1_800));
    let keys = || SessionKeys::new(&[7; 32]).expect("a key");
    let layer = || SessionLayer::<T>::new(keys(), config()).expect("a layer");
    let (sealing, opening) = (layer(), layer());
    scene.enter(
        "seshcookie (with its layer)",
        Class::Encrypted,
        move |state| {
            // It takes the state itself, so one copy is unavoidable here.
            let owned = Arc::new(Mutex::new(Some(state.clone())));
            let mut service = sealing.layer(service_fn(move |request: Request<()>| {
                let owned = Arc::clone(&owned);
                async move {
                    let state = owned.lock().expect("one thread").take();
                    session(request).await.insert(state.expect("one request")).await;
                    Ok::<_, Infallible>(Response::new(()))
                }
            }));
            let response = at_once(service.call(Request::new(()))).expect("no error to have");
            let cookie = response.headers().get(header::SET_COOKIE).and_then(|line| line.to_str().ok());
            cookie.and_then(|line| line.split(';').next()).expect("a cookie").to_owned()
        },
        move |pair| {
            let found = Arc::new(Mutex::new(None));
            let place = Arc::clone(&found);
            let mut service = opening.layer(service_fn(move |request: Request<()>| {
                let place = Arc::clone(&place);
                async move {
                    let state: Option<T> = session(request).await.take().await;
                    *place.lock().expect("one thread") = state;
                    Ok::<_, Infallible>(Response::new(()))
                }
            }));
            let request = Request::builder().header(header::COOKIE, pair).body(()).ok()?;
            at_once(service.call(request)).expect("no error to have");
            found.lock().expect("one thread").take()
        },
    );
}

async fn session<T: State>(request: Request<()>) -> Session<T> {
    let (mut parts, ()) = request.into_parts();
    Session::from_request_parts(&mut parts, &()).await.expect("the layer is there")
}
