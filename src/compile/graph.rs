//! The decision graph: tests with two ways out, and verdicts.
//!
//! It is built from the verdicts back to the root. A node that is asked for twice is made once, so
//! equal tails of different rules are one tail; and a node's id is always greater than those it
//! leads to, so that the ids in descending order are an order of execution.

use crate::action::Action;
use crate::arch::Arch;
use crate::bpf::{Opcode, Program};
use crate::map::Unique;

/// A node of the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct NodeId(u32);

impl NodeId {
    /// The place in a list of all nodes.
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// A 32-bit word of a call's data, as the offset to load it from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Word(pub(super) u32);

impl Word {
    pub(super) const NR: Self = Self(0);
    pub(super) const ARCH: Self = Self(4);

    /// The two halves of argument `index`, (high, low), where `arch` keeps them.
    pub(super) fn halves(arch: Arch, index: u8) -> (Self, Self) {
        let first = 16 + 8 * u32::from(index);
        let (first, second) = (Self(first), Self(first + 4));
        if arch.big_endian() { (first, second) } else { (second, first) }
    }
}

/// A comparison of one word, or of some of its bits, with a constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Test {
    pub(super) word: Word,
    /// The bits kept before the comparison; all ones for the word as it is.
    pub(super) mask: u32,
    pub(super) opcode: Opcode,
    pub(super) k: u32,
}

impl Test {
    const WHOLE: u32 = u32::MAX;

    pub(super) const fn equal(word: Word, k: u32) -> Self {
        Self { word, mask: Self::WHOLE, opcode: Opcode::IfEqual, k }
    }

    pub(super) const fn at_least(word: Word, k: u32) -> Self {
        Self { word, mask: Self::WHOLE, opcode: Opcode::IfAtLeast, k }
    }

    pub(super) const fn greater(word: Word, k: u32) -> Self {
        Self { word, mask: Self::WHOLE, opcode: Opcode::IfGreater, k }
    }

    pub(super) const fn any_bit(word: Word, k: u32) -> Self {
        Self { word, mask: Self::WHOLE, opcode: Opcode::IfAnyBit, k }
    }

    /// `word & mask == k`.
    pub(super) const fn masked_equal(word: Word, mask: u32, k: u32) -> Self {
        Self { word, mask, opcode: Opcode::IfEqual, k }
    }

    /// The same bits, compared for equality with `k`.
    pub(super) const fn equals(self, k: u32) -> Self {
        Self { opcode: Opcode::IfEqual, k, ..self }
    }

    /// The same bits, compared for order with `k`.
    pub(super) const fn is_at_least(self, k: u32) -> Self {
        Self { opcode: Opcode::IfAtLeast, k, ..self }
    }

    pub(super) const fn is_masked(&self) -> bool {
        self.mask != Self::WHOLE
    }

    /// The outcome, where it is the same for every word.
    const fn constant(&self) -> Option<bool> {
        match self.opcode {
            Opcode::IfAtLeast if self.k == 0 => Some(true),
            Opcode::IfGreater if self.k == u32::MAX => Some(false),
            Opcode::IfAnyBit if self.k == 0 => Some(false),
            Opcode::IfEqual if self.k & !self.mask != 0 => Some(false),
            Opcode::IfEqual if self.mask == 0 => Some(true),
            _ => None,
        }
    }
}

/// What stands at a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Node {
    Verdict(Action),
    Test { test: Test, yes: NodeId, no: NodeId },
}

/// The nodes made so far.
#[derive(Debug)]
pub(super) struct Graph(Unique<Node>);

impl Default for Graph {
    fn default() -> Self {
        const ORDINARY: u32 = 9; // bits: 512 nodes
        Self(Unique::for_about(ORDINARY))
    }
}

impl Graph {
    /// The node that returns `action`.
    pub(super) fn verdict(&mut self, action: Action) -> NodeId {
        self.node(Node::Verdict(action))
    }

    /// The node that goes to `yes` or `no` by the outcome of `test`; one of the two itself where
    /// there is nothing to decide.
    pub(super) fn test(&mut self, test: Test, yes: NodeId, no: NodeId) -> NodeId {
        match test.constant() {
            Some(true) => yes,
            Some(false) => no,
            None if yes == no => yes,
            None => self.node(Node::Test { test, yes, no }),
        }
    }

    /// How many nodes there are; ids are smaller.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn get(&self, id: NodeId) -> Node {
        self.0.get(id.0)
    }

    /// The nodes that can be reached from `root`, ends first.
    pub(super) fn ends_first(&self, root: NodeId) -> Vec<NodeId> {
        let mut reached = vec![false; self.len()];
        reached[root.0 as usize] = true;
        for id in (0..=root.0).rev() {
            if let (true, Node::Test { yes, no, .. }) = (reached[id as usize], self.get(NodeId(id)))
            {
                reached[yes.0 as usize] = true;
                reached[no.0 as usize] = true;
            }
        }
        (0..=root.0).filter(|id| reached[*id as usize]).map(NodeId).collect()
    }

    /// Whether nodes were left out, because there were too many for any program.
    pub(super) fn is_too_large(&self) -> bool {
        self.0.len() > Self::MOST
    }

    /// A node that is reached is at least one instruction, and few are not.
    const MOST: usize = 64 * Program::LONGEST;

    fn node(&mut self, node: Node) -> NodeId {
        if self.is_too_large() {
            return NodeId(0);
        }
        NodeId(self.0.number(node))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_decided_for_every_word_is_not_tested() {
        const LOW: Word = Word(16);
        let mut graph = Graph::default();
        let (yes, no) = (graph.verdict(Action::ALLOW), graph.verdict(Action::KILL_PROCESS));
        let cases = [
            ("at least 0", Test::at_least(LOW, 0), yes),
            ("above the largest", Test::greater(LOW, u32::MAX), no),
            ("any of no bits", Test::any_bit(LOW, 0), no),
            ("no bits equal to none", Test::masked_equal(LOW, 0, 0), yes),
            ("bits outside the mask", Test::masked_equal(LOW, 2, 3), no),
        ];
        for (why, test, expected) in cases {
            assert_eq!(graph.test(test, yes, no), expected, "{why}");
        }
        let real = Test::masked_equal(LOW, 2, 2);
        assert_eq!(graph.test(real, yes, yes), yes, "both ways lead to the same");
        assert_eq!(graph.len(), 2, "the two verdicts");
        let once = graph.test(real, yes, no);
        assert_eq!(graph.test(real, yes, no), once, "a node is made once");
        assert_eq!(graph.len(), 3);
    }
}
