//! From the graph to instructions.
//!
//! Written from the last instruction to the first: where a node leads to is then always placed
//! already, and every jump goes forward, as the kernel demands. A conditional jump reaches 255
//! instructions; what is farther is reached through a copy of the return, or a long jump, put
//! right behind the test.

use super::graph::{Graph, Node, NodeId, Test, Word};
use super::lookup::Table;
use crate::bpf::{Instruction, Opcode};

/// The instructions that start at `root`.
pub(super) fn emit(graph: &Graph, root: NodeId) -> Vec<Instruction> {
    let mut layout = Layout { reversed: Vec::with_capacity(graph.len()), stand_ins: Vec::new() };
    let mut entries = entries(graph, root);
    for id in Graph::up_to(root) {
        let Some(start) = entries[id.index()].reached else { continue };
        match graph.get(id) {
            Node::Verdict(action) => {
                let place = layout.push_return(action.to_raw());
                entries[id.index()].places = [place; 3];
            }
            Node::Test { test, yes, no } => {
                let ways = [yes, no].map(|id| entries[id.index()].after(graph, id, Some(&test)));
                entries[id.index()].places = layout.test(test, ways, start);
            }
            Node::Lookup { table, yes, no } => {
                let ways = [yes, no].map(|id| entries[id.index()].after(graph, id, None));
                let place = layout.lookup(graph.table(table), ways);
                entries[id.index()].places = [place; 3];
            }
        }
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
    /// `before` is what asked about, and left, a word; none if what is left is of no use.
    fn after(before: Option<&Test>, test: &Test) -> Self {
        let Some(before) = before else { return Self::Load };
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

/// Where a node begins.
#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    /// The longest beginning that somebody needs who comes to it, if anybody does: what nobody needs
    /// is not written.
    reached: Option<Start>,
    /// Where each beginning is, in the order of [`Start`], once the node is written.
    places: [usize; 3],
}

impl Entry {
    /// Where somebody enters who comes from a test, or from something else.
    fn after(&self, graph: &Graph, id: NodeId, before: Option<&Test>) -> usize {
        match graph.get(id) {
            Node::Test { test, .. } => self.places[Start::after(before, &test) as usize],
            Node::Verdict(_) | Node::Lookup { .. } => self.places[0],
        }
    }
}

/// By node, what is needed of it.
fn entries(graph: &Graph, root: NodeId) -> Vec<Entry> {
    let mut entries = vec![Entry::default(); graph.len()];
    entries[root.index()].reached = Some(Start::Load);
    for id in Graph::up_to(root).rev() {
        let (before, yes, no) = match graph.get(id) {
            Node::Verdict(_) => continue,
            Node::Test { test, yes, no } => (Some(test), yes, no),
            Node::Lookup { yes, no, .. } => (None, yes, no),
        };
        if entries[id.index()].reached.is_none() {
            continue;
        }
        for next in [yes, no] {
            let needed = match graph.get(next) {
                Node::Test { test, .. } => Start::after(before.as_ref(), &test),
                Node::Verdict(_) | Node::Lookup { .. } => Start::Jump,
            };
            let entry = &mut entries[next.index()];
            entry.reached = entry.reached.max(Some(needed));
        }
    }
    entries
}

/// Instructions in reverse: a place is an index into them, and grows towards the start.
struct Layout {
    reversed: Vec<Instruction>,
    /// By place, one more than that of the latest stand-in for it, if it became too far away; as long
    /// as the last place that did.
    stand_ins: Vec<usize>,
}

impl Layout {
    /// ```text
    ///     ld [word]        only where somebody comes from another word
    ///     and #mask        only where some bits are compared
    ///     jeq #k, yes, no
    /// ```
    fn test(&mut self, test: Test, ways: [usize; 2], start: Start) -> [usize; 3] {
        let (yes, no) = self.reach(ways);
        let at_jump = self.push(Instruction::branch(test.opcode, test.k, yes, no));
        let at_mask = match test.is_masked() && start >= Start::Mask {
            true => self.push(Instruction::plain(Opcode::And, test.mask)),
            false => at_jump,
        };
        let at_load = match start {
            Start::Load => self.push(Instruction::plain(Opcode::Load, test.word.0)),
            Start::Mask | Start::Jump => at_mask,
        };
        [at_jump, at_mask, at_load]
    }

    /// ```text
    ///     ld [nr]
    ///     and #31
    ///     tax
    ///     ld [nr]
    ///     rsh #5
    ///     ...              the word, as below
    /// ```
    fn lookup(&mut self, table: &Table, ways: [usize; 2]) -> usize {
        self.word_of(table.start, &table.words, ways);
        self.push(Instruction::plain(Opcode::ShiftRight, 5));
        self.push(Instruction::plain(Opcode::Load, Word::NR.0));
        self.push(Instruction::plain(Opcode::IntoX, 0));
        self.push(Instruction::plain(Opcode::And, 31));
        self.push(Instruction::plain(Opcode::Load, Word::NR.0))
    }

    /// ```text
    ///     jge #middle, _, 0            until one word is left
    ///     ld #word
    ///     rsh x
    ///     jset #1, yes, no
    /// ```
    fn word_of(&mut self, first: u32, words: &[u32], ways: [usize; 2]) -> usize {
        if let [word] = words {
            let (yes, no) = self.reach(ways);
            self.push(Instruction::branch(Opcode::IfAnyBit, 1, yes, no));
            self.push(Instruction::plain(Opcode::ShiftRightByX, 0));
            return self.push(Instruction::plain(Opcode::LoadConstant, *word));
        }
        let (low, high) = words.split_at(words.len() / 2);
        let middle = first + u32::try_from(low.len()).expect("a few words");
        let above = self.word_of(middle, high, ways);
        let below = self.word_of(first, low, ways);
        let (yes, no) = self.reach([above, below]);
        self.push(Instruction::branch(Opcode::IfAtLeast, middle, yes, no))
    }

    /// The two distances from a jump that is placed next; where a target is too far away, a
    /// stand-in for it is placed before.
    fn reach(&mut self, mut places: [usize; 2]) -> (u8, u8) {
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
        let latest = self.stand_ins.get(target).and_then(|above| above.checked_sub(1));
        if let Some(place) = latest.filter(|place| next - place <= REACH) {
            return place;
        }
        let distance = u32::try_from(next - target - 1).expect("far fewer instructions than that");
        let place = match self.reversed[target] {
            end if end.code == Opcode::Return as u16 => self.push(end),
            _ => self.push(Instruction::plain(Opcode::Jump, distance)),
        };
        if self.stand_ins.len() <= target {
            self.stand_ins.resize(target + 1, 0);
        }
        self.stand_ins[target] = place + 1;
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
