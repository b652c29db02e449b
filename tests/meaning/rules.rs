//! The meaning of a policy, step by step, as a table.

use crate::cases::call;
use nucleus_seccomp::action::Action;
use nucleus_seccomp::arch::Arch;
use nucleus_seccomp::call::Call;
use nucleus_seccomp::policy::builtin::{self, Modes};
use nucleus_seccomp::policy::{Condition, Operator, Policy, Rule, Width, evaluate};
use nucleus_seccomp::syscall::{self, Syscall};

const KILL: Action = Action::KILL_PROCESS;
const EPERM: Action = Action::errno(1);
const ENOSYS: Action = Action::errno(38);
const ALLOW: Action = Action::ALLOW;

fn when(operator: Operator, width: Width, value: u64, mask: u64) -> Condition {
    Condition::new("test", 0, operator, width, value, mask).unwrap()
}

fn is(value: u64) -> Condition {
    when(Operator::Eq, Width::Bits64, value, 0)
}

fn policy(default: Action, build: impl FnOnce(&mut Policy)) -> Policy {
    let mut policy = Policy::covering(default, [Arch::X86_64]);
    build(&mut policy);
    policy
}

fn verdict(policy: &Policy, name: &str, argument: u64) -> Action {
    let number = Syscall::named("test", name).unwrap().number(Arch::X86_64).unwrap();
    evaluate(policy, &call(Arch::X86_64, number.cast_signed(), [argument; 6]))
}

#[test]
fn of_several_rules_the_strictest_that_matches_decides() {
    let one = |action| Rule::new(action, [is(1)]);
    let whole = |action| Rule::new(action, []);
    // Rules of one call, and the verdicts for the arguments 1 and 2.
    let cases: &[(&str, &[Rule], Action, Action)] = &[
        ("no rule", &[], KILL, KILL),
        ("an unconditional rule", &[whole(ALLOW)], ALLOW, ALLOW),
        ("a conditional one", &[one(ALLOW)], ALLOW, KILL),
        ("conditional before unconditional", &[whole(ALLOW), one(EPERM)], EPERM, ALLOW),
        ("though it be looser", &[whole(EPERM), one(ALLOW)], ALLOW, EPERM),
        ("the stricter of two matches", &[one(ALLOW), one(EPERM)], EPERM, KILL),
        ("errno is stricter than trace", &[one(Action::trace(0)), one(EPERM)], EPERM, KILL),
        ("on equal kinds the smaller data", &[one(ENOSYS), one(EPERM)], EPERM, KILL),
        ("the stricter of two wholes", &[whole(ENOSYS), whole(ALLOW)], ENOSYS, ENOSYS),
        ("a rule that equals the default", &[whole(ALLOW), one(KILL)], KILL, ALLOW),
        ("conditions of a rule must all hold", &[Rule::new(ALLOW, [is(1), is(2)])], KILL, KILL),
    ];
    for (why, rules, for_one, for_two) in cases {
        let forwards = policy(KILL, |policy| {
            rules.iter().for_each(|rule| policy.add_rule("read", rule.clone()).unwrap());
        });
        let backwards = policy(KILL, |policy| {
            rules.iter().rev().for_each(|rule| policy.add_rule("read", rule.clone()).unwrap());
        });
        assert_eq!(verdict(&forwards, "read", 1), *for_one, "{why}");
        assert_eq!(verdict(&forwards, "read", 2), *for_two, "{why}");
        assert_eq!(forwards, backwards, "{why}: the order of rules makes no difference");
    }
}

#[test]
fn denied_calls_are_refused_whatever_else_is_said() {
    let refused = [(KILL, KILL), (EPERM, EPERM), (Action::trap(1), Action::trap(1))];
    let let_through = [Action::ALLOW, Action::LOG, Action::trace(0), Action::NOTIFY];
    for (default, expected) in refused.into_iter().chain(let_through.map(|d| (d, EPERM))) {
        let policy = policy(default, |policy| {
            policy.deny("read").unwrap();
            policy.allow("read").unwrap();
            policy.add_rule("read", Rule::new(ALLOW, [is(1)])).unwrap();
        });
        assert_eq!(verdict(&policy, "read", 1), expected, "default {default}");
    }
}

#[test]
fn a_soft_refusal_gives_way_to_an_allow_of_the_call_in_either_order() {
    let soft = || Rule::soft(ENOSYS, []);
    let before = policy(KILL, |policy| {
        policy.add_rule("openat2", soft()).unwrap();
        policy.allow("openat2").unwrap();
    });
    let after = policy(KILL, |policy| {
        policy.allow("openat2").unwrap();
        policy.add_rule("openat2", soft()).unwrap();
    });
    assert_eq!(before, after);
    assert_eq!(verdict(&before, "openat2", 0), ALLOW);
    let conditional = policy(KILL, |policy| {
        policy.add_rule("openat2", soft()).unwrap();
        policy.add_rule("openat2", Rule::new(ALLOW, [is(1)])).unwrap();
    });
    assert_eq!(verdict(&conditional, "openat2", 1), ALLOW);
    assert_eq!(verdict(&conditional, "openat2", 2), ENOSYS, "an allow of some is not of all");
}

