//! One version: Cargo.toml's.

use super::read;

#[test]
fn the_header_has_the_version_of_the_crate() {
    let header = read("include/nucleus_seccomp.h");
    let [major, minor, patch] = [
        env!("CARGO_PKG_VERSION_MAJOR"),
        env!("CARGO_PKG_VERSION_MINOR"),
        env!("CARGO_PKG_VERSION_PATCH"),
    ];
    for (name, value) in [
        ("NUCLEUS_VERSION_MAJOR", major.to_owned()),
        ("NUCLEUS_VERSION_MINOR", minor.to_owned()),
        ("NUCLEUS_VERSION_PATCH", patch.to_owned()),
        ("NUCLEUS_VERSION", format!("\"{major}.{minor}.{patch}\"")),
    ] {
        let line = format!("#define {name} {value}\n");
        assert!(header.contains(&line), "cbindgen.toml should have {line}");
    }
    let changelog = read("CHANGELOG.md");
    let newest = changelog.lines().find(|line| line.starts_with("## ")).unwrap();
    assert!(newest.contains(env!("CARGO_PKG_VERSION")), "CHANGELOG.md begins with {newest}");
}

#[test]
fn the_shared_library_has_one_soname() {
    let [build, makefile, header] = ["build.rs", "Makefile", "cbindgen.toml"].map(read);
    for text in [build, makefile, header] {
        assert!(text.contains("libnucleus_seccomp.so.0"));
    }
}
