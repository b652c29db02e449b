//! The changes of our own code that no test notices (`make mutants`) are listed with reasons; a reason whose
//! code has gone is taken off the list.

use super::{project, read};

/// Of each line that is no reason: how many changes, in which file, and what is changed.
fn listed(text: &str) -> impl Iterator<Item = (usize, &str, &str)> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(|line| {
        let (count, name) = line.split_once(' ').unwrap_or_else(|| panic!("no count: {line}"));
        let (file, change) = name.split_once(": ").unwrap_or_else(|| panic!("no file: {line}"));
        (count.parse().unwrap_or_else(|_| panic!("no count: {line}")), file, change)
    })
}

/// `Table::of` in "replace < with <= in Table::of", and in "replace Table::of -> u32 with 0". A constant
/// is in none.
fn function(change: &str) -> Option<&str> {
    let whole = || {
        let (name, _) = change.split_once(" -> ").or_else(|| change.split_once(" with ()"))?;
        name.strip_prefix("replace ")
    };
    let name = change.rsplit_once(" in ").map(|(_, name)| name).or_else(whole)?;
    name.rsplit("::").next()
}

#[test]
fn every_change_that_is_explained_is_of_code_that_is_there() {
    let list = read("tests/data/unnoticed.txt");
    let mut seen = std::collections::BTreeSet::new();
    for (count, file, change) in listed(&list) {
        assert!(count > 0 && seen.insert((file, change)), "listed twice, or not at all: {change}");
        assert!(project(file).exists(), "there is no {file}");
        let Some(name) = function(change) else { continue };
        assert!(read(file).contains(&format!("fn {name}")), "there is no {name} in {file}");
    }
    for group in list.split("\n\n") {
        assert!(group.starts_with("# "), "no reason: {group}");
    }
}

#[test]
fn the_page_says_how_many_there_are() {
    let list = read("tests/data/unnoticed.txt");
    let count: usize = listed(&list).map(|(count, ..)| count).sum();
    let said = format!("{count} are not");
    assert!(read("docs/testing.md").contains(&said), "docs/testing.md should say: {said}");
}