#[test]
fn of_several_rules_for_a_whole_call_the_strictest_is_kept() {
    for rule in [Rule::new, Rule::soft] {
        let with = |actions: &[Action]| {
            policy(KILL, |policy| {
                let rules = actions.iter().map(|action| rule(*action, []));
                rules.for_each(|rule| policy.add_rule("read", rule).unwrap());
            })
        };
        assert_eq!(with(&[ENOSYS, ALLOW, EPERM]), with(&[EPERM]));
        assert_eq!(with(&[ENOSYS, EPERM]).rules().count(), 1);
    }
}

#[test]
fn numbers_and_architectures_at_the_edges() {
    let newest = syscall::newest(Arch::X86_64).cast_signed();
    let policy = policy(EPERM, |policy| policy.attributes_mut().unknown = Some(ENOSYS));
    let token = Arch::X86_64.token();
    let cases = [
        (token, newest, EPERM, "the newest known call"),
        (token, newest + 1, ENOSYS, "the first unknown one"),
        (token, 0x3fff_ffff, ENOSYS, "the last below x32"),
        (token, 0x4000_0000, KILL, "x32's first"),
        (token, 0x7fff_ffff, KILL, "x32's last"),
        (token, i32::MIN, ENOSYS, "negative, bit 30 clear"),
        (token, -2, KILL, "negative, bit 30 set"),
        (token, -1, EPERM, "skipped by a tracer: not unknown, not x32's"),
        (Arch::Aarch64.token(), 0, KILL, "an architecture that is not covered"),
        (0x4000_0003, 4, KILL, "int 0x80"),
        (0, 0, KILL, "no architecture"),
    ];
    for (arch, nr, expected, why) in cases {
        let call = Call { arch, nr, ..Call::default() };
        assert_eq!(evaluate(&policy, &call), expected, "{why}");
    }
}

#[test]
fn the_verdict_for_foreign_architectures_can_be_set() {
    let foreign = |build: fn(&mut Policy)| {
        let policy = policy(EPERM, build);
        evaluate(&policy, &Call { arch: Arch::Aarch64.token(), ..Call::default() })
    };
    assert_eq!(foreign(|_| ()), KILL, "unless somebody does");
    assert_eq!(foreign(|policy| policy.attributes_mut().bad_arch = ENOSYS), ENOSYS);
}

#[test]
fn conditions_hold_where_they_say() {
    use Operator::{Eq, Ge, Gt, Le, Lt, MaskedEq, Ne};
    use Width::{Bits32, Bits64};
    const HIGH: u64 = 0xdead_beef_0000_0000;
    let cases = [
        (when(Eq, Bits32, 5, 0), HIGH | 5, true, "32 bits: the high half is not looked at"),
        (when(Eq, Bits64, 5, 0), HIGH | 5, false, "64 bits: it is"),
        (when(Ne, Bits32, 5, 0), HIGH | 5, false, "nor does it make a difference"),
        (when(Lt, Bits64, 1 << 32, 0), u64::from(u32::MAX), true, "below by the high half"),
        (when(Lt, Bits64, 1 << 32, 0), 1 << 32, false, "equal is not below"),
        (when(Lt, Bits64, (2 << 32) | 5, 0), (1 << 32) | 9, true, "a larger low half below"),
        (when(Gt, Bits64, (1 << 32) | 9, 0), (2 << 32) | 5, true, "a smaller low half above"),
        (when(Le, Bits32, 5, 0), HIGH | 5, true, "equal is enough"),
        (when(Ge, Bits32, 0x8000_0000, 0), 0x7fff_ffff, false, "comparisons are unsigned"),
        (when(Gt, Bits64, u64::MAX, 0), u64::MAX, false, "nothing is above the largest"),
        (when(Lt, Bits64, 0, 0), 0, false, "nothing is below zero"),
        (when(MaskedEq, Bits32, 2, 6), HIGH | 0xfffa, true, "only the mask's bits"),
        (when(MaskedEq, Bits64, 0, HIGH), 1, true, "a mask of high bits"),
        (when(MaskedEq, Bits64, 0, 0), 99, true, "a mask of no bits"),
    ];
    for (condition, argument, expected, why) in cases {
        let call = call(Arch::X86_64, 0, [argument; 6]);
        assert_eq!(condition.holds(&call), expected, "{why}");
    }
}

