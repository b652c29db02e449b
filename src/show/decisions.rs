//! What a program decides, as a graph of choices: what listing, pseudo-code and picture have in common.
//!
//! Tests of one word that follow each other are one choice between ranges of its values, however the
//! program searches for them. Number and architecture are carried along: where a choice between calls
//! has been made, later tests of the number come out by it, and are no choices. What is known of an
//! argument is forgotten with the last of the tests that follow each other. So the graph shows all
//! that a program can do, and at times a way that no call takes.
//!
//! What does more than load, mask and compare is followed for single numbers, as in the classic
//! bitmap, and else not at all: there the graph ends, and says at which instruction.

use super::walk::Walk;
use crate::bpf::Program;
use crate::map::Unique;
use crate::prove::Range;

/// What is compared: a word of a call's data, as its offset, or some of its bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Subject {
    pub(super) word: u32,
    pub(super) mask: u32,
}

impl Subject {
    pub(super) const fn whole(word: u32) -> Self {
        Self { word, mask: u32::MAX }
    }

    pub(super) const NR: Self = Self::whole(0);
    pub(super) const ARCH: Self = Self::whole(4);
    /// Not the same for everybody who comes there.
    pub(super) const SEVERAL: Self = Self { word: u32::MAX, mask: 0 };
}

/// A node of the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Node {
    /// The end, and the place of the return where places are told apart.
    Return { value: u32, place: u32 },
    /// From this instruction on the program computes.
    Computes { place: u32 },
    /// Goes on by the value of a word: the first of its cases.
    Choice { of: Subject, cases: u32, place: u32 },
}

/// A range of values up to where the next case begins, and where it leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Case {
    pub(super) first: u32,
    pub(super) target: u32,
    /// The case behind this one, or [`NONE`].
    pub(super) next: u32,
}

pub(super) const NONE: u32 = u32::MAX;

/// The graph. Nodes are known by numbers; one that leads to others has the greater number.
#[derive(Debug)]
pub(super) struct Decisions {
    pub(super) nodes: Unique<Node>,
    pub(super) cases: Unique<Case>,
    pub(super) root: u32,
    /// The instruction at which each node was found first.
    pub(super) places: Vec<u32>,
    /// What is compared at each instruction.
    pub(super) compared: Vec<Option<Compared>>,
}

/// What an instruction compares, on calls of which architectures.
#[derive(Clone, Copy, Debug)]
pub(super) struct Compared {
    pub(super) of: Subject,
    pub(super) arch: Range,
}

impl Decisions {
    /// Those of `program`; with `by_place` every return and every test stands for itself, else equal
    /// ones are one. `None` when there are too many.
    pub(super) fn of(program: &Program, by_place: bool) -> Option<Self> {
        let mut walk = Walk::through(program);
        walk.all()?;
        Some(walk.decisions(by_place))
    }

    pub(super) fn get(&self, node: u32) -> Node {
        self.nodes.get(node)
    }

    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// The ranges of a choice's values with where each leads; the last one ends with the mask. None of
    /// another node.
    pub(super) fn cases(&self, node: u32) -> Vec<(Range, u32)> {
        let mut all = Vec::new();
        let Node::Choice { of, cases: mut at, .. } = self.get(node) else { return all };
        while at != NONE {
            let Case { first, target, next } = self.cases.get(at);
            let behind = if next == NONE { None } else { Some(self.cases.get(next).first) };
            all.push((Range { first, last: behind.map_or(of.mask, |at| at - 1) }, target));
            at = next;
        }
        all
    }

    /// The targets of a choice in the order of their values, each with all of these; the one that has
    /// most of them is the last.
    pub(super) fn outcomes(&self, node: u32) -> Vec<(u32, Vec<Range>)> {
        let mut outcomes: Vec<(u32, Vec<Range>)> = Vec::new();
        for (range, target) in self.cases(node) {
            match outcomes.iter_mut().find(|(known, _)| *known == target) {
                Some((_, ranges)) => ranges.push(range),
                None => outcomes.push((target, vec![range])),
            }
        }
        let widest = (0..outcomes.len()).rev().max_by_key(|place| width(&outcomes[*place].1));
        if let Some(widest) = widest {
            let most = outcomes.remove(widest);
            outcomes.push(most);
        }
        outcomes
    }
}

/// How many values there are in some ranges.
pub(super) fn width(ranges: &[Range]) -> u64 {
    ranges.iter().map(|range| u64::from(range.last - range.first) + 1).sum()
}
