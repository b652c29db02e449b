//! Applying a compiled filter.
//!
//! Apart from the rest because other rules hold here: nothing on this path may allocate, lock or
//! log, since it runs between fork and exec.

use super::apply_result::{FIRST_RESULT, nucleus_apply_result};
use super::filter::{Filter, asked};
use super::growable::{self, Misfit};
use super::program::Program;
use super::status::{
    NUCLEUS_ERR_INVALID_ARGUMENT, NUCLEUS_ERR_KERNEL, NUCLEUS_ERR_NOT_COMPILED,
    NUCLEUS_ERR_UNPROVEN, NUCLEUS_NOT_APPLIED, NUCLEUS_OK, nucleus_status,
};
use crate::kernel::{Flags, Options, load, set_errno};

/// nucleus_filter_apply, nucleus_apply_options: all threads of the process, or none. Without it only the
/// calling thread and what it starts from then on.
pub const NUCLEUS_APPLY_TSYNC: u32 = 1;
/// nucleus_filter_apply, nucleus_apply_options: what the filter refuses also goes to the kernel's log. A
/// kernel before 4.14 loads the filter without.
pub const NUCLEUS_APPLY_LOG: u32 = 2;
/// nucleus_filter_apply, nucleus_apply_options: no mitigation of speculative store bypass for the confined
/// (Linux 4.17). Faster on some processors, and less safe.
pub const NUCLEUS_APPLY_SPEC_ALLOW: u32 = 4;
/// nucleus_filter_apply, nucleus_apply_options: if the kernel refuses, return NUCLEUS_NOT_APPLIED and
/// leave it to the caller to go on unconfined.
pub const NUCLEUS_APPLY_BEST_EFFORT: u32 = 8;
/// nucleus_apply_options: the program came from elsewhere, nobody here has proven anything of it, and the
/// caller vouches for it.
pub const NUCLEUS_APPLY_TRUSTED: u32 = 16;

/// nucleus_apply_options: no_new_privs as NUCLEUS_ATTR_NO_NEW_PRIVS says, on unless that is 0.
pub const NUCLEUS_NO_NEW_PRIVS_AS_FILTER: u32 = 0;
/// nucleus_apply_options: no_new_privs is set.
pub const NUCLEUS_NO_NEW_PRIVS_ON: u32 = 1;
/// nucleus_apply_options: no_new_privs is left as it is. The kernel then wants CAP_SYS_ADMIN, unless it is
/// set already.
pub const NUCLEUS_NO_NEW_PRIVS_OFF: u32 = 2;

/// How a program is applied. All but the size may be 0; later versions may add fields at the end.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
#[allow(non_camel_case_types)]
pub struct nucleus_apply_options {
    /// Set by the caller: sizeof(nucleus_apply_options).
    pub size: usize,
    /// NUCLEUS_APPLY_*, added to what the filter's attributes say. If the kernel lacks one of
    /// NUCLEUS_APPLY_TSYNC and NUCLEUS_APPLY_SPEC_ALLOW, nothing is applied.
    pub flags: u32,
    /// NUCLEUS_APPLY_LOG and NUCLEUS_APPLY_SPEC_ALLOW that are done without where the kernel lacks
    /// them. What is in `flags` or in the filter's attributes, too, is needed.
    pub preferred: u32,
    /// NUCLEUS_NO_NEW_PRIVS_*.
    pub no_new_privs: u32,
    /// 0.
    pub reserved: u32,
}

/// The size in 0.1, the first version.
const FIRST_OPTIONS: usize = size_of::<usize>() + 4 * size_of::<u32>();

const _: () = assert!(size_of::<nucleus_apply_options>() == FIRST_OPTIONS, "no padding");
const _: () = assert!(
    NUCLEUS_APPLY_TSYNC == Flags::TSYNC.bits()
        && NUCLEUS_APPLY_LOG == Flags::LOG.bits()
        && NUCLEUS_APPLY_SPEC_ALLOW == Flags::SPEC_ALLOW.bits(),
    "the kernel's own bits"
);

