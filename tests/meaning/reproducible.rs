//! The same policy gives the same bytes, on every run and machine.

use crate::cases::{all_modes, built_in_on};
use nucleus_seccomp::compile::compile;
use nucleus_seccomp::policy::builtin::ARCHES;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

#[test]
fn the_built_in_policy_compiles_to_known_bytes() {
    let mut found = String::new();
    for arch in ARCHES {
        for modes in all_modes() {
            let program = compile(&built_in_on(modes, &[arch])).unwrap();
            let again = compile(&built_in_on(modes, &[arch])).unwrap();
            assert_eq!(program, again, "nothing of a run is in the program");
            let sum: String = Sha256::digest(program.to_bytes(arch.big_endian()))
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            let length = program.instructions().len();
            writeln!(found, "{sum} {arch} {modes:?} {length}").unwrap();
        }
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/programs.txt");
    if std::env::var_os("NUCLEUS_REGENERATE").is_some() {
        std::fs::write(path, &found).unwrap();
    }
    let known = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(found, known, "if the change is meant, `make header` writes the file anew");
}
