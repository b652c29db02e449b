//! 32-bit arithmetic on words whose bits are functions of the call.

use std::rc::Rc;

use super::bits::Word;
use super::diagram::{Diagram, Function};
use crate::error::Result;

/// A word, bit 0 first: each bit is 1 where its function is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Vector(Rc<[Function; 32]>);

impl Vector {
    /// A word of the call.
    pub(super) fn word(diagram: &mut Diagram, word: Word) -> Self {
        let (zero, one) = (diagram.value(0), diagram.value(1));
        Self::of(|bit| diagram.bit(word.variable(bit), zero, one))
    }

    /// The same number for every call.
    pub(super) fn constant(diagram: &mut Diagram, value: u32) -> Self {
        let bits = [diagram.value(0), diagram.value(1)];
        Self::of(|bit| bits[(value >> bit & 1) as usize])
    }

    fn of(bit: impl FnMut(u32) -> Function) -> Self {
        let mut bits = (0..32).map(bit);
        Self(Rc::new(std::array::from_fn(|_| bits.next().expect("there are 32"))))
    }

    fn try_of(mut bit: impl FnMut(usize) -> Result<Function>) -> Result<Self> {
        let bits: Result<Vec<Function>> = (0..32).map(&mut bit).collect();
        bits.map(|bits| Self(Rc::new(std::array::from_fn(|place| bits[place]))))
    }

    pub(super) fn and(&self, diagram: &mut Diagram, other: &Self) -> Result<Self> {
        let zero = diagram.value(0);
        Self::try_of(|bit| diagram.choose(self.0[bit], other.0[bit], zero))
    }

    pub(super) fn or(&self, diagram: &mut Diagram, other: &Self) -> Result<Self> {
        let one = diagram.value(1);
        Self::try_of(|bit| diagram.choose(self.0[bit], one, other.0[bit]))
    }

    pub(super) fn xor(&self, diagram: &mut Diagram, other: &Self) -> Result<Self> {
        Self::try_of(|bit| xor(diagram, self.0[bit], other.0[bit]))
    }

    /// The sum modulo 2^32.
    pub(super) fn add(&self, diagram: &mut Diagram, other: &Self) -> Result<Self> {
        let carry = diagram.value(0);
        self.add_with(diagram, other, carry)
    }

    /// The difference modulo 2^32: `a + !b + 1`.
    pub(super) fn sub(&self, diagram: &mut Diagram, other: &Self) -> Result<Self> {
        let one = diagram.value(1);
        let inverse = Self::try_of(|bit| not(diagram, other.0[bit]))?;
        self.add_with(diagram, &inverse, one)
    }

    fn add_with(&self, diagram: &mut Diagram, other: &Self, mut carry: Function) -> Result<Self> {
        Self::try_of(|bit| {
            let (a, b) = (self.0[bit], other.0[bit]);
            let differ = xor(diagram, a, b)?;
            let sum = xor(diagram, differ, carry)?;
            // Where they differ the carry passes through, where not both are what it becomes.
            carry = diagram.choose(differ, carry, a)?;
            Ok(sum)
        })
    }

    /// The product modulo 2^32, bit by bit of `other`.
    pub(super) fn mul(&self, diagram: &mut Diagram, other: &Self) -> Result<Self> {
        let zero = Self::constant(diagram, 0);
        let mut sum = zero.clone();
        for bit in 0..32 {
            let shifted = self.moved(diagram, bit, Direction::Left);
            let part = shifted.where_or(diagram, other.0[bit], &zero)?;
            sum = sum.add(diagram, &part)?;
        }
        Ok(sum)
    }

    /// The quotient, by long division; `other` is not 0 where it is asked for.
    pub(super) fn div(&self, diagram: &mut Diagram, other: &Self) -> Result<Self> {
        let mut rest = Self::constant(diagram, 0);
        let mut quotient = [diagram.value(0); 32];
        for bit in (0..32).rev() {
            let top = rest.0[31];
            rest = rest.moved(diagram, 1, Direction::Left);
            let mut bits = *rest.0;
            bits[0] = self.0[bit];
            rest = Self(Rc::new(bits));
            // A rest of 33 bits is above every divisor.
            let smaller = other.greater(diagram, &rest)?;
            let not_smaller = not(diagram, smaller)?;
            let one = diagram.value(1);
            let fits = diagram.choose(top, one, not_smaller)?;
            let less = rest.sub(diagram, other)?;
            rest = less.where_or(diagram, fits, &rest)?;
            quotient[bit] = fits;
        }
        Ok(Self::of(|bit| quotient[bit as usize]))
    }

    /// Shifted by the low five bits of `by`, as the kernel's 32-bit shifts do.
    pub(super) fn shift(
        &self,
        diagram: &mut Diagram,
        by: &Self,
        direction: Direction,
    ) -> Result<Self> {
        (0..5).try_fold(self.clone(), |so_far, bit| {
            let moved = so_far.moved(diagram, 1 << bit, direction);
            moved.where_or(diagram, by.0[bit], &so_far)
        })
    }

