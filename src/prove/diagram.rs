//! Decision diagrams over the bits of a call: reduced, ordered, every node made once.
//!
//! Known as multi-terminal binary decision diagrams (Bryant 1986; Clarke et al. 1993). Written
//! here rather than taken from a crate, because what is needed is one operation, and because this
//! is what the promise of the library rests on.

use super::bits::Variable;
use crate::action::strictness;
#[cfg(test)]
use crate::call::Call;
use crate::error::{Error, Result};
use crate::map::{Unique, scattered};

/// A function from calls to values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Function(u32);

/// What stands at a function's root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Root {
    Value(u32),
    Bit { bit: Variable, zero: Function, one: Function },
}

/// The diagram that all functions share.
#[derive(Debug)]
pub(super) struct Diagram {
    roots: Unique<Root>,
    done: Memory,
    /// Operations that were begun.
    begun: usize,
    /// The stacks of [`run`](Self::run), kept for the next time.
    tasks: Vec<Task>,
    results: Vec<Function>,
}

/// Nodes made and operations begun that a proof may take: a second, and 150 MB. The built-in policy
/// takes some thousands; only rules made to tangle several arguments with each other come near.
const BUDGET: usize = 4_000_000;

/// What is made of functions, bit by bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Operation {
    /// A condition, and what to take where it is 1 and where it is 0.
    Choose(Function, Function, Function),
    /// Two verdicts, of which the stricter is taken.
    Stricter(Function, Function),
    /// A number, with these bits set besides.
    WithBits(Function, u32),
}

/// What is left to do, for the stack of [`Diagram::run`].
#[derive(Debug)]
enum Task {
    Do(Operation),
    /// The last two results are the halves of this operation.
    Join(Variable, Operation),
}

impl Diagram {
    /// With little room at first: many a proof needs no diagram.
    pub(super) fn new() -> Self {
        const FEW: u32 = 2; // bits: 4 nodes
        Self {
            roots: Unique::for_about(FEW),
            done: Memory::new(),
            begun: 0,
            tasks: Vec::new(),
            results: Vec::new(),
        }
    }

    /// The function that is `value` everywhere. Conditions are 1 where they hold and 0 elsewhere.
    #[inline(never)]
    pub(super) fn value(&mut self, value: u32) -> Function {
        self.make(Root::Value(value))
    }

    /// The function that asks for `bit` and goes on with one of the two, which must not ask for
    /// it or for one before it.
    pub(super) fn bit(&mut self, bit: Variable, zero: Function, one: Function) -> Function {
        debug_assert!(bit < self.level(zero) && bit < self.level(one));
        if zero == one { zero } else { self.make(Root::Bit { bit, zero, one }) }
    }

    /// `yes` where `condition` is 1, `no` where it is 0.
    #[inline(never)]
    pub(super) fn choose(
        &mut self,
        condition: Function,
        yes: Function,
        no: Function,
    ) -> Result<Function> {
        self.run(Operation::Choose(condition, yes, no))
    }

    /// The stricter one of two verdicts, in the kernel's encoding.
    pub(super) fn stricter(&mut self, a: Function, b: Function) -> Result<Function> {
        self.run(Operation::Stricter(a, b))
    }

    /// A number with `bits` set besides.
    pub(super) fn with_bits(&mut self, number: Function, bits: u32) -> Result<Function> {
        self.run(Operation::WithBits(number, bits))
    }

    /// With a stack of its own: an operation is as deep as there are bits, and the caller's thread
    /// may have little of the other kind.
    fn run(&mut self, operation: Operation) -> Result<Function> {
        // An operation that failed for want of budget may have left something.
        self.tasks.clear();
        self.results.clear();
        self.tasks.push(Task::Do(operation));
        while let Some(task) = self.tasks.pop() {
            match task {
                Task::Do(operation) => match self.known(operation) {
                    Some(function) => self.results.push(function),
                    None => self.begin(operation)?,
                },
                Task::Join(bit, operation) => {
                    let one = self.results.pop().expect("both halves were pushed");
                    let zero = self.results.pop().expect("both halves were pushed");
                    let function = self.bit(bit, zero, one);
                    self.done.keep(operation, function);
                    self.results.push(function);
                }
            }
        }
        Ok(self.results.pop().expect("every task leaves one result"))
    }

