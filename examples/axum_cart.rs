//! A cart that several tabs may change at once, with axum: nothing is lost, no store is asked, and what is ordered is ordered once.
//!
//! Run it with `cargo run --example axum_cart`: two tabs put something in before either has its answer, and both see both; then both
//! buy, and there is one order. With `-- --serve` it is yours, at http://localhost:8080/. A `Jar<Cart>` instead of the `MergedJar`
//! would lose one of the two: the later answer's cookie wins.

#[path = "visitor/axum.rs"]
mod visitor; // who visits this example: not for your application

use axum::{
    Form, Router,
    extract::State,
    response::Redirect,
    routing::{get, post},
};
use maud::{Markup, html};
use orderslip::{
    Error, Keyring, Lifetime, Sealer, SlipState, UnixTime,
    cookie::{Jar, Jars, Merged, MergedJar},
    csrf::SameOrigin,
    merge::{self, Line, Policy},
    revoke::{MemoryStore, Redeemer},
    web::{SameOriginLayer, SlipLayer},
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

const MONTH: Duration = Duration::from_secs(30 * 86_400);

/// What the shop sells, by number. Prices are the server's business: the cart is the client's wish.
struct Goods;

impl Line for Goods {
    const PURPOSE: &'static str = "shop.example/cart";
    const VERSION: u16 = 1;

    fn limit(_sku: &str) -> u32 {
        99
    }
}

type Cart = merge::Cart<Goods>;

/// The browser that the cart belongs to, whoever is logged in: its slip holds a secret for the cart's cookies, and nothing of ours.
#[derive(Default, Serialize, Deserialize)]
struct Visitor {}

impl SlipState for Visitor {
    const PURPOSE: &'static str = "shop.example/visitor";
    const VERSION: u16 = 1;
}

/// To look at the cart begins the visitor's slip. Who is new and writes first is answered "503, once more", because the cart belongs to it.
async fn home(cart: Merged<Cart>) -> Markup {
    let lines: Vec<String> = cart.read(|cart| cart.lines().map(|(sku, n)| format!("{n} × {sku}")).collect());
    html! {
        p { "in the cart: " (if lines.is_empty() { "nothing".to_owned() } else { lines.join(", ") }) }
        form action="/add" method="post" { button name="sku" value="soup" { "soup" } button name="sku" value="bread" { "bread" } }
        form action="/buy" method="post" { button { "buy" } }
    }
}

#[derive(Deserialize)]
struct Add {
    sku: String,
}

async fn add(cart: Merged<Cart>, Form(Add { sku }): Form<Add>) -> Result<Redirect, Error> {
    if matches!(sku.as_str(), "soup" | "bread") {
        cart.with(|cart| cart.add(sku, 1))??; // "one more", not "now two": two tabs that mean one more make two more
    }
    Ok(Redirect::to("/"))
}

async fn buy(State(orders): State<Redeemer>, cart: Merged<Cart>) -> Result<Markup, Error> {
    if cart.read(merge::Cart::is_empty) {
        return Ok(html! { p { "nothing to buy" } });
    }
    let remembered = UnixTime::now()?.saturating_add(MONTH);
    let write = |cart: &Cart| format!("{} things", cart.total(|_, quantity| quantity)).into_bytes();
    let placed = cart.check_out(&orders, remembered, write).await?;
    let (order, again) = (String::from_utf8_lossy(&placed.order), if placed.is_known { ", as before" } else { "" });
    Ok(html! { p { "ordered: " (order) (again) } })
}

fn app(keys: &Keyring, orders: Redeemer) -> Result<Router, Error> {
    let sealer = Sealer::<Visitor>::encrypted(keys).lifetime(Lifetime::absolute(MONTH));
    let visitors = Jar::builder("visitor", sealer).build()?;
    let policy = Policy::builder().processes(1).build()?; // how many processes answer one browser
    let carts = MergedJar::<Cart>::with_policy("cart", &visitors, policy)?;
    let jars = Jars::new().with(visitors)?.with_merged(carts)?;
    let pages = Router::new().route("/", get(home)).route("/add", post(add)).route("/buy", post(buy));
    Ok(pages.with_state(orders).layer(SlipLayer::new(jars)).layer(SameOriginLayer::new(SameOrigin::new())))
}

#[tokio::main]
async fn main() -> Result<(), visitor::Fault> {
    // Yours: keys by `Keyring::from_file` or `from_env`; and for the orders of several servers a `RedisStore`, or a table.
    let (keys, orders) = (Keyring::generate()?, Redeemer::new(MemoryStore::new(100_000)));
    let mut ada = visitor::Visitor::new("Ada", visitor::serve(app(&keys, orders)?).await?);
    ada.post("/add", "sku=soup")?.is(503)?;
    ada.get("/")?.shows("in the cart: nothing")?;
    let (soup, bread) = (ada.send("POST", "/add", "sku=soup")?, ada.send("POST", "/add", "sku=bread")?);
    ada.receive(bread)?.shows("1 × bread")?;
    ada.receive(soup)?.shows("1 × bread, 1 × soup")?;
    let (here, there) = (ada.send("POST", "/buy", "")?, ada.send("POST", "/buy", "")?);
    ada.receive(here)?.shows("ordered: 2 things")?;
    ada.receive(there)?.shows("ordered: 2 things, as before")?;
    ada.get("/")?.shows("in the cart: nothing").map(drop)
}
