//! What is no such file, and what is said of it.

use super::{TARGETS, allowing, beside, read, theirs};
use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch::{self, Aarch64, Loongarch64, Riscv64, X32, X86, X86_64};
use nucleus_seccomp::policy::Policy;
use nucleus_seccomp::profile::{LARGEST, Pin, firecracker};

/// One item for read, with the fields given.
fn arg(fields: &str) -> String {
    allowing(&format!(r#"{{"syscall": "read", "args": [{{{fields}}}]}}"#))
}

/// A category, with the fields given.
fn category(fields: &str) -> String {
    format!(r#"{{"vmm": {{{fields}}}}}"#)
}

/// Whether seccompiler refuses the file as well.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum There {
    Refused,
    Taken,
}
use There::{Refused, Taken};

#[test]
fn every_error_names_its_place() {
    const ACTIONS: &str = r#""default_action": "trap", "filter_action": "allow""#;
    const ARG: &str = r#""index": 0, "type": "dword", "op": "eq", "val": 1"#;
    let with = |was: &str, is: &str| arg(&ARG.replace(was, is));
    let item = |fields: &str| allowing(&format!("{{{fields}}}"));
    let actions =
        |was: &str, is: &str| category(&format!(r#"{ACTIONS}, "filter": []"#)).replace(was, is);
    let cases: Vec<(String, &str, There)> = vec![
        ("[]".into(), "an object is wanted, not a list", Refused),
        ("{".into(), "it is no JSON: EOF while parsing an object at line 1 column 1", Refused),
        ("{} {}".into(), "it is no JSON: trailing characters", Refused),
        ("{}".into(), "unknown category \"vmm\"; there is none", Taken),
        (allowing("").replace("vmm", "VMM"), "unknown category \"vmm\"; one of VMM", Taken),
        (r#"{"vmm": null}"#.into(), "vmm: an object is wanted, not null", Refused),
        (r#"{"vmm": ["trap", "allow", []]}"#.into(), "vmm: an object is wanted, not a list", Taken),
        (beside(&allowing(""), &allowing("")), "vmm: it stands here twice", Refused),
        (beside(r#"{"a\n": {}}"#, &allowing("")), "a\\n.default_action: it is missing", Refused),
        (category(""), "vmm.default_action: it is missing", Refused),
        (category(r#""default_action": "trap""#), "vmm.filter_action: it is missing", Refused),
        (category(ACTIONS), "vmm.filter: it is missing", Refused),
        (category(&format!(r#"{ACTIONS}, "filter": null"#)), "vmm.filter: it is missing", Refused),
        (
            category(&format!(r#"{ACTIONS}, "filter": {{}}"#)),
            "vmm.filter: a list is wanted, not an object",
            Refused,
        ),
        (
            category(&format!(r#"{ACTIONS}, "filter": [], "comment": "x""#)),
            "vmm: unknown key \"comment\"; one of default_action, filter_action, filter, ",
            Refused,
        ),
        (
            category(&format!(r#"{ACTIONS}, "filter": [], "filter": []"#)),
            "vmm.filter: it stands here twice",
            Refused,
        ),
        (
            category(&format!(r#"{ACTIONS}, "mismatch_action": "trap", "filter": []"#)),
            "vmm.mismatch_action: it is another name of default_action; use either",
            Refused,
        ),
        (
            category(&format!(r#"{ACTIONS}, "match_action": "allow", "filter": []"#)),
            "vmm.match_action: it is another name of filter_action; use either",
            Refused,
        ),
        (
            actions("\"trap\"", "\"Trap\""),
            "vmm.default_action: unknown action \"Trap\"; one of allow, log, trap, kill_thread, kill_process, \
             {\"errno\": NUMBER}, {\"trace\": NUMBER}",
            Refused,
        ),
        (actions("\"allow\"", "\"errno\""), "vmm.filter_action: unknown action \"errno\"", Refused),
        (
            actions("\"allow\"", "\"notify\""),
            "vmm.filter_action: unknown action \"notify\"",
            Refused,
        ),
        (actions("\"allow\"", "7"), "vmm.filter_action: a string is wanted, not a number", Refused),
        (actions("\"allow\"", "{}"), "vmm.filter_action.errno: it is missing", Refused),
        (
            actions("\"allow\"", r#"{"errno": 1, "trace": 1}"#),
            "vmm.filter_action: it has both an errno and a trace; use either",
            Refused,
        ),
        (
            actions("\"allow\"", r#"{"allow": null}"#),
            "vmm.filter_action: unknown key \"allow\"; one of errno, trace",
            Taken,
        ),
        (
            actions("\"allow\"", r#"{"errno": 4096}"#),
            "vmm.filter_action.errno: 4096 is too large; the most is 4095",
            Taken,
        ),
        (
            actions("\"allow\"", r#"{"trace": 65536}"#),
            "vmm.filter_action.trace: 65536 is too large; the most is 65535",
            Taken,
        ),
        (
            actions("\"allow\"", r#"{"errno": -1}"#),
            "vmm.filter_action.errno: a number is wanted",
            Refused,
        ),
        (actions("allow", "trap"), "vmm.filter_action: it is the default's", Refused),
        (
            actions("\"trap\"", r#"{"errno": 1}"#).replace("\"allow\"", r#"{"errno": 1}"#),
            "vmm.filter_action: it is the default's",
            Refused,
        ),
        (allowing("null"), "vmm.filter[0]: an object is wanted, not null", Refused),
        (item(""), "vmm.filter[0].syscall: it is missing", Refused),
        (
            item(r#""syscall": 0"#),
            "vmm.filter[0].syscall: a string is wanted, not a number",
            Refused,
        ),
        (
            allowing(r#"{"syscall": "read"}, {"syscall": "wrtie"}"#),
            "vmm.filter[1].syscall: no system call is named 'wrtie'; did you mean 'write'?",
            Refused,
        ),
        (
            item(r#""syscall": """#),
            "vmm.filter[0].syscall: the name of the system call is empty",
            Refused,
        ),
        (
            item(r#""syscall": "socketcall""#),
            "vmm.filter[0].syscall: x86_64 has no call 'socketcall'",
            Refused,
        ),
        (
            item(r#""syscall": "read", "args": []"#),
            "vmm.filter[0].args: it is empty; leave it out",
            Refused,
        ),
        (item(r#""syscall": "read", "args": {}"#), "vmm.filter[0].args: a list is wanted", Refused),
        (
            item(r#""syscall": "read", "comment": 1"#),
            "vmm.filter[0].comment: a string is wanted",
            Refused,
        ),
        (
            item(r#""syscall": "read", "action": "allow""#),
            "vmm.filter[0]: unknown key \"action\"",
            Refused,
        ),
        (
            item(r#""Syscall": "read""#),
            "vmm.filter[0]: unknown key \"Syscall\"; one of syscall, args",
            Refused,
        ),
        (arg(""), "vmm.filter[0].args[0].index: it is missing", Refused),
        (with("0", "6"), "vmm.filter[0].args[0].index: 6 is too large; the most is 5", Refused),
        (with("0", "256"), "vmm.filter[0].args[0].index: 256 is too large; the most is 5", Refused),
        (with(r#""type": "dword", "#, ""), "vmm.filter[0].args[0].type: it is missing", Refused),
        (
            with("dword", "word"),
            "vmm.filter[0].args[0].type: unknown type \"word\"; one of dword, qword",
            Refused,
        ),
        (with(r#""op": "eq", "#, ""), "vmm.filter[0].args[0].op: it is missing", Refused),
        (
            with("\"eq\"", "\"is\""),
            "vmm.filter[0].args[0].op: unknown operator \"is\"; one of eq, ne, lt, le, gt, ge, \
             {\"masked_eq\": MASK}",
            Refused,
        ),
        (
            with("\"eq\"", "\"masked_eq\""),
            "vmm.filter[0].args[0].op: unknown operator \"masked_eq\"",
            Refused,
        ),
        (with("\"eq\"", "{}"), "vmm.filter[0].args[0].op.masked_eq: it is missing", Refused),
        (
            with("\"eq\"", r#"{"masked_eq": "1"}"#),
            "vmm.filter[0].args[0].op.masked_eq: a number is wanted, not a string",
            Refused,
        ),
        (with(r#", "val": 1"#, ""), "vmm.filter[0].args[0].val: it is missing", Refused),
        (with("1", "-1"), "vmm.filter[0].args[0].val: a number is wanted", Refused),
        (
            with("1", "18446744073709551616"),
            "vmm.filter[0].args[0].val: a number is wanted",
            Refused,
        ),
        (
            with("1", "1, \"value\": 1"),
            "vmm.filter[0].args[0]: unknown key \"value\"; one of index",
            Refused,
        ),
        (
            with("1", "1, \"comment\": []"),
            "vmm.filter[0].args[0].comment: a string is wanted",
            Refused,
        ),
        (
            allowing(&format!(
                r#"{{"syscall": "read", "args": [{}]}}"#,
                (0..61)
                    .map(|value| format!("{{{}}}", ARG.replace('1', &value.to_string())))
                    .collect::<Vec<_>>()
                    .join(",")
            )),
            "vmm.filter[0].args: rule for read: 61 conditions are too many",
            Taken,
        ),
    ];
    for (json, says, there) in cases {
        let said = read(&json, "vmm", X86_64, false).map(drop).expect_err(&json);
        assert!(said.starts_with(says), "{json}\n{said}");
        let found = if theirs(&json, TARGETS[0].1).is_ok() { Taken } else { Refused };
        assert_eq!(found, there, "{json}");
    }
}

#[test]
fn a_category_that_is_not_there_is_answered_with_those_that_are() {
    let all = |count: usize| {
        let one = |number: usize| allowing("").replace("vmm", &format!("t{number:02}"));
        (0..count).rev().map(one).reduce(|one, other| beside(&one, &other)).unwrap()
    };
    let said = read(&all(3), "t03", X86_64, false).unwrap_err();
    assert_eq!(said, "unknown category \"t03\"; one of t02, t01, t00");
    assert!(read(&all(25), "t24", X86_64, true).is_ok());
    let said = read(&all(25), "T24", X86_64, false).unwrap_err();
    assert!(said.ends_with(", t06, t05 and 5 more"), "{said}");
}

/// What would be an error in any other format, too.
#[test]
fn a_filter_is_for_a_new_one_and_the_bytes_that_are_meant() {
    let json = allowing("");
    let set = |policy: &mut Policy, pin: Option<&Pin>| {
        let done = firecracker::set(policy, "f.json", json.as_bytes(), pin, "vmm", false);
        done.map_err(|error| error.to_string())
    };
    let mut policy = Policy::covering(Action::KILL_PROCESS, [X86_64]);
    let other = Pin::from_hex(&[b'0'; 64]).unwrap();
    assert!(set(&mut policy, Some(&other)).unwrap_err().starts_with("f.json: its SHA-256"));
    policy.deny("read").unwrap();
    assert!(set(&mut policy, None).unwrap_err().starts_with("f.json: the filter has rules"));
    let covered: [&[Arch]; 6] =
        [&[], &[X86_64, X32], &[X32], &[X86], &[Loongarch64], &[Aarch64, Riscv64]];
    for arches in covered {
        let mut policy = Policy::covering(Action::KILL_PROCESS, arches.iter().copied());
        let said = set(&mut policy, None).unwrap_err();
        let says =
            "f.json: such a file is for one of x86_64, aarch64 and riscv64, and the filter covers";
        assert!(said.starts_with(says), "{arches:?}: {said}");
    }
}

/// What takes a reader's time or memory. All of it ends, in words.
#[test]
fn hostile_files_end() {
    let many = |count: usize, one: &dyn Fn(usize) -> String| {
        (0..count).map(one).collect::<Vec<_>>().join(",")
    };
    let items = |count, one: &dyn Fn(usize) -> String| allowing(&many(count, one));
    let categories = |count| {
        let one = |number| {
            format!(r#""{number}":{{"default_action":"log","filter_action":"trap","filter":[]}}"#)
        };
        format!("{{{}}}", many(count, &one))
    };
    let values = |value: usize| {
        format!(
            r#"{{"syscall":"lseek","args":[{{"index":0,"type":"qword","op":"ne","val":{value}}}]}}"#
        )
    };
    let cases = [
        ("as many items as fit", items(50_000, &|_| r#"{"syscall":"read"}"#.to_owned()), None),
        ("as many conditions as fit", items(13_000, &values), None),
        (
            "whole calls in vain",
            items(40_000, &|at| match at {
                0 => values(0),
                _ => r#"{"syscall":"lseek"}"#.to_owned(),
            }),
            None,
        ),
        (
            "as many categories as fit",
            categories(14_000),
            Some("unknown category \"vmm\"; one of 0, 1, 2"),
        ),
        (
            "a long name",
            allowing(&format!(r#"{{"syscall":"{}"}}"#, "x".repeat(1_000_000))),
            Some("vmm.filter[0].syscall: no"),
        ),
        ("a long category", format!(r#"{{"{}":0}}"#, "x".repeat(1_000_000)), Some("xxx")),
        (
            "a long key",
            format!(r#"{{"vmm":{{"{}":0}}}}"#, "x".repeat(1_000_000)),
            Some("vmm: unknown key"),
        ),
        ("a byte too many", " ".repeat(LARGEST + 1), Some("it has 1048577 bytes")),
        ("deep", "[".repeat(LARGEST), Some("it is no JSON: values stand")),
    ];
    for (why, json, says) in cases {
        match (read(&json, "vmm", Arch::X86_64, false), says) {
            (Ok((_, profile)), None) => assert!(profile.report.len() < 100_000, "{why}"),
            (Err(said), Some(says)) => {
                assert!(said.starts_with(says) && said.len() < 1000, "{why}: {said:.200}");
            }
            (found, _) => panic!("{why}: {:.200}", format!("{found:?}")),
        }
    }
}
