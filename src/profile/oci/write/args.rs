//! Sets of values as the format has them: one comparison of an argument in a rule.
//!
//! There two comparisons of one argument mean that one of them is enough. So what takes several here
//! becomes several rules, each with a part of the values.

use super::super::model::Arg;
use super::cells::{Cutter, MOST, TooMany, Values, bounded};
use crate::error::Result;
use crate::policy::{Condition, Operator, Width};
use crate::prove::{Block, Set};

/// The comparisons of some values of each argument, as lists for as many rules as that takes.
///
/// `narrow` says that no more than the lower halves of arguments are compared. Where the call has several
/// `cells`, nothing is said with "not equal": libseccomp 2.5.4 makes of that, beside "equal", a program that
/// knows no third rule.
pub(super) fn rules(
    cutter: &mut Cutter,
    values: &Values,
    Call { narrow, cells }: Call,
) -> std::result::Result<Vec<Vec<Arg>>, TooMany> {
    let mut rules = vec![Vec::new()];
    for (set, index) in values.iter().zip(0..) {
        if *set == cutter.sets.all {
            continue;
        }
        let alternatives =
            Said { cutter, index, narrow, has_others: cells > 1 }.comparisons(*set)?;
        bounded(rules.len() * alternatives.len())?;
        let mut longer = Vec::with_capacity(rules.len() * alternatives.len());
        for rule in &rules {
            for arg in &alternatives {
                let mut rule: Vec<Arg> = rule.clone();
                rule.push(*arg);
                longer.push(rule);
            }
        }
        rules = longer;
    }
    Ok(rules)
}

/// Whose arguments they are.
#[derive(Clone, Copy, Debug)]
pub(super) struct Call {
    /// On an architecture on which the lower halves are compared.
    pub(super) narrow: bool,
    /// How many cells it has.
    pub(super) cells: usize,
}

/// How the values of an argument are said.
struct Said<'c> {
    cutter: &'c mut Cutter,
    index: u32,
    narrow: bool,
    has_others: bool,
}

impl Said<'_> {
    /// Comparisons of which exactly one holds for each value of the set: a single one where that is
    /// enough; what goes up to the one end or the other, and blocks of what is between, or blocks alone.
    fn comparisons(&mut self, set: Set) -> std::result::Result<Vec<Arg>, TooMany> {
        let last = self.last();
        let sets = &mut self.cutter.sets;
        let missing = sets.without(sets.all, set)?;
        if let Some([Block { mask, value }]) = sets.blocks(missing, 1).as_deref()
            && *mask == last
            && !self.has_others
        {
            return Ok(vec![self.arg(Operator::Ne, *value, 0)]);
        }
        let blocks = sets.blocks(set, MOST);
        let (first_missing, last_missing) = sets.ends(missing);
        let last_missing = last_missing & last;
        let mut said = Vec::new();
        let mut rest = set;
        for (operator, end) in [
            (Operator::Le, first_missing.checked_sub(1)),
            (Operator::Ge, last_missing.checked_add(1).filter(|end| *end <= last)),
        ] {
            if let Some(end) = end {
                let alone = if operator == Operator::Le { 0 } else { last };
                let operator = if end == alone { Operator::Eq } else { operator };
                said.push(self.arg(operator, end, 0));
                rest = self.cut(rest, operator, end)?;
            }
        }
        let between = self.cutter.sets.blocks(rest, MOST);
        let is_shorter = |between: &Vec<Block>| {
            blocks.as_ref().is_none_or(|blocks| said.len() + between.len() < blocks.len())
        };
        let blocks = match between.filter(is_shorter) {
            Some(between) => between,
            None => {
                said.clear();
                blocks.ok_or(TooMany)?
            }
        };
        said.extend(blocks.iter().map(|block| self.block(*block)));
        Ok(said)
    }

    /// `set` without those for which the comparison holds.
    fn cut(&mut self, set: Set, operator: Operator, end: u64) -> Result<Set> {
        let width = if self.narrow { Width::Bits32 } else { Width::Bits64 };
        let condition = Condition::new("", self.index, operator, width, end, 0)?;
        let holds = self.cutter.sets.of(&condition)?;
        self.cutter.sets.without(set, holds)
    }

    fn block(&self, Block { mask, value }: Block) -> Arg {
        match mask == self.last() {
            true => self.arg(Operator::Eq, value, 0),
            false => self.arg(Operator::MaskedEq, value, mask),
        }
    }

    const fn arg(&self, operator: Operator, datum: u64, mask: u64) -> Arg {
        Arg { index: self.index, operator, datum, mask }
    }

    /// The largest value.
    const fn last(&self) -> u64 {
        if self.narrow { 0xffff_ffff } else { u64::MAX }
    }
}
