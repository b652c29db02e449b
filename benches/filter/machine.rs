//! What the figures were measured on.

use crate::peers::version_of_libseccomp;
use std::process::Command;

pub fn facts() -> Vec<(String, String)> {
    let first_line = |path: &str, start: &str| {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let line = text.lines().find(|line| line.starts_with(start)).unwrap_or_default();
        line.trim_start_matches(start).trim_matches([' ', '\t', ':']).to_owned()
    };
    let said = |program: &str, argument: &str| {
        let output = Command::new(program).arg(argument).output();
        let text = output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
        text.unwrap_or_else(|_| "none".to_owned())
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let processor = first_line("/proc/cpuinfo", "model name");
    let jit = first_line("/proc/sys/net/core/bpf_jit_enable", "");
    // Of a crate, the version that the lock file names.
    let lock = include_str!("../../Cargo.lock");
    let seccompiler = lock.split("name = \"seccompiler\"\nversion = \"").nth(1).unwrap();
    let seccompiler = seccompiler.split('"').next().unwrap();
    let libseccomp = version_of_libseccomp().unwrap_or_else(|| "not installed".to_owned());
    [
        ("processor", format!("{processor}, {threads} of them")),
        ("kernel", first_line("/proc/sys/kernel/osrelease", "")),
        ("BPF compiled by the kernel (bpf_jit_enable)", jit),
        ("date", said("date", "+%Y-%m-%d")),
        ("nucleus-seccomp", env!("CARGO_PKG_VERSION").to_owned()),
        ("libseccomp", libseccomp),
        ("seccompiler", seccompiler.to_owned()),
        ("rustc", said("rustc", "--version")),
        ("valgrind", said("valgrind", "--version")),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec()
}
