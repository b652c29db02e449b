//! runc's way from a profile to libseccomp, and what libseccomp makes of it.
//!
//! Rules go there one by one, as runc hands them on. Of the outcome the proof says how it stands to
//! ours: read as runc it is the same, and else never stricter than ours. What runc puts in front for
//! newer calls is left out on both sides, and so are numbers above 2^31, which are no calls:
//! libseccomp takes them all for x32's.

use super::files::{CONTAINER_JSON, DENY_JSON, FLAT_JSON, OLD_JSON};
use super::written::{sayable, written};
use super::{AS_RUNC, CONTAINER, Mode, USUAL, read};
use crate::cases::{Random, all_modes, built_in};
use crate::second_opinion::libseccomp::{Answer, Filter, Libseccomp};
use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::bpf::{Instruction, Program};
use nucleus_seccomp::compile::compile;
use nucleus_seccomp::policy::{Condition, Operator, Width};
use nucleus_seccomp::prove::{Order, compare_programs};
use nucleus_seccomp::syscall::Syscall;
use serde_json::Value;

/// Words of the format, found again for this test alone.
const ACTIONS: [(&str, Action); 8] = [
    ("SCMP_ACT_KILL", Action::KILL_THREAD),
    ("SCMP_ACT_KILL_THREAD", Action::KILL_THREAD),
    ("SCMP_ACT_KILL_PROCESS", Action::KILL_PROCESS),
    ("SCMP_ACT_TRAP", Action::trap(0)),
    ("SCMP_ACT_ERRNO", Action::errno(1)),
    ("SCMP_ACT_LOG", Action::LOG),
    ("SCMP_ACT_TRACE", Action::trace(1)),
    ("SCMP_ACT_ALLOW", Action::ALLOW),
];
const OPERATORS: [(&str, Operator); 7] = [
    ("SCMP_CMP_NE", Operator::Ne),
    ("SCMP_CMP_LT", Operator::Lt),
    ("SCMP_CMP_LE", Operator::Le),
    ("SCMP_CMP_EQ", Operator::Eq),
    ("SCMP_CMP_GE", Operator::Ge),
    ("SCMP_CMP_GT", Operator::Gt),
    ("SCMP_CMP_MASKED_EQ", Operator::MaskedEq),
];

fn action(rule: &Value, action: &str, errno: &str) -> Action {
    let word = rule[action].as_str().unwrap();
    match (word, rule[errno].as_u64()) {
        ("SCMP_ACT_ERRNO", Some(errno)) => Action::errno(errno.try_into().unwrap()),
        ("SCMP_ACT_TRACE", Some(message)) => Action::trace(message.try_into().unwrap()),
        _ => ACTIONS.iter().find(|(known, _)| *known == word).unwrap().1,
    }
}

/// What runc asks libseccomp for. Keys as the specification writes them, and all rules for everybody.
fn as_runc_does(json: &str, arches: &[Arch]) -> Filter {
    let json = json.replace("\"N", "\"n").replace("\"A", "\"a").replace("\"I", "\"i");
    let json = json.replace("\"V", "\"v").replace("\"O", "\"o");
    let profile: Value = serde_json::from_str(&json).unwrap();
    let default = action(&profile, "defaultAction", "defaultErrnoRet");
    let mut rules = Vec::new();
    for rule in profile["syscalls"].as_array().into_iter().flatten() {
        let verdict = action(rule, "action", "errnoRet");
        if verdict == default || !is_for_docker(rule) {
            continue;
        }
        let names = rule["names"].as_array().into_iter().flatten().chain(rule.get("name"));
        for call in names.filter_map(|name| Syscall::named("test", name.as_str().unwrap()).ok()) {
            let args = rule["args"].as_array().map_or(&[][..], Vec::as_slice);
            let conditions: Vec<Condition> = args.iter().map(condition).collect();
            let is_twice = |arg: &Condition| {
                conditions.iter().filter(|other| other.index() == arg.index()).count() > 1
            };
            if conditions.iter().any(is_twice) {
                rules.extend(conditions.iter().map(|one| (call.name(), verdict, vec![*one])));
            } else {
                rules.push((call.name(), verdict, conditions));
            }
        }
    }
    Filter { default, bad_arch: Action::KILL_THREAD, arches: arches.to_vec(), rules }
}

