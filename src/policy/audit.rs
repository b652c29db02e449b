//! Trying a policy out: what it refuses runs, and goes to the log.

use super::{Attributes, Policy};
use crate::action::Action;

impl Policy {
    /// Turns every verdict that refuses into [`Action::LOG`]: of the default, of rules, of denials, of
    /// calls that the author can't have known and of foreign architectures; also in what the policy was
    /// intersected with. What hands a call to a listener or to a tracer stays: the answer is theirs.
    ///
    /// The one thing here that makes a policy weaker on purpose.
    pub fn audit(&mut self) {
        self.default = logged(self.default);
        self.attributes.audit();
        for whole in self.calls.all_mut() {
            (whole.rule, whole.soft) = (whole.rule.map(logged), whole.soft.map(logged));
        }
        for (_, rule) in self.rules.all_mut() {
            rule.set_action(logged(rule.action()));
        }
        for mut limit in std::mem::take(&mut self.limits) {
            limit.audit();
            self.limit_to(limit);
        }
    }
}

impl Attributes {
    fn audit(&mut self) {
        self.bad_arch = logged(self.bad_arch);
        self.unknown = self.unknown.map(logged);
        self.let_denied_run();
    }
}

fn logged(action: Action) -> Action {
    if action.refuses() { Action::LOG } else { action }
}
