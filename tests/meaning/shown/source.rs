//! Source code, compiled by the compilers of its languages. That the one in C confines is in
//! tests/live.

use super::alone;
use crate::cases::{Random, random_policy_laid_out};
use nucleus_seccomp::compile::compile;
use nucleus_seccomp::show::{Shown, c, go, rust, zig};
use std::path::{Path, PathBuf};
use std::process::Command;

/// How a program is shown in a language, and how that is compiled.
struct Language {
    name: &'static str,
    show: fn(&Shown<'_>) -> String,
    /// Where it is written.
    file: &'static str,
    /// What prints its bytes: another file, or behind it.
    print: (&'static str, &'static str),
    /// A compiler that writes a program to `program`; nothing where there is none.
    compiler: fn(folder: &Path) -> Option<Command>,
    /// What else stands in the folder.
    beside: (&'static str, &'static str),
}

const LANGUAGES: [Language; 4] = [
    Language {
        name: "C",
        show: c,
        file: "filter.h",
        print: (
            "print.c",
            r#"
#include <stdio.h>
#include "filter.h"
int main(void)
{
    const unsigned char *at = (const unsigned char *)nucleus_program;
    for (size_t i = 0; i < sizeof nucleus_program; i++)
        printf("%02x", at[i]);
    return 0;
}
"#,
        ),
        compiler: |_| {
            let mut cc = Command::new("cc");
            cc.args(["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror"]);
            cc.args(["-o", "program", "print.c"]);
            Some(cc)
        },
        beside: ("README", ""),
    },
    Language {
        name: "Rust",
        show: rust,
        file: "filter.rs",
        print: (
            "print.rs",
            r#"
mod filter;
use filter::{Instruction, NUCLEUS_PROGRAM};
fn main() {
    for Instruction { code, jt, jf, k } in NUCLEUS_PROGRAM {
        let [a, b] = code.to_ne_bytes();
        let [c, d, e, f] = k.to_ne_bytes();
        for byte in [a, b, jt, jf, c, d, e, f] {
            print!("{byte:02x}");
        }
    }
}
"#,
        ),
        compiler: |_| {
            let mut rustc = Command::new("rustc");
            rustc.args(["--edition", "2021", "-D", "warnings", "-o", "program", "print.rs"]);
            Some(rustc)
        },
        beside: ("README", ""),
    },
    Language {
        name: "Go",
        show: go,
        file: "filter/filter.go",
        print: (
            "print.go",
            r#"package main

import (
	"fmt"
	"syscall"
	"unsafe"

	"print/filter"
)

// Of one layout with what the standard library has.
var _ = syscall.SockFilter(filter.NucleusProgram[0])

func main() {
	size := unsafe.Sizeof(filter.NucleusProgram)
	fmt.Printf("%x", unsafe.Slice((*byte)(unsafe.Pointer(&filter.NucleusProgram)), size))
}
"#,
        ),
        compiler: |folder| {
            let mut command = packaged("go/bin/go")?;
            command.args(["build", "-o", "program", "."]).env("GOCACHE", folder.join("cache"));
            command.env("GOTOOLCHAIN", "local").env("GOPROXY", "off").env("CGO_ENABLED", "0");
            Some(command)
        },
        beside: ("go.mod", "module print\n\ngo 1.21\n"),
    },
    Language {
        name: "Zig",
        show: zig,
        file: "filter.zig",
        print: (
            "print.zig",
            r#"
const filter = @import("filter.zig");
extern "c" fn printf(format: [*:0]const u8, ...) c_int;
pub fn main() void {
    const bytes: *const [8 * filter.nucleus_program.len]u8 = @ptrCast(&filter.nucleus_program);
    for (bytes) |byte| _ = printf("%02x", @as(c_uint, byte));
}
"#,
        ),
        compiler: |folder| {
            let mut command = packaged("ziglang/zig")?;
            command.args(["build-exe", "-lc", "-femit-bin=program", "print.zig"]);
            command.env("ZIG_GLOBAL_CACHE_DIR", folder.join("cache"));
            command.env("ZIG_LOCAL_CACHE_DIR", folder.join("cache"));
            Some(command)
        },
        beside: ("README", ""),
    },
];

/// A compiler of those that tests/setup.sh puts into target/venv, where it is there.
fn packaged(path: &str) -> Option<Command> {
    let pythons = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/venv/lib");
    let pythons = std::fs::read_dir(pythons).ok()?.flatten();
    let mut found = pythons.map(|python| python.path().join("site-packages").join(path));
    let program = found.find(|program| program.exists());
    if program.is_none() {
        println!("left out: no {path} in target/venv (tests/setup.sh test)");
    }
    program.map(Command::new)
}

/// A folder for what is compiled.
fn folder(language: &Language) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("source").join(language.name);
    std::fs::create_dir_all(folder.join("filter")).unwrap();
    folder
}

/// What the program of a language prints that has the filter in it.
fn printed(language: &Language, text: &str) -> Option<String> {
    let folder = folder(language);
    for (file, text) in [(language.file, text), language.print, language.beside] {
        std::fs::write(folder.join(file), text).unwrap();
    }
    let mut compiler = (language.compiler)(&folder)?;
    let compiled = compiler.current_dir(&folder).output().unwrap();
    let said = String::from_utf8_lossy(&compiled.stderr).into_owned();
    assert!(compiled.status.success() && said.is_empty(), "{compiler:?}: {said}");
    let output = Command::new(folder.join("program")).output().unwrap();
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn it_holds_the_bytes_of_the_program() {
    let policy = random_policy_laid_out(&mut Random::new(3), 60);
    let program = compile(&policy).unwrap();
    let shown = Shown { policy: Some(&policy), ..alone(&program) };
    let bytes = program.to_bytes(cfg!(target_endian = "big"));
    let wanted: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let fingerprint = nucleus_seccomp::compile::fingerprint(&policy);
    let digits: String = fingerprint.iter().map(|byte| format!("{byte:02x}")).collect();
    for language in &LANGUAGES {
        let text = (language.show)(&shown);
        if let Some(found) = printed(language, &text) {
            assert_eq!(found, wanted, "{}", language.name);
        }
        assert!(text.contains(&digits), "{text}");
        let alone = (language.show)(&alone(&program));
        assert!(!alone.contains("ingerprint"), "none is known of a program alone: {alone}");
    }
}
