//! The largest cart that the shop allows, in Chromium, through an nginx that has its default buffers; and one line more.

use fantoccini::Locator;
use orderslip_browser::{Fault, Nginx, Stage, are_here, perform};

/// Puts a cup with an engraving into the cart, on the page of the cup.
async fn engrave(stage: &Stage, shop: &str, text: &str) -> Result<(), Fault> {
    stage.goto(&format!("{shop}/item/cup")).await?;
    stage.fill("[name=engraving]", text).await?;
    stage.click("#add").await
}

#[tokio::test]
async fn the_largest_cart_gets_through_and_one_line_more_is_said_in_words() {
    if !are_here(&["nginx"]) {
        return;
    }
    perform(1, async |stage: &Stage| {
        let nginx = Nginx::start(stage.shop.port).await?;
        let shop = format!("http://localhost:{}", nginx.port);
        stage.goto(&format!("{shop}/login")).await?;
        stage.fill("[name=name]", "Ada").await?;
        stage.fill("[name=password]", "soup").await?;
        stage.click("#log-in-now").await?;
        let mut lines = 0;
        loop {
            // As long as they may be, and different.
            engrave(stage, &shop, &format!("{lines:->60}")).await?;
            if stage.count(".sorry").await? > 0 {
                break;
            }
            lines += 1;
            assert_eq!(stage.cart().await?.len(), lines, "neither 400 nor 502, nor a cookie that was dropped");
        }
        assert!(lines > 20, "{lines}");
        assert_eq!(stage.text(".status").await?.as_deref(), Some("413"));
        assert_eq!(stage.text(".sizes code").await?.as_deref(), Some("lines"), "the page names what is large");
        stage.photograph("11-too-large").await?;
        assert_eq!(stage.cart().await?.len(), lines, "the old slip stays");

        // Shorter and shorter ones fill it to the last byte.
        for length in (0..60).rev() {
            loop {
                engrave(stage, &shop, &format!("{lines:->length$}").chars().take(length).collect::<String>()).await?;
                let now = stage.cart().await?.len();
                if now == lines {
                    break;
                }
                lines = now;
            }
            if stage.text("#slip-cart .left").await?.is_some_and(|left| left.parse::<u32>().is_ok_and(|left| left < 8))
            {
                break;
            }
        }
        let left = stage.text("#slip-cart .left").await?;
        for path in ["/", "/cart", "/item/bowl", "/checkout", "/orders"] {
            stage.goto(&format!("{shop}{path}")).await?;
            assert_eq!((stage.cart().await?.len(), stage.user().await?.as_deref()), (lines, Some("Ada")), "{left:?}");
        }
        stage.goto(&format!("{shop}/cart")).await?;
        stage.photograph("12-full-cart").await?;
        stage.goto(&format!("{shop}/checkout")).await?;
        stage.client().find(Locator::Id("buy")).await?.click().await?;
        stage.wait_for("tr.order").await?;
        assert_eq!(stage.cart().await?, []);
        Ok(())
    })
    .await;
}
