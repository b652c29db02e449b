//! What is wrong with a profile, or with its file.

use std::fmt::Display;

use super::{Error, Kind};

impl Error {
    pub(crate) fn file(source: impl Display, problem: impl Display) -> Self {
        Self::new(Kind::File, format!("{source}: {problem}"))
    }

    pub(crate) fn profile(source: impl Display, problem: impl Display) -> Self {
        Self::new(Kind::Profile, format!("{source}: {problem}"))
    }

    pub(crate) fn profile_too_large(source: impl Display, length: u64, most: usize) -> Self {
        let problem = format!("it has {length} bytes; a profile has at most {most}");
        Self::file(source, problem)
    }

    pub(crate) fn profile_arches(source: impl Display, written_for: &str) -> Self {
        Self::new(
            Kind::Unsupported,
            format!(
                "{source}: such a file is for one of {written_for}, and the filter covers another one \
                 or several; cover the one that is meant, with nucleus_filter_add_arch and \
                 nucleus_filter_remove_arch"
            ),
        )
    }

    pub(crate) fn profile_over_rules(source: impl Display) -> Self {
        Self::invalid(format!(
            "{source}: the filter has rules, architectures or denials already, and a profile brings \
             its own; load it into a new filter first, or merge or intersect the two"
        ))
    }

    pub(crate) fn unsayable(what: &str) -> Self {
        Self::new(Kind::Unsupported, format!("export_oci: a profile can't say that: {what}"))
    }
}
