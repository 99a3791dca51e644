//! Examples as their users run them: as programs.
//!
//! It may not know what they do.

use std::{env::consts::EXE_SUFFIX, error::Error, process::Command};

/// The command that runs an example. `cargo test` builds examples and puts them beside the tests; `cargo test --test …` does
/// not, and then it is built here.
pub(crate) fn command(name: &str) -> Result<Command, Box<dyn Error>> {
    // target/<profile>/deps/<this test>-<hash>
    let this_test = std::env::current_exe()?;
    let folder = this_test.ancestors().nth(2).ok_or("a test outside of a target folder")?;
    let example = folder.join("examples").join(format!("{name}{EXE_SUFFIX}"));
    if !example.exists() {
        // The folder of a profile has the profile's name, but for one.
        let profile = match folder.file_name().and_then(|name| name.to_str()) {
            Some("debug") | None => "dev",
            Some(name) => name,
        };
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--quiet", "--example", name, "--profile", profile, "--target-dir"]);
        build.arg(folder.parent().ok_or("a profile outside of a target folder")?);
        assert!(build.current_dir(env!("CARGO_MANIFEST_DIR")).status()?.success());
    }
    Ok(Command::new(example))
}
