//! What can go wrong, each kind with its one constructor.
//!
//! A message is a full sentence for whoever reads a log: what was asked for, with the value, what
//! is wrong with it, and what would be right.

mod policy;
mod profile;
mod program;
mod surface;

use std::fmt::Write as _;

use crate::call::Call;

/// The result of everything in this library that can fail.
pub type Result<T> = std::result::Result<T, Error>;

/// What kind of failure, for code that decides by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// A value out of its range, or a combination that makes no sense.
    InvalidArgument,
    /// A system call that no architecture has.
    UnknownSyscall,
    /// Something real that is not offered in this place.
    Unsupported,
    /// A program above the kernel's limit.
    TooLarge,
    /// The proof found an input on which program and policy differ, or ran out of its budget.
    Unproven,
    /// A file that can't be read, or is none that would be.
    File,
    /// A profile that is not the one that is meant, or makes no policy.
    Profile,
}

/// A failure: its kind, and a sentence.
///
/// One pointer, so that what can fail is handed on in registers: everything in this library can.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(Box<Failure>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Failure {
    kind: Kind,
    message: Box<str>,
    witness: Option<Call>,
}

impl Error {
    /// The kind.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.0.kind
    }

    /// The call that shows it, when a proof failed because program and policy differ.
    #[must_use]
    pub fn witness(&self) -> Option<&Call> {
        self.0.witness.as_ref()
    }

    #[cold]
    fn new(kind: Kind, message: String) -> Self {
        Self(Box::new(Failure { kind, message: message.into(), witness: None }))
    }

    fn invalid(message: String) -> Self {
        Self::new(Kind::InvalidArgument, message)
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Error {}

/// A caller's string in a message: cut where it gets long, control characters escaped, so that a
/// hostile name can neither flood a log nor write to the terminal that shows it.
pub(crate) struct Printable<'a>(pub(crate) &'a str);

impl std::fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        const LONGEST: usize = 48;
        for letter in self.0.chars().take(LONGEST) {
            match letter {
                '\'' | '"' => f.write_char(letter)?,
                _ => write!(f, "{}", letter.escape_debug())?,
            }
        }
        if self.0.chars().nth(LONGEST).is_some() { f.write_str("…") } else { Ok(()) }
    }
}
