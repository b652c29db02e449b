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
    // cargo-c makes it of the version, with as many numbers as it is told.
    assert_eq!(env!("CARGO_PKG_VERSION_MAJOR"), "0");
    assert!(read("Cargo.toml").contains("\nversion_suffix_components = 1\n"));
}

/// `cargo cinstall` reads from Cargo.toml what `make install` has in the Makefile and in the file for
/// pkg-config.
#[test]
fn both_ways_to_install_say_the_same() {
    let manifest = read("Cargo.toml");
    let (_, capi) = manifest.split_once("\n[package.metadata.capi.header]\n").expect("metadata");
    let pkg_config = read("pkgconfig/nucleus-seccomp.pc.in");
    let described = pkg_config.lines().find_map(|line| line.strip_prefix("Description: "));
    for fact in [
        format!("description = \"{}\"", described.expect("a description")),
        "name = \"nucleus-seccomp\"\nfilename = \"nucleus-seccomp\"".to_owned(),
        "name = \"nucleus_seccomp\"\nversion_suffix_components".to_owned(),
        "{ from = \"include/nucleus_seccomp.h\", to = \"\" }".to_owned(),
    ] {
        assert!(capi.contains(&fact), "Cargo.toml should have {fact}");
    }
    for folder in std::fs::read_dir(super::project("man")).unwrap() {
        let name = folder.unwrap().file_name().into_string().unwrap();
        let section = name.strip_prefix("man").expect("folders of sections");
        let asset = format!("{{ from = \"man/{name}/*.{section}\", to = \"man/{name}\" }}");
        assert!(capi.contains(&asset), "Cargo.toml should have {asset}");
    }
}
