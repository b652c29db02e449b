//! Policy → program.
//!
//! For each architecture: *bitmaps* over the numbers, one a verdict; with the numbers whose
//! arguments decide they are a *plan* in runs; a *dispatch* tree over the runs leads to verdicts or
//! *argument* checks. All of it is one *graph* of tests in which equal parts are one part, which the
//! *layout* turns into instructions.
//!
//! The kernel answers a call without running the program if it can see from number and
//! architecture alone that the call is allowed (see [`crate::bpf::is_constant_allow`]). So nothing
//! but loads of these two and comparisons with constants stands before a verdict that does not
//! depend on arguments.

mod argument;
mod bitmap;
mod dispatch;
mod graph;
mod layout;
mod overlay;
mod plan;

use std::collections::BTreeMap;

use crate::arch::{Arch, SKIPPED, X32_BIT};
use crate::bpf::Program;
use crate::error::{Error, Result};
use crate::policy::{Policy, Subject};
use dispatch::Range;
use graph::{Graph, Node, NodeId, Test, Word};
use plan::Plan;

/// The program that means `policy`.
///
/// # Errors
/// The policy covers no architecture, or the program has more than [`Program::LONGEST`]
/// instructions; then the message names the calls that cost most.
pub fn compile(policy: &Policy) -> Result<Program> {
    let by_token = entry_points(policy);
    if by_token.is_empty() {
        return Err(Error::no_architecture());
    }
    let mut graph = Graph::default();
    let foreign = policy.layers().map(|layer| layer.attributes().bad_arch).min();
    let mut root = graph.verdict(foreign.expect("a policy is a layer itself"));
    let mut checks = Vec::new();
    // From the last architecture to the first, each tested before those that are there already.
    for arches in by_token.values().rev() {
        let entry = entry_point(&mut graph, policy, arches, &mut checks);
        root = graph.test(Test::equal(Word::ARCH, arches[0].token()), entry, root);
    }
    if graph.is_too_large() {
        return Err(too_large(&graph, graph.len(), &checks));
    }
    let instructions = layout::emit(&graph, root);
    match instructions.len() > Program::LONGEST {
        true => Err(too_large(&graph, instructions.len(), &checks)),
        false => Program::new(instructions),
    }
}

/// The architectures that some layer covers, those with one token together, in the order of the
/// first of them.
fn entry_points(policy: &Policy) -> BTreeMap<Arch, Vec<Arch>> {
    let mut by_token: BTreeMap<Arch, Vec<Arch>> = BTreeMap::new();
    for arch in Arch::ALL {
        if policy.layers().any(|layer| layer.covers(arch)) {
            // Where x32 is covered, x86_64's numbers have to be told from its own, and vice versa.
            let together = match arch {
                Arch::X86_64 | Arch::X32 => vec![Arch::X86_64, Arch::X32],
                other => vec![other],
            };
            by_token.insert(together[0], together);
        }
    }
    by_token
}

/// A call that is decided by its arguments, where.
type Check = (Arch, u32, NodeId);

/// What is behind the token of `arches`.
fn entry_point(
    graph: &mut Graph,
    policy: &Policy,
    arches: &[Arch],
    checks: &mut Vec<Check>,
) -> NodeId {
    let plans = arches
        .iter()
        .map(|arch| -> Vec<Plan> { policy.layers().map(|layer| Plan::of(layer, *arch)).collect() });
    let plans: Vec<Vec<Plan>> = plans.collect();
    let mut tree = |graph: &mut Graph, place: usize| {
        let arch = arches[place];
        let ranges = within(arch, overlay::ranges(graph, arch, &plans[place]));
        checks.extend(ranges.iter().map(|range| (arch, range.first, range.target)));
        dispatch::tree(graph, Test::equal(Word::NR, 0), ranges, None)
    };
    let numbers = tree(graph, 0);
    if arches.len() == 1 {
        return numbers;
    }
    let x32 = tree(graph, 1);
    let skipped = overlay::at(graph, arches[0], &plans[0], SKIPPED);
    by_bit_30(graph, numbers, x32, skipped)
}

/// The parts of `ranges` that are asked for in the tree of `arch`: its own numbers, without -1 where
/// [`by_bit_30`] sees to that.
fn within(arch: Arch, ranges: Vec<Range>) -> Vec<Range> {
    let mut parts = Vec::with_capacity(ranges.len());
    for numbers in arch.numbers().iter().filter(|numbers| **numbers != (SKIPPED..=SKIPPED)) {
        for range in &ranges {
            let (first, last) = (range.first.max(*numbers.start()), range.last.min(*numbers.end()));
            if first <= last {
                parts.push(Range { first, last, ..*range });
            }
        }
    }
    parts
}

/// Tells x32's numbers from x86_64's before any number is compared, so that no later test can take
/// one for another call.
///
/// ```text
///     jset #0x40000000, bit, numbers
/// bit:
///     jeq #0xffffffff, skipped, x32
/// ```
fn by_bit_30(graph: &mut Graph, numbers: NodeId, x32: NodeId, skipped: NodeId) -> NodeId {
    let bit = graph.test(Test::equal(Word::NR, SKIPPED), skipped, x32);
    graph.test(Test::any_bit(Word::NR, X32_BIT), bit, numbers)
}

/// Says which calls most of the at least `length` instructions went into.
///
/// A check's nodes were made one after the other, so its size is about how far its number is from that
/// of the one before; only the largest are counted out.
fn too_large(graph: &Graph, length: usize, checks: &[Check]) -> Error {
    const NAMED: usize = 3;
    let mut made = 0;
    let mut sizes: Vec<(usize, &Check)> = Vec::with_capacity(checks.len());
    for check in checks {
        let last = check.2.index();
        if let Node::Test { .. } = graph.get(check.2) {
            sizes.push((last.saturating_sub(made), check));
        }
        made = made.max(last);
    }
    let mut most = Vec::with_capacity(NAMED);
    while most.len() < NAMED
        && let Some(place) = (0..sizes.len()).max_by_key(|place| sizes[*place].0)
    {
        let (_, (arch, number, node)) = sizes.swap_remove(place);
        let subject = Subject::Numbered(*arch, *number);
        most.push((layout::emit(graph, *node).len(), subject.to_string()));
    }
    most.sort_unstable_by(|a, b| b.cmp(a));
    Error::policy_too_large(length, Program::LONGEST, &most)
}
