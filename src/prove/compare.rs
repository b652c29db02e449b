//! Which of two filters is the stricter.
//!
//! Both are brought into the form in which the proof compares a program with its policy; then, for
//! every architecture and number, so is the stricter of both verdicts. A filter that equals that
//! everywhere is nowhere looser than the other.

use std::collections::BTreeSet;

use super::diagram::{Diagram, Function};
use super::of_policy::{self, Impossible};
use super::of_program;
use super::steps::{Meaning, Range};
use super::witness;
use crate::bpf::Program;
use crate::call::Call;
use crate::error::Result;
use crate::policy::Policy;

/// How the first of two filters stands to the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Both give every call the same verdict.
    Equal,
    /// It is stricter for some calls and looser for none.
    Stricter,
    /// It is looser for some calls and stricter for none.
    Looser,
    /// It is stricter for some calls and looser for others.
    Incomparable,
}

/// How two filters differ: a call for each direction in which they do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// A call for which the first filter is stricter, if there is one.
    pub stricter: Option<Call>,
    /// A call for which the first filter is looser, if there is one.
    pub looser: Option<Call>,
}

impl Comparison {
    /// What that amounts to.
    #[must_use]
    pub const fn order(&self) -> Order {
        match (self.stricter, self.looser) {
            (None, None) => Order::Equal,
            (Some(_), None) => Order::Stricter,
            (None, Some(_)) => Order::Looser,
            (Some(_), Some(_)) => Order::Incomparable,
        }
    }
}

/// Compares what two policies say of every call.
///
/// # Errors
/// Their arguments tangle so much that the budget of the proof is not enough.
pub fn compare_policies(a: &Policy, b: &Policy) -> Result<Comparison> {
    let mut diagram = Diagram::new();
    let mut nobody_asks = Impossible::new();
    let a = of_policy::meaning(&mut diagram, a, &mut nobody_asks)?;
    let b = of_policy::meaning(&mut diagram, b, &mut nobody_asks)?;
    compare(&mut diagram, &a, &b)
}

/// Compares what two programs return for every call.
///
/// # Errors
/// One uses an instruction in a way that the proof does not follow, or the budget is not enough.
pub fn compare_programs(a: &Program, b: &Program) -> Result<Comparison> {
    let mut diagram = Diagram::new();
    let a = of_program::meaning(&mut diagram, a)?;
    let b = of_program::meaning(&mut diagram, b)?;
    compare(&mut diagram, &a, &b)
}

fn compare(diagram: &mut Diagram, a: &Meaning, b: &Meaning) -> Result<Comparison> {
    let mut found = Comparison::default();
    // Most architectures and numbers share their verdicts with others.
    let mut seen: BTreeSet<(Function, Function)> = BTreeSet::new();
    for (arches, ours) in a.within(Range::ALL) {
        for (arch, theirs) in b.within(arches) {
            for (numbers, x) in ours.within(Range::ALL) {
                for (number, y) in theirs.within(numbers) {
                    if x != y && seen.insert((*x, *y)) {
                        let place = (arch.first, number.first);
                        add_difference(diagram, &mut found, place, (*x, *y))?;
                    }
                }
            }
        }
    }
    Ok(found)
}

/// Looks for calls of one architecture and number, for which two different functions differ.
fn add_difference(
    diagram: &mut Diagram,
    found: &mut Comparison,
    place: (u32, u32),
    (x, y): (Function, Function),
) -> Result<()> {
    let stricter = diagram.stricter(x, y)?;
    if found.stricter.is_none() && stricter != y {
        found.stricter = Some(witness::difference(diagram, place, stricter, y).0);
    }
    if found.looser.is_none() && stricter != x {
        found.looser = Some(witness::difference(diagram, place, stricter, x).0);
    }
    Ok(())
}