    /// The outcome where nothing has to be decided, or was before.
    fn known(&self, operation: Operation) -> Option<Function> {
        let known = match operation {
            Operation::Choose(condition, yes, no) => {
                match (self.root(condition), self.root(yes), self.root(no)) {
                    (Root::Value(0), ..) => Some(no),
                    (Root::Value(_), ..) => Some(yes),
                    _ if yes == no => Some(yes),
                    (_, Root::Value(1), Root::Value(0)) => Some(condition),
                    _ => None,
                }
            }
            Operation::Stricter(a, b) => match (self.root(a), self.root(b)) {
                _ if a == b => Some(a),
                (Root::Value(x), Root::Value(y)) => {
                    Some(if strictness(x) <= strictness(y) { a } else { b })
                }
                _ => None,
            },
            Operation::WithBits(..) => None,
        };
        known.or_else(|| self.done.find(operation))
    }

    /// Leaves the two halves of an operation to be done, and then to be joined; at the end of a
    /// diagram there are none.
    fn begin(&mut self, operation: Operation) -> Result<()> {
        if let Operation::WithBits(number, bits) = operation
            && let Root::Value(number) = self.root(number)
        {
            let function = self.value(number | bits);
            self.results.push(function);
            return Ok(());
        }
        self.charge(1)?;
        let (bit, zero, one) = match operation {
            Operation::Choose(condition, yes, no) => {
                let bit = self.level(condition).min(self.level(yes)).min(self.level(no));
                let [(c0, c1), (y0, y1), (n0, n1)] =
                    [condition, yes, no].map(|function| self.split(function, bit));
                (bit, Operation::Choose(c0, y0, n0), Operation::Choose(c1, y1, n1))
            }
            Operation::Stricter(a, b) => {
                let bit = self.level(a).min(self.level(b));
                let [(a0, a1), (b0, b1)] = [a, b].map(|function| self.split(function, bit));
                (bit, Operation::Stricter(a0, b0), Operation::Stricter(a1, b1))
            }
            Operation::WithBits(number, bits) => {
                let bit = self.level(number);
                let (zero, one) = self.split(number, bit);
                (bit, Operation::WithBits(zero, bits), Operation::WithBits(one, bits))
            }
        };
        self.tasks.extend([Task::Join(bit, operation), Task::Do(one), Task::Do(zero)]);
        Ok(())
    }

    /// Counts work that is done besides operations, as if it were `operations` of these.
    #[inline(never)]
    pub(super) fn charge(&mut self, operations: usize) -> Result<()> {
        self.begun += operations;
        match self.roots.len() + self.begun > BUDGET {
            true => Err(Error::proof_budget("nodes and operations", BUDGET)),
            false => Ok(()),
        }
    }

    pub(super) fn root(&self, function: Function) -> Root {
        self.roots.get(function.0)
    }

    /// What is left of `function` when `bit` is known to be 0, and 1.
    pub(super) fn split(&self, function: Function, bit: Variable) -> (Function, Function) {
        match self.root(function) {
            Root::Bit { bit: first, zero, one } if first == bit => (zero, one),
            _ => (function, function),
        }
    }

    /// The first bit that `function` asks for.
    pub(super) fn level(&self, function: Function) -> Variable {
        match self.root(function) {
            Root::Value(_) => Variable::END,
            Root::Bit { bit, .. } => bit,
        }
    }

    fn make(&mut self, root: Root) -> Function {
        Function(self.roots.number(root))
    }
}

#[cfg(test)]
impl Diagram {
    /// How many operations were begun, with what was charged as such.
    pub(super) const fn begun(&self) -> usize {
        self.begun
    }

    /// What `function` is for `call`, as a machine of this byte order shows it.
    pub(super) fn for_call(&self, mut function: Function, call: &Call, big_endian: bool) -> u32 {
        loop {
            match self.root(function) {
                Root::Value(value) => return value,
                Root::Bit { bit, zero, one } => {
                    let (word, position) = bit.bit();
                    let is_set = word.of(call, big_endian) >> position & 1 == 1;
                    function = if is_set { one } else { zero };
                }
            }
        }
    }
}

