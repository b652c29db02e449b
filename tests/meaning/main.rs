//! What policies mean, and that programs mean the same.

#![allow(missing_docs, reason = "a test program")]

mod algebra;
mod arches;
mod audit;
mod broken;
mod cached;
mod cases;
mod compiled;
mod firecracker;
mod harden;
mod harden_narrow;
mod language;
mod layouts;
mod levels;
mod limits;
mod narrow;
mod operations;
mod pages;
mod profiles;
mod proof;
mod reproducible;
mod rules;
mod second_opinion;
mod shown;
mod statistics;
mod values;
mod warnings;
