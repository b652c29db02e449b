//! Gives the shared library its SONAME. Until 1.0 the ABI is versioned by the 0 in
//! `libnucleus_seccomp.so.0`; Rust itself would link a cdylib without any SONAME, and a program
//! linked against it would then look for the file name it was linked with.

fn main() {
    println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libnucleus_seccomp.so.0");
    println!("cargo:rerun-if-changed=build.rs");
}
