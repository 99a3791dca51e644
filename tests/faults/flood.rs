//! A thousand connections at once for a minute, each a visitor who shops; and one request of a hundred has hostile cookies.
//!
//! It may not know who is hostile: everybody is, now and then. What such a request is answered may be anything but a failure, and shows
//! no cup that its sender has not put in.

use crate::{
    Fault, Length,
    dice::Dice,
    hostile, must,
    shop::{Shop, With},
    table::Row,
    visitor::{Page, Visitor},
};
use reqwest::{Method, header::HeaderValue};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{task::JoinSet, time::Instant};

/// Into one cart, before it is bought.
const WRITES: u64 = 15;

pub(crate) async fn rehearse(length: Length) -> Result<Vec<Row>, Fault> {
    let shop = Arc::new(Shop::open(With::default()).await?);
    let (connections, time) = (length.of(200, 1_000), Duration::from_secs(length.of(10, 60)));
    let until = Instant::now() + time;
    let somebody = Arc::new(Mutex::new(String::new()));
    let mut flood = JoinSet::new();
    for number in 0..connections {
        flood.spawn(shop_until(Arc::clone(&shop), until, number, Arc::clone(&somebody)));
    }
    let (mut most_open, mut all) = (0, Tally::default());
    let watch = async {
        loop {
            most_open = shop.open_at_the_door().max(most_open);
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    let everybody = async {
        while let Some(done) = flood.join_next().await {
            all.add(&done??);
        }
        Ok::<_, Fault>(())
    };
    tokio::select! {
        done = everybody => done?,
        () = watch => {}
    }
    must(shop.orders() == all.carts, || format!("{} orders of {} carts", shop.orders(), all.carts))?;
    let rate = all.requests / time.as_secs();
    let flood = Row {
        fault: format!("{connections} connections for {} s", time.as_secs()),
        times: u64::from(connections),
        requests: all.requests,
        refused: all.refused,
        carts_wrong: 0,
        panics: shop.panics(),
        seen: format!(
            "{rate} requests a second; {} carts, {} orders; {most_open} files and sockets at the door; {} MiB at most in a process",
            all.carts,
            all.carts,
            shop.peak_memory()
        ),
    };
    let answers: Vec<String> = all.answers.iter().map(|(status, count)| format!("{status} {count}×")).collect();
    let hostile = Row {
        fault: "the same: one request of a hundred, with hostile cookies".to_owned(),
        times: all.hostile,
        requests: all.hostile,
        refused: all.answers.iter().filter(|(status, _)| matches!(status, 0 | 502 | 503)).map(|(_, count)| count).sum(),
        carts_wrong: 0,
        panics: shop.panics(),
        seen: format!("answered {}; no cart with anything that its sender had not put in", answers.join(", ")),
    };
    Ok(vec![flood.checked()?, hostile.checked()?])
}

#[derive(Default)]
struct Tally {
    requests: u64,
    refused: u64,
    carts: u64,
    hostile: u64,
    /// What hostile requests were answered; 0 is a connection that was closed.
    answers: std::collections::BTreeMap<u16, u64>,
}

impl Tally {
    fn add(&mut self, other: &Self) {
        self.requests += other.requests;
        self.refused += other.refused;
        self.carts += other.carts;
        self.hostile += other.hostile;
        for (status, count) in &other.answers {
            *self.answers.entry(*status).or_default() += count;
        }
    }
}

/// One cart after the other. Whoever has begun one buys it, however late it is: the book is compared with the carts.
async fn shop_until(
    shop: Arc<Shop>,
    until: Instant,
    number: u32,
    somebody: Arc<Mutex<String>>,
) -> Result<Tally, Fault> {
    let (mut tally, mut dice) = (Tally::default(), Dice::new(8, number));
    while Instant::now() < until {
        let mut visitor = Visitor::of(&shop)?;
        visitor.enter().await?;
        visitor.log_in().await?;
        let mut written = 0;
        while written < WRITES && Instant::now() < until {
            visitor.add(1).await?;
            written += 1;
            let cups = visitor.cups().await?;
            must(cups == written, || format!("{cups} cups where {written} were answered"))?;
            // Three requests a round, and some before and after all rounds.
            if dice.below(28) == 0 {
                let others = std::mem::replace(&mut *somebody.lock().map_err(|_| "poisoned")?, visitor.cookies()?);
                let cookies = hostile::cookies(&mut dice, &visitor.cookies()?, &others);
                let status = attack(&mut visitor, &cookies, written, dice.below(2) == 0).await?;
                tally.hostile += 1;
                *tally.answers.entry(status).or_default() += 1;
            }
            visitor.get_until_there("/").await?;
        }
        if written > 0 {
            visitor.post_until_done("/checkout", "").await?;
            tally.carts += 1;
            let cups = visitor.cups().await?;
            must(cups == 0, || format!("{cups} cups are left of what was bought"))?;
        }
        tally.requests += visitor.requests;
        tally.refused += visitor.refused;
    }
    Ok(tally)
}

/// What the answer sets is not kept: the visitor comes back with the good cookies.
async fn attack(visitor: &mut Visitor, cookies: &[u8], written: u64, writes: bool) -> Result<u16, Fault> {
    let (requests, refused) = (visitor.requests, visitor.refused);
    let (method, path, form) = match writes {
        true => (Method::POST, "/cart/add", Some("sku=cup&quantity=1")),
        false => (Method::GET, "/cart", None),
    };
    let page = visitor.ask_with(method, path, form, HeaderValue::from_bytes(cookies)?, false).await?;
    (visitor.requests, visitor.refused) = (requests, refused);
    let status = page.as_ref().map_or(0, |page| page.status.as_u16());
    must(status != 500, || "a hostile request was answered 500".to_owned())?;
    let shown = page.filter(|page| page.status.is_success()).as_ref().and_then(Page::cups);
    must(shown.is_none_or(|cups| cups <= written), || format!("{shown:?} cups where {written} were put in"))?;
    Ok(status)
}