impl nucleus_apply_options {
    /// Whether this version knows all that is asked for.
    const fn are_known(&self) -> bool {
        const OURS: u32 = NUCLEUS_APPLY_BEST_EFFORT | NUCLEUS_APPLY_TRUSTED;
        const DISPENSABLE: u32 = NUCLEUS_APPLY_LOG | NUCLEUS_APPLY_SPEC_ALLOW;
        self.flags & !(Flags::ALL.bits() | OURS) == 0
            && self.preferred & !DISPENSABLE == 0
            && self.no_new_privs <= NUCLEUS_NO_NEW_PRIVS_OFF
            && self.reserved == 0
    }

    const fn ask(&self, flag: u32) -> bool {
        self.flags & flag != 0
    }

    /// These, and what goes with the program.
    fn with(&self, program: Options) -> Options {
        Options {
            no_new_privs: match self.no_new_privs {
                NUCLEUS_NO_NEW_PRIVS_ON => true,
                NUCLEUS_NO_NEW_PRIVS_OFF => false,
                _ => program.no_new_privs,
            },
            needed: program.needed.and(Flags::among(self.flags)),
            preferred: program.preferred.and(Flags::among(self.preferred)),
        }
    }
}

/// Loads the compiled filter into the kernel: when it returns NUCLEUS_OK, the calling thread is
/// confined, for good, and so is whatever it starts. Sets no_new_privs first (prctl(2)), unless
/// NUCLEUS_ATTR_NO_NEW_PRIVS is 0.
///
/// Does two system calls, prctl and seccomp, and nothing else: no allocation, no lock, no log. (seccomp
/// is called again where it answers EINVAL to a flag: to find out which, and to do without.) It is safe
/// between fork, vfork or clone and exec, also in a process with threads. Any number of threads may apply
/// one filter, and each that does is confined.
///
/// A filter that was loaded before must allow prctl and seccomp; the built-in policy does not. If it answers
/// seccomp in the kernel's place, and with success (NUCLEUS_ERRNO(0)), that can't be told from the
/// kernel's: this returns NUCLEUS_OK then, and nothing is confined.
///
/// `flags`: NUCLEUS_APPLY_*, added to what the filter's attributes say.
///
/// Errors: NUCLEUS_ERR_NOT_COMPILED; NUCLEUS_ERR_INVALID_ARGUMENT for unknown flags or NULL;
/// NUCLEUS_ERR_KERNEL with errno as from seccomp(2): ENOSYS or EPERM when an earlier filter
/// refuses it, EACCES without no_new_privs and CAP_SYS_ADMIN, EINVAL when the kernel has no filters or
/// lacks NUCLEUS_APPLY_SPEC_ALLOW, ENOMEM when all filters together are too long, ESRCH when with
/// NUCLEUS_APPLY_TSYNC another thread has filters of its own and can't follow. errno is left alone by the
/// other errors. Nothing is confined after an error, but no_new_privs may be set. Leaves no sentence on the
/// filter: nucleus_program_apply says more. Since 0.1.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is changing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_apply(filter: *const Filter, flags: u32) -> nucleus_status {
    let options = nucleus_apply_options { flags, ..Default::default() };
    // SAFETY: the caller promises a filter.
    match unsafe { asked(filter) } {
        Err(status) => status,
        Ok(_) if !options.are_known() => NUCLEUS_ERR_INVALID_ARGUMENT,
        Ok(Filter { compiled: None, .. }) => NUCLEUS_ERR_NOT_COMPILED,
        Ok(Filter { compiled: Some(program), .. }) => apply(program, &options).0,
    }
}

