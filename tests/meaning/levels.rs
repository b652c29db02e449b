//! The six levels, and lists of what runs.

use std::collections::BTreeMap;

use crate::cases::{
    Random, all_modes, built_in, call, interesting_args, interesting_numbers, random_policy,
};
use nucleus_seccomp::action::{Action, Kind};
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::compile::compile;
use nucleus_seccomp::policy::builtin::{Row, Verdict};
use nucleus_seccomp::policy::levels::{Level, REFUSED, add_to};
use nucleus_seccomp::policy::{Policy, evaluate};
use nucleus_seccomp::prove::{Order, Runs, compare_policies, prove, runs};
use nucleus_seccomp::syscall::Syscall;

const KILL: Action = Action::KILL_PROCESS;
const EPERM: Action = Action::errno(1);
const ALLOW: Action = Action::ALLOW;

fn at(level: Level, default: Action) -> Policy {
    let mut policy = Policy::covering(default, Arch::ALL);
    add_to(&mut policy, level).unwrap();
    policy
}

#[test]
fn levels_are_proven_on_all_architectures() {
    for default in [KILL, EPERM] {
        for level in Level::ALL {
            let policy = at(level, default);
            let proven = prove(&policy, compile(&policy).unwrap()).unwrap();
            let length = proven.program().instructions().len();
            println!("{level:?}, else {default}: {length} instructions for 23 architectures");
        }
    }
}

#[test]
fn each_level_allows_what_the_one_before_allows_and_more() {
    for pair in Level::ALL.windows(2) {
        let [narrow, wide] = [pair[0], pair[1]].map(|level| at(level, KILL));
        let comparison = compare_policies(&wide, &narrow).unwrap();
        assert_eq!(comparison.order(), Order::Looser, "{pair:?}: {comparison:?}");
        let mut both = narrow.clone();
        add_to(&mut both, pair[1]).unwrap();
        assert_eq!(both, wide, "{pair:?}: levels add up");
    }
}

#[test]
fn a_level_means_its_names_wherever_they_are() {
    for (level, arch) in Level::ALL.into_iter().flat_map(|l| Arch::ALL.map(|arch| (l, arch))) {
        let policy = at(level, KILL);
        let allowed = level.calls().iter().filter_map(|call| call.number(arch));
        let mut expected: BTreeMap<u32, Action> = refused_on(arch).collect();
        expected.extend(allowed.map(|number| (number, ALLOW)));
        for nr in interesting_numbers(arch) {
            let asked = call(arch, nr, [0; 6]);
            if !arch.owns(&asked) {
                continue;
            }
            let found = evaluate(&policy, &asked);
            let wanted = expected.get(&nr.cast_unsigned()).copied().unwrap_or(KILL);
            assert_eq!(found, wanted, "{level:?}: {nr} on {arch}");
        }
    }
}

fn refused_on(arch: Arch) -> impl Iterator<Item = (u32, Action)> {
    REFUSED.iter().flat_map(move |Row { verdict, calls, .. }| {
        let Verdict::Soft(errno) = *verdict else { panic!("softly") };
        calls.iter().filter_map(move |call| Some((call.number(arch)?, Action::errno(errno))))
    })
}

/// Above them every family of architectures counts otherwise.
#[test]
fn soft_refusals_have_errnos_that_are_the_same_everywhere() {
    const LAST_COMMON: u16 = 34;
    for (number, action) in refused_on(Arch::X86_64) {
        assert!(action.kind() == Kind::Errno && action.data() <= LAST_COMMON, "{number}: {action}");
    }
}

#[test]
fn rules_on_top_of_a_level() {
    type Change = fn(&mut Policy);
    let cases: [(&str, Change, &str, Action); 7] = [
        ("allowed besides", |p| p.allow("mount").unwrap(), "mount", ALLOW),
        ("denied", |p| p.deny("read").unwrap(), "read", KILL),
        (
            "allowed and denied",
            |p| {
                p.allow("mount").unwrap();
                p.deny("mount").unwrap();
            },
            "mount",
            KILL,
        ),
        ("denied what is refused softly", |p| p.deny("socket").unwrap(), "socket", KILL),
        ("allowed what is refused softly", |p| p.allow("socket").unwrap(), "socket", ALLOW),
        ("refused softly", |_| (), "socket", Action::errno(13)),
        ("neither", |_| (), "mount", KILL),
    ];
    for (why, change, name, expected) in cases {
        let (mut after, mut before) = (at(Level::Minimal, KILL), Policy::covering(KILL, Arch::ALL));
        change(&mut after);
        change(&mut before);
        add_to(&mut before, Level::Minimal).unwrap();
        assert_eq!(before, after, "{why}: the order makes no difference");
        let named = Syscall::named("test", name).unwrap();
        for arch in Arch::ALL {
            let Some(nr) = named.number(arch) else { continue };
            let asked = call(arch, nr.cast_signed(), [0; 6]);
            assert_eq!(evaluate(&after, &asked), expected, "{why}: {arch}");
        }
    }
}

