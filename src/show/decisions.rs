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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Node {
    /// The end, and the place of the return where places are told apart.
    Return { value: u32, place: u32 },
    /// From this instruction on the program computes.
    Computes { place: u32 },
    /// Goes on by the value of a word: the places of its cases.
    Choice { of: Subject, begin: usize, end: usize, place: u32 },
}

/// Some values of a choice, and where they lead.
pub(super) type Way = (Range, u32);

/// The graph. Nodes are known by numbers; one that leads to others has the greater number.
#[derive(Debug)]
pub(super) struct Decisions {
    nodes: Vec<Node>,
    /// The cases of all choices, in the order of their values, the last up to the mask.
    cases: Vec<Way>,
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

    /// A graph without nodes.
    pub(super) const fn new(compared: Vec<Option<Compared>>) -> Self {
        Self { nodes: Vec::new(), cases: Vec::new(), root: 0, places: Vec::new(), compared }
    }

    pub(super) const fn case_count(&self) -> usize {
        self.cases.len()
    }

    /// Adds a case to the choice that is made next, whose first one is at `begin`: all cases from there
    /// on are its own. What leads where the case before it does is one with it.
    pub(super) fn add_case(&mut self, begin: usize, (range, target): Way) {
        match self.cases[begin..].last_mut() {
            Some((before, same)) if *same == target => before.last = range.last,
            _ => self.cases.push((range, target)),
        }
    }

    /// What the cases on from `begin` choose between: nothing, one target, or a choice by `of`.
    pub(super) fn choice(
        &mut self,
        of: Subject,
        begin: usize,
        place: u32,
        entry: u32,
    ) -> Option<u32> {
        match self.cases[begin..] {
            [] => None,
            [(_, target)] => {
                self.cases.truncate(begin);
                Some(target)
            }
            [..] => {
                Some(self.number(Node::Choice { of, begin, end: self.cases.len(), place }, entry))
            }
        }
    }

    /// The number of a node that was found at the instruction `entry`; equal ones are one.
    pub(super) fn number(&mut self, node: Node, entry: u32) -> u32 {
        let known = self.nodes.iter().position(|known| self.are_equal(*known, node));
        if let (Some(_), Node::Choice { begin, .. }) = (known, node) {
            self.cases.truncate(begin);
        }
        let number = known.unwrap_or(self.nodes.len());
        if known.is_none() {
            self.nodes.push(node);
            self.places.push(entry);
        }
        u32::try_from(number).expect("cases are counted")
    }

    fn are_equal(&self, a: Node, b: Node) -> bool {
        match (a, b) {
            (
                Node::Choice { of: a_of, begin: a_begin, end: a_end, place: a_place },
                Node::Choice { of, begin, end, place },
            ) => {
                (a_of, a_place) == (of, place)
                    && self.cases[a_begin..a_end] == self.cases[begin..end]
            }
            _ => a == b,
        }
    }

    pub(super) fn get(&self, node: u32) -> Node {
        self.nodes[node as usize]
    }

    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// The ranges of a choice's values; none of another node.
    pub(super) fn cases(&self, node: u32) -> &[Way] {
        match self.get(node) {
            Node::Choice { begin, end, .. } => &self.cases[begin..end],
            _ => &[],
        }
    }

    /// Where most of a choice's values lead, and the ranges of the others: those with one target side
    /// by side, in the order of their first values. Of another node, itself.
    #[inline(never)]
    pub(super) fn outcomes(&self, node: u32) -> (u32, Vec<Way>) {
        let cases = self.cases(node);
        // In the order of their first values.
        let mut targets: Vec<(u32, u64)> = Vec::new();
        for (range, target) in cases {
            match targets.iter_mut().find(|(known, _)| known == target) {
                Some((_, values)) => *values += width(*range),
                None => targets.push((*target, width(*range))),
            }
        }
        let (mut rest, mut most) = (node, 0);
        for (target, values) in &targets {
            if *values > most {
                (rest, most) = (*target, *values);
            }
        }
        let mut others = Vec::new();
        for (target, _) in targets.iter().filter(|(target, _)| *target != rest) {
            others.extend(cases.iter().filter(|(_, same)| same == target));
        }
        (rest, others)
    }
}

/// Whether two ranges of values have one target.
pub(super) fn to_the_same(a: &Way, b: &Way) -> bool {
    a.1 == b.1
}

/// How many values there are in a range.
pub(super) fn width(range: Range) -> u64 {
    u64::from(range.last - range.first) + 1
}
