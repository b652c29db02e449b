//! 32-bit arithmetic on words whose bits are functions of the call.

use super::bits::Word;
use super::diagram::{Diagram, Function};
use crate::error::Result;

/// A word, bit 0 first: each bit is 1 where its function is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Vector([Function; 32]);

impl Vector {
    /// A word of the call.
    #[inline(never)]
    pub(super) fn word(diagram: &mut Diagram, word: Word) -> Self {
        let (zero, one) = (diagram.value(0), diagram.value(1));
        let mut bits = [zero; 32];
        for (bit, place) in bits.iter_mut().zip(0..) {
            *bit = diagram.bit(word.variable(place), zero, one);
        }
        Self(bits)
    }

    /// The same number for every call.
    #[inline(never)]
    pub(super) fn constant(diagram: &mut Diagram, value: u32) -> Self {
        let bits = [diagram.value(0), diagram.value(1)];
        let mut all = [bits[0]; 32];
        for (bit, place) in all.iter_mut().zip(0..) {
            *bit = bits[(value >> place & 1) as usize];
        }
        Self(all)
    }

    /// Made once for all operations that go bit by bit.
    #[inline(never)]
    fn of(bit: &mut dyn FnMut(usize) -> Result<Function>) -> Result<Self> {
        let mut bits = [bit(0)?; 32];
        for (place, known) in bits.iter_mut().enumerate().skip(1) {
            *known = bit(place)?;
        }
        Ok(Self(bits))
    }

    pub(super) fn and(&self, diagram: &mut Diagram, other: &Self) -> Result<Self> {
        let zero = diagram.value(0);
        Self::of(&mut |bit| diagram.choose(self.0[bit], other.0[bit], zero))
    }

    pub(super) fn or(&self, diagram: &mut Diagram, other: &Self) -> Result<Self> {
        let one = diagram.value(1);
        Self::of(&mut |bit| diagram.choose(self.0[bit], one, other.0[bit]))
    }

    pub(super) fn xor(&self, diagram: &mut Diagram, other: &Self) -> Result<Self> {
        Self::of(&mut |bit| xor(diagram, self.0[bit], other.0[bit]))
    }

    /// The sum modulo 2^32.
    pub(super) fn add(&self, diagram: &mut Diagram, other: &Self) -> Result<Self> {
        let carry = diagram.value(0);
        self.add_with(diagram, other, carry)
    }

    /// The difference modulo 2^32: `a + !b + 1`.
    #[inline(never)]
    pub(super) fn sub(&self, diagram: &mut Diagram, other: &Self) -> Result<Self> {
        let one = diagram.value(1);
        let inverse = Self::of(&mut |bit| not(diagram, other.0[bit]))?;
        self.add_with(diagram, &inverse, one)
    }

    #[inline(never)]
    fn add_with(&self, diagram: &mut Diagram, other: &Self, mut carry: Function) -> Result<Self> {
        Self::of(&mut |bit| {
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
        let mut sum = zero;
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
            rest.0[0] = self.0[bit];
            // A rest of 33 bits is above every divisor.
            let not_smaller = rest.at_least(diagram, other)?;
            let one = diagram.value(1);
            let fits = diagram.choose(top, one, not_smaller)?;
            let less = rest.sub(diagram, other)?;
            rest = less.where_or(diagram, fits, &rest)?;
            quotient[bit] = fits;
        }
        Ok(Self(quotient))
    }

    /// Shifted by the low five bits of `by`, as the kernel's 32-bit shifts do.
    #[inline(never)]
    pub(super) fn shift(
        &self,
        diagram: &mut Diagram,
        by: &Self,
        direction: Direction,
    ) -> Result<Self> {
        let (mut so_far, mut places) = (*self, 1);
        while places < 32 {
            let moved = so_far.moved(diagram, places, direction);
            so_far = moved.where_or(diagram, by.0[places.ilog2() as usize], &so_far)?;
            places *= 2;
        }
        Ok(so_far)
    }

    #[inline(never)]
    fn moved(&self, diagram: &mut Diagram, places: usize, direction: Direction) -> Self {
        let zero = diagram.value(0);
        let from = |bit: usize| match direction {
            Direction::Left => bit.checked_sub(places),
            Direction::Right => Some(bit + places),
        };
        let moved = |bit| from(bit).and_then(|from| self.0.get(from)).copied().unwrap_or(zero);
        Self(std::array::from_fn(moved))
    }

    /// This word where `condition` holds, the other elsewhere.
    #[inline(never)]
    fn where_or(&self, diagram: &mut Diagram, condition: Function, other: &Self) -> Result<Self> {
        Self::of(&mut |bit| diagram.choose(condition, self.0[bit], other.0[bit]))
    }

    /// Where both are the same.
    pub(super) fn equals(&self, diagram: &mut Diagram, other: &Self) -> Result<Function> {
        let (zero, mut equal) = (diagram.value(0), diagram.value(1));
        for (a, b) in self.0.into_iter().zip(other.0) {
            let differ = xor(diagram, a, b)?;
            equal = diagram.choose(differ, zero, equal)?;
        }
        Ok(equal)
    }

    /// Where this one is greater, both unsigned.
    pub(super) fn greater(&self, diagram: &mut Diagram, other: &Self) -> Result<Function> {
        let mut greater = diagram.value(0);
        for (a, b) in self.0.into_iter().zip(other.0) {
            // A bit that differs overrules all below it.
            let differ = xor(diagram, a, b)?;
            greater = diagram.choose(differ, a, greater)?;
        }
        Ok(greater)
    }

    /// Where this one is not less, both unsigned.
    pub(super) fn at_least(&self, diagram: &mut Diagram, other: &Self) -> Result<Function> {
        let less = other.greater(diagram, self)?;
        not(diagram, less)
    }

    /// Where some bit is set.
    pub(super) fn is_not_zero(&self, diagram: &mut Diagram) -> Result<Function> {
        let (one, mut any) = (diagram.value(1), diagram.value(0));
        for bit in self.0 {
            any = diagram.choose(bit, one, any)?;
        }
        Ok(any)
    }

    /// The word as one function with numbers at its ends.
    pub(super) fn number(&self, diagram: &mut Diagram) -> Result<Function> {
        let mut number = diagram.value(0);
        for (bit, place) in self.0.into_iter().zip(0..) {
            let with_bit = diagram.with_bits(number, 1 << place)?;
            number = diagram.choose(bit, with_bit, number)?;
        }
        Ok(number)
    }
}

/// Which way bits are shifted.
#[derive(Clone, Copy, Debug)]
pub(super) enum Direction {
    Left,
    Right,
}

#[inline(never)]
fn not(diagram: &mut Diagram, a: Function) -> Result<Function> {
    let (zero, one) = (diagram.value(0), diagram.value(1));
    diagram.choose(a, zero, one)
}

#[inline(never)]
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
