//! A rule: a verdict, and what has to hold for it.

use super::Condition;
use crate::action::{Action, Kind};

/// A verdict for one call under conditions, all of which must hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rule {
    action: Action,
    conditions: Vec<Condition>,
    soft: bool,
}

impl Rule {
    /// A rule with the given verdict; without conditions it speaks of the whole call.
    #[must_use]
    pub fn new(action: Action, conditions: impl IntoIterator<Item = Condition>) -> Self {
        let mut conditions: Vec<_> = conditions.into_iter().collect();
        // AND does not care for order or repetition, and equal rules should be equal.
        conditions.sort_unstable();
        conditions.dedup();
        Self { action, conditions, soft: false }
    }

    /// A default for one call: it stands until somebody allows the call by name.
    ///
    /// The built-in policy answers many calls with an errno from which programs recover. As
    /// ordinary rules these would win over a later allow, being the stricter verdict.
    #[must_use]
    pub fn soft(action: Action) -> Self {
        Self { action, conditions: Vec::new(), soft: true }
    }

    /// The verdict.
    #[must_use]
    pub const fn action(&self) -> Action {
        self.action
    }

    /// What has to hold, all of it.
    #[must_use]
    pub fn conditions(&self) -> &[Condition] {
        &self.conditions
    }

    /// Whether it gives way to an allow of the whole call.
    #[must_use]
    pub const fn is_soft(&self) -> bool {
        self.soft
    }

    /// Whether it lets the call run whatever its arguments.
    #[must_use]
    pub fn allows_all(&self) -> bool {
        self.conditions.is_empty() && self.action.kind() == Kind::Allow
    }
}
