//! What the library adds to a program's build: time, and bytes of the program.

use std::{fs, path::Path, process::Command, time::Instant};

/// A paragraph about `minimal/`, built from nothing in a folder of its own.
pub fn paragraph(here: &Path) -> String {
    let minimal = here.join("minimal");
    let place = tempfile::tempdir().expect("a temporary folder");
    let cargo = |arguments: &str| {
        // The shell says how much of the processors its children had, which a busy machine changes less than the time on the wall.
        let script = format!("cargo {arguments} --locked && times");
        let mut command = Command::new("sh");
        command.args(["-c", &script]).current_dir(&minimal).env("CARGO_TARGET_DIR", place.path());
        let output = command.env_remove("RUSTFLAGS").output().expect("a shell");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    cargo("fetch --quiet");
    let start = Instant::now();
    let times = cargo("build --quiet --release --bin orderslip-minimal");
    let wall = start.elapsed().as_secs_f64();
    cargo("build --quiet --release --bin nothing");
    let crates: std::collections::BTreeSet<String> =
        cargo("tree -e normal --prefix none").lines().filter(|line| line.contains(" v")).map(str::to_owned).collect();
    let size = |name: &str| {
        let bytes = fs::metadata(place.path().join("release").join(name)).expect("what was built").len();
        bytes.div_ceil(1_024)
    };
    let (with, without) = (size("orderslip-minimal"), size("nothing"));
    format!(
        "A program that seals and opens and does nothing else (`benches/peers/minimal`), default features, `--release`, stripped: **{with} KiB**, of \
         which a program that does nothing has {without}. Built from nothing with all it depends on ({} crates, the program and the library among them): \
         **{wall:.1} s** on the wall with {} cores, {} of their time.",
        crates.len(),
        std::thread::available_parallelism().map_or(1, usize::from),
        processor_time(&times).map_or_else(|| "an unknown share".into(), |seconds| format!("{seconds:.1} s")),
    )
}

/// The second line of `times` is of the children: user and system time as `1m2.5s`.
fn processor_time(times: &str) -> Option<f64> {
    let line = times.lines().rfind(|line| !line.trim().is_empty())?;
    line.split_whitespace()
        .map(|part| {
            let (minutes, seconds) = part.strip_suffix('s')?.split_once('m')?;
            Some(minutes.parse::<f64>().ok()? * 60.0 + seconds.parse::<f64>().ok()?)
        })
        .sum()
}
