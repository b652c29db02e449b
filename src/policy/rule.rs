//! A rule: a verdict, and what has to hold for it.

use super::Condition;
use crate::action::Action;

/// A verdict for one call under conditions, all of which must hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rule {
    action: Action,
    conditions: Vec<Condition>,
    soft: bool,
}

impl std::fmt::Display for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.action)?;
        for (index, condition) in self.conditions.iter().enumerate() {
            write!(f, "{}{condition}", if index == 0 { " if " } else { " and " })?;
        }
        Ok(())
    }
}

impl Rule {
    /// The most conditions of one rule: ten for each argument. The compiler goes as deep as a rule
    /// is long, and a caller's stack may be small.
    pub const MOST_CONDITIONS: usize = 60;

    /// A rule with the given verdict; without conditions it speaks of the whole call.
    #[must_use]
    pub fn new(action: Action, conditions: impl IntoIterator<Item = Condition>) -> Self {
        let mut conditions: Vec<_> = conditions.into_iter().collect();
        // AND does not care for order or repetition, and equal rules should be equal.
        conditions.sort_unstable();
        conditions.dedup();
        Self { action, conditions, soft: false }
    }

    /// A default for one call: it stands until somebody else has a rule for the whole call.
    ///
    /// The built-in policy answers many calls with an errno from which programs recover. As
    /// ordinary rules these would win over a later allow, being the stricter verdict.
    #[must_use]
    pub fn soft(action: Action, conditions: impl IntoIterator<Item = Condition>) -> Self {
        Self { soft: true, ..Self::new(action, conditions) }
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

    /// Whether it gives way to a rule for the whole call.
    #[must_use]
    pub const fn is_soft(&self) -> bool {
        self.soft
    }

    /// Whether soft rules of the same call give way to it.
    #[must_use]
    pub fn is_for_the_whole_call(&self) -> bool {
        self.conditions.is_empty() && !self.soft
    }
}
