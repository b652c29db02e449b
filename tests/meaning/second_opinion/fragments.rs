//! libseccomp's programs against our policies, in that part of its language in which rules are
//! meant to say the same as ours.
//!
//! There, rules of one call never match together with different verdicts, none has the default one,
//! and none asks an argument twice. libseccomp decides some of it otherwise than the rules say, so
//! of a difference is only asked that it is one. In smaller fragments, found by trying, it makes no
//! mistakes: there all programs must be equal, and a difference would be one of ours.

use super::libseccomp::{Answer, Filter, Libseccomp};
use super::{Judge, Tally};
use crate::cases::{ACTIONS, NARROW_ARGUMENTS, OPERATORS, Random, random_condition};
use nucleus_seccomp::action::{Action, Kind};
use nucleus_seccomp::arch::{Arch, X32_BIT};
use nucleus_seccomp::bpf::Program;
use nucleus_seccomp::policy::{Condition, Operator, Policy, Rule, Subject, Width};
use nucleus_seccomp::syscall::{Newest, Syscall};
use std::collections::{BTreeMap, BTreeSet};

/// The rules of one call, without its name.
type Rules = Vec<(Action, Vec<Condition>)>;

/// Makes the rules of one call, with values up to `most`.
type Make = fn(random: &mut Random, default: Option<Action>, most: u64) -> Rules;

/// What policies cover.
#[derive(Clone, Copy)]
enum Covering {
    X86_64,
    Anything,
}
use Covering::{Anything, X86_64};

