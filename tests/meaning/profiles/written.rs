//! Policies written as profiles: what they look like, and that they are the same when they are read.

use super::files::{CONTAINER_JSON, DENY_JSON, FLAT_JSON, OLD_JSON};
use super::{AS_RUNC, CONTAINER, Context, USUAL, read};
use crate::cases::{
    Random, all_modes, built_in, built_in_on, call, interesting_args, random_policy_on,
};
use nucleus_seccomp::action::{Action, Kind};
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::policy::builtin::{ARCHES, Modes};
use nucleus_seccomp::policy::{Condition, Operator, Policy, Rule, Subject, Width, evaluate};
use nucleus_seccomp::profile::oci::{Listener, write};
use nucleus_seccomp::prove::{Order, compare_policies};
use nucleus_seccomp::syscall::{Newest, Syscall};
use serde_json::Value;

const ENOSYS: Action = Action::errno(38);

pub fn written(policy: &Policy) -> Result<String, String> {
    write(policy, Listener::default()).map_err(|error| error.to_string())
}

/// Both readings are equal to the policy, for all calls but those of foreign architectures.
fn comes_back(what: &str, policy: &Policy) {
    let text = written(policy).unwrap_or_else(|error| panic!("{what}: {error}"));
    let context = Context { arch: policy.arches().next(), ..CONTAINER };
    for mode in [USUAL, AS_RUNC] {
        let (found, profile) = read(&text, &context, mode).unwrap();
        if policy.layers().count() > 1 && mode == AS_RUNC {
            continue; // the layers behind the first kill processes of foreign architectures
        }
        let mut wanted = policy.clone();
        wanted.attributes_mut().bad_arch = found.attributes().bad_arch;
        let order = compare_policies(&found, &wanted).unwrap().order();
        assert_eq!(order, Order::Equal, "{what}: {mode:?}: {text}");
        // The one that is named last gets the default; what socketcall hands on is said of it, and where
        // the kernel takes an argument for less.
        let known = ["action is the default's", "through socketcall", "upper bits get by"];
        let is_known = |line: &str| known.iter().any(|part| line.contains(part));
        assert!(profile.report.lines().all(is_known), "{what}: {}", profile.report);
    }
}

#[test]
fn the_built_in_policy_comes_back_in_all_modes() {
    for modes in all_modes() {
        for arches in [&ARCHES[..1], &ARCHES[1..2], &ARCHES[2..], &ARCHES] {
            let mut policy = built_in_on(modes, arches);
            if modes.strict {
                let error = written(&policy).unwrap_err();
                assert!(error.contains("NUCLEUS_ATTR_UNKNOWN"), "{modes:?}: {error}");
                policy.attributes_mut().unknown = Some(ENOSYS);
            }
            comes_back(&format!("{modes:?}"), &policy);
        }
    }
}

#[test]
fn whole_profiles_come_back() {
    let files = [CONTAINER_JSON, DENY_JSON, FLAT_JSON, OLD_JSON];
    for (json, mode) in files.into_iter().flat_map(|json| [(json, USUAL), (json, AS_RUNC)]) {
        let (policy, _) = read(json, &CONTAINER, mode).unwrap();
        if mode == AS_RUNC && json == DENY_JSON {
            // What runc refuses by ipc's number alone is refused with any version of it as usual.
            assert!(written(&policy).unwrap_err().contains("ipc(0x10015, "));
        } else {
            comes_back("a profile", &policy);
        }
    }
}

/// Random policies made so that most can be said: verdicts that the format has, and what it says of
/// newer calls.
pub fn sayable(random: &mut Random, arches: &[Arch]) -> Policy {
    let known = |action: Action| if action.kind() == Kind::Trap { Action::trap(0) } else { action };
    let made = random_policy_on(random, arches, 12);
    let default = match known(made.default_action()) {
        Action::NOTIFY => Action::KILL_PROCESS,
        other => other,
    };
    let mut policy = Policy::covering(default, arches.iter().copied());
    policy.attributes_mut().unknown = default.refuses().then_some(ENOSYS);
    for (subject, rule) in made.rules() {
        let Subject::Named(call) = subject else { continue };
        let conditions = rule.conditions().iter().copied();
        let (action, conditions) = (known(rule.action()), conditions.take(2));
        if action == Action::NOTIFY && call.name() == "write" {
            continue;
        }
        let made = if rule.is_soft() { Rule::soft } else { |a, c| Rule::new(a, c) };
        policy.add_rule_for(call.into(), made(action, conditions)).unwrap();
    }
    made.denied().for_each(|subject| {
        if let Subject::Named(call) = subject {
            policy.deny(call.name()).unwrap();
        }
    });
    policy
}

