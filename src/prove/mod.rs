//! Program ≡ policy, for every possible input; which of two filters is the stricter, and
//! what a policy lets run.
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
mod known;
mod liveness;
mod of_numbers;
mod of_policy;
mod of_program;
#[cfg(test)]
mod random;
mod regions;
mod runs;
mod sets;
mod steps;
mod symbolic;
mod values;
mod vector;
mod ways;
mod witness;

pub use compare::{Comparison, Order, compare_policies, compare_programs};
pub(crate) use regions::parts;
pub use runs::{Runs, runs};
pub(crate) use sets::{Block, Set, Sets};
pub(crate) use steps::Range;

use crate::action::Action;
use crate::arch::Arch;
use crate::bpf::Program;
use crate::call::Call;
use crate::error::{Error, Result};
use crate::policy::{Policy, Rule, Subject};
use diagram::{Diagram, Function};
use of_numbers::{Numbers, Said};
use of_policy::Impossible;
use regions::{End, Region, regions};
use ways::{Walk, Wanted};

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
/// They differ: the message names a call for which they do, and both verdicts. Or the proof does
/// not end within its budget; then nothing was shown, and the program must not be loaded.
pub fn prove(policy: &Policy, program: Program) -> Result<Proven> {
    let numbers = Numbers::of(policy);
    let mut diagram = Diagram::new();
    let impossible = of_policy::impossible(&mut diagram, &numbers)?;
    let difference = match by_regions(&mut diagram, &numbers, &program)? {
        Outcome::Equal => None,
        Outcome::Differs(place, wanted, found) => {
            Some(witness::difference(&diagram, Some(place), wanted, found))
        }
        Outcome::NotFollowed => as_a_whole(&mut diagram, &numbers, &program)?,
    };
    drop(numbers);
    match difference {
        None => Ok(Proven { program, impossible }),
        Some((call, (policy, program))) => {
            Err(Error::refuted(&call, &Action::show(policy), &Action::show(program)))
        }
    }
}

/// What a look at the regions comes to.
enum Outcome {
    Equal,
    /// For this token and number the two functions of the arguments are not equal.
    Differs((u32, u32), Function, Function),
    /// The program does more than compare.
    NotFollowed,
}

/// Compares region by region: the quick way, which suits all programs that this library makes.
fn by_regions(diagram: &mut Diagram, numbers: &Numbers, program: &Program) -> Result<Outcome> {
    let mut walk = Walk::through(program);
    let mut outcome = Outcome::Equal;
    // What the program makes of the arguments, where diagrams had to be asked.
    let mut functions = Vec::new();
    let followed = regions(program, &mut |Region { arch, nr, end }| {
        for (tokens, place) in numbers.arches.within(arch) {
            for (range, said) in numbers.numbers[place as usize].within(nr) {
                if is_plain(numbers, &mut walk, end, said) {
                    continue;
                }
                let wanted = of_policy::function(diagram, numbers, said)?;
                let Some(found) = found(diagram, program, &mut functions, end)? else {
                    outcome = Outcome::NotFollowed;
                    return Ok(true);
                };
                if wanted != found {
                    outcome = Outcome::Differs((tokens.first, range.first), wanted, found);
                    return Ok(true);
                }
            }
        }
        Ok(false)
    })?;
    Ok(if followed { outcome } else { Outcome::NotFollowed })
}

/// What the program makes of the arguments from `end` on, looked up or found out.
#[cold]
fn found(
    diagram: &mut Diagram,
    program: &Program,
    functions: &mut Vec<(End, Function)>,
    end: End,
) -> Result<Option<Function>> {
    let place = match functions.binary_search_by_key(&end, |(end, _)| *end) {
        Ok(known) => return Ok(Some(functions[known].1)),
        Err(place) => place,
    };
    let found = match end {
        End::Return(value) => diagram.value(value),
        End::Arguments(start) => match of_program::arguments(diagram, program, start)? {
            Some(found) => found,
            None => return Ok(None),
        },
    };
    functions.insert(place, (end, found));
    Ok(Some(found))
}

/// Whether it takes no diagram to see that the program does what is said.
fn is_plain(numbers: &Numbers, walk: &mut Walk, end: End, said: Said) -> bool {
    let wanted = match (said, end) {
        (Said::Verdict(action), End::Return(value)) => return action.to_raw() == value,
        (Said::Verdict(otherwise), _) => Wanted { arch: Arch::X86_64, rules: &[], otherwise },
        (Said::Check(place), _) => {
            let check = numbers.check(place);
            let (arch, otherwise) = (check.arch, check.otherwise);
            Wanted { arch, rules: numbers.rules(check), otherwise }
        }
        (Said::Stricter(_), _) => return false,
    };
    walk.agrees(end, &wanted)
}

