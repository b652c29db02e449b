//! Source code, compiled by the compilers of its languages. That the one in C confines is in
//! tests/live.

use super::alone;
use crate::cases::{Random, random_policy_laid_out};
use nucleus_seccomp::compile::compile;
use nucleus_seccomp::show::{Shown, c, rust};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder for what is compiled.
fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("source");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// What a program prints.
fn printed(compiler: &mut Command, program: &Path) -> String {
    let compiled = compiler.arg("-o").arg(program).output().unwrap();
    let said = String::from_utf8_lossy(&compiled.stderr).into_owned();
    assert!(compiled.status.success() && said.is_empty(), "{compiler:?}: {said}");
    String::from_utf8(Command::new(program).output().unwrap().stdout).unwrap()
}

const PRINT_C: &str = "
#include <stdio.h>
int main(void)
{
    const unsigned char *at = (const unsigned char *)nucleus_program;
    for (size_t i = 0; i < sizeof nucleus_program; i++)
        printf(\"%02x\", at[i]);
    return 0;
}
";

const PRINT_RUST: &str = "
fn main() {
    for Instruction { code, jt, jf, k } in NUCLEUS_PROGRAM {
        let [a, b] = code.to_ne_bytes();
        let [c, d, e, f] = k.to_ne_bytes();
        for byte in [a, b, jt, jf, c, d, e, f] {
            print!(\"{byte:02x}\");
        }
    }
}
";

#[test]
fn it_holds_the_bytes_of_the_program() {
    let policy = random_policy_laid_out(&mut Random::new(3), 60);
    let program = compile(&policy).unwrap();
    let shown = Shown { policy: Some(&policy), ..alone(&program) };
    let bytes = program.to_bytes(cfg!(target_endian = "big"));
    let wanted: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let folder = folder();
    let (c_file, rust_file) = (folder.join("filter.c"), folder.join("filter.rs"));
    std::fs::write(&c_file, c(&shown) + PRINT_C).unwrap();
    std::fs::write(&rust_file, rust(&shown) + PRINT_RUST).unwrap();
    let strict = ["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror"];
    let found = printed(Command::new("cc").args(strict).arg(&c_file), &folder.join("filter_c"));
    assert_eq!(found, wanted, "C");
    let mut rustc = Command::new("rustc");
    rustc.args(["--edition", "2021", "-D", "warnings"]).arg(&rust_file);
    assert_eq!(printed(&mut rustc, &folder.join("filter_rust")), wanted, "Rust");
    for text in [c(&shown), rust(&shown)] {
        let fingerprint = nucleus_seccomp::compile::fingerprint(&policy);
        let digits: String = fingerprint.iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(text.contains(&digits), "{text}");
        assert!(!alone_says_a_fingerprint(&program), "none is known of a program alone");
    }
}

fn alone_says_a_fingerprint(program: &nucleus_seccomp::bpf::Program) -> bool {
    c(&alone(program)).contains("ingerprint")
}
