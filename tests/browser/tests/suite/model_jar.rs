//! The jar of `orderslip::testing::Browser` against Chromium's: whatever is set, both send the same back. The planner is tested with the
//! model, so the model must be right.

use orderslip::{UnixTime, cookie::MAX_AGE, testing};
use orderslip_browser::{Browser, Fault, Lab, are_here};
use serde_json::json;
use std::time::Duration;

struct Both {
    real: Browser,
    lab: Lab,
    host: &'static str,
}

impl Both {
    async fn start() -> Result<Self, Fault> {
        Ok(Self { real: Browser::start(true).await?, lab: Lab::open().await?, host: "localhost" })
    }

    /// What a fresh browser sends to a path after these lines have come, one answer after the other: Chromium, and the model.
    async fn sends(&self, path: &str, answers: &[&[String]]) -> Result<(String, String), Fault> {
        self.real.debugger("Network.clearBrowserCookies", json!({})).await?;
        let mut model = testing::Browser::at(&format!("http://{}", self.host));
        let now = UnixTime::now()?;
        let url = |path: &str| format!("http://{}:{}{path}", self.host, self.lab.port);
        for lines in answers {
            self.lab.sets(lines.iter().cloned());
            self.real.goto(&url("/set")).await?;
            let _ = model.receive(lines, now);
        }
        self.real.goto(&url(path)).await?;
        let sent = self.real.text("body").await?.unwrap_or_default();
        Ok((sent, model.header(path, now)))
    }
}

/// A line of this name whose name and value have so many bytes.
fn pair(name: &str, bytes: usize) -> String {
    format!("{name}={}; Path=/; Secure", "v".repeat(bytes - name.len()))
}

#[tokio::test]
async fn chromium_and_the_model_keep_the_same_cookies() -> Result<(), Fault> {
    if !are_here(&["chromium", "chromedriver"]) {
        return Ok(());
    }
    let both = Both::start().await?;
    let long_path = |bytes: usize| format!("a=1; Path=/{}", "p".repeat(bytes - 1));
    let cases: &[(&str, &str)] = &[
        // Name and value.
        (&pair("a", 4095), "/sent"),
        (&pair("a", 4096), "/sent"),
        (&pair("a", 4097), "/sent"),
        (&pair("__Host-cart", 4096), "/sent"),
        (&pair("__Host-cart", 4097), "/sent"),
        (&format!("{}; X={}", pair("a", 4096), "x".repeat(1000)), "/sent"),
        ("=nameless; Path=/", "/sent"),
        ("nameless; Path=/", "/sent"),
        ("a=; Path=/", "/sent"),
        ("=; Path=/", "/sent"),
        ("  a \t=\t b c  ; Path=/", "/sent"),
        ("a=\"quoted; Path=/", "/sent"),
        ("a=b=c; Path=/", "/sent"),
        // Attributes of 1024 bytes count, longer ones are passed over.
        (&long_path(1024), "/sent"),
        (&long_path(1025), "/sent"),
        // Prefixes, in any case.
        ("__Host-a=1; Path=/; Secure", "/sent"),
        ("__Host-a=1; Path=/", "/sent"),
        ("__Host-a=1; Secure", "/sent"),
        ("__Host-a=1; Path=/sent; Secure", "/sent"),
        ("__Host-a=1; Path=/; Secure; Domain=localhost", "/sent"),
        ("__host-a=1; Path=/", "/sent"),
        ("__HOST-a=1; Path=/; Secure", "/sent"),
        ("__Secure-a=1; Path=/; Secure", "/sent"),
        ("__Secure-a=1; Path=/", "/sent"),
        ("__secure-a=1; Path=/", "/sent"),
        ("=__Host-a=1; Path=/; Secure", "/sent"),
        ("__Host-a; Path=/; Secure", "/sent"),
        ("=__Secure-a=1; Path=/", "/sent"),
        // Others.
        ("a=1; Path=/; Max-Age=0", "/sent"),
        ("a=1; Path=/; Max-Age=-1", "/sent"),
        ("a=1; Path=/; Max-Age=60", "/sent"),
        ("a=1; Path=/; Max-Age=99999999999999999999", "/sent"),
        ("a=1; Path=/; Max-Age=junk", "/sent"),
        ("a=1; Path=/; Max-Age=0; Max-Age=60", "/sent"),
        ("a=1; Path=/; Max-Age=60; Max-Age=junk", "/sent"),
        ("a=1; Path=/; SameSite=None", "/sent"),
        ("a=1; Path=/; SameSite=None; Secure", "/sent"),
        ("a=1; Path=/; SameSite=nonsense", "/sent"),
        ("a=1; Path=/; Partitioned", "/sent"),
        ("a=1; PATH=/; SECURE; HTTPONLY; samesite=lax", "/sent"),
        ("a=1; Domain=example.com; Path=/", "/sent"),
        ("a=1; Path=/sent/deep", "/sent"),
        ("a=1; Path=/sent/deep", "/sent/deep"),
        ("a=1; Path=/sent/deep", "/sent/deeper"),
        ("a=1; Path=/sent/", "/sent/deep"),
        ("a=1; Path=sent", "/sent"),
        ("a=1; Path=/sent; Path=/", "/sent/deep"),
    ];
    let mut differ = Vec::new();
    for (line, path) in cases {
        let (real, model) = both.sends(path, &[&[(*line).to_owned()]]).await?;
        if real != model {
            let short = |text: &str| text.chars().take(100).collect::<String>();
            differ.push(format!("{} at {path}: Chromium {:?}, model {:?}", short(line), short(&real), short(&model)));
        }
    }
    assert!(differ.is_empty(), "{differ:#?}");
    Ok(())
}

