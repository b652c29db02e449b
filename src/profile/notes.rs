//! What is worth saying of a profile that can be taken.

use super::json::{Place, Problem};

/// Lines for the report, and whether some of them are errors.
#[derive(Debug)]
pub(super) struct Notes {
    strict: bool,
    lines: String,
    count: usize,
}

/// The most lines: a hostile profile has a hundred thousand things to be said of it.
const MOST: usize = 500;

impl Notes {
    pub(super) const fn new(strict: bool) -> Self {
        Self { strict, lines: String::new(), count: 0 }
    }

    /// A line about `place`.
    pub(super) fn say(&mut self, place: &Place<'_>, what: &str) {
        self.line(&[Problem::at(place, what).words()]);
    }

    /// A line of several parts.
    #[inline(never)]
    pub(super) fn line(&mut self, parts: &[&str]) {
        self.count += 1;
        if self.count <= MOST {
            parts.iter().for_each(|part| self.lines.push_str(part));
            self.lines.push('\n');
        }
    }

    /// What is left out, or, if one is strict, refused.
    #[inline(never)]
    pub(super) fn skipped(&mut self, place: &Place<'_>, what: &str) -> Result<(), Problem> {
        if self.strict {
            return Err(Problem::at(place, what));
        }
        self.say(place, what);
        Ok(())
    }

    /// The report.
    pub(super) fn report(mut self) -> String {
        if let Some(more @ 1..) = self.count.checked_sub(MOST) {
            self.lines.push_str(&format!("and {more} lines more\n"));
        }
        self.lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_bounded() {
        for (count, lines, last) in [(0, 0, ""), (500, 500, "x"), (501, 501, "and 1 lines more")] {
            let mut notes = Notes::new(false);
            (0..count).for_each(|_| notes.line(&["x"]));
            let report = notes.report();
            assert_eq!(report.lines().count(), lines, "{count}");
            assert_eq!(report.lines().last().unwrap_or_default(), last, "{count}");
        }
    }
}
