//! What is tried, from where `cargo test` tries it without a fuzzer.

#[path = "../tests/meaning/cases.rs"]
pub mod cases;
#[path = "../tests/fuzz/targets/mod.rs"]
pub mod targets;
