//! A set of system call numbers.

/// Numbers of one page.
const PAGE: u32 = 1024;

/// One bit a number, in pages: a table's numbers stand close together, but may begin anywhere, and
/// single ones can be far away.
#[derive(Clone, Debug, Default)]
pub(super) struct Bitmap(Vec<Page>);

#[derive(Clone, Debug)]
struct Page {
    first: u32,
    words: [u64; (PAGE / 64) as usize],
}

impl Bitmap {
    pub(super) fn insert(&mut self, number: u32) {
        let (word, bit) = place(number);
        self.page(number - number % PAGE).words[word] |= bit;
    }

    pub(super) fn remove(&mut self, number: u32) {
        let (word, bit) = place(number);
        if let Ok(at) = self.find(number - number % PAGE) {
            self.0[at].words[word] &= !bit;
        }
    }

    pub(super) fn contains(&self, number: u32) -> bool {
        let (word, bit) = place(number);
        self.find(number - number % PAGE).is_ok_and(|at| self.0[at].words[word] & bit != 0)
    }

    /// Takes out of this set what is in `other`, and adds what is left to `other`.
    pub(super) fn give_way_to(&mut self, other: &mut Self) {
        for page in &mut self.0 {
            let theirs = other.page(page.first);
            for (ours, theirs) in page.words.iter_mut().zip(&mut theirs.words) {
                *ours &= !*theirs;
                *theirs |= *ours;
            }
        }
    }

    fn find(&self, first: u32) -> Result<usize, usize> {
        self.0.binary_search_by_key(&first, |page| page.first)
    }

    fn page(&mut self, first: u32) -> &mut Page {
        let at = self.find(first).unwrap_or_else(|at| {
            self.0.insert(at, Page { first, words: [0; (PAGE / 64) as usize] });
            at
        });
        &mut self.0[at]
    }

    /// The maximal runs of numbers in the set, in order, as (first, last).
    pub(super) fn runs(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        let words =
            self.0.iter().flat_map(|page| page.words.iter().zip((page.first..).step_by(64)));
        let mut parts = words.flat_map(|(word, base)| runs_of_word(*word, base)).peekable();
        std::iter::from_fn(move || {
            let (first, mut last) = parts.next()?;
            // A run goes on where the next word begins.
            while let Some((_, end)) = parts.next_if(|(next, _)| last.checked_add(1) == Some(*next))
            {
                last = end;
            }
            Some((first, last))
        })
    }
}

/// Which word of its page a number is in, and which bit of that.
const fn place(number: u32) -> (usize, u64) {
    ((number % PAGE / 64) as usize, 1 << (number % 64))
}

/// The runs of ones in a word whose lowest bit stands for `base`.
fn runs_of_word(mut word: u64, base: u32) -> impl Iterator<Item = (u32, u32)> {
    std::iter::from_fn(move || {
        if word == 0 {
            return None;
        }
        let first = word.trailing_zeros();
        let length = (word >> first).trailing_ones();
        // A run to the last bit leaves nothing, and a shift by 64 is none.
        word &= u64::MAX.checked_shl(first + length).unwrap_or(0);
        Some((base + first, base + first + (length - 1)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_maximal() {
        let cases: [(&str, &[u32], &[(u32, u32)]); 9] = [
            ("nothing", &[], &[]),
            ("the first number", &[0], &[(0, 0)]),
            ("across words", &[62, 63, 64, 65], &[(62, 65)]),
            ("a whole word", &(0..64).collect::<Vec<_>>(), &[(0, 63)]),
            ("word edges apart", &[63, 65, 127, 128], &[(63, 63), (65, 65), (127, 128)]),
            ("an empty word between", &[1, 200], &[(1, 1), (200, 200)]),
            ("across pages", &[1023, 1024], &[(1023, 1024)]),
            (
                "pages out of order",
                &[5000, 1, 983_041],
                &[(1, 1), (5000, 5000), (983_041, 983_041)],
            ),
            ("the last number of all", &[u32::MAX - 1, u32::MAX], &[(u32::MAX - 1, u32::MAX)]),
        ];
        for (why, numbers, expected) in cases {
            let mut bitmap = Bitmap::default();
            numbers.iter().for_each(|number| bitmap.insert(*number));
            assert_eq!(bitmap.runs().collect::<Vec<_>>(), expected, "{why}");
        }
    }

    #[test]
    fn what_gives_way_is_in_one_set_only() {
        let set = |numbers: &[u32]| {
            let mut bitmap = Bitmap::default();
            numbers.iter().for_each(|number| bitmap.insert(*number));
            bitmap
        };
        let mut loose = set(&[1, 2, 70, 5000]);
        let mut taken = set(&[2, 3, 9000]);
        loose.give_way_to(&mut taken);
        loose.remove(70);
        assert_eq!(loose.runs().collect::<Vec<_>>(), [(1, 1), (5000, 5000)]);
        let all = [(1, 3), (70, 70), (5000, 5000), (9000, 9000)];
        assert_eq!(taken.runs().collect::<Vec<_>>(), all);
        assert!(taken.contains(70) && !loose.contains(70) && !taken.contains(4));
    }
}
