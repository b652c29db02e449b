//! Small files, and the verdicts that calls get.

use super::{allowing, beside, listing, read};
use crate::profiles::made;
use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch::{self, Aarch64, Riscv64, X32, X86, X86_64};
use nucleus_seccomp::policy::{Policy, evaluate};

const ALLOW: Action = Action::ALLOW;
const KILL: Action = Action::KILL_PROCESS;
const TRAP: Action = Action::trap(0);
const THREAD: Action = Action::KILL_THREAD;
const MOST_ERRNO: Action = Action::errno(4095);
const MOST_TRACE: Action = Action::trace(65535);

/// A call by name, its first arguments, and the verdict.
type Asked = (Arch, &'static str, &'static [u64], Action);

/// An item for lseek with these conditions, each `index type op val`.
fn lseek(conditions: &[(u8, &str, &str, u64)]) -> String {
    let arg = |(index, kind, op, val): &(u8, &str, &str, u64)| {
        let op = if op.starts_with('{') { (*op).to_owned() } else { format!("\"{op}\"") };
        format!(r#"{{"index": {index}, "type": "{kind}", "op": {op}, "val": {val}}}"#)
    };
    let args: Vec<String> = conditions.iter().map(arg).collect();
    format!(r#"{{"syscall": "lseek", "args": [{}]}}"#, args.join(", "))
}

fn cases() -> Vec<(&'static str, String, &'static [Asked])> {
    const HIGH: u64 = 0x1_0000_0000;
    vec![
        (
            "an item without args, one with null, and the rest of the machine",
            allowing(r#"{"syscall": "read"}, {"syscall": "write", "args": null, "comment": null}"#),
            &[
                (X86_64, "read", &[7, 8], ALLOW),
                (X86_64, "write", &[], ALLOW),
                (X86_64, "close", &[], TRAP),
                (X86_64, "9999", &[], TRAP),
                (X86_64, "-1", &[], TRAP),
                (X32, "read", &[], KILL),
                (X86, "read", &[], KILL),
                (Aarch64, "read", &[], KILL),
            ],
        ),
        ("nothing listed", allowing(""), &[(X86_64, "read", &[], TRAP), (X86, "read", &[], KILL)]),
        (
            "items are alternatives, args hold together",
            allowing(
                &[
                    lseek(&[(0, "dword", "eq", 1), (1, "qword", "eq", 2)]),
                    lseek(&[(2, "dword", "eq", 3)]),
                ]
                .join(", "),
            ),
            &[
                (X86_64, "lseek", &[1, 2, 0], ALLOW),
                (X86_64, "lseek", &[1, 3, 0], TRAP),
                (X86_64, "lseek", &[0, 2, 0], TRAP),
                (X86_64, "lseek", &[0, 0, 3], ALLOW),
            ],
        ),
        (
            "an argument twice is a range",
            allowing(&lseek(&[(0, "dword", "ge", 2), (0, "dword", "lt", 4)])),
            &[
                (X86_64, "lseek", &[1], TRAP),
                (X86_64, "lseek", &[2], ALLOW),
                (X86_64, "lseek", &[3], ALLOW),
                (X86_64, "lseek", &[4], TRAP),
            ],
        ),
        (
            "a dword is the low half",
            allowing(&lseek(&[(0, "dword", "eq", 1)])),
            &[(X86_64, "lseek", &[HIGH | 1], ALLOW), (X86_64, "lseek", &[HIGH], TRAP)],
        ),
        (
            "a qword is both",
            allowing(&lseek(&[(0, "qword", "eq", 1)])),
            &[(X86_64, "lseek", &[HIGH | 1], TRAP), (X86_64, "lseek", &[1], ALLOW)],
        ),
        (
            "of a dword, the value's low half",
            allowing(&lseek(&[(0, "dword", "eq", HIGH | 1)])),
            &[(X86_64, "lseek", &[1], ALLOW), (X86_64, "lseek", &[HIGH], TRAP)],
        ),
        (
            "and the mask's",
            allowing(&lseek(&[(0, "dword", r#"{"masked_eq": 4294967299}"#, HIGH | 5)])),
            &[(X86_64, "lseek", &[HIGH | 9], ALLOW), (X86_64, "lseek", &[2], TRAP)],
        ),
        (
            "bits outside the mask don't count",
            allowing(&lseek(&[(0, "qword", r#"{"masked_eq": 3}"#, 7)])),
            &[
                (X86_64, "lseek", &[3], ALLOW),
                (X86_64, "lseek", &[7], ALLOW),
                (X86_64, "lseek", &[4], TRAP),
            ],
        ),
        (
            "a mask of 0 asks nothing",
            allowing(&lseek(&[(0, "qword", r#"{"masked_eq": 0}"#, 0)])),
            &[(X86_64, "lseek", &[u64::MAX], ALLOW)],
        ),
        (
            "a whole call beside conditions, where fewer calls run without it",
            allowing(&[r#"{"syscall": "lseek"}"#, &lseek(&[(0, "dword", "eq", 1)])].join(", ")),
            &[(X86_64, "lseek", &[1], ALLOW), (X86_64, "lseek", &[2], TRAP)],
        ),
        (
            "and where more would",
            listing(
                "allow",
                "trap",
                &[&lseek(&[(0, "dword", "eq", 1)]), r#"{"syscall": "lseek"}"#].join(", "),
            ),
            &[(X86_64, "lseek", &[1], TRAP), (X86_64, "lseek", &[2], TRAP)],
        ),
        (
            "a deny list does not hold for x32's numbers",
            listing("allow", "kill_thread", r#"{"syscall": "mount"}"#),
            &[
                (X86_64, "mount", &[], THREAD),
                (X86_64, "read", &[], ALLOW),
                (X32, "mount", &[], KILL),
                (X32, "read", &[], KILL),
            ],
        ),
        (
            "actions with a number",
            allowing(r#"{"syscall": "read"}"#)
                .replace(r#""trap""#, r#"{"errno": 4095}"#)
                .replace(r#""allow""#, r#"{"trace": 65535}"#),
            &[(X86_64, "read", &[], MOST_TRACE), (X86_64, "write", &[], MOST_ERRNO)],
        ),
        (
            "the fields by their other names",
            allowing(r#"{"syscall": "read"}"#)
                .replace("default_action", "mismatch_action")
                .replace("filter_action", "match_action"),
            &[(X86_64, "read", &[], ALLOW), (X86_64, "write", &[], TRAP)],
        ),
    ]
}

#[test]
fn calls_get_the_verdicts_of_their_category() {
    for (why, json, asked) in cases() {
        let (policy, _) =
            read(&json, "vmm", X86_64, false).unwrap_or_else(|e| panic!("{why}: {e}"));
        for (arch, name, args, expected) in asked {
            let found = evaluate(&policy, &made(*arch, name, args));
            assert_eq!(found, *expected, "{why}: {name} {args:?} on {arch}");
        }
    }
}

#[test]
fn numbers_are_those_of_the_target() {
    let json = allowing(r#"{"syscall": "read"}"#);
    for target in [X86_64, Aarch64, Riscv64] {
        let (policy, _) = read(&json, "vmm", target, true).unwrap();
        for arch in [X86_64, Aarch64, Riscv64] {
            let expected = if arch == target { ALLOW } else { KILL };
            assert_eq!(evaluate(&policy, &made(arch, "read", &[])), expected, "{arch}");
        }
    }
}

/// What the caller has set of the filter is not the file's.
#[test]
fn attributes_stay() {
    use nucleus_seccomp::profile::firecracker::set;
    let mut policy = Policy::covering(ALLOW, [X86_64]);
    policy.attributes_mut().bad_arch = Action::errno(1);
    policy.attributes_mut().log = true;
    let before = *policy.attributes();
    let json = allowing("");
    set(&mut policy, "test", json.as_bytes(), None, "vmm", true).unwrap();
    assert_eq!((*policy.attributes(), policy.default_action()), (before, TRAP));
    assert!(policy.add_arch(Aarch64).is_err(), "its rules are for the one architecture");
}

/// Files that are taken, and the report.
#[test]
fn reports_say_what_was_left_out_or_made_stricter() {
    let whole = r#"{"syscall": "lseek"}"#;
    let one = lseek(&[(0, "dword", "eq", 1)]);
    let both = format!("{whole}, {one}, {whole}");
    let dropped =
        "it is for the whole call, and dropped, as in seccompiler, for the items with args";
    let holds =
        "it is for the whole call, and holds, where seccompiler drops it for the items with args";
    let op = |op: &str, val| allowing(&lseek(&[(0, "dword", op, val)]));
    let cases = [
        (allowing(&format!("{whole}, {whole}")), vec![], "the same twice"),
        (allowing(&format!("{one}, {one}")), vec![], "a condition twice"),
        (
            allowing(&both),
            vec![("vmm.filter[0]", dropped), ("vmm.filter[2]", dropped)],
            "a whole call in vain",
        ),
        (
            op("lt", 1 << 32),
            vec![("vmm.filter[0].args[0].val", "a dword has 32 bits; those above are left out")],
            "wide",
        ),
        (op("lt", u32::MAX.into()), vec![], "as wide as may be"),
        (
            op(r#"{"masked_eq": 4294967296}"#, 0),
            vec![(
                "vmm.filter[0].args[0].op",
                "a dword has 32 bits; those of the mask above are left out",
            )],
            "a wide mask",
        ),
        (
            op(r#"{"masked_eq": 2}"#, 3),
            vec![("vmm.filter[0].args[0].val", "its bits outside of the mask are left out")],
            "outside the mask",
        ),
    ];
    for (json, lines, why) in cases {
        let (_, profile) = read(&json, "vmm", X86_64, false).unwrap();
        let lines: Vec<String> =
            lines.into_iter().map(|(place, what)| format!("{place}: {what}\n")).collect();
        assert_eq!(profile.report, lines.concat(), "{why}");
        let strict = read(&json, "vmm", X86_64, true).map(|(_, profile)| profile.report);
        let first = lines.first().map(|line| line.trim_end().to_owned());
        assert_eq!(strict, first.map_or(Ok(String::new()), Err), "{why}");
    }
    // What holds is not left out.
    let json = listing("allow", "trap", &both);
    for strict in [false, true] {
        let (_, profile) = read(&json, "vmm", X86_64, strict).unwrap();
        let lines = format!("vmm.filter[0]: {holds}\nvmm.filter[2]: {holds}\n");
        assert_eq!(profile.report, lines);
    }
    // Nobody asked for another category.
    let json = beside(&op("lt", 1 << 32), &allowing("").replace("vmm", "api"));
    assert_eq!(read(&json, "api", X86_64, true).unwrap().1.report, "");
}