#[test]
fn a_level_is_refused_where_it_would_refuse_nothing() {
    let cases = [
        (ALLOW, false),
        (Action::LOG, false),
        (Action::NOTIFY, true),
        (Action::trace(1), true),
        (EPERM, true),
        (Action::trap(1), true),
        (Action::KILL_THREAD, true),
    ];
    for (default, fine) in cases {
        let mut policy = Policy::covering(default, [Arch::X86_64]);
        let untouched = policy.clone();
        let done = add_to(&mut policy, Level::Essential);
        assert_eq!(done.is_ok(), fine, "{default}: {done:?}");
        if let Err(error) = done {
            assert!(error.to_string().contains("use_level"), "{error}");
            assert_eq!(policy, untouched);
        }
    }
}

#[test]
fn numbers_and_names_lead_to_their_level() {
    for level in Level::ALL {
        assert_eq!(Level::numbered("test", level as u32), Ok(level));
        assert_eq!(Level::named(level.c_name().to_str().unwrap()), Some(level));
    }
    for number in [0, 7, u32::MAX] {
        let error = Level::numbered("test", number).unwrap_err().to_string();
        assert!(error.contains(&number.to_string()), "{error}");
    }
    assert_eq!(Level::named("Minimal"), None);
    assert_eq!(Level::named(""), None);
}

// ---- lists ----

/// What a list says of a call is what its verdicts show, for all numbers. What it says runs at times
/// is shown both ways, if `both` says that the arguments tried are enough for that.
fn list_is_right(policy: &Policy, arch: Arch, both: bool, random: &mut Random, what: &str) {
    let listed: BTreeMap<Syscall, Runs> = runs(policy, arch).unwrap().into_iter().collect();
    for named in Syscall::all() {
        let Some(nr) = named.number(arch) else { continue };
        let nr = nr.cast_signed();
        let ran: Vec<bool> = interesting_args(policy, nr, arch, random)
            .into_iter()
            .map(|args| evaluate(policy, &call(arch, nr, args)).kind() >= Kind::Log)
            .collect();
        let (some, all) = (ran.contains(&true), !ran.contains(&false));
        match listed.get(&named) {
            None => assert!(!some, "{what}: {named:?} on {arch} is not listed, and runs"),
            Some(Runs::Always) => assert!(all, "{what}: {named:?} on {arch} runs not always"),
            Some(Runs::Sometimes) => {
                assert!(!both || some && !all, "{what}: {named:?} on {arch} runs: {ran:?}");
            }
        }
    }
}

#[test]
fn lists_are_what_evaluate_says() {
    let mut random = Random::new(11);
    for level in Level::ALL {
        let mut policy = at(level, KILL);
        policy.deny("read").unwrap();
        policy.deny("clone").unwrap();
        for arch in Arch::ALL {
            list_is_right(&policy, arch, true, &mut random, "a level");
            let listed = runs(&policy, arch).unwrap();
            assert!(listed.iter().all(|(named, _)| named.name() != "read"), "denied on {arch}");
            assert!(listed.is_sorted_by_key(|(named, _)| named.name()), "on {arch}");
        }
    }
    for modes in all_modes() {
        let policy = built_in(modes);
        list_is_right(&policy, Arch::X86_64, true, &mut random, "the built-in policy");
        assert_eq!(runs(&policy, Arch::Aarch64).unwrap(), [], "not covered");
    }
    for seed in 0..150 {
        let mut random = Random::new(seed);
        let policy = random_policy(&mut random, 40);
        for arch in Arch::ALL {
            list_is_right(&policy, arch, false, &mut random, &format!("seed {seed}"));
        }
    }
}
