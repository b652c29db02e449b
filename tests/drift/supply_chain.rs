//! What the library is made of, besides itself: which packages, from where, under which licences. Whoever
//! adds one says so here.
//!
//! Reports of vulnerable packages are not looked at: their list comes from a Git repository. `cargo audit`
//! and `cargo deny` read Cargo.lock as it is.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use super::{project, read};

/// What is linked into the library, by the dependency that brings it. The first of each row stands in
/// Cargo.toml, with the reason.
const LINKED: [(&str, &[&str]); 5] = [
    ("libc", &[]),
    ("serde_core", &[]),
    ("serde_json", &["itoa", "memchr", "zmij"]),
    (
        "sha2",
        &[
            "block-buffer",
            "cfg-if",
            "cpufeatures",
            "crypto-common",
            "digest",
            "hybrid-array",
            "typenum",
        ],
    ),
    ("tracing", &["once_cell", "pin-project-lite", "tracing-core"]),
];

/// Packages of which a build of the tests takes several versions. None is linked into the library.
const TWICE: [&str; 2] = ["syn", "winnow"];

/// Licences under which all that is linked may be given on with the library, whose own are the first two.
const PERMISSIVE: [&str; 3] = ["MIT", "Apache-2.0", "Unlicense"];

/// Other licences, of what is only built for the tests.
const FOR_TESTS: [(&str, &str); 3] = [
    ("cbindgen", "MPL-2.0"),
    ("unicode-ident", "(MIT OR Apache-2.0) AND Unicode-3.0"),
    ("syscalls", "BSD-2-Clause"),
];

fn metadata() -> Value {
    let rustc = Command::new("rustc").arg("-vV").output().unwrap();
    let rustc = String::from_utf8(rustc.stdout).unwrap();
    let host = rustc.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--format-version=1", "--locked", "--offline", "--filter-platform"]);
    let output = cargo.arg(host).current_dir(project("")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn word<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_else(|| panic!("no {field} in {value}"))
}

/// The packages that these need when the library is built, by their ids.
fn linked(metadata: &Value) -> BTreeSet<&str> {
    let nodes = metadata["resolve"]["nodes"].as_array().unwrap();
    let nodes: BTreeMap<&str, &Value> = nodes.iter().map(|node| (word(node, "id"), node)).collect();
    let mut found = BTreeSet::new();
    let mut left = vec![word(&metadata["resolve"], "root")];
    while let Some(id) = left.pop() {
        for needed in nodes[id]["deps"].as_array().unwrap() {
            let kinds = needed["dep_kinds"].as_array().unwrap();
            let is_linked = kinds.iter().any(|kind| kind["kind"].is_null());
            if is_linked && found.insert(word(needed, "pkg")) {
                left.push(word(needed, "pkg"));
            }
        }
    }
    found
}

#[test]
fn what_is_linked_is_what_was_decided() {
    let metadata = metadata();
    let linked = linked(&metadata);
    let packages = metadata["packages"].as_array().unwrap();
    let of_linked = packages.iter().filter(|package| linked.contains(word(package, "id")));
    let names: BTreeSet<&str> = of_linked.clone().map(|package| word(package, "name")).collect();
    let decided = LINKED.iter().flat_map(|(name, brings)| brings.iter().chain([name]).copied());
    assert_eq!(names, decided.collect::<BTreeSet<_>>(), "linked, and decided");
    for package in of_linked {
        let (name, licence) = (word(package, "name"), word(package, "license"));
        let permissive = licence.split(" OR ").any(|one| PERMISSIVE.contains(&one));
        assert!(permissive, "{name} is linked, and is {licence}");
    }
}

#[test]
fn licences_of_what_the_tests_are_built_of() {
    for package in metadata()["packages"].as_array().unwrap() {
        let (name, licence) = (word(package, "name"), word(package, "license"));
        let permissive = licence.split(" OR ").any(|one| PERMISSIVE.contains(&one));
        assert!(permissive || FOR_TESTS.contains(&(name, licence)), "{name} is {licence}");
    }
}

#[test]
fn packages_come_from_the_registry_with_their_checksums() {
    let lock = read("Cargo.lock");
    let mut versions: BTreeMap<&str, usize> = BTreeMap::new();
    for package in lock.split("[[package]]").skip(1) {
        let field = |name: &str| {
            let line =
                package.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = "));
            line.map(|value| value.trim_matches('"'))
        };
        let name = field("name").unwrap();
        *versions.entry(name).or_default() += 1;
        if name != env!("CARGO_PKG_NAME") {
            let registry = Some("registry+https://github.com/rust-lang/crates.io-index");
            assert_eq!(field("source"), registry, "{name}");
            assert_eq!(field("checksum").map(str::len), Some(64), "{name}");
        }
    }
    let twice = versions.iter().filter(|(_, count)| **count > 1).map(|(name, _)| *name);
    assert_eq!(twice.collect::<Vec<_>>(), TWICE, "packages in several versions");
}

/// Each is one more thing to trust.
#[test]
fn every_dependency_says_why() {
    let manifest = read("Cargo.toml");
    let (mut in_table, mut explained, mut named) = (false, false, Vec::new());
    for line in manifest.lines() {
        match line {
            _ if line.starts_with('[') => in_table = line.ends_with("dependencies]"),
            _ if !in_table => {}
            "" => explained = false,
            _ if line.starts_with('#') => explained = true,
            _ => {
                assert!(explained, "no comment says why: {line}");
                assert!(line.contains("default-features = false"), "with all features: {line}");
                named.push(line.split(' ').next().unwrap());
                explained = false;
            }
        }
    }
    for (name, _) in LINKED {
        assert!(named.contains(&name), "{name} is no dependency any more");
    }
}
