//! Which of two filters is the stricter.
//!
//! Both are brought into the form in which the proof compares a program with its policy, and so is
//! the stricter of both verdicts for every call. A filter that equals that is nowhere looser than
//! the other.

use super::diagram::{Diagram, Function};
use super::of_numbers::Numbers;
use super::of_policy;
use super::symbolic;
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
    let [a, b] = [a, b].map(|policy| of_policy::whole(&mut diagram, &Numbers::of(policy)));
    compare(&mut diagram, a?, b?)
}

/// Compares what two programs return for every call.
///
/// # Errors
/// What they compute tangles so much that the budget of the proof is not enough.
pub fn compare_programs(a: &Program, b: &Program) -> Result<Comparison> {
    let mut diagram = Diagram::new();
    let [a, b] = [a, b].map(|program| symbolic::whole(&mut diagram, program));
    compare(&mut diagram, a?, b?)
}

fn compare(diagram: &mut Diagram, a: Function, b: Function) -> Result<Comparison> {
    let both = diagram.stricter(a, b)?;
    let differs_from = |other| {
        let differs = both != other;
        differs.then(|| witness::difference(diagram, None, both, other).0)
    };
    Ok(Comparison { stricter: differs_from(b), looser: differs_from(a) })
}
