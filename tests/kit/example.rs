//! Runs an example as a user would, and reads the JSON that it prints.
//!
//! It may not know what an example does.

use serde_json::Value;
use std::{
    env::consts::EXE_SUFFIX,
    error::Error,
    path::PathBuf,
    process::{Command, Stdio},
};

/// The one JSON object that an example prints if it is asked to, and ends well.
pub fn json_of(example: &str, args: &[&str]) -> Result<Value, Box<dyn Error>> {
    let output = Command::new(program(example)?).arg("--json").args(args).stderr(Stdio::inherit()).output()?;
    assert!(output.status.success(), "{}: {}", output.status, String::from_utf8_lossy(&output.stdout));
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// Where the program is. `cargo test` builds examples and puts them beside the tests; `cargo test --test NAME` does not.
pub fn program(example: &str) -> Result<PathBuf, Box<dyn Error>> {
    // target/<profile>/deps/<test>-<hash>
    let this_test = std::env::current_exe()?;
    let folder = this_test.ancestors().nth(2).ok_or("a test outside of a target folder")?;
    let program = folder.join("examples").join(format!("{example}{EXE_SUFFIX}"));
    if !program.exists() {
        // The folder of a profile has the profile's name, but for one.
        let profile = match folder.file_name().and_then(|name| name.to_str()) {
            Some("debug") | None => "dev",
            Some(name) => name,
        };
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--quiet", "--example", example, "--profile", profile, "--target-dir"]);
        build.arg(folder.parent().ok_or("a profile outside of a target folder")?);
        assert!(build.current_dir(env!("CARGO_MANIFEST_DIR")).status()?.success());
    }
    Ok(program)
}
