//! A rule: a verdict, and what has to hold for it.

use super::Condition;
use crate::action::Action;
use crate::order;

/// A verdict for one call under conditions, all of which must hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rule {
    action: Action,
    conditions: Conditions,
    soft: bool,
}

impl std::fmt::Display for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.action)?;
        for (index, condition) in self.conditions().iter().enumerate() {
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
        Self { action, conditions: Conditions::of(conditions), soft: false }
    }

    /// A default for one call: it stands until somebody else has a rule for the whole call.
    ///
    /// The built-in policy answers many calls with an errno from which programs recover. As
    /// ordinary rules these would win over a later allow, being the stricter verdict.
    #[must_use]
    pub fn soft(action: Action, conditions: impl IntoIterator<Item = Condition>) -> Self {
        Self { soft: true, ..Self::new(action, conditions) }
    }

    /// Another verdict for what matches it and meets these conditions as well; as soft as it is.
    pub(super) fn narrowed(&self, action: Action, more: &[Condition]) -> Self {
        let conditions = self.conditions().iter().chain(more).copied();
        Self { action, conditions: Conditions::of(conditions), soft: self.soft }
    }

    /// Gives it another verdict.
    pub(super) const fn set_action(&mut self, action: Action) {
        self.action = action;
    }

    /// The verdict.
    #[must_use]
    pub const fn action(&self) -> Action {
        self.action
    }

    /// What has to hold, all of it.
    #[must_use]
    pub fn conditions(&self) -> &[Condition] {
        self.conditions.as_slice()
    }

    /// Whether it gives way to a rule for the whole call.
    #[must_use]
    pub const fn is_soft(&self) -> bool {
        self.soft
    }

    /// Whether soft rules of the same call give way to it.
    #[must_use]
    pub fn is_for_the_whole_call(&self) -> bool {
        self.conditions().is_empty() && !self.soft
    }
}

/// Conditions in order, each once: AND does not care for order or repetition, and equal rules should
/// be equal.
///
/// Most rules have one or two; these need no memory of their own.
#[derive(Debug)]
enum Conditions {
    Few(u8, [Condition; FEW]),
    Many(Box<[Condition]>),
}

const FEW: usize = 3;

impl Conditions {
    fn of(conditions: impl IntoIterator<Item = Condition>) -> Self {
        let mut few = [Condition::FILLER; FEW];
        let mut count = 0;
        let mut conditions = conditions.into_iter();
        while let Some(condition) = conditions.next() {
            if usize::from(count) == FEW {
                let mut all = few.to_vec();
                all.push(condition);
                conditions.for_each(|condition| all.push(condition));
                return Self::many(all);
            }
            few[usize::from(count)] = condition;
            count += 1;
        }
        let used = &few[..count.into()];
        match used.is_sorted_by(|a, b| a < b) {
            true => Self::Few(count, few),
            false => Self::many(used.to_vec()),
        }
    }

    #[inline(never)]
    fn many(mut conditions: Vec<Condition>) -> Self {
        order::sort(&mut conditions);
        conditions.dedup();
        let mut few = [Condition::FILLER; FEW];
        match (few.get_mut(..conditions.len()), u8::try_from(conditions.len())) {
            (Some(used), Ok(count)) => {
                used.copy_from_slice(&conditions);
                Self::Few(count, few)
            }
            _ => Self::Many(conditions.into()),
        }
    }

    fn as_slice(&self) -> &[Condition] {
        match self {
            // There are never more, and so no reader has to fail where there are.
            Self::Few(count, few) => &few[..FEW.min((*count).into())],
            Self::Many(all) => all,
        }
    }
}

impl Clone for Conditions {
    #[inline(never)]
    fn clone(&self) -> Self {
        match self {
            Self::Few(count, few) => Self::Few(*count, *few),
            Self::Many(all) => Self::Many(all.clone()),
        }
    }
}

impl PartialEq for Conditions {
    fn eq(&self, other: &Self) -> bool {
        self.as_slice() == other.as_slice()
    }
}

impl Eq for Conditions {}

impl PartialOrd for Conditions {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Conditions {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.as_slice().cmp(other.as_slice())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Operator, Width};

    #[test]
    fn order_and_repetition_make_no_difference() {
        let is = |value| Condition::new("test", 0, Operator::Ne, Width::Bits64, value, 0).unwrap();
        let rule = |values: &[u64]| Rule::new(Action::ALLOW, values.iter().map(|value| is(*value)));
        let cases: [(&str, &[u64], &[u64]); 6] = [
            ("none", &[], &[]),
            ("two the other way round", &[2, 1], &[1, 2]),
            ("twice the same", &[1, 1], &[1]),
            ("as many as need no memory", &[3, 1, 2], &[1, 2, 3]),
            ("one more", &[4, 3, 2, 1], &[1, 2, 3, 4]),
            ("more, but few different ones", &[1, 2, 1, 2, 1], &[1, 2]),
        ];
        for (why, given, expected) in cases {
            assert_eq!(rule(given), rule(expected), "{why}");
            assert_eq!(rule(given).conditions().len(), expected.len(), "{why}");
            let needs_memory = matches!(rule(given).conditions, Conditions::Many(_));
            assert_eq!(needs_memory, expected.len() > FEW, "{why}: memory of their own");
        }
    }
}
