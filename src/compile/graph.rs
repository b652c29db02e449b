//! The decision graph: tests with two ways out, and verdicts.
//!
//! It is built from the verdicts back to the root. A node that is asked for twice is made once, so
//! equal tails of different rules are one tail; and a node's id is always greater than those it
//! leads to, so that the ids in descending order are an order of execution.

use super::dispatch::Scratch;
use super::lookup::Table;
use crate::action::Action;
use crate::arch::Arch;
use crate::bpf::{Opcode, Program};
use crate::map::Unique;
use std::hash::{Hash, Hasher};

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

    /// The outcome of a test behind this one, where this one's outcome decides it.
    fn implies(&self, outcome: bool, next: &Self) -> Option<bool> {
        if self.word != next.word || self.mask != next.mask {
            return None;
        }
        // What is left of the values, as a range. All but one are none, nor are those with some bits: of
        // these, only the same question is answered.
        let (first, last) = match (self.opcode, outcome) {
            (Opcode::IfEqual, true) => (self.k, self.k),
            (Opcode::IfAtLeast, true) => (self.k, u32::MAX),
            (Opcode::IfAtLeast, false) => (0, self.k - 1), // at least 0 is no test
            (Opcode::IfGreater, true) => (self.k + 1, u32::MAX), // nor is greater than all
            (Opcode::IfGreater, false) => (0, self.k),
            _ => return (self.opcode == next.opcode && self.k == next.k).then_some(outcome),
        };
        let (low, high) = (next.holds(first), next.holds(last));
        match next.opcode {
            Opcode::IfAtLeast | Opcode::IfGreater => (low == high).then_some(low),
            Opcode::IfEqual if !(first..=last).contains(&next.k) => Some(false),
            _ => (first == last).then_some(low),
        }
    }

    /// The outcome for the bits that are compared.
    pub(super) const fn holds(&self, bits: u32) -> bool {
        match self.opcode {
            Opcode::IfEqual => bits == self.k,
            Opcode::IfAtLeast => bits >= self.k,
            Opcode::IfGreater => bits > self.k,
            _ => bits & self.k != 0,
        }
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Node {
    Verdict(Action),
    Test {
        test: Test,
        yes: NodeId,
        no: NodeId,
    },
    /// Whether the number is in a table, by its place among them.
    Lookup {
        table: u32,
        yes: NodeId,
        no: NodeId,
    },
}

impl Hash for Node {
    /// In as few steps as can be: every node is looked for.
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        let pair = |high: u32, low: u32| u64::from(high) << 32 | u64::from(low);
        match self {
            Self::Verdict(action) => hasher.write_u32(action.to_raw()),
            Self::Test { test: Test { word, mask, opcode, k }, yes, no } => {
                hasher.write_u64(pair(word.0 << 16 | *opcode as u32, *mask));
                hasher.write_u64(pair(yes.0, no.0) ^ u64::from(*k) << 16);
            }
            Self::Lookup { table, yes, no } => {
                hasher.write_u32(*table);
                hasher.write_u64(pair(yes.0, no.0));
            }
        }
    }
}

/// The nodes made so far.
#[derive(Debug)]
pub(super) struct Graph {
    nodes: Unique<Node>,
    /// Verdicts that were asked for, as far as they don't share a place: every run of numbers asks.
    verdicts: [Option<(Action, NodeId)>; VERDICTS],
    tables: Vec<Table>,
    /// For [`dispatch`](super::dispatch), which makes many trees.
    pub(super) scratch: Scratch,
}

/// How many tests of other words an outcome is carried past: those of an argument of 64 bits, and the
/// high half in front of the low one that is asked again. More was tried: it made programs longer.
const DEPTH: u32 = 3;

/// More than most policies have, and a power of two.
const VERDICTS: usize = 32;

impl Default for Graph {
    fn default() -> Self {
        const ORDINARY: u32 = 9; // bits: 512 nodes
        let nodes = Unique::for_about(ORDINARY);
        let verdicts = [None; VERDICTS];
        Self { nodes, verdicts, tables: Vec::new(), scratch: Scratch::default() }
    }
}

impl Graph {
    /// The node that returns `action`.
    pub(super) fn verdict(&mut self, action: Action) -> NodeId {
        let place = usize::from(action.data()) ^ action.kind() as usize;
        match self.verdicts[place % VERDICTS] {
            Some((known, node)) if known == action => node,
            _ => {
                let node = self.node(Node::Verdict(action));
                self.verdicts[place % VERDICTS] = Some((action, node));
                node
            }
        }
    }