#[test]
fn random_policies_come_back() {
    let (mut said, mut asked) = (0, 0);
    for seed in 0..400 {
        let mut random = Random::new(seed);
        let arch = random.pick(&[Arch::X86_64, Arch::Aarch64, Arch::Ppc64, Arch::Riscv64]);
        let mut policy = sayable(&mut random, &[arch]);
        if random.one_in(6) {
            let mut other = sayable(&mut random, &[arch]);
            *other.attributes_mut() = *policy.attributes();
            policy.intersect(&other).unwrap();
        }
        match written(&policy) {
            Ok(text) => {
                said += 1;
                comes_back(&format!("{seed}"), &policy);
                asked += compare_by_calls(&policy, &text, arch, &mut random);
            }
            Err(error) => {
                let known = [
                    "would take more than 512 rules",
                    "a name on every",
                    "ENOSYS",
                    "through this one",
                ];
                assert!(known.iter().any(|part| error.contains(part)), "{seed}: {error}");
            }
        }
    }
    println!("{said} of 400 policies, {asked} calls");
    assert!(said > 250, "{said}");
}

/// Without the prover: every call by name, at the values that rules speak of.
fn compare_by_calls(policy: &Policy, text: &str, arch: Arch, random: &mut Random) -> usize {
    let (found, _) = read(text, &Context { arch: Some(arch), ..CONTAINER }, USUAL).unwrap();
    let mut asked = 0;
    for nr in Syscall::all().filter_map(|call| call.number(arch)).map(u32::cast_signed) {
        for args in interesting_args(policy, nr, arch, random) {
            let call = call(arch, nr, args);
            assert_eq!(evaluate(&found, &call), evaluate(policy, &call), "{call}: {text}");
            asked += 1;
        }
    }
    asked
}

const IS: Operator = Operator::Eq;
const LOW: u64 = 0xffff_ffff;

fn condition(operator: Operator, width: Width, value: u64, mask: u64) -> Condition {
    Condition::new("test", 0, operator, width, value, mask).unwrap()
}

fn wide(operator: Operator, value: u64) -> Condition {
    condition(operator, Width::Bits64, value, 0)
}

fn low(operator: Operator, value: u64) -> Condition {
    condition(operator, Width::Bits32, value, 0)
}

fn masked(mask: u64, value: u64) -> Condition {
    condition(Operator::MaskedEq, Width::Bits64, value, mask)
}

/// The rules of `lseek` in a profile, as `ALLOW EQ 5`, with a mask as `MASKED_EQ ff:5`.
fn rules_of(text: &str) -> Vec<String> {
    let profile: Value = serde_json::from_str(text).unwrap();
    let mut all = Vec::new();
    for rule in profile["syscalls"].as_array().unwrap() {
        if !rule["names"].as_array().unwrap().iter().any(|name| name == "lseek") {
            continue;
        }
        let mut said = rule["action"].as_str().unwrap().replace("SCMP_ACT_", "");
        for arg in rule["args"].as_array().into_iter().flatten() {
            let number = |key: &str| arg[key].as_u64().unwrap();
            let operator = arg["op"].as_str().unwrap().replace("SCMP_CMP_", " ");
            said += &operator;
            if number("index") > 0 {
                said += &format!("[{}]", number("index"));
            }
            said += &match arg.get("valueTwo") {
                Some(_) => format!(" {:x}:{:x}", number("value"), number("valueTwo")),
                None => format!(" {:x}", number("value")),
            };
        }
        all.push(said);
    }
    all
}

