//! Several tabs of one browser that write at once. The gate holds all answers until the shop has given the last one: every request has
//! seen the same cookies, and none of them what another adds.

use orderslip_browser::{Fault, Hold, Stage, perform};

/// So many at once: a browser has six connections to one address, and one is for the tab that looks on.
const AT_ONCE: usize = 5;

/// Puts these into the cart, each from a tab of its own, from the catalogue.
fn adds(skus: &[&str]) -> String {
    let all: Vec<String> = skus.iter().map(|sku| format!("'{sku}'")).collect();
    format!(
        "for (const sku of [{}]) {{ const {{ form }} = document.getElementById('add-' + sku); form.target = 'tab-' + sku; form.submit(); }}",
        all.join(", ")
    )
}

/// Buys in a tab of its own, from whatever page: a form like that of the till, for which the browser vouches.
const BUY: &str = "const form = document.createElement('form'); form.method = 'post'; form.action = '/checkout'; \
                   form.target = 'till' + Math.random(); document.body.append(form); form.submit();";

/// Until the shop has answered all of them, from the same cookies.
async fn all_answered(holds: &mut [Hold]) -> Result<(), Fault> {
    let mut seen = Vec::new();
    for hold in holds {
        let request = hold.answered().await?;
        assert_eq!(request.status, 303, "{request:?}");
        seen.push(request.cookies);
    }
    seen.dedup();
    assert_eq!(seen.len(), 1, "they were not at once");
    Ok(())
}

fn lines(skus: &[&str]) -> Vec<(String, u64)> {
    skus.iter().map(|sku| ((*sku).to_owned(), 1)).collect()
}

/// With the cart on one slip, as the session still is, four of these five things were gone: each answer brought a cart with its own
/// thing alone, and the last one stayed.
#[tokio::test]
async fn parallel_adds_in_several_tabs_lose_nothing() {
    perform(3, async |stage: &Stage| {
        stage.add("teapot").await?;
        stage.visit("/").await?;
        let skus = ["apron", "board", "bowl", "candle", "cup"];
        let mut holds: Vec<Hold> = (0..AT_ONCE).map(|_| stage.gate.hold("POST /cart/add")).collect();
        let before = stage.gate.seen().len();
        stage.elsewhere(&adds(&skus)).await?;
        all_answered(&mut holds).await?;
        // In another order than they were given.
        holds.into_iter().rev().for_each(Hold::release);
        // Each tab goes on to the cart when it has its answer's cookies.
        stage.gate.has_seen("GET /cart", AT_ONCE, before).await;
        stage.visit("/cart").await?;
        assert_eq!(stage.cart().await?, lines(&["apron", "board", "bowl", "candle", "cup", "teapot"]));
        Ok(())
    })
    .await;
}

/// The same with what a session remembers in one cookie, for contrast: the last answer wins.
#[tokio::test]
async fn of_parallel_writes_to_one_slip_the_last_stays() {
    perform(3, async |stage: &Stage| {
        stage.visit("/").await?;
        let skus = ["apron", "board", "bowl", "candle", "cup"];
        let mut holds: Vec<Hold> = skus.iter().map(|sku| stage.gate.hold(&format!("GET /item/{sku}"))).collect();
        let open = skus.map(|sku| format!("window.open('/item/{sku}', 'tab-{sku}');")).concat();
        stage.elsewhere(&open).await?;
        for hold in &mut holds {
            let answer = hold.answered().await?;
            assert!(answer.set.iter().any(|line| line.starts_with("__Host-session=2")), "{:?}", answer.set);
        }
        holds.into_iter().for_each(Hold::release);
        let mut seen = Vec::new();
        while seen.is_empty() {
            stage.visit("/").await?;
            seen = stage
                .slip("session")
                .await?
                .and_then(|session| session["seen"].as_array().cloned())
                .unwrap_or_default();
        }
        assert_eq!(seen.len(), 1, "{seen:?}");
        Ok(())
    })
    .await;
}

