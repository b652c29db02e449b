//! The library as its users have it, on the real kernel: installed under target/stage, with the
//! launcher at target/demo/launcher (`make stage` puts both there, `make test` does that first).
//!
//! Filters are only ever loaded in child processes.

#![allow(missing_docs, reason = "a test program")]

mod attacks;
mod build_systems;
mod c_library;
mod cached;
mod documentation;
mod examples;
mod go;
mod inspect;
mod install;
mod kernel;
mod launcher;
mod python;
mod same_bytes;
mod sanitizers;
mod shared;
mod sizes;
mod stage;
mod workloads;
mod zig;
