//! Waiters are killed one after the other while visitors shop, and nobody chooses the moment.
//!
//! It may not know the moments. A cart is always what was answered: what was not answered left no cookie behind.

use crate::{
    Fault, Length,
    dice::Dice,
    must,
    shop::{Shop, With, kill},
    table::Row,
    visitor::Visitor,
};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use tokio::task::JoinSet;

/// Fewer than a busy cart has room for (docs/siblings.md).
const WRITES: u64 = 20;

pub(crate) async fn rehearse(length: Length) -> Result<Vec<Row>, Fault> {
    let shop = Arc::new(Shop::open(With::default()).await?);
    let (kills, visitors) = (length.of(20, 300), 8);
    let enough = Arc::new(AtomicBool::new(false));
    let mut shopping = JoinSet::new();
    for _ in 0..visitors {
        shopping.spawn(shop_until(Arc::clone(&shop), Arc::clone(&enough)));
    }
    let mut dice = Dice::new(1, 0);
    for _ in 0..kills {
        shop.is_full().await;
        let waiters = shop.waiters();
        if !waiters.is_empty() {
            kill(waiters.get(dice.below(waiters.len())).copied().ok_or("nobody to kill")?);
        }
    }
    enough.store(true, Ordering::Relaxed);
    let mut row = Row { fault: "kill -9 of any of three, again and again".to_owned(), times: kills, ..Row::default() };
    let mut carts = 0;
    while let Some(done) = shopping.join_next().await {
        let done = done??;
        row.requests += done.requests;
        row.refused += done.refused;
        carts += done.carts;
    }
    must(shop.orders() == carts, || format!("{} orders of {carts} carts", shop.orders()))?;
    row.seen = format!("every cart what was answered, at every look; {carts} carts, {carts} orders");
    row.panics = shop.panics();
    Ok(vec![row.checked()?])
}

#[derive(Default)]
struct Done {
    requests: u64,
    refused: u64,
    carts: u64,
}

/// One cart after the other, each bought at the end.
async fn shop_until(shop: Arc<Shop>, enough: Arc<AtomicBool>) -> Result<Done, Fault> {
    let mut done = Done::default();
    while !enough.load(Ordering::Relaxed) {
        let mut visitor = Visitor::of(&shop)?;
        visitor.enter().await?;
        visitor.log_in().await?;
        for written in 1..=WRITES {
            visitor.add(1).await?;
            let cups = visitor.cups().await?;
            must(cups == written, || format!("{cups} cups where {written} were answered"))?;
        }
        visitor.post_until_done("/checkout", "").await?;
        let cups = visitor.cups().await?;
        must(cups == 0, || format!("{cups} cups are left of what was bought"))?;
        done.carts += 1;
        done.requests += visitor.requests;
        done.refused += visitor.refused;
    }
    Ok(done)
}
