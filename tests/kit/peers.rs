//! Programs in other languages that are asked over a pipe: a list of requests in JSON, and as many answers.

use serde_json::Value;
use std::{
    io::Write as _,
    process::{Command, Stdio},
};

/// A line past the test harness, which would keep it to itself.
pub fn say(line: &str) {
    writeln!(std::io::stdout(), "interop: {line}").expect("a standard output");
}

/// Says what is missing, or fails if nothing may be.
pub fn missing(what: &str) {
    let required = std::env::var_os("ORDERSLIP_REQUIRE_PEERS").is_some_and(|value| value == "1");
    assert!(!required, "{what}, and ORDERSLIP_REQUIRE_PEERS=1");
    say(&format!("skipped: {what}"));
}

/// The answers of a program, one for each request.
pub fn ask(program: &mut Command, requests: &[Value]) -> Vec<Value> {
    let mut child = program.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the program of a peer");
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(Value::from(requests).to_string().as_bytes()).expect("a peer that reads");
    drop(stdin);
    let output = child.wait_with_output().expect("a peer that ends");
    assert!(output.status.success(), "{program:?}: {}", output.status);
    let answers: Vec<Value> = serde_json::from_slice(&output.stdout).expect("a list of answers");
    assert_eq!(answers.len(), requests.len());
    answers
}
