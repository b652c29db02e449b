//! A set of system call numbers.

/// Numbers of one page.
const PAGE: u32 = 1024;

/// One bit a number, in pages: a table's numbers stand close together, but may begin anywhere, and
/// single ones can be far away.
#[derive(Clone, Debug)]
pub(super) struct Bitmap {
    /// The page on which most numbers are.
    home: Page,
    /// Others, in order.
    far: Vec<Page>,
}

#[derive(Clone, Debug)]
struct Page {
    first: u32,
    words: [u64; (PAGE / 64) as usize],
}

impl Page {
    const fn of(number: u32) -> Self {
        Self { first: number - number % PAGE, words: [0; (PAGE / 64) as usize] }
    }
}

impl Bitmap {
    /// An empty set, mostly for numbers near `number`.
    pub(super) const fn near(number: u32) -> Self {
        Self { home: Page::of(number), far: Vec::new() }
    }

    pub(super) fn insert(&mut self, number: u32) {
        let (word, bit) = place(number);
        self.page(number).words[word] |= bit;
    }

    pub(super) fn remove(&mut self, number: u32) {
        let (word, bit) = place(number);
        self.page(number).words[word] &= !bit;
    }

    pub(super) fn contains(&self, number: u32) -> bool {
        let (word, bit) = place(number);
        let first = number - number % PAGE;
        let page = match self.home.first == first {
            true => Some(&self.home),
            false => self.find(first).ok().map(|at| &self.far[at]),
        };
        page.is_some_and(|page| page.words[word] & bit != 0)
    }

    /// Takes out of this set what is in `other`, and adds what is left to `other`.
    pub(super) fn give_way_to(&mut self, other: &mut Self) {
        for page in std::iter::once(&mut self.home).chain(&mut self.far) {
            let theirs = other.page(page.first);
            for (ours, theirs) in page.words.iter_mut().zip(&mut theirs.words) {
                *ours &= !*theirs;
                *theirs |= *ours;
            }
        }
    }

    /// The last of the numbers on from `number`, which is in the set, that are in it without a gap; the
    /// end of the page at most.
    pub(super) fn end_of_run(&self, number: u32) -> u32 {
        let first = number - number % PAGE;
        let page = match self.home.first == first {
            true => &self.home,
            false => match self.find(first) {
                Ok(at) => &self.far[at],
                Err(_) => return number,
            },
        };
        let mut next = number;
        loop {
            let (word, _) = place(next);
            let ones = (page.words[word] >> (next % 64)).trailing_ones();
            let end = next + (ones - 1);
            let behind = end.wrapping_add(1);
            let goes_on = behind.is_multiple_of(64) && !behind.is_multiple_of(PAGE);
            if !goes_on || page.words[word + 1] & 1 == 0 {
                return end;
            }
            next = behind;
        }
    }

    fn find(&self, first: u32) -> Result<usize, usize> {
        self.far.binary_search_by_key(&first, |page| page.first)
    }

    #[inline]
    fn page(&mut self, number: u32) -> &mut Page {
        match self.home.first == number - number % PAGE {
            true => &mut self.home,
            false => self.far_page(number),
        }
    }

    fn far_page(&mut self, number: u32) -> &mut Page {
        let first = number - number % PAGE;
        let at = self.find(first).unwrap_or_else(|at| {
            self.far.insert(at, Page::of(number));
            at
        });
        &mut self.far[at]
    }

    /// Gives the maximal runs of numbers in the set, in order, as (first, last).
    pub(super) fn runs(&self, mut run: impl FnMut(u32, u32)) {
        let mut open: Option<(u32, u32)> = None;
        let home = self.find(self.home.first).unwrap_or_else(|at| at);
        let (below, above) = self.far.split_at(home);
        for page in below.iter().chain([&self.home]).chain(above) {
            for (word, base) in page.words.iter().zip((page.first..).step_by(64)) {
                let mut word = *word;
                while word != 0 {
                    let from = word.trailing_zeros();
                    let length = (word >> from).trailing_ones();
                    // A run to the last bit leaves nothing, and a shift by 64 is none.
                    word &= u64::MAX.checked_shl(from + length).unwrap_or(0);
                    let (first, last) = (base + from, base + from + (length - 1));
                    open = match open {
                        // It goes on where the word before ended.
                        Some((start, end)) if end + 1 == first => Some((start, last)),
                        before => {
                            before.into_iter().for_each(|(first, last)| run(first, last));
                            Some((first, last))
                        }
                    };
                }
            }
        }
        open.into_iter().for_each(|(first, last)| run(first, last));
    }
}

/// Which word of its page a number is in, and which bit of that.
const fn place(number: u32) -> (usize, u64) {
    ((number % PAGE / 64) as usize, 1 << (number % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(home: u32, numbers: &[u32]) -> Bitmap {
        let mut bitmap = Bitmap::near(home);
        numbers.iter().for_each(|number| bitmap.insert(*number));
        bitmap
    }

    fn runs(bitmap: &Bitmap) -> Vec<(u32, u32)> {
        let mut runs = Vec::new();
        bitmap.runs(|first, last| runs.push((first, last)));
        runs
    }

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
            for (first, last) in expected {
                let bitmap = set(0, numbers);
                let end_of_page = first | (PAGE - 1);
                assert_eq!(bitmap.end_of_run(*first), *last.min(&end_of_page), "{why}");
            }
            // Whatever page is the home: one before, among, or behind the others.
            for home in [0, 1024, 5000, u32::MAX] {
                assert_eq!(runs(&set(home, numbers)), expected, "{why}, at home near {home}");
            }
        }
    }

    #[test]
    fn what_gives_way_is_in_one_set_only() {
        let mut loose = set(0, &[1, 2, 70, 5000]);
        let mut taken = set(5000, &[2, 3, 9000]);
        loose.give_way_to(&mut taken);
        loose.remove(70);
        assert_eq!(runs(&loose), [(1, 1), (5000, 5000)]);
        let all = [(1, 3), (70, 70), (5000, 5000), (9000, 9000)];
        assert_eq!(runs(&taken), all);
        assert!(taken.contains(70) && !loose.contains(70) && !taken.contains(4));
    }
}
