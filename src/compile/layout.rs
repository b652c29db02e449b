//! From the graph to instructions.
//!
//! Written from the last instruction to the first: where a node leads to is then always placed
//! already, and every jump goes forward, as the kernel demands. A conditional jump reaches 255
//! instructions; what is farther is reached through a copy of the return, or a long jump, put
//! right behind the test.

use super::graph::{Graph, Node, NodeId, Test};
use crate::bpf::{Instruction, Opcode};
use crate::map::Map;

/// The instructions that start at `root`.
pub(super) fn emit(graph: &Graph, root: NodeId) -> Vec<Instruction> {
    let ends_first = graph.ends_first(root);
    let starts = starts(graph, root, &ends_first);
    let mut layout = Layout::for_nodes(graph.len());
    for id in ends_first {
        let entry = match graph.get(id) {
            Node::Verdict(action) => Entry::verdict(layout.push_return(action.to_raw())),
            Node::Test { test, yes, no } => layout.test(test, yes, no, starts[id.index()]),
        };
        layout.entries[id.index()] = entry;
    }
    layout.reversed.reverse();
    layout.reversed
}

/// With which instruction a test begins, for somebody who comes to it: the accumulator still holds
/// what the test before was about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Start {
    Jump,
    Mask,
    Load,
}

impl Start {
    fn after(before: &Test, test: &Test) -> Self {
        if before.word != test.word {
            Self::Load
        } else if before.mask == test.mask {
            Self::Jump
        } else if before.is_masked() {
            Self::Load
        } else {
            Self::Mask
        }
    }
}

/// For every test the longest beginning that somebody needs; what nobody does is not written.
fn starts(graph: &Graph, root: NodeId, nodes: &[NodeId]) -> Vec<Start> {
    let mut starts = vec![Start::Jump; graph.len()];
    starts[root.index()] = Start::Load;
    for id in nodes {
        let Node::Test { test: before, yes, no } = graph.get(*id) else { continue };
        for next in [yes, no] {
            if let Node::Test { test, .. } = graph.get(next) {
                let longest = &mut starts[next.index()];
                *longest = Start::after(&before, &test).max(*longest);
            }
        }
    }
    starts
}

/// Where a node begins.
#[derive(Clone, Copy, Debug)]
struct Entry {
    test: Option<Test>,
    at_load: usize,
    at_mask: usize,
    at_jump: usize,
}

impl Entry {
    const fn verdict(place: usize) -> Self {
        Self { test: None, at_load: place, at_mask: place, at_jump: place }
    }

    fn after(&self, before: &Test) -> usize {
        match self.test.map(|test| Start::after(before, &test)) {
            Some(Start::Load) => self.at_load,
            Some(Start::Mask) => self.at_mask,
            Some(Start::Jump) | None => self.at_jump,
        }
    }
}

/// Instructions in reverse: a place is an index into them, and grows towards the start.
struct Layout {
    reversed: Vec<Instruction>,
    /// By node; nodes that are not written yet have none that means anything.
    entries: Vec<Entry>,
    /// The latest stand-in for a place that became too far away.
    stand_ins: Map<usize, usize>,
}

impl Layout {
    fn for_nodes(count: usize) -> Self {
        let reversed = Vec::with_capacity(2 * count);
        Self { reversed, entries: vec![Entry::verdict(0); count], stand_ins: Map::default() }
    }

    /// ```text
    ///     ld [word]        only where somebody comes from another word
    ///     and #mask        only where some bits are compared
    ///     jeq #k, yes, no
    /// ```
    fn test(&mut self, test: Test, yes: NodeId, no: NodeId, start: Start) -> Entry {
        let (yes, no) = self.reach(&test, yes, no);
        let at_jump = self.push(Instruction::branch(test.opcode, test.k, yes, no));
        let at_mask = match test.is_masked() && start >= Start::Mask {
            true => self.push(Instruction::plain(Opcode::And, test.mask)),
            false => at_jump,
        };
        let at_load = match start {
            Start::Load => self.push(Instruction::plain(Opcode::Load, test.word.0)),
            Start::Mask | Start::Jump => at_mask,
        };
        Entry { test: Some(test), at_load, at_mask, at_jump }
    }

    /// The two distances from a jump that is placed next; where a target is too far away, a
    /// stand-in for it is placed before.
    fn reach(&mut self, test: &Test, yes: NodeId, no: NodeId) -> (u8, u8) {
        let mut places = [yes, no].map(|id| self.entries[id.index()].after(test));
        loop {
            // A stand-in moves the other target away by one, so both are looked at again.
            let distances = places.map(|place| u8::try_from(self.reversed.len() - place - 1));
            match distances {
                [Ok(yes), Ok(no)] => return (yes, no),
                [Err(_), _] => places[0] = self.stand_in(places[0]),
                [_, Err(_)] => places[1] = self.stand_in(places[1]),
            }
        }
    }

