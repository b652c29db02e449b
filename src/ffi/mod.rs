//! The C surface: conversion only, no decisions.
//!
//! One file a noun of C. All that can go wrong at such a border (pointers, numbers that are no
//! enum, panics) is dealt with in `boundary`. The doc comments are the text of
//! `include/nucleus_seccomp.h` and of the manual pages. They are written for readers of C, in the order
//! of the modules here, which is that of use: what a filter says, its program, what both can be asked.

#![expect(unsafe_code, reason = "the C ABI")]

pub mod version;

pub mod status;

pub mod action;

pub mod filter;

pub mod arch;

pub mod arg;

pub mod rules;

pub mod builtin;

pub mod level;

pub mod profile;

pub mod firecracker;

pub mod harden;

pub mod audit;

pub mod attribute;

pub mod transaction;

pub mod program;

pub mod compile;

pub mod apply_result;

pub mod apply;

pub mod features;

pub mod call;

pub mod algebra;

pub mod list;

pub mod show;

pub mod fingerprint;

pub mod statistics;

pub mod export;

pub mod syscall;

pub mod log;

mod boundary;
mod growable;
#[cfg(test)]
mod panics;
mod text;
