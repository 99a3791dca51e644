//! One server of the shop: a page, what its tabs write, and what is in the cart.
//!
//! It may not know how many servers there are, nor how carts are kept.

use crate::{
    dice::Dice,
    jars::{self, Basket, Goods},
    one_cookie,
    op::{Lines, Op},
    orders::Orders,
    siblings,
};
use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    response::Html,
    routing::{get, post},
};
use orderslip::{
    Error, Keyring, SystemClock,
    cookie::{Held, Jars, Merged},
    merge::Cart,
    web::SlipLayer,
};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// What all servers of the shop have in common, besides keys. Nothing of it is about carts.
#[derive(Clone)]
pub(crate) struct Shop {
    pub(crate) orders: Arc<Orders>,
    pub(crate) delays: Arc<Mutex<Dice>>,
}

/// A write takes up to so many milliseconds, as if a database had been asked.
pub(crate) const DELAY: usize = 50;

impl Shop {
    pub(crate) fn new(seed: u64) -> Self {
        Self { orders: Arc::default(), delays: Arc::new(Mutex::new(Dice::new(seed, 0))) }
    }

    /// So many servers, as if each were a process of its own: what they have in common is the keys.
    pub(crate) fn servers(&self, count: usize) -> Result<Vec<Router>, Error> {
        let keys = Keyring::generate()?;
        (0..count).map(|_| Ok(server(jars::jars(&keys, SystemClock, count)?, self.clone()))).collect()
    }

    async fn wait(&self) {
        let millis = self.delays.lock().unwrap_or_else(PoisonError::into_inner).below(DELAY);
        tokio::time::sleep(Duration::from_millis(u64::try_from(millis).unwrap_or_default())).await;
    }
}

pub(crate) fn server(jars: Jars, shop: Shop) -> Router {
    Router::new()
        .route("/", get(page))
        .route("/favicon.ico", get(async || StatusCode::NO_CONTENT))
        .route("/one-cookie/write", post(write_one_cookie))
        .route("/one-cookie/cart", get(read_one_cookie))
        .route("/siblings/write", post(write_siblings))
        .route("/siblings/cart", get(read_siblings))
        .layer(SlipLayer::new(jars))
        .with_state(shop)
}

/// Looks at the cart, though it does not show it: that begins the session, so that no write has to.
async fn page(_: Merged<Cart<Goods>>) -> Html<&'static str> {
    Html(include_str!("page.html"))
}

async fn write_one_cookie(
    State(shop): State<Shop>,
    cart: Held<Basket>,
    Json(op): Json<Op>,
) -> Result<StatusCode, Error> {
    shop.wait().await;
    one_cookie::act(&cart, &shop.orders, &op)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn read_one_cookie(cart: Held<Basket>) -> Json<Lines> {
    Json(cart.read(|cart| cart.lines.clone()))
}

async fn write_siblings(
    State(shop): State<Shop>,
    cart: Merged<Cart<Goods>>,
    Json(op): Json<Op>,
) -> Result<StatusCode, Error> {
    shop.wait().await;
    siblings::act(&cart, &shop.orders, &op)?;
    Ok(StatusCode::NO_CONTENT)
}

/// A cart that cannot be read here is not an empty one: 503.
async fn read_siblings(cart: Merged<Cart<Goods>>) -> Result<Json<Lines>, Error> {
    if let Some(trouble) = cart.trouble() {
        return Err(trouble);
    }
    Ok(Json(cart.read(|cart| cart.lines().map(|(article, quantity)| (article.to_owned(), quantity)).collect())))
}