    /// The node that goes to `yes` or `no` by the outcome of `test`; one of the two itself where
    /// there is nothing to decide.
    pub(super) fn test(&mut self, test: Test, yes: NodeId, no: NodeId) -> NodeId {
        match test.constant() {
            Some(true) => return yes,
            Some(false) => return no,
            None => {}
        }
        let (yes, no) = (self.within(&test, true, yes), self.within(&test, false, no));
        if yes == no { yes } else { self.node(Node::Test { test, yes, no }) }
    }

    /// What a test's outcome leaves of `target`: also behind tests of other words, what the outcome has
    /// shown is not asked again. What led to `target` alone is then not reached any more.
    fn within(&mut self, test: &Test, outcome: bool, target: NodeId) -> NodeId {
        match test.word {
            Word::NR | Word::ARCH => self.beyond(test, outcome, target),
            _ => self.restricted(test, outcome, target, DEPTH),
        }
    }

    fn restricted(&mut self, known: &Test, outcome: bool, target: NodeId, depth: u32) -> NodeId {
        let target = self.beyond(known, outcome, target);
        match self.get(target) {
            Node::Test { test, yes, no } if test.word != known.word && depth > 0 => {
                let [left_of_yes, left_of_no] =
                    [yes, no].map(|way| self.restricted(known, outcome, way, depth - 1));
                match (left_of_yes, left_of_no) {
                    ways if ways == (yes, no) => target,
                    (yes, no) if yes == no => yes,
                    (yes, no) => self.node(Node::Test { test, yes, no }),
                }
            }
            _ => target,
        }
    }

    /// The node that goes to `yes` if the number is in `table`, which it must be near: neither below
    /// its first word nor above its last.
    pub(super) fn lookup(&mut self, table: Table, yes: NodeId, no: NodeId) -> NodeId {
        self.tables.push(table);
        let last = u32::try_from(self.tables.len() - 1).expect("one an architecture");
        self.node(Node::Lookup { table: last, yes, no })
    }

    pub(super) fn table(&self, table: u32) -> &Table {
        &self.tables[table as usize]
    }

    /// Where a test's outcome leads without asking again what it has shown.
    fn beyond(&self, test: &Test, outcome: bool, mut target: NodeId) -> NodeId {
        while let Node::Test { test: next, yes, no } = self.get(target)
            && let Some(known) = test.implies(outcome, &next)
        {
            target = if known { yes } else { no };
        }
        target
    }

    /// How many nodes there are; ids are smaller.
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(super) fn get(&self, id: NodeId) -> Node {
        self.nodes.get(id.0)
    }

    /// `root` and all nodes that it can lead to, and some that it can't: those made before it, ends
    /// first.
    pub(super) fn up_to(root: NodeId) -> impl DoubleEndedIterator<Item = NodeId> {
        (0..=root.0).map(NodeId)
    }

    /// Whether nodes were left out, because there were too many for any program.
    pub(super) fn is_too_large(&self) -> bool {
        self.nodes.len() > Self::MOST
    }

    /// A node that is reached is at least one instruction, and few are not.
    const MOST: usize = 64 * Program::LONGEST;

