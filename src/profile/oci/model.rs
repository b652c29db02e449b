//! A profile as it is written, checked word by word, and not yet understood.

use super::names::Flag;
use super::select::Selection;
use crate::action::Action;
use crate::arch::Arches;
use crate::policy::Operator;

/// All that a file says.
#[derive(Debug)]
pub(super) struct Written<'v> {
    pub(super) default: Action,
    /// Listed, or those that `archMap` gives for the architecture that the profile is read for.
    pub(super) arches: Arches,
    /// None if nothing is said of them.
    pub(super) flags: Option<Vec<Flag>>,
    pub(super) listener_path: Option<&'v str>,
    pub(super) listener_metadata: Option<&'v str>,
    pub(super) entries: Vec<Entry<'v>>,
}

/// An item of `syscalls`.
#[derive(Debug)]
pub(super) struct Entry<'v> {
    /// Which item.
    pub(super) index: usize,
    pub(super) names: Vec<&'v str>,
    pub(super) action: Action,
    pub(super) args: Vec<Arg>,
    pub(super) selection: Selection,
}

/// An item of `args`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arg {
    /// 0 to 5.
    pub(super) index: u32,
    pub(super) operator: Operator,
    /// What the argument is compared with.
    pub(super) datum: u64,
    /// For [`Operator::MaskedEq`], else 0.
    pub(super) mask: u64,
}

impl Arg {
    /// Whether the low 32 bits ask the same of an argument that has no more: where there is nothing
    /// above them, or a negative number was written with 64.
    pub(super) fn means_the_same_cut(&self) -> bool {
        let is_negative = self.datum >> 31 == u64::from(u32::MAX) << 1 | 1;
        let is_equality = matches!(self.operator, Operator::Eq | Operator::Ne | Operator::MaskedEq);
        self.datum <= u32::MAX.into() || is_negative && is_equality
    }
}

impl Entry<'_> {
    /// Whether an argument stands in it twice: then runc makes a rule of each of its conditions.
    pub(super) fn asks_twice(&self) -> bool {
        let mut seen = 0u8;
        self.args.iter().any(|arg| {
            let bit = 1 << arg.index;
            let twice = seen & bit != 0;
            seen |= bit;
            twice
        })
    }
}
