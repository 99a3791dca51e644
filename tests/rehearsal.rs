//! What the rotation example promises: no token is refused before its time if keys are staged, and many are if they are not.
//!
//! It runs the example as a user would, and knows only the JSON that it prints. Nothing here depends on timing: the time of
//! the rehearsal is in its requests.

mod kit;

use kit::example::{json_of, program};
use serde_json::Value;
use std::{
    error::Error,
    process::{Command, Stdio},
};

const GUESTS: u64 = 12;

#[test]
fn t82_a_fleet_rotates_its_key_and_refuses_nobody() -> Result<(), Box<dyn Error>> {
    let report = rehearse(1)?;
    let number = |field: &str| report[field].as_u64().unwrap();
    assert_eq!(number("staged_refused"), 0, "{report}");
    assert!((1..=GUESTS).contains(&number("hasty_refused")), "{report}");
    assert!((1..=GUESTS).contains(&number("naive_refused")), "{report}");
    assert_eq!(number("guests"), GUESTS, "{report}");
    assert!(number("servers") >= 4 && number("rotations") >= 3 && number("visits") > 10 * GUESTS, "{report}");
    let runs = report["runs"].as_array().unwrap();
    for (run, way) in runs.iter().zip(["staged", "hasty", "naive"]) {
        let number = |pointer: &str| run.pointer(pointer).and_then(Value::as_u64).unwrap();
        let is_staged = way == "staged";
        assert_eq!(run["way"], way);
        assert_eq!(run["visits"], report["visits"], "{run}");
        assert_eq!(report[format!("{way}_refused")], run["guests_refused"], "{run}");
        // What is lost is lost because a server does not know a key: nothing is taken for forged, and nothing ends too soon.
        assert_eq!(number("/tokens_refused/unreadable") > 0, !is_staged, "{run}");
        assert_eq!((number("/tokens_refused/expired"), number("/tokens_refused/rejected")), (0, 0), "{run}");
        assert_eq!(number("/warnings"), if is_staged { 0 } else { 3 }, "one for each rotation: {run}");
        // There was something to refuse: tokens of older keys, and old ones.
        assert_eq!(number("/older_key_served") > 0, way != "naive", "{run}");
        assert!(number("/oldest_served_seconds") > 23 * 3600, "{run}");
    }
    assert_eq!(runs.len(), 3);
    Ok(())
}

#[test]
fn the_same_seed_is_the_same_rehearsal() -> Result<(), Box<dyn Error>> {
    let (seventh, again, last) = (rehearse(7)?, rehearse(7)?, rehearse(u64::MAX)?);
    assert_eq!(seventh, again);
    assert_ne!(seventh["visits"], last["visits"], "another seed is another rehearsal");
    for report in [seventh, last] {
        assert_eq!(report["staged_refused"], 0, "{report}");
    }
    Ok(())
}

#[test]
fn what_it_cannot_do_is_a_failure() -> Result<(), Box<dyn Error>> {
    for (args, says) in [
        (&["--guests", "0"][..], "--guests takes a number from 1 to 1000"),
        (&["--seed", "x"], "--seed takes a number"),
        (&["--jsn"], "\"--jsn\" is not known"),
        (&["server", "0"], "REHEARSAL_RING is not set"),
    ] {
        let output = Command::new(program("rotation")?).args(args).stdin(Stdio::null()).output()?;
        let said = String::from_utf8(output.stderr)?;
        assert!(!output.status.success() && output.stdout.is_empty() && said.contains(says), "{args:?}: {said}");
    }
    Ok(())
}

fn rehearse(seed: u64) -> Result<Value, Box<dyn Error>> {
    json_of("rotation", &["--guests", &GUESTS.to_string(), "--seed", &seed.to_string()])
}