/// For the container that the tests read for: of includes and excludes, what our own files have.
fn is_for_docker(rule: &Value) -> bool {
    let lists = |filter: &str, key: &str, word: &str| {
        rule[filter][key].as_array().map(|list| list.iter().any(|item| item == word))
    };
    let caps = lists("includes", "caps", "CAP_SYS_CHROOT").unwrap_or(true);
    caps && lists("includes", "arches", "amd64").unwrap_or(true)
}

fn condition(arg: &Value) -> Condition {
    let number = |key: &str| arg[key].as_u64().unwrap_or(0);
    let word = arg["op"].as_str().unwrap();
    let operator = OPERATORS.iter().find(|(known, _)| *known == word).unwrap().1;
    let (value, mask) = match operator {
        Operator::MaskedEq => (number("valueTwo") & number("value"), number("value")),
        _ => (number("value"), 0),
    };
    let index = number("index").try_into().unwrap();
    Condition::new("test", index, operator, Width::Bits64, value, mask).unwrap()
}

/// The program without what it says of numbers that are no calls.
fn of_calls(program: &Program) -> Program {
    const LOAD_NUMBER: Instruction = Instruction { code: 0x20, jt: 0, jf: 0, k: 0 };
    const JUMP_IF_NONE: Instruction = Instruction { code: 0x35, jt: 0, jf: 1, k: 0x8000_0000 };
    const RETURN: Instruction = Instruction { code: 0x06, jt: 0, jf: 0, k: 0 };
    let guard = [LOAD_NUMBER, JUMP_IF_NONE, RETURN];
    let all = guard.into_iter().chain(program.instructions().iter().copied());
    Program::new(all.collect()).unwrap()
}

/// How our reading stands to somebody's program.
fn compared(json: &str, mode: Mode, theirs: &Program) -> Order {
    let (mut policy, _) = read(json, &CONTAINER, mode).unwrap_or_else(|e| panic!("{e}\n{json}"));
    policy.attributes_mut().unknown = None;
    let ours = compile(&policy).unwrap();
    compare_programs(&of_calls(&ours), &of_calls(theirs)).unwrap().order()
}

const ALL_X86: [Arch; 3] = [Arch::X86_64, Arch::X86, Arch::X32];

#[test]
fn whole_profiles_are_what_runc_makes_of_them() {
    let Some(libseccomp) = Libseccomp::installed() else { return };
    let files = [
        ("container", CONTAINER_JSON, &ALL_X86[..]),
        ("flat", FLAT_JSON, &ALL_X86),
        ("deny", DENY_JSON, &ALL_X86[..2]),
        ("old", OLD_JSON, &ALL_X86[..1]),
    ];
    for (name, json, arches) in files {
        // libseccomp 2.5.4 knows no calls after Linux 5.17, and not all of ours before.
        let known = |call: &str| {
            let call = Syscall::named("test", call).unwrap().name();
            arches.iter().all(|arch| {
                let ours = Syscall::named("test", call).unwrap().number(*arch);
                libseccomp.numbers().get(&(*arch, call)).copied() == ours
            })
        };
        let through = |call: &str| call == "send" || call == "recv";
        let json = only(json, &|call| known(call) || through(call));
        let filter = as_runc_does(&json, arches);
        for answer in &libseccomp.build(&[filter])[0] {
            let Answer::Program(theirs) = answer else { panic!("{name}: {}", said(answer)) };
            assert_eq!(compared(&json, AS_RUNC, theirs), Order::Equal, "{name} as runc");
            let order = compared(&json, USUAL, theirs);
            assert_eq!(order, Order::Stricter, "{name}: foreign calls kill the process, at least");
        }
    }
}

fn said(answer: &Answer) -> &str {
    match answer {
        Answer::Program(_) => "a program",
        Answer::Failure(said) => said,
    }
}

/// The profile without names of calls that are not `wanted`.
fn only(json: &str, wanted: &dyn Fn(&str) -> bool) -> String {
    let mut profile: Value = serde_json::from_str(json).unwrap();
    for rule in profile["syscalls"].as_array_mut().unwrap() {
        let is_wanted = |name: &Value| {
            let name = name.as_str().unwrap();
            Syscall::named("test", name).is_err() || wanted(name)
        };
        if let Some(names) = rule["names"].as_array_mut() {
            names.retain(is_wanted);
        }
    }
    profile.to_string()
}