/// What a rule of `lseek` on x86_64 becomes where all else is refused.
#[test]
fn conditions_become_one_comparison_an_argument() {
    use Operator::{Ge, Gt, Le, Lt, Ne};
    let cases: [(&str, &[Condition], &[&str]); 27] = [
        ("one value", &[wide(IS, 5)], &["EQ 5"]),
        ("the last one", &[wide(IS, u64::MAX)], &["EQ ffffffffffffffff"]),
        ("a high half", &[wide(IS, 1 << 32)], &["EQ 100000000"]),
        ("a low half", &[low(IS, 5)], &["MASKED_EQ ffffffff:5"]),
        ("bit 31", &[low(IS, 1 << 31)], &["MASKED_EQ ffffffff:80000000"]),
        ("not one value", &[wide(Ne, 5)], &["NE 5"]),
        ("not two", &[wide(Ne, 5), wide(Ne, 7)], &["LE 4", "GE 8", "EQ 6"]),
        ("not the ends", &[wide(Ne, 0), wide(Ne, 1), wide(Ne, 2)], &["GE 3"]),
        ("below", &[wide(Lt, 5)], &["LE 4"]),
        ("up to", &[wide(Le, 5)], &["LE 5"]),
        ("above", &[wide(Gt, 5)], &["GE 6"]),
        ("from", &[wide(Ge, LOW)], &["GE ffffffff"]),
        ("from bit 32 on", &[wide(Gt, LOW)], &["GE 100000000"]),
        ("everything", &[wide(Ge, 0)], &[""]),
        ("everything, up to the end", &[wide(Le, u64::MAX)], &[""]),
        ("a mask of nothing", &[masked(0, 0)], &[""]),
        ("nothing", &[wide(Lt, 0)], &[]),
        ("no value is both", &[wide(IS, 1), wide(IS, 2)], &[]),
        ("none is both 32 and 64 bits", &[wide(IS, 1 << 32), low(IS, 1)], &[]),
        ("a mask", &[masked(6, 4)], &["MASKED_EQ 6:4"]),
        ("two masks", &[masked(6, 4), masked(1, 1)], &["MASKED_EQ 7:5"]),
        ("a mask of all", &[masked(u64::MAX, 4)], &["EQ 4"]),
        ("a mask that leaves one", &[masked(!1, 4), wide(Gt, 4)], &["EQ 5"]),
        ("a range", &[wide(Ge, 4), wide(Le, 7)], &["MASKED_EQ fffffffffffffffc:4"]),
        (
            "a range that is no block",
            &[wide(Ge, 3), wide(Le, 6)],
            &["EQ 3", "MASKED_EQ fffffffffffffffe:4", "EQ 6"],
        ),
        ("below in the low half", &[low(Lt, 1 << 31)], &["MASKED_EQ 80000000:0"]),
        ("a mask in a range", &[masked(1, 1), wide(Lt, 4)], &["MASKED_EQ fffffffffffffffd:1"]),
    ];
    for (what, conditions, expected) in cases {
        let rules = rules_of(&written(&with_rules(&[(Action::ALLOW, conditions)])).unwrap());
        let expected: Vec<String> =
            expected.iter().map(|rule| format!("ALLOW {rule}").trim().to_owned()).collect();
        assert_eq!(rules, expected, "{what}");
    }
    let counts: [(&str, &[Condition], usize); 5] = [
        ("not one low half", &[low(Ne, 5)], 32),
        ("all but one of two low halves", &[low(Ge, 1)], 32),
        ("the worst range", &[wide(Ge, 1), wide(Le, u64::MAX - 1)], 126),
        ("the worst range of low halves", &[low(Ge, 1), low(Le, 0xffff_fffe)], 62),
        (
            "the worst range and a bit of each",
            &[wide(Ge, 1), wide(Le, u64::MAX - 1), masked(1, 1)],
            63,
        ),
    ];
    for (what, conditions, expected) in counts {
        let text = written(&with_rules(&[(Action::ALLOW, conditions)])).unwrap();
        assert_eq!(rules_of(&text).len(), expected, "{what}");
    }
}

/// A policy that kills, but for these rules of `lseek`.
fn with_rules(rules: &[(Action, &[Condition])]) -> Policy {
    let mut policy = Policy::covering(Action::KILL_PROCESS, [Arch::X86_64]);
    policy.attributes_mut().unknown = Some(ENOSYS);
    policy.allow("read").unwrap();
    for (action, conditions) in rules {
        policy.add_rule("lseek", Rule::new(*action, conditions.iter().copied())).unwrap();
    }
    policy
}

/// Rules that meet are cut so that they don't.
#[test]
fn what_overrides_is_cut_out_of_the_rest() {
    let second = Condition::new("test", 1, IS, Width::Bits64, 2, 0).unwrap();
    let (allow, trap, errno) = (Action::ALLOW, Action::trap(0), Action::errno(1));
    let is_1 = [wide(IS, 1)];
    let cases: [(&str, &[(Action, &[Condition])], &[&str]); 7] = [
        (
            "an exception",
            &[(allow, &[]), (errno, &is_1)],
            &["ALLOW EQ 0", "ALLOW GE 2", "ERRNO EQ 1"],
        ),
        (
            "a looser one",
            &[(errno, &[]), (allow, &is_1)],
            &["ALLOW EQ 1", "ERRNO EQ 0", "ERRNO GE 2"],
        ),
        ("the strictest", &[(allow, &[]), (errno, &[])], &["ERRNO"]),
        ("the default's", &[(Action::KILL_PROCESS, &is_1), (allow, &[])], &["ALLOW NE 1"]),
        ("the same twice", &[(allow, &is_1), (allow, &[])], &["ALLOW"]),
        (
            "two arguments",
            &[(allow, &[second]), (trap, &is_1)],
            &["ALLOW EQ 0 EQ[1] 2", "ALLOW GE 2 EQ[1] 2", "TRAP EQ 1"],
        ),
        ("one within the other", &[(trap, &is_1), (errno, &[wide(IS, 1), second])], &["TRAP EQ 1"]),
    ];
    for (what, rules, expected) in cases {
        assert_eq!(rules_of(&written(&with_rules(rules)).unwrap()), expected, "{what}");
    }
}