impl Function {
    /// As a key of [`Under`].
    pub(super) fn key(self) -> u64 {
        self.0.into()
    }

    pub(super) fn of_key(key: u64) -> Self {
        Self(u32::try_from(key).expect("it was made of a function"))
    }
}

/// Calls under keys, the last key first: what is taken out next stands at the end, where what is put
/// in mostly belongs as well. Keys are numbers, whatever they stand for, so that this is made once.
#[derive(Debug)]
pub(super) struct Under(Vec<(u64, Function)>);

impl Under {
    pub(super) const NONE: Self = Self(Vec::new());

    /// Adds calls to those that are under `key` already.
    pub(super) fn join(&mut self, diagram: &mut Diagram, key: u64, calls: Function) -> Result<()> {
        // What has to move for a new one takes its time, too.
        const MOVED_IN_AN_OPERATION: usize = 64;
        let place = self.0.partition_point(|(known, _)| *known > key);
        match self.0.get_mut(place) {
            Some((known, already)) if *known == key => {
                let always = diagram.value(1);
                *already = diagram.choose(calls, always, *already)?;
            }
            _ => {
                diagram.charge((self.0.len() - place) / MOVED_IN_AN_OPERATION)?;
                self.0.insert(place, (key, calls));
            }
        }
        Ok(())
    }

    /// Takes out those under the first key.
    pub(super) fn pop(&mut self) -> Option<(u64, Function)> {
        self.0.pop()
    }
}

/// What operations came to, as far as there is room: a newer one takes the place of an older one that
/// it happens to share it with. What is forgotten is done again, so the memory stays small and near.
#[derive(Debug)]
struct Memory {
    slots: Vec<(Operation, Function)>,
    used: usize,
}

impl Memory {
    const MOST: usize = 1 << 20;

    /// An operation that nobody looks for, as nothing has to be decided in it.
    const NONE: (Operation, Function) =
        (Operation::Choose(Function(0), Function(0), Function(0)), Function(0));

    /// Room is made when the first operation is kept.
    fn new() -> Self {
        Self { slots: vec![Self::NONE; 2], used: 0 }
    }

    fn find(&self, operation: Operation) -> Option<Function> {
        let (known, function) = self.slots[scattered(&operation, self.slots.len())];
        (known == operation).then_some(function)
    }

    fn keep(&mut self, operation: Operation, function: Function) {
        if self.used * 2 > self.slots.len() && self.slots.len() < Self::MOST {
            const ORDINARY: usize = 1 << 11;
            let more = vec![Self::NONE; ORDINARY.max(2 * self.slots.len())];
            for (operation, function) in std::mem::replace(&mut self.slots, more) {
                // An empty slot would take the place of one that is kept.
                if (operation, function) != Self::NONE {
                    self.put(operation, function);
                }
            }
        }
        self.used += usize::from(self.put(operation, function) == Self::NONE);
    }

    fn put(&mut self, operation: Operation, function: Function) -> (Operation, Function) {
        let slot = scattered(&operation, self.slots.len());
        std::mem::replace(&mut self.slots[slot], (operation, function))
    }
}

#[cfg(test)]
mod tests {
    use super::super::bits::Word;
    use super::*;

    /// Three functions of a call: 0, 1, and one of its number's bits.
    fn few(diagram: &mut Diagram) -> [Function; 3] {
        let (never, always) = (diagram.value(0), diagram.value(1));
        [never, always, diagram.bit(Word::NR.variable(3), never, always)]
    }

