//! The programs of the machine that a scenario needs.
//!
//! It may not know what for.

use std::{env, path::PathBuf};

/// Whether all these programs are on the machine. If not, says so, and the scenario is left out; but in CI, where
/// `ORDERSLIP_REQUIRE_PARTS=1`, that is a failure.
///
/// # Panics
/// If a part is missing and must not be.
#[must_use]
pub fn are_here(programs: &[&str]) -> bool {
    let missing: Vec<&str> = programs.iter().copied().filter(|program| path_of(program).is_none()).collect();
    if missing.is_empty() {
        return true;
    }
    let told = format!("left out, as the machine has no {}", missing.join(", no "));
    assert!(env::var("ORDERSLIP_REQUIRE_PARTS").is_err(), "{told}");
    eprintln!("{told}");
    false
}

/// Where a program is. `shop` is the example: where `ORDERSLIP_SHOP` says, or where cargo puts it. `restaurant` is the one beside it.
#[must_use]
pub fn path_of(program: &str) -> Option<PathBuf> {
    if program == "shop" {
        let built = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/debug/examples/shop");
        let path = env::var_os("ORDERSLIP_SHOP").map_or_else(|| PathBuf::from(built), PathBuf::from);
        return path.is_file().then_some(path);
    }
    if program == "restaurant" {
        return path_of("shop").map(|shop| shop.with_file_name(program)).filter(|path| path.is_file());
    }
    let path = env::var_os("PATH")?;
    let folders = env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/bin".into()]);
    folders.map(|folder| folder.join(program)).find(|file| file.is_file())
}
