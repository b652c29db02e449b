//! The bits of a call, in the order in which the diagrams ask for them.

/// A 32-bit word of `struct seccomp_data`, as its place in the order.
///
/// Architecture and number come first, as programs ask for them. Of an argument the word at the
/// higher offset comes first, which on little-endian machines is the high half: a 64-bit comparison
/// then asks for its bits in the order of their weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Word(u16);

impl Word {
    pub(super) const COUNT: u16 = 16;

    pub(super) const ARCH: Self = Self(0);
    pub(super) const NR: Self = Self(1);

    /// The word at `offset`, which is one of 0, 4 to 60.
    pub(super) fn at(offset: u32) -> Self {
        match u16::try_from(offset / 4).expect("an offset is below 64") {
            0 => Self::NR,
            1 => Self::ARCH,
            // The instruction pointer comes last: hardly a program asks for it.
            place @ (2 | 3) => Self((place + 12) ^ 1),
            place => Self((place - 2) ^ 1),
        }
    }

    /// What stands for the instruction pointer where an argument's index is asked for.
    pub(super) const INSTRUCTION_POINTER: u8 = 6;

    /// The (high, low) halves of argument `index` in a call's data.
    pub(super) fn halves(big_endian: bool, index: u8) -> (Self, Self) {
        let (first, second) = (Self(2 * u16::from(index) + 3), Self(2 * u16::from(index) + 2));
        if big_endian { (first, second) } else { (second, first) }
    }

    /// The word at this place in the order.
    pub(super) const fn at_place(place: u8) -> Self {
        Self(place as u16)
    }

    /// The place in the order, 0 to 15.
    pub(super) fn place(self) -> usize {
        usize::from(self.0)
    }

    /// What stands there in a call, as a machine of this byte order shows it.
    #[cfg(test)]
    pub(super) fn of(self, call: &crate::call::Call, big_endian: bool) -> u32 {
        let halves = |(index, whole): (u8, &u64)| {
            let (high, low) = Self::halves(big_endian, index);
            [(high, high_half(*whole)), (low, low_half(*whole))]
        };
        let wholes = call.args.iter().chain([&call.instruction_pointer]);
        let words = (0..).zip(wholes).flat_map(halves);
        let mut all = words.chain([(Self::ARCH, call.arch), (Self::NR, call.nr.cast_unsigned())]);
        all.find(|(word, _)| *word == self).expect("these are all").1
    }

    /// Bit `bit` (0 is the least significant) as a variable; smaller ones are asked for first.
    pub(super) fn variable(self, bit: u32) -> Variable {
        Variable(self.0 * 32 + 31 - u16::try_from(bit).expect("a word has 32 bits"))
    }
}

/// A bit of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Variable(u16);

impl Variable {
    /// Behind all bits: the level of the verdicts.
    pub(super) const END: Self = Self(Word::COUNT * 32);

    /// The word it is a bit of, and which one.
    pub(super) fn bit(self) -> (Word, u32) {
        (Word(self.0 / 32), 31 - u32::from(self.0 % 32))
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the half is what is wanted")]
pub(super) const fn low_half(value: u64) -> u32 {
    value as u32
}

pub(super) const fn high_half(value: u64) -> u32 {
    (value >> 32) as u32
}

/// Of both halves.
pub(super) fn whole(high: u32, low: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_offset_is_a_word_of_its_own() {
        let mut words: Vec<_> = (0..16).map(|index| Word::at(4 * index)).collect();
        words.sort_unstable();
        assert_eq!(words, (0..Word::COUNT).map(Word).collect::<Vec<_>>());
    }

    #[test]
    fn the_halves_are_where_a_little_endian_machine_keeps_them() {
        for index in 0..7 {
            let offset = 16 + 8 * u32::from(index);
            let offset = if index == Word::INSTRUCTION_POINTER { 8 } else { offset };
            let (high, low) = Word::halves(false, index);
            assert_eq!((Word::at(offset + 4), Word::at(offset)), (high, low));
            assert!(high.variable(0) < low.variable(31), "the high half's bits come first");
        }
    }
}
