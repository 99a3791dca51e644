//! The snippet for pages: two windows, forty writes each, and never more than eight of them at the servers.

use crate::{
    Fault,
    stage::{Stage, Way, perform},
};
use orderslip::merge::WRITE_QUEUE_JS;
use serde_json::{Value, json};

/// With Web Locks; and, in one window, without.
async fn two_windows(stage: &Stage) -> Result<(), Fault> {
    let script = "
        const other = args.two ? window.open('/', '_blank', 'popup') : window;
        while (!other.burst) await pause(10);
        const windows = args.two ? [window, other] : [window];
        const all = await Promise.all(windows.map(async (page, tab) => {
          if (!args.locks) Object.defineProperty(page.navigator, 'locks', { value: undefined });
          page.eval(args.queue);
          return Promise.all([...Array(40).keys()].map(n => page.orderslipFetch('/siblings/write', {
            method: 'POST', headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ add: `article-${n % 10}` }),
          }).then(answer => answer.ok)));
        }));
        if (args.two) other.close();
        return all.flat();";
    for (two, locks) in [(true, true), (false, false)] {
        stage.chromium.open_the_page().await?;
        let args = json!({ "queue": WRITE_QUEUE_JS, "two": two, "locks": locks });
        let done: Value = stage.script(script, args).await?;
        let done: Vec<bool> = serde_json::from_value(done)?;
        let count = done.iter().filter(|done| **done).count();
        // A write that was refused nine times is not done, on a machine that is slow enough.
        assert_eq!(done.len(), if two { 80 } else { 40 });
        assert!(count >= done.len() / 2, "{count}");
        let cart = stage.look_twice().await?;
        assert_eq!(usize::try_from(cart.values().sum::<u32>())?, count);
        assert!((2..=8).contains(&stage.gauge.peak()), "{} at once", stage.gauge.peak());
    }
    Ok(())
}

/// Over HTTP/2: with HTTP/1.1 a browser has no more than six connections anyway.
#[tokio::test(flavor = "multi_thread")]
async fn two_windows_have_eight_writes_under_way() {
    perform(Way::Http2, two_windows).await;
}
