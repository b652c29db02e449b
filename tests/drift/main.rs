//! Facts that are written twice, and what fails when the two differ.
//!
//! `NUCLEUS_REGENERATE=1 cargo test --test drift` writes the second copy anew (`make header`).

#![allow(missing_docs, reason = "a test program")]

mod abi;
mod declared;
mod exports;
mod graph;
mod header;
mod levels_page;
mod man;
mod policy_page;
mod supply_chain;
mod syscall_tables;
mod unnoticed;
mod version;

use std::path::{Path, PathBuf};

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(path: &str) -> String {
    std::fs::read_to_string(project(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Compares a committed file with what it should be; writes it when asked to.
fn committed(path: &str, wanted: &str) {
    if std::env::var_os("NUCLEUS_REGENERATE").is_some() {
        std::fs::write(project(path), wanted).unwrap();
    }
    let found = std::fs::read_to_string(project(path)).unwrap_or_default();
    let differs = found.lines().zip(wanted.lines()).position(|(a, b)| a != b);
    let line = differs.unwrap_or(found.lines().count().min(wanted.lines().count())) + 1;
    assert!(found == wanted, "{path} is stale from line {line} on; `make header` writes it anew");
}
