//! Rules with conditions as libseccomp asks them.
//!
//! libseccomp keeps a call's rules as a tree, whose levels it puts in order (src/db.c, _db_chain_lt
//! and _db_tree_add) and asks one after the other (src/gen_bpf.c, _gen_bpf_chain): higher arguments
//! first; then equalities, before less than, before greater than; then larger values, of less than
//! smaller ones. That makes a list of which the first match decides. Policies here know no order, so
//! what comes later is said with what came before left out.

use std::cmp::Ordering;

use super::precedence::Alternative;
use crate::action::Action;
use crate::order;
use crate::policy::{Condition, Operator, Rule};

/// A verdict and its conditions.
type Said = (Action, Vec<Condition>);

/// The rules in the order in which they are asked.
///
/// # Errors
/// One condition has two verdicts: libseccomp's EEXIST, at which runc gives up.
pub(super) fn in_order<'r>(rules: &[&'r Alternative]) -> Result<Vec<&'r Alternative>, String> {
    let mut sorted = rules.to_vec();
    order::sort_by(&mut sorted, |a, b| compare(&a.conditions, &b.conditions) == Ordering::Less);
    for pair in sorted.windows(2) {
        let [a, b] = [pair[0], pair[1]];
        if a.action != b.action && a.conditions == b.conditions {
            return Err(format!(
                "syscalls[{}] and syscalls[{}] give one condition two verdicts, {} and {}: \
                 libseccomp refuses that (EEXIST)",
                a.entry, b.entry, a.action, b.action
            ));
        }
    }
    Ok(sorted)
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
/// There would be too many.
pub(super) fn first_match(list: &[&Alternative]) -> Result<Vec<Said>, String> {
    const MOST: usize = 512;
    let mut all = Vec::new();
    for (at, rule) in list.iter().enumerate() {
        let earlier = list[..at].iter();
        let looser = earlier.filter(|one| one.action > rule.action && one.may_meet(rule));
        let mut parts = vec![rule.conditions.clone()];
        for other in looser {
            parts = parts.iter().flat_map(|part| without(part, &other.conditions)).collect();
            if parts.len() > MOST {
                break;
            }
        }
        all.extend(parts.into_iter().map(|conditions| (rule.action, conditions)));
        if all.len() > MOST.max(list.len()) {
            return Err(format!(
                "the order in which libseccomp asks its {} rules would take more than {MOST} to \
                 say; leave NUCLEUS_OCI_AS_RUNC out, and the strictest holds",
                list.len()
            ));
        }
    }
    Ok(all)
}

/// `part` where not all of `conditions` hold.
fn without(part: &[Condition], conditions: &[Condition]) -> Vec<Vec<Condition>> {
    let opposites = conditions.iter().flat_map(opposites);
    let parts = opposites.map(|opposite| part.iter().copied().chain([opposite]).collect());
    parts.filter(|part: &Vec<Condition>| part.len() <= Rule::MOST_CONDITIONS).collect()
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