/// Compares one function of everything with another: the way that follows every program.
#[cold]
fn as_a_whole(
    diagram: &mut Diagram,
    numbers: &Numbers,
    program: &Program,
) -> Result<Option<(Call, (u32, u32))>> {
    let wanted = of_policy::whole(diagram, numbers)?;
    let found = symbolic::whole(diagram, program)?;
    Ok((wanted != found).then(|| witness::difference(diagram, None, wanted, found)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bpf::{Instruction, Opcode};
    use crate::policy::{Condition, Operator, Width};

    const REFUSED: Action = Action::errno(1);
    const TOKEN: u32 = Arch::X86_64.token();

    fn load(offset: u32) -> Instruction {
        Instruction::plain(Opcode::Load, offset)
    }

    fn equal(k: u32, jt: u8, jf: u8) -> Instruction {
        Instruction::branch(Opcode::IfEqual, k, jt, jf)
    }

    fn returns(action: Action) -> Instruction {
        Instruction::plain(Opcode::Return, action.to_raw())
    }

    /// A policy for `close`, number 3, that refuses all else, on whichever architecture.
    fn about_close(rule: Rule) -> Policy {
        let mut policy = Policy::covering(REFUSED, [Arch::X86_64]);
        policy.attributes_mut().bad_arch = REFUSED;
        policy.add_rule("close", rule).unwrap();
        policy
    }

    /// Refuses all but that call, for which it goes on as given.
    fn for_close(then: &[Instruction]) -> Program {
        let mut all = vec![load(4), equal(TOKEN, 0, 2), load(0), equal(3, 1, 0), returns(REFUSED)];
        all.extend(then);
        Program::new(all).unwrap()
    }

    /// By which of its ways the proof comes to what it says.
    #[derive(Debug, PartialEq)]
    enum Way {
        /// The walk is certain, and no diagram is made.
        Walk,
        Diagrams,
        /// For this token and number a diagram shows the difference.
        Differs(u32, u32),
        NotFollowed,
    }

    fn way(policy: &Policy, program: &Program) -> Way {
        let mut diagram = Diagram::new();
        let outcome = by_regions(&mut diagram, &Numbers::of(policy), program).unwrap();
        // What is made first in a diagram is its first node.
        let is_empty = diagram.value(7) == Diagram::new().value(7);
        match outcome {
            Outcome::Equal if is_empty => Way::Walk,
            Outcome::Equal => Way::Diagrams,
            Outcome::Differs((token, number), ..) => Way::Differs(token, number),
            Outcome::NotFollowed => Way::NotFollowed,
        }
    }

    #[test]
    fn the_quickest_way_that_can_tell_is_taken() {
        let whole = || about_close(Rule::new(Action::ALLOW, []));
        let is = Condition::new("close", 0, Operator::Eq, Width::Bits32, 5, 0).unwrap();
        let some = || about_close(Rule::new(Action::ALLOW, [is]));
        let (allowed, refused) = (returns(Action::ALLOW), returns(REFUSED));
        let test = [load(16), equal(5, 0, 1), allowed, refused];
        let and = |mask| Instruction::plain(Opcode::And, mask);
        let at_least = |k, jt, jf| Instruction::branch(Opcode::IfAtLeast, k, jt, jf);
        // Of the bits 6, at least 4 are such with 4: more than the walk knows.
        let roundabout = |end| {
            let and_then = [load(16), and(4), equal(0, 0, 1), end, allowed];
            [&[load(16), and(6), at_least(4, 0, 4)], &and_then[..]].concat()
        };
        let minus = |k| Instruction { code: 0x14, jt: 0, jf: 0, k };
        let cases: [(&str, Policy, Program, Way, bool); 9] = [
            ("a verdict", whole(), for_close(&[allowed]), Way::Walk, true),
            ("arguments", some(), for_close(&test), Way::Walk, true),
            (
                "a verdict, whatever is asked of arguments",
                whole(),
                for_close(&[load(16), equal(5, 0, 0), allowed]),
                Way::Walk,
                true,
            ),
            (
                "bits asked for in a roundabout way",
                whole(),
                for_close(&roundabout(refused)),
                Way::Diagrams,
                true,
            ),
            ("another verdict", whole(), for_close(&[refused]), Way::Differs(TOKEN, 3), false),
            (
                "arguments not asked for",
                some(),
                for_close(&[allowed]),
                Way::Differs(TOKEN, 3),
                false,
            ),
            (
                "another value",
                some(),
                for_close(&[load(16), equal(6, 0, 1), allowed, refused]),
                Way::Differs(TOKEN, 3),
                false,
            ),
            (
                "a number computed with",
                whole(),
                Program::new(vec![
                    load(4),
                    equal(TOKEN, 0, 3),
                    load(0),
                    minus(3),
                    equal(0, 1, 0),
                    refused,
                    allowed,
                ])
                .unwrap(),
                Way::NotFollowed,
                true,
            ),
            (
                "an argument computed with",
                some(),
                for_close(&[load(16), minus(6), equal(0, 0, 1), allowed, refused]),
                Way::NotFollowed,
                false,
            ),
        ];
        for (why, policy, program, expected, right) in cases {
            assert_eq!(way(&policy, &program), expected, "{why}");
            match prove(&policy, program) {
                Ok(_) => assert!(right, "{why}"),
                Err(error) => {
                    assert!(!right, "{why}: {error}");
                    let call = error.witness().unwrap_or_else(|| panic!("{why}: {error}"));
                    assert_eq!((call.arch, call.nr), (TOKEN, 3), "{why}: {error}");
                }
            }
        }
    }
}
