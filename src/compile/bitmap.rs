//! A set of system call numbers.

/// One bit a number, 64 to a word.
#[derive(Clone, Debug, Default)]
pub(super) struct Bitmap(Vec<u64>);

impl Bitmap {
    pub(super) fn insert(&mut self, number: u32) {
        let word = number as usize / 64;
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (number % 64);
    }

    /// The maximal runs of numbers in the set, in order, as (first, last).
    pub(super) fn runs(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        let mut next = self.seek(0, true);
        std::iter::from_fn(move || {
            let first = next?;
            let end = self.seek(first, false)?;
            next = self.seek(end, true);
            Some((first, end - 1))
        })
    }

    /// The first number from `from` on that is in the set, or is not. The numbers that are not
    /// never end; the others do.
    fn seek(&self, from: u32, present: bool) -> Option<u32> {
        let flip = if present { 0 } else { u64::MAX };
        let mut index = from as usize / 64;
        let mut keep = u64::MAX << (from % 64);
        while let Some(word) = self.0.get(index) {
            let found = (word ^ flip) & keep;
            if found != 0 {
                return u32::try_from(index * 64).ok().map(|base| base + found.trailing_zeros());
            }
            keep = u64::MAX;
            index += 1;
        }
        if present { None } else { u32::try_from(index * 64).ok() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_maximal() {
        let cases: [(&str, &[u32], &[(u32, u32)]); 6] = [
            ("nothing", &[], &[]),
            ("the first number", &[0], &[(0, 0)]),
            ("across words", &[62, 63, 64, 65], &[(62, 65)]),
            ("a whole word", &(0..64).collect::<Vec<_>>(), &[(0, 63)]),
            ("word edges apart", &[63, 65, 127, 128], &[(63, 63), (65, 65), (127, 128)]),
            ("an empty word between", &[1, 200], &[(1, 1), (200, 200)]),
        ];
        for (why, numbers, expected) in cases {
            let mut bitmap = Bitmap::default();
            numbers.iter().for_each(|number| bitmap.insert(*number));
            assert_eq!(bitmap.runs().collect::<Vec<_>>(), expected, "{why}");
        }
    }
}
