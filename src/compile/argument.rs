//! Rules on arguments as tests on their 32-bit halves.
//!
//! A filter loads 32 bits at a time, so a 64-bit comparison is two: the halves are never compared
//! apart from each other. Less-than, say, is `high < H || high == H && low < L`. Of a call that takes the
//! low halves alone, no high one is loaded.

use super::dispatch::{self, Range};
use super::graph::{Graph, NodeId, Test, Word};
use super::plan::{self, Ranked};
use crate::action::Action;
use crate::arch::Arch;
use crate::policy::{Condition, Operator, Rule, Width};

/// The tests of `rules`, of which the first that matches gives the verdict. Where a verdict leads
/// is for `end` to say.
pub(super) fn check(
    graph: &mut Graph,
    arch: Arch,
    rules: &[Ranked],
    otherwise: Action,
    end: &mut dyn FnMut(&mut Graph, Action) -> NodeId,
) -> NodeId {
    if arch.has_narrow_arguments() && rules.iter().any(is_wide) {
        // What differed in width or in high bits may be alike then, and in another order.
        let narrow = narrowed(rules);
        return check(graph, arch, &in_order(&narrow), otherwise, end);
    }
    let mut next = end(graph, otherwise);
    // Built from the end: each group of rules falls through to those behind it.
    for group in rules.chunk_by(Ranked::is_alike).rev() {
        let verdict = end(graph, group[0].rule.action());
        next = alternatives(graph, arch, group, 0, verdict, next);
    }
    next
}

fn is_wide(ranked: &Ranked) -> bool {
    ranked.rule.conditions().iter().any(|condition| condition.width() == Width::Bits64)
}

#[inline(never)]
fn in_order(rules: &[Rule]) -> Vec<Ranked<'_>> {
    let mut ranked = Vec::with_capacity(rules.len());
    rules.iter().for_each(|rule| ranked.push(Ranked::new(0, rule)));
    plan::sort(&mut ranked);
    ranked
}

/// The rules in 32 bits, but for those that never match then.
#[inline(never)]
fn narrowed(rules: &[Ranked]) -> Vec<Rule> {
    let mut all = Vec::with_capacity(rules.len());
    for Ranked { rule, .. } in rules {
        let conditions: Vec<Condition> =
            rule.conditions().iter().filter_map(|condition| condition.narrowed()).collect();
        if conditions.len() == rule.conditions().len() {
            all.push(Rule::new(rule.action(), conditions));
        }
    }
    all
}

/// To `yes` when all conditions of some rule hold, from the one at `depth` on, else to `no`. The rules
/// are in order of their conditions: those that go on alike share the test, and values of one
/// argument, with whatever is asked behind them, become a search tree.
///
/// Calls itself for what stands behind a shared condition: as deep as a rule is long.
fn alternatives(
    graph: &mut Graph,
    arch: Arch,
    rules: &[Ranked],
    depth: usize,
    yes: NodeId,
    no: NodeId,
) -> NodeId {
    match rules {
        // The shortest comes first, and holds wherever the longer ones do.
        [first, ..] if first.rule.conditions().len() == depth => return yes,
        [one] => return all(graph, arch, &one.rule.conditions()[depth..], yes, no),
        _ => {}
    }
    let here = |ranked: &Ranked| ranked.rule.conditions()[depth];
    let mut next = no;
    for run in rules.chunk_by(|a, b| here(a) == here(b) || one_of_values(here(a), here(b))).rev() {
        let otherwise = next;
        let mut behind = |group: &[Ranked]| {
            (here(&group[0]), alternatives(graph, arch, group, depth + 1, yes, otherwise))
        };
        let (first, last) = (here(&run[0]), here(&run[run.len() - 1]));
        next = if first == last {
            let (condition, target) = behind(run);
            all(graph, arch, &[condition], target, otherwise)
        } else {
            let groups = run.chunk_by(|a, b| here(a) == here(b));
            let mut targets = Vec::with_capacity(run.len());
            targets.extend(groups.map(behind));
            value_tree(graph, arch, &targets, otherwise)
        };
    }
    next
}

/// Whether two different conditions ask the same bits for different values.
fn one_of_values(a: Condition, b: Condition) -> bool {
    let asks = |c: Condition| (c.index(), c.operator(), c.width(), c.mask());
    matches!(a.operator(), Operator::Eq | Operator::MaskedEq) && asks(a) == asks(b)
}