/// How rules of one call are made for a fragment of the language.
type Make = fn(&mut Random) -> Vec<String>;

/// A rule, with conditions written out.
fn rule(random: &mut Random, args: &[String]) -> String {
    let verdict = random.pick(&["ALLOW", "ERRNO", "TRAP", "LOG", "KILL_PROCESS"]);
    let errno = if verdict == "ERRNO" { random.pick(&["", r#""errnoRet": 13,"#]) } else { "" };
    let args = args.join(", ");
    format!(r#""action": "SCMP_ACT_{verdict}", {errno} "args": [{args}]"#)
}

fn arg(random: &mut Random, operators: &[&str], index: usize) -> String {
    let value = random.pick(&[0, 1, 2, 3, 38, 40, 41]);
    let mask = random.pick(&[1, 2, 6, 0xff]);
    match random.pick(operators) {
        "MASKED_EQ" => format!(
            r#"{{"index": {index}, "value": {mask}, "valueTwo": {value}, "op": "SCMP_CMP_MASKED_EQ"}}"#
        ),
        operator => {
            format!(r#"{{"index": {index}, "value": {value}, "op": "SCMP_CMP_{operator}"}}"#)
        }
    }
}

/// Rules for the whole call alone.
fn wholes(random: &mut Random) -> Vec<String> {
    (0..=random.below(3)).map(|_| rule(random, &[])).collect()
}

/// A rule with a condition, among others without.
fn exceptions(random: &mut Random) -> Vec<String> {
    let mut rules = wholes(random);
    let index = random.below(6);
    let condition = arg(random, &ALL, index);
    let place = random.below(rules.len() + 1);
    rules.insert(place, rule(random, &[condition]));
    rules
}

/// Rules with one value each of one argument.
fn values(random: &mut Random) -> Vec<String> {
    let index = random.below(6);
    let rules = 1 + random.below(4);
    (0..rules)
        .map(|_| {
            let condition = arg(random, &["EQ"], index);
            rule(random, &[condition])
        })
        .collect()
}

/// Rules that meet on one argument. Not two that want it different: of these libseccomp 2.5.4 takes
/// the one that came first for values of more than 32 bits, and the one of the larger value for others.
fn meeting(random: &mut Random) -> Vec<String> {
    let index = random.below(6);
    let mut operators = [["NE"], ["EQ"]];
    if random.one_in(2) {
        operators.reverse();
    }
    let one = |operators: [&str; 1]| {
        let condition = arg(random, &operators, index);
        rule(random, &[condition])
    };
    operators.into_iter().map(one).collect()
}

/// Rules that meet with one argument each.
fn crossing(random: &mut Random) -> Vec<String> {
    let first = random.below(5);
    [first, first + 1]
        .map(|index| {
            let condition = arg(random, &["EQ", "MASKED_EQ"], index);
            rule(random, &[condition])
        })
        .to_vec()
}

/// One rule with conditions on several arguments, now and then on one twice.
fn several(random: &mut Random) -> Vec<String> {
    let conditions: Vec<String> = (0..2)
        .map(|_| {
            let index = random.below(4);
            arg(random, &["EQ", "MASKED_EQ"], index)
        })
        .collect();
    vec![rule(random, &conditions)]
}

const ALL: [&str; 7] = ["EQ", "NE", "LT", "LE", "GT", "GE", "MASKED_EQ"];

const FRAGMENTS: [(&str, Make); 6] = [
    ("whole calls", wholes),
    ("exceptions", exceptions),
    ("values", values),
    ("meeting", meeting),
    ("crossing", crossing),
    ("several", several),
];

/// Calls that are as they are, and some that x86 has through socketcall and ipc as well.
const CALLS: [&str; 6] = ["lseek", "prctl", "socket", "accept", "shmget", "mprotect"];

fn profile(random: &mut Random, make: Make) -> String {
    let default = random.pick(&["ERRNO", "KILL", "ALLOW", "KILL_PROCESS", "LOG"]);
    // Where libseccomp 2.5.4 has one call alone, it compares the architecture with its number.
    let mut rules =
        vec![r#"{"names": ["getpid", "getppid"], "action": "SCMP_ACT_TRAP"}"#.to_owned()];
    for call in CALLS {
        if random.one_in(2) {
            let of_call = make(random).into_iter();
            rules.extend(of_call.map(|rule| format!(r#"{{"names": ["{call}"], {rule}}}"#)));
        }
    }
    format!(
        r#"{{"defaultAction": "SCMP_ACT_{default}",
            "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
            "syscalls": [{}]}}"#,
        rules.join(",\n")
    )
}

#[test]
fn random_profiles_are_what_runc_makes_of_them_and_never_weaker_otherwise() {
    let Some(libseccomp) = Libseccomp::installed() else { return };
    for (name, make) in FRAGMENTS {
        let mut random = Random::new(7);
        let profiles: Vec<String> = (0..150).map(|_| profile(&mut random, make)).collect();
        let filters: Vec<Filter> =
            profiles.iter().map(|json| as_runc_does(json, &ALL_X86)).collect();
        let (mut equal, mut refused) = (0, 0);
        for (json, answers) in profiles.iter().zip(libseccomp.build(&filters)) {
            match (&answers[0], read(json, &CONTAINER, AS_RUNC)) {
                (Answer::Program(theirs), Ok(_)) => {
                    assert_eq!(compared(json, AS_RUNC, theirs), Order::Equal, "{name}: {json}");
                    assert_eq!(compared(json, USUAL, theirs), Order::Stricter, "{name}: {json}");
                    equal += 1;
                }
                (Answer::Failure(said), Err(ours)) => {
                    assert_eq!(said, "error rule_add 17", "{name}: {ours} {json}");
                    assert!(ours.ends_with("libseccomp refuses that (EEXIST)"), "{ours}");
                    assert!(read(json, &CONTAINER, USUAL).is_ok(), "{json}");
                    refused += 1;
                }
                (theirs, ours) => panic!("{name}: {}, ours {ours:?}\n{json}", said(theirs)),
            }
        }
        println!("{name}: {equal} profiles equal, {refused} refused by both");
        assert!(equal > 20, "{name}");
    }
}

/// What we write, built by libseccomp as runc has it built, is the policy.
///
/// Of many rules of one call with conditions on several arguments libseccomp 2.5.4 now and then makes a
/// program that is wrong by its own lights; the other level of optimisation then has the right one.
#[test]
fn what_is_written_is_what_libseccomp_makes_of_it() {
    let Some(libseccomp) = Libseccomp::installed() else { return };
    let is_known = |call: &str| {
        let (arch, ours) = (Arch::X86_64, Syscall::named("test", call).unwrap());
        libseccomp.numbers().get(&(arch, ours.name())).copied() == ours.number(arch)
    };
    let mut texts: Vec<(String, bool)> = Vec::new();
    for modes in all_modes() {
        let mut policy = built_in(modes);
        policy.attributes_mut().unknown = Some(Action::errno(38));
        texts.push((written(&policy).unwrap(), modes.network && modes.strict));
    }
    for seed in 0..300 {
        let mut random = Random::new(seed);
        if let Ok(text) = written(&sayable(&mut random, &[Arch::X86_64])) {
            texts.push((text, false));
        }
    }
    let texts: Vec<(String, bool)> = texts
        .into_iter()
        .filter(|(text, _)| !text.contains("SCMP_ACT_NOTIFY"))
        .map(|(text, is_wrong)| (only(&text, &is_known), is_wrong))
        .collect();
    let filters: Vec<Filter> =
        texts.iter().map(|(json, _)| as_runc_does(json, &[Arch::X86_64])).collect();
    for ((json, is_wrong), answers) in texts.iter().zip(libseccomp.build(&filters)) {
        let [one, two] = [0, 1].map(|level| match &answers[level] {
            Answer::Program(theirs) => compared(json, AS_RUNC, theirs),
            Answer::Failure(said) => panic!("{said}: {json}"),
        });
        assert_eq!(two, Order::Equal, "{json}");
        assert_eq!(one == Order::Equal, !is_wrong, "{one:?}: {json}");
    }
    println!("{} profiles", texts.len());
    assert!(texts.len() > 150);
}
