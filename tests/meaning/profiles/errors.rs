//! What is no profile, and what is said of it.

use super::{AS_RUNC, CONTAINER, STRICT, USUAL, read, with_rules};
use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::policy::Policy;
use nucleus_seccomp::profile::oci::{self, Context, Mode};
use nucleus_seccomp::profile::{LARGEST, Pin};

/// A rule for `read`, with something else in place of a part.
fn rule(fields: &str) -> String {
    with_rules(&format!(r#"{{"names": ["read"], "action": "SCMP_ACT_ALLOW", {fields}}}"#))
}

#[test]
fn every_error_names_its_place() {
    let arg = |fields: &str| {
        rule(&format!(r#""args": [{{"index": 0}}, {{{fields}}}]"#))
            .replace(r#"{"index": 0}"#, r#"{"index": 0, "op": "SCMP_CMP_EQ"}"#)
    };
    let top = |fields: &str| format!(r#"{{"defaultAction": "SCMP_ACT_ERRNO", {fields}}}"#);
    let cases: Vec<(String, &str)> = vec![
        ("[]".into(), "an object is wanted, not a list"),
        ("null".into(), "an object is wanted, not null"),
        ("{}".into(), "defaultAction: there is none"),
        (
            r#"{"defaultAction": ""}"#.into(),
            "defaultAction: unknown action \"\"; one of SCMP_ACT_KILL, ",
        ),
        (
            r#"{"defaultAction": "scmp_act_allow"}"#.into(),
            "defaultAction: unknown action \"scmp_act_allow\"",
        ),
        (r#"{"defaultAction": 1}"#.into(), "defaultAction: a string is wanted, not a number"),
        (
            r#"{"defaultAction": "SCMP_ACT_NOTIFY"}"#.into(),
            "defaultAction: SCMP_ACT_NOTIFY is no default",
        ),
        (top(r#""defaultErrnoRet": 4095"#), "defaultErrnoRet: 4095 is too large; the most is 4094"),
        (
            top(r#""defaultErrnoRet": -1"#),
            "defaultErrnoRet: a number is wanted, not a number that is no",
        ),
        (top(r#""defaultErrnoRet": "1""#), "defaultErrnoRet: a number is wanted, not a string"),
        (top(r#""defaultErrno": "EFOO""#), "defaultErrno: no error is named \"EFOO\""),
        (top(r#""defaultErrno": "4095""#), "defaultErrno: 4095 is above 4094"),
        (
            top(r#""architectures": "SCMP_ARCH_X86""#),
            "architectures: a list is wanted, not a string",
        ),
        (top(r#""architectures": ["SCMP_ARCH_ARM64"]"#), "architectures[0]: unknown architecture"),
        (
            top(r#""architectures": ["SCMP_ARCH_X86", null]"#),
            "architectures[1]: a string is wanted, not null",
        ),
        (
            top(
                r#""architectures": ["SCMP_ARCH_X86"], "archMap": [{"architecture": "SCMP_ARCH_X86"}]"#,
            ),
            "archMap: beside 'architectures' it can't be",
        ),
        (
            top(r#""archMap": [{"architecture": "x86"}]"#),
            "archMap[0].architecture: unknown architecture",
        ),
        (
            top(r#""archMap": [{"architecture": "SCMP_ARCH_X86", "subArchitectures": [7]}]"#),
            "archMap[0].subArchitectures[0]: a string is wanted, not a number",
        ),
        (
            top(r#""flags": ["SECCOMP_FILTER_FLAG_NEW_LISTENER"]"#),
            "flags[0]: unknown flag \"SECCOMP_FILTER_FLAG_NEW_LISTENER\"; one of SECCOMP_FILTER_FLAG_TSYNC, ",
        ),
        (top(r#""listenerPath": "/run/\u0000""#), "listenerPath: it has a NUL in it"),
        (top(r#""syscalls": {}"#), "syscalls: a list is wanted, not an object"),
        (top(r#""syscalls": [null]"#), "syscalls[0]: an object is wanted, not null"),
        (with_rules(r#"{"names": ["read"]}"#), "syscalls[0].action: there is none"),
        (
            rule(r#""errnoRet": 1e3"#).replace("ALLOW", "ERRNO"),
            "syscalls[0].errnoRet: a number is wanted",
        ),
        (rule(r#""name": "write""#), "syscalls[0].name: beside 'names' it can't be; use either"),
        (
            with_rules(r#"{"names": ["read", ""], "action": "SCMP_ACT_ALLOW"}"#),
            "syscalls[0].names[1]: the name",
        ),
        (
            with_rules(r#"{"names": "read", "action": "SCMP_ACT_ALLOW"}"#),
            "syscalls[0].names: a list is wanted",
        ),
        (
            arg(r#""op": "SCMP_CMP_FOO""#),
            "syscalls[0].args[1].op: unknown operator \"SCMP_CMP_FOO\"; one of SCMP_CMP_NE, ",
        ),
        (arg(r#""index": 1"#), "syscalls[0].args[1].op: unknown operator \"\""),
        (
            arg(r#""index": 6, "op": "SCMP_CMP_EQ""#),
            "syscalls[0].args[1].index: 6 is too large; the most is 5",
        ),
        (
            arg(r#""index": -1, "op": "SCMP_CMP_EQ""#),
            "syscalls[0].args[1].index: a number is wanted",
        ),
        (arg(r#""value": 18446744073709551616"#), "syscalls[0].args[1].value: a number is wanted"),
        (arg(r#""valueTwo": 0.5"#), "syscalls[0].args[1].valueTwo: a number is wanted"),
        (rule(r#""args": [null]"#), "syscalls[0].args[0]: an object is wanted, not null"),
        (rule(r#""includes": []"#), "syscalls[0].includes: an object is wanted, not a list"),
        (
            rule(r#""includes": {"caps": "CAP_CHOWN"}"#),
            "syscalls[0].includes.caps: a list is wanted",
        ),
        (
            rule(r#""excludes": {"minKernel": "4"}"#),
            "syscalls[0].excludes.minKernel: \"4\" is no version",
        ),
        (
            rule(r#""includes": {"minKernel": 4.8}"#),
            "syscalls[0].includes.minKernel: a string is wanted",
        ),
        (
            rule(r#""includes": {"minKernel": "4.8-rc1"}"#),
            "syscalls[0].includes.minKernel: \"4.8-rc1\" is no",
        ),
        (rule(r#""Action": "SCMP_ACT_ERRNO""#), "syscalls[0].action: it stands here twice"),
        (
            "{\n  \"defaultAction\": \"SCMP_ACT_ERRNO\",\n}".into(),
            "it is no JSON: trailing comma at line 3 column 1",
        ),
    ];
    for (json, says) in cases {
        let said = read(&json, &CONTAINER, USUAL).expect_err(&json);
        assert!(said.starts_with(says), "{json}\n{said}");
    }
}

/// On x86 the low 32 bits are compared. What they would make another question is refused, whether it
/// would let through more or less.
#[test]
fn values_of_64_bits_are_not_cut() {
    let arg = |value: u64, two: u64, operator: &str| {
        let (before, after) = (r#""args": [{"index": 1, "op": "SCMP_CMP_EQ"},"#, "]");
        rule(&format!(
            r#"{before} {{"value": {value}, "valueTwo": {two}, "op": "SCMP_CMP_{operator}"}}{after}"#
        ))
    };
    const TURN: u64 = 1 << 32;
    let minus = u64::MAX - 8;
    let cases = [
        (TURN - 1, 0, "GE", None, "as much as there is"),
        (TURN, 0, "GE", Some(TURN), "would be at least 0"),
        (TURN, 0, "LT", Some(TURN), "would be below 0"),
        (TURN + 40, 0, "EQ", Some(TURN + 40), "would be 40"),
        (TURN + 40, 0, "NE", Some(TURN + 40), "would be all but 40"),
        (minus, 0, "EQ", None, "a negative number"),
        (minus, 0, "NE", None, "a negative number"),
        (minus, 0, "GE", Some(minus), "as an unsigned one it is large"),
        (u64::MAX << 31, 0, "EQ", None, "the least that fits"),
        ((u64::MAX << 31) - 1, 0, "EQ", Some((u64::MAX << 31) - 1), "one less"),
        (minus, 0, "MASKED_EQ", None, "a mask of high bits, which are to be clear"),
        (TURN, TURN, "MASKED_EQ", Some(TURN), "a mask of high bits, which are to be set"),
        (TURN - 1, TURN, "MASKED_EQ", None, "bits outside the mask"),
        (u64::MAX, minus, "MASKED_EQ", None, "a negative number, all of it"),
    ];
    for (value, two, operator, refused, why) in cases {
        let json = arg(value, two, operator);
        match (read(&json, &CONTAINER, USUAL), refused) {
            (Ok(_), None) => {}
            (Err(said), Some(refused)) => {
                let says = format!("syscalls[0].args[1]: {refused:#x} has more than 32 bits");
                assert!(said.starts_with(&says) && said.contains("x86"), "{why}: {said}");
                let wide = json.replace(r#""SCMP_ARCH_X86_64", "SCMP_ARCH_X86""#, "");
                assert!(read(&wide, &CONTAINER, USUAL).is_ok(), "{why}: without x86");
                let not_here =
                    json.replace("\"names\"", r#""includes": {"caps": ["CAP_BPF"]}, "names""#);
                assert!(
                    read(&not_here, &CONTAINER, USUAL).is_ok(),
                    "{why}: not for this container"
                );
            }
            (found, _) => panic!("{why}: {found:?}"),
        }
        assert!(read(&json, &CONTAINER, AS_RUNC).is_ok(), "{why}");
    }
}

/// What is reported otherwise.
#[test]
fn strict_reading_leaves_nothing_out() {
    let cases = [
        (rule(r#""comment": "x", "_why": [], "args": null"#), None),
        (
            with_rules(r#"{"names": ["raed"], "action": "SCMP_ACT_ALLOW"}"#),
            Some("syscalls[0].names[0]: no"),
        ),
        (rule(r#""excldes": {}"#), Some("syscalls[0]: the key \"excldes\" is unknown")),
        (
            rule(r#""includes": {"caps": ["SYS_ADMIN"]}"#),
            Some("syscalls[0].includes.caps[0]: no capability"),
        ),
        (
            rule(r#""includes": {"arches": ["x64"]}"#),
            Some("syscalls[0].includes.arches[0]: no architecture"),
        ),
        (rule(r#""errnoRet": 1"#), Some("syscalls[0].errnoRet: SCMP_ACT_ALLOW has no errno")),
        (rule(r#""errno": "EPERM""#), Some("syscalls[0].errno: SCMP_ACT_ALLOW has no errno")),
        (
            with_rules(r#"{"names": [], "action": "SCMP_ACT_ALLOW"}"#),
            Some("syscalls[0]: it names no"),
        ),
    ];
    for (json, says) in cases {
        let (_, profile) =
            read(&json, &CONTAINER, USUAL).unwrap_or_else(|said| panic!("{json}: {said}"));
        match (read(&json, &CONTAINER, STRICT), says) {
            (Ok(_), None) => assert_eq!(profile.report, "", "{json}"),
            (Err(said), Some(says)) => {
                assert!(said.starts_with(says), "{json}\n{said}");
                assert!(profile.report.starts_with(says), "{json}\n{}", profile.report);
            }
            (found, _) => panic!("{json}: {found:?}"),
        }
    }
}

#[test]
fn what_runc_refuses_is_refused_as_runc() {
    let two = r#"{"names": ["read"], "action": "SCMP_ACT_ALLOW", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}]},
                 {"names": ["read"], "action": "SCMP_ACT_TRAP", "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}]}"#;
    let cases = [
        (
            two,
            "read: syscalls[0] and syscalls[1] give one condition two verdicts, allow and trap 0",
        ),
        (
            r#"{"names": ["write"], "action": "SCMP_ACT_NOTIFY"}"#,
            "syscalls[0].names[0]: SCMP_ACT_NOTIFY for write",
        ),
    ];
    for (rules, says) in cases {
        let json = with_rules(rules);
        assert!(read(&json, &CONTAINER, USUAL).is_ok(), "{rules}");
        let said = read(&json, &CONTAINER, AS_RUNC).unwrap_err();
        assert!(said.starts_with(says), "{said}");
    }
}

#[test]
fn errors_have_no_names_where_they_have_other_numbers() {
    let json = r#"{"defaultAction": "SCMP_ACT_ERRNO", "defaultErrno": "ENOSYS"}"#;
    let mips = Context { arch: Some(Arch::Mips64), ..CONTAINER };
    let said = read(json, &mips, USUAL).unwrap_err();
    assert_eq!(said, "defaultErrno: on mips64 errors have other numbers; give the number");
}

/// What takes a parser's time, memory or stack. All of it ends, in words.
#[test]
fn hostile_profiles_end() {
    let names = |count: usize, name: &str| {
        let list = format!("\"{name}\",").repeat(count);
        with_rules(&format!(
            r#"{{"names": [{}], "action": "SCMP_ACT_ALLOW"}}"#,
            list.trim_end_matches(',')
        ))
    };
    let rules = |count: usize| {
        let rule = |value: usize| {
            format!(
                r#"{{"names":["read"],"action":"SCMP_ACT_{}","args":[{{"value":{value},"op":"SCMP_CMP_NE"}}]}}"#,
                ["ALLOW", "TRAP"][value % 2]
            )
        };
        with_rules(&(0..count).map(rule).collect::<Vec<_>>().join(","))
    };
    let handed_on = |count: usize| {
        let own = |value: usize| {
            format!(
                r#"{{"names":["ipc"],"action":"SCMP_ACT_ALLOW","args":[{{"index":1,"value":{value},"op":"SCMP_CMP_EQ"}}]}}"#
            )
        };
        let own: Vec<String> = (0..count).map(own).collect();
        let others = r#"{"names":["semop","semget","semctl","msgsnd","msgget","shmat","shmdt","shmget"],
            "action":"SCMP_ACT_TRAP"}"#;
        with_rules(&format!("{},{others}", own.join(",")))
    };
    let bits = |count: usize| {
        let rule = |value: usize| {
            format!(
                r#"{{"names":["lseek"],"action":"SCMP_ACT_ALLOW","args":[
                    {{"value":{},"valueTwo":{value},"op":"SCMP_CMP_MASKED_EQ"}}]}}"#,
                u64::MAX
            )
        };
        let last = r#"{"names":["lseek"],"action":"SCMP_ACT_TRAP","args":[{"op":"SCMP_CMP_GE"}]}"#;
        with_rules(&(0..count).map(rule).chain([last.to_owned()]).collect::<Vec<_>>().join(","))
    };
    let cases = [
        ("as many names as fit", names(140_000, "read"), None, None),
        ("as many as nobody knows", names(160_000, "x"), None, None),
        (
            "one byte too many",
            " ".repeat(LARGEST + 1),
            Some("it has 1048577 bytes"),
            Some("it has"),
        ),
        ("a million names", names(1_000_000, "read"), Some("it has"), Some("it has")),
        ("a long name", names(1, &"x".repeat(1_000_000)), None, None),
        ("deep", "[".repeat(LARGEST), Some("it is no JSON: values stand"), Some("it is no JSON")),
        ("wide", format!("[{}0]", "0,".repeat(500_000)), Some("an object"), Some("an object")),
        ("rules that leave nothing of each other", rules(9_000), None, None),
        (
            "rules for ipc, times those that go through it",
            handed_on(9_000),
            Some("ipc: its rules and those of what it hands on come to more than 16384"),
            Some("ipc: the order in which libseccomp asks"),
        ),
        (
            "rules that cut each other up",
            bits(4),
            None,
            Some("lseek: the order in which libseccomp asks"),
        ),
    ];
    for (why, json, usual, runc) in cases {
        for (mode, says) in [(USUAL, usual), (AS_RUNC, runc)] {
            match (read(&json, &CONTAINER, mode), says) {
                (Ok((_, profile)), None) => {
                    assert!(
                        profile.report.len() < 200_000,
                        "{why}: {} bytes",
                        profile.report.len()
                    );
                }
                (Err(said), Some(says)) => assert!(said.starts_with(says), "{why}: {said:.200}"),
                (Err(said), None) => panic!("{why}: {said:.200}"),
                (Ok(_), Some(says)) => panic!("{why}: not {says}"),
            }
        }
    }
}

/// A filter that says something already would lose it.
#[test]
fn a_profile_is_for_a_new_filter() {
    type Change = fn(&mut Policy);
    let changes: [(&str, Change, bool); 7] = [
        ("nothing", |_| (), true),
        ("an attribute", |policy| policy.attributes_mut().log = true, true),
        ("a rule", |policy| policy.allow("read").unwrap(), false),
        ("a denial", |policy| policy.deny("read").unwrap(), false),
        ("an architecture", |policy| policy.add_arch(Arch::Arm).unwrap(), false),
        ("none", |policy| policy.remove_arch(Arch::native().unwrap()), false),
        ("another policy", |policy| policy.intersect(&policy.clone()).unwrap(), false),
    ];
    let json = br#"{"defaultAction": "SCMP_ACT_ALLOW"}"#;
    for (why, change, taken) in changes {
        let mut policy = Policy::new(Action::KILL_PROCESS);
        change(&mut policy);
        let before = policy.clone();
        let result = oci::set(&mut policy, "test", json, None, &CONTAINER, Mode::default());
        assert_eq!(result.is_ok(), taken, "{why}: {result:?}");
        if taken {
            assert_eq!(policy.attributes(), before.attributes(), "{why}: attributes stay");
            assert!(policy.add_arch(Arch::Arm).is_err(), "{why}: rules are for what is covered");
            let again = oci::set(&mut policy, "test", json, None, &CONTAINER, Mode::default());
            assert!(again.is_err(), "{why}: a second profile");
        } else {
            assert_eq!(policy, before, "{why}");
        }
    }
}

#[test]
fn the_pinned_bytes_and_no_others() {
    // As sha256sum says.
    let json = br#"{"defaultAction":"SCMP_ACT_KILL"}"#;
    let sum = "2c8cc7ad52ccdb76ac530bd674c3874456d2d343392546f7807eca10481f65dd";
    let pin = Pin::from_hex(sum.as_bytes()).unwrap();
    let mut policy = Policy::new(Action::KILL_PROCESS);
    let changed = br#"{"defaultAction":"SCMP_ACT_LOG_"}"#;
    let error = oci::set(&mut policy, "test", changed, Some(&pin), &CONTAINER, USUAL).unwrap_err();
    assert_eq!(error.to_string(), "test: its SHA-256 is another one than was given");
    oci::set(&mut policy, "test", json, Some(&pin), &CONTAINER, USUAL).unwrap();
    assert_eq!(policy.default_action(), Action::KILL_THREAD);
}
