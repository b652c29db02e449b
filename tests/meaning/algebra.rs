//! Policies made of policies, and which is the stricter.

use crate::cases::{ACTIONS, Random, call, interesting_args, random_policy_on};
use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::bpf::run;
use nucleus_seccomp::call::Call;
use nucleus_seccomp::compile::compile;
use nucleus_seccomp::policy::builtin::{self, Modes};
use nucleus_seccomp::policy::{Attributes, Condition, Operator, Policy, Rule, Width, evaluate};
use nucleus_seccomp::prove::{Order, compare_policies, compare_programs, prove};
use nucleus_seccomp::syscall::{Newest, Syscall};

const KILL: Action = Action::KILL_PROCESS;
const EPERM: Action = Action::errno(1);
const ALLOW: Action = Action::ALLOW;

const ARCHES: [Arch; 3] = [Arch::X86_64, Arch::X32, Arch::S390x];

/// Calls at which two policies may differ: what their rules name, and what no rule does.
fn calls(a: &Policy, b: &Policy, random: &mut Random) -> Vec<Call> {
    let mut calls = vec![Call { arch: 3, ..Call::default() }];
    for arch in ARCHES {
        let named = [a, b].into_iter().flat_map(Policy::layers).flat_map(Policy::rules);
        let numbers = named.filter_map(|(subject, _)| subject.number(arch));
        let edges = arch.numbers().iter().flat_map(|range| [*range.start(), *range.end()]);
        for nr in numbers.chain(edges).map(u32::cast_signed) {
            for policy in [a, b] {
                let args = interesting_args(policy, nr, arch, random);
                calls.extend(args.into_iter().map(|args| call(arch, nr, args)));
            }
        }
    }
    calls
}

/// Two random policies that may be merged: one default and the same attributes.
fn alike(random: &mut Random) -> (Policy, Policy) {
    let mut pair = || {
        let some: Vec<Arch> = ARCHES.into_iter().filter(|_| !random.one_in(3)).collect();
        let mut policy = Policy::covering(EPERM, some);
        for _ in 0..random.below(12) {
            let other = random_policy_on(random, &ARCHES, 6);
            other.rules().for_each(|(subject, rule)| policy.add_rule_for(subject, rule).unwrap());
        }
        if random.one_in(3) {
            policy.deny(random.pick(&["read", "ptrace"])).unwrap();
        }
        policy
    };
    (pair(), pair())
}

#[test]
fn merging_does_not_depend_on_the_order() {
    for seed in 0..300 {
        let mut random = Random::new(seed);
        let ((a, b), (c, _)) = (alike(&mut random), alike(&mut random));
        let merged = |policies: [&Policy; 3]| {
            let mut all = policies[0].clone();
            policies[1..].iter().for_each(|other| all.merge(other).unwrap());
            all
        };
        let all = merged([&a, &b, &c]);
        let orders = [[&a, &c, &b], [&b, &a, &c], [&b, &c, &a], [&c, &a, &b], [&c, &b, &a]];
        for order in orders {
            let same = compare_policies(&all, &merged(order)).unwrap();
            assert_eq!(same.order(), Order::Equal, "seed {seed}: {same:?}");
        }
        let mut twice = all.clone();
        twice.merge(&all).unwrap();
        assert_eq!(twice, all, "seed {seed}: with itself");
        prove(&all, compile(&all).unwrap()).unwrap();
    }
}

#[test]
fn where_only_one_of_the_merged_covers_an_architecture_it_alone_decides() {
    for seed in 0..300 {
        let mut random = Random::new(seed);
        let (a, b) = alike(&mut random);
        let mut merged = a.clone();
        merged.merge(&b).unwrap();
        for call in calls(&a, &b, &mut random) {
            let Some(arch) = Arch::of(&call) else { continue };
            let expected = match (a.covers(arch), b.covers(arch)) {
                (true, false) => evaluate(&a, &call),
                (false, true) => evaluate(&b, &call),
                (false, false) => KILL,
                (true, true) => continue,
            };
            assert_eq!(evaluate(&merged, &call), expected, "seed {seed}: {call}");
        }
    }
}

