//! What the restaurant example promises: with slips or a database no cart is lost when a waiter is; with memory some are.
//!
//! It runs the example as a user would, and knows only the JSON that it prints. Nothing here depends on timing: the waiter
//! is killed after so many orders.

use serde_json::Value;
use std::{
    env::consts::EXE_SUFFIX,
    error::Error,
    path::PathBuf,
    process::{Command, Stdio},
};

const GUESTS: u64 = 24;

#[test]
fn no_cart_is_lost_with_slips_and_nothing_is_held_by_servers() -> Result<(), Box<dyn Error>> {
    let report = run_the_example()?;
    for (architecture, loses_carts, holds_state) in
        [("memory-sticky", true, true), ("memory", true, true), ("database", false, true), ("slip", false, false)]
    {
        let mut runs = report["runs"].as_array().unwrap().iter();
        let run = runs.find(|run| run["architecture"] == architecture).unwrap();
        let number = |field: &str| run[field].as_u64().unwrap();
        assert_eq!(number("guests"), GUESTS, "{run}");
        assert_eq!(number("carts_intact") + number("carts_lost"), GUESTS, "{run}");
        assert_eq!(number("carts_lost") > 0, loses_carts, "{run}");
        assert_eq!(number("server_state_bytes") > 0, holds_state, "{run}");
        assert_eq!(number("requests_failed"), 0, "{run}");
        assert!((1..4096).contains(&number("cookie_bytes_max")), "{run}");
        assert!(number("p50_us") <= number("p99_us"), "{run}");
    }
    assert_eq!(report["refused"]["tampered"], "the token was rejected (is_rejected)");
    assert_eq!(report["refused"]["expired"], "the token has expired (is_expired)");
    assert_eq!(report["refused"]["foreign_purpose"], "the token was rejected (is_rejected)");
    Ok(())
}

/// The one JSON object that it prints.
fn run_the_example() -> Result<Value, Box<dyn Error>> {
    let mut example = Command::new(example()?);
    let output = example.args(["--json", "--guests", &GUESTS.to_string()]).stderr(Stdio::inherit()).output()?;
    assert!(output.status.success(), "{}", output.status);
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// `cargo test` builds examples and puts them beside the tests; `cargo test --test restaurant` does not.
fn example() -> Result<PathBuf, Box<dyn Error>> {
    // target/<profile>/deps/restaurant-<hash>
    let this_test = std::env::current_exe()?;
    let folder = this_test.ancestors().nth(2).ok_or("a test outside of a target folder")?;
    let example = folder.join("examples").join(format!("restaurant{EXE_SUFFIX}"));
    if !example.exists() {
        // The folder of a profile has the profile's name, but for one.
        let profile = match folder.file_name().and_then(|name| name.to_str()) {
            Some("debug") | None => "dev",
            Some(name) => name,
        };
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--quiet", "--example", "restaurant", "--profile", profile, "--target-dir"]);
        build.arg(folder.parent().ok_or("a profile outside of a target folder")?);
        assert!(build.current_dir(env!("CARGO_MANIFEST_DIR")).status()?.success());
    }
    Ok(example)
}
