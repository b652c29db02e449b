//! What a rule is about.

use crate::arch::{Arch, SKIPPED};
use crate::error::{Error, Result};
use crate::syscall::Syscall;

/// A system call: by its name, on every architecture that has it, or by its number on one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// The call of that name, wherever it is.
    Named(Syscall),
    /// One number of one architecture, whether or not a call is known by it.
    Numbered(Arch, u32),
}

impl Subject {
    /// Number `nr` of `arch`. -1 is what a tracer writes to skip a call.
    ///
    /// # Errors
    /// On x86_64 a number that is x32's, and the other way round.
    pub fn numbered(verb: &str, arch: Arch, nr: i32) -> Result<Self> {
        let number = nr.cast_unsigned();
        match arch.numbers().iter().any(|range| range.contains(&number)) {
            true => Ok(Self::Numbered(arch, number)),
            false => Err(Error::number_of_another(verb, arch, number)),
        }
    }

    /// The number on `arch`, if the subject is there.
    #[must_use]
    pub fn number(self, arch: Arch) -> Option<u32> {
        match self {
            Self::Named(call) => call.number(arch),
            Self::Numbered(only, number) => (only == arch).then_some(number),
        }
    }

    /// The same call on `arch` alone, if it is there.
    pub(super) fn pinned(self, arch: Arch) -> Option<Self> {
        self.number(arch).map(|number| Self::Numbered(arch, number))
    }
}

impl From<Syscall> for Subject {
    fn from(call: Syscall) -> Self {
        Self::Named(call)
    }
}

impl std::fmt::Display for Subject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match *self {
            Self::Named(call) => f.write_str(call.name()),
            Self::Numbered(arch, SKIPPED) => write!(f, "call -1 on {arch}"),
            Self::Numbered(arch, number) => match Syscall::numbered(arch, number) {
                Some(call) => write!(f, "{} on {arch}", call.name()),
                None => write!(f, "call {number} on {arch}"),
            },
        }
    }
}
