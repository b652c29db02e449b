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
//! depend on arguments. The classic layout (`lookup`) does without that, for kernels that do so, too.

mod argument;
mod bitmap;
mod dispatch;
mod fingerprint;
mod graph;
mod layout;
mod lookup;
mod overlay;
mod plan;
mod tail;

pub use fingerprint::{REVISION, fingerprint};

use crate::arch::Arch;
use crate::bpf::Program;
use crate::error::{Error, Result};
use crate::order;
use crate::policy::{Layout, Policy, Subject};
use dispatch::Range;
use graph::{Graph, NodeId, Test, Word};
use plan::Plan;

/// The program that means `policy`.
///
/// # Errors
/// The policy covers no architecture, or the program has more than [`Program::LONGEST`]
/// instructions; then the message names the calls that cost most.
pub fn compile(policy: &Policy) -> Result<Program> {
    if !Arch::ALL.into_iter().any(|arch| is_covered(policy, arch)) {
        return Err(Error::no_architecture());
    }
    let mut graph = Graph::default();
    let foreign = policy.layers().map(|layer| layer.attributes().bad_arch).min();
    let mut root = graph.verdict(foreign.expect("a policy is a layer itself"));
    let mut checks = Vec::new();
    // From the last architecture to the first, each tested before those that are there already.
    for arches in entry_points(policy).rev() {
        let entry = entry_point(&mut graph, policy, arches, &mut checks);
        root = graph.test(Test::equal(Word::ARCH, arches[0].token()), entry, root);
    }
    if graph.is_too_large() {
        return Err(too_large(&graph, graph.len(), &mut checks));
    }
    let instructions = layout::emit(&graph, root);
    match instructions.len() > Program::LONGEST {
        true => Err(too_large(&graph, instructions.len(), &mut checks)),
        false => Program::new(instructions),
    }
}

/// The architectures that some layer covers, those with one token together.
fn entry_points(policy: &Policy) -> impl DoubleEndedIterator<Item = &'static [Arch]> {
    Arch::ALL.iter().filter_map(|arch| match arch {
        // Where x32 is covered, x86_64's numbers have to be told from its own, and vice versa.
        Arch::X32 => None,
        Arch::X86_64 => {
            let one_is = is_covered(policy, Arch::X86_64) || is_covered(policy, Arch::X32);
            one_is.then_some([Arch::X86_64, Arch::X32].as_slice())
        }
        other => is_covered(policy, *other).then_some(std::slice::from_ref(other)),
    })
}

/// Whether some layer of `policy` covers `arch`.
pub(crate) fn is_covered(policy: &Policy, arch: Arch) -> bool {
    policy.layers().any(|layer| layer.covers(arch))
}

/// A call that is decided by its arguments.
struct Check {
    arch: Arch,
    number: u32,
    node: NodeId,
    /// How many nodes were made for it.
    nodes: usize,
}

/// What is behind the token of `arches`: x86_64 and x32 have one, and their numbers take turns. That
/// makes them ranges like others. To ask for bit 30 first would be one test more for every call.
fn entry_point(
    graph: &mut Graph,
    policy: &Policy,
    arches: &[Arch],
    checks: &mut Vec<Check>,
) -> NodeId {
    let mut all = Vec::with_capacity(512);
    for arch in arches {
        let plans: Vec<Plan> = policy.layers().map(|layer| Plan::of(layer, *arch)).collect();
        let ranges = overlay::ranges(graph, *arch, &plans, checks);
        match arches {
            [_] => all = ranges,
            _ => all.extend(within(*arch, &ranges)),
        }
    }
    if arches.len() > 1 {
        order::sort_by(&mut all, |a: &Range, b| a.first < b.first);
        tail::fold(graph, &mut all);
    }
    match policy.attributes().layout {
        Layout::Auto | Layout::Tree => {
            dispatch::tree(graph, Test::equal(Word::NR, 0), &mut all.into_iter(), None, CHAIN)
        }
        Layout::Bitmap => lookup::before_tree(graph, arches, &all),
    }
}

/// Calls between others that are treated alike are asked for one by one if they are so few.
const CHAIN: usize = 3;

/// The parts of `ranges` that are numbers of `arch`.
fn within(arch: Arch, ranges: &[Range]) -> impl Iterator<Item = Range> {
    arch.numbers().iter().flat_map(move |numbers| {
        let (first, last) = (*numbers.start(), *numbers.end());
        let from = ranges.partition_point(move |range| range.last < first);
        let inside = ranges[from..].iter().take_while(move |range| range.first <= last);
        inside.map(move |range| Range {
            first: range.first.max(first),
            last: range.last.min(last),
            ..*range
        })
    })
}

/// Says which calls most of the at least `length` instructions went into; only the largest are counted
/// out.
fn too_large(graph: &Graph, length: usize, checks: &mut [Check]) -> Error {
    const NAMED: usize = 3;
    order::sort_by(checks, |a, b| a.nodes > b.nodes);
    let mut most = Vec::with_capacity(NAMED);
    for Check { arch, number, node, nodes } in checks.iter().take(NAMED) {
        let subject = Subject::Numbered(*arch, *number);
        // Where nodes were left out, what was made of them leads anywhere.
        let cost = match graph.is_too_large() {
            true => *nodes,
            false => layout::emit(graph, *node).len(),
        };
        most.push((cost, subject.to_string()));
    }
    order::sort_by(&mut most, |a, b| b < a);
    Error::policy_too_large(length, Program::LONGEST, &most)
}
