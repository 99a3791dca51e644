//! The course of things: every burst, to both carts, in a browser that is real if there is one.
//!
//! It may not know how a browser works.

use crate::{
    Fault,
    burst::{Burst, KS},
    chromium::Chromium,
    door::Door,
    driver::{self, Driver},
    judge::{Seen, Verdict, judge},
    model::Model,
    op::Kind,
    options::Options,
    report::{Report, Row},
    shop::Shop,
};

/// Servers that answer the same browser.
pub(crate) const SERVERS: usize = 3;

enum Tabs {
    Real { chromium: Chromium, _door: Door },
    Modelled(Model),
}

impl Tabs {
    async fn play(&mut self, kind: Kind, burst: &Burst) -> Result<Seen, Fault> {
        match self {
            Self::Real { chromium, .. } => chromium.play(kind, burst).await,
            Self::Modelled(model) => model.play(kind, burst),
        }
    }
}

pub(crate) async fn rehearse(options: &Options) -> Result<Report, Fault> {
    let (mut tabs, browser) = if driver::is_here() && !options.model {
        let shop = Shop::new(options.seed);
        let (driver, door) = tokio::try_join!(Driver::start(), Door::open(shop.servers(SERVERS)?))?;
        let origin = format!("http://localhost:{}", door.port);
        (
            Tabs::Real { chromium: Chromium { driver, origin, orders: shop.orders }, _door: door },
            "In Chromium, and over HTTP:",
        )
    } else {
        (Tabs::Modelled(Model::new(options.seed)?), "In a model of a browser's cookie jar:")
    };
    eprintln!("{browser} {} bursts of each kind, {SERVERS} servers", options.bursts);
    let mut rows = Vec::new();
    for k in KS {
        let mut verdicts = [Verdict::default(); 2];
        for (kind, verdict) in Kind::ALL.into_iter().zip(&mut verdicts) {
            for burst in (0..options.bursts).flat_map(|_| Burst::all(k)) {
                *verdict += judge(&burst, &tabs.play(kind, &burst).await?);
            }
        }
        let [one_cookie, siblings] = verdicts;
        eprintln!("{k} at once: done");
        rows.push(Row { k, one_cookie, siblings });
    }
    if let Tabs::Real { chromium, .. } = tabs {
        chromium.driver.quit().await;
    }
    Ok(Report { browser, rows })
}
