//! The clock jumps: of all processes, or of one of three; by an hour or a year; ahead or back; and then it is right again.
//!
//! It may not know what time it is. Each visitor is there twice: one asks while the clock is wrong, the other comes back when it is right. The second
//! must find everything. Of the first the docs say what may come: sessions end after half an hour without a request, carts after seven days
//! (`examples/shop/slips.rs`); and a state from the future of a server's clock is not read, not written and not lost, until that time has come
//! (docs/siblings.md). So whoever wrote while the clock was ahead hears 503 when it is right again, and has everything later.

use crate::{
    Fault, Length, must,
    shop::{Shop, With},
    table::Row,
    visitor::Visitor,
};
use std::collections::BTreeMap;

const HOUR: i64 = 3_600;
const YEAR: i64 = 365 * 24 * HOUR;

/// Asked while the clock is wrong: so many pages, for each waiter to have its turn, and a cup in between.
const LOOKS: usize = 6;

pub(crate) async fn rehearse(length: Length) -> Result<Vec<Row>, Fault> {
    let mut rows = Vec::new();
    for (by, ahead) in
        [("an hour ahead", HOUR), ("an hour back", -HOUR), ("a year ahead", YEAR), ("a year back", -YEAR)]
    {
        for (whose, waiter) in [("all clocks", None), ("one clock of three", Some("Anna"))] {
            let fault = format!("{whose} {by}");
            rows.push(
                jump(fault.clone(), waiter, ahead, length.of(3, 40))
                    .await
                    .map_err(|error| format!("{fault}: {error}"))?,
            );
        }
    }
    Ok(rows)
}

async fn jump(fault: String, waiter: Option<&str>, ahead: i64, visitors: u64) -> Result<Row, Fault> {
    let shop = Shop::open(With::default()).await?;
    let mut row = Row { fault, times: visitors, ..Row::default() };
    let mut there = Vec::new();
    for _ in 0..visitors {
        let mut visitor = Visitor::of(&shop)?;
        visitor.enter().await?;
        visitor.add(2).await?;
        visitor.log_in().await?;
        there.push((visitor.copy(), visitor));
    }
    shop.clock(waiter, ahead)?;
    let (mut pages, mut added) = (BTreeMap::<u16, u64>::new(), Vec::new());
    for (visitor, _) in &mut there {
        let mut cups = 0;
        for look in 0..=LOOKS {
            let page = match look == LOOKS / 2 {
                true => visitor.post("/cart/add", "sku=cup&quantity=1").await?,
                false => visitor.get("/cart").await?,
            };
            let status = page.map_or(0, |page| page.status.as_u16());
            must(matches!(status, 200 | 303 | 503), || format!("answered {status}"))?;
            cups += u64::from(status == 303);
            *pages.entry(status).or_default() += 1;
        }
        added.push(cups);
    }
    shop.clock(waiter, 0)?;
    let (mut kept, mut held, mut ended, mut logged_in) = (0_u64, Vec::new(), 0, 0);
    for ((mut meanwhile, mut away), added) in there.into_iter().zip(added) {
        let page = away.get_until_there("/cart").await?;
        row.carts_wrong += u64::from(page.cups() != Some(2) || page.user().is_none());
        let page = meanwhile.get("/cart").await?.ok_or("no answer")?;
        logged_in += u64::from(page.user().is_some());
        match page.cups() {
            _ if page.is_refused() => held.push((meanwhile.copy(), added)),
            Some(cups) if cups == 2 + added => kept += 1,
            // After a year it has ended, and another has begun.
            Some(cups) if ahead == YEAR && cups <= added => ended += 1,
            _ => row.carts_wrong += 1,
        }
        row.requests += meanwhile.requests + away.requests;
        row.refused += meanwhile.refused + away.refused;
    }
    // The time comes from which they are.
    shop.clock(None, ahead.max(0))?;
    shop.clock(waiter, ahead.max(0))?;
    let mut waits = 0;
    for (mut visitor, added) in held {
        let cups = visitor.get("/cart").await?.and_then(|page| page.cups());
        let is_there = cups == Some(2 + added) || ahead == YEAR && cups.is_some_and(|cups| cups <= added);
        row.carts_wrong += u64::from(!is_there);
        waits += 1;
        row.requests += visitor.requests;
        row.refused += visitor.refused;
    }
    let pages: Vec<String> = pages.iter().map(|(status, count)| format!("{status} {count}×")).collect();
    let later = [
        (kept, "had the cart"),
        (
            waits,
            if ahead == YEAR { "heard 503 until that time came" } else { "heard 503, and had it when that time came" },
        ),
        (ended, "had begun another"),
        (logged_in, "were logged in"),
    ];
    let later: Vec<String> =
        later.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    row.seen = format!("meanwhile {}; right again, of {visitors}: {}", pages.join(", "), later.join(", "));
    row.panics = shop.panics();
    row.checked()
}
