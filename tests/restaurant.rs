//! What the restaurant example promises: with slips or a database no cart is lost when a waiter is; with memory some are.
//!
//! It runs the example as a user would, and knows only the JSON that it prints. Nothing here depends on timing: the waiter
//! is killed after so many orders.

use serde_json::Value;
use std::{
    env::consts::EXE_SUFFIX,
    path::PathBuf,
    process::{Command, Stdio},
};

const GUESTS: u64 = 24;

#[test]
fn no_cart_is_lost_with_slips_and_nothing_is_held_by_servers() {
    let report = run_the_example();
    let run = |architecture: &str| {
        let mut runs = report["runs"].as_array().unwrap().iter();
        runs.find(|run| run["architecture"] == architecture).unwrap_or_else(|| panic!("no run of {architecture}"))
    };
    for architecture in ["memory-sticky", "memory", "database", "slip"] {
        let (number, run) = (|field: &str| run(architecture)[field].as_u64().unwrap(), run(architecture));
        assert_eq!(number("guests"), GUESTS, "{run}");
        assert_eq!(number("carts_intact") + number("carts_lost"), GUESTS, "{run}");
        assert_eq!(number("requests_failed"), 0, "{run}");
        assert!(number("p50_us") <= number("p99_us"), "{run}");
        assert!((1..4096).contains(&number("cookie_bytes_max")), "{run}");

        let loses = architecture.starts_with("memory");
        assert_eq!(number("carts_lost") > 0, loses, "{run}");
        let holds = architecture != "slip";
        assert_eq!(number("server_state_bytes") > 0, holds, "{run}");
    }
    let refused = |field: &str| report["refused"][field].as_str().unwrap();
    assert_eq!(refused("tampered"), "the token was rejected (is_rejected)");
    assert_eq!(refused("expired"), "the token has expired (is_expired)");
    assert_eq!(refused("foreign_purpose"), "the token was rejected (is_rejected)");
}

/// The one JSON object that it prints.
fn run_the_example() -> Value {
    let mut example = Command::new(example());
    let output = example.args(["--json", "--guests", &GUESTS.to_string()]).stderr(Stdio::inherit()).output().unwrap();
    assert!(output.status.success(), "{}", output.status);
    serde_json::from_slice(&output.stdout).unwrap()
}

/// `cargo test` builds examples and puts them beside the tests; `cargo test --test restaurant` does not.
fn example() -> PathBuf {
    let this_test = std::env::current_exe().unwrap();
    let profile = this_test.ancestors().nth(2).expect("target/<profile>/deps/restaurant-<hash>");
    let example = profile.join("examples").join(format!("restaurant{EXE_SUFFIX}"));
    if !example.exists() {
        // The folder of a profile has the profile's name, but for one.
        let folder = profile.file_name().unwrap().to_str().unwrap();
        let name = if folder == "debug" { "dev" } else { folder };
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--quiet", "--example", "restaurant", "--profile", name]);
        build.current_dir(env!("CARGO_MANIFEST_DIR")).env("CARGO_TARGET_DIR", profile.parent().unwrap());
        assert!(build.status().unwrap().success());
    }
    example
}
