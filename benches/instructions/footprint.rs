//! What the default build takes: the size of the smallest program that seals and opens, and what time it takes to compile from nothing.
//!
//! It may not know about counts of instructions; it stands in the same table because a slip is seen there. The program is
//! `examples/quickstart.rs` as a crate of its own, as an example would be built with all that tests need.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The one that is held to the limit. A size is the same every time, and a time is not.
pub const SIZE: &str = "default build/bytes, stripped";
const TIME: &str = "default build/seconds of CPU";

/// Builds it, without asking the network: all of it was built for this bench.
pub fn build() -> Result<BTreeMap<String, u64>, String> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/footprint");
    let _ = fs::remove_dir_all(&folder);
    lay_out(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let before = children();
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .args(["build", "--release", "--offline", "--quiet"])
        .current_dir(&folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("cargo does not run: {error}"))?;
    let seconds = children() - before;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let size = fs::metadata(folder.join("target/release/footprint")).map_err(|error| error.to_string())?.len();
    Ok([(SIZE.to_owned(), size), (TIME.to_owned(), seconds)].into())
}

/// Seconds of CPU that the programs which this one has waited for have taken, theirs included: what else runs on the machine does not
/// count. Zero where there is no `/proc`.
fn children() -> u64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Fields 16 and 17 in hundredths of a second; the second one is a name in parentheses.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    fields.skip(13).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum::<u64>() / 100
}

fn lay_out(folder: &Path) -> std::io::Result<()> {
    let library = Path::new(env!("CARGO_MANIFEST_DIR"));
    fs::create_dir_all(folder.join("src"))?;
    let manifest = format!(
        "[package]\nname = \"footprint\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [dependencies]\norderslip = {{ path = {library:?} }}\nserde = {{ version = \"1\", features = [\"derive\"] }}\n\n\
         [profile.release]\nstrip = true\n\n[workspace]\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest)?;
    fs::copy(library.join("Cargo.lock"), folder.join("Cargo.lock"))?;
    fs::copy(library.join("examples/quickstart.rs"), folder.join("src/main.rs"))?;
    Ok(())
}
