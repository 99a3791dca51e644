//! Forty writers that do not pause, forty articles, three processes, an nginx with its default buffers: the browser is not locked out, and the
//! cart holds every write that was answered with a success.

use crate::{
    Fault,
    chromium::Chromium,
    driver::Driver,
    nginx::Nginx,
    op::Lines,
    process::Process,
    stage::{has_all, is_full, look_twice, turn},
};
use orderslip::Keyring;
use serde_json::json;
use std::sync::Arc;
use tempfile::TempDir;

/// So many writers, one write after the other; one that is refused is sent again twice, and sooner than a polite page would. What was
/// done, by article. Any answer but success and refusal is a fault.
pub(crate) async fn stream(chromium: &Chromium, writers: u32, writes: u32, articles: u32) -> Result<Lines, Fault> {
    let script = "(async () => {
        const done = {};
        const one = async article => {
          for (let tries = 0; tries < 3; tries++) {
            const answer = await fetch('/siblings/write', {
              method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ add: article }),
            });
            if (answer.ok) return done[article] = (done[article] || 0) + 1;
            if (answer.status !== 503) throw new Error(`answered ${answer.status}`);
            await pause(100 + Math.random() * 100);
          }
        };
        await Promise.all([...Array(args.writers).keys()].map(async writer => {
          for (let n = 0; n < args.writes; n++) await one(`article-${(writer * 7 + n) % args.articles}`);
        }));
        return done;
    })()";
    let args = json!({ "writers": writers, "writes": writes, "articles": articles });
    Ok(serde_json::from_value(chromium.driver.ask(script, args).await?)?)
}

async fn play(chromium: &Chromium) -> Result<(), Fault> {
    let writes = if is_full() { 400 } else { 10 };
    chromium.open_the_page().await?;
    let done = stream(chromium, 40, writes, 40).await?;
    let count: u32 = done.values().sum();
    println!("40 writers: {count} of {} done, the rest refused", 40 * writes);
    assert!(count > 60, "{count}");
    assert_eq!(look_twice(chromium).await?, done);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn forty_writers_behind_nginx_at_three_processes() {
    if !has_all(true) {
        return;
    }
    let _turn = turn().await;
    let folder = TempDir::with_prefix("orderslip-ring-").unwrap();
    let ring = folder.path().join("ring.json");
    Keyring::generate().unwrap().to_file(&ring).unwrap();
    let start = || Process::start(&ring, 3);
    let (one, two, three) = tokio::try_join!(start(), start(), start()).unwrap();
    let nginx = Nginx::start(&[one.port, two.port, three.port], false).await.unwrap();
    let origin = format!("http://localhost:{}", nginx.port);
    let chromium = Chromium { driver: Driver::start().await.unwrap(), origin, orders: Arc::default() };
    let played = play(&chromium).await;
    chromium.driver.quit().await;
    played.map_err(|fault| format!("{fault}; nginx says: {}", nginx.complaints())).unwrap();
}
