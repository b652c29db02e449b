//! Decision diagrams over the bits of a call: reduced, ordered, every node made once.
//!
//! Known as multi-terminal binary decision diagrams (Bryant 1986; Clarke et al. 1993). Written
//! here rather than taken from a crate, because what is needed is one operation, and because this
//! is what the promise of the library rests on.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::bits::Variable;
use crate::error::{Error, Result};

/// A function from calls to values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Function(u32);

/// What stands at a function's root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Root {
    Value(u32),
    Bit { bit: Variable, zero: Function, one: Function },
}

/// The diagram that all functions share.
#[derive(Debug, Default)]
pub(super) struct Diagram {
    roots: Vec<Root>,
    made: Map<Root, Function>,
    chosen: Map<(Function, Function, Function), Function>,
}

/// Nodes that a proof may make, about 100 MB with the tables. The built-in policy takes some
/// thousands; only rules made to tangle several arguments with each other come near.
const BUDGET: usize = 2_000_000;

impl Diagram {
    /// The function that is `value` everywhere. Conditions are 1 where they hold and 0 elsewhere.
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
    pub(super) fn choose(
        &mut self,
        condition: Function,
        yes: Function,
        no: Function,
    ) -> Result<Function> {
        if let Root::Value(holds) = self.root(condition) {
            return Ok(if holds == 0 { no } else { yes });
        }
        if yes == no {
            return Ok(yes);
        }
        if let Some(known) = self.chosen.get(&(condition, yes, no)) {
            return Ok(*known);
        }
        if self.roots.len() > BUDGET {
            return Err(Error::proof_budget("nodes", BUDGET));
        }
        let bit = self.level(condition).min(self.level(yes)).min(self.level(no));
        let [(c0, c1), (y0, y1), (n0, n1)] = [condition, yes, no].map(|f| self.split(f, bit));
        let zero = self.choose(c0, y0, n0)?;
        let one = self.choose(c1, y1, n1)?;
        let function = self.bit(bit, zero, one);
        self.chosen.insert((condition, yes, no), function);
        Ok(function)
    }

    pub(super) fn root(&self, function: Function) -> Root {
        self.roots[function.0 as usize]
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
        let next = u32::try_from(self.roots.len()).expect("the budget ends before the ids do");
        let function = *self.made.entry(root).or_insert(Function(next));
        if function.0 == next {
            self.roots.push(root);
        }
        function
    }
}

type Map<K, V> = HashMap<K, V, BuildHasherDefault<Mixer>>;

/// A hash for small keys of our own making: the standard one, made to withstand chosen keys, took
/// most of the proof's time.
#[derive(Debug, Default)]
struct Mixer(u64);

impl Hasher for Mixer {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    // What derived hashes write for the variant of an enum.
    fn write_isize(&mut self, value: isize) {
        self.write_u64(value.unsigned_abs() as u64);
    }

    fn write_u16(&mut self, value: u16) {
        self.write_u64(u64::from(value));
    }

    fn write_u32(&mut self, value: u32) {
        self.write_u64(u64::from(value));
    }

    fn write_u64(&mut self, value: u64) {
        const ODD: u64 = 0x9e37_79b9_7f4a_7c15; // 2^64 over the golden ratio
        self.0 = (self.0.rotate_left(5) ^ value).wrapping_mul(ODD);
    }

    fn finish(&self) -> u64 {
        // The map takes the bucket from the low bits, the product's best are the high ones.
        self.0.rotate_left(26)
    }
}
