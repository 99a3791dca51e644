//! A real browser with the shop's page, and real servers.
//!
//! It may not know what counts as lost.

use crate::{
    Fault,
    burst::Burst,
    door::Door,
    driver::Driver,
    jars,
    judge::Seen,
    op::{Kind, Lines},
    rehearsal::SERVERS,
    shop::{self, Shop},
};
use axum::Router;
use orderslip::{Keyring, SystemClock};
use serde::Deserialize;
use serde_json::json;

pub(crate) struct Chromium {
    driver: Driver,
    door: Door,
    shop: Shop,
}

/// What the page says of a write.
#[derive(Debug, Deserialize)]
struct Answer {
    done: bool,
    refused: u64,
}

impl Chromium {
    pub(crate) async fn start(seed: u64) -> Result<Self, Fault> {
        let (keys, shop) = (Keyring::generate()?, Shop::new(seed));
        let server =
            |_| -> Result<Router, Fault> { Ok(shop::server(jars::jars(&keys, SystemClock, SERVERS)?, shop.clone())) };
        let servers = (0..SERVERS).map(server).collect::<Result<_, Fault>>()?;
        let (driver, door) = tokio::try_join!(Driver::start(), Door::open(servers))?;
        Ok(Self { driver, door, shop })
    }

    /// In a session of its own.
    pub(crate) async fn play(&self, kind: Kind, burst: &Burst) -> Result<Seen, Fault> {
        let page = format!("http://localhost:{}/", self.door.port);
        // There are none yet on the page that a browser begins with.
        self.driver.delete_cookies().await?;
        self.driver.goto(&page).await?;
        let args = json!({ "cart": kind.name(), "first": burst.first, "atOnce": burst.at_once });
        let answers = self.driver.ask("burst(args.cart, args.first, args.atOnce)", args.clone()).await?;
        let answers: Vec<Answer> = serde_json::from_value(answers)?;
        let cart: Lines = serde_json::from_value(self.driver.ask("look(args.cart)", args).await?)?;
        Ok(Seen {
            done: answers.iter().map(|answer| answer.done).collect(),
            refusals: answers.iter().map(|answer| answer.refused).sum(),
            cart,
            orders: self.shop.orders.take(),
        })
    }

    pub(crate) async fn quit(self) {
        self.driver.quit().await;
    }
}
