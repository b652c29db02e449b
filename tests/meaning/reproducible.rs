//! The same policy gives the same bytes, on every run and machine.

use crate::cases::{
    ACTIONS, Random, all_modes, built_in_on, random_condition, random_policy_laid_out,
    random_policy_on,
};
use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::compile::{REVISION, compile, fingerprint};
use nucleus_seccomp::policy::builtin::ARCHES;
use nucleus_seccomp::policy::{Condition, Layout, Operator, Policy, Rule, Subject, Width};
use nucleus_seccomp::syscall::Newest;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// What the revision in the first line makes of the built-in policy, a line for each of its programs, and of
/// random ones, a line for many: `programs' sum` `policies' sum` and which they are.
fn programs() -> String {
    let mut found = format!("revision {REVISION}\n");
    for layout in [Layout::Auto, Layout::Bitmap] {
        for (arch, modes) in ARCHES.into_iter().flat_map(|a| all_modes().map(move |m| (a, m))) {
            let mut policy = built_in_on(modes, &[arch]);
            policy.attributes_mut().layout = layout;
            assert_eq!(compile(&policy), compile(&policy), "nothing of a run is in the program");
            let sums = sums([policy].into_iter(), arch.big_endian());
            writeln!(found, "{sums} {arch} {modes:?} {layout:?}").unwrap();
        }
    }
    for (count, what, make) in RANDOM {
        let sums = sums((0..*count).map(|seed| make(&mut Random::new(seed))), false);
        writeln!(found, "{sums} {count} {what}").unwrap();
    }
    found
}