/// Loads a program into the kernel, as nucleus_filter_apply does, and says how that went: for a runtime
/// that has to report it. Between fork and exec, too.
///
/// ```c
/// nucleus_apply_options options = { .size = sizeof options, .preferred = NUCLEUS_APPLY_LOG };
/// nucleus_apply_result result = { .size = sizeof result };
/// if (nucleus_program_apply(nucleus_filter_program(f), &options, &result) != NUCLEUS_OK) {
///     char why[256];
///     nucleus_apply_message(&result, why, sizeof why);
///     dprintf(report_fd, "%s\n", why);
///     _exit(127);
/// }
/// ```
///
/// `program`: a filter's (nucleus_filter_program), or one from elsewhere (nucleus_program_from_bpf), which
/// is loaded only with NUCLEUS_APPLY_TRUSTED, and has no attributes. `options`: NULL stands for zeros.
/// `result`: NULL, or filled whatever comes of it, but for NUCLEUS_ERR_INVALID_ARGUMENT.
///
/// Errors: as nucleus_filter_apply, with NUCLEUS_ERR_KERNEL and EINVAL also when the kernel lacks a flag that
/// is needed: result->missing names it. NUCLEUS_ERR_UNPROVEN for a program from elsewhere without
/// NUCLEUS_APPLY_TRUSTED. NUCLEUS_ERR_INVALID_ARGUMENT also for flags in `preferred` that it does not take, for
/// a `no_new_privs` that is none, a `reserved` that is not 0, and a size that is smaller than the struct was
/// in 0.1, above 4096, or larger than this library's with bytes beyond it that are not 0. Since 0.1.
///
/// # Safety
/// `program` is NULL or a live program; `options` and `result` are NULL or as large as their sizes say, and
/// `result` is valid to write.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_program_apply(
    program: *const Program,
    options: *const nucleus_apply_options,
    result: *mut nucleus_apply_result,
) -> nucleus_status {
    // SAFETY: NULL is told apart here; the caller promises the rest.
    let program = unsafe { program.as_ref() };
    // SAFETY: the caller promises as many bytes as it set the sizes to.
    let (options, result) = unsafe {
        (growable::read(options, FIRST_OPTIONS), growable::writable(result, FIRST_RESULT))
    };
    let options = match options {
        Err(Misfit::Null) => Some(nucleus_apply_options::default()),
        options => options.ok().filter(nucleus_apply_options::are_known),
    };
    let (Some(program), Some(options), Ok(_) | Err(Misfit::Null)) = (program, options, &result)
    else {
        return NUCLEUS_ERR_INVALID_ARGUMENT;
    };
    let (status, became) = apply(program, &options);
    if let Ok(result) = result {
        result.write(became);
    }
    status
}

fn apply(
    program: &Program,
    options: &nucleus_apply_options,
) -> (nucleus_status, nucleus_apply_result) {
    let Some(loadable) = program.loadable(options.ask(NUCLEUS_APPLY_TRUSTED)) else {
        return (NUCLEUS_ERR_UNPROVEN, nucleus_apply_result::default());
    };
    let how = options.with(program.options);
    let became = load(loadable, how);
    let status = match became {
        Ok(_) => {
            program.note_applied();
            NUCLEUS_OK
        }
        Err(refusal) => {
            set_errno(refusal.errno());
            match options.ask(NUCLEUS_APPLY_BEST_EFFORT) {
                false => NUCLEUS_ERR_KERNEL,
                true => NUCLEUS_NOT_APPLIED,
            }
        }
    };
    (status, nucleus_apply_result::of(became, how))
}

/// Whether the filter was applied as it is compiled now, by any thread of this process: 1 or 0, 0 for
/// NULL and for a filter that is not compiled. A child that fork(2) makes afterwards has it from its
/// parent, as it has the confinement. Since 0.1.
///
/// It says nothing of other threads, and is never a reason not to apply the filter: each thread that
/// applies it is confined, and so is no other without NUCLEUS_APPLY_TSYNC. After vfork(2) or
/// clone(2) with CLONE_VM a child has its memory in common with its parent, which can't tell that it
/// was the child that applied the filter: there it says 1 to both.
///
/// # Safety
/// `filter` is NULL or a live handle that no other thread is changing.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nucleus_filter_is_applied(filter: *const Filter) -> i32 {
    // SAFETY: the caller promises a filter.
    match unsafe { asked(filter) } {
        Ok(Filter { compiled: Some(program), .. }) => program.is_applied().into(),
        _ => 0,
    }
}
