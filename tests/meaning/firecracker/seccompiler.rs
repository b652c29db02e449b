//! What seccompiler makes of the same bytes: its programs, held against our policies by the proof.

use super::{TARGETS, THREADS_JSON, X86_64_JSON, allowing, read, theirs};
use crate::cases::{OPERATORS, Random, random_condition};
use crate::second_opinion::{Judge, Tally};
use ::seccompiler::TargetArch;
use nucleus_seccomp::arch::{Arch, X32_BIT};
use nucleus_seccomp::bpf::Program;
use nucleus_seccomp::compile::compile;
use nucleus_seccomp::policy::{Operator, Policy, Rule, Subject, Width};
use nucleus_seccomp::prove::{compare_programs, prove};
use nucleus_seccomp::syscall::Syscall;

/// The policy as seccompiler means it: it has no x32, whose numbers are to it some that nothing is said
/// of.
fn without_x32(policy: &Policy, arch: Arch) -> Policy {
    let besides = (arch == Arch::X86_64).then_some(Arch::X32);
    let mut wider = Policy::covering(policy.default_action(), besides.into_iter().chain([arch]));
    for (subject, rule) in policy.rules() {
        let number = subject.number(arch).unwrap();
        let rule = Rule::new(rule.action(), rule.conditions().iter().copied());
        wider.add_rule_for(Subject::Numbered(arch, number), rule).unwrap();
    }
    wider
}

/// Whether our policy for a category means what their program does, but for x32, which is stricter.
fn is_theirs(policy: &Policy, arch: Arch, theirs: &Program, what: &str, tally: &mut Tally) -> bool {
    let proven = prove(policy, compile(policy).unwrap()).unwrap();
    let compared = compare_programs(proven.program(), theirs).unwrap();
    assert!(compared.looser.is_none(), "{what}: {:?}", compared.looser);
    let equal = Judge::new(without_x32(policy, arch), what.to_owned()).judge(theirs, tally);
    if equal && let Some(call) = compared.stricter {
        assert_eq!(arch, Arch::X86_64, "{what}: {call}");
        assert_ne!(call.nr.cast_unsigned() & X32_BIT, 0, "{what}: {call}");
    }
    equal
}

#[test]
fn the_fixtures_mean_the_same() {
    let mut tally = Tally::default();
    let mut compared = 0;
    for (name, json, targets) in
        [("threads", THREADS_JSON, &TARGETS[..]), ("x86_64", X86_64_JSON, &TARGETS[..1])]
    {
        for (arch, target) in targets {
            for (category, program) in theirs(json, *target).unwrap() {
                let what = format!("{name}, {category} on {arch}");
                let (policy, profile) = read(json, &category, *arch, true).unwrap();
                assert_eq!(profile.report, "", "{what}");
                assert!(is_theirs(&policy, *arch, &program, &what, &mut tally), "{what}");
                compared += 1;
            }
        }
    }
    assert_eq!(compared, 3 * 3 + 6);
    println!("{tally}");
}

/// A file with a few categories, at random.
fn random_file(random: &mut Random) -> String {
    let categories =
        (0..=random.below(2)).map(|at| format!(r#""c{at}": {}"#, random_category(random)));
    format!("{{{}}}", categories.collect::<Vec<_>>().join(", "))
}

fn random_category(random: &mut Random) -> String {
    const ACTIONS: [&str; 8] = [
        r#""allow""#,
        r#""log""#,
        r#"{"trace": 3}"#,
        r#"{"errno": 1}"#,
        r#"{"errno": 38}"#,
        r#""trap""#,
        r#""kill_thread""#,
        r#""kill_process""#,
    ];
    const NAMES: [&str; 5] = ["read", "write", "ioctl", "futex", "clone3"];
    let default = random.below(ACTIONS.len());
    let matched = (default + 1 + random.below(ACTIONS.len() - 1)) % ACTIONS.len();
    let mut items = Vec::new();
    for _ in 0..random.below(9) {
        let name = random.pick(&NAMES);
        let args: Vec<String> = match random.one_in(4) {
            true => Vec::new(),
            false => (0..=random.below(3)).map(|_| random_arg(random)).collect(),
        };
        items.push(match args.is_empty() {
            true => format!(r#"{{"syscall": "{name}"}}"#),
            false => {
                format!(r#"{{"comment": "x", "args": [{}], "syscall": "{name}"}}"#, args.join(", "))
            }
        });
    }
    format!(
        r#"{{"filter": [{}], "default_action": {}, "filter_action": {}}}"#,
        items.join(", "),
        ACTIONS[default],
        ACTIONS[matched],
    )
}

/// A condition, at times with bits that don't count.
fn random_arg(random: &mut Random) -> String {
    const WORDS: [&str; 6] = ["ne", "lt", "le", "eq", "ge", "gt"];
    let condition = random_condition(random);
    let (narrow, masked) =
        (condition.width() == Width::Bits32, condition.operator() == Operator::MaskedEq);
    let mut beyond = |counts: u64| if random.one_in(4) { random.next() & !counts } else { 0 };
    let all = if narrow { u64::from(u32::MAX) } else { u64::MAX };
    let value = condition.value() | beyond(if masked { condition.mask() } else { all });
    let op = match OPERATORS.iter().position(|operator| *operator == condition.operator()) {
        Some(at) if at < WORDS.len() => format!("\"{}\"", WORDS[at]),
        _ => format!(r#"{{"masked_eq": {}}}"#, condition.mask() | beyond(all)),
    };
    let kind = if narrow { "dword" } else { "qword" };
    format!(r#"{{"index": {}, "type": "{kind}", "op": {op}, "val": {value}}}"#, condition.index())
}

#[test]
fn random_files_mean_the_same_or_are_stricter_where_the_report_says_so() {
    const FILES: u64 = 500;
    let mut tally = Tally::default();
    let mut stricter = 0;
    for seed in 0..FILES {
        let random = &mut Random::new(seed);
        let (arch, target) = random.pick(&TARGETS);
        let json = random_file(random);
        for (category, program) in theirs(&json, target).unwrap() {
            let what = format!("seed {seed}, {category} on {arch}");
            let (policy, profile) = read(&json, &category, arch, false).unwrap();
            let holds = profile.report.contains("and holds, where seccompiler drops it");
            let equal = is_theirs(&policy, arch, &program, &what, &mut tally);
            assert!(equal || holds, "{what}: {json}");
            stricter += u64::from(!equal);
        }
    }
    assert!(stricter > 10, "{stricter}");
    println!("{FILES} files, {tally}");
}

/// Names that both know have the same number.
#[test]
fn names_are_the_same_calls() {
    for (arch, target) in TARGETS {
        let mut known = 0;
        for call in Syscall::all() {
            let json = allowing(&format!(r#"{{"syscall": "{}"}}"#, call.name()));
            let Some(number) = number_there(&json, target) else { continue };
            assert_eq!(call.number(arch), Some(number), "{call:?} on {arch}");
            known += 1;
        }
        println!("{known} calls on {arch}");
        assert!(known > 300);
    }
}

/// The number that the program of a single item asks for.
fn number_there(json: &str, target: TargetArch) -> Option<u32> {
    let program = theirs(json, target).ok()?.remove("vmm")?;
    // Behind the architecture's three and the load of the number.
    assert_eq!((program.instructions()[3].k, program.instructions()[4].code), (0, 0x15));
    Some(program.instructions()[4].k)
}