/// A search tree over the values, in order, that the conditions ask for in the same bits: over the high
/// halves, where they count, and for each of these over the low ones.
fn value_tree(
    graph: &mut Graph,
    arch: Arch,
    targets: &[(Condition, NodeId)],
    otherwise: NodeId,
) -> NodeId {
    let first = &targets[0].0;
    let (high, low) = Word::halves(arch, first.index());
    let mask = match first.operator() {
        Operator::MaskedEq => first.mask(),
        _ => u64::MAX,
    };
    let single = |value, target| Range { first: value, last: value, target, weight: 1 };
    // Tests in a row cost little more than the branches of a tree, as these are mispredicted, and take
    // less room: so a few values are asked one by one, and of many, the more the more there are, up to
    // a limit for the sake of the proof, which remembers all that a value was found not to be.
    let chain = |values: usize| (8 + 3 * values.isqrt()).min(64);
    let lows = |graph: &mut Graph, group: &[(Condition, NodeId)]| {
        let mut ranges =
            group.iter().map(|(condition, target)| single(low_half(condition.value()), *target));
        match low_half(mask) {
            0 => group[0].1,
            mask => {
                let bits = Test::masked_equal(low, mask, 0);
                dispatch::tree(graph, bits, &mut ranges, Some(otherwise), chain(group.len()))
            }
        }
    };
    if first.width() == Width::Bits32 {
        return lows(graph, targets);
    }
    let high_of = |condition: &Condition| high_half(condition.value());
    let groups = targets.chunk_by(|(a, _), (b, _)| high_of(a) == high_of(b));
    let highs: Vec<Range> =
        groups.map(|group| single(high_of(&group[0].0), lows(graph, group))).collect();
    match high_half(mask) {
        0 => highs[0].target,
        mask => {
            let bits = Test::masked_equal(high, mask, 0);
            let chain = chain(highs.len());
            dispatch::tree(graph, bits, &mut highs.into_iter(), Some(otherwise), chain)
        }
    }
}

/// To `yes` when all conditions hold, else to `no`.
fn all(graph: &mut Graph, arch: Arch, conditions: &[Condition], yes: NodeId, no: NodeId) -> NodeId {
    conditions.iter().rev().fold(yes, |yes, condition| {
        let halves = Word::halves(arch, condition.index());
        match condition.width() {
            Width::Bits32 => narrow(graph, halves.1, condition, yes, no),
            Width::Bits64 => wide(graph, halves, condition, yes, no),
        }
    })
}

/// A comparison of a low half alone.
fn narrow(graph: &mut Graph, low: Word, condition: &Condition, yes: NodeId, no: NodeId) -> NodeId {
    let value = low_half(condition.value());
    match condition.operator() {
        Operator::Eq => graph.test(Test::equal(low, value), yes, no),
        Operator::Ne => graph.test(Test::equal(low, value), no, yes),
        Operator::Ge => graph.test(Test::at_least(low, value), yes, no),
        Operator::Lt => graph.test(Test::at_least(low, value), no, yes),
        Operator::Gt => graph.test(Test::greater(low, value), yes, no),
        Operator::Le => graph.test(Test::greater(low, value), no, yes),
        Operator::MaskedEq => masked(graph, low, low_half(condition.mask()), value, yes, no),
    }
}

/// A comparison of a whole register.
///
/// ```text
///     ld high                         ld high
///     jeq #H, next, no                jgt #H, yes, next
/// next:                           next:
///     ld low                          jeq #H, low, no
///     jeq #L, yes, no             low:
///                                     ld low
///                                     jge #L, yes, no
/// ```
fn wide(
    graph: &mut Graph,
    (high, low): (Word, Word),
    condition: &Condition,
    yes: NodeId,
    no: NodeId,
) -> NodeId {
    let (h, l) = (high_half(condition.value()), low_half(condition.value()));
    let mut ordered = |at_low: Test, above: NodeId, below: NodeId| {
        // At the low half, what is above in the order is also what the test's yes leads to.
        let tie = graph.test(at_low, above, below);
        let not_above = graph.test(Test::equal(high, h), tie, below);
        graph.test(Test::greater(high, h), above, not_above)
    };
    match condition.operator() {
        Operator::Ge => ordered(Test::at_least(low, l), yes, no),
        Operator::Gt => ordered(Test::greater(low, l), yes, no),
        Operator::Lt => ordered(Test::at_least(low, l), no, yes),
        Operator::Le => ordered(Test::greater(low, l), no, yes),
        Operator::Eq => {
            let rest = graph.test(Test::equal(low, l), yes, no);
            graph.test(Test::equal(high, h), rest, no)
        }
        Operator::Ne => {
            let rest = graph.test(Test::equal(low, l), no, yes);
            graph.test(Test::equal(high, h), rest, yes)
        }
        Operator::MaskedEq => {
            let mask = condition.mask();
            let rest = masked(graph, low, low_half(mask), l, yes, no);
            masked(graph, high, high_half(mask), h, rest, no)
        }
    }
}

/// `word & mask == value`: one instruction less where the question is whether any bit is set.
fn masked(graph: &mut Graph, word: Word, mask: u32, value: u32, yes: NodeId, no: NodeId) -> NodeId {
    if value == 0 {
        graph.test(Test::any_bit(word, mask), no, yes)
    } else if value == mask && mask.is_power_of_two() {
        graph.test(Test::any_bit(word, mask), yes, no)
    } else {
        graph.test(Test::masked_equal(word, mask, value), yes, no)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the half is what is wanted")]
const fn low_half(value: u64) -> u32 {
    value as u32
}

const fn high_half(value: u64) -> u32 {
    (value >> 32) as u32
}
