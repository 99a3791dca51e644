//! Writes that are refused for the moment, with 503 and `Retry-After`: the page that the browser gets sends them again, and nothing is
//! done twice.

use orderslip_browser::{Fault, Stage, perform, perform_without_scripts};

/// The statuses of all answers to forms that put something in.
fn statuses(stage: &Stage) -> Vec<u16> {
    let posts = stage.gate.seen().into_iter().filter(|request| request.line == "POST /cart/add");
    posts.map(|request| request.status).collect()
}

/// Fills in the form of the cup, with an engraving that a page must not spoil.
async fn fill_in(stage: &Stage) -> Result<(), Fault> {
    stage.visit("/item/cup").await?;
    stage.fill("[name=quantity]", "3").await?;
    stage.fill("[name=engraving]", ENGRAVING).await
}

const ENGRAVING: &str = "\"for\" <Ada> & 'Zoë'";

async fn has_three_cups(stage: &Stage) -> Result<(), Fault> {
    assert_eq!(stage.client().current_url().await?.path(), "/cart");
    assert_eq!(stage.cart().await?, [("cup".to_owned(), 3)]);
    assert_eq!(stage.text("td q").await?.as_deref(), Some(ENGRAVING));
    Ok(())
}

#[tokio::test]
async fn a_first_write_is_sent_again_by_the_page() {
    perform(3, async |stage: &Stage| {
        fill_in(stage).await?;
        // The visitor has had all cookies deleted while the page was open: there is nothing to which the write could belong.
        stage.client().delete_all_cookies().await?;
        stage.choose("#add").await?;
        stage.wait_for("tr.line").await?;
        has_three_cups(stage).await?;
        assert_eq!(statuses(stage), [503, 303]);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn without_scripts_a_button_sends_it_again() {
    perform_without_scripts(1, async |stage: &Stage| {
        fill_in(stage).await?;
        stage.client().delete_all_cookies().await?;
        stage.click("#add").await?;
        assert_eq!(stage.text("h1").await?.as_deref(), Some("One moment, please"));
        stage.photograph("13-send-it-again").await?;
        stage.click("#once-more").await?;
        has_three_cups(stage).await?;
        assert_eq!(statuses(stage), [503, 303]);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn what_has_no_room_in_the_header_is_sent_again_until_it_has() {
    perform(3, async |stage: &Stage| {
        stage.add("bowl").await?;
        fill_in(stage).await?;
        let (shop, junk) = (stage.url("/"), ["_analytics", "_experiments"]);
        for name in junk {
            stage.plant(&shop, name, &"x".repeat(3_500)).await?;
        }
        let before = stage.gate.seen().len();
        stage.choose("#add").await?;
        // Refused, and refused again by itself.
        stage.gate.has_seen("POST /cart/add", 2, before).await;
        assert_eq!(statuses(stage), [303, 503, 503]);
        for name in junk {
            stage.uproot(&shop, name).await?;
        }
        stage.wait_for("tr.line").await?;
        assert_eq!(
            stage.cart().await?,
            [("bowl".to_owned(), 1), ("cup".to_owned(), 3)],
            "once, however often it was sent"
        );
        assert_eq!(statuses(stage).iter().filter(|status| **status == 303).count(), 2);
        Ok(())
    })
    .await;
}