    #[test]
    fn what_decides_nothing_is_answered_at_once() {
        let mut diagram = Diagram::new();
        let [never, always, bit] = few(&mut diagram);
        let other = diagram.bit(Word::NR.variable(5), never, always);
        let cases = [
            ("never", Operation::Choose(never, bit, other), other),
            ("always", Operation::Choose(always, bit, other), bit),
            ("between a function and itself", Operation::Choose(bit, other, other), other),
            ("whether a condition holds", Operation::Choose(bit, always, never), bit),
            ("the stricter of one", Operation::Stricter(bit, bit), bit),
            ("the stricter of two values", Operation::Stricter(always, never), never),
        ];
        for (why, operation, outcome) in cases {
            assert_eq!(diagram.run(operation).unwrap(), outcome, "{why}");
            assert_eq!(diagram.begun, 0, "{why}");
        }
        // And what was found out before.
        for round in 0..2 {
            assert_eq!(diagram.choose(bit, never, always).unwrap(), Function(4), "{round}");
            assert_eq!(diagram.begun, 1, "{round}");
        }
    }

    #[test]
    fn bits_that_a_number_has_stay_set() {
        let mut diagram = Diagram::new();
        for (number, bits, both) in [(0, 0, 0), (8, 3, 11), (7, 2, 7), (6, 3, 7)] {
            let [number, both] = [number, both].map(|value| diagram.value(value));
            assert_eq!(diagram.with_bits(number, bits).unwrap(), both);
        }
    }

    #[test]
    fn the_budget_may_be_used_up_and_not_passed() {
        let mut diagram = Diagram::new();
        let nodes = few(&mut diagram).len();
        diagram.charge(BUDGET - nodes).unwrap();
        assert!(diagram.charge(0).is_ok());
        assert!(diagram.charge(1).is_err());
    }

    #[test]
    fn calls_come_out_once_by_key_with_all_that_joined() {
        let mut diagram = Diagram::new();
        let [never, always, bit] = few(&mut diagram);
        let others = diagram.choose(bit, never, always).unwrap();
        let mut under = Under::NONE;
        for (key, calls) in [(5, bit), (9, bit), (7, others), (5, others), (2, bit), (9, bit)] {
            under.join(&mut diagram, key, calls).unwrap();
        }
        let all: Vec<_> = std::iter::from_fn(|| under.pop()).collect();
        assert_eq!(all, [(2, bit), (5, always), (7, others), (9, bit)]);
    }

    /// So that a program which makes them many comes to the budget's end, and not to the user's patience.
    #[test]
    fn keys_that_have_to_move_are_charged_for() {
        let mut diagram = Diagram::new();
        let mut under = Under::NONE;
        let always = diagram.value(1);
        for key in 1..=200 {
            under.join(&mut diagram, key, always).unwrap();
        }
        // The first 64 are moved for nothing, the next 64 for one each time, and so on.
        assert_eq!(diagram.begun, 64 + 2 * 64 + 3 * 8);
        under.join(&mut diagram, 0, always).unwrap();
        assert_eq!(diagram.begun, 216, "at the end nothing moves");
        under.join(&mut diagram, 101, always).unwrap();
        assert_eq!(diagram.begun, 216, "what is there already stays where it is");
    }

    fn kept(number: u32) -> (Operation, Function) {
        (Operation::WithBits(Function(number), 1), Function(number + 1))
    }

    /// Sooner would be memory for nothing, later more that is forgotten and done again.
    #[test]
    fn the_memory_grows_once_more_than_half_of_it_is_used() {
        let mut memory = Memory::new();
        let mut grown = Vec::new();
        for (operation, function) in (0..3200).map(kept) {
            let size = memory.slots.len();
            let used = memory.slots.iter().filter(|slot| **slot != Memory::NONE).count();
            memory.keep(operation, function);
            if memory.slots.len() > size {
                grown.push((used, size, memory.slots.len()));
            }
            assert_eq!(memory.find(operation), Some(function));
        }
        assert_eq!(grown, [(2, 2, 2048), (1025, 2048, 4096), (2049, 4096, 8192)]);
    }

    #[test]
    fn the_memory_grows_to_its_limit_and_then_forgets() {
        let slots = vec![Memory::NONE; Memory::MOST];
        let mut memory = Memory { slots, used: Memory::MOST };
        let (operation, function) = kept(1);
        memory.keep(operation, function);
        assert_eq!(memory.slots.len(), Memory::MOST);
        assert_eq!(memory.find(operation), Some(function));
    }
}
