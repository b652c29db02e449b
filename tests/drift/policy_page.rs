//! docs/policy.md shows the tables of the built-in policy, and every difference from the policy
//! that it comes from, with the reason.

use super::{committed, read};
use nucleus_seccomp::policy::builtin::{
    ALLOWED, ARCHES, CHECKED, Check, EXTRA, FATAL, Row, SOFT, Verdict, When,
};
use nucleus_seccomp::syscall::Syscall;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

const BEGIN: &str =
    "<!-- from here on made from the tables in src/policy/builtin: `make header` -->\n";

#[test]
fn the_page_shows_the_tables() {
    let page = read("docs/policy.md");
    let (by_hand, _) = page.split_once(BEGIN).expect("the page has its mark");
    let mut made = format!("{by_hand}{BEGIN}");
    differences(&mut made);
    rows(&mut made, "Allowed", ALLOWED);
    checks(&mut made);
    rows(&mut made, "Refused softly", SOFT);
    rows(&mut made, "Fatal", FATAL);
    writeln!(made, "\n## The opt-in list\n\n{}", quoted(EXTRA.split_whitespace())).unwrap();
    committed("docs/policy.md", &made);
}

/// What the tables say of a call: its place, and why.
fn here() -> BTreeMap<&'static str, (String, &'static str)> {
    let mut here = BTreeMap::new();
    for row in ALLOWED.iter().chain(SOFT).chain(FATAL) {
        for name in row.names() {
            let before = here.insert(name, (verdict(row.verdict), row.why));
            assert!(before.is_none(), "{name} stands in two places");
        }
    }
    for check in CHECKED {
        let place = format!("by arguments, else {}", verdict(check.otherwise));
        assert!(
            here.insert(check.call.name(), (place, check.why)).is_none(),
            "{}",
            check.call.name()
        );
    }
    here
}

#[test]
fn every_call_stands_in_one_place() {
    let here = here();
    let written_for = |call: &Syscall| ARCHES.iter().any(|arch| call.number(*arch).is_some());
    for call in Syscall::all().filter(written_for) {
        assert!(here.contains_key(call.name()), "{} stands nowhere", call.name());
    }
    for name in here.keys() {
        assert!(Syscall::named("test", name).is_ok(), "{name} is no call");
    }
    for name in EXTRA.split_whitespace() {
        assert!(here.contains_key(name), "{name} is on the opt-in list and is no call");
    }
}

fn verdict(verdict: Verdict) -> String {
    match verdict {
        Verdict::Allow => "allowed".to_owned(),
        Verdict::Soft(errno) => errno_name(errno).to_owned(),
        Verdict::Fatal => "fatal".to_owned(),
    }
}

pub fn errno_name(errno: u16) -> &'static str {
    match i32::from(errno) {
        libc::EPERM => "EPERM",
        libc::EACCES => "EACCES",
        libc::EINVAL => "EINVAL",
        libc::ENOTTY => "ENOTTY",
        libc::ENOSYS => "ENOSYS",
        libc::EAFNOSUPPORT => "EAFNOSUPPORT",
        other => panic!("errno {other} has no name here"),
    }
}

/// The policy that this one comes from.
struct Published(Value);

impl Published {
    fn read() -> Self {
        Self(serde_json::from_str(&read("tests/data/published-policy.json")).unwrap())
    }

    fn list(&self, key: &str) -> BTreeSet<&str> {
        self.0[key].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect()
    }

    fn place(&self, name: &str) -> &'static str {
        let listed = |key| self.list(key).contains(name);
        match name {
            "clone3" => "allowed",
            _ if self.0["arg_filtered"].get(name).is_some() => "by arguments, else fatal",
            _ if listed("allow") || listed("allow_x86_64_only") => "allowed",
            _ if listed("allow_with_network") => "allowed with network, else fatal",
            _ => "fatal",
        }
    }
}

