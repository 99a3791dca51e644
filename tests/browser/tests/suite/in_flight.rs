//! Answers that come when it is over: what a visitor has ended, none of them brings back. The gate holds them until it is.

use orderslip_browser::{Fault, Request, Stage, perform};

/// Leads another window to a thing, which is written into the session; and waits for the answer, which that window does not get yet.
const LOOK: &str = "window.open('/item/knife', 'other')";

/// Puts the thing of the present page into the cart, likewise.
const ADD: &str = "const form = document.querySelector('form.order'); form.target = 'other'; form.submit()";

/// The value that an answer set a cookie to.
fn set(answer: &Request, name: &str) -> Result<String, Fault> {
    let value = |line: &String| line.strip_prefix(name)?.strip_prefix('=')?.split(';').next().map(str::to_owned);
    answer.set.iter().find_map(value).ok_or_else(|| format!("the answer sets no {name}").into())
}

async fn outcome(stage: &Stage, slip: &str) -> Result<String, Fault> {
    Ok(stage.text(&format!("#slip-{slip} .outcome")).await?.unwrap_or_default())
}

#[tokio::test]
async fn an_answer_in_flight_does_not_undo_a_logout() {
    perform(1, async |stage: &Stage| {
        stage.add("cup").await?;
        stage.log_in("Ada").await?;
        let mut hold = stage.gate.hold("GET /item/knife");
        stage.elsewhere(LOOK).await?;
        let stale = set(&hold.answered().await?, "__Host-session")?;
        stage.click("#log-out").await?;
        assert_eq!(stage.user().await?, None);
        hold.release();
        stage.switch_until("article.item").await?;
        let value = stage.cookie("__Host-session").await?;
        assert_eq!(value.as_deref(), Some(stale.as_str()), "the answer did put the session back");

        stage.client().refresh().await?;
        assert_eq!((stage.user().await?, outcome(stage, "session").await?), (None, "had been logged out".to_owned()));
        assert_ne!(stage.cookie("__Host-session").await?.as_deref(), Some(stale.as_str()));
        stage.switch_until("main").await?;
        stage.visit("/cart").await?;
        assert_eq!((stage.user().await?, stage.cart().await?), (None, vec![("cup".to_owned(), 1)]));

        // It is the tombstone that did it: without it, as a thief would come, the old session is as good as ever.
        stage.client().delete_all_cookies().await?;
        stage.plant(&stage.url("/"), "__Host-session", &stale).await?;
        stage.visit("/").await?;
        assert_eq!(stage.user().await?.as_deref(), Some("Ada"));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn an_answer_in_flight_does_not_bring_back_a_guest_after_a_login() {
    perform(1, async |stage: &Stage| {
        stage.visit("/").await?;
        let mut hold = stage.gate.hold("GET /item/knife");
        stage.elsewhere(LOOK).await?;
        let guest = set(&hold.answered().await?, "__Host-session")?;
        stage.log_in("Ada").await?;
        assert_eq!(stage.user().await?.as_deref(), Some("Ada"));
        hold.release();
        stage.switch_until("article.item").await?;
        assert_eq!(stage.cookie("__Host-session").await?, Some(guest), "the answer did put the guest back");
        // The browser has no other copy of the user's session. But a slip whose end was told is not gone on with.
        stage.client().refresh().await?;
        assert_eq!(outcome(stage, "session").await?, "had been logged out");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn an_answer_in_flight_does_not_bring_back_what_was_bought() {
    perform(1, async |stage: &Stage| {
        stage.add("teapot").await?;
        stage.log_in("Ada").await?;
        stage.visit("/item/cup").await?;
        let mut hold = stage.gate.hold("POST /cart/add");
        stage.elsewhere(ADD).await?;
        let added = hold.answered().await?;
        let added = added.set.iter().find(|line| line.starts_with("__Host-carto")).ok_or("nothing was added")?;
        let (name, value) = added.split(';').next().and_then(|pair| pair.split_once('=')).ok_or("no pair")?;
        stage.visit("/checkout").await?;
        stage.click("#buy").await?;
        assert_eq!((stage.count("tr.order").await?, stage.cart().await?), (1, vec![]));
        assert_eq!(stage.text("tr.order .price").await?.as_deref(), Some("€39.00"), "the cup had not been seen");
        hold.release();
        stage.switch_until("#slip-cart").await?;
        assert_eq!(stage.cookie(name).await?.as_deref(), Some(value), "the answer did put the cup in");
        let kept = [("cup".to_owned(), 1)];
        assert_eq!(stage.cart().await?, kept, "what was not bought stays, and what was bought does not come back");

        stage.add("bowl").await?;
        stage.switch_until("main").await?;
        stage.visit("/cart").await?;
        assert_eq!(stage.cart().await?, [("bowl".to_owned(), 1), ("cup".to_owned(), 1)]);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_snapshot_in_flight_does_not_bring_back_what_was_bought() {
    perform(1, async |stage: &Stage| {
        stage.log_in("Ada").await?;
        let base = 'written: loop {
            // Four writes are put into one cookie by a look that comes a moment later.
            for sku in ["teapot", "cup", "bowl", "mill"] {
                stage.add(sku).await?;
            }
            let before = stage.cookies_called("__Host-cartb").await?;
            // On a slow machine another answer may have done it.
            while stage.cookies_called("__Host-cartb").await? == before {
                let mut hold = stage.gate.hold("GET /cart");
                stage.elsewhere("window.open('/cart', 'other')").await?;
                let answer = hold.answered().await?;
                if answer.set.iter().any(|line| line.starts_with("__Host-cartb")) {
                    break 'written hold;
                }
                hold.release();
            }
        };
        stage.visit("/checkout").await?;
        stage.click("#buy").await?;
        assert_eq!((stage.count("tr.order").await?, stage.cart().await?), (1, vec![]));
        base.release();
        stage.switch_until("#slip-cart").await?;
        stage.visit("/cart").await?;
        assert!(!stage.cookies_called("__Host-cartb").await?.is_empty(), "the answer did bring the old cart");
        assert_eq!(stage.cart().await?, []);
        Ok(())
    })
    .await;
}
