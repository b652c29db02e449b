//! docs/levels.md shows the tables of the levels, which hold what was published and, apart, what was
//! added with the reason.

use super::policy_page::{errno_name, quoted};
use super::{committed, read};
use nucleus_seccomp::policy::builtin::{CHECKED, Check, NARROW, Narrow, PAST_CHECKS, Row, Verdict};
use nucleus_seccomp::policy::levels::{Contents, Level, REFUSED};
use nucleus_seccomp::syscall::Syscall;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write as _;

const BEGIN: &str =
    "<!-- from here on made from the tables in src/policy/levels: `make header` -->\n";

#[test]
fn the_page_shows_the_tables() {
    let page = read("docs/levels.md");
    let (by_hand, _) = page.split_once(BEGIN).expect("the page has its mark");
    let mut made = format!("{by_hand}{BEGIN}");
    for level in Level::ALL {
        let Contents { leaves_open, published, added, .. } = level.contents();
        let (name, description) = (name(level), level.description().to_str().unwrap());
        writeln!(made, "\n## {name}\n\nFor {description}.\n").unwrap();
        writeln!(made, "**Does not protect from:** {leaves_open}\n").unwrap();
        writeln!(made, "As published: {}\n\nAdded:\n", names(published)).unwrap();
        made.push_str("| calls | why |\n| --- | --- |\n");
        for Row { why, calls, .. } in *added {
            writeln!(made, "| {} | {why} |", names(calls)).unwrap();
        }
    }
    made.push_str("\n## Refused softly\n\nAt every level that does not allow them.\n\n");
    made.push_str("| calls | errno | why |\n| --- | --- | --- |\n");
    for Row { verdict, why, calls } in REFUSED {
        let Verdict::Soft(errno) = *verdict else { panic!("softly: {calls:?}") };
        writeln!(made, "| {} | {} | {why} |", names(calls), errno_name(errno)).unwrap();
    }
    let checked: Vec<Syscall> = CHECKED.iter().map(|check| check.call).collect();
    made.push_str("\n## What nucleus_filter_harden checks\n\n");
    writeln!(made, "By arguments, as [policy.md](policy.md) says: {}\n", names(&checked)).unwrap();
    writeln!(made, "Refused with `ENOSYS`, as they go past checks: {}\n", names(PAST_CHECKS))
        .unwrap();
    made.push_str("On 32-bit entry points besides:\n\n| call | on | gets | why |\n");
    made.push_str("| --- | --- | --- | --- |\n");
    for Narrow { arches, check } in NARROW {
        let arches: Vec<&str> = arches.iter().map(|arch| arch.name()).collect();
        let Check { call, why, .. } = check;
        let (name, gets) = (call.name(), gets(check));
        writeln!(made, "| `{name}` | {} | {gets} | {why} |", arches.join(", ")).unwrap();
    }
    committed("docs/levels.md", &made);
}

/// Nothing of what was published is missing, and what was added stands apart.
#[test]
fn the_lists_are_those_that_were_published() {
    let published: Value = serde_json::from_str(&read("tests/data/published-levels.json")).unwrap();
    let levels = published["levels"].as_object().unwrap();
    assert_eq!(levels.len(), Level::ALL.len());
    let mut before = BTreeSet::new();
    for level in Level::ALL {
        let list = levels[name(level)].as_array().unwrap();
        let list: Vec<&str> = list.iter().map(|name| name.as_str().unwrap()).collect();
        let contents = level.contents();
        let here: Vec<&str> = contents.published.iter().map(|call| call.name()).collect();
        assert_eq!(here, list, "{level:?}");
        before.extend(list);
        for call in contents.added.iter().flat_map(Row::names) {
            assert!(before.insert(call), "{level:?}: {call} is there without being added");
        }
        let all: BTreeSet<&str> = level.calls().iter().map(|call| call.name()).collect();
        assert_eq!(all, before, "{level:?}: the list that the library carries");
    }
}

/// What the header says of single calls.
#[test]
fn the_header_names_the_calls_of_the_tables() {
    let (level, harden) = (read("src/ffi/level.rs"), read("src/ffi/harden.rs"));
    let named = |text: &str, call: &str| {
        text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
            .any(|word| word == call)
    };
    for call in REFUSED.iter().flat_map(Row::names) {
        assert!(named(&level, call), "{call} is refused softly");
    }
    let somewhere = NARROW.iter().map(|narrow| &narrow.check);
    let checked = CHECKED.iter().chain(somewhere).map(|check| check.call);
    for call in checked.chain(PAST_CHECKS.iter().copied()) {
        assert!(named(&harden, call.name()), "{call:?} is checked");
    }
}

/// What a check comes to, in a few words.
fn gets(check: &Check) -> String {
    let mut all: Vec<String> = Vec::new();
    for case in check.cases {
        let Verdict::Soft(errno) = case.verdict else { panic!("softly: {:?}", check.call) };
        let values =
            case.all.iter().map(|choice| quoted(choice.any_of.iter().map(|(_, name)| *name)));
        let values = values.collect::<Vec<_>>().join(" with ");
        all.push(format!("{} for {values}", errno_name(errno)));
    }
    if let Verdict::Soft(errno) = check.otherwise {
        all.push(errno_name(errno).to_owned());
    }
    // A bar would end the cell.
    all.join(", ").replace('|', "\\|")
}

fn name(level: Level) -> &'static str {
    level.c_name().to_str().unwrap()
}

fn names(calls: &[Syscall]) -> String {
    quoted(calls.iter().map(|call| call.name()))
}
