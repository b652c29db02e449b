//! Policy → program.
//!
//! For each architecture: *bitmaps* over the numbers, one a verdict; their maximal *ranges*; a
//! *dispatch* tree over the ranges whose leaves are verdicts or *argument* checks. All of it is one
//! *graph* of tests in which equal parts are one part, which the *layout* turns into instructions.
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
mod plan;

use crate::arch::{Arch, SKIPPED, X32_BIT};
use crate::bpf::Program;
use crate::error::{Error, Result};
use crate::policy::Policy;
use graph::{Graph, NodeId, Test, Word};
use plan::Plan;

/// The program that means `policy`.
///
/// # Errors
/// The policy covers no architecture, or the program has more than [`Program::LONGEST`]
/// instructions.
pub fn compile(policy: &Policy) -> Result<Program> {
    if policy.arches().next().is_none() {
        return Err(Error::no_native_architecture());
    }
    let mut graph = Graph::default();
    let mut root = graph.verdict(policy.bad_arch());
    // From the last architecture to the first, each tested before those that are there already.
    for arch in policy.arches().rev() {
        let numbers = Plan::of(policy, arch).dispatch(&mut graph, arch);
        let entry = guard_x32(&mut graph, policy, arch, numbers);
        root = graph.test(Test::equal(Word::ARCH, arch.token()), entry, root);
    }
    Program::new(layout::emit(&graph, root))
}

/// Sends x32's numbers away before any number is compared, so that no later test can take one
/// for another call.
///
/// ```text
///     jset #0x40000000, x32, numbers
/// x32:
///     jeq #0xffffffff, default, bad_arch
/// ```
fn guard_x32(graph: &mut Graph, policy: &Policy, arch: Arch, numbers: NodeId) -> NodeId {
    if !arch.shares_token_with_x32() {
        return numbers;
    }
    let skipped = graph.verdict(policy.default_action());
    let foreign = graph.verdict(policy.bad_arch());
    let x32 = graph.test(Test::equal(Word::NR, SKIPPED), skipped, foreign);
    graph.test(Test::any_bit(Word::NR, X32_BIT), x32, numbers)
}
