//! The tables of system calls come from the kernel's own headers.
//!
//! The Zig distribution carries the user-space headers of a recent kernel for every architecture.
//! With it installed (tests/setup.sh does so) the table is made again and compared; without, the
//! test compares only where this machine's own headers know the call.

use super::{committed, project, read};
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::syscall::Syscall;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;

/// Where each architecture's numbers stand below Zig's `lib/libc/include`.
const HEADERS: [(Arch, &str); 3] = [
    (Arch::X86_64, "x86-linux-any/asm/unistd_64.h"),
    (Arch::Aarch64, "aarch64-linux-any/asm/unistd_64.h"),
    (Arch::Riscv64, "riscv-linux-any/asm/unistd_64.h"),
];

#[test]
fn the_table_is_that_of_the_kernels_headers() {
    let Some(include) = zig_include() else {
        println!("left out: no Zig under target/venv (tests/setup.sh test installs it)");
        return;
    };
    let numbers = HEADERS.map(|(_, path)| numbers(&read_absolute(include.join(path))));
    let names: BTreeSet<&String> = numbers.iter().flat_map(BTreeMap::keys).collect();
    let table = read("src/syscall/table.rs");
    let (head, _) = table.split_once("pub(super) static TABLE").unwrap();
    let mut wanted = format!("{head}pub(super) static TABLE: [Row; {}] = [\n", names.len());
    for name in names {
        let row = numbers.each_ref().map(|numbers| numbers.get(name).copied().unwrap_or(-1));
        writeln!(wanted, "    (\"{name}\", {row:?}),").unwrap();
    }
    committed("src/syscall/table.rs", &(wanted + "];\n"));
}

#[test]
fn the_table_agrees_with_this_machines_headers() {
    // linux-libc-dev and its cross variants, as Debian installs them.
    let places = [
        (Arch::X86_64, "/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
        (Arch::Aarch64, "/usr/include/aarch64-linux-gnu/asm-generic/unistd.h"),
        (Arch::Aarch64, "/usr/aarch64-linux-gnu/include/asm-generic/unistd.h"),
        (Arch::Riscv64, "/usr/riscv64-linux-gnu/include/asm-generic/unistd.h"),
    ];
    let mut compared = 0;
    for (arch, path) in places {
        let Ok(header) = std::fs::read_to_string(path) else { continue };
        for (name, number) in numbers(&header) {
            let call = Syscall::named("test", &name);
            let Ok(call) = call else { continue };
            if let Some(ours) = call.number(arch) {
                assert_eq!(i32::try_from(ours), Ok(number), "{name} on {arch} in {path}");
                compared += 1;
            }
        }
    }
    println!("{compared} numbers compared");
}

#[test]
fn the_table_agrees_with_libc() {
    let known = [
        (libc::SYS_read, "read"),
        (libc::SYS_openat, "openat"),
        (libc::SYS_clone3, "clone3"),
        (libc::SYS_mseal, "mseal"),
        (libc::SYS_seccomp, "seccomp"),
        (libc::SYS_futex_waitv, "futex_waitv"),
    ];
    let Some(native) = Arch::native() else { return };
    for (number, name) in known {
        let call = Syscall::named("test", name).unwrap();
        assert_eq!(call.number(native).map(i64::from), Some(number), "{name}");
    }
}

/// The `__NR_` lines of a header; those that stand for others or for a range are left out.
fn numbers(header: &str) -> BTreeMap<String, i32> {
    const NO_CALLS: [&str; 2] = ["syscalls", "arch_specific_syscall"];
    header
        .lines()
        .filter_map(|line| line.strip_prefix("#define __NR_"))
        .filter_map(|rest| rest.split_once(char::is_whitespace))
        .filter(|(name, _)| !NO_CALLS.contains(name))
        .filter_map(|(name, number)| Some((name.to_owned(), number.trim().parse().ok()?)))
        .collect()
}

fn zig_include() -> Option<PathBuf> {
    let lib = project("target/venv/lib");
    let python = std::fs::read_dir(lib).ok()?.flatten().next()?;
    let include = python.path().join("site-packages/ziglang/lib/libc/include");
    include.is_dir().then_some(include)
}

fn read_absolute(path: PathBuf) -> String {
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
