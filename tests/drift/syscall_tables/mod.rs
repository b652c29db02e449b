//! The tables of system calls come from the kernel's own headers.
//!
//! The Zig distribution carries the user-space headers of a recent kernel for most architectures;
//! the `system-calls` package of PyPI has tables made from the same kernel's headers for all. With
//! both installed (tests/setup.sh does so) the table is made again and compared. Three others who
//! wrote the numbers down are asked as well, as far as they know the call.

mod sources;

use super::{committed, read};
use nucleus_seccomp::arch::{Arch, Table};
use nucleus_seccomp::syscall::Syscall;
use sources::{Calls, DEBIAN, RETIRED, TABLES, debian, syscalls_crate, system_calls, user_of, zig};
use std::collections::BTreeSet;

/// The first of ARM's private calls, `__ARM_NR_BASE`.
const ARM_PRIVATE: u32 = 0x000f_0000;

#[test]
fn the_table_is_that_of_the_kernels_headers() {
    let Some(calls) = TABLES.map(|(table, ..)| calls_of(table)).into_iter().collect() else {
        println!("left out: no Zig or system-calls in target/venv (tests/setup.sh test)");
        return;
    };
    let table = read("src/syscall/table.rs");
    let (head, _) = table.split_once("pub(super) static TABLE").unwrap();
    committed("src/syscall/table.rs", &(head.to_owned() + &written(calls)));
}

#[test]
fn the_table_agrees_with_the_syscalls_crate() {
    agrees("the syscalls crate", Arch::ALL.map(|arch| (arch, syscalls_crate(arch))));
}

#[test]
fn the_table_agrees_with_system_calls() {
    agrees("system-calls", Arch::ALL.map(|arch| (arch, system_calls(arch))));
}

#[test]
fn the_table_agrees_with_debians_headers() {
    agrees("Debian", DEBIAN.map(|(arch, triplet, files)| (arch, debian(arch, triplet, files))));
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

/// Compares each number that a source and the table both know.
fn agrees<const N: usize>(source: &str, known: [(Arch, Option<Calls>); N]) {
    let mut compared = 0;
    let mut differences = Vec::new();
    let mut unknown: BTreeSet<Arch> = Arch::ALL.into();
    for (arch, calls) in known {
        let Some(calls) = calls else { continue };
        unknown.remove(&arch);
        for (name, theirs) in calls {
            let ours = Syscall::named("test", &name).ok().and_then(|call| call.number(arch));
            let Some(ours) = ours else { continue };
            compared += 1;
            if ours != theirs {
                differences.push(format!("{name} on {arch}: {ours}, not {theirs}"));
            }
        }
    }
    println!("{compared} numbers compared with {source}");
    if !unknown.is_empty() {
        println!("left out, as it has no table of them (or is not installed): {unknown:?}");
    }
    assert!(differences.is_empty(), "{source} disagrees:\n{}", differences.join("\n"));
}

/// What the kernel's headers have in `table`, if that is installed.
fn calls_of(table: Table) -> Option<Calls> {
    let arch = user_of(table);
    let (_, _, _, header) = TABLES[table as usize];
    let mut calls = if header.is_some() { zig(arch) } else { system_calls(arch) }?;
    if header.is_none() {
        let retired = RETIRED.iter().filter(|(.., tables)| tables.contains(&table));
        calls.extend(retired.map(|(name, number, _)| ((*name).to_owned(), *number)));
    }
    Some(calls)
}

/// The table in Rust, one call a line.
fn written(tables: Vec<Calls>) -> String {
    let names: BTreeSet<&String> = tables.iter().flat_map(Calls::keys).collect();
    let width = names.iter().map(|name| name.len()).max().unwrap() + r#"("","#.len();
    let heads = TABLES.map(|(_, head, _, _)| format!("{head:>4}")).join(" ");
    let mut rows = vec![format!("    {:width$} {heads}", "//")];
    for name in &names {
        let cells = TABLES.iter().zip(&tables);
        let cells = cells.map(|((table, ..), calls)| cell(*table, calls.get(*name)));
        let cells = cells.collect::<Vec<_>>().join(", ");
        rows.push(format!("    {:width$} [{cells}]),", format!("(\"{name}\",")));
    }
    let count = names.len();
    format!("pub(super) static TABLE: [Row; {count}] = [\n{}\n];\n", rows.join("\n"))
}

fn cell(table: Table, number: Option<&u32>) -> String {
    let cell = match number.map(|number| number - user_of(table).first_number()) {
        None => "__".to_owned(),
        Some(number) if number >= ARM_PRIVATE => format!("P+{}", number - ARM_PRIVATE),
        Some(number) => number.to_string(),
    };
    format!("{cell:>3}")
}
