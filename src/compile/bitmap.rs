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
        let first = number - number % PAGE;
        let at = self.0.binary_search_by_key(&first, |page| page.first).unwrap_or_else(|at| {
            self.0.insert(at, Page { first, words: [0; (PAGE / 64) as usize] });
            at
        });
        let place = number % PAGE;
        self.0[at].words[place as usize / 64] |= 1 << (place % 64);
    }

    /// The maximal runs of numbers in the set, in order, as (first, last).
    pub(super) fn runs(&self) -> Vec<(u32, u32)> {
        let mut runs: Vec<(u32, u32)> = Vec::new();
        for page in &self.0 {
            let words = page.words.iter().zip((page.first..).step_by(64));
            for (first, last) in words.flat_map(|(word, base)| runs_of_word(*word, base)) {
                match runs.last_mut() {
                    Some((_, before)) if before.checked_add(1) == Some(first) => *before = last,
                    _ => runs.push((first, last)),
                }
            }
        }
        runs
    }
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
            assert_eq!(bitmap.runs(), expected, "{why}");
        }
    }
}