/// The sum of their programs, that of their fingerprints, and the programs' length.
fn sums(policies: impl Iterator<Item = Policy>, big_endian: bool) -> String {
    let (mut programs, mut fingerprints, mut length) = (Sha256::new(), Sha256::new(), 0);
    for policy in policies {
        let program = compile(&policy).unwrap();
        programs.update(program.to_bytes(big_endian));
        fingerprints.update(fingerprint(&policy));
        length += program.instructions().len();
    }
    let [programs, fingerprints] = [programs, fingerprints].map(|sum| hexadecimal(&sum.finalize()));
    format!("{programs} {} {length}", &fingerprints[..16])
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Kinds of policies that have little in common with the built-in one, and how many of each.
const RANDOM: &[(u64, &str, fn(&mut Random) -> Policy)] = &[
    (400, "at random", |random| random_policy_laid_out(random, 60)),
    (200, "for x86_64 and x32", |random| random_policy_on(random, &[Arch::X86_64, Arch::X32], 20)),
    (200, "with many values", with_many_values),
];

/// Up to 200 values of one argument, or of some of its bits, that lead to a few verdicts; what is asked
/// behind them differs.
fn with_many_values(random: &mut Random) -> Policy {
    let arch = random.pick(&[Arch::X86_64, Arch::S390x, Arch::Arm]);
    let mut policy = Policy::covering(Action::errno(1), [arch]);
    let width = random.pick(&[Width::Bits32, Width::Bits64]);
    let (operator, mask) = match random.below(3) {
        0 => (Operator::MaskedEq, random.pick(&[0xfff0, 0xffff_ffff, 0xff00])),
        _ => (Operator::Eq, 0),
    };
    let (verdicts, step) = (1 + random.below(3), random.pick(&[1, 3, 0x10, 0x0101]));
    for _ in 0..=random.below(200) {
        let low = step * random.below(400) as u64;
        let high = if width == Width::Bits64 { random.below(5) as u64 } else { 0 };
        let value = match operator {
            Operator::MaskedEq => low & mask,
            _ => high << 32 | low,
        };
        let first = Condition::new("ioctl", 1, operator, width, value, mask).unwrap();
        let behind = random.one_in(4).then(|| random_condition(random));
        let action = random.pick(&ACTIONS[ACTIONS.len() - verdicts..]);
        policy.add_rule("ioctl", Rule::new(action, [first].into_iter().chain(behind))).unwrap();
    }
    policy
}

#[test]
fn policies_compile_to_known_bytes() {
    let found = programs();
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/programs.txt");
    let known = std::fs::read_to_string(path).unwrap_or_default();
    if std::env::var_os("NUCLEUS_REGENERATE").is_some() && found != known {
        // Whoever keeps programs by their fingerprint would go on with the old ones.
        let kept = known.lines().filter(|line| !found.lines().any(|same| same == *line));
        let fingerprints = |line: &str| line.split(' ').nth(1).map(str::to_owned);
        for old in kept.skip_while(|line| line.starts_with("revision")) {
            let other = found.lines().find(|new| fingerprints(new) == fingerprints(old));
            assert_eq!(other, None, "other programs than {old}: raise compile::REVISION");
        }
        std::fs::write(path, &found).unwrap();
        return;
    }
    assert_eq!(
        found, known,
        "if it is meant, run `make header`, which says whether to raise compile::REVISION"
    );
}

/// A change to a policy, and whether its fingerprint stays.
const CHANGES: &[(&str, bool, fn(&mut Policy))] = &[
    ("nothing", true, |_| {}),
    ("a rule that is there already", true, |p| p.allow("read").unwrap()),
    ("one more call", false, |p| p.allow("close").unwrap()),
    ("a denial", false, |p| p.deny("read").unwrap()),
    ("a denial of a call that nothing was said of", false, |p| p.deny("ptrace").unwrap()),
    ("a priority", false, |p| p.set_priority("read", 9).unwrap()),
    ("a soft rule", false, |p| p.add_rule("write", Rule::soft(Action::errno(1), [])).unwrap()),
    ("a rule with another verdict", false, |p| p.add_rule("ioctl", of(1, Action::LOG)).unwrap()),
    ("a rule with another value", false, |p| p.add_rule("ioctl", of(2, Action::ALLOW)).unwrap()),
    ("the same rule for another call", false, |p| p.add_rule("fcntl", ioctl_is(1)).unwrap()),
    ("the same rule for the number", false, |p| numbered(p, 16, ioctl_is(1))),
    ("the same rule for another number", false, |p| numbered(p, 17, ioctl_is(1))),
    ("a refusal", false, |p| p.add_rule("ioctl", of(1, Action::errno(1))).unwrap()),
    ("the same refusal of another call", false, |p| {
        p.add_rule("fcntl", of(1, Action::errno(1))).unwrap();
    }),
    ("a number that no call has", false, |p| numbered(p, 5000, Rule::new(Action::ALLOW, []))),
    ("another architecture", false, |p| p.add_arch(Arch::X86).unwrap()),
    ("one architecture less", false, |p| p.remove_arch(Arch::X86_64)),
    ("bad_arch", false, |p| p.attributes_mut().bad_arch = Action::errno(1)),
    ("deny", false, |p| p.attributes_mut().set_deny(Some(Action::errno(1))).unwrap()),
    ("unknown", false, |p| p.attributes_mut().unknown = Some(Action::errno(38))),
    ("newest, a number", false, |p| p.attributes_mut().newest = Newest::Number(1)),
    ("newest, the first number", false, |p| p.attributes_mut().newest = Newest::Number(0)),
    ("newest, a version", false, |p| p.attributes_mut().newest = Newest::Linux(6, 1)),
    ("newest, a minor version", false, |p| p.attributes_mut().newest = Newest::Linux(6, 2)),
    ("newest, a major version", false, |p| p.attributes_mut().newest = Newest::Linux(5, 1)),
    ("newest, no version", false, |p| p.attributes_mut().newest = Newest::Linux(0, 0)),
    ("layout", false, |p| p.attributes_mut().layout = Layout::Bitmap),
    ("no_new_privs", false, |p| p.attributes_mut().no_new_privs = false),
    ("tsync", false, |p| p.attributes_mut().tsync = true),
    ("log", false, |p| p.attributes_mut().log = true),
    ("spec_allow", false, |p| p.attributes_mut().spec_allow = true),
    ("wait_killable", false, |p| p.attributes_mut().wait_killable = true),
    ("a limit", false, |p| p.intersect(&other()).unwrap()),
    ("a limit, twice", false, |p| (0..2).for_each(|_| p.intersect(&another()).unwrap())),
];

fn of(value: u64, action: Action) -> Rule {
    let is = Condition::new("ioctl", 1, Operator::Eq, Width::Bits32, value, 0).unwrap();
    Rule::new(action, [is])
}

fn ioctl_is(value: u64) -> Rule {
    of(value, Action::ALLOW)
}

fn numbered(policy: &mut Policy, number: i32, rule: Rule) {
    let subject = Subject::numbered("test", Arch::X86_64, number).unwrap();
    policy.add_rule_for(subject, rule).unwrap();
}

/// Made of the same calls in another order.
fn small(names: &[&str]) -> Policy {
    let mut policy = Policy::covering(Action::KILL_PROCESS, [Arch::X86_64]);
    names.iter().for_each(|name| policy.allow(name).unwrap());
    policy.add_rule("ioctl", ioctl_is(1)).unwrap();
    policy
}

fn other() -> Policy {
    small(&["read"])
}

fn another() -> Policy {
    small(&["write"])
}

#[test]
fn a_fingerprint_is_that_of_one_policy() {
    let changed = |change: fn(&mut Policy)| {
        let mut policy = small(&["read", "write"]);
        change(&mut policy);
        fingerprint(&policy)
    };
    let before = fingerprint(&small(&["write", "read"]));
    let mut all = vec![("nothing", before)];
    for (what, stays, change) in CHANGES {
        let after = changed(*change);
        match stays {
            true => assert_eq!(after, before, "{what}"),
            false => {
                let same = all.iter().find(|(_, known)| *known == after);
                assert_eq!(same, None, "{what} makes a difference");
                all.push((what, after));
            }
        }
    }
    let other_default = Policy::covering(Action::errno(1), [Arch::X86_64]);
    let default = Policy::covering(Action::KILL_PROCESS, [Arch::X86_64]);
    assert_ne!(fingerprint(&default), fingerprint(&other_default));
}
