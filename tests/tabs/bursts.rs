//! Bursts, two windows, requests that are broken off, pages that are reloaded, a stream: nothing that was answered with a success is lost.

use crate::{
    Fault,
    burst::{Burst, KS},
    judge::{Seen, Verdict, judge},
    op::{Kind, Op},
    stage::{Stage, Way, is_full, perform},
};
use serde_json::{Value, json};
use std::time::Instant;

/// Every K and every kind of burst; and one cookie, for contrast.
async fn at_once(stage: &Stage) -> Result<(), Fault> {
    let (times, ks) = if is_full() { (10, &KS[..]) } else { (1, &[2, 8, 32][..]) };
    for &k in ks {
        let mut verdicts = [Verdict::default(); 2];
        for (kind, verdict) in Kind::ALL.into_iter().zip(&mut verdicts) {
            for burst in (0..times).flat_map(|_| Burst::all(k)) {
                let seen = stage.chromium.play(kind, &burst).await?;
                *verdict += judge(&burst, &seen);
                if kind == Kind::Siblings && stage.look_twice().await? != seen.cart {
                    return Err("compaction changed the cart".into());
                }
            }
        }
        let [one_cookie, siblings] = verdicts;
        println!("{k} at once: one cookie {one_cookie:?}, siblings {siblings:?}");
        is_clean(&siblings)?;
        if one_cookie.lost == 0 {
            return Err("one cookie lost nothing: nothing was at once".into());
        }
    }
    Ok(())
}

fn is_clean(verdict: &Verdict) -> Result<(), Fault> {
    let faults = verdict.lost + verdict.resurrected + verdict.doubled;
    if faults == 0 { Ok(()) } else { Err(format!("{verdict:?}").into()) }
}

/// Runs a script that gives whether each write of the burst is known to be done, and judges.
async fn play(stage: &Stage, burst: &Burst, script: &str) -> Result<Verdict, Fault> {
    stage.chromium.open_the_page().await?;
    let begin = "await burst('siblings', args.first, []);";
    let args = json!({ "first": burst.first, "atOnce": burst.at_once });
    let done = stage.script(&format!("{begin} {script}"), args).await?;
    stage.gauge.rest().await;
    let done: Vec<bool> = serde_json::from_value(done)?;
    let cart = stage.look_twice().await?;
    let verdict = judge(burst, &Seen { done, refusals: 0, cart, orders: stage.chromium.orders.take() });
    is_clean(&verdict).map(|()| verdict)
}

const WINDOW: &str = "
    const other = window.open('/', '_blank', 'popup');
    while (!other.burst) await pause(10);
";

async fn two_windows(stage: &Stage) -> Result<(), Fault> {
    let halves = "
        const half = args.atOnce.length / 2;
        const all = await Promise.all([
          burst('siblings', [], args.atOnce.slice(0, half)),
          other.burst('siblings', [], args.atOnce.slice(half)),
        ]);
        other.close();
        return all.flat().map(answer => answer.done);";
    for burst in Burst::all(16) {
        let verdict = play(stage, &burst, &format!("{WINDOW} {halves}")).await?;
        assert_eq!(verdict.done, 16, "{burst:?}");
    }
    Ok(())
}

/// Every other write is broken off while it is under way.
async fn aborts(stage: &Stage) -> Result<(), Fault> {
    let script = "
        return Promise.all(args.atOnce.map(async (op, n) => {
          const abort = new AbortController();
          if (n % 2) setTimeout(() => abort.abort(), Math.random() * 60);
          return write('siblings', op, { signal: abort.signal }).then(answer => answer.done, () => false);
        }));";
    for _ in 0..if is_full() { 30 } else { 1 } {
        for burst in [Burst::adds(8), Burst::one_more(8), Burst::removes_and_adds(8)] {
            let verdict = play(stage, &burst, script).await?;
            assert!(verdict.done >= 4, "{verdict:?}");
        }
    }
    Ok(())
}

/// A window is reloaded in the midst of its burst. What was asked with `keepalive` is done all the same.
async fn reloads(stage: &Stage) -> Result<(), Fault> {
    let script = |keepalive: bool| {
        format!(
            "{WINDOW}
             for (const op of args.atOnce) other.write('siblings', op, {{ keepalive: {keepalive} }});
             await pause(Math.random() * 40);
             const gone = new Promise(done => other.addEventListener('pagehide', done));
             other.location.reload();
             await gone;
             other.close();
             return args.atOnce.map(() => false);"
        )
    };
    let burst = Burst::adds(8);
    for _ in 0..if is_full() { 20 } else { 1 } {
        play(stage, &burst, &script(false)).await?;
        let before = stage.gauge.arrived();
        stage.chromium.open_the_page().await?;
        let args = json!({ "first": burst.first, "atOnce": burst.at_once });
        let begin = "await burst('siblings', args.first, []);";
        let _: Value = stage.script(&format!("{begin} {}", script(true)), args).await?;
        // The first writes and the eight, which no page waits for.
        while stage.gauge.arrived() < before + burst.first.len() + burst.at_once.len() {
            tokio::task::yield_now().await;
        }
        stage.gauge.rest().await;
        // From the server's answer to the browser's jar nobody sees them: until all are there, or never.
        let all = burst.first.iter().chain(&burst.at_once).filter(|op| matches!(op, Op::Add(_))).count();
        while stage.chromium.look(Kind::Siblings).await?.len() < all {}
        assert_eq!(stage.look_twice().await?.len(), all);
    }
    Ok(())
}

/// Three hundred more of twelve articles, by six at a time that do not pause.
async fn stream(stage: &Stage) -> Result<(), Fault> {
    stage.chromium.open_the_page().await?;
    let done = crate::lock_out::stream(&stage.chromium, 6, 50, 12).await?;
    println!("stream: {} of 300 done", done.values().sum::<u32>());
    assert_eq!(stage.look_twice().await?, done);
    Ok(())
}

async fn everything(stage: &Stage) -> Result<(), Fault> {
    told("at once", at_once(stage)).await?;
    told("two windows", two_windows(stage)).await?;
    told("aborts", aborts(stage)).await?;
    told("reloads", reloads(stage)).await?;
    told("stream", stream(stage)).await
}

/// Says how long it took, for whoever wonders where the time goes.
async fn told(what: &str, part: impl Future<Output = Result<(), Fault>>) -> Result<(), Fault> {
    let begun = Instant::now();
    part.await?;
    println!("{what}: {:.1} s", begun.elapsed().as_secs_f32());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn over_http_1() {
    perform(Way::Direct, everything).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_nginx() {
    perform(Way::Nginx, everything).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn over_http_2() {
    perform(Way::Http2, async |stage: &Stage| {
        stage.chromium.open_the_page().await?;
        let protocol = "return performance.getEntriesByType('navigation')[0].nextHopProtocol;";
        assert_eq!(stage.script(protocol, Value::Null).await?, "h2");
        everything(stage).await
    })
    .await;
}
