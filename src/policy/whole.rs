//! What is said of a call as a whole.

use super::Rule;
use crate::action::Action;
use crate::syscall::Syscall;

/// What is said of a call as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Whole {
    /// The strictest rule without conditions.
    pub(crate) rule: Option<Action>,
    /// The strictest soft rule without conditions.
    pub(crate) soft: Option<Action>,
    /// Whether there are rules besides that allow it for some arguments.
    pub(crate) allowed_in_part: bool,
    pub(crate) denied: bool,
    pub(crate) priority: u8,
}

impl Whole {
    /// What a rule says that has no conditions.
    pub(crate) fn of(rule: &Rule) -> Self {
        let action = Some(rule.action());
        match rule.is_soft() {
            true => Self { soft: action, ..Self::default() },
            false => Self { rule: action, ..Self::default() },
        }
    }

    /// Says what `other` says, besides.
    pub(crate) fn add(&mut self, other: Self) {
        *self = Self {
            rule: stricter(self.rule, other.rule),
            soft: stricter(self.soft, other.soft),
            allowed_in_part: self.allowed_in_part || other.allowed_in_part,
            denied: self.denied || other.denied,
            priority: self.priority.max(other.priority),
        };
    }

    /// Whether rules that allow the call for some arguments are pointless.
    fn lifts_checks(&self) -> bool {
        self.allowed_in_part && self.rule == Some(Action::ALLOW)
    }

    /// Says that a rule without conditions gives `call` the verdict `action`.
    pub(super) fn decide(&mut self, call: Syscall, action: Action) {
        let before = self.lifts_checks();
        self.rule = stricter(self.rule, Some(action));
        if self.lifts_checks() && !before {
            warn_of_lifted_checks(call);
        }
    }

    /// Says `more` of `call`, and warns when that lifts its checks: most likely somebody lifts those of
    /// the built-in policy without meaning to.
    pub(super) fn add_to(&mut self, call: Syscall, more: Self) {
        let before = self.lifts_checks();
        self.add(more);
        if self.lifts_checks() && !before {
            warn_of_lifted_checks(call);
        }
    }
}

#[cold]
fn warn_of_lifted_checks(call: Syscall) {
    tracing::warn!(
        "{} is allowed as a whole, so rules that allow it for some arguments have no effect",
        call.name()
    );
}

/// The stricter of two verdicts, or the one that there is.
fn stricter(a: Option<Action>, b: Option<Action>) -> Option<Action> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (one, other) => one.or(other),
    }
}
