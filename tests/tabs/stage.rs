//! A shop, the way to it, and a browser.
//!
//! It may not know what is played.

use crate::{
    Fault,
    chromium::Chromium,
    door::Door,
    driver,
    driver::Driver,
    gauge::Gauge,
    nginx,
    nginx::Nginx,
    op::{Kind, Lines},
    shop::Shop,
};
use serde_json::Value;
use std::{env, sync::Arc, time::Duration};
use tokio::sync::{Semaphore, SemaphorePermit};

/// How the browser gets to the servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// HTTP/1.1, and nothing between.
    Direct,
    /// HTTP/1.1, and nginx with its default buffers.
    Nginx,
    /// HTTP/2 over TLS up to nginx.
    Http2,
}

pub(crate) struct Stage {
    pub(crate) chromium: Chromium,
    pub(crate) gauge: Arc<Gauge>,
    _door: Door,
    _nginx: Option<Nginx>,
}

/// Two browsers at a time: there are machines with two cores, and a browser that writes mostly waits.
const BROWSERS: u32 = 2;
static TURNS: Semaphore = Semaphore::const_new(2);

/// Until it is somebody's turn. In full, whose figures are looked at, each scenario has the machine for itself.
pub(crate) async fn turn() -> SemaphorePermit<'static> {
    TURNS.acquire_many(if is_full() { BROWSERS } else { 1 }).await.unwrap()
}

pub(crate) fn is_full() -> bool {
    env::var_os("ORDERSLIP_FULL").is_some()
}

/// Plays, if the machine has what it takes.
pub(crate) async fn perform(way: Way, scenario: impl AsyncFnOnce(&Stage) -> Result<(), Fault>) {
    if !has_all(way != Way::Direct) {
        return;
    }
    let _turn = turn().await;
    let stage = Stage::open(way).await.unwrap();
    let played = scenario(&stage).await;
    stage.chromium.driver.quit().await;
    if let Err(fault) = played {
        panic!("{way:?}: {fault}");
    }
}

/// Whether all parts are here; if they must be and are not, it fails.
pub(crate) fn has_all(with_nginx: bool) -> bool {
    let has_all = driver::is_here() && (!with_nginx || nginx::is_here());
    if !has_all {
        let told = "left out: it takes chromium, chromedriver and nginx";
        assert!(env::var_os("ORDERSLIP_REQUIRE_PARTS").is_none(), "{told}");
        eprintln!("{told}");
    }
    has_all
}

impl Stage {
    async fn open(way: Way) -> Result<Self, Fault> {
        let (shop, gauge) = (Shop::new(1), Arc::new(Gauge::default()));
        let servers = shop.servers(3)?.into_iter().map(|server| gauge.around(server)).collect();
        let door = Door::open(servers).await?;
        let nginx = match way {
            Way::Direct => None,
            Way::Nginx | Way::Http2 => Some(Nginx::start(&[door.port], way == Way::Http2).await?),
        };
        let port = nginx.as_ref().map_or(door.port, |nginx| nginx.port);
        let scheme = if way == Way::Http2 { "https" } else { "http" };
        let origin = format!("{scheme}://localhost:{port}");
        let chromium = Chromium { driver: Driver::start().await?, origin, orders: shop.orders };
        Ok(Self { chromium, gauge, _door: door, _nginx: nginx })
    }

    /// What a script gives, on the page.
    pub(crate) async fn script(&self, script: &str, args: Value) -> Result<Value, Fault> {
        self.chromium.driver.ask(&format!("(async () => {{ {script} }})()"), args).await
    }

    /// The same cart, now and after it has been compacted.
    pub(crate) async fn look_twice(&self) -> Result<Lines, Fault> {
        look_twice(&self.chromium).await
    }
}

/// Looks, lets all be quiet for longer than a compaction waits, and looks until the cookies that it makes dead are gone.
pub(crate) async fn look_twice(chromium: &Chromium) -> Result<Lines, Fault> {
    let before = chromium.look(Kind::Siblings).await?;
    // No verdict depends on it: whether there is a compaction or not, the cart is the same.
    tokio::time::sleep(Duration::from_millis(350)).await;
    for _ in 0..4 {
        let after = chromium.look(Kind::Siblings).await?;
        if after != before {
            return Err(format!("{before:?}, and then {after:?}").into());
        }
    }
    Ok(before)
}
