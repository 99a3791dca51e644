//! Cookies that are none of ours, or no longer: they cost a visitor nothing but what they took the place of.

use orderslip_browser::{Stage, perform};

#[tokio::test]
async fn a_junk_cookie_costs_one_200_with_a_fresh_session() {
    perform(1, async |stage: &Stage| {
        stage.add("cup").await?;
        let junk: [String; 5] = ["junk".into(), "2GCEQ6EBA6EF".into(), "{}".into(), "%00%ff".into(), "A".repeat(3900)];
        for junk in junk {
            stage.plant(&stage.url("/"), "__Host-session", &junk).await?;
            let before = stage.gate.seen().len();
            stage.visit("/").await?;
            let requests = stage.gate.seen().split_off(before);
            let page = requests.iter().find(|request| request.line == "GET /").ok_or("the page was not asked for")?;
            assert_eq!(page.status, 200);
            assert!(page.set.iter().any(|line| line.starts_with("__Host-session=2")), "a fresh session");
            assert_ne!(stage.cookie("__Host-session").await?, Some(junk));
            assert_eq!(stage.text("#slip-session .outcome").await?.as_deref(), Some("was rejected"));
            assert_eq!(stage.cart().await?, [("cup".to_owned(), 1)], "the cart belongs to another slip");
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn the_cookie_of_one_slip_is_junk_for_another() {
    perform(1, async |stage: &Stage| {
        stage.add("cup").await?;
        let visitor = stage.cookie("__Host-visitor").await?.ok_or("no visitor")?;
        let (item, cup) = stage.cookies_called("__Host-cart").await?.pop().ok_or("no cart")?;
        for planted in [visitor, cup.clone()] {
            stage.plant(&stage.url("/"), "__Host-session", &planted).await?;
            stage.visit("/").await?;
            assert_eq!(stage.text("#slip-session .outcome").await?.as_deref(), Some("was rejected"));
            assert_eq!(stage.cart().await?, [("cup".to_owned(), 1)]);
        }
        // What was added under another name of the cart's, one letter further, is not added twice.
        let other = format!("{}{}", &item[..item.len() - 1], if item.ends_with('A') { 'B' } else { 'A' });
        stage.plant(&stage.url("/"), &other, &cup).await?;
        stage.visit("/").await?;
        assert_eq!(stage.cart().await?, [("cup".to_owned(), 1)]);
        stage.visit("/").await?;
        assert_eq!(stage.cookie(&other).await?, None, "what does not open is expired");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn redirects_and_errors_carry_cookies() {
    perform(1, async |stage: &Stage| {
        stage.add("cup").await?;
        let posted = stage.gate.seen().into_iter().rfind(|request| request.line == "POST /cart/add");
        let posted = posted.ok_or("nothing was posted")?;
        assert_eq!(posted.status, 303);
        assert!(posted.set.iter().any(|line| line.starts_with("__Host-carto")), "{:?}", posted.set);
        // What is of no use is deleted, whatever else there is to say.
        stage.plant(&stage.url("/"), "__Host-session", "junk").await?;
        stage.visit("/item/nothing").await?;
        let missing = stage.gate.seen().into_iter().rfind(|request| request.line == "GET /item/nothing");
        let missing = missing.ok_or("nothing was asked for")?;
        assert_eq!((missing.status, stage.text(".status").await?.as_deref()), (404, Some("404")));
        assert!(missing.set.iter().any(|line| line.starts_with("__Host-session=; Max-Age=0;")), "{:?}", missing.set);
        assert_eq!(stage.cookie("__Host-session").await?, None);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn junk_in_the_place_of_the_visitors_slip_costs_the_cart_and_nothing_else() {
    perform(1, async |stage: &Stage| {
        stage.add("cup").await?;
        stage.log_in("Ada").await?;
        stage.plant(&stage.url("/"), "__Host-visitor", "junk").await?;
        stage.visit("/cart").await?;
        assert_eq!((stage.cart().await?, stage.user().await?.as_deref()), (vec![], Some("Ada")));
        assert_eq!(stage.text("#slip-visitor .outcome").await?.as_deref(), Some("was rejected"));
        stage.add("bowl").await?;
        assert_eq!(stage.cart().await?, [("bowl".to_owned(), 1)], "and the next cart is as good as any");
        Ok(())
    })
    .await;
}
