//! What is tried on bytes that somebody else has chosen. A target panics where something does not hold.

pub mod calls;
pub mod firecracker;
pub mod import;
pub mod oci;
pub mod policy;
pub mod programs;

mod coded;
mod held;
pub mod verdict;
mod written;

/// A target and its name.
pub type Target = (&'static str, fn(&[u8]));

/// All of them. fuzz/targets has a program for each, of the same name.
pub const ALL: [Target; 6] = [
    ("oci", oci::run),
    ("firecracker", firecracker::run),
    ("policy", policy::run),
    ("import", import::run),
    ("programs", programs::run),
    ("calls", calls::run),
];
