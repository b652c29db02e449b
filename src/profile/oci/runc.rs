//! Rules with conditions as libseccomp asks them.
//!
//! libseccomp keeps a call's rules as a tree, whose levels it puts in order (src/db.c, _db_chain_lt
//! and _db_tree_add) and asks one after the other (src/gen_bpf.c, _gen_bpf_chain): higher arguments
//! first; then equalities, before less than, before greater than; then larger values, of less than
//! smaller ones. That makes a list of which the first match decides. Policies here know no order, so
//! what comes later is said with what came before left out.

use std::cmp::Ordering;

use super::precedence::{Alternative, may_hold_with};
use crate::action::Action;
use crate::order;
use crate::policy::{Condition, Operator, Rule};

/// A verdict and its conditions.
type Said = (Action, Vec<Condition>);

/// The rules in the order in which they are asked.
///
/// # Errors
/// One condition has two verdicts, or has one after more special ones with others: libseccomp's EEXIST,
/// at which runc gives up.
pub(super) fn in_order<'r>(rules: &[&'r Alternative]) -> Result<Vec<&'r Alternative>, String> {
    let mut sorted = rules.to_vec();
    order::sort_by(&mut sorted, |a, b| compare(&a.conditions, &b.conditions) == Ordering::Less);
    // Those that are more general than the one at hand, each more special than the one before.
    let mut general: Vec<&Alternative> = Vec::new();
    for one in &sorted {
        while general.pop_if(|other| !one.conditions.starts_with(&other.conditions)).is_some() {}
        for other in &general {
            let is_the_same = other.conditions.len() == one.conditions.len();
            if other.action != one.action && (is_the_same || one.entry < other.entry) {
                return Err(refused(other, one));
            }
        }
        if general.last().is_none_or(|other| other.conditions != one.conditions) {
            general.push(one);
        }
    }
    Ok(sorted)
}

#[cold]
fn refused(a: &Alternative, b: &Alternative) -> String {
    format!(
        "syscalls[{}] and syscalls[{}] give one condition two verdicts, {} and {}: libseccomp \
         refuses that (EEXIST)",
        a.entry, b.entry, a.action, b.action
    )
}

fn compare(a: &[Condition], b: &[Condition]) -> Ordering {
    let differs = a.iter().zip(b).map(|(a, b)| compare_one(a, b)).find(|order| order.is_ne());
    // The shorter one is the more general, and hides what is below it.
    differs.unwrap_or(a.len().cmp(&b.len()))
}

fn compare_one(a: &Condition, b: &Condition) -> Ordering {
    let by_value = match a.operator() {
        Operator::Lt | Operator::Le => a.value().cmp(&b.value()),
        _ => b.value().cmp(&a.value()),
    };
    (b.index().cmp(&a.index())).then(rank(b).cmp(&rank(a))).then(by_value)
}

/// The order of comparisons (src/db.c, __db_chain_op_priority).
const fn rank(condition: &Condition) -> u8 {
    match condition.operator() {
        Operator::MaskedEq | Operator::Eq | Operator::Ne => 3,
        Operator::Le | Operator::Lt => 2,
        Operator::Ge | Operator::Gt => 1,
    }
}

/// The rules for which the strictest that matches is the first that matches of `list`.
///
/// Only what is looser and earlier has to be left out of a rule: what is stricter wins anyway.
///
/// # Errors
/// There would be too many, or too long ones.
pub(super) fn first_match(list: &[&Alternative]) -> Result<Vec<Said>, String> {
    let mut all = Vec::with_capacity(list.len());
    for (at, rule) in list.iter().enumerate() {
        let mut parts = vec![rule.conditions.clone()];
        for earlier in &list[..at] {
            if parts.is_empty() {
                break;
            }
            if earlier.action > rule.action && earlier.may_meet(rule) {
                parts = without(&parts, &earlier.conditions).ok_or_else(|| too_many(list.len()))?;
            }
        }
        all.extend(parts.into_iter().map(|conditions| (rule.action, conditions)));
        if all.len() > MOST.max(list.len()) {
            return Err(too_many(list.len()));
        }
    }
    Ok(all)
}

/// How many parts a rule is cut into at most.
const MOST: usize = 512;

#[cold]
fn too_many(count: usize) -> String {
    format!(
        "the order in which libseccomp asks its {count} rules would take more than {MOST} to say; \
         leave NUCLEUS_OCI_AS_RUNC out, and the strictest holds"
    )
}

/// `parts` where not all of `conditions` hold; none if that is too much to say.
fn without(parts: &[Vec<Condition>], conditions: &[Condition]) -> Option<Vec<Vec<Condition>>> {
    let mut left = Vec::new();
    for part in parts {
        for opposite in conditions.iter().flat_map(opposites) {
            if may_hold_with(opposite, part) {
                let mut narrower = part.clone();
                narrower.push(opposite);
                left.push(narrower);
                if left.len() > MOST || part.len() == Rule::MOST_CONDITIONS {
                    return None;
                }
            }
        }
    }
    Some(left)
}

/// Conditions of which one holds where `condition` does not.
fn opposites(condition: &Condition) -> Vec<Condition> {
    let with = |operator, value, mask| {
        let (index, width) = (condition.index().into(), condition.width());
        Condition::new("", index, operator, width, value, mask).into_iter()
    };
    let (value, mask) = (condition.value(), condition.mask());
    let opposite = match condition.operator() {
        Operator::Ne => Operator::Eq,
        Operator::Eq => Operator::Ne,
        Operator::Lt => Operator::Ge,
        Operator::Ge => Operator::Lt,
        Operator::Gt => Operator::Le,
        Operator::Le => Operator::Gt,
        Operator::MaskedEq => {
            let bits = (0..u64::BITS).map(|bit| 1 << bit).filter(|bit| mask & bit != 0);
            return bits.flat_map(|bit| with(Operator::MaskedEq, !value & bit, bit)).collect();
        }
    };
    with(opposite, value, 0).collect()
}
