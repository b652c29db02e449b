//! Program ≡ policy, for every possible input; and which of two filters is the stricter.
//!
//! By architecture and number the program is walked in ranges: what comes out are the regions of
//! calls that take one way through it. On each of them, what the program then makes of the
//! arguments and what the policy says of them are brought into the same canonical form: a decision
//! diagram over their bits with verdicts at the ends. With the order of the bits fixed and equal
//! parts made once, two functions are equal exactly when they are the same node. Where they are
//! not, any way on which they differ is a call that shows it.
//!
//! Uses [`crate::policy`] and [`crate::bpf`], never [`crate::compile`]: a mistake made there can't
//! be repeated here. What it trusts is that its reading of a policy is that of
//! [`crate::policy::evaluate`], and its reading of an instruction that of [`crate::bpf::run`]; the
//! tests hold each to its naive twin. docs/proof.md says more.

mod bits;
mod compare;
mod diagram;
mod of_policy;
mod of_program;
mod regions;
mod steps;
mod witness;

pub use compare::{Comparison, Order, compare_policies, compare_programs};

use crate::bpf::Program;
use crate::error::{Error, Result};
use crate::map::Map;
use crate::policy::{Policy, Rule, Subject};
use diagram::Diagram;
use of_policy::Impossible;
use regions::{End, regions};

/// A program that was shown to mean its policy. Only [`prove`] makes one.
#[derive(Clone, Debug)]
pub struct Proven {
    program: Program,
    impossible: Impossible,
}

impl Proven {
    /// The program.
    #[must_use]
    pub const fn program(&self) -> &Program {
        &self.program
    }

    /// The rules that were found to match no call at all, such as one that wants an argument to be
    /// both 1 and 2. They are legal, and most likely not what somebody meant.
    pub fn impossible(&self) -> impl Iterator<Item = (Subject, &Rule)> {
        self.impossible.iter().map(|(subject, rule)| (*subject, rule))
    }
}

/// Shows that `program` gives every call the verdict that [`crate::policy::evaluate`] gives it.
///
/// # Errors
/// They differ: the message names a call for which they do, and both verdicts. Or the program uses
/// an instruction in a way that the proof does not follow, or the proof does not end within its
/// budget; then nothing was shown, and the program must not be loaded.
pub fn prove(policy: &Policy, program: Program) -> Result<Proven> {
    let mut diagram = Diagram::new();
    let mut impossible = Impossible::new();
    let meaning = of_policy::meaning(&mut diagram, policy, &mut impossible)?;
    let mut functions = Map::default();
    for region in regions(&program)? {
        let found = match (region.end, functions.get(&region.end)) {
            (_, Some(known)) => *known,
            (End::Return(value), None) => diagram.value(value),
            (End::Arguments(start), None) => of_program::arguments(&mut diagram, &program, start)?,
        };
        functions.insert(region.end, found);
        for (arches, numbers) in meaning.within(region.arch) {
            for (numbers, wanted) in numbers.within(region.nr) {
                if *wanted != found {
                    let place = (arches.first, numbers.first);
                    let (call, values) = witness::difference(&diagram, place, *wanted, found);
                    return Err(Error::refuted(&call, values));
                }
            }
        }
    }
    Ok(Proven { program, impossible })
}