#[tokio::test]
async fn chromium_and_the_model_overwrite_delete_and_sort_alike() -> Result<(), Fault> {
    if !are_here(&["chromium", "chromedriver"]) {
        return Ok(());
    }
    let both = Both::start().await?;
    let line = |text: &str| text.to_owned();
    let cases: &[&[&[String]]] = &[
        &[&[line("a=1; Path=/"), line("b=2; Path=/"), line("a=3; Path=/")]],
        &[&[line("a=1; Path=/")], &[line("b=2; Path=/")], &[line("a=3; Path=/")]],
        &[&[line("a=1; Path=/"), line("b=2; Path=/"), line("a=1; Path=/; HttpOnly")]],
        &[&[line("a=1; Path=/")], &[line("b=2; Path=/")], &[line("a=1; Path=/; Secure; Max-Age=60")]],
        &[&[line("a=1; Path=/"), line("b=2; Path=/sent"), line("a=3; Path=/sent")]],
        &[&[line("a=1; Path=/; Secure")], &[line("a=2; Path=/")]],
        &[&[line("a=1; Path=/; HttpOnly")], &[line("a=; Path=/; Max-Age=0")]],
        &[&[line("a=1; Path=/sent")], &[line("a=; Path=/; Max-Age=0")]],
        &[&[line("a=1; Path=/"), line("a=2; Path=/; Max-Age=0"), line("b=3; Path=/")]],
        &[&[pair("a", 4096)], &[pair("a", 4097)]],
    ];
    for answers in cases {
        let (real, model) = both.sends("/sent", answers).await?;
        assert_eq!(real, model, "{answers:?}");
    }
    Ok(())
}

#[tokio::test]
async fn both_keep_secure_cookies_of_this_machine_without_tls() -> Result<(), Fault> {
    if !are_here(&["chromium", "chromedriver"]) {
        return Ok(());
    }
    let mut both = Both::start().await?;
    for (host, kept) in [("localhost", "__Host-a=1; b=2"), ("127.0.0.1", "__Host-a=1; b=2")] {
        both.host = host;
        let lines = ["__Host-a=1; Path=/; Secure".to_owned(), "b=2; Path=/; Secure".to_owned()];
        let (real, model) = both.sends("/sent", &[&lines]).await?;
        assert_eq!((real.as_str(), model.as_str()), (kept, kept), "{host}");
    }
    Ok(())
}

#[tokio::test]
async fn of_181_cookies_chromium_and_the_model_keep_the_same_150() -> Result<(), Fault> {
    if !are_here(&["chromium", "chromedriver"]) {
        return Ok(());
    }
    let both = Both::start().await?;
    for count in [180, 181, 211, 212] {
        let lines: Vec<String> = (0..count).map(|number| format!("c{number}={number}; Path=/; Secure")).collect();
        let (real, model) = both.sends("/sent", &[&lines]).await?;
        let kept = |header: &str| header.split("; ").count();
        assert_eq!((kept(&real), &real), (kept(&model), &model), "of {count}");
    }
    Ok(())
}

#[tokio::test]
async fn chromium_and_the_model_keep_nothing_for_more_than_400_days() -> Result<(), Fault> {
    if !are_here(&["chromium", "chromedriver"]) {
        return Ok(());
    }
    let both = Both::start().await?;
    let lives = [60, 86_400, MAX_AGE.as_secs() - 1, MAX_AGE.as_secs(), MAX_AGE.as_secs() + 1, 9_999_999_999];
    let lines: Vec<String> = lives.iter().map(|age| format!("c{age}=1; Path=/; Max-Age={age}")).collect();
    let mut model = testing::Browser::at("http://localhost");
    let begun = UnixTime::now()?;
    both.sends("/sent", &[&lines]).await?;
    let ended = UnixTime::now()?;
    let _ = model.receive(&lines, begun);
    let kept = both.real.debugger("Network.getCookies", json!({})).await?;
    let kept = kept["cookies"].as_array().cloned().unwrap_or_default();
    for age in lives {
        let name = format!("c{age}");
        let end = kept.iter().find(|cookie| cookie["name"] == *name).and_then(|cookie| cookie["expires"].as_f64());
        let most = Duration::from_secs(age).min(MAX_AGE);
        let (least, most) = (begun.saturating_add(most).as_secs(), ended.saturating_add(most).as_secs() + 1);
        // Chromium counts in fractions of a second, and orderslip in whole ones.
        let end = end.map(|end| format!("{end:.0}")).ok_or("the cookie is gone")?.parse::<u64>()?;
        assert!((least..=most).contains(&end), "{name} ends at {end}, not {least} to {most}");
        let has = |model: &testing::Browser, at: u64| model.value(&name, UnixTime::from_secs(at)).is_some();
        assert_eq!((has(&model, least - 1), has(&model, least)), (true, false), "{name}");
    }
    Ok(())
}