#[test]
fn merging_across_different_attributes_names_the_attribute() {
    type Change = fn(&mut Attributes);
    let cases: [(&str, Change); 10] = [
        ("bad-architecture action", |a| a.bad_arch = EPERM),
        ("deny action", |a| a.set_deny(Some(EPERM)).unwrap()),
        ("unknown-call action", |a| a.unknown = Some(EPERM)),
        ("newest known call", |a| a.newest = Newest::Number(7)),
        ("no_new_privs", |a| a.no_new_privs = false),
        ("tsync", |a| a.tsync = true),
        ("log", |a| a.log = true),
        ("spec_allow", |a| a.spec_allow = true),
        ("wait_killable", |a| a.wait_killable = true),
        ("default action", |_| ()),
    ];
    for (name, change) in cases {
        let default = if name == "default action" { EPERM } else { KILL };
        let mut other = Policy::covering(default, [Arch::X86_64]);
        change(other.attributes_mut());
        let plain = Policy::covering(KILL, [Arch::X86_64]);
        let mut merged = plain.clone();
        let error = merged.merge(&other).unwrap_err().to_string();
        assert!(error.contains(name), "{name}: {error}");
        assert_eq!(merged, plain, "{name}: nothing was changed");
    }
    let mut network = Policy::covering(KILL, [Arch::X86_64]);
    let mut plain = network.clone();
    builtin::add_to(&mut network, Modes { network: true, ..Modes::default() }).unwrap();
    builtin::add_to(&mut plain, Modes::default()).unwrap();
    let modes = |policy: &mut Policy| {
        policy.attributes_mut().unknown = None;
        policy.clone()
    };
    let error = modes(&mut plain).merge(&modes(&mut network)).unwrap_err().to_string();
    assert!(error.contains("other flags"), "{error}");
}

#[test]
fn of_merged_priorities_the_higher_holds() {
    let with = |priorities: &[(&str, u8)]| {
        let mut policy = Policy::covering(EPERM, [Arch::X86_64]);
        priorities
            .iter()
            .for_each(|(name, priority)| policy.set_priority(name, *priority).unwrap());
        policy
    };
    let mut merged = with(&[("read", 3), ("write", 7), ("close", 255)]);
    merged.merge(&with(&[("read", 9), ("write", 2), ("open", 1)])).unwrap();
    let expected = [("read", 9), ("write", 7), ("close", 255), ("open", 1), ("ioctl", 0)];
    for (name, priority) in expected {
        assert_eq!(merged.priority(Syscall::named("test", name).unwrap()), priority, "{name}");
    }
}

#[test]
fn no_architecture_can_be_added_to_what_was_merged() {
    let mut policy = Policy::covering(ALLOW, [Arch::X86_64]);
    policy.deny("ptrace").unwrap();
    policy.merge(&Policy::covering(ALLOW, [Arch::X86_64])).unwrap();
    policy.add_arch(Arch::X86_64).expect("it is there already");
    let error = policy.add_arch(Arch::X86).unwrap_err().to_string();
    assert!(error.contains("merged") && error.contains("x86"), "{error}");
    assert!(!policy.covers(Arch::X86));
}

#[test]
fn an_intersection_gives_every_call_the_stricter_verdict() {
    for seed in 0..300 {
        let mut random = Random::new(seed);
        let a = random_policy_on(&mut random, &ARCHES[..1 + random_index(seed)], 20);
        let b = random_policy_on(&mut random, &ARCHES, 20);
        let mut both = a.clone();
        both.intersect(&b).unwrap();
        let proven = prove(&both, compile(&both).unwrap()).unwrap();
        for call in calls(&a, &b, &mut random) {
            let expected = evaluate(&a, &call).min(evaluate(&b, &call));
            assert_eq!(evaluate(&both, &call), expected, "seed {seed}: {call}");
            let found = run(proven.program(), &call, Arch::is_big_endian(call.arch)).value;
            assert_eq!(found, expected.to_raw(), "seed {seed}: the program for {call}");
        }
        let mut reversed = b.clone();
        reversed.intersect(&a).unwrap();
        assert_eq!(compare_policies(&both, &reversed).unwrap().order(), Order::Equal);
        for part in [&a, &b] {
            let comparison = compare_policies(&both, part).unwrap();
            assert_eq!(comparison.looser, None, "seed {seed}: looser than a part");
        }
    }
}

