//! The classic layout: what is allowed is looked up in a bitmap that is in the program.
//!
//! Eleven instructions for every allowed call, however many there are, where a tree takes their
//! logarithm. It was the best there is before Linux 5.11. Since then the kernel looks up the same in a
//! bitmap of its own, but not for programs that shift (see [`crate::bpf::is_constant_allow`]): with
//! these, every call runs the program.

use super::CHAIN;
use super::dispatch::{self, Range};
use super::graph::{Graph, NodeId, Test, Word};
use crate::action::Action;
use crate::arch::Arch;

/// A bit for each number from a first one on.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// The first number, divided by 32.
    pub(super) start: u32,
    pub(super) words: Vec<u32>,
}

impl Table {
    /// Numbers that a table may have. So many are 128 instructions, across which a jump still reaches.
    const NUMBERS: u32 = 1024;

    /// The numbers of `arch` that lead to `allowed`, those of its table of system calls and no others.
    fn of(arch: Arch, ranges: &[Range], allowed: NodeId) -> Self {
        let start = arch.first_number() / 32;
        let mut table = Self { start, words: Vec::new() };
        let (first, end) = (start * 32, start * 32 + Self::NUMBERS);
        let inside = ranges.iter().filter(|range| range.target == allowed);
        for number in inside.flat_map(|range| range.first.max(first)..range.last.min(end - 1) + 1) {
            let place = number - first;
            let word = (place / 32) as usize;
            table.words.resize(table.words.len().max(word + 1), 0);
            table.words[word] |= 1 << (place % 32);
        }
        table
    }

    fn first(&self) -> u32 {
        self.start * 32
    }

    /// Behind the last number.
    fn end(&self) -> u32 {
        self.first() + 32 * u32::try_from(self.words.len()).expect("a few words")
    }
}

/// The lookup for the numbers of `arches`, in front of a tree over all `ranges` that it does not answer.
///
/// ```text
///     jge #end, next, _
///     jge #first, lookup, next         where the numbers do not begin with 0
/// ```
pub(super) fn before_tree(graph: &mut Graph, arches: &[Arch], ranges: &[Range]) -> NodeId {
    let allowed = graph.verdict(Action::ALLOW);
    let tables: Vec<Table> = arches.iter().map(|arch| Table::of(*arch, ranges, allowed)).collect();
    // What sticks out of a table stays whole: nobody asks the tree for the part inside.
    let answers =
        |table: &Table, range: &Range| table.first() <= range.first && range.last < table.end();
    let is_answered =
        |range: &Range| range.target == allowed && tables.iter().any(|table| answers(table, range));
    let mut open = ranges.iter().filter(|range| !is_answered(range)).copied();
    let rest = dispatch::tree(graph, Test::equal(Word::NR, 0), &mut open, None, CHAIN);
    let mut root = rest;
    for table in tables.into_iter().rev().filter(|table| !table.words.is_empty()) {
        let (first, end) = (table.first(), table.end());
        let found = graph.lookup(table, allowed, rest);
        let not_below = graph.test(Test::at_least(Word::NR, first), found, root);
        root = graph.test(Test::at_least(Word::NR, end), root, not_below);
    }
    root
}
