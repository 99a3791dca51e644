//! What a count depends on besides the code: compiler, valgrind, C library, and what the CPU is said to be able to do.
//!
//! It may not know what is counted.

use serde::{Deserialize, Serialize};
use std::{fmt, fs, process::Command};

#[derive(PartialEq, Eq, Serialize, Deserialize)]
pub struct Setup {
    pub rustc: String,
    pub valgrind: String,
    pub libc: String,
    pub arch: String,
    /// As a program sees them that valgrind runs: it emulates a CPU of its own.
    pub features: Vec<String>,
}

impl Setup {
    /// With what the program that was counted has said about the CPU.
    pub fn with(features: Vec<String>) -> Self {
        Self {
            rustc: first_line("rustc", &["--version"]),
            valgrind: first_line("valgrind", &["--version"]),
            libc: first_line("getconf", &["GNU_LIBC_VERSION"]),
            arch: std::env::consts::ARCH.to_owned(),
            features,
        }
    }
}

impl fmt::Display for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rustc, valgrind, libc, arch, features } = self;
        write!(f, "{rustc}; {valgrind}; {libc}; {arch} with {}", features.join(" "))
    }
}

fn first_line(program: &str, arguments: &[&str]) -> String {
    let said = Command::new(program).args(arguments).output().map(|output| output.stdout).unwrap_or_default();
    String::from_utf8_lossy(&said).lines().next().unwrap_or("unknown").to_owned()
}

/// The processor's name, and which of the features below the system sees.
pub fn processor() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let of = |name: &str| {
        let line = text.lines().find(|line| line.split(':').next().is_some_and(|key| key.trim() == name));
        line.and_then(|line| line.split_once(':')).map(|(_, value)| value.trim()).unwrap_or_default()
    };
    let flags: Vec<&str> = of("flags").split(' ').filter(|flag| FLAGS.contains(flag)).collect();
    format!("{} with {}", of("model name"), flags.join(" "))
}

/// As the kernel spells them.
const FLAGS: [&str; 12] =
    ["adx", "aes", "avx", "avx2", "avx512f", "bmi1", "bmi2", "pclmulqdq", "sha_ni", "sse4_2", "vaes", "vpclmulqdq"];

#[cfg(target_arch = "x86_64")]
macro_rules! detected {
    ($($feature:tt)+) => {
        [$(($feature, std::arch::is_x86_feature_detected!($feature))),+]
    };
}

/// What this very process is told that the CPU can do.
#[cfg(target_arch = "x86_64")]
pub fn features() -> Vec<&'static str> {
    let all =
        detected!("adx" "aes" "avx" "avx2" "avx512f" "bmi1" "bmi2" "pclmulqdq" "sha" "sse4.2" "vaes" "vpclmulqdq");
    all.into_iter().filter(|(_, is_there)| *is_there).map(|(feature, _)| feature).collect()
}

#[cfg(not(target_arch = "x86_64"))]
pub fn features() -> Vec<&'static str> {
    vec!["unknown"]
}