#[test]
fn the_built_in_policy_refuses_to_be_added_where_it_would_allow() {
    for default in [Action::ALLOW, Action::LOG, Action::trace(0), Action::NOTIFY] {
        let mut policy = Policy::new(default);
        let error = builtin::add_to(&mut policy, Modes::default()).unwrap_err();
        assert!(error.to_string().contains(&default.to_string()), "{error}");
        assert_eq!(policy, Policy::new(default), "nothing was added");
    }
}

#[test]
fn opting_in_keeps_the_argument_checks() {
    let base = policy(KILL, |policy| builtin::add_to(policy, Modes::default()).unwrap());
    let cases: [(&str, bool, &str); 7] = [
        ("io_uring_setup", true, "refused softly, and on the list"),
        ("keyctl", true, "checked, but no case of it is allowed"),
        ("pkey_mprotect", false, "on the list, but checked by now"),
        ("personality", false, "likewise, and most of it is refused"),
        ("sysinfo", false, "allowed anyway"),
        ("ptrace", false, "not on the list"),
        ("no_such_call", false, "no call at all"),
    ];
    for (name, changes, why) in cases {
        let mut policy = base.clone();
        builtin::allow_extra(&mut policy, &[name], false).unwrap();
        assert_eq!(policy != base, changes, "{name}: {why}");
    }
    let mut policy = base.clone();
    builtin::allow_extra(&mut policy, &["read"], true).expect("it is allowed, list or not");
    assert_eq!(policy, base);
    for name in ["ptrace", "no_such_call"] {
        let mut policy = base.clone();
        let error = builtin::allow_extra(&mut policy, &["openat2", name], true).unwrap_err();
        assert!(error.to_string().contains(name), "{error}");
        assert_eq!(policy, base, "nothing of the list was added");
    }
}

/// What of a checked call is decided by its arguments stays so, or goes, when a rule for the whole call
/// comes.
#[test]
fn rules_on_top_of_the_built_in_policy() {
    let cases = [
        ("a refusal within a refused call goes", "keyctl", ALLOW, 0, ALLOW),
        ("and so does the rest's", "keyctl", ALLOW, 1, ALLOW),
        ("a refusal within an allowed call stays", "mprotect", ALLOW, 6, Action::errno(13)),
        ("what is allowed of a refused call stays", "socket", EPERM, 1, ALLOW),
        ("but the rest goes", "socket", EPERM, 3, EPERM),
    ];
    for (why, name, action, argument, expected) in cases {
        let policy = policy(KILL, |policy| {
            builtin::add_to(policy, Modes::default()).unwrap();
            policy.add_rule(name, Rule::new(action, [])).unwrap();
        });
        assert_eq!(verdict(&policy, name, argument), expected, "{why}: {name}");
    }
}

#[test]
fn the_verdict_for_denied_calls_refuses() {
    let cases = [
        (None, EPERM),
        (Some(ENOSYS), ENOSYS),
        (Some(KILL), KILL),
        (Some(Action::trap(7)), Action::trap(7)),
    ];
    let mut policy = policy(ALLOW, |policy| policy.deny("read").unwrap());
    for (action, expected) in cases {
        policy.attributes_mut().set_deny(action).unwrap();
        assert_eq!(policy.attributes().deny(), action);
        assert_eq!(verdict(&policy, "read", 0), expected, "{action:?}");
    }
    for action in [Action::ALLOW, Action::LOG, Action::trace(0), Action::NOTIFY] {
        let before = policy.clone();
        let error = policy.attributes_mut().set_deny(Some(action)).unwrap_err().to_string();
        assert!(error.contains(&action.to_string()), "{error}");
        assert_eq!(policy, before, "{action}");
    }
}

#[test]
fn every_name_on_the_opt_in_list_is_allowed_once_it_is_added() {
    for name in builtin::EXTRA.split_whitespace() {
        let added = policy(KILL, |policy| {
            builtin::add_to(policy, Modes::default()).unwrap();
            builtin::allow_extra(policy, &[name], true).unwrap();
        });
        let call = Syscall::named("test", name).unwrap();
        if call.number(Arch::X86_64).is_none() {
            continue;
        }
        // All zero suits most calls; ioprio_set wants to be told that it is about a process.
        let number = call.number(Arch::X86_64).unwrap().cast_signed();
        let tried = [[0; 6], [1, 0, 0, 0, 0, 0]]
            .map(|args| evaluate(&added, &crate::cases::call(Arch::X86_64, number, args)));
        assert!(tried.contains(&ALLOW), "{name}: {tried:?}");
    }
}

#[test]
fn the_built_in_policy_is_added_in_one_mode() {
    let mut policy = Policy::new(KILL);
    builtin::add_to(&mut policy, Modes::default()).unwrap();
    let once = policy.clone();
    builtin::add_to(&mut policy, Modes::default()).expect("again, with the same flags");
    assert_eq!(policy, once);
    let strict = Modes { strict: true, ..Modes::default() };
    builtin::add_to(&mut policy, strict).expect_err("the looser would hold");
    assert_eq!(policy, once);
}
