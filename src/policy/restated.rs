//! A policy in the words that profiles have.

use super::{Policy, Rule, Subject};
use crate::action::Action;
use crate::arch::Arches;

impl Policy {
    /// The architectures that it covers together with all that it was intersected with.
    pub(crate) fn common_arches(&self) -> Arches {
        let covered = |arch: &_| self.layers().all(|layer| layer.covers(*arch));
        self.arches().filter(covered).collect()
    }

    /// The same policy as far as the profiles of container engines can tell: calls of architectures
    /// that it does not cover as a whole get `bad_arch`, and where the upper halves of a 32-bit
    /// architecture's arguments are zeros, the lower ones alone are compared.
    ///
    /// # Errors
    /// None of these: the layers are of one policy.
    pub(crate) fn restated(&self, bad_arch: Action) -> crate::error::Result<Self> {
        let arches = self.common_arches();
        let mut all: Option<Self> = None;
        for layer in self.layers() {
            let mut layer = layer.clone();
            layer.limits.clear();
            layer.arches = arches;
            layer.attributes.bad_arch = bad_arch;
            layer.narrow();
            match &mut all {
                None => all = Some(layer),
                Some(all) => all.intersect(&layer)?,
            }
        }
        Ok(all.expect("a policy is a layer itself"))
    }

    fn narrow(&mut self) {
        if self.arches().any(|arch| arch.has_narrow_arguments()) {
            self.pin();
            let rules = self.rules().filter_map(|(subject, rule)| match subject {
                Subject::Numbered(arch, _) if arch.has_narrow_arguments() => {
                    Some((subject, narrowed(&rule)?))
                }
                _ => Some((subject, rule)),
            });
            self.rules = rules.collect();
        }
    }
}

/// The rule with conditions of 32 bits; none if it never matches then.
fn narrowed(rule: &Rule) -> Option<Rule> {
    let conditions: Option<Vec<_>> =
        rule.conditions().iter().map(|condition| condition.narrowed()).collect();
    let made = if rule.is_soft() { Rule::soft } else { Rule::new };
    Some(made(rule.action(), conditions?))
}