    fn node(&mut self, node: Node) -> NodeId {
        if self.is_too_large() {
            return NodeId(0);
        }
        NodeId(self.nodes.number(node))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::map::Mixer;

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

    #[test]
    fn every_verdict_is_one_node() {
        let mut graph = Graph::default();
        let data = [0, 1, 31, 32, 33, 1023, 1024, 4095, u16::MAX];
        let with = |data| [Action::trap(data), Action::trace(data), Action::errno(data & 4095)];
        let mut actions: Vec<Action> = data.into_iter().flat_map(with).collect();
        actions.extend([Action::ALLOW, Action::LOG, Action::KILL_THREAD, Action::KILL_PROCESS]);
        for _ in 0..2 {
            for action in &actions {
                let node = graph.verdict(*action);
                assert_eq!(graph.get(node), Node::Verdict(*action), "{action}");
            }
            // 4095 is the last errno, and what is left of 65535.
            assert_eq!(graph.len(), actions.len() - 1);
        }
    }

    /// Nodes that are alike but for one part would else be looked for in one place.
    #[test]
    fn every_bit_of_a_node_is_in_its_hash() {
        let hash = |node: Node| {
            let mut mixer = Mixer::default();
            node.hash(&mut mixer);
            mixer.finish()
        };
        // What is in few bits must not drown in the ones of another part, nor those in its zeros.
        let test = |word, mask, k, yes, no| {
            let test = Test { word: Word(word), mask, opcode: Opcode::IfEqual, k };
            hash(Node::Test { test, yes: NodeId(yes), no: NodeId(no) })
        };
        let ones = u32::MAX;
        let plain = test(16, ones, 0, ones, ones);
        for bit in (0..32).map(|place| 1 << place) {
            let others = [
                ("mask", test(16, ones ^ bit, 0, ones, ones)),
                ("value", test(16, ones, bit, ones, ones)),
                ("yes", test(16, ones, 0, ones ^ bit, ones)),
                ("no", test(16, ones, 0, ones, ones ^ bit)),
            ];
            for (part, other) in others {
                assert_ne!(other, plain, "bit {bit:#x} of {part}");
            }
        }
        for word in [0, 4, 20, 24, 60] {
            assert_ne!(test(word, ones, 0, ones, ones), plain, "word {word}");
        }
    }

    #[test]
    fn what_a_test_has_shown_is_not_asked_again() {
        const LOW: Word = Word(16);
        // Both ends, and the middle, in which all values are alike for all but bits.
        let values = [0, 1, 2, 3, 1 << 16, u32::MAX - 3, u32::MAX - 2, u32::MAX - 1, u32::MAX];
        let tests: Vec<Test> = (values.into_iter().filter(|k| *k != 1 << 16))
            .flat_map(|k| {
                let of = |opcode| Test { word: LOW, mask: Test::WHOLE, opcode, k };
                [Opcode::IfEqual, Opcode::IfAtLeast, Opcode::IfGreater, Opcode::IfAnyBit].map(of)
            })
            .filter(|test| test.constant().is_none())
            .collect();
        let is_of_bits = |test: &Test| test.opcode == Opcode::IfAnyBit;
        for (first, next) in tests.iter().flat_map(|a| tests.iter().map(move |b| (*a, *b))) {
            for outcome in [true, false] {
                let left = values.into_iter().filter(|value| first.holds(*value) == outcome);
                let outcomes: Vec<bool> = left.map(|value| next.holds(value)).collect();
                let always = outcomes.iter().all(|holds| *holds == outcomes[0]);
                let all_but_one = first.opcode == Opcode::IfEqual && !outcome && first != next;
                let of_bits = is_of_bits(&first) || is_of_bits(&next) && outcomes.len() > 1;
                match first.implies(outcome, &next) {
                    // Nothing is taken for certain that is not, and what follows from a range is found.
                    Some(known) => assert!(
                        always && outcomes[0] == known,
                        "{first:?} is {outcome}, {next:?} is not always {known}"
                    ),
                    None => assert!(
                        !always || of_bits || all_but_one,
                        "{first:?} is {outcome}, {next:?} is always {}",
                        outcomes[0]
                    ),
                }
            }
        }
    }

    #[test]
    fn what_a_test_has_shown_is_not_asked_again_behind_others() {
        // One rule for 2 and 3, the next for 2 alone: behind the 3, there is nothing left to ask.
        let [first, other] = [16, 24].map(Word);
        let mut graph = Graph::default();
        let verdicts = [Action::errno(1), Action::ALLOW, Action::KILL_PROCESS];
        let [refused, allowed, rest] = verdicts.map(|action| graph.verdict(action));
        let next = graph.test(Test::equal(first, 2), allowed, rest);
        let both = graph.test(Test::equal(other, 3), refused, next);
        let root = graph.test(Test::equal(first, 2), both, next);
        let Node::Test { yes, no, .. } = graph.get(root) else { panic!("nothing is asked") };
        assert_eq!(no, rest, "what is not 2 is not asked for it again");
        let behind = Node::Test { test: Test::equal(other, 3), yes: refused, no: allowed };
        assert_eq!(graph.get(yes), behind);
    }

    #[test]
    fn ranges_apart_share_their_tests() {
        const LOW: Word = Word(16);
        let mut graph = Graph::default();
        let (yes, no) = (graph.verdict(Action::ALLOW), graph.verdict(Action::KILL_PROCESS));
        let range = |graph: &mut Graph, first, last, otherwise| {
            let up_to = graph.test(Test::greater(LOW, last), otherwise, yes);
            graph.test(Test::at_least(LOW, first), up_to, otherwise)
        };
        let above = range(&mut graph, 30, 40, no);
        let root = range(&mut graph, 10, 20, above);
        let Node::Test { no: below, .. } = graph.get(root) else { panic!("nothing is asked") };
        assert_eq!(below, no, "what is below 10 is not at least 30");
    }
}
