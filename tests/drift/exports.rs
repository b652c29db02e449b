//! The functions of the sources, the header, and the committed list of exports are the same.
//! That the shared library exports these and no others is tested where it is built.

use super::{committed, project, read};

#[test]
fn the_list_of_exports_is_that_of_the_sources() {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(project("src/ffi")).unwrap() {
        let source = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        for after in source.split("#[unsafe(no_mangle)]").skip(1) {
            let (_, signature) = after.split_once("fn ").expect("only functions are exported");
            names.push(signature.split('(').next().unwrap().to_owned());
        }
    }
    names.sort();
    committed("tests/data/exports.txt", &(names.join("\n") + "\n"));
}

#[test]
fn the_header_declares_what_is_exported() {
    let header = read("include/nucleus_seccomp.h");
    for name in read("tests/data/exports.txt").lines() {
        assert!(header.contains(&format!("{name}(")), "{name}");
    }
}
