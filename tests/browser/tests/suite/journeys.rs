//! What a visitor does in the shop, and what must be there afterwards.

use orderslip_browser::{Client, Fault, Shop, Stage, are_here, kill, perform, perform_without_scripts};

fn cups(count: u64) -> Vec<(String, u64)> {
    vec![("cup".to_owned(), count)]
}

#[tokio::test]
async fn a_guest_fills_a_cart() {
    perform(1, async |stage: &Stage| {
        stage.add("cup").await?;
        stage.add("cup").await?;
        assert_eq!(stage.cart().await?, cups(2));
        assert_eq!(stage.user().await?, None);
        assert_eq!(stage.text("#total").await?.as_deref(), Some("€19.60"));
        assert!(stage.text(".notice").await?.is_some_and(|notice| notice.contains("Espresso cup")));
        stage.visit("/cart").await?;
        assert_eq!(stage.text(".notice").await?, None, "a notice is read once");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn login_keeps_the_cart_and_changes_the_session_cookie() {
    perform(1, async |stage: &Stage| {
        stage.add("cup").await?;
        let (guest, visitor) = (stage.cookie("__Host-session").await?, stage.cookie("__Host-visitor").await?);
        assert!(
            guest.is_some() && visitor.is_some(),
            "a guest has a session, too, and the cart belongs to the visitor"
        );
        stage.log_in("Ada").await?;
        assert_eq!(stage.user().await?.as_deref(), Some("Ada"));
        assert_ne!(stage.cookie("__Host-session").await?, guest);
        assert_eq!(stage.cookie("__Host-visitor").await?, visitor);
        assert_eq!(stage.cart().await?, cups(1));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn logout_keeps_the_cart_and_ends_the_session() {
    perform(1, async |stage: &Stage| {
        stage.add("cup").await?;
        stage.log_in("Ada").await?;
        let user = stage.cookie("__Host-session").await?;
        stage.click("#log-out").await?;
        assert_eq!(stage.user().await?, None);
        assert_ne!(stage.cookie("__Host-session").await?, user);
        assert_eq!(stage.cart().await?, cups(1));
        stage.visit("/orders").await?;
        assert!(stage.client().current_url().await?.path().starts_with("/login"));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn back_after_logout_shows_nothing_of_the_user() {
    perform(1, async |stage: &Stage| {
        stage.log_in("Ada Lovelace").await?;
        stage.visit("/orders").await?;
        assert!(stage.client().source().await?.contains("Lovelace"));
        stage.click("#log-out").await?;
        for _ in 0..3 {
            stage.client().back().await?;
            let page = stage.client().source().await?;
            assert!(!page.contains("Lovelace"), "{}", stage.client().current_url().await?);
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn checkout_asks_for_a_login_and_takes_the_cart() {
    perform(1, async |stage: &Stage| {
        stage.add("teapot").await?;
        stage.click("#check-out").await?;
        assert_eq!(stage.client().current_url().await?.query(), Some("back=/checkout"));
        stage.fill("[name=name]", "Ada").await?;
        stage.fill("[name=password]", "wrong").await?;
        stage.click("#log-in-now").await?;
        assert_eq!(stage.user().await?, None);
        stage.fill("[name=name]", "Ada").await?;
        stage.fill("[name=password]", "soup").await?;
        stage.click("#log-in-now").await?;
        assert_eq!(stage.client().current_url().await?.path(), "/checkout", "there is a way back");
        stage.click("#buy").await?;
        assert_eq!(stage.count("tr.order").await?, 1);
        assert!(stage.text("tr.order .price").await?.is_some_and(|price| price == "€39.00"));
        assert_eq!(stage.cart().await?, []);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn two_windows_share_the_session_and_the_cart() {
    perform(1, async |stage: &Stage| {
        stage.add("cup").await?;
        let (first, second) = stage.open_window().await?;
        stage.log_in("Ada").await?;
        stage.add("cup").await?;
        stage.client().switch_to_window(first.clone()).await?;
        stage.client().refresh().await?;
        assert_eq!((stage.user().await?.as_deref(), stage.cart().await?), (Some("Ada"), cups(2)));
        stage.client().switch_to_window(second).await?;
        stage.click("#log-out").await?;
        stage.client().switch_to_window(first).await?;
        stage.client().refresh().await?;
        assert_eq!((stage.user().await?, stage.cart().await?), (None, cups(2)), "a logout is for all windows");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn preferences_outlive_login_and_logout() {
    perform(1, async |stage: &Stage| {
        stage.visit("/").await?;
        stage.choose("[name=theme] [value=dark]").await?;
        stage.choose("[name=locale] [value=de]").await?;
        stage.click("#apply").await?;
        stage.log_in("Ada").await?;
        stage.click("#log-out").await?;
        assert_eq!(stage.text("h1").await?.as_deref(), Some("Sortiment"));
        assert_eq!(stage.count("html[lang=de][data-theme=dark]").await?, 1);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_killed_waiter_takes_nothing_along_and_another_begins() {
    perform(3, async |stage: &Stage| {
        stage.add("cup").await?;
        stage.log_in("Ada").await?;
        let mut known = Vec::new();
        for _ in 0..6 {
            known.push(stage.process().await?);
            stage.visit("/cart").await?;
        }
        for _ in 0..3 {
            let gone = stage.process().await?;
            kill(gone)?;
            stage.client().refresh().await?;
            assert_ne!(stage.process().await?, gone);
            assert_eq!((stage.user().await?.as_deref(), stage.cart().await?), (Some("Ada"), cups(1)));
            // Until one serves who was not there before.
            while known.contains(&stage.process().await?) {
                stage.visit("/cart").await?;
            }
            known.push(stage.process().await?);
        }
        assert!(stage.gate.seen().iter().all(|request| request.status < 400), "{:?}", stage.gate.seen());
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_shop_that_is_opened_again_with_its_keys_knows_its_visitors() -> Result<(), Fault> {
    if !are_here(&["shop", "curl"]) {
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let keys = folder.path().join("ring.json");
    let mut visitor = Client::of("http://localhost");
    // One process, then three with a front door, then one again.
    for (round, waiters) in [1, 3, 1].into_iter().enumerate() {
        let shop = Shop::open_with(waiters, &keys).await?;
        visitor = visitor.moves_to(&format!("http://localhost:{}", shop.port));
        visitor.get("/").await?;
        assert_eq!(visitor.post("/cart/add", "sku=cup&quantity=1").await?.status, 303);
        let page = visitor.get("/cart").await?;
        assert!(page.body.contains(&format!("&quot;quantity&quot;: {}", round + 1)), "round {round}");
    }
    Ok(())
}

#[tokio::test]
async fn all_three_waiters_serve_one_visitor() {
    perform(3, async |stage: &Stage| {
        stage.add("cup").await?;
        let mut served = Vec::new();
        for _ in 0..6 {
            stage.visit("/cart").await?;
            assert_eq!(stage.cart().await?, cups(1));
            served.push(stage.process().await?);
        }
        served.sort_unstable();
        served.dedup();
        assert_eq!(served.len(), 3);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn the_shop_works_without_scripts() {
    perform_without_scripts(1, async |stage: &Stage| {
        stage.goto("data:text/html,<title>off</title><script>document.title='on'</script>").await?;
        assert_eq!(stage.client().title().await?, "off", "scripts are off");
        stage.add("cup").await?;
        stage.log_in("Ada").await?;
        stage.visit("/checkout").await?;
        stage.click("#buy").await?;
        assert_eq!((stage.count("tr.order").await?, stage.cart().await?), (1, vec![]));
        stage.click("#log-out").await?;
        assert_eq!(stage.user().await?, None);
        Ok(())
    })
    .await;
}
