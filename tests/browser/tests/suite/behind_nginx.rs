//! The largest cart that the shop allows, in Chromium, through an nginx that has its default buffers; and one line more.

use fantoccini::Locator;
use orderslip_browser::{Client, Fault, Nginx, Stage, are_here, perform};
use std::time::Duration;

/// Puts a cup with an engraving into the cart, on the page of the cup. Says whether it fitted.
async fn engrave(stage: &Stage, shop: &str, text: &str) -> Result<bool, Fault> {
    stage.goto(&format!("{shop}/item/cup")).await?;
    stage.fill("[name=engraving]", text).await?;
    stage.click("#add").await?;
    // On a slow machine cookies of the cart may not have been folded yet, and leave no room for a moment: the page sends the form again by itself.
    while stage.count("form.again").await? > 0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    stage.wait_for("footer").await?;
    Ok(stage.count(".status").await? == 0)
}

/// A line's engraving, as long as it may be, and different from all others.
fn engraving(line: usize) -> String {
    format!("{line:->60}")
}

/// Some of what fits, without a browser; a browser then has all of that visitor's cookies.
async fn fill(stage: &Stage, shop: &str, lines: usize) -> Result<(), Fault> {
    let mut visitor = Client::of(shop);
    visitor.get("/").await?;
    for line in 0..lines {
        let form = format!("sku=cup&quantity=1&engraving={}", engraving(line));
        assert_eq!(visitor.post("/cart/add", &form).await?.status, 303);
    }
    for prefix in ["__Host-visitor", "__Host-cart"] {
        for pair in visitor.cookies_called(prefix)?.split("; ") {
            let (name, value) = pair.split_once('=').ok_or("no pair")?;
            stage.plant(shop, name, value).await?;
        }
    }
    Ok(())
}

#[tokio::test]
async fn the_largest_cart_gets_through_and_one_line_more_is_said_in_words() {
    if !are_here(&["nginx", "curl"]) {
        return;
    }
    perform(1, async |stage: &Stage| {
        let nginx = Nginx::start(stage.shop.port).await?;
        let shop = format!("http://localhost:{}", nginx.port);
        stage.goto(&format!("{shop}/login")).await?;
        stage.fill("[name=name]", "Ada").await?;
        stage.fill("[name=password]", "soup").await?;
        stage.click("#log-in-now").await?;
        let mut lines = 20;
        fill(stage, &shop, lines).await?;
        while engrave(stage, &shop, &engraving(lines)).await? {
            lines += 1;
            assert_eq!(stage.cart().await?.len(), lines, "neither 400 nor 502, nor a cookie that was dropped");
        }
        assert!(lines > 20, "{lines}");
        assert_eq!(stage.text(".status").await?.as_deref(), Some("413"));
        assert_eq!(stage.text(".sizes code").await?.as_deref(), Some("lines"), "the page names what is large");
        stage.photograph("11-too-large").await?;
        assert_eq!(stage.cart().await?.len(), lines, "the old cart stays");

        // Then shorter lines, until not even one without a letter fits.
        for letters in [40, 27, 18, 12, 8, 5, 3, 2, 1] {
            for sign in ["x", "y", "z"] {
                if !engrave(stage, &shop, &sign.repeat(letters)).await? {
                    break;
                }
                lines += 1;
            }
        }
        assert!(!engrave(stage, &shop, "").await?, "it is full");
        assert_eq!(stage.cart().await?.len(), lines);
        for path in ["/", "/cart", "/item/bowl", "/checkout", "/orders"] {
            stage.goto(&format!("{shop}{path}")).await?;
            assert_eq!((stage.cart().await?.len(), stage.user().await?.as_deref()), (lines, Some("Ada")), "{path}");
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