#[test]
fn intersections_of_the_same_policies_are_equal_however_they_were_made() {
    let one = |name: &str| {
        let mut policy = Policy::covering(EPERM, [Arch::X86_64]);
        policy.allow(name).unwrap();
        policy
    };
    let both = |a: &Policy, b: &Policy| {
        let mut both = a.clone();
        both.intersect(b).unwrap();
        both
    };
    let (a, b, c) = (one("read"), one("write"), one("close"));
    let expected = both(&both(&a, &b), &c);
    let cases = [
        ("the other one first", both(&both(&a, &c), &b)),
        ("with an intersection", both(&a, &both(&b, &c))),
        ("with one made the other way round", both(&a, &both(&c, &b))),
        ("with one of them again", both(&expected, &b)),
        ("with itself but for the policy's own part", both(&expected, &both(&b, &c))),
    ];
    for (why, made) in cases {
        assert_eq!(made, expected, "{why}");
        assert_eq!(made.layers().count(), 3, "{why}");
    }
}

#[test]
fn policies_have_an_order_in_which_none_but_equal_ones_are_equal() {
    let policies: Vec<Policy> = (0..20)
        .map(|seed| random_policy_on(&mut Random::new(seed), &ARCHES, 5))
        .chain(["read", "write"].map(|name| {
            let mut policy = Policy::covering(EPERM, ARCHES);
            policy.allow(name).unwrap();
            policy
        }))
        .collect();
    for (a, b) in policies.iter().flat_map(|a| policies.iter().map(move |b| (a, b))) {
        assert_eq!(a.partial_cmp(b), Some(a.cmp(b)));
        assert_eq!(a.cmp(b), b.cmp(a).reverse());
        assert_eq!(a.cmp(b).is_eq(), a == b);
    }
}

const fn random_index(seed: u64) -> usize {
    (seed % 3) as usize
}

#[test]
fn what_is_added_to_an_intersection_stays_within_it() {
    let mut limit = Policy::covering(EPERM, [Arch::X86_64]);
    limit.allow("read").unwrap();
    let mut policy = Policy::covering(EPERM, [Arch::X86_64]);
    policy.intersect(&limit).unwrap();
    policy.allow("read").unwrap();
    policy.allow("write").unwrap();
    assert_eq!(evaluate(&policy, &call(Arch::X86_64, 0, [0; 6])), ALLOW);
    assert_eq!(evaluate(&policy, &call(Arch::X86_64, 1, [0; 6])), EPERM);
    let error = policy.merge(&limit).unwrap_err().to_string();
    assert!(error.contains("intersected"), "{error}");
}

fn only(operator: Operator, width: Width, value: u64, action: Action) -> Policy {
    let mut policy = Policy::covering(EPERM, [Arch::X86_64, Arch::S390x]);
    let condition = Condition::new("read", 1, operator, width, value, 0).unwrap();
    policy.add_rule("read", Rule::new(action, [condition])).unwrap();
    policy
}

#[test]
fn comparisons_of_policies() {
    use Operator::{Eq, Ge, Gt, Le, Lt, Ne};
    use Width::{Bits32, Bits64};
    let cases: [(&str, Policy, Policy, Order); 11] = [
        ("itself", only(Eq, Bits64, 1, ALLOW), only(Eq, Bits64, 1, ALLOW), Order::Equal),
        (
            "the same said otherwise",
            only(Le, Bits64, 7, ALLOW),
            only(Lt, Bits64, 8, ALLOW),
            Order::Equal,
        ),
        (
            "across the halves",
            only(Le, Bits64, 0xffff_ffff, ALLOW),
            only(Lt, Bits64, 1 << 32, ALLOW),
            Order::Equal,
        ),
        ("a wider range", only(Le, Bits64, 7, ALLOW), only(Le, Bits64, 8, ALLOW), Order::Stricter),
        ("a narrower one", only(Ge, Bits64, 7, ALLOW), only(Gt, Bits64, 7, ALLOW), Order::Looser),
        (
            "one value and another",
            only(Eq, Bits64, 1, ALLOW),
            only(Eq, Bits64, 2, ALLOW),
            Order::Incomparable,
        ),
        (
            "one value and all others",
            only(Eq, Bits64, 1, ALLOW),
            only(Ne, Bits64, 1, ALLOW),
            Order::Incomparable,
        ),
        (
            "the high half looked at or not",
            only(Eq, Bits64, 1, ALLOW),
            only(Eq, Bits32, 1, ALLOW),
            Order::Stricter,
        ),
        (
            "log is stricter than allow",
            only(Eq, Bits64, 1, Action::LOG),
            only(Eq, Bits64, 1, ALLOW),
            Order::Stricter,
        ),
        (
            "of errnos the smaller",
            only(Eq, Bits64, 1, Action::errno(0)),
            only(Eq, Bits64, 1, EPERM),
            Order::Stricter,
        ),
        (
            "a rule that never matches",
            only(Gt, Bits64, u64::MAX, ALLOW),
            only(Lt, Bits64, 0, ALLOW),
            Order::Equal,
        ),
    ];
    for (why, a, b, expected) in cases {
        let there = compare_policies(&a, &b).unwrap();
        let back = compare_policies(&b, &a).unwrap();
        assert_eq!(there.order(), expected, "{why}: {there:?}");
        assert_eq!(back.stricter.is_some(), there.looser.is_some(), "{why}: the other way round");
        assert_eq!(back.looser.is_some(), there.stricter.is_some(), "{why}: the other way round");
        for (witness, first, second) in [(there.stricter, &a, &b), (there.looser, &b, &a)] {
            let Some(call) = witness else { continue };
            assert!(evaluate(first, &call) < evaluate(second, &call), "{why}: {call}");
        }
    }
}

