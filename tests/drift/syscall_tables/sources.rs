//! Where else the numbers of system calls are written down, and how to read it.

use crate::project;
use nucleus_seccomp::arch::{Arch, Table};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Names and numbers, as a program passes them to the kernel.
pub type Calls = BTreeMap<String, u32>;

/// Of each table: the head of its column, what the `system-calls` package calls it, and its header
/// below Zig's `lib/libc/include`, which has those of the architectures that Zig can compile for.
#[rustfmt::skip]
pub const TABLES: [(Table, &str, &str, Option<&str>); Table::COUNT] = [
    (Table::X86_64,      "x64",  "x86_64",      Some("x86-linux-any/asm/unistd_64.h")),
    (Table::X86,         "x86",  "i386",        Some("x86-linux-any/asm/unistd_32.h")),
    (Table::X32,         "x32",  "x32",         Some("x86-linux-any/asm/unistd_x32.h")),
    (Table::Aarch64,     "a64",  "arm64",       Some("aarch64-linux-any/asm/unistd_64.h")),
    (Table::Arm,         "arm",  "arm",         Some("arm-linux-any/asm/unistd-eabi.h")),
    (Table::Riscv64,     "rv64", "riscv64",     Some("riscv-linux-any/asm/unistd_64.h")),
    (Table::Loongarch64, "la64", "loongarch64", Some("loongarch-linux-any/asm/unistd_64.h")),
    (Table::S390x,       "s64",  "s390x",       Some("s390x-linux-any/asm/unistd_64.h")),
    (Table::S390,        "s390", "s390",        None),
    (Table::Ppc64,       "p64",  "powerpc64",   Some("powerpc-linux-any/asm/unistd_64.h")),
    (Table::Ppc,         "ppc",  "powerpc",     Some("powerpc-linux-any/asm/unistd_32.h")),
    (Table::Mips,        "o32",  "mipso32",     Some("mips-linux-any/asm/unistd_o32.h")),
    (Table::Mips64,      "n64",  "mips64",      Some("mips-linux-any/asm/unistd_n64.h")),
    (Table::Mips64n32,   "n32",  "mips64n32",   Some("mips-linux-any/asm/unistd_n32.h")),
    (Table::M68k,        "m68k", "m68k",        Some("m68k-linux-any/asm/unistd_32.h")),
    (Table::Sh,          "sh",   "sh",          None),
    (Table::Parisc,      "pa",   "parisc",      None),
    (Table::Parisc64,    "pa64", "parisc64",    None),
];

/// What `system-calls` leaves out, since Linux no longer implements it or never did, but headers
/// have: for the tables that come from there. Debian's headers agree.
pub const RETIRED: [(&str, u32, &[Table]); 11] = [
    ("_sysctl", 149, &[Table::S390, Table::Sh, Table::Parisc, Table::Parisc64]),
    ("afs_syscall", 137, &[Table::S390]),
    ("bdflush", 134, &[Table::S390, Table::Sh, Table::Parisc, Table::Parisc64]),
    ("create_module", 127, &[Table::S390]),
    ("get_kernel_syms", 130, &[Table::S390]),
    ("getpmsg", 188, &[Table::S390]),
    ("idle", 112, &[Table::S390]),
    ("nfsservctl", 169, &[Table::S390, Table::Sh]),
    ("putpmsg", 189, &[Table::S390]),
    ("query_module", 167, &[Table::S390]),
    ("uselib", 86, &[Table::S390, Table::Sh, Table::Parisc, Table::Parisc64]),
];

/// Headers of Debian's linux-libc-dev and its cross variants: the path's triplet and the files.
/// Bookworm's are those of Linux 6.1, and loongarch64 is not among them.
#[rustfmt::skip]
pub const DEBIAN: [(Arch, &str, &[&str]); 24] = [
    (Arch::X86_64,      "x86_64-linux-gnu",      &["unistd_64.h"]),
    (Arch::X86,         "x86_64-linux-gnu",      &["unistd_32.h"]),
    (Arch::X32,         "x86_64-linux-gnu",      &["unistd_x32.h"]),
    (Arch::X86_64,      "i686-linux-gnu",        &["unistd_64.h"]),
    (Arch::X86,         "i686-linux-gnu",        &["unistd_32.h"]),
    (Arch::X32,         "i686-linux-gnu",        &["unistd_x32.h"]),
    (Arch::Aarch64,     "aarch64-linux-gnu",     GENERIC),
    (Arch::Arm,         "arm-linux-gnueabihf",   &["unistd-eabi.h", "unistd.h"]),
    (Arch::Riscv64,     "riscv64-linux-gnu",     GENERIC),
    (Arch::S390x,       "s390x-linux-gnu",       &["unistd_64.h"]),
    (Arch::S390,        "s390x-linux-gnu",       &["unistd_32.h"]),
    (Arch::Ppc64le,     "powerpc64le-linux-gnu", &["unistd_64.h"]),
    (Arch::Ppc64,       "powerpc-linux-gnu",     &["unistd_64.h"]),
    (Arch::Ppc,         "powerpc-linux-gnu",     &["unistd_32.h"]),
    (Arch::Mips,        "mips-linux-gnu",        &["unistd_o32.h"]),
    (Arch::Mips64,      "mips-linux-gnu",        &["unistd_n64.h"]),
    (Arch::Mips64n32,   "mips-linux-gnu",        &["unistd_n32.h"]),
    (Arch::Mipsel,      "mipsel-linux-gnu",      &["unistd_o32.h"]),
    (Arch::Mipsel64,    "mipsel-linux-gnu",      &["unistd_n64.h"]),
    (Arch::Mipsel64n32, "mipsel-linux-gnu",      &["unistd_n32.h"]),
    (Arch::M68k,        "m68k-linux-gnu",        &["unistd_32.h"]),
    (Arch::Sh,          "sh4-linux-gnu",         &["unistd_32.h"]),
    (Arch::Parisc,      "hppa-linux-gnu",        &["unistd_32.h"]),
    (Arch::Parisc64,    "hppa-linux-gnu",        &["unistd_64.h"]),
];
const GENERIC: &[&str] = &["../asm-generic/unistd.h", "unistd.h"];

