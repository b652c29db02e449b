//! Who builds the library from the same sources with the same compiler gets the same bytes, wherever
//! that is, and nothing in them tells where.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::stage::{project, run, text};

/// What a build takes; the benchmark stands in Cargo.toml, so that Cargo wants to see it.
const SOURCES: [&str; 9] = [
    ".cargo",
    "Cargo.toml",
    "Cargo.lock",
    "Makefile",
    "build.rs",
    "src",
    "include",
    "pkgconfig",
    "benches",
];

#[test]
fn a_build_in_another_folder_gives_the_same_libraries() {
    let elsewhere = project("target/live/built elsewhere");
    let _ = fs::remove_dir_all(&elsewhere);
    fs::create_dir_all(&elsewhere).unwrap();
    let mut copy = Command::new("cp");
    run(copy.arg("-R").args(SOURCES.map(project)).arg(&elsewhere));
    let mut make = Command::new("make");
    run(make.args(["--silent", "all", "-C"]).arg(&elsewhere).env_remove("CARGO_TARGET_DIR"));
    for library in ["libnucleus_seccomp.so", "libnucleus_seccomp.a"] {
        let built = |folder: &Path| fs::read(folder.join("target/release").join(library)).unwrap();
        let (here, there) = (built(&project("")), built(&elsewhere));
        assert_eq!(here.len(), there.len(), "{library}");
        let differs = here.iter().zip(&there).position(|(here, there)| here != there);
        assert_eq!(differs, None, "{library} differs from this byte on");
        println!("{library}: {} bytes, the same from another folder", here.len());
    }
}

#[test]
fn the_shared_library_does_not_tell_where_it_was_built() {
    let library = fs::read(project("target/stage/lib/libnucleus_seccomp.so")).unwrap();
    let library = text(&library);
    let home = std::env::var("HOME").unwrap_or_default();
    for path in [env!("CARGO_MANIFEST_DIR"), &home] {
        let told = path.len() > 1 && library.contains(&format!("{path}/"));
        assert!(!told, "{path} stands in it");
    }
}