#[test]
fn comparisons_of_random_policies_are_what_calls_show() {
    let (mut asked, mut equal) = (0, 0);
    for seed in 0..400 {
        let mut random = Random::new(seed);
        let a = random_policy_on(&mut random, &ARCHES, 20);
        let mut b = a.clone();
        // One change, which may or may not make a difference.
        match random.below(4) {
            0 => b.attributes_mut().bad_arch = random.pick(&ACTIONS),
            1 => b.deny(random.pick(&["read", "clone", "ptrace"])).unwrap(),
            2 => b.attributes_mut().unknown = Some(random.pick(&ACTIONS)),
            _ => {
                let names: Vec<_> = Syscall::all().map(Syscall::name).collect();
                let other = random_policy_on(&mut random, &ARCHES, 3);
                if let Some((_, rule)) = other.rules().last() {
                    b.add_rule(random.pick(&names), rule).unwrap();
                }
            }
        }
        let found = compare_policies(&a, &b).unwrap();
        let programs = [&a, &b].map(|policy| compile(policy).unwrap());
        let of_programs = compare_programs(&programs[0], &programs[1]).unwrap();
        assert_eq!(of_programs.order(), found.order(), "seed {seed}: their programs");
        for (witness, first, second) in [
            (found.stricter, &a, &b),
            (of_programs.stricter, &a, &b),
            (found.looser, &b, &a),
            (of_programs.looser, &b, &a),
        ] {
            let Some(call) = witness else { continue };
            assert!(evaluate(first, &call) < evaluate(second, &call), "seed {seed}: {call}");
        }
        for call in calls(&a, &b, &mut random) {
            let (ours, theirs) = (evaluate(&a, &call), evaluate(&b, &call));
            assert!(ours >= theirs || found.stricter.is_some(), "seed {seed}: {call}");
            assert!(ours <= theirs || found.looser.is_some(), "seed {seed}: {call}");
            asked += 1;
        }
        equal += usize::from(found.order() == Order::Equal);
    }
    println!("{asked} calls asked, none against the comparison; {equal} of 400 pairs equal");
    assert!((40..360).contains(&equal), "both outcomes are tried: {equal}");
}

fn about_argument_1() -> Rule {
    Rule::new(ALLOW, [Condition::new("test", 1, Operator::Eq, Width::Bits64, 7, 0).unwrap()])
}

#[test]
fn removing_forgets_all_that_was_said_of_a_call() {
    let mut policy = Policy::covering(EPERM, [Arch::X86_64, Arch::Mips]);
    let untouched = policy.clone();
    policy.allow("read").unwrap();
    policy.deny("read").unwrap();
    let by_number = nucleus_seccomp::policy::Subject::numbered("test", Arch::Mips, 4003).unwrap();
    policy.add_rule_for(by_number, Rule::new(ALLOW, [])).unwrap();
    policy.add_rule("read", about_argument_1()).unwrap();
    policy.remove_rules("read").unwrap();
    assert_eq!(policy, untouched);
    assert!(policy.remove_rules("raed").unwrap_err().to_string().contains("'read'"));
    policy.remove_rules("write").expect("nothing was said of it, which is fine");

    policy.add_rule("write", about_argument_1()).unwrap();
    policy.set_priority("read", 9).unwrap();
    let before = policy.clone();
    policy.add_rule("read", about_argument_1()).unwrap();
    policy.remove_rules("read").unwrap();
    assert_eq!(policy, before, "another call's rules and the priority stay");
    let read = Syscall::named("test", "read").unwrap();
    assert_eq!((policy.priority(read), before.priority(read)), (9, 9));
}
