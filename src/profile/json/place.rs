//! Where something stands in a file.

use std::fmt;

use crate::error::Error;

/// A way from the root to a value: `syscalls[3].args[0].op`. Made on the stack while one goes down, and
/// written out only where there is something to say.
#[derive(Clone, Copy, Debug)]
pub(in crate::profile) struct Place<'p> {
    above: Option<&'p Place<'p>>,
    step: Step<'p>,
}

#[derive(Clone, Copy, Debug)]
enum Step<'p> {
    Root,
    Key(&'p str),
    Item(usize),
}

impl<'p> Place<'p> {
    pub(in crate::profile) const ROOT: Self = Self { above: None, step: Step::Root };

    pub(in crate::profile) const fn key(&'p self, key: &'p str) -> Self {
        Self { above: Some(self), step: Step::Key(key) }
    }

    pub(in crate::profile) const fn item(&'p self, index: usize) -> Self {
        Self { above: Some(self), step: Step::Item(index) }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_at_root = |place: &Place<'_>| matches!(place.step, Step::Root);
        if let Some(above) = self.above {
            above.fmt(f)?;
        }
        match self.step {
            Step::Root => Ok(()),
            Step::Key(key) => {
                let dot = if self.above.is_some_and(is_at_root) { "" } else { "." };
                f.write_str(dot)?;
                f.write_str(key)
            }
            Step::Item(index) => write!(f, "[{index}]"),
        }
    }
}

/// Why a file can't be taken: the place and what is wrong there. As small as a pointer, as hundreds of
/// results hand it on.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::profile) struct Problem(Box<Words>);

#[derive(Debug, PartialEq, Eq)]
struct Words(String);

impl Problem {
    #[cold]
    #[inline(never)] // there are fifty places that would each have a copy
    pub(in crate::profile) fn at(place: &Place<'_>, what: &str) -> Self {
        Self(Box::new(Words(match place.step {
            Step::Root => what.to_owned(),
            _ => format!("{place}: {what}"),
        })))
    }

    /// That a policy refuses what is said in a place.
    #[cold]
    #[inline(never)]
    pub(in crate::profile) fn because(place: &Place<'_>, error: &Error) -> Self {
        Self::at(place, &error.to_string())
    }

    pub(in crate::profile) fn words(&self) -> &str {
        &self.0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_written_as_people_point_at_it() {
        let root = Place::ROOT;
        let (rules, flags) = (root.key("syscalls"), root.key("flags"));
        let third = rules.item(3);
        let args = third.key("args");
        let first = args.item(0);
        assert_eq!(first.key("op").to_string(), "syscalls[3].args[0].op");
        assert_eq!(flags.to_string(), "flags");
        assert_eq!(Problem::at(&root, "wrong").words(), "wrong");
        assert_eq!(Problem::at(&flags, "wrong").words(), "flags: wrong");
    }
}
