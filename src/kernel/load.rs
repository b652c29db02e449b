//! Loading a program: prctl(2) and seccomp(2), and nothing else.

use super::errno::errno;
use super::flags::{Flags, missing};
use crate::bpf::Program;
use crate::prove::Proven;

/// What may be loaded.
#[derive(Clone, Copy, Debug)]
pub enum Loadable<'a> {
    /// A program that was shown to mean its policy.
    Proven(&'a Proven),
    /// A program that was made elsewhere. Nobody here knows what it means: whoever writes this word
    /// vouches for it.
    Trusted(&'a Program),
}

impl<'a> From<&'a Proven> for Loadable<'a> {
    fn from(proven: &'a Proven) -> Self {
        Self::Proven(proven)
    }
}

impl<'a> Loadable<'a> {
    const fn program(self) -> &'a Program {
        match self {
            Self::Proven(proven) => proven.program(),
            Self::Trusted(program) => program,
        }
    }
}

/// How to load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// no_new_privs is set first (prctl(2)). Without it, or CAP_SYS_ADMIN, seccomp(2) answers
    /// EACCES; with it, a filter can't be used to confuse a set-user-id program. On unless somebody
    /// decides otherwise, so that what a caller gets does not depend on its privileges.
    pub no_new_privs: bool,
    /// What a kernel must have, or nothing is loaded. [`Flags::LOG`] is dispensable here, too: a
    /// line that is missing in the log lets nothing through.
    pub needed: Flags,
    /// What is done without where a kernel lacks it.
    pub preferred: Flags,
}

impl Default for Options {
    fn default() -> Self {
        Self { no_new_privs: true, needed: Flags::NONE, preferred: Flags::NONE }
    }
}

/// How a program was loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// The flags that are in force.
    pub flags: Flags,
    /// Those that were asked for, and that the kernel lacks.
    pub missing: Flags,
}

/// Why a program was not loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// prctl(2) would not set no_new_privs; its errno. Nothing has changed.
    NoNewPrivs(i32),
    /// seccomp(2) would not take the program; its errno. no_new_privs is set by now, as in what follows.
    Filter(i32),
    /// The kernel lacks these flags, at least one of which was needed.
    Flags(Flags),
    /// This thread has filters of its own and cannot follow, so no thread was confined.
    Thread(i32),
}

impl Refusal {
    /// The errno that says it best: for a thread that cannot follow ESRCH, as the kernel itself
    /// answers under `SECCOMP_FILTER_FLAG_TSYNC_ESRCH`.
    #[must_use]
    pub const fn errno(self) -> i32 {
        match self {
            Self::NoNewPrivs(errno) | Self::Filter(errno) => errno,
            Self::Flags(_) => libc::EINVAL,
            Self::Thread(_) => libc::ESRCH,
        }
    }
}

/// Sets no_new_privs, if asked to, and loads the program: when this returns `Ok`, the calling thread (with
/// [`Flags::TSYNC`], every thread) is confined, for good.
///
/// Allocates nothing, takes no lock, calls nothing but the two system calls: safe between fork,
/// vfork or clone and exec, also in a process that had threads.
///
/// # Errors
/// The kernel's refusal. Nothing is confined then.
pub fn load<'a>(program: impl Into<Loadable<'a>>, options: Options) -> Result<Loaded, Refusal> {
    let program = program.into().program();
    if options.no_new_privs {
        set_no_new_privs()?;
    }
    let flags = options.needed.and(options.preferred);
    let dispensable = options.preferred.without(options.needed).and(Flags::LOG);
    let Err(refusal) = attach(program, flags) else {
        return Ok(Loaded { flags, missing: Flags::NONE });
    };
    // EINVAL may mean anything; only then is it asked whether it means a flag.
    let missing = match refusal {
        Refusal::Filter(libc::EINVAL) => missing(flags),
        _ => return Err(refusal),
    };
    if missing.is_empty() {
        return Err(refusal);
    }
    if !missing.without(dispensable).is_empty() {
        return Err(Refusal::Flags(missing));
    }
    let flags = flags.without(missing);
    attach(program, flags)?;
    Ok(Loaded { flags, missing })
}

fn set_no_new_privs() -> Result<(), Refusal> {
    let (on, unused): (libc::c_ulong, libc::c_ulong) = (1, 0);
    // SAFETY: PR_SET_NO_NEW_PRIVS reads its four integer arguments and no memory (prctl(2)).
    match unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, on, unused, unused, unused) } {
        0 => Ok(()),
        _ => Err(Refusal::NoNewPrivs(errno())),
    }
}

fn attach(program: &Program, flags: Flags) -> Result<(), Refusal> {
    let instructions = program.instructions();
    let program = libc::sock_fprog {
        len: libc::c_ushort::try_from(instructions.len()).expect("a program has at most 4096"),
        filter: instructions.as_ptr().cast::<libc::sock_filter>().cast_mut(),
    };
    let operation = libc::SECCOMP_SET_MODE_FILTER;
    // SAFETY: `program` points to `len` instructions of the layout of `sock_filter` (asserted
    // below), which live until the call returns; the kernel copies them and writes nothing.
    match unsafe { libc::syscall(libc::SYS_seccomp, operation, flags.bits(), &raw const program) } {
        0 => Ok(()),
        -1 => Err(Refusal::Filter(errno())),
        // With TSYNC a positive result is the id of a thread that could not follow (seccomp(2)).
        #[expect(clippy::cast_possible_truncation, reason = "thread ids are ints")]
        thread => Err(Refusal::Thread(thread as i32)),
    }
}

const _: () = assert!(
    size_of::<crate::bpf::Instruction>() == size_of::<libc::sock_filter>()
        && align_of::<crate::bpf::Instruction>() >= align_of::<libc::sock_filter>()
);
