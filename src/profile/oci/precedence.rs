//! Which of several rules for one call holds.
//!
//! Neither the specification nor libseccomp's manual says. There are two answers here: the strictest
//! that can be meant, and what comes of it when runc hands the rules to libseccomp one by one.

use super::runc;
use crate::action::Action;
use crate::policy::{Condition, Operator};

/// A rule as runc would hand it on: all of its conditions hold on different arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Alternative {
    /// Which item of `syscalls` it comes from.
    pub(super) entry: usize,
    pub(super) action: Action,
    /// None of them is always true.
    pub(super) conditions: Vec<Condition>,
}

impl Alternative {
    pub(super) fn is_whole(&self) -> bool {
        self.conditions.is_empty()
    }

    /// Whether some call may match both. Yes where that is not plain to see.
    pub(super) fn may_meet(&self, other: &Self) -> bool {
        self.conditions.iter().all(|a| may_hold_with(*a, &other.conditions))
    }
}

/// Whether a condition may hold together with others. Yes where that is not plain to see.
pub(super) fn may_hold_with(condition: Condition, others: &[Condition]) -> bool {
    !others.iter().any(|other| excludes(&condition, other))
}

/// Whether two conditions of one width can't both hold: they want a bit different, or other values.
fn excludes(a: &Condition, b: &Condition) -> bool {
    let ((first_a, last_a), (first_b, last_b)) = (bounds(a), bounds(b));
    let bits = fixed(a) & fixed(b) & (a.value() ^ b.value());
    let is_the_one = |a: &Condition, b: &Condition| {
        a.operator() == Operator::Eq && b.operator() == Operator::Ne && a.value() == b.value()
    };
    a.index() == b.index()
        && (bits != 0
            || last_a < first_b
            || last_b < first_a
            || is_the_one(a, b)
            || is_the_one(b, a))
}

/// The bits that have to be as in the value.
const fn fixed(condition: &Condition) -> u64 {
    match condition.operator() {
        Operator::Eq => u64::MAX,
        Operator::MaskedEq => condition.mask(),
        _ => 0,
    }
}

/// The least and the greatest value for which a condition may hold.
const fn bounds(condition: &Condition) -> (u64, u64) {
    let value = condition.value();
    match condition.operator() {
        Operator::Eq => (value, value),
        Operator::MaskedEq => (value, value | !condition.mask()),
        Operator::Ne => (0, u64::MAX),
        Operator::Lt => (0, value.saturating_sub(1)),
        Operator::Le => (0, value),
        Operator::Ge => (value, u64::MAX),
        Operator::Gt => (value.saturating_add(1), u64::MAX),
    }
}

/// What is said of one call on one architecture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Resolved {
    /// The verdict for the whole call; none is the default.
    pub(super) whole: Option<Action>,
    /// Verdicts under conditions, which come before that.
    pub(super) rules: Vec<(Action, Vec<Condition>)>,
}

/// What a look at the rules of a call found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Finding {
    /// Two rules are for the whole call, and the first that is not the default's is not the strictest.
    Wholes { first: usize, strictest: usize },
    /// A rule with conditions, beside a looser one for the whole call, which runc would let win.
    Exception { entry: usize, whole: usize },
    /// A rule with conditions, or for what a call hands on to, beside a stricter one for the whole call,
    /// which wins.
    Void { entry: usize, whole: usize },
    /// Two rules with conditions may hold at once, and say different things.
    Both { entry: usize, other: usize },
}

/// The rules, so that none refuses in vain.
///
/// - Of rules for the whole call the strictest holds.
/// - Rules with conditions are exceptions from it if they are stricter; looser ones have no effect, as
///   with runc. Without such a rule they all hold.
/// - Of several rules with conditions that match, the strictest holds: that is what a policy means.
///
/// Rules with the default's verdict take part where they refuse what others let through.
pub(super) fn strictest(alternatives: &[Alternative], default: Action) -> (Resolved, Vec<Finding>) {
    let mut findings = Vec::new();
    let whole = alternatives.iter().filter(|one| one.is_whole()).min_by_key(|one| one.action);
    let first = alternatives.iter().find(|one| one.is_whole() && one.action != default);
    if let (Some(whole), Some(first)) = (whole, first)
        && first.action != whole.action
    {
        findings.push(Finding::Wholes { first: first.entry, strictest: whole.entry });
    }
    // A rule for the whole call with the default's verdict is none, if there is no other.
    let whole = whole.filter(|_| first.is_some());
    let mut rules: Vec<&Alternative> = Vec::new();
    for one in alternatives.iter().filter(|one| !one.is_whole()) {
        match whole {
            Some(whole) if one.action > whole.action => {
                findings.push(Finding::Void { entry: one.entry, whole: whole.entry });
            }
            Some(whole) if one.action < whole.action => {
                findings.push(Finding::Exception { entry: one.entry, whole: whole.entry });
                rules.push(one);
            }
            Some(_) => {}
            None => rules.push(one),
        }
    }
    if whole.is_none() {
        let loosest = rules.iter().map(|one| one.action).max();
        rules.retain(|one| one.action != default || loosest > Some(default));
        if let Some((one, other)) = differing(&rules) {
            findings.push(Finding::Both { entry: one.entry, other: other.entry });
        }
    }
    let rules = rules.into_iter().map(|one| (one.action, one.conditions.clone())).collect();
    let whole = whole.map(|whole| whole.action).filter(|action| *action != default);
    (Resolved { whole, rules }, findings)
}

/// Two rules that say different things and may hold at once, if there are any.
fn differing<'r>(rules: &[&'r Alternative]) -> Option<(&'r Alternative, &'r Alternative)> {
    /// Beyond that nobody looks at each pair, and the first two are named.
    const LOOKED_AT: usize = 600;
    if rules.len() > LOOKED_AT {
        let other = rules.iter().find(|other| other.action != rules[0].action)?;
        return Some((rules[0], other));
    }
    let pairs =
        rules.iter().enumerate().flat_map(|(at, a)| rules[at + 1..].iter().map(move |b| (*a, *b)));
    pairs.into_iter().find(|(a, b)| a.action != b.action && a.may_meet(b))
}

/// The rules as libseccomp has them in the end.
///
/// - Those with the default's verdict are left out (by runc).
/// - The first one for the whole call holds alone.
/// - Else libseccomp asks in an order of its own ([`runc::in_order`]), and the first that matches
///   decides.
///
/// # Errors
/// In words: libseccomp would refuse the rules; or there are too many to say it with ours.
pub(super) fn as_runc(
    alternatives: &[Alternative],
    default: Action,
) -> Result<(Resolved, Vec<Finding>), String> {
    let (_, findings) = strictest(alternatives, default);
    let said: Vec<&Alternative> = alternatives.iter().filter(|one| one.action != default).collect();
    let resolved = match said.iter().find(|one| one.is_whole()) {
        Some(first) => Resolved { whole: Some(first.action), rules: Vec::new() },
        None => Resolved { whole: None, rules: runc::first_match(&runc::in_order(&said)?)? },
    };
    Ok((resolved, findings))
}

/// What the socketcall or ipc of a kernel does of all this where no condition can be checked: the
/// strictest verdict that some arguments get; none if that is the default and nothing else was said.
pub(super) fn unchecked(resolved: &Resolved, default: Action) -> Option<Action> {
    let conditional = resolved.rules.iter().map(|(action, _)| *action).min();
    match (resolved.whole, conditional) {
        (Some(whole), Some(action)) => Some(whole.min(action)),
        (Some(whole), None) => Some(whole),
        (None, Some(action)) => (action < default).then_some(action),
        (None, None) => None,
    }
}
