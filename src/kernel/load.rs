//! Loading a program: prctl(2) and seccomp(2), and nothing else.

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
    /// All threads of the process or none (`SECCOMP_FILTER_FLAG_TSYNC`, Linux 3.17).
    pub tsync: bool,
    /// Refusals go to the kernel's log (`SECCOMP_FILTER_FLAG_LOG`, Linux 4.14). A kernel without
    /// it loads the filter all the same: a missing line in the log lets nothing through.
    pub log: bool,
    /// No mitigation of speculative store bypass (`SECCOMP_FILTER_FLAG_SPEC_ALLOW`, Linux 4.17).
    pub spec_allow: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { no_new_privs: true, tsync: false, log: false, spec_allow: false }
    }
}

/// Why a program was not loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// prctl(2) would not set no_new_privs; its errno. Nothing has changed.
    NoNewPrivs(i32),
    /// seccomp(2) would not take the program; its errno. no_new_privs is set by now.
    Filter(i32),
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
            Self::Thread(_) => libc::ESRCH,
        }
    }
}

/// Sets no_new_privs, if asked to, and loads the program: when this returns `Ok`, the calling thread (with
/// `tsync`, every thread) is confined, for good.
///
/// Allocates nothing, takes no lock, calls nothing but the two system calls: safe between fork,
/// vfork or clone and exec, also in a process that had threads.
///
/// # Errors
/// The kernel's refusal. Nothing is confined then.
pub fn load<'a>(program: impl Into<Loadable<'a>>, options: Options) -> Result<(), Refusal> {
    let program = program.into().program();
    if options.no_new_privs {
        set_no_new_privs()?;
    }
    let flags = options.flags();
    match attach(program, flags) {
        Err(Refusal::Filter(libc::EINVAL)) if options.log => {
            attach(program, flags & !libc::SECCOMP_FILTER_FLAG_LOG)
        }
        result => result,
    }
}

impl Options {
    fn flags(self) -> libc::c_ulong {
        [
            (self.tsync, libc::SECCOMP_FILTER_FLAG_TSYNC),
            (self.log, libc::SECCOMP_FILTER_FLAG_LOG),
            (self.spec_allow, libc::SECCOMP_FILTER_FLAG_SPEC_ALLOW),
        ]
        .into_iter()
        .fold(0, |flags, (wanted, flag)| if wanted { flags | flag } else { flags })
    }
}

fn set_no_new_privs() -> Result<(), Refusal> {
    let (on, unused): (libc::c_ulong, libc::c_ulong) = (1, 0);
    // SAFETY: PR_SET_NO_NEW_PRIVS reads its four integer arguments and no memory (prctl(2)).
    match unsafe { libc::prctl(libc::PR_SET_NO_NEW_PRIVS, on, unused, unused, unused) } {
        0 => Ok(()),
        _ => Err(Refusal::NoNewPrivs(errno())),
    }
}

fn attach(program: &Program, flags: libc::c_ulong) -> Result<(), Refusal> {
    let instructions = program.instructions();
    let program = libc::sock_fprog {
        len: libc::c_ushort::try_from(instructions.len()).expect("a program has at most 4096"),
        filter: instructions.as_ptr().cast::<libc::sock_filter>().cast_mut(),
    };
    let operation = libc::SECCOMP_SET_MODE_FILTER;
    // SAFETY: `program` points to `len` instructions of the layout of `sock_filter` (asserted
    // below), which live until the call returns; the kernel copies them and writes nothing.
    match unsafe { libc::syscall(libc::SYS_seccomp, operation, flags, &raw const program) } {
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

pub(super) fn errno() -> i32 {
    // SAFETY: libc's location of this thread's errno is always valid to read.
    unsafe { *libc::__errno_location() }
}

/// Sets this thread's errno, for callers that look there.
pub(crate) fn set_errno(errno: i32) {
    // SAFETY: libc's location of this thread's errno is always valid to write.
    unsafe { *libc::__errno_location() = errno }
}
