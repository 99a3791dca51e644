//! The page that `examples/restaurant` writes about its evening: whole by itself, and drawn.

use orderslip_browser::{Browser, Fault, Lab, are_here, path_of};
use std::process::Command;

/// Every picture has a size, and nothing was fetched from anywhere.
const LOOK: &str = "
    const pictures = [...document.querySelectorAll('svg')].map(picture => picture.getBoundingClientRect());
    const drawn = pictures.filter(place => place.width > 100 && place.height > 100 && place.right <= innerWidth).length;
    return [pictures.length, drawn, performance.getEntriesByType('resource').filter(fetched => !fetched.name.endsWith('/favicon.ico')).length, document.title.length > 0];";

#[tokio::test]
async fn the_report_of_the_restaurant_is_drawn_and_fetches_nothing() -> Result<(), Fault> {
    if !are_here(&["restaurant", "chromium", "chromedriver"]) {
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let page = folder.path().join("evening.html");
    let restaurant = path_of("restaurant").ok_or("no restaurant")?;
    let evening = Command::new(restaurant).args(["--guests", "20", "--report"]).arg(&page).output()?;
    assert!(evening.status.success(), "{}", String::from_utf8_lossy(&evening.stderr));
    let port = Lab::page(std::fs::read_to_string(page)?).await?;
    let browser = Browser::start(true).await?;
    browser.goto(&format!("http://localhost:{port}/")).await?;
    let seen = browser.client().execute(LOOK, Vec::new()).await?;
    let pictures = seen[0].as_u64();
    assert!(pictures >= Some(3) && seen[1].as_u64() == pictures, "{seen}");
    assert_eq!((seen[2].as_u64(), seen[3].as_bool()), (Some(0), Some(true)), "{seen}");
    let folder = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/browser-screenshots"));
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join("11-restaurant.png"), browser.client().screenshot().await?)?;
    Ok(())
}