#[test]
fn the_text() {
    let mut policy = Policy::covering(Action::errno(1), [Arch::X86_64, Arch::X86]);
    let attributes = policy.attributes_mut();
    attributes.unknown = Some(ENOSYS);
    attributes.newest = Newest::Number(439);
    attributes.log = true;
    policy.allow("read").unwrap();
    policy.allow("openat").unwrap();
    policy.add_rule("clone3", Rule::new(ENOSYS, [])).unwrap();
    policy.add_rule("lseek", Rule::new(Action::ALLOW, [wide(IS, 1)])).unwrap();
    let listener = Listener { path: Some("/run/a\"\\b"), metadata: Some("x\n") };
    let text = write(&policy, listener).unwrap();
    assert_eq!(text, include_str!("../../data/profiles/written.json"));
    let (_, profile) = read(&text, &CONTAINER, USUAL).unwrap();
    assert_eq!(profile.listener_path.as_deref(), listener.path);
    assert_eq!(profile.listener_metadata.as_deref(), listener.metadata);
}

/// An attribute or a rule that no profile has.
type Change = fn(&mut Policy);

#[test]
fn what_no_profile_says_is_an_error_that_says_what_and_where() {
    let cases: [(&str, Change, &[&str]); 13] = [
        ("a trap's data", |p| add(p, "read", Action::trap(7), &[]), &["read: trap 7", "no data"]),
        (
            "an errno too large",
            |p| add(p, "bind", Action::errno(4095), &[]),
            &["bind: errno 4095", "4094"],
        ),
        ("a number without a name", |p| number(p, Arch::X86_64, 500), &["call 0x1f4(", "log"]),
        (
            "a skipped call",
            |p| number(p, Arch::X86_64, -1),
            &["call 0xffffffff(", "without a name"],
        ),
        (
            "a number of one architecture",
            |p| number(p, Arch::X86, 3),
            &["read(", "on x86 gets log", "would get kill"],
        ),
        (
            "no word on newer calls",
            |p| p.attributes_mut().unknown = None,
            &["NUCLEUS_ATTR_UNKNOWN"],
        ),
        ("another", |p| p.attributes_mut().unknown = Some(Action::LOG), &["would get errno 38"]),
        (
            "foreign architectures",
            |p| p.attributes_mut().bad_arch = Action::errno(1),
            &["NUCLEUS_ATTR_BAD_ARCH"],
        ),
        (
            "no architecture",
            |p| {
                p.remove_arch(Arch::X86);
                p.remove_arch(Arch::X86_64);
            },
            &["no architecture"],
        ),
        (
            "sockets through socketcall",
            |p| add(p, "socket", Action::ALLOW, &[]),
            &["socketcall(", "on x86", "leave the architecture out"],
        ),
        (
            "what runc answers itself",
            |p| add(p, "write", Action::NOTIFY, &[]),
            &["runc refuses that"],
        ),
        (
            "conditions of many values",
            |p| {
                let conditions: Vec<Condition> = [0, 1]
                    .into_iter()
                    .map(|at| Condition::new("t", at, Operator::Ne, Width::Bits32, 5, 0).unwrap())
                    .collect();
                add(p, "lseek", Action::ALLOW, &conditions);
            },
            &["lseek", "more than 512 rules"],
        ),
        (
            "calls newer than the newest on one",
            |p| p.attributes_mut().newest = Newest::Number(500),
            &["call 0x1d8(", "gets kill"],
        ),
    ];
    for (what, change, parts) in cases {
        let mut policy = Policy::covering(Action::KILL_PROCESS, [Arch::X86_64, Arch::X86]);
        policy.attributes_mut().unknown = Some(ENOSYS);
        policy.allow("close").unwrap();
        written(&policy).unwrap();
        change(&mut policy);
        unsayable(what, &policy, parts);
    }
    let asking = Policy::covering(Action::NOTIFY, [Arch::X86_64]);
    unsayable("nobody answers", &asking, &["loaded it would be refused", "no default action"]);
}

