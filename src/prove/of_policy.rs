//! What a policy says of every call, on all arguments at once.
//!
//! Follows the steps of [`crate::policy::evaluate`].

use super::bits::{Variable, Word};
use super::diagram::{Diagram, Function};
use super::steps::Steps;
use crate::action::Action;
use crate::arch::{Arch, SKIPPED, X32_BIT};
use crate::error::Result;
use crate::policy::{Condition, Operator, Policy, Rule, Width};

/// For every architecture and number, the verdict as a function of the arguments.
pub(super) fn meaning(diagram: &mut Diagram, policy: &Policy) -> Result<Steps<Steps<Function>>> {
    let foreign = diagram.value(policy.bad_arch().to_raw());
    let mut arches = Steps::new(Steps::new(foreign));
    for arch in policy.arches() {
        let numbers = numbers(diagram, policy, arch)?;
        arches.set(arch.token(), arch.token(), numbers);
    }
    Ok(arches)
}

fn numbers(diagram: &mut Diagram, policy: &Policy, arch: Arch) -> Result<Steps<Function>> {
    let mut numbers = Steps::new(diagram.value(policy.default_action().to_raw()));
    if let Some((newest, action)) = policy.unknown(arch) {
        let unknown = diagram.value(action.to_raw());
        numbers.set(newest + 1, SKIPPED - 1, unknown);
    }
    for (call, rules) in policy.rules() {
        if let Some(number) = call.number(arch) {
            let verdict = arguments(diagram, policy, arch, rules)?;
            numbers.set(number, number, verdict);
        }
    }
    let denied = diagram.value(policy.deny_action().to_raw());
    for number in policy.denied().filter_map(|call| call.number(arch)) {
        numbers.set(number, number, denied);
    }
    if arch.shares_token_with_x32() {
        let foreign = diagram.value(policy.bad_arch().to_raw());
        // Bit 30 set, with bit 31 clear and set; the last number of all is no x32 number.
        numbers.set(X32_BIT, X32_BIT | 0x3fff_ffff, foreign);
        numbers.set(0x8000_0000 | X32_BIT, SKIPPED - 1, foreign);
    }
    Ok(numbers)
}

/// The verdict for all arguments of a call with rules: starting from what holds when no
/// condition does, every stricter verdict overrides the looser ones.
fn arguments<'a>(
    diagram: &mut Diagram,
    policy: &Policy,
    arch: Arch,
    rules: impl IntoIterator<Item = &'a Rule>,
) -> Result<Function> {
    let (plain, mut conditional): (Vec<_>, Vec<_>) =
        rules.into_iter().partition(|rule| rule.conditions().is_empty());
    let otherwise: Option<Action> = plain.iter().map(|rule| rule.action()).min();
    conditional.sort_by_key(|rule| std::cmp::Reverse(rule.action()));
    let mut verdict = diagram.value(otherwise.unwrap_or(policy.default_action()).to_raw());
    for rule in conditional {
        let mut holds = diagram.value(1);
        let never = diagram.value(0);
        // The conditions are in the order of the bits: from the last one up, each goes on top.
        for condition in rule.conditions().iter().rev() {
            let one = holds_for(diagram, arch, condition)?;
            holds = diagram.choose(one, holds, never)?;
        }
        let action = diagram.value(rule.action().to_raw());
        verdict = diagram.choose(holds, action, verdict)?;
    }
    Ok(verdict)
}

/// Where a condition holds. Decided bit by bit from the least significant one: what the bits below
/// came to is kept where a bit is equal, and overruled where it is not.
fn holds_for(diagram: &mut Diagram, arch: Arch, condition: &Condition) -> Result<Function> {
    let (never, always) = (diagram.value(0), diagram.value(1));
    let width = match condition.width() {
        Width::Bits32 => 32,
        Width::Bits64 => 64,
    };
    // What to answer when the argument is below the value, equal to it, above it.
    let (below, equal, above) = match condition.operator() {
        Operator::Lt => (always, never, never),
        Operator::Le => (always, always, never),
        Operator::Eq | Operator::MaskedEq => (never, always, never),
        Operator::Ne => (always, never, always),
        Operator::Ge => (never, always, always),
        Operator::Gt => (never, never, always),
    };
    let compared = match condition.operator() {
        Operator::MaskedEq => condition.mask(),
        _ => u64::MAX,
    };
    let mut so_far = equal;
    for position in (0..width).filter(|position| compared >> position & 1 == 1) {
        let bit = bit_of(arch, condition.index(), position);
        let (if_zero, if_one) = match condition.value() >> position & 1 {
            0 => (so_far, above),
            _ => (below, so_far),
        };
        so_far = if bit < diagram.level(so_far) {
            diagram.bit(bit, if_zero, if_one)
        } else {
            // On big-endian machines the low half's bits come before the high one's in the order,
            // so the node can't simply be put on top.
            let is_one = diagram.bit(bit, never, always);
            diagram.choose(is_one, if_one, if_zero)?
        };
    }
    Ok(so_far)
}

/// Bit `position` (0 to 63) of an argument.
fn bit_of(arch: Arch, index: u8, position: u32) -> Variable {
    let (high, low) = Word::halves(arch, index);
    if position < 32 { low.variable(position) } else { high.variable(position - 32) }
}
