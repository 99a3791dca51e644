//! The largest cart that the shop allows, in Chromium, through an nginx that has its default buffers; and one line more.

use fantoccini::Locator;
use orderslip_browser::{Fault, Nginx, Stage, are_here, curl, perform};

/// Puts a cup with an engraving into the cart, on the page of the cup.
async fn engrave(stage: &Stage, shop: &str, text: &str) -> Result<(), Fault> {
    stage.goto(&format!("{shop}/item/cup")).await?;
    stage.fill("[name=engraving]", text).await?;
    stage.click("#add").await
}

/// The bytes of a line of the cart without the letters of its engraving, at least.
const LINE: usize = 30;

/// A line's engraving, as long as it may be, and different from all others.
fn engraving(line: usize) -> String {
    format!("{line:->60}")
}

/// The cookie of a cart with so many lines, filled through nginx.
async fn filled(shop: &str, lines: usize) -> Result<String, Fault> {
    let mut cart = String::new();
    for line in 0..lines {
        let (cookie, origin) = (format!("Cookie: __Host-cart={cart}"), format!("Origin: {shop}"));
        let form = format!("sku=cup&quantity=1&engraving={}", engraving(line));
        let added = curl(&format!("{shop}/cart/add"), &[cookie.as_bytes(), origin.as_bytes()], Some(&form)).await?;
        assert_eq!(added.status, 303);
        cart = added.pair("__Host-cart")?.replacen("__Host-cart=", "", 1);
    }
    Ok(cart)
}

/// How many bytes of state, before they are written as text, the panel says that the cart's slip has left.
async fn room(stage: &Stage) -> Result<usize, Fault> {
    let left = stage.text("#slip-cart .left").await?.ok_or("no cart")?;
    Ok(left.parse::<usize>()? * 3 / 4)
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
        let mut lines = 24;
        stage.plant(&shop, "__Host-cart", &filled(&shop, lines).await?).await?;
        loop {
            engrave(stage, &shop, &engraving(lines)).await?;
            if stage.count(".sorry").await? > 0 {
                break;
            }
            lines += 1;
            assert_eq!(stage.cart().await?.len(), lines, "neither 400 nor 502, nor a cookie that was dropped");
        }
        assert!(lines > 24, "{lines}");
        assert_eq!(stage.text(".status").await?.as_deref(), Some("413"));
        assert_eq!(stage.text(".sizes code").await?.as_deref(), Some("lines"), "the page names what is large");
        stage.photograph("11-too-large").await?;
        assert_eq!(stage.cart().await?.len(), lines, "the old slip stays");

        // Then the longest line that fits, in case 60 letters left room for one that is shorter.
        if room(stage).await? < LINE + 10 {
            stage.goto(&format!("{shop}/cart")).await?;
            stage.click("tr.line:nth-last-child(2) form:nth-child(2) button").await?;
            engrave(stage, &shop, &"half".repeat(7)).await?;
        }
        let (before, first) = (stage.cart().await?.len(), (room(stage).await? - LINE + 6).min(60));
        for letters in (0..=first).rev() {
            engrave(stage, &shop, &"#".repeat(letters)).await?;
            lines = stage.cart().await?.len();
            if lines > before {
                break;
            }
        }
        let left = stage.text("#slip-cart .left").await?;
        assert!(left.as_deref().is_some_and(|left| left.len() == 1), "it is full: {left:?}");
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
