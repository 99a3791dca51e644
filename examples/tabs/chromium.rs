//! The shop's page in a real browser.
//!
//! It may not know what counts as lost, nor where the servers are.

use crate::{
    Fault,
    burst::Burst,
    driver::Driver,
    judge::Seen,
    op::{Kind, Lines},
    orders::Orders,
};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

pub(crate) struct Chromium {
    pub(crate) driver: Driver,
    /// Of the shop: `http://localhost:8080`.
    pub(crate) origin: String,
    pub(crate) orders: Arc<Orders>,
}

/// What the page says of a write.
#[derive(Debug, Deserialize)]
pub(crate) struct Answer {
    pub(crate) done: bool,
    pub(crate) refused: u64,
}

impl Chromium {
    /// In a session of its own.
    pub(crate) async fn play(&self, kind: Kind, burst: &Burst) -> Result<Seen, Fault> {
        self.open_the_page().await?;
        let args = json!({ "cart": kind.name(), "first": burst.first, "atOnce": burst.at_once });
        let answers = self.driver.ask("burst(args.cart, args.first, args.atOnce)", args).await?;
        let answers: Vec<Answer> = serde_json::from_value(answers)?;
        Ok(Seen {
            done: answers.iter().map(|answer| answer.done).collect(),
            refusals: answers.iter().map(|answer| answer.refused).sum(),
            cart: self.look(kind).await?,
            orders: self.orders.take(),
        })
    }

    /// Without a cookie from before.
    pub(crate) async fn open_the_page(&self) -> Result<(), Fault> {
        // There are none yet on the page that a browser begins with.
        self.driver.delete_cookies().await?;
        self.driver.goto(&self.origin).await
    }

    /// What is in the cart.
    pub(crate) async fn look(&self, kind: Kind) -> Result<Lines, Fault> {
        Ok(serde_json::from_value(self.driver.ask("look(args)", json!(kind.name())).await?)?)
    }
}