/// Buys in one tab while others put things in, and lets the answers go in the one order or the other.
async fn buys_while_others_add(stage: &Stage, order_first: bool) -> Result<(), Fault> {
    stage.add("teapot").await?;
    stage.log_in("Ada").await?;
    stage.visit("/").await?;
    let skus = ["apron", "board", "cup"];
    let mut holds: Vec<Hold> = skus.iter().map(|_| stage.gate.hold("POST /cart/add")).collect();
    holds.insert(if order_first { 0 } else { skus.len() }, stage.gate.hold("POST /checkout"));
    let before = stage.gate.seen().len();
    stage.elsewhere(&adds(&skus)).await?;
    stage.elsewhere(BUY).await?;
    all_answered(&mut holds).await?;
    for hold in holds {
        hold.release();
    }
    stage.gate.has_seen("GET /cart", skus.len(), before).await;
    stage.gate.has_seen("GET /orders", 1, before).await;
    stage.visit("/orders").await?;
    assert_eq!(stage.count("tr.order").await?, 1);
    assert_eq!(stage.text("tr.order .price").await?.as_deref(), Some("€39.00"), "what was seen, and nothing else");
    assert_eq!(stage.cart().await?, lines(&skus), "what was put in meanwhile stays, and the teapot is gone");
    Ok(())
}

#[tokio::test]
async fn what_is_put_in_during_a_checkout_stays_and_what_is_bought_is_gone() {
    perform(3, async |stage: &Stage| buys_while_others_add(stage, true).await).await;
}

#[tokio::test]
async fn what_is_bought_is_gone_though_the_checkouts_answer_comes_last() {
    perform(3, async |stage: &Stage| buys_while_others_add(stage, false).await).await;
}

#[tokio::test]
async fn two_tabs_that_buy_at_once_make_one_order() {
    perform(3, async |stage: &Stage| {
        stage.add("teapot").await?;
        stage.log_in("Ada").await?;
        stage.visit("/").await?;
        let mut holds = [stage.gate.hold("POST /checkout"), stage.gate.hold("POST /checkout")];
        let before = stage.gate.seen().len();
        stage.elsewhere(BUY).await?;
        stage.elsewhere(BUY).await?;
        all_answered(&mut holds).await?;
        holds.into_iter().for_each(Hold::release);
        stage.gate.has_seen("GET /orders", 2, before).await;
        stage.visit("/orders").await?;
        assert_eq!((stage.count("tr.order").await?, stage.cart().await?), (1, vec![]));
        let number = stage.text("tr.order strong").await?.ok_or("no number")?;
        assert_eq!(
            stage.shop.orders()?,
            [number],
            "there is one in the book, and the last tab to be answered shows it"
        );
        // The next cart is another order.
        stage.add("cup").await?;
        stage.visit("/checkout").await?;
        stage.click("#buy").await?;
        assert_eq!((stage.count("tr.order").await?, stage.cart().await?), (2, vec![]));
        assert_eq!(stage.shop.orders()?.len(), 2);
        Ok(())
    })
    .await;
}

/// The second tab has seen more than the first one ordered, and not that it was ordered.
#[tokio::test]
async fn a_second_checkout_takes_out_what_the_first_has_ordered_and_nothing_else() {
    perform(3, async |stage: &Stage| {
        stage.add("teapot").await?;
        stage.log_in("Ada").await?;
        let mut hold = stage.gate.hold("POST /checkout");
        let before = stage.gate.seen().len();
        stage.elsewhere(BUY).await?;
        assert_eq!(hold.answered().await?.status, 303);
        stage.add("cup").await?;
        assert_eq!(stage.cart().await?, lines(&["cup", "teapot"]));
        stage.visit("/checkout").await?;
        stage.click("#buy").await?;
        assert_eq!(stage.text("tr.order .price").await?.as_deref(), Some("€39.00"), "the order of the first");
        assert_eq!((stage.shop.orders()?.len(), stage.cart().await?), (1, lines(&["cup"])));
        hold.release();
        stage.gate.has_seen("GET /orders", 2, before).await;
        stage.visit("/cart").await?;
        assert_eq!(stage.cart().await?, lines(&["cup"]), "and it can be bought next");
        Ok(())
    })
    .await;
}
