//! What the restaurant example promises: with slips or a store no cart is lost when a waiter is; with memory some are.
//!
//! It runs the example as a user would, and knows only what it prints and writes. Nothing here depends on timing: waiters are killed after
//! so many orders.

#![expect(clippy::unwrap_used, reason = "a failing test should stop where it fails")]

mod kit;

use serde_json::Value;
use std::error::Error;

const GUESTS: u64 = 24;

/// The run of an architecture: whether carts were lost, and whether servers held anything.
fn expect(report: &Value, architecture: &str, [loses, holds_state]: [bool; 2]) {
    let mut runs = report["runs"].as_array().unwrap().iter();
    let run = runs.find(|run| run["architecture"] == architecture).unwrap();
    let number = |field: &str| run[field].as_u64().unwrap();
    assert_eq!(number("guests"), GUESTS, "{run}");
    assert_eq!(number("carts_intact") + number("carts_lost"), GUESTS, "{run}");
    assert_eq!(number("carts_lost") > 0, loses, "{run}");
    assert_eq!(number("requests_lost") > 0, loses, "{run}");
    assert!(number("requests_lost") >= number("carts_lost"), "{run}");
    assert_eq!(number("server_state_bytes") > 0, holds_state, "{run}");
    assert_eq!(number("requests_failed"), 0, "{run}");
    assert!((1..4096).contains(&number("cookie_bytes_max")), "{run}");
    assert!(number("p50_us") <= number("p99_us"), "{run}");
}

#[test]
fn no_cart_is_lost_with_slips_and_nothing_is_held_by_servers() -> Result<(), Box<dyn Error>> {
    let report = kit::example::json_of("restaurant", &["--guests", &GUESTS.to_string()])?;
    assert_eq!(report["runs"].as_array().unwrap().len(), 4);
    for (architecture, of) in [
        ("memory-sticky", [true, true]),
        ("memory", [true, true]),
        ("database", [false, true]),
        ("slip", [false, false]),
    ] {
        expect(&report, architecture, of);
    }
    assert_eq!(report["refused"]["tampered"], "the token was rejected (is_rejected)");
    assert_eq!(report["refused"]["expired"], "the token has expired (is_expired)");
    assert_eq!(report["refused"]["foreign_purpose"], "the token was rejected (is_rejected)");
    Ok(())
}

#[test]
fn waiters_who_leave_all_evening_take_nothing_along_that_is_on_slips() -> Result<(), Box<dyn Error>> {
    let args = ["--guests", &GUESTS.to_string(), "--waiters", "1", "--kill-every", "20"];
    let report = kit::example::json_of("restaurant", &args)?;
    for (architecture, of) in [("memory-sticky", [true, true]), ("database", [false, true]), ("slip", [false, false])] {
        expect(&report, architecture, of);
    }
    Ok(())
}

/// The page is whole by itself: it names nothing that a browser would fetch.
#[test]
#[cfg(unix)]
fn stores_lose_nothing_and_are_left_as_they_were() -> Result<(), Box<dyn Error>> {
    use kit::engines::{Postgres, Redis};
    let Some((redis, postgres)) = Redis::start_with_password("pepper").zip(Postgres::start()) else { return Ok(()) };
    redis.ask("SET somebody else")?;
    let folder = tempfile::tempdir()?;
    let [page, svg] = ["page.html", "picture.svg"].map(|name| folder.path().join(name));
    let guests = GUESTS.to_string();
    let (redis_url, postgres_url) = (redis.url(), postgres.url());
    let [page_arg, svg_arg] = [&page, &svg].map(|path| path.to_str().unwrap());
    let stores = ["--guests", &guests, "--redis", &redis_url, "--postgres", &postgres_url];
    let more = ["--scale", "2", "--report", page_arg, "--svg", svg_arg];
    let report = kit::example::json_of("restaurant", &[&stores[..], &more[..]].concat())?;
    for (architecture, of) in [("redis", [false, true]), ("postgres", [false, true]), ("slip", [false, false])] {
        expect(&report, architecture, of);
    }
    assert_eq!(report["runs"].as_array().unwrap().len(), 6);
    assert_eq!(report["scale"].as_array().unwrap().len(), 6);
    for cost in report["costs"].as_array().unwrap() {
        let waits = matches!(cost["architecture"].as_str().unwrap(), "database" | "redis" | "postgres");
        assert_eq!(cost["store_us"].as_f64().unwrap() > 0.0, waits, "{cost}");
        assert!(cost["state_us"].as_f64().unwrap() >= 0.0 && cost["network_us"].as_f64().unwrap() >= 0.0, "{cost}");
    }
    let page = std::fs::read_to_string(page)?;
    assert_eq!(page.matches("<svg").count(), 5);
    // But for the names of namespaces.
    let without = page.replace("http://www.w3.org/2000/svg", "");
    for outside in ["http:", "https:", "src=", "href=", "url(", "@import", "<script", "pepper"] {
        assert!(!without.contains(outside), "{outside}");
    }
    let picture = std::fs::read_to_string(svg)?;
    assert!(
        picture.starts_with("<svg ") && picture.contains("prefers-color-scheme") && !picture.contains("var(--nothing")
    );
    assert_eq!(redis.ask("DBSIZE")?, "1");
    assert_eq!(postgres.ask("SELECT count(*) FROM pg_tables WHERE tablename LIKE 'restaurant%'")?, "0");
    Ok(())
}

#[test]
#[cfg(unix)]
fn a_store_that_is_not_there_is_said_without_its_password() -> Result<(), Box<dyn Error>> {
    for (flag, url) in
        [("--redis", "redis://:hunter2@127.0.0.1:1"), ("--postgres", "postgres://x:hunter2@127.0.0.1:1/x")]
    {
        let args = ["--guests", "1", flag, url];
        let output = std::process::Command::new(kit::example::program("restaurant")?).args(args).output()?;
        let said = String::from_utf8(output.stderr)?;
        assert!(
            !output.status.success() && said.contains(flag.trim_start_matches('-')) && !said.contains("hunter2"),
            "{said}"
        );
    }
    Ok(())
}