/// A name, what policies cover, how many there are, and what is said of their calls.
type Fragment = (&'static str, Covering, u64, Make);

/// Those in which libseccomp makes no mistakes.
const SOUND: [Fragment; 6] = [
    ("whole calls", Anything, 200, whole),
    ("one rule a call, on x86_64", X86_64, 200, one),
    ("one rule a call", Anything, 200, one),
    ("equalities, on x86_64", X86_64, 200, equal),
    ("equalities", Anything, 200, equal),
    ("values, with a verdict each", Anything, 200, values),
];

/// Those in which it does.
const UNSOUND: [Fragment; 2] = [
    ("several rules a call, on x86_64", X86_64, 700, any),
    ("several rules a call", Anything, 150, any),
];

// ---- the rules of a call ----

fn whole(random: &mut Random, default: Option<Action>, _: u64) -> Rules {
    vec![(verdict(random, default), vec![])]
}

fn one(random: &mut Random, default: Option<Action>, most: u64) -> Rules {
    vec![(verdict(random, default), conditions(random, &OPERATORS, most))]
}

fn equal(random: &mut Random, default: Option<Action>, most: u64) -> Rules {
    let verdict = verdict(random, default);
    let operators = [Operator::Eq, Operator::MaskedEq];
    (0..=random.below(6)).map(|_| (verdict, conditions(random, &operators, most))).collect()
}

/// A verdict for each of some values of one argument.
fn values(random: &mut Random, default: Option<Action>, most: u64) -> Rules {
    let index = u32::try_from(random.below(6)).unwrap();
    let mut conditions: Vec<Condition> =
        (0..=random.below(6)).map(|_| condition(random, &[Operator::Eq], index, most)).collect();
    conditions.sort_unstable();
    conditions.dedup();
    conditions.into_iter().map(|c| (verdict(random, default), vec![c])).collect()
}

fn any(random: &mut Random, default: Option<Action>, most: u64) -> Rules {
    let verdict = verdict(random, default);
    (0..=random.below(4)).map(|_| (verdict, conditions(random, &OPERATORS, most))).collect()
}

/// Any but the default. libseccomp's traps carry no data.
fn verdict(random: &mut Random, default: Option<Action>) -> Action {
    loop {
        let action = random.pick(&ACTIONS);
        let action = if action.kind() == Kind::Trap { Action::trap(0) } else { action };
        if Some(action) != default {
            return action;
        }
    }
}

/// Conditions on different arguments, mostly the first two.
fn conditions(random: &mut Random, operators: &[Operator], most: u64) -> Vec<Condition> {
    let first = u32::try_from(random.below(2)).unwrap();
    let odds = |index| if index < 2 { 2 } else { 8 };
    let mut indices: Vec<u32> = (0..6).collect();
    indices.retain(|index| *index == first || random.one_in(odds(*index)));
    indices.into_iter().map(|index| condition(random, operators, index, most)).collect()
}

/// Without masks of every bit: they are outside the fragments without mistakes.
fn condition(random: &mut Random, operators: &[Operator], index: u32, most: u64) -> Condition {
    let fits = |any: &Condition| operators.contains(&any.operator()) && any.mask() & most != most;
    let any = std::iter::repeat_with(|| random_condition(random)).find(fits).unwrap();
    at(any, index, Width::Bits64, most)
}

/// The same condition on another argument, with values up to `most`.
fn at(any: Condition, index: u32, width: Width, most: u64) -> Condition {
    let (value, mask) = (any.value() & most, any.mask() & most);
    Condition::new("test", index, any.operator(), width, value, mask).unwrap()
}

// ---- policies ----

/// Whether libseccomp compares no more than the lower halves of arguments. That x32 and MIPS pass more it
/// leaves out.
fn is_narrow(arch: Arch) -> bool {
    const BIT_64: u32 = 0x8000_0000;
    let n32 = matches!(arch, Arch::Mips64n32 | Arch::Mipsel64n32);
    arch.constant() & BIT_64 == 0 || n32
}

/// In how many bits libseccomp's comparisons mean the same here: in all, if there are no more to the call.
fn width(arch: Arch) -> Width {
    let cut = is_narrow(arch) && !NARROW_ARGUMENTS.contains(&arch);
    if cut { Width::Bits32 } else { Width::Bits64 }
}

/// Architectures of one byte order: libseccomp does not mix them.
fn random_arches(random: &mut Random, known: &[Arch]) -> Vec<Arch> {
    let first = random.pick(known);
    let odds = random.pick(&[2, 4, 20]);
    let same_order = known.iter().filter(|arch| arch.big_endian() == first.big_endian());
    same_order.copied().filter(|arch| *arch == first || random.one_in(odds)).collect()
}

fn random_filter(
    random: &mut Random,
    libseccomp: &Libseccomp,
    covering: Covering,
    make: Make,
) -> Filter {
    let arches = match covering {
        X86_64 => vec![Arch::X86_64],
        Anything => random_arches(random, &libseccomp.arches()),
    };
    let narrow = arches.iter().any(|arch| is_narrow(*arch));
    let most = if narrow { u64::from(u32::MAX) } else { u64::MAX };
    let default = verdict(random, None);
    let bad_arch = if is_half_foreign(&arches) { default } else { verdict(random, None) };
    let names = libseccomp.names(&arches);
    let names: BTreeSet<&str> = (0..=random.below(6)).map(|_| random.pick(&names)).collect();
    let mut rules = Vec::new();
    for name in names {
        let of_call = match random.one_in(4) {
            true => whole(random, Some(default), most),
            false => make(random, Some(default), most),
        };
        rules.extend(of_call.into_iter().map(|(verdict, conditions)| (name, verdict, conditions)));
    }
    Filter { default, bad_arch, arches, rules }
}

/// Whether one of x86_64 and x32 is covered without the other, in company. libseccomp tells them
/// apart by comparing, which puts negative numbers elsewhere than we do.
fn is_half_foreign(arches: &[Arch]) -> bool {
    let covers = |arch| arches.contains(&arch);
    covers(Arch::X86_64) != covers(Arch::X32) && arches != [Arch::X86_64]
}

fn policy(filter: &Filter) -> Policy {
    let mut policy = Policy::covering(filter.default, filter.arches.iter().copied());
    policy.attributes_mut().bad_arch = filter.bad_arch;
    if filter.arches == [Arch::X86_64] {
        // Of x86_64 alone we can say what it means: from x32's first number on all is foreign.
        policy.attributes_mut().unknown = Some(filter.bad_arch);
        policy.attributes_mut().newest = Newest::Number(X32_BIT - 1);
    }
    for (name, verdict, conditions) in &filter.rules {
        let call = Syscall::named("test", name).unwrap();
        for arch in &filter.arches {
            let number = call.number(*arch).expect("chosen for that").cast_signed();
            let subject = Subject::numbered("test", *arch, number).unwrap();
            let as_wide = |c: &Condition| at(*c, c.index().into(), width(*arch), u64::MAX);
            let conditions = conditions.iter().map(as_wide);
            policy.add_rule_for(subject, Rule::new(*verdict, conditions)).unwrap();
        }
    }
    policy
}

// ---- judging ----

/// Judges libseccomp's programs for some policies; where it makes no mistakes, all must be
/// equal.
fn judge(libseccomp: &Libseccomp, name: &str, makes_mistakes: bool, filters: &[Filter]) {
    let mut tally = Tally::default();
    // By what went wrong, and how often.
    let mut failures: BTreeMap<String, usize> = BTreeMap::new();
    for (index, (filter, answers)) in filters.iter().zip(libseccomp.build(filters)).enumerate() {
        let what = format!("{name}, policy {index}");
        let mut judge = Judge::new(policy(filter), what.clone());
        for answer in answers {
            match answer {
                Answer::Program(theirs) => {
                    let passed = judge.judge(&theirs, &mut tally);
                    let may_differ = makes_mistakes || is_far(filter, &theirs);
                    assert!(passed || may_differ, "{what}: refuted\n{theirs:?}");
                }
                Answer::Failure(how) => *failures.entry(how).or_default() += 1,
            }
        }
    }
    println!("libseccomp, {name}: {} policies, {tally}; failures: {failures:?}", filters.len());
    assert!(makes_mistakes || failures.is_empty(), "{name}: {failures:?}");
}

/// Whether a big-endian program is longer than a jump reaches: these are outside the fragments.
fn is_far(filter: &Filter, program: &Program) -> bool {
    const FARTHEST: usize = 255;
    filter.arches.iter().any(|arch| arch.big_endian()) && program.instructions().len() > FARTHEST
}

fn judge_fragments(fragments: &[Fragment], make_mistakes: bool) {
    let Some(libseccomp) = Libseccomp::installed() else { return };
    for &(name, covering, policies, make) in fragments {
        let filter = |seed| random_filter(&mut Random::new(seed), libseccomp, covering, make);
        let filters: Vec<Filter> = (0..policies).map(filter).collect();
        judge(libseccomp, name, make_mistakes, &filters);
    }
}

#[test]
fn numbers_are_those_of_libseccomp() {
    // All others it knows by the same constant; were one wrong, it would be left out everywhere.
    const SINCE_2_6: [Arch; 4] = [Arch::Loongarch64, Arch::M68k, Arch::Sh, Arch::Sheb];
    let Some(libseccomp) = Libseccomp::installed() else { return };
    let known = libseccomp.arches();
    for arch in Arch::ALL.into_iter().filter(|arch| !SINCE_2_6.contains(arch)) {
        assert!(known.contains(&arch), "{arch}");
    }
    let mut compared = 0;
    for ((arch, name), theirs) in libseccomp.numbers() {
        let Some(ours) = Syscall::named("test", name).unwrap().number(*arch) else { continue };
        assert_eq!(ours, *theirs, "{name} on {arch}");
        compared += 1;
    }
    println!("{compared} numbers compared with libseccomp, on {known:?}");
}

#[test]
fn libseccomps_programs_find_every_call_where_ours_do() {
    // So few that no program is longer than a jump reaches.
    const AT_ONCE: usize = 100;
    let Some(libseccomp) = Libseccomp::installed() else { return };
    let mut filters = Vec::new();
    for arch in libseccomp.arches() {
        for names in libseccomp.names(&[arch]).chunks(AT_ONCE) {
            let rules = names.iter().map(|name| (*name, Action::ALLOW, vec![])).collect();
            let (default, arches) = (Action::KILL_PROCESS, vec![arch]);
            filters.push(Filter { default, bad_arch: default, arches, rules });
        }
    }
    judge(libseccomp, "every call", false, &filters);
}

#[test]
fn libseccomps_programs_mean_our_policy_where_it_makes_no_mistakes() {
    judge_fragments(&SOUND, false);
}

#[test]
fn libseccomps_mistakes_are_found_and_are_mistakes() {
    judge_fragments(&UNSOUND, true);
}
