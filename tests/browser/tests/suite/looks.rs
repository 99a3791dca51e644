//! Pictures of the main pages, for people to look at: `target/browser-screenshots`.

use orderslip_browser::{Stage, perform};

#[tokio::test]
async fn pictures_of_the_main_pages() {
    perform(3, async |stage: &Stage| {
        stage.visit("/item/teapot").await?;
        stage.visit("/").await?;
        stage.photograph("1-catalogue").await?;
        stage.visit("/item/cup").await?;
        stage.fill("[name=engraving]", "for <Ada> & \u{2665}").await?;
        stage.photograph("2-item").await?;
        stage.click("#add").await?;
        stage.add("bowl").await?;
        assert_eq!(stage.text("td q").await?.as_deref(), Some("for <Ada> & \u{2665}"), "escaped, and whole");
        stage.photograph("3-cart").await?;
        stage.visit("/login?back=/checkout").await?;
        stage.photograph("4-login").await?;
        stage.log_in("Ada").await?;
        stage.visit("/checkout").await?;
        stage.photograph("5-checkout").await?;
        stage.click("#buy").await?;
        stage.photograph("6-orders").await?;
        stage.choose("[name=theme] [value=dark]").await?;
        stage.choose("[name=locale] [value=de]").await?;
        stage.click("#apply").await?;
        stage.add("wine").await?;
        stage.photograph("7-cart-dark-german").await?;
        stage.visit("/").await?;
        stage.photograph("8-catalogue-dark-german").await?;
        stage.visit("/item/nothing").await?;
        stage.photograph("9-not-found").await?;
        stage.client().set_window_size(420, 900).await?;
        stage.visit("/").await?;
        stage.photograph("10-narrow").await?;
        Ok(())
    })
    .await;
}