    /// A place near the end of what is written that does what the far `target` does: the latest
    /// one if that can still be reached, else a new copy of the return or a jump to the target.
    fn stand_in(&mut self, target: usize) -> usize {
        // The other target's stand-in may still come between, which leaves a jump of 255.
        const REACH: usize = u8::MAX as usize;
        let next = self.reversed.len();
        let latest = self.stand_ins.get(&target);
        if let Some(place) = latest.filter(|place| next - **place <= REACH) {
            return *place;
        }
        let distance = u32::try_from(next - target - 1).expect("far fewer instructions than that");
        let place = match self.reversed[target] {
            end if end.code == Opcode::Return as u16 => self.push(end),
            _ => self.push(Instruction::plain(Opcode::Jump, distance)),
        };
        self.stand_ins.insert(target, place);
        place
    }

    fn push_return(&mut self, value: u32) -> usize {
        self.push(Instruction::plain(Opcode::Return, value))
    }

    fn push(&mut self, instruction: Instruction) -> usize {
        self.reversed.push(instruction);
        self.reversed.len() - 1
    }
}

#[cfg(test)]
mod tests {
    use super::super::graph::Word;
    use super::*;
    use crate::action::Action;
    use crate::bpf::{Program, run};
    use crate::call::Call;

    const ALLOW: Action = Action::ALLOW;
    const REFUSE: Action = Action::KILL_PROCESS;

    /// `length` tests of alternating words, all with one way out to the same verdict, which ends
    /// up behind all of them.
    fn chain(graph: &mut Graph, length: u32) -> NodeId {
        let far = graph.verdict(ALLOW);
        let mut next = graph.verdict(REFUSE);
        for k in (0..length).rev() {
            let word = Word(16 + 8 * (k % 2));
            next = graph.test(Test::equal(word, 1000 + k), far, next);
        }
        next
    }

    #[test]
    fn jumps_reach_at_every_length_around_their_limit() {
        // Two instructions a test: the farthest jump passes 254, 255, 256 here, and 510.
        for length in (120..136).chain(250..262) {
            let mut graph = Graph::default();
            let root = chain(&mut graph, length);
            let program = Program::new(emit(&graph, root)).unwrap();
            for k in 0..length {
                let mut call = Call::default();
                call.args[usize::from(k % 2 == 1)] = u64::from(1000 + k);
                let value = run(&program, &call, false).value;
                assert_eq!(value, ALLOW.to_raw(), "test {k} of {length}");
            }
            assert_eq!(run(&program, &Call::default(), false).value, REFUSE.to_raw());
        }
    }

    #[test]
    fn far_nodes_that_are_no_returns_are_reached_too() {
        // A shared test behind a long chain: what is near can't be a copy of it, so it is a jump.
        let mut graph = Graph::default();
        let (allow, refuse) = (graph.verdict(ALLOW), graph.verdict(REFUSE));
        let shared = graph.test(Test::equal(Word(56), 7), allow, refuse);
        let mut next = refuse;
        for k in (0..300).rev() {
            next = graph.test(Test::equal(Word(16 + 8 * (k % 2)), 1000 + k), shared, next);
        }
        let program = Program::new(emit(&graph, next)).unwrap();
        assert!(program.instructions().iter().any(|i| i.code == Opcode::Jump as u16));
        for k in 0..300u32 {
            let mut call = Call::default();
            call.args[usize::from(k % 2 == 1)] = u64::from(1000 + k);
            assert_eq!(run(&program, &call, false).value, REFUSE.to_raw(), "{k}");
            call.args[5] = 7;
            assert_eq!(run(&program, &call, false).value, ALLOW.to_raw(), "{k}");
        }
    }

    #[test]
    fn a_word_that_is_loaded_is_not_loaded_again() {
        let mut graph = Graph::default();
        let (allow, refuse) = (graph.verdict(ALLOW), graph.verdict(REFUSE));
        let inner = graph.test(Test::equal(Word::NR, 2), allow, refuse);
        let root = graph.test(Test::at_least(Word::NR, 1), inner, refuse);
        let loads = emit(&graph, root).iter().filter(|i| i.code == Opcode::Load as u16).count();
        assert_eq!(loads, 1);
    }
}