/// What nobody could load is unsayable like the rest.
fn unsayable(what: &str, policy: &Policy, parts: &[&str]) {
    let error = write(policy, Listener::default()).expect_err(what);
    assert_eq!(error.kind(), nucleus_seccomp::error::Kind::Unsupported, "{what}");
    let error = error.to_string();
    assert!(parts.iter().all(|part| error.contains(part)), "{what}: {error}");
    assert!(error.starts_with("export_oci: a profile can't say that: "), "{error}");
}

fn add(policy: &mut Policy, name: &str, action: Action, conditions: &[Condition]) {
    policy.add_rule(name, Rule::new(action, conditions.iter().copied())).unwrap();
}

fn number(policy: &mut Policy, arch: Arch, number: i32) {
    let subject = Subject::numbered("test", arch, number).unwrap();
    policy.add_rule_for(subject, Rule::new(Action::LOG, [])).unwrap();
}

/// What is newer and allowed by name, with what lies between.
#[test]
fn calls_newer_than_the_newest() {
    let mut policy = Policy::covering(Action::KILL_PROCESS, [Arch::X86_64, Arch::Aarch64]);
    policy.attributes_mut().unknown = Some(ENOSYS);
    policy.attributes_mut().newest = Newest::Number(450);
    policy.allow("mseal").unwrap();
    comes_back("one far above", &policy);
    let text = written(&policy).unwrap();
    assert!(text.contains("cachestat") && !text.contains("removexattrat"), "{text}");
}

/// What container engines make of numbers that are no calls, or far above all others.
#[test]
fn architectures_with_numbers_of_their_own() {
    let on = |arch| {
        let mut policy = Policy::covering(Action::KILL_PROCESS, [arch]);
        policy.attributes_mut().unknown = Some(ENOSYS);
        policy.allow("close").unwrap();
        policy
    };
    let mut s390x = on(Arch::S390x);
    let error = written(&s390x).unwrap_err();
    assert!(error.contains("call 0x0(") && error.contains("add a rule for that number"), "{error}");
    let zero = Subject::numbered("test", Arch::S390x, 0).unwrap();
    s390x.add_rule_for(zero, Rule::new(ENOSYS, [])).unwrap();
    comes_back("s390x", &s390x);
    // Its private calls are far above the newest.
    assert!(written(&on(Arch::Arm)).unwrap_err().contains("on arm gets errno 38"));
    let mut arm = Policy::covering(ENOSYS, [Arch::Arm]);
    arm.allow("set_tls").unwrap();
    comes_back("arm with one answer for all", &arm);
    for arch in
        Arch::ALL.into_iter().filter(|arch| !matches!(arch, Arch::S390 | Arch::S390x | Arch::Arm))
    {
        comes_back(arch.name(), &on(arch));
    }
}

/// On 32-bit architectures arguments have no upper halves that a call takes, so that 64-bit conditions can
/// be said there.
#[test]
fn wide_conditions_hold_on_narrow_architectures() {
    let rows: [(&str, Condition, Result<(), &str>); 4] = [
        ("a value of 32 bits", wide(IS, 8), Ok(())),
        ("a range of them", wide(Operator::Lt, 1 << 31), Ok(())),
        ("a value above", wide(IS, 1 << 32 | 8), Err("more than 32 bits")),
        ("a range beyond", wide(Operator::Ge, 1 << 32), Err("more than 32 bits")),
    ];
    for (what, condition, expected) in rows {
        let mut policy = with_rules(&[(Action::ALLOW, &[condition])]);
        policy.add_arch(Arch::X86).unwrap();
        match (written(&policy), expected) {
            (Ok(_), Ok(())) => {
                policy.add_arch(Arch::X32).unwrap();
                let error = written(&policy).unwrap_err();
                assert!(error.contains("on x32"), "{what}: x32 has all of its registers: {error}");
            }
            (Err(error), Err(part)) => assert!(error.contains(part), "{what}: {error}"),
            (found, _) => panic!("{what}: {found:?}"),
        }
    }
}

#[test]
fn modes_and_order_make_no_difference_to_the_text() {
    let policy = built_in(Modes::default());
    let mut other = Policy::covering(Action::KILL_PROCESS, [Arch::X86_64]);
    let rules: Vec<(Subject, Rule)> = policy.rules().collect();
    *other.attributes_mut() = *policy.attributes();
    for (subject, rule) in rules.into_iter().rev() {
        other.add_rule_for(subject, rule).unwrap();
    }
    assert_eq!(written(&policy), written(&other));
}
