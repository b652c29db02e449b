//! Which calls a policy lets run: whatever their arguments are, or with some.

use super::diagram::Diagram;
use super::of_numbers::Numbers;
use super::of_policy;
use crate::action::Action;
use crate::arch::Arch;
use crate::error::Result;
use crate::policy::Policy;
use crate::syscall::Syscall;

/// For which arguments a call runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Runs {
    /// For all.
    Always,
    /// For some, and not for others.
    Sometimes,
}

/// The calls of `arch` that `policy` lets run ([`Action::ALLOW`] or [`Action::LOG`]), in the order of
/// their names. Decided exactly, from what is said of the arguments.
///
/// # Errors
/// Rules tangle arguments so much that the budget of the proof is not enough.
pub fn runs(policy: &Policy, arch: Arch) -> Result<Vec<(Syscall, Runs)>> {
    // The strictest verdict that runs a call, and the loosest of the others.
    const LOG: Action = Action::LOG;
    const REFUSAL: Action = Action::trace(u16::MAX);
    let numbers = Numbers::of(policy);
    let of_arch = &numbers.numbers[numbers.arches.at(arch.token()) as usize];
    let mut diagram = Diagram::new();
    let [logged, refused] = [LOG, REFUSAL].map(|action| diagram.value(action.to_raw()));
    let mut all = Vec::new();
    for call in Syscall::all() {
        let Some(number) = call.number(arch) else { continue };
        let verdict = of_policy::function(&mut diagram, &numbers, of_arch.at(number))?;
        if diagram.stricter(verdict, refused)? == verdict {
            continue;
        }
        let always = diagram.stricter(verdict, logged)? == logged;
        all.push((call, if always { Runs::Always } else { Runs::Sometimes }));
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Condition, Operator, Rule, Width};

    #[test]
    fn calls_run_always_or_for_some_arguments_or_never() {
        let is = |value| {
            Rule::new(
                if value < 3 { Action::ALLOW } else { Action::errno(2) },
                [Condition::new("test", 0, Operator::Ge, Width::Bits32, value, 0).unwrap()],
            )
        };
        let mut policy = Policy::covering(Action::errno(1), [Arch::X86_64]);
        for (call, action) in [
            ("close", Action::ALLOW),
            ("dup", Action::LOG),
            ("getpid", Action::trace(u16::MAX)),
            ("kill", Action::KILL_PROCESS),
            ("pause", Action::ALLOW),
        ] {
            policy.add_rule(call, Rule::new(action, [])).unwrap();
        }
        policy.add_rule("open", is(1)).unwrap();
        policy.add_rule("pause", is(3)).unwrap();
        policy.add_rule("read", is(0)).unwrap();
        policy.add_rule("write", is(3)).unwrap();
        let found = runs(&policy, Arch::X86_64).unwrap();
        let found: Vec<_> = found.iter().map(|(call, runs)| (call.name(), *runs)).collect();
        let expected = [
            ("close", Runs::Always),
            ("dup", Runs::Always),
            ("open", Runs::Sometimes),
            ("pause", Runs::Sometimes),
            ("read", Runs::Always),
        ];
        assert_eq!(found, expected);
        assert_eq!(runs(&policy, Arch::X86).unwrap(), [], "it is not covered");
    }
}
