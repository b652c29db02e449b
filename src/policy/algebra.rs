//! Policies made of policies.
//!
//! Container runtimes put profiles of several sources together. There are two ways: what either
//! says (their rules united), or what both allow (the stricter verdict of the two for every call).

use super::{Policy, Subject, Whole};
use crate::error::{Error, Result};
use crate::order;

impl Policy {
    /// Adds all that `other` says: its architectures, rules, denials and priorities.
    ///
    /// The rules of each stay with the architectures that it covers: what one allows on x86_64 does
    /// not become allowed on what only the other covers, and no architecture can be added later. The
    /// result does not depend on which is merged into which, or in what order several are.
    ///
    /// # Errors
    /// A default or an attribute is not the same, and is named; the built-in policy is in both, in
    /// different modes; or one is an intersection. Nothing is changed then.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        if self.default != other.default {
            let (ours, theirs) = (self.default.to_string(), other.default.to_string());
            return Err(Error::different_attribute("merge", ("default action", ours, theirs)));
        }
        if let Some(difference) = self.attributes.difference(&other.attributes) {
            return Err(Error::different_attribute("merge", difference));
        }
        if let (Some(ours), Some(theirs)) = (self.built_in, other.built_in)
            && ours != theirs
        {
            return Err(Error::other_modes("merge"));
        }
        if !(self.limits.is_empty() && other.limits.is_empty()) {
            return Err(Error::merge_of_intersection());
        }
        let mut other = other.clone();
        self.pin();
        other.pin();
        self.fix_arches();
        self.arches = self.arches.union(other.arches);
        self.denied.append(&mut other.denied);
        order::sort(&mut self.denied);
        self.denied.dedup();
        self.rules.append(other.rules);
        for (call, theirs) in other.calls.iter() {
            self.calls.edit(call).add(theirs);
        }
        self.built_in = self.built_in.or(other.built_in);
        // What only one of them checked is unchecked now.
        self.hardened = None;
        Ok(())
    }

    /// Turns what is said of names into what is said of their numbers on the architectures that
    /// are covered now. What is said of others has no effect here, and must not get one by merging.
    pub(super) fn pin(&mut self) {
        let arches = self.arches;
        let pins = |subject: Subject| arches.iter().filter_map(move |arch| subject.pinned(arch));
        let mut denied: Vec<Subject> = self.denied().flat_map(pins).collect();
        order::sort(&mut denied);
        denied.dedup();
        let rules = self
            .rules()
            .flat_map(|(subject, rule)| pins(subject).map(move |pinned| (pinned, rule.clone())))
            .collect();
        (self.denied, self.rules) = (denied, rules);
        for (call, Whole { priority, .. }) in self.calls.clone().iter() {
            *self.calls.edit(call) = Whole { priority, ..Whole::default() };
        }
    }

    /// Lets only run what `other` lets run, too: every call gets the stricter of both verdicts, as if
    /// both filters were loaded. What is added later is added to this policy's own part, and stays
    /// within what `other` said.
    ///
    /// # Errors
    /// An attribute that speaks of loading is not the same, and is named. Nothing is changed then.
    pub fn intersect(&mut self, other: &Self) -> Result<()> {
        if let Some(difference) = self.attributes.of_loading(&other.attributes) {
            return Err(Error::different_attribute("intersect", difference));
        }
        for layer in other.layers() {
            self.limit_to(Self { limits: Vec::new(), ..layer.clone() });
        }
        Ok(())
    }
    /// One more limit, in its place among the others.
    pub(super) fn limit_to(&mut self, alone: Self) {
        if let Err(place) = self.limits.binary_search(&alone) {
            self.limits.insert(place, alone);
        }
    }
}