    fn moved(&self, diagram: &mut Diagram, places: usize, direction: Direction) -> Self {
        let zero = diagram.value(0);
        Self::of(|bit| {
            let from = match direction {
                Direction::Left => (bit as usize).checked_sub(places),
                Direction::Right => Some(bit as usize + places),
            };
            from.and_then(|from| self.0.get(from)).copied().unwrap_or(zero)
        })
    }

    /// This word where `condition` holds, the other elsewhere.
    fn where_or(&self, diagram: &mut Diagram, condition: Function, other: &Self) -> Result<Self> {
        Self::try_of(|bit| diagram.choose(condition, self.0[bit], other.0[bit]))
    }

    /// Where both are the same.
    pub(super) fn equals(&self, diagram: &mut Diagram, other: &Self) -> Result<Function> {
        let zero = diagram.value(0);
        (0..32).try_fold(diagram.value(1), |so_far, bit| {
            let differ = xor(diagram, self.0[bit], other.0[bit])?;
            diagram.choose(differ, zero, so_far)
        })
    }

    /// Where this one is greater, both unsigned.
    pub(super) fn greater(&self, diagram: &mut Diagram, other: &Self) -> Result<Function> {
        (0..32).try_fold(diagram.value(0), |so_far, bit| {
            // A bit that differs overrules all below it.
            let differ = xor(diagram, self.0[bit], other.0[bit])?;
            diagram.choose(differ, self.0[bit], so_far)
        })
    }

    /// Where some bit is set.
    pub(super) fn is_not_zero(&self, diagram: &mut Diagram) -> Result<Function> {
        let one = diagram.value(1);
        (0..32).try_fold(diagram.value(0), |any, bit| diagram.choose(self.0[bit], one, any))
    }

    /// The word as one function with numbers at its ends.
    pub(super) fn number(&self, diagram: &mut Diagram) -> Result<Function> {
        (0..32).try_fold(diagram.value(0), |so_far, bit| {
            let with_bit = diagram.with_bits(so_far, 1 << bit)?;
            diagram.choose(self.0[bit], with_bit, so_far)
        })
    }
}

/// Which way bits are shifted.
#[derive(Clone, Copy, Debug)]
pub(super) enum Direction {
    Left,
    Right,
}

fn not(diagram: &mut Diagram, a: Function) -> Result<Function> {
    let (zero, one) = (diagram.value(0), diagram.value(1));
    diagram.choose(a, zero, one)
}

fn xor(diagram: &mut Diagram, a: Function, b: Function) -> Result<Function> {
    let inverse = not(diagram, b)?;
    diagram.choose(a, inverse, b)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every operation on constants is that of the machine.
    #[test]
    fn arithmetic_is_that_of_32_bits() {
        type Ours = fn(&Vector, &mut Diagram, &Vector) -> Result<Vector>;
        type Machine = fn(u32, u32) -> u32;
        let operations: [(&str, Ours, Machine); 9] = [
            ("and", Vector::and, |a, b| a & b),
            ("or", Vector::or, |a, b| a | b),
            ("xor", Vector::xor, |a, b| a ^ b),
            ("add", Vector::add, u32::wrapping_add),
            ("sub", Vector::sub, u32::wrapping_sub),
            ("mul", Vector::mul, u32::wrapping_mul),
            ("div", Vector::div, |a, b| a.checked_div(b).unwrap_or(u32::MAX)),
            ("left", |a, d, b| a.shift(d, b, Direction::Left), u32::wrapping_shl),
            ("right", |a, d, b| a.shift(d, b, Direction::Right), u32::wrapping_shr),
        ];
        let values = [0, 1, 2, 3, 5, 31, 32, 33, 0x7fff_ffff, 0x8000_0000, 0xdead_beef, u32::MAX];
        let mut diagram = Diagram::new();
        for (a, b) in values.into_iter().flat_map(|a| values.map(|b| (a, b))) {
            let [x, y] = [a, b].map(|value| Vector::constant(&mut diagram, value));
            for (name, ours, machine) in operations {
                let expected = Vector::constant(&mut diagram, machine(a, b));
                assert_eq!(ours(&x, &mut diagram, &y).unwrap(), expected, "{name} {a:#x} {b:#x}");
            }
            let tests = [
                ("equal", x.equals(&mut diagram, &y).unwrap(), a == b),
                ("greater", x.greater(&mut diagram, &y).unwrap(), a > b),
                ("not zero", x.is_not_zero(&mut diagram).unwrap(), a != 0),
            ];
            for (name, found, expected) in tests {
                assert_eq!(found, diagram.value(expected.into()), "{name} {a:#x} {b:#x}");
            }
            assert_eq!(x.number(&mut diagram).unwrap(), diagram.value(a), "{a:#x}");
        }
    }
}