/// Any architecture that uses `table`.
pub fn user_of(table: Table) -> Arch {
    Arch::ALL.into_iter().find(|arch| arch.table() == table).unwrap()
}

/// Zig's header of `arch`; nothing when Zig is not installed or has none.
pub fn zig(arch: Arch) -> Option<Calls> {
    let (_, _, _, header) = TABLES[arch.table() as usize];
    let read = |header| installed("ziglang", &format!("lib/libc/include/{header}"));
    let mut text = read(header?)?;
    if arch == Arch::Arm {
        // The private calls, and other names of calls.
        text += &read("arm-linux-any/asm/unistd.h")?;
    }
    Some(header_calls(arch, &text))
}

/// What the `system-calls` package has for `arch`: a Python dictionary with one call a line.
pub fn system_calls(arch: Arch) -> Option<Calls> {
    let (_, _, name, _) = TABLES[arch.table() as usize];
    let text = installed("system_calls", &format!("tables/{name}.py"))?;
    let call = |line: &str| {
        let (name, number) = line.trim().strip_prefix('"')?.split_once("\": ")?;
        Some((name.to_owned(), number.trim_end_matches(',').parse().ok()?))
    };
    Some(text.lines().filter_map(call).collect())
}

/// Debian's headers of `arch` for `triplet`, where the machine's own or cross headers stand.
pub fn debian(arch: Arch, triplet: &str, files: &[&str]) -> Option<Calls> {
    let places = [format!("/usr/include/{triplet}/asm"), format!("/usr/{triplet}/include/asm")];
    let read = |place: &String| -> Option<String> {
        let file = |file| std::fs::read_to_string(Path::new(place).join(file)).ok();
        files.iter().map(file).collect()
    };
    places.iter().find_map(read).map(|text| header_calls(arch, &text))
}

/// The `syscalls` crate, where it has the table.
pub fn syscalls_crate(arch: Arch) -> Option<Calls> {
    // A call may be named like a keyword of Rust.
    let name = |name: &str| name.strip_prefix("r#").unwrap_or(name).to_owned();
    macro_rules! table_of {
        ($($table:ident: $module:ident,)*) => {
            match arch.table() {
                $(Table::$table => Some(
                    syscalls::$module::Sysno::iter()
                        .map(|call| (name(call.name()), call.id().cast_unsigned()))
                        .collect(),
                ),)*
                _ => None,
            }
        };
    }
    table_of! {
        X86_64: x86_64,
        X86: x86,
        Aarch64: aarch64,
        Arm: arm,
        Riscv64: riscv64,
        Loongarch64: loongarch64,
        S390x: s390x,
        Ppc64: powerpc64,
        Ppc: powerpc,
        Mips: mips,
        Mips64: mips64,
    }
}

/// The calls that a header defines.
fn header_calls(arch: Arch, header: &str) -> Calls {
    // Bases that the header counts from and another one defines.
    let bases = ["__X32_SYSCALL_BIT", "__NR_Linux", "__NR_SYSCALL_BASE"];
    let mut macros: BTreeMap<&str, u32> = bases.map(|base| (base, arch.first_number())).into();
    for line in header.lines() {
        let define = line.strip_prefix("#define").map(str::trim_start);
        let Some((name, value)) = define.and_then(|line| line.split_once(char::is_whitespace))
        else {
            continue;
        };
        // Where there are several, the first is that of 64 bits or of ARM's EABI.
        if let Some(number) = evaluate(value, &macros) {
            macros.entry(name).or_insert(number);
        }
    }
    let calls = macros.into_iter().filter_map(|(name, number)| Some((call_of(name)?, number)));
    calls.map(|(name, number)| (name.to_owned(), number)).collect()
}

/// A sum of numbers and of what is defined already.
fn evaluate(value: &str, macros: &BTreeMap<&str, u32>) -> Option<u32> {
    let value = value.split("/*").next()?.trim().trim_matches(['(', ')']);
    let terms = value.split('+').map(str::trim).map(|term| match term.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => term.parse().ok().or_else(|| macros.get(term).copied()),
    });
    terms.sum()
}

/// The call that a macro numbers; nothing if it stands for a range, a base or a gap.
fn call_of(name: &str) -> Option<&str> {
    const RANGES: [&str; 2] = ["syscalls", "arch_specific_syscall"];
    const GAPS: [&str; 2] = ["reserved", "unused"];
    let name = name.strip_prefix("__NR_").or_else(|| name.strip_prefix("__ARM_NR_"))?;
    let base = name.contains(|letter: char| letter.is_ascii_uppercase());
    let is_number = |end: &str| end.parse::<u32>().is_ok();
    let gap = GAPS.iter().any(|gap| name.strip_prefix(gap).is_some_and(is_number));
    (!base && !gap && !RANGES.contains(&name)).then_some(name)
}

/// A file of a package that tests/setup.sh installs from PyPI; nothing without the package.
fn installed(package: &str, file: &str) -> Option<String> {
    let python = std::fs::read_dir(project("target/venv/lib")).ok()?.flatten().next()?;
    let package = python.path().join("site-packages").join(package);
    let read = |path: PathBuf| {
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    package.is_dir().then(|| read(package.join(file)))
}
