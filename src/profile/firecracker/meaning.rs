//! From the filter of a category to a policy.

use super::reading::{Filter, Item};
use crate::action::Action;
use crate::arch::Arch;
use crate::error::Printable;
use crate::policy::{Attributes, Policy, Rule};
use crate::profile::json::{Place, Problem};
use crate::profile::notes::Notes;
use crate::syscall::Syscall;

/// The policy that the filter of a category means on an architecture, with the given attributes.
pub(super) fn policy(
    filter: &Filter,
    arch: Arch,
    attributes: Attributes,
    category: &str,
    notes: &mut Notes,
) -> Result<Policy, Problem> {
    let mut policy = Policy::covering(filter.default, [arch]);
    policy.fix_arches();
    *policy.attributes_mut() = attributes;
    let shown = Printable(category).to_string();
    let top = Place::ROOT.key(&shown);
    let above = top.key("filter");
    let has_conditions = calls_with_conditions(&filter.items);
    for (index, item) in filter.items.iter().enumerate() {
        let place = above.item(index);
        let is_beside = item.conditions.is_empty() && has_conditions[item.call.place()];
        if is_beside && !holds_beside_others(filter.matched, filter.default, &place, notes)? {
            continue;
        }
        let rule = Rule::new(filter.matched, item.conditions.iter().copied());
        policy
            .add_rule_for(item.call.into(), rule)
            .map_err(|error| Problem::because(&place.key("args"), &error))?;
    }
    Ok(policy)
}

/// Which calls have an item with conditions.
fn calls_with_conditions(items: &[Item]) -> Vec<bool> {
    let mut calls = vec![false; Syscall::COUNT];
    for item in items.iter().filter(|item| !item.conditions.is_empty()) {
        calls[item.call.place()] = true;
    }
    calls
}

/// Whether an item for a whole call counts beside those with conditions. In seccompiler it does not: it
/// is an empty list of rules, to which the others are added. That is followed where it allows less.
fn holds_beside_others(
    matched: Action,
    default: Action,
    place: &Place<'_>,
    notes: &mut Notes,
) -> Result<bool, Problem> {
    if matched < default {
        let what = "it is for the whole call, and holds, where seccompiler drops it for the items \
                    with args";
        notes.say(place, what);
        return Ok(true);
    }
    let what = "it is for the whole call, and dropped, as in seccompiler, for the items with args";
    notes.skipped(place, what)?;
    Ok(false)
}
