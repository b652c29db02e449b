//! Tables of the words that a format has, and what they mean.

use std::fmt::Write as _;

use super::json::{Place, Problem};
use crate::error::Printable;

/// What `table` has under `word`.
pub(super) fn find<T: Copy>(table: &[(&str, T)], word: &str) -> Option<T> {
    table.iter().find(|(known, _)| *known == word).map(|(_, meaning)| *meaning)
}

/// What a table has under `word`, which has to be there.
pub(super) fn known<T: Copy>(
    table: &[(&str, T)],
    word: &str,
    what: &str,
    place: &Place<'_>,
) -> Result<T, Problem> {
    find(table, word).ok_or_else(|| unknown(&|at| Some(table.get(at)?.0), word, what, place))
}

/// How many words an error lists at most, where the words are a file's own.
const LISTED: usize = 20;

/// That a word is none of those that are known, of which `known` gives each by its place.
#[cold]
#[inline(never)]
pub(super) fn unknown<'k>(
    known: &dyn Fn(usize) -> Option<&'k str>,
    word: &str,
    what: &str,
    place: &Place<'_>,
) -> Problem {
    let mut said = format!("unknown {what} \"{}\"; ", Printable(word));
    let mut joint = "one of ";
    let mut count = 0;
    while let Some(name) = known(count) {
        if count < LISTED {
            let _ = write!(said, "{joint}{}", Printable(name));
        }
        joint = ", ";
        count += 1;
    }
    if count == 0 {
        said.push_str("there is none");
    } else if count > LISTED {
        let _ = write!(said, " and {} more", count - LISTED);
    }
    Problem::at(place, &said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_that_are_known_are_listed() {
        let many: Vec<String> = (0..25).map(|number| number.to_string()).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let long = "x".repeat(100);
        let cases: [(&[&str], &str, String); 6] = [
            (&[], "a", "there is none".to_owned()),
            (&["b"], "a", "one of b".to_owned()),
            (&["b", "c\n"], "a", "one of b, c\\n".to_owned()),
            (&[&long], "a", format!("one of {}…", &long[..48])),
            (&many[..20], "a", format!("one of {}", many[..20].join(", "))),
            (&many, "\u{1b}", format!("one of {} and 5 more", many[..20].join(", "))),
        ];
        for (names, word, says) in cases {
            let says = format!("unknown word \"{}\"; {says}", Printable(word));
            let known = |at: usize| names.get(at).copied();
            assert_eq!(unknown(&known, word, "word", &Place::ROOT).words(), says);
        }
    }
}
