//! Pages of another site that link to the shop and post forms to it.

use orderslip_browser::{Gate, Lab, Request, Stage, perform};

/// The last such request that came to the shop.
fn last(gate: &Gate, line: &str) -> Option<Request> {
    gate.seen().into_iter().rfind(|request| request.line == line)
}

#[tokio::test]
async fn a_link_from_another_site_has_the_session_and_a_form_has_not() {
    perform(1, async |stage: &Stage| {
        stage.add("cup").await?;
        stage.log_in("Ada").await?;
        // 127.0.0.1 is another site than localhost.
        let html = format!(
            "<a href='{shop}/orders'>orders</a>
             <form action='{shop}/logout' method='post'><button>win</button></form>
             <form action='{shop}/cart/set' method='post' id='cart'>
               <input type='hidden' name='sku' value='cup'><input type='hidden' name='quantity' value='0'>
               <input type='hidden' name='engraving' value=''><button id='empty'>win</button></form>",
            shop = stage.url("")
        );
        let elsewhere = format!("http://127.0.0.1:{}/", Lab::page(html).await?);
        stage.goto(&elsewhere).await?;
        stage.click("a").await?;
        assert_eq!(stage.user().await?.as_deref(), Some("Ada"), "a link is followed with the session");

        for (button, line) in [("button", "POST /logout"), ("#empty", "POST /cart/set")] {
            stage.goto(&elsewhere).await?;
            stage.click(button).await?;
            let refused = last(&stage.gate, line).ok_or("the form was not posted")?;
            assert_eq!(refused.status, 403);
            assert_eq!(refused.cookies, None, "SameSite=Lax: no cookie goes with another site's form");
            assert_eq!(refused.set, Vec::<String>::new(), "nothing begins that would take the place of the session");
            assert_eq!(stage.text(".status").await?.as_deref(), Some("403"));
            stage.visit("/cart").await?;
            let (user, cart) = (stage.user().await?, stage.cart().await?);
            assert_eq!((user.as_deref(), cart), (Some("Ada"), vec![("cup".to_owned(), 1)]));
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn no_other_site_puts_the_shop_into_a_frame() {
    perform(1, async |stage: &Stage| {
        stage.log_in("Ada").await?;
        let html = format!("<iframe src='{}'></iframe><footer></footer>", stage.url("/orders"));
        stage.goto(&format!("http://127.0.0.1:{}/", Lab::page(html).await?)).await?;
        stage.client().enter_frame(0).await?;
        assert_eq!(stage.user().await?, None);
        assert_eq!(stage.count("aside").await?, 0, "the frame shows nothing of the shop");
        stage.client().enter_parent_frame().await?;
        stage.visit("/").await?;
        assert_eq!(stage.user().await?.as_deref(), Some("Ada"), "and nothing was lost by it");
        Ok(())
    })
    .await;
}
