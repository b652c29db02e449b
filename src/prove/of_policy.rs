//! What a policy says of every call, on all arguments at once.
//!
//! Follows the steps of [`crate::policy::evaluate`].

use std::collections::{BTreeMap, BTreeSet};

use super::bits::{Variable, Word};
use super::diagram::{Diagram, Function};
use super::steps::{Meaning, Steps};
use crate::action::Action;
use crate::arch::Arch;
use crate::error::Result;
use crate::policy::{Condition, Operator, Policy, Rule, Subject, Width};

/// Rules that match no call, each with what it is about.
pub(super) type Impossible = BTreeSet<(Subject, Rule)>;

/// For every architecture and number, the verdict as a function of the arguments. What was found of
/// the rules on the way goes to `impossible`.
pub(super) fn meaning(
    diagram: &mut Diagram,
    policy: &Policy,
    impossible: &mut Impossible,
) -> Result<Meaning> {
    let mut layers = policy.layers();
    let own = layers.next().expect("a policy is a layer itself");
    let mut meaning = of_layer(diagram, own, impossible)?;
    for layer in layers {
        let limit = of_layer(diagram, layer, impossible)?;
        meaning = meaning.with(&limit, |ours, theirs| {
            ours.with(theirs, |a, b| diagram.stricter(*a, *b)).map(Into::into)
        })?;
    }
    Ok(meaning)
}

fn of_layer(diagram: &mut Diagram, layer: &Policy, impossible: &mut Impossible) -> Result<Meaning> {
    let foreign = Steps::new(diagram.value(layer.attributes().bad_arch.to_raw()));
    let mut tokens: BTreeMap<u32, Steps<Function>> = BTreeMap::new();
    for arch in layer.arches() {
        let numbers = tokens.entry(arch.token()).or_insert_with(|| foreign.clone());
        add_numbers(diagram, layer, arch, numbers, impossible)?;
    }
    let mut arches = Steps::new(foreign.into());
    tokens.into_iter().for_each(|(token, numbers)| arches.set(token, token, numbers.into()));
    Ok(arches)
}

/// Sets what `layer` says of the numbers of `arch`.
fn add_numbers(
    diagram: &mut Diagram,
    layer: &Policy,
    arch: Arch,
    numbers: &mut Steps<Function>,
    impossible: &mut Impossible,
) -> Result<()> {
    for own in arch.numbers() {
        numbers.set(*own.start(), *own.end(), diagram.value(layer.default_action().to_raw()));
        for (unknown, action) in layer.unknown(arch) {
            let (first, last) = (own.start().max(unknown.start()), own.end().min(unknown.end()));
            if first <= last {
                numbers.set(*first, *last, diagram.value(action.to_raw()));
            }
        }
    }
    let of_number = |(subject, rule): (Subject, Rule)| Some((subject.number(arch)?, subject, rule));
    let mut rules: Vec<(u32, Subject, Rule)> = layer.rules().filter_map(of_number).collect();
    // Of one number the strictest last, so that it overrules those before it; and of equal verdicts
    // the last arguments first: what comes after is then put on top of what is there, instead of
    // pushed down through it.
    rules.sort_unstable_by(|(a, _, ours), (b, _, theirs)| a.cmp(b).then_with(|| theirs.cmp(ours)));
    let mut said = Vec::with_capacity(rules.len());
    for same in rules.chunk_by(|a, b| a.0 == b.0) {
        let number = same[0].0;
        said.push((number, arguments(diagram, arch, same, numbers.at(number), impossible)?));
    }
    numbers.set_single(&said);
    let denied = diagram.value(layer.deny_action().to_raw());
    for number in layer.denied().filter_map(|call| call.number(arch)) {
        numbers.set(number, number, denied);
    }
    Ok(())
}

/// The verdict for all arguments of a call with rules, the strictest last: starting from what holds when no
/// condition does, every stricter verdict overrides the looser ones.
fn arguments(
    diagram: &mut Diagram,
    arch: Arch,
    rules: &[(u32, Subject, Rule)],
    without_rules: Function,
    impossible: &mut Impossible,
) -> Result<Function> {
    let whole = rules.iter().any(|(.., rule)| rule.is_for_the_whole_call());
    let in_force = rules.iter().filter(|(.., rule)| !(whole && rule.is_soft()));
    let (plain, conditional): (Vec<_>, Vec<_>) =
        in_force.partition(|(.., rule)| rule.conditions().is_empty());
    let otherwise: Option<Action> = plain.iter().map(|(.., rule)| rule.action()).min();
    let mut verdict = match otherwise {
        Some(action) => diagram.value(action.to_raw()),
        None => without_rules,
    };
    for (_, subject, rule) in conditional {
        // Chains of nodes are no operations, but there can be many.
        diagram.charge(1)?;
        let holds = all_hold(diagram, arch, rule.conditions())?;
        if holds == diagram.value(0) {
            impossible.insert((*subject, rule.clone()));
        }
        let action = diagram.value(rule.action().to_raw());
        verdict = diagram.choose(holds, action, verdict)?;
    }
    Ok(verdict)
}

/// Where all conditions hold.
fn all_hold(diagram: &mut Diagram, arch: Arch, conditions: &[Condition]) -> Result<Function> {
    let mut holds = diagram.value(1);
    let never = diagram.value(0);
    // The conditions are in the order of the bits: from the last one up, each goes on top.
    for condition in conditions.iter().rev() {
        let one = holds_for(diagram, arch, condition)?;
        holds = diagram.choose(one, holds, never)?;
    }
    Ok(holds)
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
    let (high, low) = Word::halves(arch.big_endian(), index);
    if position < 32 { low.variable(position) } else { high.variable(position - 32) }
}
