//! What a policy says of a call, as rules of which no two with different verdicts meet.
//!
//! Whoever reads several rules for one call has an idea of his own which of them holds. Where they
//! don't meet, all ideas come to the same.

use super::super::multiplexed::is_narrow;
use crate::action::Action;
use crate::arch::Arch;
use crate::error::Result;
use crate::order;
use crate::policy::{Condition, Policy, Rule, rules_for, unknown_for};
use crate::prove::{Set, Sets};

/// The values of each argument, all of which have to be so.
pub(super) type Values = [Set; 6];

/// A verdict, and the arguments that get it.
pub(super) type Cell = (Action, Values);

/// What one policy says of a call.
struct Said {
    /// Under conditions, the strictest first.
    rules: Vec<Rule>,
    otherwise: Action,
}

/// More is not said of one call.
pub(super) const MOST: usize = 512;

/// Cuts what is said of calls.
#[derive(Debug)]
pub(super) struct Cutter {
    pub(super) sets: Sets,
}

/// There would be more than [`MOST`] parts, or the sets are beyond the prover's means.
#[derive(Debug)]
pub(super) struct TooMany;

impl From<crate::error::Error> for TooMany {
    fn from(_: crate::error::Error) -> Self {
        Self
    }
}

type Cut<T> = std::result::Result<T, TooMany>;

impl Cutter {
    pub(super) fn new() -> Self {
        Self { sets: Sets::new() }
    }

    /// The cells of a call whose verdict is not `default`.
    pub(super) fn of_call(
        &mut self,
        policy: &Policy,
        (arch, number): (Arch, u32),
        default: Action,
    ) -> Cut<Vec<Cell>> {
        // What the default is for need not be cut, if nothing else is said of it.
        let is_alone = policy.layers().nth(1).is_none();
        let mut cells = Vec::new();
        for (at, layer) in policy.layers().enumerate() {
            let said = said(layer, arch, number);
            let own = self.of_layer(&said, arch, is_alone.then_some(default))?;
            cells = if at == 0 { own } else { self.stricter(&cells, &own)? };
        }
        cells.retain(|(action, _)| *action != default);
        Ok(cells)
    }

    /// All arguments.
    pub(super) const fn everything(&self) -> Values {
        [self.sets.all; 6]
    }

    /// The cells of what one policy says, but for those with the verdict `left_out`.
    ///
    /// A rule holds where no stricter one does, and what is said of the whole call where none does.
    fn of_layer(&mut self, said: &Said, arch: Arch, left_out: Option<Action>) -> Cut<Vec<Cell>> {
        let mut rules: Vec<Cell> = Vec::with_capacity(said.rules.len());
        for rule in &said.rules {
            if let Some(values) = self.values(rule.conditions(), arch)? {
                rules.push((rule.action(), values));
            }
        }
        let mut cells: Vec<Cell> = Vec::new();
        for (at, (action, values)) in rules.iter().enumerate() {
            if *action == said.otherwise {
                continue;
            }
            let mut parts = vec![*values];
            for (_, stricter) in rules[..at].iter().filter(|(other, _)| other != action) {
                parts = self.without(parts, stricter)?;
            }
            cells.extend(parts.into_iter().map(|values| (*action, values)));
            bounded(cells.len())?;
        }
        if left_out != Some(said.otherwise) {
            let mut parts = vec![self.everything()];
            for (_, values) in &cells {
                parts = self.without(parts, values)?;
            }
            cells.extend(parts.into_iter().map(|values| (said.otherwise, values)));
        }
        cells.retain(|(action, _)| left_out != Some(*action));
        Ok(cells)
    }

    /// The arguments for which all conditions hold, if there are some.
    fn values(&mut self, conditions: &[Condition], arch: Arch) -> Result<Option<Values>> {
        let mut values = self.everything();
        for condition in conditions {
            let narrowed = if is_narrow(arch) { condition.narrowed() } else { Some(*condition) };
            let Some(condition) = narrowed else { return Ok(None) };
            let place = &mut values[usize::from(condition.index())];
            let holds = self.sets.of(&condition)?;
            *place = self.sets.both(*place, holds)?;
        }
        Ok((!values.contains(&self.sets.none)).then_some(values))
    }

    /// `parts` without what is in `other`.
    fn without(&mut self, parts: Vec<Values>, other: &Values) -> Cut<Vec<Values>> {
        let mut left = Vec::with_capacity(parts.len());
        for part in parts {
            let before = left.len();
            let mut rest = part;
            for index in 0..rest.len() {
                let outside = self.sets.without(rest[index], other[index])?;
                rest[index] = self.sets.both(rest[index], other[index])?;
                if rest[index] == self.sets.none {
                    // They don't meet at all.
                    left.truncate(before);
                    left.push(part);
                    break;
                }
                if outside != self.sets.none {
                    let mut piece = rest;
                    piece[index] = outside;
                    left.push(piece);
                }
            }
            bounded(left.len())?;
        }
        Ok(left)
    }

    /// The stricter of two verdicts wherever the cells of both meet; each of the two is of all arguments.
    fn stricter(&mut self, ours: &[Cell], theirs: &[Cell]) -> Cut<Vec<Cell>> {
        let mut cells = Vec::with_capacity(ours.len());
        for (action, values) in ours {
            for (other, limits) in theirs {
                let mut both = *values;
                for (set, limit) in both.iter_mut().zip(limits) {
                    *set = self.sets.both(*set, *limit)?;
                }
                if !both.contains(&self.sets.none) {
                    cells.push(((*action).min(*other), both));
                }
            }
            bounded(cells.len())?;
        }
        Ok(cells)
    }
}

/// An error if there are more than [`MOST`].
pub(super) const fn bounded(count: usize) -> Cut<()> {
    if count > MOST { Err(TooMany) } else { Ok(()) }
}

/// Follows the steps of [`crate::policy::evaluate`] up to the arguments.
fn said(layer: &Policy, arch: Arch, number: u32) -> Said {
    if is_denied(layer, arch, number) {
        return Said { rules: Vec::new(), otherwise: layer.deny_action() };
    }
    let mut rules = rules_for(layer, arch, number);
    let wholes = rules.iter().filter(|rule| rule.conditions().is_empty());
    let whole = wholes.map(Rule::action).min();
    rules.retain(|rule| !rule.conditions().is_empty());
    order::sort(&mut rules);
    Said { rules, otherwise: whole.unwrap_or_else(|| unsaid_by(layer, arch, number)) }
}

fn is_denied(layer: &Policy, arch: Arch, number: u32) -> bool {
    layer.denied().any(|denied| denied.number(arch) == Some(number))
}

fn unsaid_by(layer: &Policy, arch: Arch, number: u32) -> Action {
    unknown_for(layer, arch, number).unwrap_or(layer.default_action())
}

/// The verdict where no rule is about a number.
pub(super) fn unsaid(policy: &Policy, arch: Arch, number: u32) -> Action {
    strictest(policy, &|layer| unsaid_by(layer, arch, number))
}

/// The verdict for what nothing else is said about.
pub(super) fn default(policy: &Policy) -> Action {
    strictest(policy, &Policy::default_action)
}

fn strictest(policy: &Policy, of: &dyn Fn(&Policy) -> Action) -> Action {
    policy.layers().map(of).min().expect("a policy is a layer itself")
}

/// Whether a rule or a denial is about a number.
#[inline(never)]
pub(super) fn is_said(policy: &Policy, arch: Arch, number: u32) -> bool {
    policy
        .layers()
        .any(|layer| is_denied(layer, arch, number) || !rules_for(layer, arch, number).is_empty())
}
