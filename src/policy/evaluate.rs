//! The meaning of a policy.
//!
//! Written to be read, not to be fast: this is what the compiler, the proof, the tests and the
//! fuzzers are held against. docs/semantics.md says the same in words, with examples.

use super::{Policy, Rule};
use crate::action::Action;
use crate::arch::Arch;
use crate::call::Call;

/// The verdict of `policy` on `call`: of its own rules and of the policies it was intersected with,
/// the strictest.
#[must_use]
pub fn evaluate(policy: &Policy, call: &Call) -> Action {
    policy.layers().map(|layer| by_rules(layer, call)).min().expect("a policy is a layer itself")
}

/// The first of these that applies:
/// 1. the call's architecture is not covered: the bad-architecture verdict;
/// 2. the call is denied: the deny verdict;
/// 3. rules with conditions match: the strictest of them;
/// 4. rules without conditions exist: the strictest of them;
/// 5. the number is newer than the newest known one, and there is a verdict for that: this one;
/// 6. the default.
fn by_rules(policy: &Policy, call: &Call) -> Action {
    let Some(arch) = policy.arches().find(|arch| arch.owns(call)) else {
        return policy.attributes().bad_arch;
    };
    let nr = call.nr.cast_unsigned();
    if is_denied(policy, arch, nr) {
        return policy.deny_action();
    }
    // What stands above the lower halves of a 32-bit call's arguments is shown to filters, and is nothing to
    // the call: through `int 0x80` a 64-bit program fills it as it likes (tried on Linux 6.18).
    let call = &if arch.has_narrow_arguments() { lower_halves(call) } else { *call };
    let rules = rules(policy, arch, nr);
    strictest(rules.iter().filter(|rule| has_conditions(rule) && matches(rule, call)))
        .or_else(|| strictest(rules.iter().filter(|rule| !has_conditions(rule))))
        .or_else(|| unknown(policy, arch, nr))
        .unwrap_or(policy.default_action())
}

pub(crate) fn is_denied(policy: &Policy, arch: Arch, nr: u32) -> bool {
    policy.denied().any(|denied| denied.number(arch) == Some(nr))
}

/// The rules for a number; soft ones only while no other is for the whole call.
pub(crate) fn rules(policy: &Policy, arch: Arch, nr: u32) -> Vec<Rule> {
    let of_number = policy.rules_about(|subject| subject.number(arch) == Some(nr));
    let mut rules: Vec<Rule> = of_number.map(|(_, rule)| rule).collect();
    if rules.iter().any(Rule::is_for_the_whole_call) {
        rules.retain(|rule| !rule.is_soft());
    }
    rules
}

fn lower_halves(call: &Call) -> Call {
    Call { args: call.args.map(|arg| arg & u64::from(u32::MAX)), ..*call }
}

fn strictest<'a>(rules: impl Iterator<Item = &'a Rule>) -> Option<Action> {
    rules.map(Rule::action).min()
}

fn has_conditions(rule: &Rule) -> bool {
    !rule.conditions().is_empty()
}

fn matches(rule: &Rule, call: &Call) -> bool {
    rule.conditions().iter().all(|condition| condition.holds(call))
}

pub(crate) fn unknown(policy: &Policy, arch: Arch, nr: u32) -> Option<Action> {
    policy.unknown(arch).find(|(range, _)| range.contains(&nr)).map(|(_, action)| action)
}
