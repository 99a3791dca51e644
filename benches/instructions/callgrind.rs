//! Counting: this program runs itself under callgrind, which counts inside of one function and writes down a total each time that it is left.
//!
//! It may not know what is counted, nor what the counts are compared with.

use crate::{
    baseline::Baseline,
    cases::{self, TIMES},
    setup,
};
use std::{collections::BTreeMap, fs, path::PathBuf, process::Command};

/// What the program is called with when it is the one that is counted.
pub const COUNTED: &str = "--counted";

/// The name of the function below, as valgrind shows it.
const FUNCTION: &str = "instructions::callgrind::counted";

/// Operations before counting: what is made once is made, and the allocator has its lists.
const WARM_UP: usize = 2 * TIMES;

#[inline(never)]
fn counted(run: &mut dyn FnMut()) {
    for _ in 0..TIMES {
        run();
    }
}

/// Says in what order things are done, and does them.
pub fn be_counted() {
    println!("features {}", setup::features().join(" "));
    for mut case in cases::all() {
        (0..WARM_UP).for_each(|_| (case.run)());
        println!("case {}", case.name);
        counted(&mut *case.run);
    }
}

/// Counts everything.
pub fn count() -> Result<Baseline, String> {
    let folder = Folder::new()?;
    let itself = std::env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--quiet", "--collect-atstart=no"])
        .arg(format!("--toggle-collect={FUNCTION}"))
        .arg(format!("--dump-after={FUNCTION}"))
        .arg(format!("--callgrind-out-file={}", folder.0.join("out").display()))
        .arg(itself)
        .arg(COUNTED)
        // Logs and backtraces would be instructions, too.
        .env_clear()
        .envs(std::env::vars().filter(|(name, _)| name == "PATH"))
        .output()
        .map_err(|error| format!("valgrind does not run: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let of = |kind: &'static str| said.lines().filter_map(move |line| line.strip_prefix(kind));
    let features = of("features ").flat_map(|line| line.split(' ')).map(str::to_owned).collect();
    let mut instructions = BTreeMap::new();
    for (index, name) in of("case ").enumerate() {
        instructions.insert(name.to_owned(), folder.total(index + 1)? / TIMES as u64);
    }
    Ok(Baseline {
        setup: setup::Setup::with(features),
        processor: setup::processor(),
        instructions,
        build: BTreeMap::new(),
    })
}

/// Where callgrind puts its files; gone when the counting is done.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Self, String> {
        let path = std::env::temp_dir().join(format!("orderslip-instructions-{}", std::process::id()));
        fs::create_dir_all(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self(path))
    }

    /// The total of one dump; they are numbered from one.
    fn total(&self, number: usize) -> Result<u64, String> {
        let path = self.0.join(format!("out.{number}"));
        let text = fs::read_to_string(&path).map_err(|error| format!("callgrind's dump {number}: {error}"))?;
        let total =
            text.lines().find_map(|line| line.strip_prefix("totals: ").or_else(|| line.strip_prefix("summary: ")));
        let total = total.and_then(|total| total.trim().parse().ok()).filter(|total| *total > 0);
        total.ok_or_else(|| format!("callgrind's dump {number} has no total: is {FUNCTION} the function's name?"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
