//! On what was measured: machine, system, compiler, versions.

use std::{fs, process::Command};

/// The first line of what a command prints.
pub fn says(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).lines().next()?.trim().to_owned())
}

fn field(file: &str, name: &str, separator: char) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.split(separator).next().is_some_and(|key| key.trim() == name))?;
    Some(line.split_once(separator)?.1.trim().trim_matches('"').to_owned())
}

/// Its model, as far as the system tells it, and what it has for this kind of work.
pub fn processor() -> String {
    let model = field("/proc/cpuinfo", "model name", ':').unwrap_or_else(|| "unknown processor".into());
    let flags = field("/proc/cpuinfo", "flags", ':').unwrap_or_default();
    let has: Vec<_> = ["aes", "vaes", "pclmulqdq", "sha_ni", "avx2", "avx512f"]
        .into_iter()
        .filter(|flag| flags.split(' ').any(|found| found == *flag))
        .collect();
    let count = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{count} cores of {model} ({})", has.join(", "))
}

pub fn system() -> String {
    let name = field("/etc/os-release", "PRETTY_NAME", '=').unwrap_or_else(|| std::env::consts::OS.into());
    format!("{name}, kernel {}", says("uname", &["-r"]).unwrap_or_default())
}

pub fn compiler() -> String {
    says("rustc", &["-V"]).unwrap_or_else(|| "an unknown compiler".into())
}

pub fn today() -> String {
    says("date", &["-u", "+%F"]).unwrap_or_else(|| "an unknown day".into())
}

/// How busy the machine was in the last minute: medians suffer from it, minima of many samples hardly.
pub fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or("unknown").to_owned()
}

/// What is measured, and what it stands on.
const CRATES: [&str; 25] = [
    "actix-session",
    "aws-lc-rs",
    "base64",
    "biscuit-auth",
    "branca",
    "cookie",
    "fernet",
    "hmac",
    "josekit",
    "jsonwebtoken",
    "jwt-simple",
    "openssl",
    "orion",
    "orderslip",
    "pasetors",
    "postgres",
    "redis",
    "ring",
    "rusty_paseto",
    "serde",
    "serde_json",
    "seshcookie",
    "sha2",
    "tower-sessions",
    "tower-sessions-cookie-store",
];

/// Names with versions, from the lock file that the run was built with.
pub fn versions() -> String {
    let mut found = Vec::new();
    for package in include_str!("../../Cargo.lock").split("[[package]]").skip(1) {
        let value = |key: &str| {
            let line = package.lines().find(|line| line.starts_with(key))?;
            line.split('"').nth(1)
        };
        if let (Some(name), Some(version)) = (value("name = "), value("version = "))
            && CRATES.contains(&name)
        {
            found.push(format!("{name} {version}"));
        }
    }
    found.join(", ")
}
