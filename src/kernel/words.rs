//! What became of a program, in a sentence. Nothing here allocates: it may be wanted between fork and
//! exec.

use std::fmt;

use super::flags::Flags;
use super::load::{Loaded, Refusal};

/// Every flag with its name in C and the Linux that brought it.
const FLAGS: [(Flags, &str, &str); 3] = [
    (Flags::TSYNC, "NUCLEUS_APPLY_TSYNC", "3.17"),
    (Flags::LOG, "NUCLEUS_APPLY_LOG", "4.14"),
    (Flags::SPEC_ALLOW, "NUCLEUS_APPLY_SPEC_ALLOW", "4.17"),
];

/// What seccomp(2) means by an errno, its name, and what would be right.
const BY_SECCOMP: [(i32, &str, &str); 6] = [
    (
        libc::EACCES,
        "EACCES",
        "the thread has neither no_new_privs nor CAP_SYS_ADMIN; leave no_new_privs on",
    ),
    (libc::EBUSY, "EBUSY", "a filter of this thread has a listener already"),
    (libc::EINVAL, "EINVAL", "the kernel has no filters, or won't take this program"),
    (
        libc::ENOMEM,
        "ENOMEM",
        "all filters of the thread are too long together (32768 instructions as the kernel \
         translates them, and 4 more for each filter), or memory is short; merge filters before they are applied",
    ),
    (
        libc::ENOSYS,
        "ENOSYS",
        "the kernel has no seccomp(2), or an earlier filter refuses it; let that one allow it",
    ),
    (libc::EPERM, "EPERM", "an earlier filter refuses seccomp(2); let that one allow it"),
];

impl fmt::Display for Loaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.flags.without(Flags::TSYNC) == self.flags {
            true => "applied to this thread",
            false => "applied to all threads",
        })?;
        if self.missing.is_empty() {
            return Ok(());
        }
        f.write_str(", without what this kernel lacks: ")?;
        Named(self.missing).fmt(f)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::NoNewPrivs(errno) => write!(
                f,
                "prctl(2) does not set no_new_privs (errno {errno}): an earlier filter refuses it; let \
                 that one allow it"
            ),
            Self::Flags(missing) => {
                write!(f, "this kernel lacks {}: ask for it as preferred, or not", Named(missing))
            }
            Self::Thread(thread) => write!(
                f,
                "thread {thread} has filters of its own and can't follow (ESRCH): apply before they \
                 are, or without NUCLEUS_APPLY_TSYNC"
            ),
            Self::Filter(errno) => match BY_SECCOMP.iter().find(|(known, ..)| *known == errno) {
                Some((_, name, meaning)) => write!(f, "seccomp(2) says {name}: {meaning}"),
                None => write!(f, "seccomp(2) says errno {errno}"),
            },
        }?;
        f.write_str("; nothing is confined by it")
    }
}

/// Flags by their names.
struct Named(Flags);

impl fmt::Display for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = FLAGS.iter().filter(|(flag, ..)| self.0.without(*flag) != self.0);
        for (index, (_, name, since)) in named.enumerate() {
            let separator = if index == 0 { "" } else { " and " };
            write!(f, "{separator}{name} (Linux {since})")?;
        }
        Ok(())
    }
}
