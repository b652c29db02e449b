//! Sets of values of an argument, for who has to say them in another language.
//!
//! A set is a diagram of one argument's bits: two are equal exactly when they are the same.

use super::bits::{Variable, Word};
use super::diagram::{Diagram, Function, Root};
use super::of_policy::holds_for;
use crate::arch::Arch;
use crate::error::Result;
use crate::policy::Condition;

/// Some values of an argument.
pub(crate) type Set = Function;

/// All values that have `value` in the bits of `mask`, and 0 elsewhere in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) mask: u64,
    pub(crate) value: u64,
}

/// The sets at hand.
#[derive(Debug)]
pub(crate) struct Sets {
    diagram: Diagram,
    pub(crate) all: Set,
    pub(crate) none: Set,
}

impl Sets {
    pub(crate) fn new() -> Self {
        let mut diagram = Diagram::new();
        let (all, none) = (diagram.value(1), diagram.value(0));
        Self { diagram, all, none }
    }

    /// The values for which a condition holds.
    pub(crate) fn of(&mut self, condition: &Condition) -> Result<Set> {
        // Of an architecture on which the bits come in the order of their weight.
        holds_for(&mut self.diagram, Arch::X86_64, condition)
    }

    /// What is in both.
    #[inline(never)]
    pub(crate) fn both(&mut self, a: Set, b: Set) -> Result<Set> {
        self.diagram.choose(a, b, self.none)
    }

    /// What is in `a` and not in `b`.
    #[inline(never)]
    pub(crate) fn without(&mut self, a: Set, b: Set) -> Result<Set> {
        self.diagram.choose(b, self.none, a)
    }

    /// Blocks that share nothing and together are the set; none if there are more than `most`.
    #[inline(never)]
    pub(crate) fn blocks(&self, set: Set, most: usize) -> Option<Vec<Block>> {
        let mut blocks = Vec::new();
        let mut left = vec![(set, Block { mask: 0, value: 0 })];
        while let Some((set, Block { mask, value })) = left.pop() {
            match self.diagram.root(set) {
                Root::Value(0) => {}
                Root::Value(_) if blocks.len() == most => return None,
                Root::Value(_) => blocks.push(Block { mask, value }),
                Root::Bit { bit, zero, one } => {
                    let bit = weight(bit);
                    // The smaller values are taken first.
                    left.push((one, Block { mask: mask | bit, value: value | bit }));
                    left.push((zero, Block { mask: mask | bit, value }));
                }
            }
        }
        Some(blocks)
    }

    /// The least value of a set that is not empty, and the greatest of those below 2^64.
    #[inline(never)]
    pub(crate) fn ends(&self, set: Set) -> (u64, u64) {
        let [least, last] = [false, true].map(|high| {
            let (mut set, mut mask, mut value) = (set, 0, 0);
            while let Root::Bit { bit, zero, one } = self.diagram.root(set) {
                let taken = if high { one != self.none } else { zero == self.none };
                let bit = weight(bit);
                mask |= bit;
                value |= if taken { bit } else { 0 };
                set = if taken { one } else { zero };
            }
            if high { value | !mask } else { value }
        });
        (least, last)
    }
}

/// The value of an argument that has this bit alone.
fn weight(bit: Variable) -> u64 {
    let (word, position) = bit.bit();
    let is_high = (0..6).any(|index| Word::halves(false, index).0 == word);
    1 << if is_high { position + 32 } else { position }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Operator, Width};

    #[test]
    fn a_set_of_more_blocks_than_wanted_has_none() {
        let mut sets = Sets::new();
        let mut of = |operator, value| {
            let condition = Condition::new("read", 0, operator, Width::Bits64, value, 0).unwrap();
            sets.of(&condition).unwrap()
        };
        let (not_0, below_3) = (of(Operator::Ne, 0), of(Operator::Lt, 3));
        let counts = [("all", sets.all, 1), ("none", sets.none, 0), ("all but 0", not_0, 64)];
        for (why, set, count) in counts {
            let found = sets.blocks(set, count).map(|blocks| blocks.len());
            assert_eq!(found, Some(count), "{why}");
            if let Some(fewer) = count.checked_sub(1) {
                assert_eq!(sets.blocks(set, fewer), None, "{why}");
            }
        }
        let all = u64::MAX;
        let blocks = [Block { mask: all - 1, value: 0 }, Block { mask: all, value: 2 }];
        assert_eq!(sets.blocks(below_3, 2).unwrap(), blocks);
        assert_eq!(sets.ends(below_3), (0, 2));
        assert_eq!(sets.ends(not_0), (1, all));
    }
}
