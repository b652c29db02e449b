//! The manual pages are what the header says: one in section 3 for each of its sections, found under
//! the name of every function, and nucleus-seccomp(7), which is the comment at its top.
//!
//! They are committed, so that installing needs no generator.

mod overview;
mod page;
mod words;

use std::collections::BTreeMap;

use super::header::header;
use super::{committed, declared, project};

/// When the text changed for readers: set by whoever makes a release.
const DATE: &str = "November 27, 2026";

/// How a program is linked.
const LINK: &str = "cc program.c $(pkg-config --cflags --libs nucleus-seccomp)";

/// The left of the last line of a page.
fn footer() -> String {
    format!("nucleus-seccomp {}", env!("CARGO_PKG_VERSION"))
}

#[test]
fn the_manual_pages_are_those_of_the_header() {
    let mut wanted = BTreeMap::new();
    let header = header();
    let sections = declared::sections(&header);
    let everywhere: Vec<String> = sections.iter().flat_map(page::names).collect();
    let pages: Vec<page::Page> =
        sections.iter().map(|section| page::page(section, &everywhere)).collect();
    let overview = overview::overview(&declared::manual(&header), &pages, &everywhere);
    wanted.insert("man/man7/nucleus-seccomp.7".to_owned(), overview);
    for page in pages {
        for name in &page.names {
            let text = format!(".so man3/{}.3\n", page.name);
            let text = if *name == page.name { page.text.clone() } else { text };
            let before = wanted.insert(format!("man/man3/{name}.3"), text);
            assert!(before.is_none(), "{name} is on two pages");
        }
    }
    for folder in ["man/man3", "man/man7"] {
        if std::env::var_os("NUCLEUS_REGENERATE").is_some() {
            std::fs::create_dir_all(project(folder)).unwrap();
        }
        for file in std::fs::read_dir(project(folder)).unwrap() {
            let path = format!("{folder}/{}", file.unwrap().file_name().to_str().unwrap());
            if !wanted.contains_key(&path) {
                remove(&path);
            }
        }
    }
    wanted.iter().for_each(|(path, text)| committed(path, text));
}

/// A page of what is no longer there.
fn remove(path: &str) {
    assert!(
        std::env::var_os("NUCLEUS_REGENERATE").is_some(),
        "{path} is of nothing in the header; `make header` removes it"
    );
    std::fs::remove_file(project(path)).unwrap();
}