fn differences(page: &mut String) {
    let published = Published::read();
    let mut groups: BTreeMap<(&str, String, &str), Vec<&str>> = BTreeMap::new();
    for (name, (place, why)) in here() {
        let before = published.place(name);
        if before != place {
            groups.entry((before, place, why)).or_default().push(name);
        }
    }
    page.push_str("\n## What differs from the published policy\n");
    page.push_str("\n| calls | published | here | why |\n| --- | --- | --- | --- |\n");
    for ((before, place, why), names) in groups {
        writeln!(page, "| {} | {before} | {place} | {why} |", quoted(names)).unwrap();
    }
    page.push_str("\nValues of arguments that are allowed here and were not:\n\n");
    for check in CHECKED {
        let Some(before) = published.0["arg_filtered"].get(check.call.name()) else { continue };
        let lists = [&before["any_of"], &before["with_network_any_of"]];
        let before_values: BTreeSet<&str> = lists
            .iter()
            .flat_map(|list| list.as_array().into_iter().flatten())
            .filter_map(Value::as_str)
            .map(|value| value.split(' ').next().unwrap())
            .collect();
        let now = allowed_values(check, before["arg"].as_u64());
        let more: Vec<&str> = now.difference(&before_values).copied().collect();
        if !before_values.is_empty() && !more.is_empty() {
            writeln!(page, "- {}: {}", check.call.name(), quoted(more)).unwrap();
        }
    }
}

#[test]
fn nothing_that_was_published_was_lost() {
    let published = Published::read();
    let here = here();
    // What was allowed still is, at least for some arguments; clone3 is the one that must not be.
    for key in ["allow", "allow_x86_64_only", "allow_with_network"] {
        for name in published.list(key) {
            let (place, _) = &here[name];
            assert!(place == "allowed" || place.starts_with("by arguments"), "{name}: {place}");
        }
    }
    // Every value that was allowed still is, and what was checked still is.
    for (call, before) in published.0["arg_filtered"].as_object().unwrap() {
        if call == "clone3" {
            assert_eq!(here["clone3"].0, "ENOSYS");
            continue;
        }
        let check = CHECKED.iter().find(|check| check.call.name() == *call).expect(call);
        for value in before["any_of"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            let name = value.split(' ').next().unwrap();
            let now = allowed_values(check, before["arg"].as_u64());
            let known = call == "mprotect" || now.contains(name);
            assert!(known, "{call}({value}) was allowed");
        }
    }
    let extra: BTreeSet<&str> = EXTRA.split_whitespace().collect();
    assert_eq!(published.list("opt_in"), extra);
    for name in published.list("never_by_opt_in_examples") {
        assert!(!extra.contains(name) && here[name].0 != "allowed", "{name}");
    }
}

/// The names of all values of argument `index` that stand in a case that allows.
fn allowed_values(check: &Check, index: Option<u64>) -> BTreeSet<&'static str> {
    let allowing = check.cases.iter().filter(|case| case.verdict == Verdict::Allow);
    let choices = allowing.flat_map(|case| case.all);
    let of_argument = choices.filter(|choice| Some(u64::from(choice.index)) == index);
    of_argument.flat_map(|choice| choice.any_of).map(|(_, name)| *name).collect()
}

fn rows(page: &mut String, title: &str, rows: &[Row]) {
    writeln!(page, "\n## {title}\n\n| calls | verdict | why |\n| --- | --- | --- |").unwrap();
    for row in rows {
        let (names, verdict) = (quoted(row.names()), verdict(row.verdict));
        writeln!(page, "| {names} | {verdict} | {} |", row.why).unwrap();
    }
}

fn checks(page: &mut String) {
    page.push_str("\n## Decided by arguments\n");
    for Check { call, why, cases, otherwise } in CHECKED {
        writeln!(page, "\n### {}\n\n{why}\n", call.name()).unwrap();
        for case in *cases {
            let when = match case.when {
                When::Always => "",
                When::Network => "with network: ",
                When::NoJit => "without JIT: ",
            };
            let all: Vec<String> = case
                .all
                .iter()
                .map(|choice| {
                    let names = quoted(choice.any_of.iter().map(|(_, name)| *name));
                    format!("argument {} is {names}", choice.index)
                })
                .collect();
            writeln!(page, "- {when}{} where {}", verdict(case.verdict), all.join(" and "))
                .unwrap();
        }
        writeln!(page, "- else {}", verdict(*otherwise)).unwrap();
    }
}

pub fn quoted<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" ")
}
